"""Where a PDF page shows pictures, and how many pixels each declares, without decoding any."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from docflow.intake.geometry import PageFrame
from docflow.types import Box

MOST_OBJECTS = 50_000
"""Objects looked at per page; a page with more is a map or a drawing."""
DEEPEST_FORM = 4


@dataclass(frozen=True, slots=True)
class Picture:
    """An image on a page: its box in pixels of the page, and the size of the image itself."""

    box: Box
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PageContent:
    """What a page is made of, beside its text."""

    pictures: tuple[Picture, ...]
    path_count: int


def page_content(page: Any, frame: PageFrame) -> PageContent:
    """The pictures that are seen on the page, and how many drawn paths there are."""
    pictures = []
    paths = 0
    objects = _objects(page, matrix=pdfium.PdfMatrix(), depth=0)
    for kind, item, matrix in islice(objects, MOST_OBJECTS):
        if kind == pdfium_c.FPDF_PAGEOBJ_PATH:
            paths += 1
        elif kind == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            picture = _picture(item, matrix, frame)
            if picture is not None:
                pictures.append(picture)
    return PageContent(tuple(pictures), paths)


def _objects(container: Any, *, matrix: pdfium.PdfMatrix, depth: int) -> Iterator[tuple[int, Any, pdfium.PdfMatrix]]:
    """Every object's type and handle with the matrix from its container to the page, forms opened up."""
    count_of, object_at = (
        (pdfium_c.FPDFFormObj_CountObjects, pdfium_c.FPDFFormObj_GetObject)
        if depth
        else (pdfium_c.FPDFPage_CountObjects, pdfium_c.FPDFPage_GetObject)
    )
    for index in range(max(0, count_of(container))):
        item = object_at(container, index)
        if not item:
            continue
        kind = pdfium_c.FPDFPageObj_GetType(item)
        yield kind, item, matrix
        if kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth < DEEPEST_FORM:
            yield from _objects(item, matrix=_matrix_of(item).multiply(matrix), depth=depth + 1)


def _matrix_of(item: Any) -> pdfium.PdfMatrix:
    raw = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFPageObj_GetMatrix(item, raw):
        return pdfium.PdfMatrix()
    return pdfium.PdfMatrix.from_raw(raw)


def _picture(item: Any, matrix: pdfium.PdfMatrix, frame: PageFrame) -> Picture | None:
    # An image is painted on the unit square (ISO 32000-1, 8.9.5).
    corners = _matrix_of(item).multiply(matrix).on_rect(0, 0, 1, 1)
    left, bottom, right, top = frame.visible
    shown = [max(left, corners[0]), max(bottom, corners[1]), min(right, corners[2]), min(top, corners[3])]
    x0, y0, x1, y1 = frame.to_pixels(np.array([shown]))[0].tolist()
    if math.isnan(x0):
        return None
    width, height = ctypes.c_uint(), ctypes.c_uint()
    pdfium_c.FPDFImageObj_GetImagePixelSize(item, width, height)
    return Picture(Box(x0, y0, x1, y1), width.value, height.value)
