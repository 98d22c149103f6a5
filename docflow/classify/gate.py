"""Whether a challenger is to take the champion's place: both answer for the same documents, and rules decide.

Paired bootstrap (Efron 1979; Koehn 2004): documents are drawn again and again, whole sources and near duplicates
together since they stand and fall together, and the challenger is better beyond noise where its macro accuracy is
higher in nearly all of the draws. Few sources say less than the draws look like: the share asked for is raised for
them (Hesterberg 2015, "What Teachers Should Know About the Bootstrap", expanded percentile interval).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docflow.classify.grouping import fair_groups
from docflow.classify.intervals import expanded
from docflow.classify.report import SLICES
from docflow.settings import PromotionSettings
from docflow.types import UNKNOWN, LabelledText, Prediction

RESAMPLES = 2000

LEAST_SOURCES = 6
"""Sources of named documents under which the resamples say too little, where 0.05 are promised.

By `lowest_gain`, of 3,000 pairs of equal models that are right about 0.8 of the documents, 30 of each source, 0.19 were
taken for better with two sources, 0.09 with three, 0.064 with four, 0.057 with five and 0.048 with six. Where models do
better on some sources than on others, it was 0.22, 0.09, 0.062, 0.058 and 0.050. The rule on slices stops few of them.
"""

ROUNDING = 1e-9
"""What a difference of two shares may be off by, as floats are: 1 - 0.95 is over 0.05."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What a model costs: milliseconds for one text, and bytes of its files."""

    milliseconds: float
    bytes: int

    def as_metrics(self) -> dict[str, float]:
        """The costs by the names that a version's figures have."""
        return {"milliseconds_a_text": self.milliseconds, "bytes": float(self.bytes)}


@dataclass(frozen=True, slots=True)
class Compared:
    """The share of some documents that each of the two got right."""

    documents: int
    champion: float
    challenger: float


@dataclass(frozen=True)
class Verdict:
    """Whether the challenger is better than the champion, and why not; shares run from 0 to 1.

    `sources` counts what the documents come from, near duplicates as one. `gain` is by how much its macro accuracy is
    higher, `gain_low` what that exceeds in so many of the resamples as the rules ask. `slices` are the labels,
    languages, sources and grades of as many documents as the rules ask; `worse_slices` those of them in which it loses
    more than the rules allow, with the loss.
    """

    is_better: bool
    reasons: tuple[str, ...]
    documents: int
    sources: int
    champion: float
    challenger: float
    gain: float
    gain_low: float
    slices: dict[str, Compared]
    worse_slices: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """The verdict as plain JSON."""
        return asdict(self)


def judge(
    samples: Sequence[LabelledText],
    *,
    champion: Sequence[Prediction],
    challenger: Sequence[Prediction],
    rules: PromotionSettings,
    seed: int = 0,
) -> Verdict:
    """The verdict on the challenger, from both models' predictions for the same samples; one sample at least."""
    truth = np.array([sample.label for sample in samples])
    right = np.array(
        [[said.label == sample.label for said, sample in zip(model, samples, strict=True)]
         for model in (champion, challenger)],
        dtype=float,
    )  # fmt: skip
    named = truth != UNKNOWN
    labels = np.unique(truth[named], return_inverse=True)[1] if named.any() else np.zeros(0, dtype=np.intp)
    sources = np.array(fair_groups(samples))
    was, now = (macro(right[model, named], labels) for model in (0, 1))
    low = lowest_gain(right[:, named], labels, sources[named], level=rules.confidence, seed=seed)
    slices = compared_slices(samples, right, least=rules.least_slice)
    worse = worse_slices(slices, rules=rules)
    few = told_few(int(named.sum()), sources=len(set(sources[named].tolist())), rules=rules)
    reasons = [few] if few else []
    if low <= 0:
        reasons.append(
            f"its macro accuracy of {now:.3f} is not better than the champion's {was:.3f} beyond noise: with "
            f"{rules.confidence:.0%} confidence the gain is over {low:+.3f}, by {len(samples)} documents of "
            f"{len(set(sources.tolist()))} sources"
        )
    reasons += told_losses(worse, slices=slices)
    return Verdict(
        is_better=not reasons,
        reasons=tuple(reasons),
        documents=len(samples),
        sources=len(set(sources.tolist())),
        champion=was,
        challenger=now,
        gain=now - was,
        gain_low=low,
        slices=slices,
        worse_slices=worse,
    )


