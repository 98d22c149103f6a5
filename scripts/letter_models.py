"""Writes docflow/ocr/letters.*.tsv.gz: counts of letters from generated lines and dictionaries, the same each time."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from spellchecker import SpellChecker

from docflow.ocr.letters import SHIPPED, LetterModel, file_name
from docflow.ocr.lexicon import DICTIONARIES, RARE
from docflow.ocr.recogniser.alphabet import ALPHABET
from docflow.synth.lines.texts import line_text

TARGET = Path(__file__).parents[1] / "docflow" / "ocr"

LINES = 60_000
SEED = 987_654
"""Of lines that neither the recogniser's training nor any benchmark draws."""


def main() -> None:
    """Write every language's file."""
    for language in SHIPPED:
        (TARGET / file_name(language)).write_bytes(LetterModel.learn(words_of(language)).packed())


def words_of(language: str) -> dict[str, float]:
    """How often each word counts: half of all are of generated lines, half of the dictionary.

    A word of the dictionary counts by the square root of its frequency, since speech has few words that often.
    """
    rng = random.Random(SEED)  # noqa: S311 — nothing here is a secret
    alphabet = frozenset(ALPHABET)
    generated = Counter[str]()
    for number in range(LINES):
        text = line_text(seed=SEED, number=number, language=language, alphabet=alphabet, rng=rng)
        generated.update(text.split())
    frequencies: dict[str, int] = SpellChecker(language=DICTIONARIES[language]).word_frequency.dictionary
    roots = {word: count**0.5 for word, count in frequencies.items() if count >= RARE}
    share = generated.total() / sum(roots.values())
    words = {word: root * share for word, root in roots.items()}
    for word, count in generated.items():
        words[word] = words.get(word, 0.0) + count
    return words


if __name__ == "__main__":
    main()
