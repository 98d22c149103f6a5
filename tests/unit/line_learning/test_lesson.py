"""A lesson refuses what no training could do."""

import numpy as np
import pytest

from docflow.errors import SettingsError
from docflow.line_learning.lesson import Lesson, digest_of_lines
from docflow.ocr.recogniser.data import Lines


@pytest.mark.parametrize("share", [-0.5, 0.0, 1.01, float("nan")])
def test_only_a_share_of_what_is_learnt_can_be_blended(share: float) -> None:
    with pytest.raises(SettingsError, match="blended"):
        Lesson(steps=1, blend=share)


@pytest.mark.parametrize("share", [0.01, 1.0])
def test_all_that_is_learnt_may_be_kept_and_a_little_of_it(share: float) -> None:
    assert Lesson(steps=1, blend=share).blend == share


def line(text: str, *, grey: int = 255) -> Lines:
    return Lines([np.full((32, 40), grey, np.uint8)], [text])


def test_equal_lines_have_one_digest_however_long_they_are_learnt_from() -> None:
    corrected = (line("a"), line("b"))
    assert digest_of_lines(Lesson(steps=1), corrected) == digest_of_lines(Lesson(steps=9), (line("a"), line("b")))
    assert digest_of_lines(Lesson(steps=1), None) == digest_of_lines(Lesson(steps=9), None)


@pytest.mark.parametrize(
    "corrected", [None, (line("c"), line("b")), (line("a"), line("c")), (line("a", grey=0), line("b"))]
)
def test_other_lines_have_another_digest(corrected: tuple[Lines, Lines] | None) -> None:
    lesson = Lesson(steps=1)
    assert digest_of_lines(lesson, corrected) != digest_of_lines(lesson, (line("a"), line("b")))


def test_another_number_of_rendered_lines_has_another_digest() -> None:
    assert digest_of_lines(Lesson(steps=1, shards=2), None) != digest_of_lines(Lesson(steps=1, shards=3), None)
    assert digest_of_lines(Lesson(steps=1, held_out=8), None) != digest_of_lines(Lesson(steps=1, held_out=9), None)
