"""The characters that the compact recogniser tells apart: English and Russian letters in one alphabet."""

from __future__ import annotations

import string

RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"

ALPHABET = " " + string.digits + string.ascii_letters + string.punctuation + RUSSIAN + RUSSIAN.upper() + "№₽€£°«»—•§±"
"""Its characters by class number less one: class 0 is CTC's blank. En dashes are read as `—`, curly quotes as `"`."""

CLASSES = len(ALPHABET) + 1
"""Classes that the network tells apart, CTC's blank among them."""

NUMBERS = {character: number for number, character in enumerate(ALPHABET, start=1)}


def encode(text: str) -> list[int]:
    """The text's class numbers; KeyError for a character that the alphabet lacks."""
    return [NUMBERS[character] for character in text]
