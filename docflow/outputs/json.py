"""JSON with boxes: all that is known of the pages, and the way back from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from docflow.outputs.characters import encodable
from docflow.types import Box, Line, PageText, TextSource, Word


def to_json(pages: Sequence[PageText]) -> str:
    """The pages as one JSON object; boxes are [x0, y0, x1, y1] in pixels, confidences run from 0 to 1."""
    return json.dumps({"pages": [_page(page) for page in pages]}, ensure_ascii=False, allow_nan=False)


def from_json(written: str | bytes) -> tuple[PageText, ...]:
    """The pages that `to_json` was given; raises `ValueError`, `KeyError` or `TypeError` for anything else."""
    return tuple(_page_text(page) for page in json.loads(written)["pages"])


def _page(page: PageText) -> dict[str, Any]:
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "rotation": page.rotation,
        "unread": page.unread,
        "source": page.source.value,
        "engine": page.engine,
        "engine_version": page.engine_version,
        "languages": page.languages,
        "seconds": page.seconds,
        "confidence": page.confidence,
        "text": encodable(page.text),
        "lines": [_line(line) for line in page.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {"box": _corners(line.box), "words": [_word(word) for word in line.words]}


def _word(word: Word) -> dict[str, Any]:
    return {"text": encodable(word.text), "box": _corners(word.box), "confidence": word.confidence}


def _corners(box: Box) -> list[float]:
    return [box.x0, box.y0, box.x1, box.y1]


def _page_text(page: dict[str, Any]) -> PageText:
    return PageText(
        number=page["number"],
        width=page["width"],
        height=page["height"],
        lines=tuple(
            Line(tuple(Word(word["text"], Box(*word["box"]), word["confidence"]) for word in line["words"]))
            for line in page["lines"]
        ),
        source=TextSource(page["source"]),
        engine=page["engine"],
        engine_version=page["engine_version"],
        languages=page["languages"],
        seconds=page["seconds"],
        rotation=page["rotation"],
        unread=page["unread"],
    )
