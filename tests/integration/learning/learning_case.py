"""Everything that learning composes, for real: MLflow and the database on SQLite, files in a folder."""

from __future__ import annotations

import io
import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mlflow.tracking._tracking_service.utils import _artifact_repos_cache
from PIL import Image

from docflow import learning, rollout
from docflow.learning import Trained
from docflow.registry import Registry, open_registry
from docflow.settings import MlflowSettings, Settings, load_settings
from docflow.store import Promotion, RecognitionKey, Store
from docflow.types import Box, LabelledText, Line, ModelRef, PageText, Prediction, TextSource, Word

WORDS = {"invoice": "invoice due payment vat счёт оплата", "letter": "dear sincerely regards уважаемый письмо"}
ARTEFACT_PATHS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
"""Where MLflow's database has paths of files."""

TEXTS = {"invoice": "invoice due payment vat", "letter": "dear sincerely regards"}


def samples(per_label: int = 12, *, seed: int = 0) -> list[LabelledText]:
    chance = random.Random(seed)
    return [
        LabelledText(" ".join(chance.choices(words.split(), k=15)), label, "eng", group=f"{label}-{number % 4}")
        for label, words in WORDS.items()
        for number in range(per_label)
    ]


@dataclass(frozen=True)
class Loop:
    """The settings, the store and the registry of one test."""

    settings: Settings
    store: Store
    registry: Registry

    def train(self, *, seed: int = 0) -> Trained:
        return learning.train(
            samples(seed=seed),
            settings=self.settings,
            store=self.store,
            registry=self.registry,
            held_out=samples(5, seed=99),
        )

    def promote(self, version: str, *, reason: str = "") -> Promotion:
        return rollout.promote(
            version,
            settings=self.settings,
            store=self.store,
            registry=self.registry,
            promoted_by="anna",
            reason=reason,
        )

    def rollback(self) -> Promotion:
        return rollout.rollback(settings=self.settings, store=self.store, registry=self.registry, promoted_by="boris")

    def challenge(self, version: str, *, alias: str = "challenger") -> Promotion:
        return rollout.promote(
            version,
            settings=self.settings,
            store=self.store,
            registry=self.registry,
            promoted_by="anna",
            alias=alias,
        )

    def label(self, *, first: int, count: int, wrong: bool = False) -> None:
        """Read documents of both kinds, each of a source of its own, that a person has labelled."""
        for number in range(first, first + count):
            label, other = sorted(WORDS, reverse=number % 2 == 0)
            text = " ".join(random.Random(number).choices(WORDS[label].split(), k=15))
            document_id = self.read(text, name=str(number))
            self.store.labels.add(document_id, label=other if wrong else label, who="ann", source=f"source {number}")

    def correct(self, *, first: int, count: int) -> None:
        """Read documents that read as one kind, were answered so, and that a person then called the other one."""
        for number in range(first, first + count):
            said, label = sorted(WORDS, reverse=number % 2 == 0)
            text = " ".join(random.Random(number).choices(WORDS[said].split(), k=15))
            document_id = self.read(text, name=str(number))
            self.answer(document_id, label=said)
            self.store.labels.add(document_id, label=label, who="ann", source=f"source {number}")

    def answer(self, document_id: int, *, label: str) -> None:
        """Have a model that has nobody else's part say of the document that it is this."""
        recognition = self.store.latest_recognition(document_id)
        assert recognition is not None
        said = Prediction(label, 0.9, True, {label: 0.9}, ModelRef("docflow", "0", "d"))
        self.store.save_prediction(document_id, recognition_id=recognition.id, prediction=said)

    def copy(self, document_id: int) -> int:
        """The id of another document that says the same."""
        (original,) = (one for one in self.store.labels.labelled() if one.document.id == document_id)
        assert original.recognition is not None
        return self.read(original.recognition.text, name=f"copy of {document_id}")

    def read(self, text: str, *, name: str) -> int:
        """The id of a document with this text."""
        document, _ = self.store.add_document(
            sha256=name.ljust(64, "-"), filename="a", media_type="image/png", size=1, storage_path=name
        )
        words = tuple(Word(word, Box(0, 0, 1, 1), 0.9) for word in text.split())
        page = PageText(1, 100, 100, (Line(words),), TextSource.OCR, "fake", "1", "eng")
        key = RecognitionKey(engine="fake", engine_version="1", languages="eng", settings_digest="")
        self.store.save_recognition(document.id, key=key, pages=[page], seconds=0.1)
        return document.id

    def published(self, version: str) -> Path:
        """The blob with the version's files."""
        (key,) = {p.files for p in self.store.promotions(model_name="docflow") if p.model_version == version}
        assert key is not None
        return Path(self.settings.effective_blobs_url) / key

    def artifacts(self, version: str) -> Path:
        """The folder with the version's files in the registry."""
        run_id = self.registry.version("docflow", version=version).run_id
        return self.settings.var_dir / "artifacts" / run_id / "artifacts" / "model"

    def folder(self, version: str) -> Path:
        return self.settings.var_dir / "models" / f"docflow-v{version}"


def never() -> Registry:
    raise AssertionError("the registry was opened without need")


def open_loop(var_dir: Path) -> Loop:
    settings = load_settings(
        var_dir=var_dir,
        mlflow=MlflowSettings(artifacts=(var_dir / "artifacts").as_uri(), experiment=var_dir.parent.name),
    )
    return Loop(settings, Store.open(settings.effective_database_url), open_registry(settings))


def open_copy(var_dir: Path, copy: Path) -> Loop:
    """The loop of a copy of this var_dir, in which MLflow has the artefacts too: it keeps them by their whole paths."""
    shutil.copytree(var_dir, copy)
    with closing(sqlite3.connect(copy / "mlflow.db")) as database, database:
        for table, column in ARTEFACT_PATHS:
            database.execute(
                f"UPDATE {table} SET {column} = replace({column}, ?, ?)",
                (var_dir.as_uri(), copy.as_uri()),
            )
    # MLflow remembers by the run where its artefacts are, in the whole process; the copy has runs of the same ids.
    _artifact_repos_cache.clear()
    return open_loop(copy)


def picture(number: int = 0) -> bytes:
    """A page like no other."""
    written = io.BytesIO()
    Image.new("L", (60 + number, 40), 255).save(written, "PNG")
    return written.getvalue()
