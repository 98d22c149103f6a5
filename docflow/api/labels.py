"""The routes of labels: what people say that a document is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from docflow.api.schemas import LabelAnswer, LabelRequest, WithdrawalRequest
from docflow.api.service import DocumentId, ServiceOf
from docflow.labels import valid_label, valid_source, valid_who
from docflow.store import Label

router = APIRouter(tags=["labels"])


@router.post("/documents/{document_id}/label")
async def set_label(document_id: DocumentId, body: LabelRequest, service: ServiceOf) -> LabelAnswer:
    """Say what a document is; what was said before is kept.

    Saying the same again changes nothing; where another person had said it, it is kept as a confirmation.
    """
    label, source, who = valid_label(body.label), valid_source(body.source), valid_who(body.who)
    store = service.pipeline.store
    given, is_new = await service.transfers.run(
        lambda: store.labels.add(document_id, label=label, who=who, comment=body.comment, source=source)
    )
    return label_answer(given, changed=is_new and not given.is_confirmation)


@router.delete("/documents/{document_id}/label")
async def withdraw_label(
    document_id: DocumentId, asked: Annotated[WithdrawalRequest, Query()], service: ServiceOf
) -> LabelAnswer:
    """Take back what people said that a document is; the history keeps it. Without such a label it changes nothing.

    A machine's label may stand again.
    """
    store, who = service.pipeline.store, valid_who(asked.who)
    taken, is_new = await service.transfers.run(
        lambda: store.labels.withdraw(document_id, who=who, comment=asked.comment)
    )
    return label_answer(taken, changed=is_new)


@router.get("/documents/{document_id}/labels")
async def history(document_id: DocumentId, service: ServiceOf) -> list[LabelAnswer]:
    """Every label that a document ever had, newest first; `changed` is false for confirmations alone."""
    found = await service.transfers.run(lambda: service.pipeline.store.labels.history(document_id))
    return [label_answer(label, changed=not label.is_confirmation) for label in found]


def label_answer(label: Label, *, changed: bool) -> LabelAnswer:
    """A stored label as JSON shows it."""
    return LabelAnswer(
        document_id=label.document_id,
        label=label.label,
        origin=label.origin,
        action=label.action,
        who=label.who,
        comment=label.comment,
        source=label.source,
        replaced=label.replaced,
        predicted_class=label.predicted,
        confidence_score=label.confidence,
        model_name=label.model_name,
        model_version=label.model_version,
        timestamp=label.created_at,
        changed=changed,
    )
