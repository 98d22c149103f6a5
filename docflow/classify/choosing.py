"""Which candidate to train: each is judged on the real documents, in folds that keep whole sources together."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
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


def standings(
    candidates: Sequence[Candidate], samples: Sequence[LabelledText], *, seed: int = 0
) -> Mapping[str, float]:
    """Each candidate's mean recall over the labels that people gave, by its name; none where they are too few to tell.

    Every real document is judged by a model that has seen neither it nor its source nor a near duplicate; generated
    ones are learnt from in every fold and judge nothing. An `unknown` counts as any other label, so that it is wrong
    for a document that has a name. Under ten real documents a label, on average, or where a fold would leave too few
    of one, nothing is told.
    """
    if not has_many_real(samples):
        return {}
    beside = [sample for sample in samples if sample.is_generated]
    real = in_order([sample for sample in samples if not sample.is_generated])
    try:
        folds = grouped_folds(real, seed=seed, beside=beside)
    except TrainingDataError as error:
        log.info("the candidates cannot be compared: %s", error)
        return {}
    return {each.name: mean_recall(each, real, folds, beside=beside, seed=seed) for each in candidates}


def mean_recall(
    candidate: Candidate,
    real: Sequence[LabelledText],
    folds: Sequence[tuple[list[int], list[int]]],
    *,
    beside: Sequence[LabelledText],
    seed: int,
) -> float:
    """The mean over the labels of the share that comes out right, by models that have not seen the document's fold."""
    said: list[Prediction] = []
    judged: list[LabelledText] = []
    for fit, judge in folds:
        model = candidate.fit([*beside, *(real[row] for row in fit)], seed=seed)
        held = [real[row] for row in judge]
        said += answers(model.classifier(ModelRef(candidate.name, "fold", "")), held)
        judged += held
    recalls = [figures.recall for figures in compare(said, judged).per_label.values()]
    return sum(recalls) / len(recalls)
