"""Which candidate to train: each is judged on the real documents, in folds that keep whole sources together."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docflow.classify.blocks import has_many_real
from docflow.classify.evaluation import answers, compare
from docflow.classify.grouping import grouped_folds
from docflow.classify.training import in_order
from docflow.errors import TrainingDataError
from docflow.types import LabelledText, ModelRef, Prediction

if TYPE_CHECKING:
    from docflow.classify.candidates import Candidate

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fold:
    """Samples to fit on, and others to judge by."""

    fit: Sequence[LabelledText]
    judge: Sequence[LabelledText]


def standings(
    candidates: Sequence[Candidate], samples: Sequence[LabelledText], *, seed: int = 0
) -> Mapping[str, float]:
    """Each candidate's mean recall over the labels that people gave, by its name; none where they are too few to tell.

    Every real document is judged by a model that has seen neither it nor its source nor a near duplicate; generated
    ones are learnt from in every fold and judge nothing. An `unknown` counts as any other label, so that it is wrong
    for a document that has a name. Under ten real documents a label, on average, or where a fold would leave too few
    of one, nothing is told.
    """
    folds = real_folds(samples, seed=seed)
    return {each.name: mean_recall(each, folds, seed=seed) for each in candidates} if folds else {}


def real_folds(samples: Sequence[LabelledText], *, seed: int) -> list[Fold]:
    """Folds that real documents judge, generated ones beside what is fitted on; none where real ones are too few.

    Too few are under ten a label, on average, and where a fold would leave too few of one.
    """
    if not has_many_real(samples):
        return []
    beside = [sample for sample in samples if sample.is_generated]
    real = in_order([sample for sample in samples if not sample.is_generated])
    try:
        folds = grouped_folds(real, seed=seed, beside=beside)
    except TrainingDataError as error:
        log.info("real documents alone cannot judge: %s", error)
        return []
    return [Fold([*beside, *(real[row] for row in fit)], [real[row] for row in judge]) for fit, judge in folds]


def mean_recall(candidate: Candidate, folds: Sequence[Fold], *, seed: int) -> float:
    """The mean over the labels of the share that comes out right, by models that have not seen the document's fold."""
    said: list[Prediction] = []
    judged: list[LabelledText] = []
    for fold in folds:
        model = candidate.fit(fold.fit, seed=seed)
        said += answers(model.classifier(ModelRef(candidate.name, "fold", "")), fold.judge)
        judged += fold.judge
    recalls = [figures.recall for figures in compare(said, judged).per_label.values()]
    return sum(recalls) / len(recalls)
