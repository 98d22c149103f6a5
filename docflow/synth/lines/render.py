"""Single lines of text as pictures, with what they say: cut out of a page as detectors cut them. Equal seeds, equal pixels."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from docflow.synth.lines.looks import LINE_LOOKS, SHARES, LineLook, least_em, worn_line
from docflow.synth.lines.texts import line_text
from docflow.synth.lines.typefaces import SEEN, LineFont, draw_font
from docflow.synth.warp import Pixels

MOST_EM = 46.0
"""Size of the largest letters in pixels to the em: what is printed on receipts and pages comes at 8 to 40 pixels of height."""

LANGUAGES = ("eng", "rus")

GAP = 0.12
"""Share of lines with words set apart, as columns are."""

NEIGHBOURS = 0.22
"""Share of lines that are cut out with a little of the lines above and below."""

RULED = 0.08
"""Share of lines with a rule under or over them, or beside them."""

MOST_TURNED = 2.2
"""Degrees that a line may slant at most."""

LEAST_ADVANCE = 4.5
"""Pixels that a letter of a line takes at least, in the mean: the narrowest of 1,424 lines of real receipts have 5.8."""

LIGHTEST_INK = 170
"""Grey from which on pixels count as paper where the ink's box is sought."""


@dataclass(frozen=True)
class LineImage:
    """A line's crop, uint8, height x width, grey, and what it says."""

    text: str
    pixels: NDArray[np.uint8]
    language: str
    look: LineLook
    font: str


def line_images(
    count: int,
    *,
    seed: int,
    alphabet: frozenset[str],
    start: int = 0,
    fonts: Sequence[LineFont] = SEEN,
    language: str | None = None,
    look: LineLook | None = None,
) -> Iterator[LineImage]:
    """Lines number `start` and on of this seed's; `language` and `look` None stand for all of them in their shares."""
    for number in range(start, start + count):
        yield line_image(seed=seed, number=number, alphabet=alphabet, fonts=fonts, language=language, look=look)


def line_image(
    *,
    seed: int,
    number: int,
    alphabet: frozenset[str],
    fonts: Sequence[LineFont] = SEEN,
    language: str | None = None,
    look: LineLook | None = None,
) -> LineImage:
    """One line; the same arguments give the same pixels.

    Raises `SettingsError` where a font's package is not installed.
    """
    draw = random.Random(f"line/{seed}/{number}")
    rng = np.random.default_rng((seed, number))
    spoken = draw.choice(LANGUAGES)
    drawn = draw.choices(LINE_LOOKS, weights=[SHARES[name] for name in LINE_LOOKS])[0]
    language, look = language or spoken, look or drawn
    text, font = _text_and_font(fonts, look, seed=seed, number=number, language=language, alphabet=alphabet, draw=draw)
    em = float(np.exp(rng.uniform(np.log(least_em(look)), np.log(MOST_EM))))
    ink = _set_line(_spaced(text, draw), font, look=look, em=em, draw=draw, rng=rng)
    strip, box = _laid_out(ink, text, font, em=em, draw=draw, rng=rng)
    worn = worn_line(np.asarray(cv2.cvtColor(strip, cv2.COLOR_GRAY2RGB), np.uint8), look=look, em=em, rng=rng)
    x0, y0, x1, y1 = box
    crop = np.ascontiguousarray(cv2.cvtColor(worn[y0:y1, x0:x1], cv2.COLOR_RGB2GRAY), np.uint8)
    return LineImage(text, crop, language, look, font.file)


def _text_and_font(
    fonts: Sequence[LineFont],
    look: LineLook,
    *,
    seed: int,
    number: int,
    language: str,
    alphabet: frozenset[str],
    draw: random.Random,
) -> tuple[str, LineFont]:
    """A text and a font that has all its letters; dot-matrix lines are set in pixel fonts where there are any."""
    pixel = [font for font in fonts if font.group == "pixel"]
    wanted = pixel if look == "dot_matrix" and pixel else fonts
    while True:
        text = line_text(seed=seed, number=number, language=language, alphabet=alphabet, rng=draw)
        if any(font.has(text) for font in wanted):
            return text, draw_font(wanted, text, rng=draw)


