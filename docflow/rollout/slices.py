"""How a version on trial did beside the champion on each label, language, source and grade.

The rule is that of every promotion, `docflow.classify.gate`; here it is kept on the documents that the verdict counts.
Where labels are not fair, each of the two answered for half of these, so that neither gains by which are labelled.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from docflow.classify.gate import Compared, compared_slices
from docflow.ocr import language_of
from docflow.store import Outcome
from docflow.types import LabelledText


def slices_of(counted: Sequence[Outcome], *, least: int) -> dict[str, Compared]:
    """The labels, languages, sources and grades of so many counted documents at least, and how each of the two did."""
    samples = [
        LabelledText(
            text=one.text,
            label=one.label,
            language=language_of(one.text, languages=one.languages),
            source=one.source,
            grade=one.grade,
        )
        for one in counted
    ]
    right = np.array([[one.champion for one in counted], [one.challenger for one in counted]], dtype=float)
    return compared_slices(samples, right, least=least)
