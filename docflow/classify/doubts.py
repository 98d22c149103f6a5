"""Labels that somebody should look at: those that a model trained on the other documents finds unlikely.

Confident learning (Northcutt, Jiang, Chuang 2021), by the library cleanlab, on probabilities out of fold.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from docflow.classify.blocks import by_block, count_blocks, has_many_real
from docflow.classify.confidence import fit_temperature
from docflow.classify.folds import split
from docflow.classify.grouping import LEAST_PER_LABEL, fair_groups
from docflow.classify.training import (
    BACKGROUND_WEIGHT,
    check_labels,
    fit_linear,
    logits_of,
    out_of_fold_logits,
)
from docflow.classify.weighing import document_weights, times_of
from docflow.errors import SettingsError
from docflow.types import LabelledText


@dataclass(frozen=True, slots=True)
class Doubt:
    """A label with its doubtfulness: `score` runs from 0, surely wrong, to 1, surely right.

    `is_issue` says that the classes' own error rates speak against the label, `suggested` is the likeliest label.
    `is_fair` says that the model which was asked has seen nothing of the document's source; it has where the label, or
    another label of that source, has too few sources, and may have where the label has too few documents to be learnt.
    """

    sample: LabelledText
    suggested: str
    score: float
    is_issue: bool
    is_fair: bool = True


def doubts(samples: Sequence[LabelledText], *, beside: Sequence[LabelledText] = (), seed: int = 0) -> list[Doubt]:
    """The samples by how doubtful their labels are, the most doubtful first; those without words are left out.

    A model is never asked about a document that it, or a near duplicate of it or another of its source, was trained on,
    unless its label, or another label of its source, has too few sources: such doubts are not fair, and mistakes among
    those documents may stay hidden.
    The samples `beside` are learnt from and not judged. Labels with too few documents to learn are doubtful above all:
    many a one is mistyped. Raises `TrainingDataError` where there is too little to learn
    from, and `SettingsError` where cleanlab is not installed.
    """
    try:
        from cleanlab.rank import get_label_quality_scores
    except ImportError as error:
        raise SettingsError(
            "cleanlab is not installed", next_step="Install it: `uv pip install 'docflow[labels]'`."
        ) from error
    from sklearn.feature_extraction.text import TfidfTransformer

    # Near duplicates among the judged only: those beside are generated, each on its own.
    judged = [replace(sample, group=f"group {n}") for sample, n in zip(samples, fair_groups(samples), strict=True)]
    everything = [*judged, *beside]
    counts = count_blocks([sample.text for sample in everything], lines=has_many_real(everything))
    worded = np.flatnonzero(np.diff(counts.indptr))
    common = Counter(everything[row].label for row in worded)
    is_common = np.array([common[everything[row].label] >= LEAST_PER_LABEL for row in worded], dtype=bool)
    kept, rare = worded[is_common], worded[~is_common]
    truth = np.array([everything[row].label for row in kept])
    check_labels(truth)
    sources = np.array([everything[row].group or f"beside {row}" for row in kept])
    tfidf = TfidfTransformer(sublinear_tf=True)
    weighted = by_block(tfidf.fit_transform(counts[kept]))
    parts = split(truth, sources, seed=seed)
    times = times_of([everything[row] for row in kept])
    weights = document_weights(truth, times, background_weight=BACKGROUND_WEIGHT)
    logits = out_of_fold_logits(weighted, truth, weights, parts.folds, fitted=fit_linear)
    names = np.unique(truth)
    given = np.searchsorted(names, truth)
    temperature = fit_temperature(logits, given, times=times, sources=len(set(sources.tolist())))
    probabilities = softmax(logits / temperature, axis=1)
    scores = get_label_quality_scores(given, probabilities, method="self_confidence")
    issues = issues_among(given, probabilities, judged=kept < len(samples))
    found = [
        Doubt(
            samples[row],
            suggested=str(names[probabilities[place].argmax()]),
            score=float(scores[place]),
            is_issue=issues[place],
            is_fair=not parts.seen[place],
        )
        for place, row in enumerate(kept.tolist())
        if row < len(samples)
    ]
    if any(row < len(samples) for row in rare):
        likeliest = logits_of(fit_linear(weighted, truth, weights), by_block(tfidf.transform(counts[rare])))
        found += [
            Doubt(samples[row], suggested=str(names[said]), score=0.0, is_issue=True, is_fair=False)
            for row, said in zip(rare.tolist(), likeliest.argmax(axis=1), strict=True)
            if row < len(samples)
        ]
    return sorted(found, key=lambda doubt: (doubt.score, doubt.sample.label))


def issues_among(
    given: NDArray[np.intp], probabilities: NDArray[np.float64], *, judged: NDArray[np.bool_]
) -> list[bool]:
    """For each row, whether the classes' error rates speak against its label; never for one that is not judged.

    The rates are those of the judged rows alone: generated documents are easy, and raise the confidence that cleanlab
    asks of a label. In seven draws, 22 of 276 real documents had another label planted, beside 775 generated ones: 154
    were flagged, and 141 of the 154 planted ones were among them; with the rates of all rows, 104 were, and 96. Where
    no document had a named source it was 157 and 146, and 146 and 137.
    """
    from cleanlab.filter import find_label_issues

    issues = np.zeros(len(given), dtype=bool)
    # With one label there is nothing to confuse it with, and cleanlab refuses some such cases.
    if len(np.unique(given[judged])) > 1:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="May not flag all label issues", category=UserWarning)
            issues[judged] = find_label_issues(given[judged], probabilities[judged], n_jobs=1)
    return [bool(issue) for issue in issues]
