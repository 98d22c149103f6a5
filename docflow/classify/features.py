"""What the linear model sees of a text: counts of hashed word and character n-grams, robust to OCR.

The n-grams are those of scikit-learn's vectorisers (words 1-2, characters 2-5 within words), but hashed as
a whole array: 1 ms for a page of 2,600 characters, where two `TfidfVectorizer`s take 14 ms.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

FEATURES_VERSION = 1
"""Kept with each model, which only fits the features it was trained on: raise it with any change here."""

MAX_CHARS = 20_000
"""Only so many characters count, some eight pages: the first pages say what kind of document it is."""

BUCKETS = 1 << 17
WORD_NGRAMS = (1, 2)
CHARACTER_NGRAMS = (2, 3, 4, 5)

MARKS = "%$€£₽#@"
"""Marks that tell kinds apart; all other punctuation is the first thing that OCR gets wrong."""

LOOKALIKES = dict(zip("ёаеорсхукмтвнϲ", "eaeopcxykmtbhc", strict=True))
"""Letters that OCR takes for each other across alphabets, in upper or lower case, become the same letter."""

MOST_MARKS = 8
"""Combining marks that count on one letter: a composed form takes the square of their number, and 20,000 a second."""

READ_LATELY = 16
"""Texts whose lines are kept: those who vote on a text read it one after the other."""

SPACE = ord(" ")
NEWLINE = ord("\n")
MULTIPLIER = 0x9E3779B97F4A7C15
"""Odd, so that it has an inverse modulo 2^64 (the fraction of the golden ratio, as in Knuth's hashing)."""


def normalise(text: str) -> str:
    """The text's words as the model reads them, separated by single spaces.

    Compatibility forms are unified (NFKC), case is folded, letters that look alike in Latin and Cyrillic
    are one, every digit is `0`, and whatever is neither letter, digit nor one of `MARKS` separates words.
    Only the first `MAX_CHARS` characters count.
    """
    return " ".join(normalised_lines(text))


@lru_cache(maxsize=READ_LATELY)
def normalised_lines(text: str) -> tuple[str, ...]:
    """The text's lines as `normalise` reads them, without those in which nothing is left."""
    unified = unicodedata.normalize("NFKC", without_heaps(text[:MAX_CHARS]))[:MAX_CHARS]
    codes = code_points("\n".join(unified.splitlines()))
    read = np.where(codes == NEWLINE, NEWLINE, folding_table()[np.minimum(codes, 0xFFFF)]).astype(np.uint32)
    lines = (" ".join(line.split()) for line in read.tobytes().decode("utf-32-le").split("\n"))
    return tuple(line for line in lines if line)


def count_features(texts: Sequence[str], *, characters: bool = True) -> sp.csr_matrix:
    """How often each bucket's n-grams occur in each text: float32, texts x `BUCKETS`.

    Without `characters`, only n-grams of words are counted.
    """
    columns: list[NDArray[np.int32]] = []
    counts: list[NDArray[np.float32]] = []
    for text in texts:
        buckets, occurrences = np.unique(ngram_buckets(normalise(text), characters=characters), return_counts=True)
        columns.append(buckets)
        counts.append(occurrences.astype(np.float32))
    ends = np.cumsum([0, *(len(buckets) for buckets in columns)])
    held = (np.concatenate(counts), np.concatenate(columns)) if columns else (np.empty(0), np.empty(0))
    return sp.csr_matrix((*held, ends), shape=(len(texts), BUCKETS), dtype=np.float32)


def ngram_buckets(normalised: str, *, characters: bool = True) -> NDArray[np.int32]:
    """The bucket of every n-gram of a normalised text, or of words' alone, repeated as often as it occurs."""
    if not normalised:
        return np.empty(0, dtype=np.int32)
    codes = code_points(f" {normalised} ")
    hashes = hash_prefixes(codes)
    spaces = codes == SPACE
    spans = [*word_spans(spaces), *(character_spans(spaces) if characters else ())]
    return np.concatenate([hash_spans(hashes, *span) for span in spans])


def word_spans(space: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], int]]:
    """Starts, ends and the kind, 0, of words' n-grams."""
    edges = np.flatnonzero(space)
    for length in WORD_NGRAMS:
        yield edges[:-length] + 1, edges[length:], 0


def character_spans(space: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], int]]:
    """Starts, ends and the kind, 1, of characters' n-grams.

    They take in the space on either side of a word, and never cross one.
    """
    spaces_before = np.concatenate([[0], np.cumsum(space)])
    for length in CHARACTER_NGRAMS:
        starts = np.arange(max(0, len(space) - length + 1))
        within = spaces_before[starts + length - 1] == spaces_before[starts + 1]
        yield starts[within], starts[within] + length, 1


def hash_prefixes(codes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """The polynomial hash of each prefix, modulo 2^64; two of them give the hash of what lies between."""
    hashes = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum(codes * powers(MULTIPLIER)[: len(codes)], out=hashes[1:])
    return hashes


def hash_spans(
    prefixes: NDArray[np.uint64], starts: NDArray[np.intp], ends: NDArray[np.intp], kind: int
) -> NDArray[np.int32]:
    """The bucket of each span: its hash, freed of its place and mixed as in SplitMix64 (Steele 2014)."""
    inverse = powers(pow(MULTIPLIER, -1, 1 << 64))
    mixed = (prefixes[ends] - prefixes[starts]) * inverse[starts] + np.uint64(kind)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed >> np.uint64(64 - BUCKETS.bit_length() + 1)).astype(np.int32)


def without_heaps(text: str) -> str:
    """The text without those combining marks in a row that are more than count."""
    is_mark = combining_table()[code_points(text)]
    if is_mark.sum() <= MOST_MARKS:
        return text
    ends = np.cumsum(is_mark)
    # How many marks there are up to the last character that is none.
    before = np.maximum.accumulate(np.where(is_mark, 0, ends))
    kept = code_points(text)[~is_mark | (ends - before <= MOST_MARKS)]
    return kept.tobytes().decode("utf-32-le", "surrogatepass")


@cache
def combining_table() -> NDArray[np.bool_]:
    """Whether each code point is a combining mark, of which a composed form puts those in a row in order."""
    return np.array([unicodedata.combining(chr(code)) > 0 for code in range(sys.maxunicode + 1)], dtype=bool)


@cache
def powers(base: int) -> NDArray[np.uint64]:
    """The powers of `base` modulo 2^64, from 0 up to the longest text's."""
    factors = np.full(MAX_CHARS + 2, base, dtype=np.uint64)
    factors[0] = 1
    return np.cumprod(factors)


@cache
def folding_table() -> NDArray[np.uint32]:
    """What each code point of the basic plane is read as."""
    return np.array([ord(folded(chr(code))) for code in range(0x10000)], dtype=np.uint32)


def folded(character: str) -> str:
    """The one character that this one is read as; a space where it separates words."""
    if character.isdigit():
        return "0"
    if character in MARKS:
        return character
    lower = character.lower()[:1]
    return LOOKALIKES.get(lower, lower) if lower.isalpha() else " "


def code_points(text: str) -> NDArray[np.uint32]:
    """The text's code points; lone surrogates, which JSON can carry, included."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
