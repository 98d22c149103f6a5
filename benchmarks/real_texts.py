"""The corpus as the pipeline recognised it, from the database that earlier benchmarks filled."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Set
from pathlib import Path

from benchmarks.corpus import Half, documents, folder
from docflow.store import Store
from docflow.types import LabelledText

GENERATED_LANGUAGES = frozenset({"eng", "rus"})
"""The languages of generated documents; the corpus has invoices in others too."""


def real_texts(var: Path, *, half: Half | None, languages: Set[str] | None = GENERATED_LANGUAGES) -> list[LabelledText]:
    """The recognised documents of one half (both where None) in these languages (all where None), under their kinds."""
    sources = {row["path"]: row["source_repo"] for row in manifest()}
    texts = []
    with Store.open(f"sqlite:///{var / 'docflow.db'}") as store:
        for document in documents(half=half):
            if document.kind == "hard" or (languages is not None and document.language not in languages):
                continue
            stored = store.document_by_hash(hashlib.sha256(document.path.read_bytes()).hexdigest())
            read = store.latest_recognition(stored.id) if stored is not None and stored.id is not None else None
            if read is not None:
                texts.append(
                    LabelledText(
                        read.text,
                        document.kind,
                        document.language,
                        document_id=document.name,
                        source=sources[document.name],
                        thumbnail=store.thumbnail(read.id),
                    )
                )
    return texts


def manifest() -> list[dict[str, str]]:
    """The rows of the corpus's manifest."""
    with (folder() / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
