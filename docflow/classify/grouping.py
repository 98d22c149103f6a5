"""Which documents a fair split must keep together: those of one source, and those that say nearly the same."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from docflow.classify.features import normalise
from docflow.errors import TrainingDataError
from docflow.types import LabelledText

LEAST_PER_LABEL = 5
"""Documents of a label under which it is not learnt."""

FOLDS = 3
"""Folds in which candidates, and settings of their knobs, are compared."""

SIMILARITY = 0.8
"""The share of common shingles (Jaccard) from which on two texts are near duplicates."""

SHINGLE_WORDS = 3
PERMUTATIONS = 128
SEED = 1


def fair_groups(samples: Sequence[LabelledText]) -> list[int]:
    """Each sample's group, numbered from 0 in the order of appearance.

    Samples share one where their sources (`source`, else `group`) are the same, where they are near duplicates by
    MinHash (Broder 1997), or where a chain of such pairs connects them. A sample without a source and without a near
    duplicate is alone.
    """
    from scipy.cluster.hierarchy import DisjointSet

    joined = DisjointSet(range(len(samples)))
    for first, second in [*same_source(samples), *near_duplicates([sample.text for sample in samples])]:
        joined.merge(first, second)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(joined[row], len(numbers)) for row in range(len(samples))]


def same_source(samples: Sequence[LabelledText]) -> list[tuple[int, int]]:
    """Each sample with the first one of its source."""
    firsts: dict[str, int] = {}
    named = [(row, sample.source or sample.group) for row, sample in enumerate(samples)]
    return [(firsts.setdefault(source, row), row) for row, source in named if source]


def near_duplicates(texts: Sequence[str], *, similarity: float = SIMILARITY) -> list[tuple[int, int]]:
    """Pairs of texts whose shingles of three words are common to this share, as far as MinHash tells.

    Digits do not count, so that two fillings of one form are near duplicates. Texts without a word have none.
    """
    # Only training splits documents: what serves does not have the library.
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=PERMUTATIONS, params=bands(similarity))
    blank = MinHash(num_perm=PERMUTATIONS, seed=SEED)
    pairs = []
    for row, text in enumerate(texts):
        found = shingles(text)
        if not found:
            continue
        sketch = blank.copy()
        sketch.update_batch([shingle.encode("utf-8", "surrogatepass") for shingle in sorted(found)])
        pairs += [(earlier, row) for earlier in index.query(sketch)]
        index.insert(row, sketch)
    return sorted(pairs)


@cache
def bands(similarity: float) -> tuple[int, int]:
    """How many bands of how many values a sketch is cut into, so that texts as similar as this meet in one of them.

    Integrated anew for each index, it would take most of the time of a comparison of a hundred texts: 0.05 seconds.
    """
    from datasketch import MinHashLSH

    chosen = MinHashLSH(threshold=similarity, num_perm=PERMUTATIONS)
    return chosen.b, chosen.r


def shingles(text: str) -> set[str]:
    """Every run of three words; all words as one where there are fewer."""
    words = normalise(text).split()
    last = max(1, len(words) - SHINGLE_WORDS + 1)
    return {" ".join(words[at : at + SHINGLE_WORDS]) for at in range(last)} if words else set()


def hold_out(samples: Sequence[LabelledText], *, one_in: int) -> tuple[list[LabelledText], list[LabelledText]]:
    """The samples to learn from, and those to judge by: about one in so many, whole groups of them.

    Which groups are held out rests on the names of their sources, so that more samples of other sources change nothing
    for those that were there. A group is not held out if it has a label of which under `LEAST_PER_LABEL` would be left
    to learn from.
    """
    names: dict[int, str] = {}
    groups = fair_groups(samples)
    for row, (sample, group) in enumerate(zip(samples, groups, strict=True)):
        names.setdefault(group, sample.source or sample.group or f"#{row}")
    chosen = [int.from_bytes(hashlib.sha256(names[group].encode()).digest()[:8]) % one_in == 0 for group in groups]
    left = Counter(sample.label for sample, is_held in zip(samples, chosen, strict=True) if not is_held)
    needed = {group for sample, group in zip(samples, groups, strict=True) if left[sample.label] < LEAST_PER_LABEL}
    learnt: list[LabelledText] = []
    held: list[LabelledText] = []
    for sample, group, is_held in zip(samples, groups, chosen, strict=True):
        (held if is_held and group not in needed else learnt).append(sample)
    return learnt, held


def sources_of(samples: Sequence[LabelledText]) -> NDArray[np.str_]:
    """A name for each sample's source, for folds that keep sources whole: near duplicates among real ones have one.

    Generated ones are as many as one likes, each on its own: their layouts are their sources.
    """
    names = [sample.group or f"#{row}" for row, sample in enumerate(samples)]
    real = [row for row, sample in enumerate(samples) if not sample.is_generated]
    for row, group in zip(real, fair_groups([samples[row] for row in real]), strict=True):
        names[row] = f"real {group}"
    return np.array(names)


def grouped_folds(
    samples: Sequence[LabelledText], *, seed: int, beside: Sequence[LabelledText] = ()
) -> list[tuple[list[int], list[int]]]:
    """Rows to fit and to judge: sources and near duplicates are whole, and enough of each label is left to fit.

    What a machine labelled is fitted on, and judges nothing; those `beside` are fitted on in every fold.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    truth = np.array([sample.label for sample in samples])
    groups = np.array(fair_groups(samples))
    if len(np.unique(groups)) < FOLDS:
        raise TrainingDataError(f"the training documents have under {FOLDS} sources: nothing can be tuned on them")
    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(truth, truth, groups)
    automatic = {row for row, sample in enumerate(samples) if sample.is_automatic}
    folds = [(fit.tolist(), [row for row in judge.tolist() if row not in automatic]) for fit, judge in split]
    always = Counter(sample.label for sample in beside)
    short = sorted(
        {
            label
            for label in set(truth)
            for fit, _ in folds
            if always[label] + np.sum(truth[fit] == label) < LEAST_PER_LABEL
        }
    )
    if short:
        raise TrainingDataError(
            f"too few documents, or too few sources of them, to tune on {FOLDS} folds, each of which must leave "
            f"{LEAST_PER_LABEL} of a label to learn from: {', '.join(short)}",
            detail={"few": short},
        )
    return folds


def apart_from(samples: Sequence[LabelledText], others: Sequence[LabelledText]) -> list[LabelledText]:
    """The samples that share no source with any of the others, and are no near duplicates of them."""
    groups = fair_groups([*others, *samples])
    taken = set(groups[: len(others)])
    return [sample for sample, group in zip(samples, groups[len(others) :], strict=True) if group not in taken]
