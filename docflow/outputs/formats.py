"""The formats there are, with their media types and file extensions."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from docflow.errors import RequestError


class Format(StrEnum):
    """In what form a read document can be had."""

    TEXT = "text"
    TSV = "tsv"
    HOCR = "hocr"
    ALTO = "alto"
    JSON = "json"
    PDF = "pdf"

    @property
    def media_type(self) -> str:
        """The IANA media type; texts are UTF-8."""
        return MEDIA_TYPES[self]

    @property
    def extension(self) -> str:
        """The usual end of a file's name, with its dot."""
        return EXTENSIONS[self]


MEDIA_TYPES = {
    Format.TEXT: "text/plain; charset=utf-8",
    Format.TSV: "text/tab-separated-values; charset=utf-8",
    Format.HOCR: "text/vnd.hocr+html; charset=utf-8",
    Format.ALTO: "application/xml",
    Format.JSON: "application/json",
    Format.PDF: "application/pdf",
}

EXTENSIONS = {
    Format.TEXT: ".txt",
    Format.TSV: ".tsv",
    Format.HOCR: ".hocr",
    Format.ALTO: ".alto.xml",
    Format.JSON: ".json",
    Format.PDF: ".pdf",
}


def parse_formats(named: Iterable[str]) -> tuple[Format, ...]:
    """The formats of these names, of which each may be several joined by commas; `RequestError` for an unknown one."""
    names = [name.strip().lower() for joined in named for name in joined.split(",")]
    unknown = [name for name in names if name not in set(Format)]
    if unknown:
        raise RequestError(
            f"there is no output format '{unknown[0]}'",
            detail={"formats": [format.value for format in Format]},
            next_step=f"Use one of: {', '.join(Format)}.",
        )
    return tuple(dict.fromkeys(Format(name) for name in names))
