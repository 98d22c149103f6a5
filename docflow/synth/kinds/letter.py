"""Letters: letterhead, date, address, salutation, body, closing, and what stands below it."""

from __future__ import annotations

from docflow.synth.kinds import letter_eng, letter_rus
from docflow.synth.kinds.spec import KindSpec

SPEC = KindSpec(layouts={"eng": letter_eng.LAYOUTS, "rus": letter_rus.LAYOUTS})
