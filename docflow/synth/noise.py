"""What recognition does to a text, without an image: so that thousands of noisy texts cost seconds.

The confusions are pairs of shapes that Tesseract's English and Russian models take for each other.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

CONFUSIONS: Mapping[str, tuple[str, ...]] = {
    **{"rn": ("m",), "cl": ("d",), "li": ("h",), "vv": ("w",), "ri": ("n",), "ti": ("ii",), "fi": ("ñ", "f")},
    **{"m": ("rn", "nn"), "w": ("vv",), "d": ("cl",), "h": ("b", "li"), "n": ("ri", "u"), "u": ("n", "ii")},
    **{"e": ("c", "o"), "c": ("e", "o"), "o": ("0", "c"), "a": ("o", "s"), "s": ("5", "a"), "t": ("f", "l")},
    **{"f": ("t", "r"), "i": ("l", "1", "j"), "l": ("1", "I", "|", "i"), "g": ("q", "9"), "y": ("v",)},
    **{"I": ("l", "1", "|", "T"), "O": ("0", "Q"), "S": ("5", "$"), "B": ("8", "R"), "D": ("O", "0")},
    **{"G": ("6", "C"), "Z": ("2",), "T": ("I", "7"), "A": ("4",), "M": ("NI", "H"), "E": ("F",), "Q": ("O",)},
    **{"0": ("O", "o", "6"), "1": ("l", "I", "7"), "2": ("Z", "7"), "3": ("8", "З"), "4": ("A",), "5": ("S", "6")},
    **{"6": ("б", "5", "8"), "7": ("1", "/"), "8": ("B", "3", "6"), "9": ("g", "8"), "$": ("S", "8"), "&": ("8",)},
    **{".": (",", ""), ",": (".", ""), ":": (".", ";"), ";": (":",), "-": ("—", "_", ""), "/": ("1", "|")},
    **{"'": ("`", ""), '"': ("''", "”"), "(": ("{", "C"), ")": ("}", "J"), "%": ("96", "°/o"), "#": ("H", "it")},
    **{"ь": ("б", "ъ"), "ъ": ("ь",), "ы": ("ьі", "ьт"), "и": ("н", "п"), "н": ("и", "п"), "п": ("н", "л")},
    **{"й": ("и", "ñ"), "ш": ("щ", "п"), "щ": ("ш", "ц"), "ц": ("п", "и"), "л": ("п", "д"), "д": ("л", "а")},
    **{"ж": ("х", "ок"), "ю": ("то", "10"), "з": ("э", "3"), "э": ("з",), "в": ("з", "а"), "г": ("т", "r")},
    **{"т": ("г", "m"), "б": ("6", "о"), "ё": ("е",), "я": ("а", "л"), "ф": ("Ф", "ср"), "м": ("и", "ы")},
    **{"З": ("3",), "О": ("0", "O"), "Б": ("6", "Б."), "Ч": ("4",), "Л": ("Д", "П"), "П": ("Л", "Н")},
    **{
        "Н": ("H", "И"),
        "И": ("Н", "П"),
        "Ш": ("Щ", "III"),
        "Ц": ("П", "Ц."),
        "Ф": ("O", "Ф."),
        "№": ("Ne", "Мо", "N", "%"),
    },
}
"""What a shape may be read as."""

HOMOGLYPHS = dict(zip("аеорсухАВЕКМНОРСТХ", "aeopcyxABEKMHOPCTX", strict=True))
"""Cyrillic letters whose Latin twins look the same."""

LATIN_TO_CYRILLIC = {latin: cyrillic for cyrillic, latin in HOMOGLYPHS.items()}

JUNK = ("|", "_", ".", "'", "~", "—", "=", "„", "°", ":", "*", "ee", "a", "i", "\\", "r", "Е", "г")
"""What specks, rules and stamps are read as."""

DROP, SPLIT, JOIN, HOMOGLYPH, CASE = 0.12, 0.08, 0.08, 0.08, 0.04
"""How an error that befalls a word shares out; what is left is a confusion of shapes."""


def ocr_noise(text: str, *, rate: float, seed: int) -> str:
    """The text as a poor scan of it would be read; the same seed gives the same errors.

    `rate` is the share of characters at which something goes wrong, from 0, nothing, to 1. Lines are lost, made up
    or run into their neighbours in proportion to it. Letters wrongly read stay about as many as they were.
    """
    if not 0.0 <= rate <= 1.0:
        raise ValueError(f"the rate of errors is a share, not {rate}")
    if rate == 0.0:
        return text
    rng = random.Random(seed)
    return "\n".join(_noisy_lines(text.split("\n"), rate=rate, rng=rng))


def _noisy_lines(lines: list[str], *, rate: float, rng: random.Random) -> Iterator[str]:
    """The lines with errors; whole ones lost, made up, and columns run together."""
    held = ""
    for line in lines:
        chance = rng.random()
        if line and chance < rate * 0.4:
            continue
        if chance < rate * 0.8:
            yield _junk(rng)
        elif line and chance < rate * 1.3:
            held = line
            continue
        noisy = " ".join(_noisy_words(line.split(" "), rate=rate, rng=rng))
        yield f"{noisy} {held}" if held and noisy else noisy
        held = ""


def _noisy_words(words: list[str], *, rate: float, rng: random.Random) -> Iterator[str]:
    """The words of one line with errors; a longer word is likelier to have one."""
    joined = ""
    for word in words:
        if not word or rng.random() > rate * len(word):
            yield joined + word
            joined = ""
            continue
        kind = rng.random()
        if kind < DROP:
            continue
        if kind < DROP + JOIN:
            joined += word
            continue
        yield joined + _noisy_word(word, rng=rng, rate=rate)
        joined = ""
        if rng.random() < rate:
            yield _junk(rng)
    if joined:
        yield joined


def _noisy_word(word: str, *, rate: float, rng: random.Random) -> str:
    """The word, misread in one place at least, and at more where the rate is high."""
    for _ in range(1 + sum(rng.random() < rate for _ in word[1:])):
        word = _misread(word, rng)
    return word


def _misread(word: str, rng: random.Random) -> str:
    """The word with one error."""
    kind, at = rng.random(), rng.randrange(max(1, len(word)))
    if kind < SPLIT and len(word) > 3:
        return f"{word[:at]} {word[at:]}".strip()
    if kind < SPLIT + HOMOGLYPH:
        return _other_script(word, rng)
    if kind < SPLIT + HOMOGLYPH + CASE:
        return word[:at] + word[at:].swapcase()
    for length in (2, 1):
        readings = CONFUSIONS.get(word[at : at + length])
        if readings:
            return word[:at] + rng.choice(readings) + word[at + length :]
    return word[:at] + rng.choice(("", word[at : at + 1] * 2, rng.choice(JUNK))) + word[at + 1 :]


def _other_script(word: str, rng: random.Random) -> str:
    """The word with its twins of the other script, all of them or only some."""
    twins = HOMOGLYPHS if any(letter in HOMOGLYPHS for letter in word) else LATIN_TO_CYRILLIC
    share = rng.choice((0.3, 1.0))
    return "".join(twins.get(letter, letter) if rng.random() < share else letter for letter in word)


def _junk(rng: random.Random) -> str:
    """What specks and smudges are read as."""
    return " ".join(rng.choice(JUNK) for _ in range(rng.randint(1, 4)))