def _spaced(text: str, draw: random.Random) -> str:
    """The text as it is set: now and then with wide gaps, which its truth does not have."""
    if " " not in text or draw.random() >= GAP:
        return text
    return " ".join(word + " " * draw.choice((0, 0, 1, 2, 4)) for word in text.split(" ")).rstrip()


def _set_line(
    text: str, font: LineFont, *, look: LineLook, em: float, draw: random.Random, rng: np.random.Generator
) -> Pixels:
    """The text's ink, grey, black on white, cut to the font's ascent and descent, in letters of about `em` pixels."""
    if font.group == "pixel":
        dots = _drawn(text, font, size=font.dots, smooth=False)
        return _printed(dots, em / font.dots, round_dots=look == "dot_matrix" and draw.random() < 0.8, rng=rng)
    finer = 2 if em < 30 and draw.random() < 0.7 else 1
    ink = _drawn(text, font, size=max(6, round(em * finer)), smooth=True)
    # Tills print narrower letters than any typeface has, and now and then twice as high or as wide ones.
    is_till = font.group == "mono"
    stretch = float(np.exp(rng.normal(-0.08, 0.18) if is_till else rng.normal(0, 0.1)))
    tall = 1.0 if draw.random() < (0.8 if is_till else 0.95) else draw.choice((0.65 if em > 18 else 1.3, 1.35, 1.6))
    width = max(3, round(ink.shape[1] / finer * stretch), round(LEAST_ADVANCE * len(text)))
    height = max(6, round(ink.shape[0] / finer * tall))
    if (width, height) == (ink.shape[1], ink.shape[0]):
        return ink
    way = cv2.INTER_AREA if finer == 2 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(ink, (width, height), interpolation=way), np.uint8)


def _drawn(text: str, font: LineFont, *, size: int, smooth: bool) -> Pixels:
    """The text in this font, from its ascent to its descent, with an em's quarter of paper at each end."""
    face = font.at(size)
    ascent, descent = face.getmetrics()
    edge = max(1, size // 4)
    width = round(face.getlength(text)) + 2 * edge
    picture = Image.new("L", (width, ascent + descent + 2), 255)
    pen = ImageDraw.Draw(picture)
    pen.fontmode = "L" if smooth else "1"
    pen.text((edge, 1), text, font=face, fill=0)
    return np.asarray(picture, np.uint8)


def _printed(dots: Pixels, cell: float, *, round_dots: bool, rng: np.random.Generator) -> Pixels:
    """Each dot of a grid as a round needle or a square leaves it, `cell` pixels apart."""
    if not round_dots:
        height, width = dots.shape
        size = (max(3, round(width * cell)), max(6, round(height * cell)))
        way = cv2.INTER_AREA if cell < 1 else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(dots, size, interpolation=way), np.uint8)
    side = 5
    across = np.arange(side) - side // 2
    needle = (across[:, None] ** 2 + across[None, :] ** 2 <= (side / 2 * rng.uniform(0.75, 1.15)) ** 2).astype(np.uint8)
    struck = np.kron((dots < 128).astype(np.uint8), needle)
    size = (max(3, round(dots.shape[1] * cell)), max(6, round(dots.shape[0] * cell)))
    return np.asarray(cv2.resize(255 - 255 * struck, size, interpolation=cv2.INTER_AREA), np.uint8)


