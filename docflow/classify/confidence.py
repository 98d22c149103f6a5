"""How sure a model may be, fitted to what it says of documents that it has not seen: temperature and threshold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from docflow.classify.scoring import Floats
from docflow.types import UNKNOWN

TEMPERATURES = (0.02, 20.0)
"""Bounds of the calibration's temperature; beyond them the folds are too easy or too few to calibrate on."""

PRECISION_WANTED = 0.93
"""Of named answers out of fold, where whole layouts are unseen; real documents are less foreign than that."""

THRESHOLDS = (0.5, 0.8)
"""Bounds of the threshold: from 0.5 on no other label can be likelier; over 0.8, more real documents are refused than
mistaken ones are caught."""


def fit_temperature(logits: Floats, truth: NDArray[np.intp], *, times: NDArray[np.intp], sources: int) -> float:
    """The temperature at which the scores, divided by it, are the likeliest for what is true; `times` each row counts.

    The truth is doubted as much as if one source of `sources` more had come out wrong (after Platt 1999, with sources
    in the place of documents, since those of one source are alike): folds without a mistake would otherwise make the
    model certain of whatever it sees.
    """
    from scipy.optimize import minimize_scalar

    doubt = 1 / (sources + 2)
    targets = np.full(logits.shape, doubt / (logits.shape[1] - 1))
    targets[np.arange(len(truth)), truth] = 1 - doubt

    def loss(logarithm: float) -> float:
        likely = (targets * log_softmax(logits / np.exp(logarithm), axis=1)).sum(axis=1)
        return -float(np.average(likely, weights=times))

    found = minimize_scalar(loss, bounds=tuple(np.log(TEMPERATURES)), method="bounded")
    return float(np.exp(found.x))


def choose_threshold(
    probabilities: Floats, truth: NDArray[np.str_], *, times: NDArray[np.intp], labels: Sequence[str]
) -> float:
    """The least confidence from which on named answers are right as often as wanted, within `THRESHOLDS`."""
    said = np.array(labels)[probabilities.argmax(axis=1)]
    named = said != UNKNOWN
    confidence, right = probabilities.max(axis=1)[named], (said == truth)[named]
    descending = np.argsort(-confidence, kind="stable")
    counted = times[named][descending]
    precision = np.cumsum(right[descending] * counted) / np.cumsum(counted)
    enough = np.flatnonzero(precision >= PRECISION_WANTED)
    found = confidence[descending[enough[-1]]] if len(enough) else THRESHOLDS[1]
    return round(float(np.clip(found, *THRESHOLDS)), 4)
