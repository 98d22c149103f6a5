"""Real files that break readers: each is read, or refused by the error that says why."""

import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from sample_files import read

from docflow.errors import DocFlowError
from docflow.types import PageImage, PageText

CORPUS = Path(os.environ.get("DOCFLOW_CORPUS", Path(__file__).parents[3] / "../shared/corpus")).resolve()
HARD = CORPUS / "hard"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not HARD.is_dir(), reason="no real documents here; DOCFLOW_CORPUS names their folder"),
]


@cache
def outcomes() -> dict[str, str]:
    """What becomes of each file: `text`, `image` or `mixed` pages, or an error's code."""
    return {path.name: outcome(path) for path in sorted(HARD.iterdir())}


def outcome(path: Path) -> str:
    try:
        kinds = {type(page) for page in read(path.read_bytes())}
    except DocFlowError as error:
        return error.code
    return "mixed" if len(kinds) > 1 else {PageText: "text", PageImage: "image"}[kinds.pop()]


def test_every_hard_file_is_read_or_refused_by_a_typed_error() -> None:
    counted = Counter(outcomes().values())
    read_files = counted.pop("image") + counted.pop("text") + counted.pop("mixed")
    assert read_files == 128
    assert counted == {"unsupported_type": 11, "encrypted_document": 2, "page_too_large": 1, "corrupt_document": 1}


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        ("password-is-test.pdf", "encrypted_document"),
        ("testUnicodePassword.pdf", "encrypted_document"),
        ("encrypted-attachment.pdf", "image"),
        ("hugemono.pdf", "page_too_large"),
        ("english_doc_bad_text.pdf", "image"),
        ("truetype_font_nomapping.pdf", "image"),
        ("type3_font_nomapping.pdf", "image"),
        ("negzero.pdf", "image"),
        ("scan-bad.pdf", "image"),
        ("sandwich.pdf", "text"),
        ("testPDF_rotated.pdf", "text"),
        ("test_with_bom.pdf", "text"),
        ("xref_command_missing.pdf", "text"),
        ("multi-page-mixed.pdf", "mixed"),
        ("simple.heic", "unsupported_type"),
    ],
)
def test_a_known_difficulty_ends_as_it_should(ending: str, expected: str) -> None:
    (found,) = [result for name, result in outcomes().items() if name.endswith(ending)]
    assert found == expected
