"""Language codes: their form, which of them are installed, and the package that brings a missing one."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path

from docflow.errors import EngineUnavailable, InvalidLanguage, LanguageMissing
from docflow.settings import OcrSettings

CODE = re.compile(r"(?:script/)?[A-Za-z]{3,20}(?:_[A-Za-z]{3,8}){0,2}")
"""Tesseract's codes: three letters, with parts such as `chi_sim_vert`, or a script's name."""

MOST_LANGUAGES = 8
"""Recognition time grows with each language; nobody's page mixes more than a few."""

TESSDATA_DIRS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)


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
    """The codes in their one spelling (`eng+rus`), all of them installed.

    Raises `InvalidLanguage` for what is no code and `LanguageMissing`, with the package to install, for one
    whose data is not there.
    """
    codes = parse_languages(languages)
    installed = installed_languages(settings)
    missing = [code for code in codes if code not in installed]
    if missing:
        packages = " ".join(package_of(code) for code in missing)
        raise LanguageMissing(
            f"no data is installed for: {', '.join(missing)}",
            detail={"missing": missing, "installed": sorted(installed)},
            next_step=f"Install it with `apt-get install {packages}`, or use one of: {', '.join(sorted(installed))}.",
        )
    return "+".join(codes)


def package_of(code: str) -> str:
    """The name of Debian's package with this language's data."""
    kind, _, name = code.rpartition("/")
    return f"tesseract-ocr-{'script-' if kind else ''}{name.lower().replace('_', '-')}"


def installed_languages(settings: OcrSettings) -> frozenset[str]:
    """The codes whose data is in the tessdata folder; `osd` finds orientations and is no language."""
    return _languages_in(tessdata_dir(settings))


def tessdata_dir(settings: OcrSettings) -> Path:
    """The folder of Tesseract's data: the setting, `TESSDATA_PREFIX`, or where the packages put it."""
    configured = settings.tessdata_dir or os.environ.get("TESSDATA_PREFIX")
    if configured:
        folder = Path(configured)
        if any(folder.glob("*.traineddata")):
            return folder
        raise EngineUnavailable(
            "the configured tessdata folder has no language data",
            next_step="Correct the setting ocr.tessdata_dir, or unset it to use the system's folder.",
        )
    for candidate in TESSDATA_DIRS:
        if any(Path(candidate).glob("*.traineddata")):
            return Path(candidate)
    raise EngineUnavailable(
        "Tesseract's language data is not installed",
        next_step="Install it: `apt-get install tesseract-ocr tesseract-ocr-eng tesseract-ocr-rus`.",
    )


@lru_cache(maxsize=8)
def _languages_in(folder: Path) -> frozenset[str]:
    found = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.traineddata")}
    return frozenset(found - {"osd", "equ", "snum"})
