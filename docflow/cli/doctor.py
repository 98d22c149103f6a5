"""What `docflow doctor` looks at: each outside thing, whether it is there, and how to mend it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from docflow.errors import (
    AliasMismatch,
    DocFlowError,
    EngineUnavailable,
    LanguageMissing,
    NoChampion,
    OcrError,
    SettingsError,
)
from docflow.ocr import OcrEngine, check_languages, engine_statuses, installed_languages, open_engine
from docflow.ocr.gpu import check_gpu
from docflow.ocr.page_embedding import PageEmbedder
from docflow.registry import open_registry
from docflow.rollout.aliases import RECORDED_ALIASES, recorded_aliases
from docflow.settings import OcrSettings, Settings
from docflow.store import BlobStore, Store
from docflow.types import PageImage

PROGRAM_SECONDS = 10
"""Longest wait for a program to tell its version."""

PACKAGES: Mapping[str, str | None] = {
    "bentoml": None,
    "prefect": "flows",
    "faker": "synth",
    "cleanlab": "labels",
    "torch": "torch",
    "evidently": "drift",
    "cyclonedx-bom": "bundle",
}
"""Packages that nothing above looks at, each with the extra that brings it; None where no verb does without."""

PURPOSES = {
    "flows": "the flows",
    "synth": "`docflow synth`, and `docflow train` on generated texts",
    "labels": "`docflow labels errors`",
    "torch": "`docflow train --candidate neural`, and `best` with ten labelled documents a label",
    "drift": "`docflow drift`",
    "bundle": "`docflow bundle build`",
}
"""What each extra is for."""

BLANK = np.full((64, 64), 255, np.uint8)
"""The least page on which a language is tried."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One outside thing: what was found, or the error that says how to mend it.

    `needed` is false for what DocFlow does without.
    """

    name: str
    told: str = ""
    error: DocFlowError | None = None
    needed: bool = True


def examine(settings: Settings) -> list[Finding]:
    """What was found of every outside thing, in the order in which a document needs them."""
    return [
        *_engines(settings),
        _look("ocr.engine", lambda: _engine(settings.ocr)),
        *([_look("ocr.gpu", lambda: check_gpu(settings.ocr), needed=False)] if settings.ocr.gpu else []),
        *([_look("ocr.page_embedding", _page_embedding)] if settings.ocr.page_embedding else []),
        *_languages(settings.ocr),
        _look("poppler", _poppler, needed=settings.intake.pdf_renderer == "pdf2image"),
        _look("database", lambda: _database(settings)),
        _look("blobs", lambda: BlobStore.open(settings.effective_blobs_url, s3=settings.s3).check()),
        _look("mlflow", lambda: open_registry(settings).check()),
        _look("champion", lambda: _champion(settings), needed=False),
        _look("aliases", lambda: _aliases(settings), needed=False),
        _look("fonts", _fonts, needed=False),
        *(_package(name, extra=extra) for name, extra in PACKAGES.items()),
    ]


def _look(name: str, check: Callable[[], str], *, needed: bool = True) -> Finding:
    try:
        return Finding(name, told=check(), needed=needed)
    except DocFlowError as error:
        return Finding(name, error=error, needed=needed)


def _engines(settings: Settings) -> Iterator[Finding]:
    statuses = engine_statuses(settings.ocr)
    none_runs = all(status.error for status in statuses)
    for status in statuses:
        yield Finding(f"engine {status.name}", told=status.version or "", error=status.error, needed=none_runs)


def _engine(settings: OcrSettings) -> str:
    """The engine that documents are read with, by the setting."""
    engine = open_engine(settings)
    return f"{engine.name} {engine.version}"


def _page_embedding() -> str:
    """The network that pages are embedded by, as model files and thumbnails name it."""
    return f"network {PageEmbedder().network}"


def _languages(settings: OcrSettings) -> Iterator[Finding]:
    """What is installed, and each language whose data is damaged: needed where the setting names it."""
    damaged = dict(_damaged_languages(settings))
    yield _look("languages", lambda: _installed(settings, damaged=damaged))
    for code, error in damaged.items():
        yield Finding(f"language {code}", error=error, needed=code in settings.languages.split("+"))


def _installed(settings: OcrSettings, *, damaged: Collection[str]) -> str:
    try:
        check_languages(settings.languages, settings=settings)
    except LanguageMissing as error:
        raise LanguageMissing(error.message, next_step=error.next_step) from error
    return ", ".join(sorted(installed_languages(settings).difference(damaged)))


def _damaged_languages(settings: OcrSettings) -> Iterator[tuple[str, OcrError]]:
    """Each installed language that no page can be read in, and why; none where nothing can read at all."""
    try:
        engine, codes = _tesseract(settings), sorted(installed_languages(settings))
    except EngineUnavailable:
        return
    for code in codes:
        try:
            engine.read_page(PageImage(1, BLANK), languages=code, timeout=PROGRAM_SECONDS)
        except OcrError as error:
            yield code, error


def _tesseract(settings: OcrSettings) -> OcrEngine:
    try:
        return open_engine(settings, name="tesserocr")
    except EngineUnavailable:
        return open_engine(settings, name="pytesseract")


def _poppler() -> str:
    program = shutil.which("pdftoppm")
    if program is None:
        raise EngineUnavailable(
            "pdftoppm, the fallback for PDFs that PDFium cannot render, is not installed",
            next_step="Install it: `apt-get install poppler-utils`.",
        )
    told = subprocess.run([program, "-v"], capture_output=True, text=True, timeout=PROGRAM_SECONDS, check=False)
    return told.stderr.splitlines()[0] if told.stderr else "pdftoppm"


def _database(settings: Settings) -> str:
    store = Store.open(settings.effective_database_url, upgrade=False)
    try:
        return store.check()
    finally:
        store.close()


def _champion(settings: Settings) -> str:
    store = Store.open(settings.effective_database_url, upgrade=False)
    try:
        promotion = store.current_promotion(model_name=settings.classify.model_name)
    finally:
        store.close()
    if promotion is None:
        raise NoChampion("no model version was promoted yet")
    return f"{promotion.model_name} version {promotion.model_version}, digest {promotion.digest[:12]}…"


def _aliases(settings: Settings) -> str:
    """What serves by the record, where the registry's aliases say the same."""
    with Store.open(settings.effective_database_url, upgrade=False) as store:
        recorded = recorded_aliases(settings, store=store)
    versions = open_registry(settings).versions(settings.classify.model_name)
    told = {alias: one.version for one in versions for alias in one.aliases if alias in RECORDED_ALIASES}
    if told != recorded:
        raise AliasMismatch(f"by the record {_listed(recorded)}; MLflow's aliases say {_listed(told)}")
    return _listed(recorded)


def _listed(aliases: Mapping[str, str]) -> str:
    return ", ".join(f"{alias} {aliases[alias]}" for alias in RECORDED_ALIASES if alias in aliases) or "none"


def _fonts() -> str:
    """The packages of the fonts that generated documents are set in."""
    # `docflow serve` imports this file too, and does without the extra.
    try:
        from docflow.synth.fonts import check_fonts
    except ImportError as error:
        raise SettingsError(
            "`docflow synth` and generated texts to train on need the extra synth",
            next_step="Install it: `uv pip install 'docflow[synth]'`.",
        ) from error
    return check_fonts()


def _package(name: str, *, extra: str | None) -> Finding:
    try:
        return Finding(name, told=version(name), needed=extra is None)
    except PackageNotFoundError:
        wanted = f"docflow[{extra}]" if extra else name
        told = f"{name}, which is for {PURPOSES[extra]}, is not installed" if extra else f"{name} is not installed"
        error = SettingsError(told, next_step=f"Install it: `uv pip install '{wanted}'`.")
        return Finding(name, error=error, needed=extra is None)
