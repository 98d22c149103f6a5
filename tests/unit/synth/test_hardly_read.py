"""Texts of pages that can hardly be read: seeded, with a few of their words, among rubbish in both scripts."""

import re

from hypothesis import given
from hypothesis import strategies as st

from docflow.synth.hardly_read import hardly_read

SMALL_PRINT = "\n".join(f"payable within {n * 13 % 90} days to the account below" for n in range(40))
HEADINGS = "\n".join("CONSIGNMENT NOTE PAYABLE BELOW" for _ in range(40))
SEEDS = range(30)


def share_read(text: str) -> float:
    """The share of the text's words that are left, over all seeds."""
    known = set(text.split())
    left = sum(word in known for seed in SEEDS for word in hardly_read(text, seed=seed).split())
    return left / (len(SEEDS) * len(text.split()))


@given(text=st.text(max_size=300), seed=st.integers(0, 2**32))
def test_any_text_survives_and_a_seed_repeats(text: str, seed: int) -> None:
    assert hardly_read(text, seed=seed) == hardly_read(text, seed=seed)


def test_other_seeds_read_other_words() -> None:
    assert len({hardly_read(SMALL_PRINT, seed=seed) for seed in SEEDS}) == len(SEEDS)


def test_a_few_words_are_read() -> None:
    assert 0.1 < share_read(SMALL_PRINT) < 0.35


def test_headings_are_read_more_often_than_small_print() -> None:
    assert share_read(HEADINGS) > 1.5 * share_read(SMALL_PRINT)


def test_some_lines_are_not_found() -> None:
    found = [len(hardly_read(SMALL_PRINT, seed=seed).split("\n")) for seed in SEEDS]
    assert 30 < sum(found) / len(found) < 38


def test_rubbish_is_of_both_scripts() -> None:
    read = "\n".join(hardly_read(SMALL_PRINT, seed=seed) for seed in SEEDS)
    cyrillic, latin = (len(re.findall(letters, read)) for letters in ("[а-я]", "[a-z]"))
    assert 0.02 < cyrillic / (cyrillic + latin) < 0.5


def test_a_text_of_no_lines_stays_empty() -> None:
    assert hardly_read("", seed=1) == ""