def too_few(samples: Sequence[LabelledText], *, rules: PromotionSettings) -> str:
    """Why these documents cannot tell two models apart, as a sentence; empty where they can.

    Those that are `unknown` do not count: the macro accuracy is that of the others.
    """
    sources = {source for sample, source in zip(samples, fair_groups(samples), strict=True) if sample.label != UNKNOWN}
    return told_few(sum(sample.label != UNKNOWN for sample in samples), sources=len(sources), rules=rules)


def told_few(named: int, *, sources: int, rules: PromotionSettings) -> str:
    """The sentence that says of so many named documents of so many sources that they are too few, or nothing."""
    if named >= rules.least_documents and sources >= LEAST_SOURCES:
        return ""
    return (
        f"{named} documents of {sources} sources have a named label, and {rules.least_documents} documents of "
        f"{LEAST_SOURCES} sources are needed to judge by"
    )


def over_budget(costs: Costs, *, rules: PromotionSettings) -> tuple[str, ...]:
    """What a model costs more than the rules allow, as sentences; this needs nobody to compare it with."""
    reasons = []
    if costs.milliseconds > rules.max_milliseconds:
        reasons.append(f"it takes {costs.milliseconds:.1f} ms a text; {rules.max_milliseconds:g} are allowed")
    if costs.bytes > rules.max_bytes:
        reasons.append(f"its files have {costs.bytes:,} bytes; {rules.max_bytes:,} are allowed")
    return tuple(reasons)


def lowest_gain(
    right: NDArray[np.float64], labels: NDArray[np.intp], sources: NDArray[np.intp], *, level: float, seed: int
) -> float:
    """What the gain in macro accuracy exceeds in this share of the resamples; 0 for documents of under two sources.

    `right` is models x documents, champion first, 1 where the model is; `labels` and `sources` number the documents'.
    """
    places = np.unique(sources, return_inverse=True)[1]
    count = len(np.unique(places))
    if count < 2:
        return 0.0
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    totals = drawn @ tally(np.ones(len(labels)), labels, places)
    was, now = (drawn @ tally(of_model, labels, places) for of_model in right)
    present = totals > 0
    gains = ((now - was) / np.where(present, totals, 1)).sum(axis=1) / present.sum(axis=1)
    return float(np.quantile(gains, 1 - expanded(level, count=count)))


def tally(values: NDArray[np.float64], labels: NDArray[np.intp], places: NDArray[np.intp]) -> NDArray[np.float64]:
    """The values' sums, sources x labels."""
    sums = np.zeros((places.max() + 1, labels.max() + 1))
    np.add.at(sums, (places, labels), values)
    return sums


def macro(right: NDArray[np.float64], labels: NDArray[np.intp]) -> float:
    """The mean over the labels of the share that is right; 0 without documents."""
    return float((np.bincount(labels, weights=right) / np.bincount(labels)).mean()) if len(labels) else 0.0


def compared_slices(samples: Sequence[LabelledText], right: NDArray[np.float64], *, least: int) -> dict[str, Compared]:
    """The labels, languages, sources and grades of this many documents at least, and how each model did on them."""
    slices = {"label": lambda sample: sample.label, **SLICES}
    found: dict[str, Compared] = {}
    for by, value_of in slices.items():
        values, places, counts = np.unique(
            [value_of(sample) for sample in samples], return_inverse=True, return_counts=True
        )
        for place in np.flatnonzero((counts >= least) & (values != "")).tolist():
            was, now = right[:, places == place].mean(axis=1).tolist()
            found[f"{by} {values[place]}"] = Compared(int(counts[place]), was, now)
    return found


def worse_slices(slices: Mapping[str, Compared], *, rules: PromotionSettings) -> dict[str, float]:
    """Those of the slices in which the challenger loses more than the rules allow, with the loss."""
    losses = {name: one.champion - one.challenger for name, one in slices.items()}
    return {name: loss for name, loss in losses.items() if loss > rules.slice_tolerance + ROUNDING}


def told_losses(worse: Mapping[str, float], *, slices: Mapping[str, Compared]) -> list[str]:
    """The losses as sentences, each with its slice and how both did there."""
    return [
        f"it is worse by {loss:.3f} on {name}: right about {slices[name].challenger:.3f} of "
        f"{slices[name].documents} documents, and the champion about {slices[name].champion:.3f}"
        for name, loss in worse.items()
    ]
