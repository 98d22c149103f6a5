"""Poppler through pdf2image: PDF pages rendered by processes of their own, each with a timeout."""

from __future__ import annotations

import contextlib
import math
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pdf2image
from numpy.typing import NDArray
from pdf2image.exceptions import (
    PDFInfoNotInstalledError,
    PDFPageCountError,
    PDFPopplerTimeoutError,
    PDFSyntaxError,
    PopplerNotInstalledError,
)

from docflow.errors import CorruptDocument, DocumentTimeout
from docflow.intake.limits import Deadline

PAGE_SIZE = re.compile(r"([\d.]+) x ([\d.]+) pts")
FAILURES = (
    PDFInfoNotInstalledError,
    PDFPageCountError,
    PDFSyntaxError,
    PopplerNotInstalledError,
    OSError,
    ValueError,
    LookupError,
)


class PopplerFile:
    """A PDF in a temporary file, for poppler's programs to read; close it to delete the file."""

    def __init__(self, data: bytes) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="docflow-")
        self._path = Path(self._folder.name, "document.pdf")
        self._path.write_bytes(data)

    def page_count(self, *, deadline: Deadline) -> int:
        """How many pages poppler finds; `CorruptDocument` where it cannot open the file or is not installed."""
        with _failures_told(deadline):
            return int(self._info(deadline)["Pages"])

    def page_size(self, number: int, *, deadline: Deadline) -> tuple[float, float]:
        """The page's width and height in points, as it is seen."""
        with _failures_told(deadline):
            info = self._info(deadline, page=number)
            found = PAGE_SIZE.match(next(v for k, v in info.items() if re.fullmatch(r"Page +\d+ size", k)))
            turned = next((v for k, v in info.items() if re.fullmatch(r"Page +\d+ rot", k)), "0")
            if found is None:
                raise CorruptDocument("a page of the PDF has no size")
            width, height = float(found[1]), float(found[2])
            return (height, width) if turned in ("90", "270") else (width, height)

    def render(self, number: int, *, dpi: float, deadline: Deadline) -> NDArray[np.uint8]:
        """The page's pixels in grey."""
        with _failures_told(deadline):
            # convert_from_path asks pdfinfo again, without a timeout: it has just answered this one in time.
            self._info(deadline)
            images = pdf2image.convert_from_path(
                self._path,
                # Whole numbers would be exact for few of the resolutions that fit a budget; pdftoppm takes any.
                dpi=dpi,  # type: ignore[arg-type]
                first_page=number,
                last_page=number,
                grayscale=True,
                use_cropbox=True,
                timeout=_whole_seconds(deadline),
            )
            if len(images) != 1:
                raise CorruptDocument("a page of the PDF cannot be rendered")
            return np.asarray(images[0], dtype=np.uint8)

    def close(self) -> None:
        """Delete the temporary file."""
        self._folder.cleanup()

    def _info(self, deadline: Deadline, *, page: int = 1) -> dict[str, str]:
        found = pdf2image.pdfinfo_from_path(
            str(self._path), first_page=page, last_page=page, timeout=_whole_seconds(deadline)
        )
        return {key: str(value) for key, value in found.items()}


def _whole_seconds(deadline: Deadline) -> int:
    deadline.check()
    return math.ceil(deadline.remaining())


@contextlib.contextmanager
def _failures_told(deadline: Deadline) -> Iterator[None]:
    try:
        yield
    except PDFPopplerTimeoutError as error:
        raise DocumentTimeout(
            f"the document took longer than {deadline.seconds:g} s", detail={"limit_seconds": deadline.seconds}
        ) from error
    except StopIteration as error:
        raise CorruptDocument("a page of the PDF has no size") from error
    except FAILURES as error:
        raise CorruptDocument("the PDF is damaged and cannot be read") from error
