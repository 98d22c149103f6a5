"""Curves from words of which it is known whether they are right. Serving never imports this: it needs scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.isotonic import IsotonicRegression

from docflow.ocr.ensemble.calibration import FEWEST_WORDS, Curve, WordClass

MOST_KNOTS = 20

Judged = tuple[WordClass, float, bool]
"""A word's class, its tempered confidence, and whether it is right."""


def fit_curves(judged: Sequence[Judged]) -> dict[WordClass, Curve]:
    """A curve for all words, and one for each class with `FEWEST_WORDS` or more. Raises `ValueError` without words."""
    curves = {WordClass.ANY: fit_curve([c for _, c, _ in judged], [right for _, _, right in judged])}
    for word_class in WordClass:
        own = [(confidence, right) for held, confidence, right in judged if held is word_class]
        if len(own) >= FEWEST_WORDS:
            curves[word_class] = fit_curve([c for c, _ in own], [right for _, right in own])
    return curves


def fit_curve(confidences: Sequence[float], right: Sequence[bool]) -> Curve:
    """The curve of these words: isotonic regression over bins of equally many words, finer where they are least sure.

    Those tell badly read pages from worse ones. Each bin's share is (right + 1) / (words + 2), Laplace's rule of
    succession, so that none is quite 0 or 1. Isotonic regression: Zadrozny and Elkan, "Transforming classifier scores
    into accurate multiclass probability estimates", KDD 2002.
    """
    if not confidences or len(confidences) != len(right):
        raise ValueError(f"{len(confidences)} confidences and {len(right)} judgements are no words to fit a curve on")
    order = np.argsort(confidences, kind="stable")
    raw, hits = np.asarray(confidences, float)[order], np.asarray(right, float)[order]
    bins = np.array_split(np.arange(len(raw)), max(1, min(MOST_KNOTS, len(raw) // (FEWEST_WORDS // 2))))
    while len(bins[0]) >= FEWEST_WORDS:
        bins[:1] = np.array_split(bins[0], 2)
    # Many words have the very same confidence: bins that share their knot are one.
    knots: dict[float, list[int]] = {}
    for members in bins:
        knots.setdefault(round(float(raw[members].mean()), 4), []).extend(members.tolist())
    xs = np.array(sorted(knots))
    counts = np.array([len(knots[x]) for x in xs])
    shares = np.array([(hits[knots[x]].sum() + 1) / (len(knots[x]) + 2) for x in xs])
    fitted = IsotonicRegression(y_min=0, y_max=1).fit_transform(xs, shares, sample_weight=counts)
    return Curve(tuple(xs.tolist()), tuple(round(float(y), 4) for y in fitted), len(raw))
