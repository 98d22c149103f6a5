"""What several background kinds share: a page set in the document's own type, and running text from a pool."""

from __future__ import annotations

from collections.abc import Sequence

from docflow.synth.flow import Flow
from docflow.synth.kinds.grammar import Grammar
from docflow.synth.page import FontName
from docflow.synth.values import Values

FONTS: tuple[FontName, ...] = ("serif", "sans", "mono", "serif")


def sheet_of_paper(values: Values, *, font: FontName | None = None) -> Flow:
    """A page of A4 or Letter in one of the fonts, with the margins of an office."""
    chosen: FontName = font if font is not None else values.rng.choice(FONTS)
    width, height = values.rng.choice(((595.0, 842.0), (612.0, 792.0)))
    return Flow(
        width=width,
        height=height,
        margin=values.rng.uniform(40, 80),
        family=values.family,
        font=chosen,
        size=values.rng.uniform(9, 12.5),
    )


def pool_of(name: str, values: Values) -> Grammar:
    """The pool `name`, to draw sentences from for this document."""
    return Grammar(name, values)


def section(name: str, values: Values) -> str:
    """The section's name in the document's language."""
    return f"{name}_rus" if values.language == "rus" else name


def running_text(
    flow: Flow, grammar: Grammar, of: str, *, paragraphs: tuple[int, int], sentences: tuple[int, int] = (1, 4)
) -> None:
    """Set some paragraphs of sentences from the section `of`; both counts are ranges, ends included."""
    rng = grammar.values.rng
    for _ in range(rng.randint(*paragraphs)):
        flow.paragraph(" ".join(grammar.some(of, rng.randint(*sentences))), after=rng.uniform(3, 9))


def lines(flow: Flow, texts: Sequence[str], *, bold: bool = False) -> None:
    """Set each text as a paragraph of its own."""
    for text in texts:
        flow.paragraph(text, bold=bold, after=2)
