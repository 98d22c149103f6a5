"""Language codes: their form, which of them are installed, and the package that brings a missing one."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path

from docflow.errors import EngineUnavailable, InvalidLanguage, LanguageMissing
from docflow.settings import OcrSettings

CODE = re.compile(r"(?:script/)?[A-Za-z]{3,20}(?:_[A-Za-z]{3,8}){0,2}")
"""Tesseract's codes: three letters, with parts such as `chi_sim_vert`, or a script's name."""

MOST_LANGUAGES = 8
"""Recognition time grows with each language; nobody's page mixes more than a few."""

AUTO = "auto"
TOLD_APART = ("eng", "rus")
"""What `auto` stands for, as far as it is installed: what the first look at a page (`look.py`) tells apart."""

TESSDATA_DIRS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)


NO_LANGUAGES = frozenset({"osd", "equ", "snum"})
"""Data that comes beside the languages': it finds orientations, formulas and numbers."""


def parse_languages(languages: str) -> tuple[str, ...]:
    """The codes of `eng+rus` in their order, each once; `InvalidLanguage` where one has no code's form.

    A space separates as `+` does: that is what a `+` in a query string arrives as.
    """
    codes = tuple(dict.fromkeys(languages.replace(" ", "+").split("+")))
    if len(codes) > MOST_LANGUAGES:
        raise InvalidLanguage(f"{len(codes)} languages are more than the {MOST_LANGUAGES} that one page may have")
    for code in codes:
        if not CODE.fullmatch(code):
            raise InvalidLanguage(f"'{code[:40]}' is not a language code")
    return codes


def check_languages(languages: str, *, settings: OcrSettings) -> str:
    """The codes in their one spelling (`eng+rus`, however it was capitalised), all installed; `auto` is spelt out.

    Raises `InvalidLanguage` for what is no code or no language, and `LanguageMissing`, with the package to install, for
    one whose data is not there.
    """
    asked, installed = parse_languages(languages), installed_languages(settings)
    for code in asked:
        if code.lower() in NO_LANGUAGES:
            raise InvalidLanguage(f"'{code}' is no language: its data finds orientations, formulas or numbers")
    codes = spelt_out(asked, installed=installed)
    if not installed.issuperset(codes):
        # A running service need not be told that data has come since it first looked.
        _languages_in.cache_clear()
        installed = installed_languages(settings)
        codes = spelt_out(asked, installed=installed)
    missing = [code for code in codes if code not in installed]
    if missing:
        packages = " ".join(package_of(code) for code in missing)
        raise LanguageMissing(
            f"no data is installed for: {', '.join(missing)}",
            detail={"missing": missing, "installed": sorted(installed)},
            next_step=f"Install it with `apt-get install {packages}`, or use one of: {', '.join(sorted(installed))}.",
        )
    return "+".join(codes)


def spelt_out(codes: Iterable[str], *, installed: Collection[str]) -> tuple[str, ...]:
    """The codes as their data is spelt, each once, with the languages that a page's first look tells apart for `auto`.

    Those of them that are installed; all where none is, so that it is told what to install.
    """
    automatic = [code for code in TOLD_APART if code in installed] or TOLD_APART
    spelt = {code.lower(): (code,) for code in installed} | {AUTO: tuple(automatic)}
    return tuple(dict.fromkeys(code for given in codes for code in spelt.get(given.lower(), (given,))))


def package_of(code: str) -> str:
    """The name of Debian's package with this language's data."""
    kind, _, name = code.rpartition("/")
    return f"tesseract-ocr-{'script-' if kind else ''}{name.lower().replace('_', '-')}"


def unreadable(codes: Iterable[str]) -> LanguageMissing:
    """The error of languages whose data is there and does not load, such as a pointer that Git LFS left."""
    named = list(codes)
    packages = " ".join(package_of(code) for code in named)
    return LanguageMissing(
        f"Tesseract cannot load {', '.join(f'{code}.traineddata' for code in named)}: damaged, or no language data",
        detail={"unreadable": named},
        next_step=f"Replace what is in the tessdata folder, as with `apt-get install --reinstall {packages}`, "
        "or leave the language out.",
    )


def installed_languages(settings: OcrSettings) -> frozenset[str]:
    """The codes whose data is in the tessdata folder; `osd` finds orientations and is no language."""
    return _languages_in(tessdata_dir(settings))


def tessdata_dir(settings: OcrSettings) -> Path:
    """The folder of Tesseract's data: the setting, `TESSDATA_PREFIX`, or where the packages put it."""
    configured = settings.tessdata_dir or os.environ.get("TESSDATA_PREFIX")
    if configured:
        folder = Path(configured)
        if _has_languages(folder):
            return folder
        raise EngineUnavailable(
            "the configured tessdata folder has no language data",
            next_step="Correct the setting ocr.tessdata_dir, or unset it to use the system's folder.",
        )
    for candidate in TESSDATA_DIRS:
        if _has_languages(Path(candidate)):
            return Path(candidate)
    raise EngineUnavailable(
        "Tesseract's language data is not installed",
        next_step="Install it: `apt-get install tesseract-ocr tesseract-ocr-eng tesseract-ocr-rus`.",
    )


def _has_languages(folder: Path) -> bool:
    return any(path.stem not in NO_LANGUAGES for path in folder.rglob("*.traineddata"))


@lru_cache(maxsize=8)
def _languages_in(folder: Path) -> frozenset[str]:
    found = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.traineddata")}
    return frozenset(found - NO_LANGUAGES)
