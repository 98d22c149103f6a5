"""The limits of one document: its bytes, its time, what it says, and the pixels of each page."""

from __future__ import annotations

import math
import time

from docflow.errors import DocumentTimeout, FileTooLarge, PageTooLarge, TooManyCharacters
from docflow.intake.media import MediaType, sniff
from docflow.settings import IntakeSettings


class Deadline:
    """The moment by which a document has to be done, `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds that are left; never below 0."""
        return max(0.0, self._end - time.monotonic())

    def check(self) -> None:
        """Raise `DocumentTimeout` once the time is over."""
        if self.remaining() <= 0:
            raise DocumentTimeout(
                f"the document took longer than {self.seconds:g} s", detail={"limit_seconds": self.seconds}
            )


def check_upload(data: bytes, *, limits: IntakeSettings) -> MediaType:
    """The file's type, after the checks that cost nothing: no bytes, too many, or of no type that is read.

    Raises `EmptyFile`, `FileTooLarge` or `UnsupportedType`.
    """
    if len(data) > limits.max_bytes:
        raise FileTooLarge(
            f"the file has {len(data):,} bytes, and {limits.max_bytes:,} are allowed",
            detail={"bytes": len(data), "max_bytes": limits.max_bytes},
        )
    return sniff(data)


def check_characters(said: int, *, page: int, limits: IntakeSettings) -> None:
    """Raise `TooManyCharacters` where the pages up to this one, counted from 1, say more than a document may.

    A file need not be large for that: all of its pages may share one stream of content.
    """
    if said > limits.max_characters:
        raise TooManyCharacters(
            f"the document has {said:,} characters up to page {page}, and {limits.max_characters:,} are allowed",
            detail={"page": page, "max_characters": limits.max_characters},
        )


def scale_to_budget(width: float, height: float, *, page: int, limits: IntakeSettings) -> float:
    """The factor, at most 1, by which both sides of a page shrink to fit `max_pixels`.

    Raises `PageTooLarge` where the page declares more than `hard_max_pixels`.
    """
    pixels = width * height
    if pixels > limits.hard_max_pixels:
        raise PageTooLarge(
            f"page {page} has {width:,.0f} x {height:,.0f} pixels, and {limits.hard_max_pixels:,} are allowed",
            detail={"page": page, "pixels": round(pixels), "hard_max_pixels": limits.hard_max_pixels},
        )
    if pixels <= limits.max_pixels:
        return 1.0
    return math.sqrt(limits.max_pixels / pixels)
