"""Every kind of document that the generator makes, by its label."""

from __future__ import annotations

from collections.abc import Mapping

from docflow.synth.kinds import (
    contract,
    email,
    form,
    invoice,
    letter,
    memo,
    official,
    receipt,
    report,
    resume,
    sparse,
)
from docflow.synth.kinds.spec import KindSpec

KINDS: Mapping[str, KindSpec] = {
    "invoice": invoice.SPEC,
    "receipt": receipt.SPEC,
    "contract": contract.SPEC,
    "letter": letter.SPEC,
    "email": email.SPEC,
    "memo": memo.SPEC,
    "report": report.SPEC,
    "resume": resume.SPEC,
    "form": form.SPEC,
    "official": official.SPEC,
    "sparse": sparse.SPEC,
}

__all__ = ["KINDS", "KindSpec"]
