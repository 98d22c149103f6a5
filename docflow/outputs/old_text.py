"""The invisible text that an earlier recognition left on a PDF page, taken away where a new one is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pikepdf
from pikepdf import (
    Array,
    ContentStreamInlineImage,
    ContentStreamInstruction,
    Dictionary,
    Name,
    Object,
    Operator,
    Page,
    Pdf,
)

from docflow.outputs.invisible_text import INVISIBLE

Instruction = ContentStreamInstruction | ContentStreamInlineImage

VISIBLE = 0
"""The text rendering mode that a page begins with."""

SHOWING = frozenset({"Tj", "TJ", "'", '"'})

LARGEST = 16 * 2**20
"""Bytes of content beyond which nothing is looked for: a scan's page has a few thousand, a drawing's takes minutes."""

DEEPEST = 4
"""Forms within forms that are looked into; a file may nest them without end."""


def remove_invisible_text(pdf: Pdf, page: Page) -> None:
    """Take the invisible text off the page, that of its forms too; what is seen stays as it is.

    Text objects that show visible text as well stay whole, and so does content that cannot be parsed or is larger than
    `LARGEST`. Forms are copied before they are changed: other pages may show them.
    """
    resources: Object = page.resources
    kept = _without(pdf, page, resources, depth=0)
    if kept is None:
        return
    content, forms = kept
    page.obj.Contents = pdf.make_stream(content)
    if forms:
        page.obj.Resources = _with_forms(resources, forms)


def _without(
    pdf: Pdf, holder: Page | Object, resources: Object, *, depth: int
) -> tuple[bytes, dict[str, Object]] | None:
    """The content without invisible text, and the forms that are new in it; None where nothing changes."""
    if _size(holder) > LARGEST:
        return None
    try:
        instructions = list(pikepdf.parse_content_stream(holder))
    except pikepdf.PdfParsingError:
        return None
    forms: dict[str, Object] = {}
    for name in dict.fromkeys(_drawn(instructions)):
        form = resources.get(Name.XObject, Dictionary()).get(name)
        if form is not None and form.get(Name.Subtype) == Name.Form and depth < DEEPEST:
            inner = form.get(Name.Resources, resources)
            if (kept := _without(pdf, form, inner, depth=depth + 1)) is not None:
                forms[name] = _changed(pdf, form, *kept, resources=inner)
    written = list(_visible(instructions))
    if written == instructions and not forms:
        return None
    return pikepdf.unparse_content_stream(written), forms


def _size(holder: Page | Object) -> int:
    """The bytes of a page's or a form's content."""
    if not isinstance(holder, Page):
        return len(holder.read_bytes())
    contents: Object = holder.obj.get(Name.Contents, Array())
    parts = contents.as_list() if isinstance(contents, Array) else [contents]
    return sum(len(part.read_bytes()) for part in parts)


def _drawn(instructions: Sequence[Instruction]) -> Iterator[str]:
    """The names of the forms and images that are drawn."""
    for instruction in instructions:
        if instruction.operator == Operator("Do") and len(instruction.operands) == 1:
            yield str(instruction.operands[0])


def _changed(pdf: Pdf, form: Object, content: bytes, forms: dict[str, Object], *, resources: Object) -> Object:
    """A copy of the form with this content, and with these forms in place of its own.

    `resources` are those that its content names things of: a form without any uses the page's (ISO 32000-1, 7.8.3).
    """
    stream = pdf.make_stream(content)
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

    What else such an object does stays: fonts and spacing outlive it. The rendering mode belongs to the graphics state,
    which `q` keeps and `Q` brings back (ISO 32000-1, 8.4.1 and 9.3).
    """
    mode, stack = VISIBLE, list[int]()
    held: list[Instruction] = []
    modes: set[int] = set()
    for instruction in instructions:
        operator = str(instruction.operator)
        if operator == "q":
            stack.append(mode)
        elif operator == "Q" and stack:
            mode = stack.pop()
        elif operator == "Tr" and instruction.operands:
            mode = int(instruction.operands[0])
        elif operator in SHOWING:
            modes.add(mode)
        if not held and operator != "BT":
            yield instruction
            modes.clear()
            continue
        held.append(instruction)
        if operator == "ET":
            yield from held if modes != {INVISIBLE} else _silent(held)
            held, modes = [], set()
    yield from held


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
