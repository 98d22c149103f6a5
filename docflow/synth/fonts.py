"""The typefaces that documents are set in: where they lie, which letters they have, how large these are.

All have Latin and Cyrillic letters and come with Debian's font packages. A document is set in one family of
`FAMILIES`; in it each `FontName` stands for one typeface, as an office's papers keep to a few fonts.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from typing import Literal

from reportlab.pdfbase.ttfonts import TTFError, TTFont

from docflow.errors import SettingsError

FontName = Literal["sans", "serif", "mono", "condensed"]

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
"""Where a system's fonts lie, folders below included."""

EM = 1000.0
"""Units of one em in the widths and boxes that reportlab and `Face` keep, as in PDF."""


@dataclass(frozen=True, slots=True)
class Typeface:
    """One design in four cuts, named by their files without the ending, and the package that brings them."""

    package: str
    regular: str
    bold: str
    italic: str
    bold_italic: str

    def file(self, *, bold: bool, italic: bool) -> str:
        """The name of the file with this cut."""
        if bold:
            return self.bold_italic if italic else self.bold
        return self.italic if italic else self.regular


def _cuts(package: str, name: str, *, regular: str = "", italic: str = "Oblique", dash: str = "-") -> Typeface:
    """A typeface whose files are named by the usual suffixes."""
    suffixes = (regular, f"{dash}Bold", f"{dash}{italic}", f"{dash}Bold{italic}")
    return Typeface(package, *(name + suffix for suffix in suffixes))


_DEJAVU: Mapping[FontName, Typeface] = {
    "sans": _cuts("fonts-dejavu", "DejaVuSans"),
    "serif": _cuts("fonts-dejavu", "DejaVuSerif", italic="Italic"),
    "mono": _cuts("fonts-dejavu", "DejaVuSansMono"),
    "condensed": _cuts("fonts-dejavu", "DejaVuSansCondensed"),
}
_LIBERATION: Mapping[FontName, Typeface] = {
    "sans": _cuts("fonts-liberation", "LiberationSans", regular="-Regular", italic="Italic"),
    "serif": _cuts("fonts-liberation", "LiberationSerif", regular="-Regular", italic="Italic"),
    "mono": _cuts("fonts-liberation", "LiberationMono", regular="-Regular", italic="Italic"),
    "condensed": _cuts("fonts-liberation", "LiberationSansNarrow", regular="-Regular", italic="Italic"),
}
_FREE: Mapping[FontName, Typeface] = {
    "sans": _cuts("fonts-freefont-ttf", "FreeSans", dash=""),
    "serif": _cuts("fonts-freefont-ttf", "FreeSerif", italic="Italic", dash=""),
    "mono": _cuts("fonts-freefont-ttf", "FreeMono", dash=""),
    "condensed": _LIBERATION["condensed"],
}

FAMILIES: tuple[Mapping[FontName, Typeface], ...] = (
    _LIBERATION,
    _FREE,
    _DEJAVU,
    {**_LIBERATION, "mono": _DEJAVU["mono"], "condensed": _DEJAVU["condensed"]},
    {**_FREE, "mono": _LIBERATION["mono"], "condensed": _DEJAVU["condensed"]},
    {
        **_DEJAVU,
        "serif": _cuts("fonts-dejavu", "DejaVuSerifCondensed", italic="Italic"),
        "sans": _DEJAVU["condensed"],
        "condensed": _LIBERATION["condensed"],
    },
)
"""What a document's `family` chooses from; an index beyond the end starts over."""


