"""The text that a PDF page has already, taken out of readers' sight where a new recognition is written.

Invisible text, which an earlier recognition left, is removed. Text that is seen has to stay, such as a stamp or what
was drawn under a picture, but is told to stand for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

import pikepdf
from pikepdf import (
    ContentStreamInlineImage,
    ContentStreamInstruction,
    Dictionary,
    Name,
    Object,
    Operator,
    Page,
    Pdf,
    Stream,
)

from docflow.outputs.content import Holder, content, surround
from docflow.outputs.damage import DAMAGE
from docflow.outputs.glyphless import GlyphlessFont
from docflow.outputs.invisible_text import INVISIBLE

Instruction = ContentStreamInstruction | ContentStreamInlineImage

VISIBLE = 0
"""The text rendering mode that a page begins with (ISO 32000-1, table 106)."""

CLIPPING = 7
"""The mode that paints nothing either, but has the text clip what is painted after it."""

UNPAINTED = frozenset({INVISIBLE, CLIPPING})

SHOWING = frozenset({"Tj", "TJ", "'", '"'})

PAINTING = frozenset({"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "Do", "INLINE IMAGE"})
"""What paints, but for text."""

SETS_UNPAINTED = re.compile(rb"\b[37](?:\.0*)?\s+Tr\b")
SHOWS = re.compile(rb"[)>\]]\s*(?:T[jJ]|['\"])")
DRAWS = re.compile(rb"/([^\s/()<>\[\]{}%]+)\s+Do\b")
"""What is searched for before content is parsed, which takes half a second and 110 MB for each of its megabytes."""

LARGEST = 4 * 2**20
"""Bytes of a page's content and its forms' beyond which nothing is removed: what scans with text have is under one."""

DEEPEST = 4
"""Forms within forms that are looked into; a file may nest them without end."""


def remove_invisible_text(pdf: Pdf, page: Page) -> None:
    """Take the invisible text off the page, that of its forms too; what is seen stays as it is.

    Text objects that show visible text as well stay whole. So do text that clips what is painted after it, content that
    is damaged, and content larger than `LARGEST`. Forms are copied before they are changed: other pages may show them.
    """
    contents = _contents(page)
    if contents is None or not any(map(SETS_UNPAINTED.search, contents)):
        return
    with suppress(*DAMAGE):
        resources: Object = page.resources
        kept = _without(pdf, page, resources, depth=0)
        if kept is None:
            return
        visible, forms = pdf.make_stream(kept[0]), kept[1]
        changed = _with_forms(resources, forms) if forms else None
        # From here on nothing fails: the page stays whole, or is changed as a whole.
        page.obj.Contents = visible
        if changed is not None:
            page.obj.Resources = changed


def silence_text(pdf: Pdf, page: Page, font: GlyphlessFont, *, font_name: str) -> None:
    """Have readers take the page's text for none, without a change to what is seen; nothing where it has no text.

    The content becomes a span that stands for an empty text (ISO 32000-1, 14.9.4). Poppler and MuPDF then find nothing
    in it but spans with a text of their own. PDFium passes over the texts that follow the first one under the same
    marks, but in forms: so the span begins with a space. pdf.js finds all. `font_name` is that of `font` among the
    page's resources.
    """
    contents = _contents(page)
    if contents is None or any(map(SHOWS.search, contents)):
        space = f"q BT {INVISIBLE} Tr {font_name} 1 Tf <{font.encode(' ').hex()}> Tj ET Q"
        surround(pdf, page, f"/Span <</ActualText ()>> BDC\n{space}\n".encode("ascii"), b"\nEMC\n")


def _contents(page: Page) -> list[bytes] | None:
    """The content of the page and of the forms that it draws; None where that is damaged, or larger than `LARGEST`."""
    contents, size = list[bytes](), 0
    with suppress(*DAMAGE):
        for found in _drawn_contents(page, page.resources, depth=0):
            contents.append(found)
            size += len(found)
            if size > LARGEST:
                return None
        return contents
    return None


def _drawn_contents(holder: Holder, resources: Object, *, depth: int) -> Iterator[bytes]:
    found = content(holder)
    yield found
    for name in dict.fromkeys(DRAWS.findall(found)):
        form = _form(resources, f"/{name.decode('latin-1')}")
        if form is not None and depth < DEEPEST:
            yield from _drawn_contents(form, form.get(Name.Resources, resources), depth=depth + 1)


def _form(resources: Object, name: str) -> Object | None:
    """The form of this name; None for an image, and for what is not there."""
    drawable = resources.get(Name.XObject) if isinstance(resources, Dictionary) else None
    found = drawable.get(name) if isinstance(drawable, Dictionary) and name.startswith("/") else None
    return found if isinstance(found, Stream) and found.get(Name.Subtype) == Name.Form else None


def _without(pdf: Pdf, holder: Holder, resources: Object, *, depth: int) -> tuple[bytes, dict[str, Object]] | None:
    """The content without invisible text, and the forms that are new in it; None where nothing changes."""
    pdf.get_warnings()
    instructions = list(pikepdf.parse_content_stream(holder))
    if pdf.get_warnings():
        # Viewers find other instructions where qpdf warns, and what is written again would look otherwise.
        return None
    forms: dict[str, Object] = {}
    for name in dict.fromkeys(_drawn(instructions)):
        form = _form(resources, name)
        if form is not None and depth < DEEPEST:
            inner = form.get(Name.Resources, resources)
            if (kept := _without(pdf, form, inner, depth=depth + 1)) is not None:
                forms[name] = _changed(pdf, form, *kept, resources=inner)
    written = list(_visible(instructions))
    if written == instructions and not forms:
        return None
    return pikepdf.unparse_content_stream(written), forms


def _drawn(instructions: Sequence[Instruction]) -> Iterator[str]:
    """The names of the forms and images that are drawn."""
    for instruction in instructions:
        if str(instruction.operator) == "Do" and len(instruction.operands) == 1:
            yield str(instruction.operands[0])


def _changed(pdf: Pdf, form: Object, visible: bytes, forms: dict[str, Object], *, resources: Object) -> Object:
    """A copy of the form with this content, and with these forms in place of its own.

    `resources` are those that its content names things of: a form without any uses the page's (ISO 32000-1, 7.8.3).
    """
    stream = pdf.make_stream(visible)
    for key, value in form.items():
        if key not in ("/Length", "/Filter", "/DecodeParms"):
            stream[key] = value
    if forms:
        stream.Resources = _with_forms(resources, forms)
    return stream


def _with_forms(resources: Object, forms: dict[str, Object]) -> Dictionary:
    """The resources with these forms among them; the given ones may be shared, and stay."""
    copied = Dictionary(dict(resources.items()))
    drawable = Dictionary(dict(resources.XObject.items()))
    for name, form in forms.items():
        drawable[name] = form
    copied.XObject = drawable
    return copied


def _visible(instructions: Sequence[Instruction]) -> Iterator[Instruction]:
    """The instructions without those that show text in text objects all of whose text is invisible.

    What else such an object does stays: fonts and spacing outlive it.
    """
    operators = list(_balanced(str(instruction.operator) for instruction in instructions))
    modes = list(_modes(instructions, operators))
    held: list[Instruction] = []
    shown: set[int] = set()
    painted_later = _painted_later(operators, modes)
    for instruction, operator, mode, is_followed in zip(instructions, operators, modes, painted_later, strict=True):
        if operator in SHOWING:
            shown.add(mode)
        if not held and operator != "BT":
            yield instruction
            shown.clear()
            continue
        held.append(instruction)
        if operator == "ET":
            is_seen = bool(shown - UNPAINTED) or (CLIPPING in shown and is_followed)
            yield from _silent(held) if shown and not is_seen else held
            held, shown = [], set()
    yield from held


def _balanced(operators: Iterable[str]) -> Iterator[str]:
    """The operators; nothing for a `Q` that ends no `q`, which readers ignore."""
    depth = 0
    for operator in operators:
        depth += (operator == "q") - (operator == "Q")
        yield "" if depth < 0 else operator
        depth = max(0, depth)


def _modes(instructions: Sequence[Instruction], operators: Sequence[str]) -> Iterator[int]:
    """The text rendering mode at each instruction.

    It belongs to the graphics state, which `q` keeps and `Q` brings back (ISO 32000-1, 8.4.1 and 9.3).
    """
    mode, stack = VISIBLE, list[int]()
    for instruction, operator in zip(instructions, operators, strict=True):
        if operator == "q":
            stack.append(mode)
        elif operator == "Q":
            mode = stack.pop()
        elif operator == "Tr":
            # Readers differ in what they make of another number of operands: the text stays, by a `ValueError`.
            (operand,) = instruction.operands
            mode = int(operand)
        yield mode


def _painted_later(operators: Sequence[str], modes: Sequence[int]) -> list[bool]:
    """Of each instruction, whether anything is painted after it before the graphics state that it is in ends."""
    later: list[bool] = []
    is_painted, stack = False, list[bool]()
    for operator, mode in zip(reversed(operators), reversed(modes), strict=True):
        later.append(is_painted)
        if operator == "Q":
            stack.append(is_painted)
            is_painted = False
        elif operator == "q" and stack:
            is_painted |= stack.pop()
        elif operator in PAINTING or (operator in SHOWING and mode not in UNPAINTED):
            is_painted = True
    return later[::-1]


def _silent(held: Sequence[Instruction]) -> Iterator[Instruction]:
    """A text object's instructions without those that show text, of which `"` also sets the spacing that follows."""
    for instruction in held:
        operator = str(instruction.operator)
        if operator == '"' and len(instruction.operands) == 3:
            words, characters, _ = instruction.operands
            yield ContentStreamInstruction([words], Operator("Tw"))
            yield ContentStreamInstruction([characters], Operator("Tc"))
        elif operator not in SHOWING:
            yield instruction
