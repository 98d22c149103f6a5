"""A font without ink: its characters can be found and copied, whatever their script, and nothing is drawn.

One font serves a whole document. A character gets its code when it is first used, and the font's ToUnicode map says
which character it is (ISO 32000-1, 9.7.4 and 9.10.3).
"""

from __future__ import annotations

import io
from functools import cache

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

UNITS_PER_EM = 1000
ADVANCE = 500
"""Every character's width, in thousandths of the font's size."""

ASCENT, DESCENT = 1000, -1
"""A line is as high as the font's size, on its baseline; readers take a descent of 0 for a missing one."""

FIRST_CODE = 1
MOST_CODES = 0xFFFF
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
RANGES_PER_BLOCK = 100
"""The most entries that one block of a CMap may have."""

CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{blocks}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


class GlyphlessFont:
    """The font in one PDF; call `finish` when all text has been encoded."""

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        self._codes = {UNKNOWN: FIRST_CODE}
        self.object: Object = pdf.make_indirect(Dictionary(Type=Name.Font))

    def encode(self, text: str) -> bytes:
        """The text as two-byte codes of this font."""
        return b"".join(self._code(character).to_bytes(2, "big") for character in text)

    def finish(self) -> None:
        """Write the font with all the characters that were encoded."""
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=Name.Glyphless,
            CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
            DW=ADVANCE,
            FontDescriptor=self._descriptor(),
            CIDToGIDMap=self._pdf.make_stream(b"\0\1" * (FIRST_CODE + len(self._codes))),
        )
        self.object.Subtype = Name.Type0
        self.object.BaseFont = Name.Glyphless
        self.object.Encoding = Name("/Identity-H")
        self.object.DescendantFonts = Array([self._pdf.make_indirect(descendant)])
        self.object.ToUnicode = self._pdf.make_stream(self._to_unicode())

    def _code(self, character: str) -> int:
        if character not in self._codes:
            if len(self._codes) >= MOST_CODES:
                return FIRST_CODE
            self._codes[character] = FIRST_CODE + len(self._codes)
        return self._codes[character]

    def _descriptor(self) -> Object:
        program = self._pdf.make_stream(font_program())
        program.Length1 = len(font_program())
        return self._pdf.make_indirect(
            Dictionary(
                Type=Name.FontDescriptor,
                FontName=Name.Glyphless,
                Flags=4 + 1,  # symbolic and of one width (ISO 32000-1, table 123)
                FontBBox=Array([0, DESCENT, ADVANCE, ASCENT]),
                ItalicAngle=0,
                Ascent=ASCENT,
                Descent=DESCENT,
                CapHeight=ASCENT,
                StemV=80,
                FontFile2=program,
            )
        )

    def _to_unicode(self) -> bytes:
        entries = [f"<{code:04X}> <{character.encode('utf-16-be').hex()}>" for character, code in self._codes.items()]
        blocks = [entries[at : at + RANGES_PER_BLOCK] for at in range(0, len(entries), RANGES_PER_BLOCK)]
        written = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
        return CMAP.format(blocks=written).encode("ascii")


@cache
def font_program() -> bytes:
    """A TrueType font whose glyph is a line there and back, under 1 kB.

    Such a glyph has no area to fill, but it has a size: PDFium leaves out characters that have none.
    """
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((ADVANCE, ASCENT))
    pen.closePath()
    line = pen.glyph()
    glyphs = [".notdef", "blank"]
    builder = FontBuilder(UNITS_PER_EM, isTTF=True)
    builder.setupGlyphOrder(glyphs)
    builder.setupCharacterMap({0x20: "blank"})
    builder.setupGlyf(dict.fromkeys(glyphs, line))
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (ADVANCE, 0)))
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": "Glyphless", "styleName": "Regular", "psName": "Glyphless"})
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT)
    builder.setupPost()
    # A font's date would make each process's files differ.
    builder.updateHead(created=0, modified=0)
    builder.font.recalcTimestamp = False
    written = io.BytesIO()
    builder.save(written)
    return written.getvalue()
