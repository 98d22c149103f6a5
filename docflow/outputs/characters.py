"""Recognised text made fit to stand in a file: one word stays one word, and every encoding and parser takes it."""

from __future__ import annotations

import re

UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Controls, line and paragraph separators, lone surrogates, and non-characters.

XML 1.0 (2.2, Char) forbids most of them; the others would end a line or a field for some reader.
"""

SURROGATE = re.compile("[\ud800-\udfff]")


def fit(text: str) -> str:
    """The text with a replacement character for each that could break a line, a field or a parser."""
    return UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)


def encodable(text: str) -> str:
    """The text with a replacement character for each that has no UTF-8."""
    return SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
