from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.api.filenames import MOST_CHARACTERS, NAMELESS, clean_filename


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("scan.pdf", "scan.pdf"),
        ("/etc/passwd", "passwd"),
        ("C:\\scans\\Счёт 1.pdf", "Счёт 1.pdf"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("e\u202efdp.exe", "efdp.exe"),
        ("", NAMELESS),
        ("..", NAMELESS),
        ("a/", NAMELESS),
    ],
)
def test_a_name_keeps_what_can_be_shown_of_its_base(sent: str, kept: str) -> None:
    assert clean_filename(sent) == kept


def test_a_long_name_keeps_its_extension() -> None:
    kept = clean_filename("x" * 400 + ".pdf")
    assert len(kept) == MOST_CHARACTERS
    assert kept.endswith(".pdf")


@given(st.text())
def test_any_name_becomes_a_harmless_one(name: str) -> None:
    kept = clean_filename(name)
    assert 0 < len(kept) <= MOST_CHARACTERS
    assert "/" not in kept
    assert "\\" not in kept
    kept.encode()
