"""Legibility: what is left of a line's letters, whatever their colour, and that no line is worn beyond reading."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from docflow.synth import effects
from docflow.synth.lines import LINE_LOOKS, SEEN, LineLook
from docflow.synth.lines.legible import legibility
from docflow.synth.lines.looks import LEAST_LEGIBLE, RECIPES, worn_line
from docflow.synth.warp import Pixels

EM = 24.0


def line(text: str = "Invoice No 482-019 of 14 May, total 1,204.50") -> Pixels:
    """A line of print, uint8, height x width x 3."""
    face = next(font for font in SEEN if font.file == "LiberationSans-Regular.ttf").at(round(EM))
    picture = Image.new("L", (round(face.getlength(text)) + 24, 40), 255)
    ImageDraw.Draw(picture).text((12, 6), text, font=face, fill=0)
    return np.asarray(cv2.cvtColor(np.asarray(picture, np.uint8), cv2.COLOR_GRAY2RGB), np.uint8)


def left_of(strip: Pixels, worn: Pixels) -> float:
    return legibility(strip[:, :, 0], worn[:, :, 0], EM)


def test_all_of_a_line_is_left_of_itself_and_of_it_in_grey() -> None:
    strip = line()
    assert left_of(strip, strip) == pytest.approx(1.0, abs=0.01)
    assert left_of(strip, effects.faded(strip, ink=150, paper=220)) == pytest.approx(1.0, abs=0.01)


def test_nothing_is_left_on_blank_paper_and_of_a_line_without_ink() -> None:
    strip = line()
    blank = np.full_like(strip, 255)
    assert left_of(strip, blank) == 0.0
    assert left_of(blank, strip) == 0.0


def test_less_is_left_the_more_grain_there_is() -> None:
    strip = effects.faded(line(), ink=180, paper=220)
    left = [
        left_of(line(), effects.sensor_noise(strip, np.random.default_rng(1), sigma=sigma)) for sigma in (2, 12, 40)
    ]
    assert left[0] > 0.9 > left[1] > LEAST_LEGIBLE > left[2]


def test_a_line_that_lost_a_third_of_its_letters_is_not_legible_and_one_with_specks_is() -> None:
    strip = line()
    broken = strip.copy()
    broken[:, : strip.shape[1] // 3] = 255
    assert left_of(strip, broken) < LEAST_LEGIBLE
    faint = effects.faded(strip, ink=170, paper=230)
    specked = effects.specked(faint, np.random.default_rng(2), count=12, largest=2.0)
    assert left_of(strip, specked) > LEAST_LEGIBLE


@pytest.mark.parametrize("look", LINE_LOOKS)
def test_no_look_wears_a_line_beyond_reading(look: LineLook) -> None:
    strip = line()
    for seed in range(60):
        # The draws before the recipe's invert or scrawl the line, as what is printed: only what comes after wears it.
        worn = worn_line(strip, look=look, em=EM, rng=Unmarked(seed))  # type: ignore[arg-type]
        assert left_of(strip, worn) >= LEAST_LEGIBLE


def test_recipes_alone_would_wear_some_lines_beyond_reading() -> None:
    strip = line()
    left = [left_of(strip, RECIPES["fax"](strip, EM, np.random.default_rng(seed))) for seed in range(200)]
    assert min(left) < LEAST_LEGIBLE


def test_a_line_that_stays_illegible_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    strip = line()
    monkeypatch.setitem(RECIPES, "fax", lambda strip, _em, _rng: np.full_like(strip, 255))  # type: ignore[arg-type]
    assert np.array_equal(worn_line(strip, look="fax", em=EM, rng=Unmarked(1)), strip)  # type: ignore[arg-type]


class Unmarked:
    """A generator of random numbers whose first two, which invert and scrawl, do neither."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._first = [1.0, 1.0]

    def random(self) -> float:
        return self._first.pop() if self._first else self._rng.random()

    def __getattr__(self, name: str) -> object:
        return getattr(self._rng, name)
