"""Whether a challenger is to take the champion's place: both answer for the same documents, and rules decide.

Paired bootstrap (Efron 1979; Koehn 2004): documents are drawn again and again, and the challenger is better beyond
noise where its macro accuracy is higher in nearly all of the draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from docflow.classify.report import SLICES
from docflow.settings import PromotionSettings
from docflow.types import UNKNOWN, LabelledText, Prediction

RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Costs:
    """What a model costs: milliseconds for one text, and bytes of its files."""

    milliseconds: float
    bytes: int


@dataclass(frozen=True)
class Verdict:
    """Whether the challenger may be promoted, and why not; shares run from 0 to 1.

    `gain` is by how much its macro accuracy is higher, `gain_low` what that exceeds in so many of the resamples as the
    rules ask. `worse_slices` are those in which it loses more than the rules allow, with the loss.
    """

    is_better: bool
    reasons: tuple[str, ...]
    documents: int
    champion: float
    challenger: float
    gain: float
    gain_low: float
    worse_slices: dict[str, float]
    costs: Costs

    def to_dict(self) -> dict[str, Any]:
        """The verdict as plain JSON."""
        return asdict(self)


def judge(
    samples: Sequence[LabelledText],
    *,
    champion: Sequence[Prediction],
    challenger: Sequence[Prediction],
    costs: Costs,
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
    groups = np.unique(truth[named], return_inverse=True)[1] if named.any() else np.zeros(0, dtype=np.intp)
    was, now = (macro(right[model, named], groups) for model in (0, 1))
    low = lowest_gain(right[:, named], groups, level=rules.confidence, seed=seed)
    worse = worse_slices(samples, right[1] - right[0], rules=rules)
    reasons = []
    if low <= 0:
        reasons.append(
            f"its macro accuracy of {now:.3f} is not better than the champion's {was:.3f} beyond noise: with "
            f"{rules.confidence:.0%} confidence the gain is over {low:+.3f}"
        )
    reasons += [f"it is worse by {loss:.3f} on {name}" for name, loss in worse.items()]
    if costs.milliseconds > rules.max_milliseconds:
        reasons.append(f"it takes {costs.milliseconds:.1f} ms a text; {rules.max_milliseconds:g} are allowed")
    if costs.bytes > rules.max_bytes:
        reasons.append(f"its files have {costs.bytes:,} bytes; {rules.max_bytes:,} are allowed")
    return Verdict(
        is_better=not reasons,
        reasons=tuple(reasons),
        documents=len(samples),
        champion=was,
        challenger=now,
        gain=now - was,
        gain_low=low,
        worse_slices=worse,
        costs=costs,
    )


def lowest_gain(right: NDArray[np.float64], groups: NDArray[np.intp], *, level: float, seed: int) -> float:
    """What the gain in macro accuracy exceeds in this share of the resamples; 0 without documents."""
    if not len(groups):
        return 0.0
    rng = np.random.default_rng(seed)
    gains = []
    for _ in range(RESAMPLES):
        rows = rng.integers(len(groups), size=len(groups))
        gains.append(macro(right[1, rows], groups[rows]) - macro(right[0, rows], groups[rows]))
    return float(np.quantile(gains, 1 - level))


def macro(right: NDArray[np.float64], groups: NDArray[np.intp]) -> float:
    """The mean over the labels of the share that is right; 0 without documents."""
    if not len(groups):
        return 0.0
    counts = np.bincount(groups)
    present = counts > 0
    return float((np.bincount(groups, weights=right)[present] / counts[present]).mean())


def worse_slices(
    samples: Sequence[LabelledText], gained: NDArray[np.float64], *, rules: PromotionSettings
) -> dict[str, float]:
    """The labels, languages, sources and grades of which more is lost than allowed, with the share that is."""
    slices = {"label": lambda sample: sample.label, **SLICES}
    found: dict[str, float] = {}
    for by, value_of in slices.items():
        values = np.array([value_of(sample) for sample in samples])
        for value in np.unique(values[values != ""]).tolist():
            rows = values == value
            loss = -float(gained[rows].mean())
            if rows.sum() >= rules.least_slice and loss > rules.slice_tolerance:
                found[f"{by} {value}"] = loss
    return found
