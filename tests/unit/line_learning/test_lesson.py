"""A lesson refuses what no training could do."""

import numpy as np
import pytest

from docflow.errors import SettingsError
from docflow.line_learning.lesson import Lesson, digest_of_lines
from docflow.line_learning.shards import EDITION, HELD_OUT_SEED
from docflow.ocr.recogniser.data import Lines


@pytest.mark.parametrize("share", [-0.5, 0.0, 1.01, float("nan")])
def test_only_a_share_of_what_is_learnt_can_be_blended(share: float) -> None:
    with pytest.raises(SettingsError, match="blended"):
        Lesson(steps=1, blend=share)


@pytest.mark.parametrize("share", [0.01, 1.0])
def test_all_that_is_learnt_may_be_kept_and_a_little_of_it(share: float) -> None:
    assert Lesson(steps=1, blend=share).blend == share


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"steps": 0}, "0 as its steps"),
        ({"seed": -1}, "-1 as its seed"),
        ({"shards": 0}, "0 as its shards"),
        ({"lines_a_shard": 0}, "0 as its lines a shard"),
        ({"held_out": 0}, "0 as its held out"),
        ({"threads": -1}, "-1 as its threads"),
        ({"batch_lines": 0}, "0 as its batch lines"),
        ({"renderers": -1}, "-1 as its renderers"),
        ({"evaluate_every": 0}, "0 as its evaluate every"),
        ({"save_every": 0}, "0 as its save every"),
        ({"learning_rate": 0.0}, "learning rate"),
        ({"learning_rate": -1.0}, "learning rate"),
        ({"learning_rate": float("nan")}, "learning rate"),
        ({"learning_rate": float("inf")}, "learning rate"),
        ({"seed": HELD_OUT_SEED}, "measured on"),
    ],
)
def test_values_that_no_training_can_have_are_refused(values: dict[str, float], told: str) -> None:
    with pytest.raises(SettingsError, match=told) as caught:
        Lesson(**({"steps": 1} | values))  # type: ignore[arg-type]
    assert "Give" in caught.value.next_step


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


def test_lines_of_another_seed_or_edition_have_another_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    digests = {digest_of_lines(Lesson(steps=1, seed=seed), None) for seed in (1, 2)}
    monkeypatch.setattr("docflow.line_learning.lesson.EDITION", EDITION + 1)
    assert len(digests | {digest_of_lines(Lesson(steps=1), None)}) == 3


def test_another_number_of_rendered_lines_has_another_digest() -> None:
    assert digest_of_lines(Lesson(steps=1, shards=2), None) != digest_of_lines(Lesson(steps=1, shards=3), None)
    assert digest_of_lines(Lesson(steps=1, held_out=8), None) != digest_of_lines(Lesson(steps=1, held_out=9), None)
