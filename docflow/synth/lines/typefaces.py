"""The typefaces that single lines are set in: Debian's, of the kinds that papers and tills print with."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from fontTools.ttLib import TTFont
from PIL import ImageFont

from docflow.errors import SettingsError
from docflow.synth.fonts import font_folders

Group = Literal["sans", "serif", "mono", "pixel"]
"""What a typeface looks like; `pixel` ones are drawn on a grid of few dots, as matrix printers and old screens do."""

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)

ALSO_IN = (Path("/usr/share/wine/fonts"),)
"""Where fonts lie that Debian keeps for one program."""

MOST_OPEN = 600
"""Fonts kept open, by file and size: each takes about 50 kB."""


@dataclass(frozen=True, slots=True)
class LineFont:
    """One font file of a Debian package; `dots` is the height of the grid that a pixel typeface is drawn on.

    One that `is_wide` was made for ideographs: its Latin letters are those of many a till, narrow and all of one width,
    but its Cyrillic ones are twice as wide, as nothing is printed in; no Russian line is set in it.
    """

    package: str
    file: str
    group: Group
    dots: int = 0
    is_wide: bool = False

    @property
    def path(self) -> Path:
        """Where the file is; `SettingsError` with the package to install where it is missing."""
        found = _files().get(self.file)
        if found is None:
            raise SettingsError(
                f"the font {self.file} is not installed; made-up lines are set in it",
                next_step=f"Install it with `apt-get install {self.package}`.",
            )
        return found

    def has(self, text: str) -> bool:
        """Whether the font has every character of the text, as they are printed."""
        return _characters(self).issuperset(text) and not (self.is_wide and CYRILLIC.search(text))

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """The font at this many pixels to the em."""
        return _opened(self.path, size)


def _set(package: str, group: Group, *files: str, ending: str = ".ttf") -> tuple[LineFont, ...]:
    return tuple(LineFont(package, f"{file}{ending}", group) for file in files)


def _cuts(name: str, *cuts: str) -> tuple[str, ...]:
    return tuple(f"{name}{cut}" for cut in cuts)


_DASHED = ("-Regular", "-Bold", "-Italic")

SEEN: tuple[LineFont, ...] = (
    *_set("fonts-dejavu-core", "sans", "DejaVuSans", "DejaVuSans-Bold"),
    *_set("fonts-dejavu-extra", "sans", "DejaVuSansCondensed", "DejaVuSansCondensed-Bold", "DejaVuSans-Oblique"),
    *_set("fonts-liberation", "sans", *_cuts("LiberationSans", *_DASHED), *_cuts("LiberationSansNarrow", *_DASHED[:2])),
    *_set("fonts-freefont-ttf", "sans", "FreeSans", "FreeSansBold"),
    *_set("fonts-urw-base35", "sans", *_cuts("NimbusSans", *_DASHED), "NimbusSansNarrow-Regular", "URWGothic-Book", ending=".otf"),
    *_set("fonts-paratype", "sans", "PTS55F", "PTS75F", "PTN57F", "PTN77F", "PTC55F"),
    *_set("fonts-roboto-unhinted", "sans", "Roboto-Regular", "Roboto-Medium", "Roboto-Bold", "RobotoCondensed-Regular", "RobotoCondensed-Bold"),
    *_set("fonts-crosextra-carlito", "sans", *_cuts("Carlito", *_DASHED)),
    *_set("fonts-cmu", "sans", "cmunss"),
    *_set("fonts-wine", "sans", "tahoma", "tahomabd"),
    *_set("fonts-lato", "sans", "Lato-Regular", "Lato-Bold"),
    *_set("fonts-comic-neue", "sans", "ComicNeue-Regular", "ComicNeue-Bold", ending=".otf"),
    *_set("fonts-dejavu-core", "serif", "DejaVuSerif", "DejaVuSerif-Bold"),
    *_set("fonts-liberation", "serif", *_cuts("LiberationSerif", *_DASHED)),
    *_set("fonts-freefont-ttf", "serif", "FreeSerif", "FreeSerifBold"),
    *_set("fonts-urw-base35", "serif", *_cuts("NimbusRoman", *_DASHED), "C059-Roman", "C059-Bold", "URWBookman-Light", ending=".otf"),
    *_set("fonts-paratype", "serif", "PTF55F", "PTF75F", "PTF56F"),
    *_set("fonts-cmu", "serif", "cmunrm", "cmunbx"),
    *_set("fonts-oldstandard", "serif", "OldStandard-Regular"),
    *_set("fonts-crosextra-caladea", "serif", "Caladea-Regular"),
    *_set("fonts-dejavu-core", "mono", "DejaVuSansMono", "DejaVuSansMono-Bold"),
    *_set("fonts-liberation", "mono", *_cuts("LiberationMono", "-Regular", "-Bold")),
    *_set("fonts-freefont-ttf", "mono", "FreeMono", "FreeMonoBold"),
    *_set("fonts-urw-base35", "mono", "NimbusMonoPS-Regular", "NimbusMonoPS-Bold", ending=".otf"),
    *_set("fonts-paratype", "mono", "PTM55F", "PTM75F"),
    *_set("fonts-anonymous-pro", "mono", "Anonymous Pro", "Anonymous Pro B"),
    *_set("fonts-cmu", "mono", "cmuntt"),
    *_set("fonts-3270", "mono", "3270-Regular", "3270SemiCondensed-Regular", "3270Condensed-Regular"),
    *_set("fonts-gnutypewriter", "mono", "GNUTypewriter"),
    *_set("fonts-courier-prime", "mono", "Courier Prime", "Courier Prime Bold", ending=".otf"),
    *_set("fonts-ocr-b", "mono", "OCRB", ending=".otf"),
    *_set("fonts-noto-mono", "mono", "NotoSansMono-Regular", "NotoSansMono-Bold"),
    *_set("fonts-inconsolata", "mono", "Inconsolata", ending=".otf"),
    LineFont("fonts-arphic-uming", "uming.ttc", "mono", is_wide=True),
    LineFont("fonts-ipafont-gothic", "ipag.ttf", "mono", is_wide=True),
    LineFont("fonts-vlgothic", "VL-Gothic-Regular.ttf", "mono", is_wide=True),
    LineFont("fonts-pc", "Px_IBM_VGA8.ttf", "pixel", 16),
    LineFont("fonts-pc", "Px_IBM_EGA8.ttf", "pixel", 14),
    LineFont("fonts-pc", "Px_IBM_MDA.ttf", "pixel", 14),
    LineFont("fonts-pc", "Px_IBM_CGA.ttf", "pixel", 8),
    LineFont("fonts-unifont", "unifont.otf", "pixel", 16),
    LineFont("fonts-spleen", "spleen-12x24.otf", "pixel", 24),
    LineFont("fonts-spleen", "spleen-8x16.otf", "pixel", 16),
    LineFont("fonts-dotgothic16", "DotGothic16-Regular.ttf", "pixel", 16),
)  # fmt: skip
"""Fonts that lines to learn from are set in."""

UNSEEN: tuple[LineFont, ...] = (
    *_set("fonts-open-sans", "sans", "OpenSans-Regular", "OpenSans-Bold", "OpenSans-CondBold"),
    *_set("fonts-urw-base35", "serif", "P052-Roman", "P052-Bold", ending=".otf"),
    *_set("fonts-hack", "mono", "Hack-Regular", "Hack-Bold"),
)
"""Fonts that no line to learn from is set in: how well these are read tells how a new typeface will be."""

SHARES: dict[Group, float] = {"sans": 0.36, "serif": 0.2, "mono": 0.34, "pixel": 0.1}
"""How often each group is drawn: tills print monospaced letters, offices the others."""


def draw_font(fonts: Sequence[LineFont], text: str, *, rng: random.Random) -> LineFont:
    """A font that has all of the text, its group drawn first; ValueError where none of them has."""
    groups: dict[Group, list[LineFont]] = {}
    for font in fonts:
        if font.has(text):
            groups.setdefault(font.group, []).append(font)
    if not groups:
        raise ValueError(f"no font has all the characters of {text!r}")
    names = list(groups)
    group = rng.choices(names, weights=[SHARES[name] for name in names])[0]
    return rng.choice(groups[group])


@cache
def _files() -> dict[str, Path]:
    """The font files of this machine by name; the first folder wins."""
    found: dict[str, Path] = {}
    for folder in (*font_folders(), *ALSO_IN):
        for path in sorted([*folder.rglob("*.ttf"), *folder.rglob("*.otf"), *folder.rglob("*.ttc")]):
            found.setdefault(path.name, path)
    return found


@cache
def _characters(font: LineFont) -> frozenset[str]:
    """What the font can set."""
    with TTFont(font.path, fontNumber=0, lazy=True) as table:
        return frozenset(map(chr, table.getBestCmap() or ()))


@lru_cache(maxsize=MOST_OPEN)
def _opened(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
