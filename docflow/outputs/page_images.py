"""Page images as PDF pages: a JPEG's own bytes where they can stay, else the pixels, compressed by what they are."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

import numpy as np
from pikepdf import Array, Dictionary, Name, Page, Pdf, Stream
from PIL import Image

from docflow.outputs.jpeg import fitted
from docflow.types import PageImage

POINTS_PER_INCH = 72.0

LONG_SIDE_INCHES = 11.69
"""A4's long side: how large a page becomes that does not say how large it is, such as a photo."""

SHORTEST_SIDE, LONGEST_SIDE = 3.0, 14_400.0
"""Bounds of a page's sides in points (ISO 32000-1, C.2): readers refuse others."""

JPEG_QUALITY = 80

ORIENTATION_TAG = 0x0112
TURNS = {1: 0, 6: 90, 3: 180, 8: 270}
"""The clockwise turn that shows a JPEG of each EXIF orientation upright; a mirrored one has none."""

ROWS_PER_STRIP, STRIP_OFFSETS, STRIP_BYTES, PHOTOMETRIC = 278, 273, 279, 262
"""TIFF's tags."""

BLACK_IS_ZERO = 1


def add_page(pdf: Pdf, image: PageImage, *, jpeg: bytes | None = None) -> Page:
    """A new last page with this image, as large as its resolution says and a PDF page may be.

    `jpeg` is the file that the image was decoded from: its bytes are kept unless it is mirrored or in CMYK. Otherwise
    black and white pixels become CCITT group 4, which loses nothing, and others a JPEG.
    """
    kept = _kept(jpeg, image) if jpeg is not None else None
    encoded = kept if kept is not None else _encoded(image)
    width, height = _size(image)
    if encoded.turn in (90, 270):
        width, height = height, width
    pdf.add_blank_page(page_size=(width, height))
    page = pdf.pages[-1]
    if encoded.turn:
        page.obj.Rotate = encoded.turn
    name = page.add_resource(encoded.stream(pdf), Name.XObject, Name.PageImage)
    page.obj.Contents = pdf.make_stream(f"q {width:.4f} 0 0 {height:.4f} 0 0 cm {name} Do Q".encode("ascii"))
    return page


def _size(image: PageImage) -> tuple[float, float]:
    """Width and height in points, at another scale where a side would lie outside the bounds.

    What is more than 4,800 times as long as broad fits at no scale: it is broadened.
    """
    dpi = image.dpi or max(image.width, image.height) / LONG_SIDE_INCHES
    width, height = (side * POINTS_PER_INCH / dpi for side in (image.width, image.height))
    scale = min(max(1.0, SHORTEST_SIDE / min(width, height)), LONGEST_SIDE / max(width, height))
    width, height = (min(max(SHORTEST_SIDE, side * scale), LONGEST_SIDE) for side in (width, height))
    return width, height


@dataclass(frozen=True, slots=True)
class _Encoded:
    """An image as PDF keeps it, to be shown turned clockwise by `turn`."""

    data: bytes
    size: tuple[int, int]
    colours: Name
    filter: Name
    bits: int = 8
    parameters: Dictionary | None = None
    turn: int = 0

    def stream(self, pdf: Pdf) -> Stream:
        width, height = self.size
        made = Stream(pdf, self.data)
        made.Type, made.Subtype = Name.XObject, Name.Image
        made.Width, made.Height, made.BitsPerComponent = width, height, self.bits
        made.ColorSpace, made.Filter = self.colours, Array([self.filter])
        if self.parameters is not None:
            made.DecodeParms = Array([self.parameters])
        return made


def _kept(jpeg: bytes, image: PageImage) -> _Encoded | None:
    """The JPEG as it is; None where a PDF could not show it as `image` does."""
    with warnings.catch_warnings(), Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as opened:
        warnings.simplefilter("ignore")
        turn = TURNS.get(_orientation(opened))
        size, mode = opened.size, opened.mode
    if turn is None or mode not in ("L", "RGB"):
        return None
    seen = size[::-1] if turn in (90, 270) else size
    if abs(seen[0] / seen[1] / (image.width / image.height) - 1) > 0.02:
        return None
    return _Encoded(jpeg, size, _colours(mode), Name.DCTDecode, turn=turn)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION_TAG, 1))
    except (OSError, SyntaxError, ValueError, TypeError, LookupError):
        return 1


def _encoded(image: PageImage) -> _Encoded:
    pixels = image.pixels
    if pixels.ndim == 2 and bool(np.isin(pixels, (0, 255)).all()):
        return _group4(Image.fromarray(pixels))
    opened = fitted(Image.fromarray(pixels))
    written = io.BytesIO()
    opened.save(written, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return _Encoded(written.getvalue(), opened.size, _colours(opened.mode), Name.DCTDecode)


def _group4(grey: Image.Image) -> _Encoded:
    """Black and white by fax compression, cut out of the one strip of a TIFF that Pillow writes."""
    written = io.BytesIO()
    grey.convert("1").save(written, "TIFF", compression="group4", tiffinfo={ROWS_PER_STRIP: grey.height})
    with Image.open(written, formats=["TIFF"]) as tiff:
        tags = tiff.tag_v2  # type: ignore[attr-defined]
        (start,), (length,), photometric = tags[STRIP_OFFSETS], tags[STRIP_BYTES], tags[PHOTOMETRIC]
    parameters = Dictionary(K=-1, Columns=grey.width, Rows=grey.height, BlackIs1=photometric == BLACK_IS_ZERO)
    data = written.getvalue()[start : start + length]
    return _Encoded(data, grey.size, Name.DeviceGray, Name.CCITTFaxDecode, bits=1, parameters=parameters)


def _colours(mode: str) -> Name:
    return Name.DeviceGray if mode == "L" else Name.DeviceRGB
