"""JSON with boxes: all that is known of the pages, and the way back from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from docflow.outputs.characters import encodable
from docflow.types import Box, Line, PageText, TextSource, Word

BOX = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 4,
    "maxItems": 4,
    "description": "x0, y0, x1, y1 in pixels of the page; y grows downwards.",
}

SCHEMA = {
    "type": "object",
    "required": ["pages"],
    "properties": {
        "pages": {
            "type": "array",
            "items": {
                "type": "object",
                "description": "A page with its lines, in reading order.",
                "properties": {
                    "number": {"type": "integer", "minimum": 1},
                    "width": {"type": "integer", "description": "In pixels."},
                    "height": {"type": "integer", "description": "In pixels."},
                    "rotation": {
                        "type": "number",
                        "description": "By how many degrees the page has to be turned clockwise to be upright; boxes "
                        "are those of the page as it came.",
                    },
                    "unread": {
                        "type": ["number", "null"],
                        "description": "The share of marks that look like letters and lie outside all words, 0 to 1; "
                        "null where nobody looked.",
                    },
                    "source": {"enum": [source.value for source in TextSource]},
                    "engine": {"type": "string"},
                    "engine_version": {"type": "string"},
                    "languages": {
                        "type": "string",
                        "description": "Codes joined by `+`; empty where the text was read from a text layer.",
                    },
                    "seconds": {"type": "number"},
                    "confidence": {
                        "type": ["number", "null"],
                        "description": "The mean of the words' confidences, weighted by their length; null without "
                        "words.",
                    },
                    "text": {"type": "string", "description": "The lines, joined by newlines."},
                    "lines": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["box", "words"],
                            "properties": {
                                "box": BOX,
                                "words": {
                                    "type": "array",
                                    "minItems": 1,
                                    "items": {
                                        "type": "object",
                                        "required": ["text", "box", "confidence"],
                                        "properties": {
                                            "text": {"type": "string"},
                                            "box": BOX,
                                            "confidence": {"type": "number", "description": "0 to 1."},
                                        },
                                    },
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}
"""What `to_json` writes, as a JSON Schema."""


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