@dataclass(frozen=True, eq=False)
class Face:
    """One font file, read: `widths` per character, in em/1000. `name` is what reportlab knows it by."""

    name: str
    font: TTFont
    widths: Mapping[str, float]
    _boxes: dict[str, tuple[float, float, float, float] | None] = field(default_factory=dict, repr=False)

    def width(self, text: str, *, size: float) -> float:
        """How wide the text is at this size, in points."""
        return sum(map(self.widths.__getitem__, text)) * size / EM

    def has(self, text: str) -> bool:
        """Whether the font has every character of the text."""
        return self.widths.keys() >= set(text)

    def ink(self, text: str, *, size: float) -> tuple[float, float, float, float]:
        """The box of the text's ink, in points from its start on the baseline, y down; empty for blanks."""
        pen, boxes = 0.0, []
        for character in text:
            box = self._glyph_box(character)
            if box is not None:
                boxes.append((pen + box[0], -box[3], pen + box[2], -box[1]))
            pen += self.widths[character]
        if not boxes:
            return 0.0, 0.0, pen * size / EM, 0.0
        left, top, right, bottom = zip(*boxes, strict=True)
        scale = size / EM
        return min(left) * scale, min(top) * scale, max(right) * scale, max(bottom) * scale

    def _glyph_box(self, character: str) -> tuple[float, float, float, float] | None:
        """The glyph's xMin, yMin, xMax, yMax in em/1000, from the `glyf` table; None for a blank."""
        if character not in self._boxes:
            self._boxes[character] = _read_glyph_box(self.font, character)
        return self._boxes[character]


def face(font: FontName, *, family: int = 0, bold: bool = False, italic: bool = False, text: str = "") -> Face:
    """The face that this name means in this family, or DejaVu's where that one lacks a character of `text`.

    Raises:
        SettingsError: the font's package is not installed.
        ValueError: no font has all the characters of `text`.
    """
    wanted = FAMILIES[family % len(FAMILIES)][font]
    for typeface in (wanted, _DEJAVU[font], _DEJAVU["sans"]):
        found = _load(typeface, bold, italic)
        if found.has(text):
            return found
    raise ValueError(f"no font has all the characters of {text!r}")


def check_fonts() -> str:
    """The packages that the typefaces of all families come from, each of whose faces was read.

    Raises:
        SettingsError: a font is missing or damaged.
    """
    typefaces = dict.fromkeys(typeface for family in FAMILIES for typeface in family.values())
    for typeface, bold, italic in product(typefaces, (False, True), (False, True)):
        _load(typeface, bold, italic)
    return ", ".join(sorted({typeface.package for typeface in typefaces}))


def font_folders() -> tuple[Path, ...]:
    """Where fonts are looked for, folders below included: the system's folders, and the user's if there is a home."""
    try:
        return (*FOLDERS, Path.home() / ".fonts")
    except RuntimeError:
        return FOLDERS


@cache
def _load(typeface: Typeface, bold: bool, italic: bool) -> Face:
    """The face of this cut of the typeface."""
    file = typeface.file(bold=bold, italic=italic)
    path = _files().get(f"{file}.ttf")
    if path is None:
        raise SettingsError(
            f"the font {file} is not installed; made-up documents are set in it",
            next_step=f"Install it with `apt-get install {typeface.package}`.",
        )
    try:
        font = _read(file, path)
    except (TTFError, OSError, struct.error) as error:
        raise SettingsError(
            f"the font {file} cannot be read: {error}",
            next_step=f"Install it again with `apt-get install --reinstall {typeface.package}`.",
        ) from error
    return Face(file, font, {chr(code): width for code, width in font.face.charWidths.items()})


def _read(file: str, path: Path) -> TTFont:
    """The font in this file; reportlab reads past the end of one that was cut, and does not look for all its tables."""
    font = TTFont(file, str(path))
    if max(sum(font.face.get_table_pos(tag)) for tag in font.face.table) > len(font.face._ttf_data):
        raise TTFError("the file ends before its tables do")
    return font


@cache
def _files() -> Mapping[str, Path]:
    """The TrueType files of this machine by file name; the first folder wins."""
    found: dict[str, Path] = {}
    for folder in font_folders():
        for path in sorted(folder.rglob("*.ttf")):
            found.setdefault(path.name, path)
    return found


def _read_glyph_box(font: TTFont, character: str) -> tuple[float, float, float, float] | None:
    """The first fields of the glyph's `glyf` entry (OpenType specification, "glyf" and "loca")."""
    face = font.face
    glyph = face.charToGlyph[ord(character)]
    start, end = face.glyphPos[glyph], face.glyphPos[glyph + 1]
    if start == end:
        return None
    table, _ = face.get_table_pos("glyf")
    box = struct.unpack_from(">4h", face._ttf_data, table + start + 2)
    scale = EM / face.unitsPerEm
    return box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale
