"""Noise of recognition on plain text: seeded, in proportion to its rate, in both scripts."""

import difflib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.synth.noise import CONFUSIONS, ocr_noise

PAGE = "\n".join(
    f"Invoice number {n * 7919} of week {n}, payable within {n * 13 % 90} days to the account below.\n"
    f"Счёт на оплату № {n * 104729} от {n} числа, поставщик и покупатель согласовали условия."
    for n in range(1, 51)
)
"""A hundred lines, no two alike."""


def likeness(a: str, b: str) -> float:
    return difflib.SequenceMatcher(None, a.split(), b.split(), autojunk=False).ratio()


@given(text=st.text(max_size=300), rate=st.floats(0, 1), seed=st.integers(0, 2**32))
def test_any_text_survives_any_rate_and_a_seed_repeats(text: str, rate: float, seed: int) -> None:
    assert ocr_noise(text, rate=rate, seed=seed) == ocr_noise(text, rate=rate, seed=seed)


def test_no_rate_changes_nothing() -> None:
    assert ocr_noise(PAGE, rate=0.0, seed=1) == PAGE


def test_a_rate_that_is_no_share_is_refused() -> None:
    with pytest.raises(ValueError, match="share"):
        ocr_noise(PAGE, rate=1.5, seed=1)


def test_more_noise_leaves_fewer_words_right() -> None:
    clear, good, poor = (likeness(PAGE, ocr_noise(PAGE, rate=rate, seed=3)) for rate in (0.005, 0.03, 0.12))
    assert 1 > clear > good > poor
    assert clear > 0.9
    assert poor > 0.15


def test_the_share_of_wrong_letters_is_near_the_rate() -> None:
    some = "\n".join(PAGE.splitlines()[:30])
    matcher = difflib.SequenceMatcher(None, some, ocr_noise(some, rate=0.03, seed=5), autojunk=False)
    right = sum(block.size for block in matcher.get_matching_blocks())
    assert 0.01 < 1 - right / len(some) < 0.08


def test_both_scripts_are_misread() -> None:
    noisy = ocr_noise(PAGE, rate=0.1, seed=7)
    assert "Invoice" in PAGE.split()
    assert noisy.split().count("Invoice") < PAGE.split().count("Invoice")
    assert noisy.split().count("поставщик") < PAGE.split().count("поставщик")


def test_no_shape_is_confused_with_itself() -> None:
    assert all(shape not in readings for shape, readings in CONFUSIONS.items())


def test_fifty_pages_take_less_than_a_second() -> None:
    start = time.perf_counter()
    for seed in range(50):
        ocr_noise(PAGE, rate=0.05, seed=seed)
    assert time.perf_counter() - start < 1
