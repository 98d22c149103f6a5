"""What recognition makes of a page that it can hardly read: a few words, headings most of all, and much that is none.

Small, blurred and crumpled pages of the tuning half come out like that: single words that are right among letters of
both alphabets, which have nothing in common with those that stand there but their number.
"""

from __future__ import annotations

import random

from docflow.synth.noise import HOMOGLYPHS, JUNK, LATIN_TO_CYRILLIC

MOST_READ = 0.5
"""Share of the words of small print that are read at most; a page's own is drawn from 0 to this."""

HEADING_READ = 2.5
"""How many times likelier a word is read in a line of capitals, which are larger."""

HEADING = 60
"""Characters that a heading has at most."""

LOST = 0.15
"""Share of the lines that are not found."""

LEAST_WRONG = 0.3
"""Share of wrong characters, at least, in a line's words that are not read; a line's own is drawn from this to 1."""

DROPPED, TWIN, CAPITAL, DIGIT, JUNK_WORD = 0.1, 0.3, 0.6, 0.5, 0.1
"""Of the wrong characters, those that are dropped and, up to the second, that become their twin in the other script;
how often a capital stays one and a digit stays some digit; and how many words are followed by what no word is."""

MOST_FOREIGN = 0.5
"""Share of the other characters that are of the other script, at most; a page's own is drawn from 0 to this."""

LATIN = "etaoinshrdlcumwfgypbvk"
CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэф"
"""The letters that recognition falls for; the rarest are hardly ever among them."""

TWINS = HOMOGLYPHS | LATIN_TO_CYRILLIC


def hardly_read(text: str, *, seed: int) -> str:
    """The text as it comes out where hardly anything can be read; the same seed gives the same errors."""
    rng = random.Random(f"hardly/{seed}")
    read, foreign = rng.uniform(0, MOST_READ), rng.uniform(0, MOST_FOREIGN)
    found = (line for line in text.split("\n") if rng.random() >= LOST)
    return "\n".join(_hardly_read_line(line, read=read, foreign=foreign, rng=rng) for line in found)


def _hardly_read_line(line: str, *, read: float, foreign: float, rng: random.Random) -> str:
    """The line with this share of its words as they are."""
    is_heading = line.isupper() and len(line) < HEADING
    kept, wrong = read * (HEADING_READ if is_heading else 1), rng.uniform(LEAST_WRONG, 1)
    words = []
    for word in line.split(" "):
        if rng.random() < kept:
            words.append(word)
            continue
        words.append("".join(_guess(c, foreign=foreign, rng=rng) if rng.random() < wrong else c for c in word))
        if rng.random() < JUNK_WORD:
            words.append(rng.choice(JUNK))
    return " ".join(words)


def _guess(character: str, *, foreign: float, rng: random.Random) -> str:
    """What a character that nobody can read is taken for."""
    kind = rng.random()
    if kind < DROPPED:
        return ""
    if kind < TWIN and character in TWINS:
        return TWINS[character]
    if character.isdigit() and rng.random() < DIGIT:
        return rng.choice("0123456789")
    is_cyrillic = ("а" <= character.lower() <= "я") != (rng.random() < foreign)
    letter = rng.choice(CYRILLIC if is_cyrillic else LATIN)
    return letter.upper() if character.isupper() and rng.random() < CAPITAL else letter
