"""Image files decoded to pages: within the pixel budget, upright, 8-bit grey or RGB."""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from docflow.errors import CorruptDocument, TooManyPages, TruncatedDocument
from docflow.intake.limits import Deadline, scale_to_budget
from docflow.intake.media import MediaType
from docflow.intake.pixels import orientation, plain, resolution, square_size, upright
from docflow.intake.truncation import is_cut_short
from docflow.settings import IntakeSettings
from docflow.types import PageImage

# The pixels that a header declares are checked against our own limits before anything is decoded; Pillow's fixed
# limit would refuse what `intake.hard_max_pixels` allows.
Image.MAX_IMAGE_PIXELS = None

DECODER_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    ImageCms.PyCMSError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    struct.error,
    zlib.error,
)
"""All that Pillow's readers were seen, or can be read, to raise on damaged bytes."""

FORMATS = {
    MediaType.JPEG: "JPEG",
    MediaType.PNG: "PNG",
    MediaType.TIFF: "TIFF",
    MediaType.BMP: "BMP",
    MediaType.WEBP: "WEBP",
}

_quiet = threading.Lock()


@contextmanager
def quiet_headers() -> Iterator[None]:
    """Headers are read without Pillow's warnings about odd metadata, which nobody could act on.

    The filters of `warnings` are the process's own until Python 3.14, hence one thread at a time.
    """
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of an image's pixels: told by its header, before anything is decoded."""

    size: tuple[int, int]
    scale: float
    dpi: float | None
    orientation: int

    def apply(self, decoded: Image.Image) -> NDArray[np.uint8]:
        """The pixels at the planned size, upright."""
        if decoded.size != self.size:
            decoded = decoded.resize(self.size, Image.Resampling.BOX)
        return np.asarray(upright(decoded, turned=self.orientation), dtype=np.uint8)


class ImagePages:
    """The pages of an image file: a TIFF's all, the first frame of any other."""

    def __init__(self, data: bytes, media_type: MediaType, *, limits: IntakeSettings) -> None:
        self._data = data
        self._media_type = media_type
        self._limits = limits
        with self._damage_told(), quiet_headers():
            self.page_count = self._check_headers()

    def page(self, number: int, deadline: Deadline) -> PageImage:
        """The page's pixels; `TruncatedDocument` or `CorruptDocument` where they cannot be decoded."""
        deadline.check()
        with self._damage_told(number):
            with quiet_headers():
                image = self._open(number)
                plan = self._plan(image, number)
                # A JPEG decodes at a half, a quarter or an eighth for less than the whole costs.
                image.draft(None, plan.size)
            image.load()
            return PageImage(number=number, pixels=plan.apply(plain(image)), dpi=plan.dpi, scale=plan.scale)

    def close(self) -> None:
        """Nothing is held between pages."""

    def _open(self, number: int) -> Image.Image:
        image = Image.open(io.BytesIO(self._data), formats=[FORMATS[self._media_type]])
        if self._media_type is MediaType.TIFF:
            image.seek(number - 1)
        return image

    def _plan(self, image: Image.Image, number: int) -> Plan:
        dpi = resolution(image)
        width, height = square_size(image.size, dpi)
        scale = scale_to_budget(width, height, page=number, limits=self._limits)
        return Plan(
            size=(max(1, int(width * scale)), max(1, int(height * scale))),
            scale=scale,
            dpi=max(dpi) * scale if dpi else None,
            # Pillow turns TIFFs by itself while it decodes them.
            orientation=1 if self._media_type is MediaType.TIFF else orientation(image),
        )

    def _check_headers(self) -> int:
        """How many pages there are, each of them within the hard limit."""
        image = self._open(1)
        count = 1
        while True:
            scale_to_budget(*image.size, page=count, limits=self._limits)
            if self._media_type is not MediaType.TIFF:
                return count
            try:
                image.seek(count)
            except EOFError:
                return count
            count += 1
            if count > self._limits.max_pages:
                raise too_many_pages(None, limits=self._limits)

    @contextmanager
    def _damage_told(self, number: int | None = None) -> Iterator[None]:
        try:
            yield
        except DECODER_FAILURES as error:
            name = FORMATS[self._media_type]
            where = f"page {number} of the {name} file" if number else f"the {name} file"
            if is_cut_short(self._data, self._media_type):
                raise TruncatedDocument(f"{where} ends before its content does") from error
            raise CorruptDocument(f"{where} is damaged and cannot be decoded") from error


def too_many_pages(count: int | None, *, limits: IntakeSettings) -> TooManyPages:
    """The error for a document of `count` pages; None where they were counted up to the limit only."""
    has = f"{count:,}" if count is not None else f"more than {limits.max_pages:,}"
    return TooManyPages(
        f"the document has {has} pages, and {limits.max_pages:,} are allowed", detail={"max_pages": limits.max_pages}
    )
