"""What the figures and the reports of a version are of, and are named after."""

from __future__ import annotations

from enum import StrEnum


class JudgedOn(StrEnum):
    """Which documents figures are of, those that say most of new documents first; the figures' names begin with it.

    A report has the same name. Generated documents that were held out have new texts, and layouts that the model has
    learnt.
    """

    HELD_OUT = "held_out"
    HELD_OUT_GENERATED = "held_out_generated"
    OUT_OF_FOLD = "out_of_fold"
