"""Text as both databases can keep it."""

from hypothesis import given
from hypothesis import strategies as st

from docflow.store.text import storable, storable_lists


@given(st.text(alphabet=st.characters(codec=None)))
def test_what_is_storable_has_utf8_and_no_nul_and_keeps_its_length(text: str) -> None:
    kept = storable(text)
    assert b"\0" not in kept.encode("utf-8")
    assert len(kept) == len(text)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0")))
def test_good_text_stays_as_it_is(text: str) -> None:
    assert storable(text) == text


def test_texts_are_found_at_any_depth_and_numbers_stay() -> None:
    assert storable_lists([[["a\0", 1.5, None]], "\ud800"]) == [[["a\ufffd", 1.5, None]], "\ufffd"]
