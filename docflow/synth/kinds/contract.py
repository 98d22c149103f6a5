"""Contracts, agreements, договоры: parties, numbered clauses, signatures."""

from __future__ import annotations

from docflow.synth.kinds import contract_eng, contract_rus
from docflow.synth.kinds.spec import KindSpec

SPEC = KindSpec(layouts={"eng": contract_eng.LAYOUTS, "rus": contract_rus.LAYOUTS})