def _laid_out(
    ink: Pixels, text: str, font: LineFont, *, em: float, draw: random.Random, rng: np.random.Generator
) -> tuple[Pixels, tuple[int, int, int, int]]:
    """The line on its paper, slanted a little, maybe with neighbours and rules; and the box it is cut out by."""
    height, width = ink.shape
    edge = max(4, round(em * 0.6))
    paper = np.full((height + 2 * edge, width + 2 * edge), 255, np.uint8)
    paper[edge : edge + height, edge : edge + width] = ink
    slant = float(np.clip(rng.normal(0, 0.7), -MOST_TURNED, MOST_TURNED)) if draw.random() < 0.5 else 0.0
    if slant:
        # A long line of this slant would climb out of its strip: no more than a third of an em over its length.
        slant = float(np.clip(slant, -np.degrees(0.35 * em / width), np.degrees(0.35 * em / width)))
        turn = cv2.getRotationMatrix2D((paper.shape[1] / 2, paper.shape[0] / 2), slant, 1.0)
        paper = np.asarray(
            cv2.warpAffine(paper, turn, paper.shape[::-1], flags=cv2.INTER_LINEAR, borderValue=255), np.uint8
        )
    inked = np.argwhere(paper < LIGHTEST_INK)
    if not len(inked):
        inked = np.array([[edge, edge], [edge + height - 1, edge + width - 1]])
    (top, left), (bottom, right) = inked.min(axis=0), inked.max(axis=0) + 1
    if draw.random() < 0.6:
        top, bottom = min(top, edge), max(bottom, edge + height)
    if draw.random() < NEIGHBOURS:
        paper = _with_neighbours(paper, text, font, em=em, edge=edge, draw=draw)
    if draw.random() < RULED:
        paper = _with_rule(paper, top=int(top), bottom=int(bottom), em=em, draw=draw)
    above, below = (rng.uniform(-0.02, 0.22) if draw.random() < 0.8 else rng.uniform(-0.06, 0.5) for _ in range(2))
    before, after = (rng.uniform(0.0, 0.3) if draw.random() < 0.8 else rng.uniform(-0.03, 0.6) for _ in range(2))
    y0 = int(np.clip(round(top - above * em), 0, paper.shape[0] - 4))
    y1 = int(np.clip(round(bottom + below * em), y0 + 4, paper.shape[0]))
    x0 = int(np.clip(round(left - before * em), 0, paper.shape[1] - 4))
    x1 = int(np.clip(round(right + after * em), x0 + 4, paper.shape[1]))
    return paper, (x0, y0, x1, y1)


def _with_neighbours(paper: Pixels, text: str, font: LineFont, *, em: float, edge: int, draw: random.Random) -> Pixels:
    """The paper with parts of other lines of the same print at its upper and lower edge."""
    letters = list(text)
    draw.shuffle(letters)
    other = "".join(letters).strip() or text
    ink = _drawn(other, font, size=max(6, round(em)), smooth=True)
    crowded = paper.copy()
    for above in (True, False):
        if draw.random() < 0.3:
            continue
        seen = min(edge - 1, round(em * draw.uniform(0.1, 0.45)), ink.shape[0])
        width = min(ink.shape[1], paper.shape[1])
        part = ink[-seen:, :width] if above else ink[:seen, :width]
        rows = slice(0, seen) if above else slice(paper.shape[0] - seen, paper.shape[0])
        crowded[rows, :width] = np.minimum(crowded[rows, :width], part)
    return crowded


def _with_rule(paper: Pixels, *, top: int, bottom: int, em: float, draw: random.Random) -> Pixels:
    """The paper with a rule under or over the line, or upright beside it."""
    ruled = paper.copy()
    thick = max(1, round(em * draw.uniform(0.03, 0.08)))
    grey = draw.randint(0, 110)
    where = draw.random()
    if where < 0.6:
        at = min(ruled.shape[0] - thick, bottom + round(em * draw.uniform(0.02, 0.2)))
        ruled[at : at + thick] = np.minimum(ruled[at : at + thick], grey)
    elif where < 0.8:
        at = max(0, top - thick - round(em * draw.uniform(0.02, 0.2)))
        ruled[at : at + thick] = np.minimum(ruled[at : at + thick], grey)
    else:
        at = 0 if draw.random() < 0.5 else ruled.shape[1] - thick
        ruled[:, at : at + thick] = np.minimum(ruled[:, at : at + thick], grey)
    return ruled
