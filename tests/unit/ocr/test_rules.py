"""A table's upright rules are taken out of the lines that they cross, and nothing else is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawn_pages import Pixels, blank, write

from docflow.ocr.effort import FastEngine
from docflow.ocr.rapidocr import crop_of
from docflow.ocr.rules import crop_without_rules
from docflow.settings import OcrSettings
from docflow.synth import generate, render_images
from docflow.types import Box, PageImage

LINE = Box(60.0, 105.0, 540.0, 145.0)
"""Around what is written with its baseline at 135."""


def page_with(text: str, *, size: float = 1.0) -> Pixels:
    page = blank(300, 600)
    write(page, text, x=100, y=135, size=size)
    return page


def ruled(page: Pixels, *, x: int, top: int, bottom: int, thickness: int = 2, level: int = 0) -> Pixels:
    cv2.line(page, (x, top), (x, bottom), level, thickness)
    return page


@pytest.mark.parametrize(("top", "bottom"), [(20, 280), (100, 280), (20, 150), (85, 160)])
def test_a_rule_that_goes_on_beyond_the_line_is_paper(top: int, bottom: int) -> None:
    page = page_with("Total 123")
    bare = crop_of(page, LINE)
    assert np.array_equal(crop_without_rules(ruled(page, x=85, top=top, bottom=bottom), LINE), bare)


@pytest.mark.parametrize(("top", "bottom"), [(110, 280), (20, 139)])
def test_a_rule_is_paper_where_the_crop_goes_beyond_the_table(top: int, bottom: int) -> None:
    page = page_with("Total 123")
    crop = crop_without_rules(ruled(page, x=85, top=top, bottom=bottom), LINE)
    assert np.array_equal(crop, crop_of(page_with("Total 123"), LINE))


def test_a_rule_that_crosses_others_is_taken_out_and_a_coloured_page_stays_coloured() -> None:
    page = page_with("Total 123")
    cv2.line(page, (20, 98), (580, 98), 0, 2)
    cv2.line(page, (20, 152), (580, 152), 0, 2)
    coloured = np.stack([np.full_like(page, 230), page, page], axis=2)
    bare = crop_of(coloured, LINE)
    crossed = np.stack([np.full_like(page, 230), *[ruled(page, x=85, top=20, bottom=280)] * 2], axis=2)
    assert np.array_equal(crop_without_rules(crossed, LINE), bare)


def test_a_rule_that_leans_a_little_is_taken_out() -> None:
    page = page_with("Total 123")
    cv2.line(page, (84, 20), (86, 280), 0, 2, cv2.LINE_AA)
    crop = crop_without_rules(page, LINE)
    assert crop[:, 20:35].min() > 200


@pytest.mark.parametrize("text", ["[1] Smith", "[sic]", "|a| < 1", "Illll 1111", "HAMLET"])
def test_brackets_bars_and_letters_of_a_line_stay(text: str) -> None:
    page = page_with(text)
    assert np.array_equal(crop_without_rules(page, LINE), crop_of(page, LINE))


def test_brackets_under_each_other_are_no_rule() -> None:
    page = blank(300, 600)
    for number in range(6):
        write(page, f"[{number}] [sic]", x=100, y=40 + 40 * number)
    box = Box(60.0, 130.0, 540.0, 168.0)
    assert np.array_equal(crop_without_rules(page, box), crop_of(page, box))


def test_a_letter_whose_stem_touches_a_rule_above_stays() -> None:
    page = ruled(page_with("Packaging"), x=105, top=20, bottom=120, thickness=3)
    near = Box(60.0, 112.0, 540.0, 136.0)
    assert np.array_equal(crop_without_rules(page, near), crop_of(page, near))


def test_a_dark_table_beside_the_paper_is_no_rule() -> None:
    page = page_with("Total 123")
    page[:, :85] = 40
    assert np.array_equal(crop_without_rules(page, LINE), crop_of(page, LINE))


@pytest.mark.parametrize(
    "box", [Box(700.0, 10.0, 800.0, 40.0), Box(0.0, 0.0, 600.0, 300.0), Box(0.0, 299.0, 5.0, 300.0)]
)
def test_a_box_of_any_place_is_cut_as_it_is(box: Box) -> None:
    page = page_with("Total 123")
    assert np.array_equal(crop_without_rules(page, box), crop_of(page, box))


def test_a_russian_table_is_read_without_its_rules() -> None:
    pixels = render_images(generate("invoice", "rus", seed=3), dpi=200)[0]
    read = FastEngine(OcrSettings()).read_page(PageImage(1, pixels, dpi=200), languages="eng+rus", timeout=60)
    texts = [word.text for word in read.words]
    assert "Количество" in texts
    assert sum(text[0] in "[]|" or text[-1] in "[]|" for text in texts) <= 0.01 * len(texts)
