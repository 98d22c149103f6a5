"""Generated pages with their true words, upright or turned, and the readers that the tests put outputs through."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from lxml import etree

from docflow.synth import generate, render_images, words
from docflow.synth.warp import turned
from docflow.types import Box, Line, PageImage, PageText, TextSource, Word

DPI = 200
POINTS_PER_PIXEL = 72 / DPI

hostile_words = st.text(st.characters(exclude_categories=()), min_size=1, max_size=12) | st.sampled_from(
    [
        "]]>",
        "<b>",
        "&amp;",
        '"',
        "a\tb",
        "a\r\nb",
        "\x00",
        "\ud800",
        "\ufffe",
        "\u2028",
        "=1+1",
        "\\",
        "\f",
        "😀",
        "()\\",
    ]
)
sides = st.floats(0, 1000).map(lambda value: round(value, 1))


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x0, y0 = draw(sides), draw(sides)
    return Box(x0, y0, round(x0 + draw(sides), 1), round(y0 + draw(sides), 1))


def texts(word_texts: st.SearchStrategy[str] = hostile_words) -> st.SearchStrategy[PageText]:
    confidences = st.floats(0, 1).map(lambda value: round(value, 4))
    lines = st.lists(st.builds(Word, word_texts, boxes(), confidences), min_size=1, max_size=4)
    return st.builds(
        page_text,
        st.lists(lines.map(lambda some: Line(tuple(some))), max_size=4),
        rotation=st.sampled_from([0.0, 90.0, 180.0, 270.0, 2.5, -4.0, 91.5, 44.0]),
        number=st.integers(1, 99),
    )


def page_text(
    lines: list[Line], *, rotation: float = 0.0, number: int = 1, width: int = 2000, height: int = 2000
) -> PageText:
    return PageText(
        number=number,
        width=width,
        height=height,
        lines=tuple(lines),
        source=TextSource.OCR,
        engine="tesserocr",
        engine_version="5.3.0",
        languages="eng",
        rotation=rotation,
    )


def two_words(*, sure: float = 0.99, unsure: float = 0.2) -> PageText:
    line = Line((Word("sure", Box(100, 100, 300, 160), sure), Word("unsure", Box(340.5, 100, 560.2, 160), unsure)))
    return page_text([line], width=800, height=400)


@cache
def scan(language: str, *, rotation: float = 0.0) -> tuple[PageText, PageImage]:
    """A page that has to be turned clockwise by `rotation` to be upright, with its true words."""
    document = generate("invoice", language, seed=3)
    upright = render_images(document, dpi=DPI)[0]
    warp = turned(upright.shape[1], upright.shape[0], degrees=-rotation)
    pixels = warp.pixels(upright, ground=np.full((warp.height, warp.width, 3), 255, np.uint8))
    read = iter(warp.words(words(document, 1, dpi=DPI)))
    counts = [sum(len(run.words) for run in line) for line in document.pages[0].lines]
    lines = [Line(tuple(next(read) for _ in range(count))) for count in counts if count]
    text = page_text(lines, rotation=rotation, width=warp.width, height=warp.height)
    return text, PageImage(1, pixels, dpi=DPI)


def pdftotext(data: bytes, folder: Path, *options: str) -> str:
    """What poppler reads in the PDF."""
    path = folder / "read.pdf"
    path.write_bytes(data)
    command = ["pdftotext", *options, str(path), "-"]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()


def pdf_words(data: bytes, folder: Path) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Each word that poppler finds, with left, top, right and bottom in points of the page as it is seen."""
    tree = etree.HTML(pdftotext(data, folder, "-bbox"))
    assert tree is not None
    sides = ("xmin", "ymin", "xmax", "ymax")
    return [
        (str(word.text), tuple(float(word.get(side, "nan")) for side in sides))  # type: ignore[misc]
        for word in tree.iter("word")
    ]
