"""Rendered lines: the same seed draws the same, texts keep to the alphabet, and the ink says what the truth says."""

import numpy as np
import pytest

from docflow.errors import SettingsError
from docflow.ocr.recogniser.alphabet import ALPHABET
from docflow.synth.lines import LINE_LOOKS, SEEN, UNSEEN, LineFont, LineImage, LineLook, line_image, line_images
from docflow.synth.lines.render import LEAST_ADVANCE
from docflow.synth.lines.texts import CLOSINGS, LONGEST

LETTERS = frozenset(ALPHABET)


@pytest.fixture(scope="module")
def lines() -> list[LineImage]:
    """Three hundred lines in all looks and both languages, drawn once, since that takes seconds."""
    return list(line_images(300, seed=4, alphabet=LETTERS))


def test_the_same_seed_draws_the_same_lines() -> None:
    first, again = (list(line_images(12, seed=5, alphabet=LETTERS)) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        assert one.text == other.text
        assert np.array_equal(one.pixels, other.pixels)


def test_a_line_does_not_depend_on_those_before_it() -> None:
    ninth = list(line_images(9, seed=5, alphabet=LETTERS))[-1]
    alone = line_image(seed=5, number=8, alphabet=LETTERS)
    assert alone.text == ninth.text
    assert np.array_equal(alone.pixels, ninth.pixels)


def test_other_seeds_draw_other_lines() -> None:
    first, other = ({line.text for line in line_images(30, seed=seed, alphabet=LETTERS)} for seed in (1, 2))
    assert len(first & other) < 5


def test_texts_keep_to_the_alphabet_and_to_single_spaces(lines: list[LineImage]) -> None:
    for line in lines:
        assert set(line.text) <= LETTERS
        assert line.text == " ".join(line.text.split())
        assert 1 <= len(line.text) <= LONGEST


def test_numbers_are_as_common_as_words_and_both_languages_are_there(lines: list[LineImage]) -> None:
    with_digits = sum(any(c.isdigit() for c in line.text) for line in lines) / len(lines)
    assert 0.35 < with_digits < 0.75
    assert 0.3 < sum(line.language == "rus" for line in lines) / len(lines) < 0.7


@pytest.mark.parametrize("language", ["eng", "rus"])
@pytest.mark.parametrize("look", LINE_LOOKS)
def test_each_look_leaves_ink_on_a_strip_of_paper(look: LineLook, language: str) -> None:
    for line in line_images(6, seed=6, alphabet=LETTERS, look=look, language=language):
        assert (line.look, line.language) == (look, language)
        assert line.pixels.dtype == np.uint8
        assert line.pixels.ndim == 2
        assert line.pixels.shape[0] >= 4
        assert int(line.pixels.max()) - int(line.pixels.min()) > 25


def test_dot_matrix_lines_are_set_in_pixel_fonts() -> None:
    pixel = {font.file for font in SEEN if font.group == "pixel"}
    assert {line.font for line in line_images(8, seed=7, alphabet=LETTERS, look="dot_matrix")} <= pixel


def test_fonts_to_measure_on_are_not_learnt_from() -> None:
    assert not {font.file for font in SEEN} & {font.file for font in UNSEEN}


def test_no_russian_line_is_set_in_a_typeface_made_for_ideographs() -> None:
    wide = [font for font in SEEN if font.is_wide]
    assert wide
    for font in wide:
        assert font.has("Total 9.90 @6%")
        assert not font.has("Итого 9.90")


def test_what_tills_say_for_courtesy_is_one_line_in_forty_with_stars_and_without() -> None:
    phrases = [phrase.lower() for of_language in CLOSINGS.values() for phrase in of_language]
    texts = [line.text.lower() for line in line_images(800, seed=9, alphabet=LETTERS, look="clean")]
    courtesies = [text for text in texts if any(phrase in text for phrase in phrases)]
    assert len(courtesies) / len(texts) == pytest.approx(1 / 40, rel=0.4)
    starred = sum("*" in text for text in courtesies)
    assert 0.2 < starred / len(courtesies) < 0.8


def test_longer_texts_make_wider_crops() -> None:
    lines = list(line_images(120, seed=8, alphabet=LETTERS, look="clean"))
    proportions = [line.pixels.shape[1] / line.pixels.shape[0] for line in lines]
    assert np.corrcoef(proportions, [len(line.text) for line in lines])[0, 1] > 0.7


def test_a_missing_font_is_named_with_its_package() -> None:
    nowhere = LineFont("fonts-nowhere", "Nowhere.ttf", "sans")
    with pytest.raises(SettingsError) as caught:
        line_image(seed=1, number=1, alphabet=LETTERS, fonts=[nowhere])
    assert "Nowhere.ttf" in caught.value.message
    assert "fonts-nowhere" in caught.value.next_step


def test_no_letters_are_narrower_than_any_that_are_printed(lines: list[LineImage]) -> None:
    for line in lines:
        # Crops may lose a third of an em at each end.
        assert line.pixels.shape[1] + 16 >= LEAST_ADVANCE * len(line.text)
