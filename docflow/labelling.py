"""Labels composed with the store and the pipeline: brought in with their documents, and taken out to learn from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from docflow.errors import DocFlowError, RequestError
from docflow.labels import Entry, LeftOut
from docflow.ocr import language_of
from docflow.pipeline import Pipeline
from docflow.sources import read_source
from docflow.store import Label, LabelOrigin, Store
from docflow.synth.generate import label_of
from docflow.synth.kinds import KINDS
from docflow.types import LabelledText

GENERATED_LABELS = frozenset(map(label_of, KINDS))
"""What documents that are made up are labelled: real ones of these kinds are to have the same."""


class Outcome(StrEnum):
    """What came of one entry, as people are told."""

    NEW = "new"
    CHANGED = "changed"
    CONFIRMED = "confirmed"
    AS_IT_WAS = "as it was"
    KEPT = "kept: corrected since"
    LEFT_OUT = "left out"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of one entry, with the document's label, or an error; `doubt` says what looks like a slip.

    The label is an empty one where somebody took back what was imported. A document that was labelled and then could
    not be read has both a label and an error. What was left out has neither, and `why` says why.
    """

    name: str
    outcome: Outcome
    label: Label | None = None
    error: DocFlowError | None = None
    doubt: str = ""
    why: str = ""


def import_labels(
    pipeline: Pipeline, entries: Iterable[Entry | LeftOut | RequestError], *, who: str, overwrite: bool = False
) -> Iterator[Imported]:
    """What came of each entry, in their order; `who` is said to have given labels that name nobody.

    Files become documents and are read, so that there is a text to learn from. Doing it again changes nothing: what was
    corrected or taken back since stays so, unless told to `overwrite` it. What somebody else has said already is
    confirmed. An entry that contradicts an earlier one, in its label or its source, is an error.
    """
    given: dict[int, tuple[str, str]] = {}
    names = pipeline.store.labels.names() | GENERATED_LABELS
    for entry in entries:
        if isinstance(entry, RequestError):
            yield Imported("", Outcome.FAILED, error=entry)
        elif isinstance(entry, LeftOut):
            yield Imported(entry.name, Outcome.LEFT_OUT, why=entry.why)
        else:
            doubt = doubt_of(entry.label, names)
            names.add(entry.label)
            yield replace(import_one(pipeline, entry, who=who, overwrite=overwrite, given=given), doubt=doubt)


def doubt_of(label: str, names: Set[str]) -> str:
    """What to tell of a label that nobody gave before and that differs from a known one in its capitals alone."""
    alike = next((name for name in sorted(names - {label}) if name.casefold() == label.casefold()), None)
    return "" if label in names or alike is None else f"'{label}' is a new label beside '{alike}'"


def import_one(
    pipeline: Pipeline, entry: Entry, *, who: str, overwrite: bool, given: dict[int, tuple[str, str]]
) -> Imported:
    """What came of one entry; `given` is what this import has called each document so far, and learns of this one.

    That is its label and its source, empty where it named none.
    """
    label, outcome = None, Outcome.FAILED
    try:
        document_id = document_of(pipeline, entry)
        called, source = given.get(document_id, (entry.label, ""))
        if called != entry.label:
            raise RequestError(
                f"the same document was labelled {called} before, and now is to be {entry.label}",
                detail={"document_id": document_id, "row": entry.row},
                next_step="Leave one of the two labels out.",
            )
        if source and entry.source not in ("", source):
            raise RequestError(
                f"the same document was said to come from {source} before, and now from {entry.source}",
                detail={"document_id": document_id, "row": entry.row},
                next_step="Leave one of the two sources out.",
            )
        label, is_new = pipeline.store.labels.add(
            document_id,
            label=entry.label,
            who=entry.who or who,
            comment=entry.comment,
            source=entry.source,
            once=not overwrite,
        )
        outcome = outcome_of(entry, label=label, is_new=is_new)
        given[document_id] = entry.label, entry.source or source
        pipeline.recognise(document_id)
    except DocFlowError as error:
        return Imported(entry.name, outcome, label=label, error=error)
    return Imported(entry.name, outcome, label=label)


def outcome_of(entry: Entry, *, label: Label, is_new: bool) -> Outcome:
    """What came of an entry whose document has this label now, which was added just now or stood before.

    Another source than the one that stood is a change, too.
    """
    if is_new:
        if label.is_confirmation:
            return Outcome.CONFIRMED
        return Outcome.NEW if label.replaced is None else Outcome.CHANGED
    is_said = label.label == entry.label and entry.source in ("", label.source)
    return Outcome.AS_IT_WAS if is_said else Outcome.KEPT


def document_of(pipeline: Pipeline, entry: Entry) -> int:
    """The id of the entry's document, which its file becomes if need be; raises `RequestError` without the file."""
    if entry.path is None:
        assert entry.document_id is not None
        return entry.document_id
    if not is_file(entry.path):
        raise RequestError(
            f"there is no file {entry.path}",
            detail={"row": entry.row},
            next_step="Correct the path: it starts from the table's folder.",
        )
    settings = pipeline.settings
    data = read_source(str(entry.path), limit=settings.intake.max_bytes, s3=settings.s3)
    return pipeline.upload(data, filename=entry.path.name).document.id


def is_file(path: Path) -> bool:
    """Whether there is such a file; what the system refuses to look for is none."""
    try:
        return path.is_file()
    except OSError:
        return False


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
            metadata={"origin": one.label.origin.value, "filename": one.document.filename},
            is_automatic=one.label.origin is LabelOrigin.AUTO,
            document_id=str(one.document.id),
            source=one.label.source,
            grade=one.recognition.grade or "",
            thumbnail=one.thumbnail,
        )
        for one in store.labels.labelled(origins=origins, until=until)
        if one.recognition is not None
    ]
