"""Which documents a fair split must not divide: those of one source, and those that are nearly the same.

Near duplicates are found by MinHash (Broder 1997) over runs of words: the share of runs that two texts have in common.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from datasketch import MinHash, MinHashLSH

from docflow.types import LabelledText

NEARLY = 0.5
"""Share of common runs from which two texts are nearly the same. It is half where one word in ten is misread in one of
two readings of a page: 0.9 to the 4th of each one's runs agree."""

WORD = re.compile(r"\w+")

RUN = 4
"""Words of a run."""

PERMUTATIONS = 64
"""Of a MinHash: the share is estimated to within 0.06 (one standard error)."""


def grouped(samples: Sequence[LabelledText]) -> list[str]:
    """Each sample's group: samples of one source, and near duplicates, are in the same, through others too.

    A group is named after the first of its samples that has a source, or after its first sample's place.
    """
    parents = list(range(len(samples)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    first_of: dict[str, int] = {}
    index_of = MinHashLSH(threshold=NEARLY, num_perm=PERMUTATIONS)
    for number, sample in enumerate(samples):
        alike = [first_of.setdefault(sample.group, number)] if sample.group else []
        if (signature := signature_of(sample.text)) is not None:
            alike += index_of.query(signature)
            index_of.insert(number, signature)
        for other in alike:
            low, high = sorted((root(number), root(other)))
            parents[high] = low
    names: dict[int, str] = {}
    for number, sample in enumerate(samples):
        if sample.group:
            names.setdefault(root(number), sample.group)
    return [names.get(root(number), f"#{root(number)}") for number in range(len(samples))]


def signature_of(text: str) -> MinHash | None:
    """The text's MinHash; None for a text too short to be anything's duplicate."""
    words = WORD.findall(text.lower())
    if len(words) < 2 * RUN:
        return None
    signature = MinHash(num_perm=PERMUTATIONS)
    signature.update_batch([" ".join(words[i : i + RUN]).encode() for i in range(len(words) - RUN + 1)])
    return signature


def hold_out(samples: Sequence[LabelledText], *, one_in: int) -> tuple[list[LabelledText], list[LabelledText]]:
    """The samples to learn from, and those to judge by: about one in so many, whole groups of them.

    Which groups are held out rests on their names alone, so more samples change nothing for those that were there.
    A label of which nothing would be left to learn from is not held out.
    """
    chosen = [int.from_bytes(hashlib.sha256(group.encode()).digest()[:8]) % one_in == 0 for group in grouped(samples)]
    learnable = {sample.label for sample, is_held in zip(samples, chosen, strict=True) if not is_held}
    learnt: list[LabelledText] = []
    held: list[LabelledText] = []
    for sample, is_held in zip(samples, chosen, strict=True):
        (held if is_held and sample.label in learnable else learnt).append(sample)
    return learnt, held
