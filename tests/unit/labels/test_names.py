"""Names that look the same are the same, and what nobody can see is in none."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.errors import RequestError
from docflow.labels import LABEL_CHARACTERS, valid_label, valid_source, valid_who
from docflow.labels.names import SOURCE_CHARACTERS, WHO_CHARACTERS


@pytest.mark.parametrize("label", ["", "  ", "x" * (LABEL_CHARACTERS + 1), "a\nb", "a\x00", "inv\u200boice", "a\ud800"])
def test_what_is_no_name_is_no_label(label: str) -> None:
    with pytest.raises(RequestError, match="printable characters"):
        valid_label(label)


@pytest.mark.parametrize("source", ["x" * (SOURCE_CHARACTERS + 1), "a\nb", "ac\u200bme"])
def test_what_is_no_name_is_no_source(source: str) -> None:
    with pytest.raises(RequestError, match="printable characters"):
        valid_source(source)


@pytest.mark.parametrize("who", ["x" * (WHO_CHARACTERS + 1), "a\nb", "\x1b[2Jann", "ann\u202e"])
def test_what_is_no_name_is_nobodys(who: str) -> None:
    with pytest.raises(RequestError, match="who says so has at most 200 printable characters"):
        valid_who(who)


@pytest.mark.parametrize("valid", [valid_label, valid_source, valid_who])
def test_a_name_of_many_thousand_marks_is_refused_at_once(valid: Callable[[str], str]) -> None:
    name = "a" + "\u0315\u0300" * 20_000
    began = time.perf_counter()
    with pytest.raises(RequestError, match="printable characters"):
        valid(name)
    assert time.perf_counter() - began < 0.5


def test_a_name_that_is_too_long_only_as_it_is_written_is_kept() -> None:
    assert valid_label(unicodedata.normalize("NFD", "ё" * LABEL_CHARACTERS)) == "ё" * LABEL_CHARACTERS
    assert valid_source(f"tax{' ' * 1000}form") == "tax form"


def test_a_label_may_be_in_any_script() -> None:
    assert valid_label(" Счёт-фактура ") == "Счёт-фактура"


@pytest.mark.parametrize("valid", [valid_label, valid_source, valid_who])
def test_letters_and_spaces_are_composed_in_one_way(valid: Callable[[str], str]) -> None:
    assert valid(unicodedata.normalize("NFD", "счёт")) == "счёт"
    assert valid(" tax  \N{NO-BREAK SPACE}form ") == "tax form"


@pytest.mark.parametrize("label", ["unknown", "Unknown", " UNKNOWN "])
def test_unknown_is_so_in_any_case_of_letters(label: str) -> None:
    assert valid_label(label) == "unknown"


def test_nobody_needs_to_name_a_source() -> None:
    assert valid_source("  ") == ""


@given(st.text(max_size=120))
def test_a_label_that_is_kept_is_kept_as_it_is_when_it_comes_again(label: str) -> None:
    try:
        kept = valid_label(label)
    except RequestError:
        return
    assert valid_label(kept) == kept
