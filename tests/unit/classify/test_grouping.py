from __future__ import annotations

from docflow.classify.grouping import fair_groups, near_duplicates
from docflow.types import LabelledText

FORM = (
    "the tenant shall pay the landlord on the first day of each month the sum that both have agreed upon in writing "
    * 3
)


def text(words: str, *, source: str = "") -> LabelledText:
    return LabelledText(words, "letter", "eng", source=source)


def test_two_fillings_of_one_form_are_near_duplicates() -> None:
    assert near_duplicates([f"{FORM} 12 May 2024", "nothing of the kind at all", f"{FORM} 31 May 1999"]) == [(0, 2)]


def test_texts_without_words_are_nobodys_duplicates() -> None:
    assert near_duplicates(["", "---", ""]) == []


def test_groups_join_sources_and_near_duplicates_in_chains() -> None:
    samples = [
        text("one two three four", source="mill"),
        text(FORM, source="mill"),
        text(FORM),
        text("alone here today"),
    ]
    assert fair_groups(samples) == [0, 0, 0, 1]
