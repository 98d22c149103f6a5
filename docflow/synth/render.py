"""Documents rendered: to PDF with real text, to page images, and to the words that stand on these."""

from __future__ import annotations

import io
import math
from functools import cache

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from docflow.synth.fonts import Face
from docflow.synth.page import Page, SynthDocument
from docflow.synth.shapes import Ellipse, Polygon, Rect, RingText, Rule, Run, Shape, Stroke
from docflow.types import Box, Word

POINTS_PER_INCH = 72

SLACK = 1.5
"""Pixels around a word's ink in its box: antialiasing takes one, rounding of the page size half."""


def render_pdf(document: SynthDocument) -> bytes:
    """The document as PDF with embedded fonts and real text; equal documents give equal bytes."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1, pageCompression=1)
    canvas.setTitle(document.kind)
    for page in document.pages:
        canvas.setPageSize((page.width, page.height))
        _draw_page(canvas, page)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def render_images(document: SynthDocument, *, dpi: int = 200) -> list[NDArray[np.uint8]]:
    """Each page as it prints: uint8, height x width x 3, RGB."""
    pdf = pypdfium2.PdfDocument(render_pdf(document))
    try:
        return [_render_page(page, dpi=dpi) for page in pdf]
    finally:
        pdf.close()


def words(document: SynthDocument, page_number: int, *, dpi: int = 200) -> list[Word]:
    """What truly stands on a page, in reading order, with boxes in pixels of the image at this dpi.

    `page_number` counts from 1. Letters around seals are not among them.
    """
    page = document.pages[page_number - 1]
    scale = dpi / POINTS_PER_INCH
    return [word for line in page.lines for run in line for word in _run_words(run, scale=scale)]


def _run_words(run: Run, *, scale: float) -> list[Word]:
    """The run's words, each boxed around its ink."""
    face = run.style.face(run.text)
    boxed = []
    for text, x in run.words:
        left, top, right, bottom = face.ink(text, size=run.style.size)
        box = Box(
            (x + left) * scale - SLACK,
            (run.baseline + top) * scale - SLACK,
            (x + right) * scale + SLACK,
            (run.baseline + bottom) * scale + SLACK,
        )
        boxed.append(Word(text, box, 1.0))
    return boxed


def _render_page(page: pypdfium2.PdfPage, *, dpi: int) -> NDArray[np.uint8]:
    """The page's pixels in RGB."""
    bitmap = page.render(scale=dpi / POINTS_PER_INCH, rev_byteorder=True)
    pixels: NDArray[np.uint8] = bitmap.to_numpy()[:, :, :3].copy()
    bitmap.close()
    page.close()
    return pixels


def _draw_page(canvas: Canvas, page: Page) -> None:
    """All of the page, from the ground up."""
    for shape in page.shapes:
        _draw_shape(canvas, shape, page.height)
    for rule in page.rules:
        _draw_rule(canvas, rule, page.height)
    for run in page.runs:
        _draw_run(canvas, run, page.height)


def _draw_run(canvas: Canvas, run: Run, height: float) -> None:
    """A line of text; word by word where its spaces are widened."""
    canvas.setFillGray(run.style.grey)
    face = run.style.face(run.text)
    canvas.setFont(_registered(face), run.style.size)
    if not run.gap:
        canvas.drawString(run.x, height - run.baseline, run.text)
        return
    for text, x in run.words:
        canvas.drawString(x, height - run.baseline, text)


def _draw_rule(canvas: Canvas, rule: Rule, height: float) -> None:
    canvas.setStrokeGray(rule.grey)
    canvas.setLineWidth(rule.width)
    canvas.line(rule.x0, height - rule.y0, rule.x1, height - rule.y1)


def _draw_shape(canvas: Canvas, shape: Shape, height: float) -> None:
    """One shape, whichever it is."""
    if isinstance(shape, Rect):
        _set_greys(canvas, fill=shape.fill, outline=shape.outline, width=0.6)
        canvas.rect(
            shape.x0,
            height - shape.y1,
            shape.x1 - shape.x0,
            shape.y1 - shape.y0,
            fill=int(shape.fill is not None),
            stroke=int(shape.outline is not None),
        )
    elif isinstance(shape, Ellipse):
        _set_greys(canvas, fill=shape.fill, outline=shape.outline, width=shape.width)
        canvas.ellipse(
            shape.x - shape.radius_x,
            height - shape.y - shape.radius_y,
            shape.x + shape.radius_x,
            height - shape.y + shape.radius_y,
            fill=int(shape.fill is not None),
            stroke=int(shape.outline is not None),
        )
    elif isinstance(shape, Polygon):
        _draw_polygon(canvas, shape, height)
    elif isinstance(shape, Stroke):
        _draw_stroke(canvas, shape, height)
    else:
        _draw_ring(canvas, shape, height)


def _set_greys(canvas: Canvas, *, fill: float | None, outline: float | None, width: float) -> None:
    """The greys of the next shape, where it has them."""
    if fill is not None:
        canvas.setFillGray(fill)
    if outline is not None:
        canvas.setStrokeGray(outline)
        canvas.setLineWidth(width)


def _draw_polygon(canvas: Canvas, shape: Polygon, height: float) -> None:
    path = canvas.beginPath()
    (x, y), *others = shape.corners
    path.moveTo(x, height - y)
    for x, y in others:
        path.lineTo(x, height - y)
    path.close()
    canvas.setFillGray(shape.fill)
    canvas.drawPath(path, fill=1, stroke=0)


def _draw_stroke(canvas: Canvas, shape: Stroke, height: float) -> None:
    """A Catmull-Rom spline through the points, as Bézier curves."""
    points = [(x, height - y) for x, y in shape.points]
    padded = [points[0], *points, points[-1]]
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        path.curveTo(
            start[0] + (end[0] - before[0]) / 6,
            start[1] + (end[1] - before[1]) / 6,
            end[0] - (after[0] - start[0]) / 6,
            end[1] - (after[1] - start[1]) / 6,
            *end,
        )
    canvas.setStrokeGray(shape.grey)
    canvas.setLineWidth(shape.width)
    canvas.drawPath(path, fill=0, stroke=1)


def _draw_ring(canvas: Canvas, shape: RingText, height: float) -> None:
    """Letters upright to the circle, spread evenly from the lower left over the top to the lower right."""
    face = shape.style.face(shape.text)
    canvas.setFont(_registered(face), shape.style.size)
    canvas.setFillGray(shape.style.grey)
    around = 1.75 * math.pi
    for number, letter in enumerate(shape.text):
        angle = -around / 2 + around * (number + 0.5) / len(shape.text)
        canvas.saveState()
        canvas.translate(shape.x + shape.radius * math.sin(angle), height - shape.y + shape.radius * math.cos(angle))
        canvas.rotate(-math.degrees(angle))
        canvas.drawCentredString(0, 0, letter)
        canvas.restoreState()


@cache
def _registered(face: Face) -> str:
    """The face's name, known to reportlab from here on."""
    pdfmetrics.registerFont(face.font)
    return face.name
