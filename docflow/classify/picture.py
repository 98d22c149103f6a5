"""The confusion matrix as a picture."""

from __future__ import annotations

from io import BytesIO

import numpy as np

from docflow.classify.evaluation import Evaluation

DPI = 110


def confusion_picture(evaluation: Evaluation) -> bytes:
    """A PNG: rows are what the documents are, columns what was said; shades are shares of the row."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    counts = np.array(evaluation.confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = 2.5 + 0.8 * len(evaluation.labels)
    figure = Figure(figsize=(side, side), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    ticks = range(len(evaluation.labels))
    axes.set_xticks(ticks, evaluation.labels, rotation=45, ha="right")
    axes.set_yticks(ticks, evaluation.labels)
    axes.set_xlabel("said")
    axes.set_ylabel("is")
    share = f"macro accuracy {evaluation.macro_accuracy:.3f}, " if evaluation.has_named else ""
    axes.set_title(f"{share}{evaluation.count} documents", fontsize=10)
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if shares[row, column] > 0.5 else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=colour)
    png = BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(png, format="png", dpi=DPI)
    return png.getvalue()
