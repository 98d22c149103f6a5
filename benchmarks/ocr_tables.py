"""The comparison's figures as Markdown tables and a plot, and what they say of the targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.ocr_readers import ACCURATE, AUTO, FAST, RAPIDOCR

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RECEIPTS = "receipts"

FAST_CPU, FAST_F1 = 0.40, 0.88
ACCURATE_F1, ACCURATE_SHARE = 0.96, 0.5
MOST_LOST = 0.03
"""What is asked of receipts: CPU-seconds and F1 of `fast`; F1 of `accurate` and its share of RapidOCR's CPU-seconds;
and the F1 that `auto` may lose on turned and skewed pages."""


@dataclass(frozen=True, slots=True)
class Result:
    """A reader on a set: means over its pages; CPU-seconds and seconds of one page."""

    reader: str
    group: str
    pages: int
    failed: int
    cpu_seconds: float
    seconds: float
    precision: float
    recall: float
    f1: float
    cer: float | None
    peak_mib: float


def markdown(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table whose columns, but the first two, are aligned to the right."""
    aligned = ["---" if number < 2 else "--:" for number in range(len(headings))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, aligned, *rows))


def engines_table(results: Sequence[Result]) -> str:
    """Engines × sets."""
    counted, scored = ("pages", "failed", "CPU-s/page", "pages/min"), ("precision", "recall", "F1", "CER")
    headings = ["set", "engine", *counted, *scored, "peak MiB"]
    rows = [
        (
            r.group, r.reader, str(r.pages), str(r.failed), f"{r.cpu_seconds:.2f}", f"{60 / r.seconds:.0f}",
            f"{r.precision:.3f}", f"{r.recall:.3f}", f"{r.f1:.3f}",
            "–" if r.cer is None else f"{r.cer:.3f}", f"{r.peak_mib:.0f}",
        )
        for r in results
    ]  # fmt: skip
    return markdown(headings, rows)


def variants_table(results: Sequence[Result]) -> str:
    """Word F1 on each variant: readers without preprocessing, then `auto` with it, and what it loses to clean pages."""
    found = {(r.reader, r.group): r for r in results}
    readers = list(dict.fromkeys(r.reader for r in results))
    rows = []
    for group in dict.fromkeys(r.group for r in results):
        _, _, language = group.rpartition(" ")
        clean = found.get((AUTO, f"clean {language}"))
        here = [found[reader, group] for reader in readers]
        auto = found.get((AUTO, group))
        lost = f"{clean.f1 - auto.f1:+.3f}" if clean and auto else "–"
        figures = [text for r in here for text in (f"{r.f1:.3f}", f"{r.cpu_seconds:.2f}")]
        rows.append((group, str(here[0].pages), *figures, lost))
    columns = [text for reader in readers for text in (f"F1, {reader}", "CPU-s")]
    return markdown(["variant", "pages", *columns, "auto loses"], rows)


def verdicts(results: Sequence[Result]) -> list[str]:
    """A line for each target that these results tell about, met or not."""
    found = {(r.reader, r.group): r for r in results}
    fast, accurate, peer = (found.get((reader, RECEIPTS)) for reader in (FAST, ACCURATE, RAPIDOCR))
    lines = []
    if fast:
        is_met = fast.cpu_seconds <= FAST_CPU and fast.f1 >= FAST_F1
        lines.append(
            f"{said(is_met)}: fast takes {fast.cpu_seconds:.2f} CPU-s a receipt (at most {FAST_CPU:.2f}) "
            f"at F1 {fast.f1:.3f} (at least {FAST_F1})"
        )
    if accurate and peer:
        share = accurate.cpu_seconds / peer.cpu_seconds
        is_met = share <= ACCURATE_SHARE and accurate.f1 >= ACCURATE_F1
        lines.append(
            f"{said(is_met)}: accurate reaches F1 {accurate.f1:.3f} (at least {ACCURATE_F1}) "
            f"at {share:.2f} of RapidOCR's CPU-seconds (at most {ACCURATE_SHARE})"
        )
    lost = lost_to_clean(results)
    if lost:
        worst = max(lost, key=lambda group: lost[group])
        lines.append(
            f"{said(lost[worst] <= MOST_LOST)}: turning and skew cost auto at most {lost[worst]:.3f} of F1 "
            f"({worst}; at most {MOST_LOST} is asked)"
        )
    return lines


def lost_to_clean(results: Sequence[Result]) -> dict[str, float]:
    """By how much of F1 `auto` reads each set of turned or skewed pages worse than clean ones of their language."""
    auto = {r.group: r.f1 for r in results if r.reader == AUTO}
    clean = {group: f"clean {group.rpartition(' ')[2]}" for group in auto if group.startswith(("turned", "skewed"))}
    return {group: auto[base] - auto[group] for group, base in clean.items() if base in auto}


def said(is_met: bool) -> str:
    """How a verdict begins."""
    return "met" if is_met else "not met"


def plot(results: Sequence[Result], path: Path) -> None:
    """Word F1 against CPU-seconds a receipt, one point a reader, as a small PNG."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7.6, 4.8), dpi=100, layout="constrained")
    receipts = [r for r in results if r.group == RECEIPTS]
    for r in receipts:
        is_ours = r.reader.startswith("docflow")
        axes.plot(r.cpu_seconds, r.f1, "o" if is_ours else "s", color="tab:blue" if is_ours else "tab:grey")
    axes.set_xscale("log")
    ticks = [0.2, 0.5, 1, 2, 5]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.margins(x=0.2, y=0.15)
    axes.set_xlabel("CPU-seconds per receipt, one thread")
    axes.set_ylabel("word F1")
    axes.grid(alpha=0.3)
    name_points(axes, {r.reader: (r.cpu_seconds, r.f1) for r in receipts})
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    pyplot.close(figure)


def name_points(axes: Axes, points: Mapping[str, tuple[float, float]]) -> None:
    """Write each point's name above, below or beside it: where it covers no other name and no point."""
    from matplotlib.transforms import Bbox

    axes.figure.canvas.draw()
    taken = [Bbox.from_bounds(x - 4, y - 4, 8, 8) for x, y in axes.transData.transform(list(points.values()))]
    for name, point in points.items():
        text = axes.annotate(name, point, xytext=(0, 0), textcoords="offset points", fontsize=8)
        for beside, side in ((0, 7), "center"), ((0, -13), "center"), ((7, -3), "left"), ((-7, -3), "right"):
            text.set(position=beside, horizontalalignment=side)
            if not any(text.get_window_extent().overlaps(other) for other in taken):
                break
        taken.append(text.get_window_extent())
