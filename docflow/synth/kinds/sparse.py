"""Pages with little on them: notes, slides, tables of bare numbers, stamps."""

from __future__ import annotations

from docflow.synth.kinds.prose import lines, pool_of, sheet_of_paper
from docflow.synth.kinds.spec import KindSpec, Sheet
from docflow.synth.values import Values


def few_words(values: Values) -> Sheet:
    """A handful of notes anywhere on the page."""
    flow, grammar = sheet_of_paper(values), pool_of("sparse", values)
    for text in grammar.some("note", values.rng.randint(1, 6)):
        flow.space(values.rng.uniform(0, 90))
        flow.paragraph(text, inset=values.rng.uniform(0, 200))
    return Sheet(flow.done())


def slide(values: Values) -> Sheet:
    """A slide: a topic and some points."""
    flow, grammar = sheet_of_paper(values, font="sans"), pool_of("sparse", values)
    flow.heading(grammar.one("topic"), size=24)
    lines(flow, [f"• {text}" for text in grammar.some("point", 3)])
    return Sheet(flow.done())


def bare_numbers(values: Values) -> Sheet:
    """A table of numbers without a word."""
    flow = sheet_of_paper(values, font="mono")
    columns = values.rng.randint(3, 8)
    flow.table(
        rows=[
            [f"{values.rng.uniform(0, 999):.{values.rng.randint(0, 2)}f}" for _ in range(columns)]
            for _ in range(values.rng.randint(6, 25))
        ],
        header=False,
        borders="none",
    )
    return Sheet(flow.done())


def scattered_codes(values: Values) -> Sheet:
    """Codes, stamps and page numbers, as the back of a page has them."""
    flow, grammar = sheet_of_paper(values), pool_of("sparse", values)
    lines(flow, [values.digits(values.rng.randint(5, 12)) for _ in range(values.rng.randint(1, 5))])
    lines(flow, grammar.some("note", 2))
    return Sheet(flow.done())


SPEC = KindSpec(layouts={"eng": (few_words, slide, bare_numbers, scattered_codes)}, background=True)
