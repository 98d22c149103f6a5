"""Labels composed with the store and the pipeline: brought in with their documents, and taken out to learn from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from docflow.errors import DocFlowError, RequestError
from docflow.labels import Entry
from docflow.ocr import language_of
from docflow.pipeline import Pipeline
from docflow.sources import read_source
from docflow.store import Label, LabelOrigin, Store
from docflow.types import LabelledText


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of one entry: its label, new or as it was, or an error.

    A document that was labelled and then could not be read has both.
    """

    name: str
    label: Label | None = None
    is_new: bool = False
    error: DocFlowError | None = None


def import_labels(pipeline: Pipeline, entries: Iterable[Entry | RequestError], *, who: str) -> Iterator[Imported]:
    """What came of each entry, in their order; `who` is said to have given labels that name nobody.

    Files become documents and are read, so that there is a text to learn from. Doing it again changes nothing.
    """
    for entry in entries:
        yield Imported("", error=entry) if isinstance(entry, RequestError) else import_one(pipeline, entry, who=who)


def import_one(pipeline: Pipeline, entry: Entry, *, who: str) -> Imported:
    """What came of one entry."""
    label, is_new = None, False
    try:
        document_id = entry.document_id
        if entry.path is not None:
            limits = pipeline.settings
            data = read_source(str(entry.path), limit=limits.intake.max_bytes, s3=limits.s3)
            document_id = pipeline.upload(data, filename=entry.path.name).document.id
        assert document_id is not None
        label, is_new = pipeline.store.labels.add(
            document_id, label=entry.label, who=entry.who or who, comment=entry.comment, source=entry.source
        )
        pipeline.recognise(document_id)
    except DocFlowError as error:
        return Imported(entry.name, label=label, is_new=is_new, error=error)
    return Imported(entry.name, label=label, is_new=is_new)


def labelled_texts(
    store: Store, *, origins: Sequence[LabelOrigin] = (LabelOrigin.HUMAN,), until: datetime | None = None
) -> list[LabelledText]:
    """The texts of all documents that were labelled and read, with their labels, to learn from or to judge by.

    With `until`, as they were at that moment.

    The group is the document's source, or the document where nobody said. What machines labelled comes only where
    it is asked for: a model is never judged by what a model has said.
    """
    return [
        LabelledText(
            text=one.recognition.text,
            label=one.label.label,
            language=language_of(one.recognition.text, languages=one.recognition.languages),
            group=one.label.source or f"document {one.document.id}",
            metadata={"origin": one.label.origin.value},
            document_id=str(one.document.id),
            source=one.label.source,
            grade=one.recognition.grade or "",
            thumbnail=one.thumbnail,
        )
        for one in store.labels.labelled(origins=origins, until=until)
        if one.recognition is not None
    ]
