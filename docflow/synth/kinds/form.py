"""Forms: labels with what was filled in, boxes to tick, fax cover sheets."""

from __future__ import annotations

from docflow.synth.kinds.grammar import Grammar
from docflow.synth.kinds.prose import lines, pool_of, section, sheet_of_paper
from docflow.synth.kinds.spec import KindSpec, Sheet
from docflow.synth.values import Values


def _filled(grammar: Grammar, *, count: int) -> list[tuple[str, str]]:
    """Labels with values; every fifth is left empty, as people do."""
    values = grammar.values
    drawn = [grammar.one(section("label", values)).partition("=") for _ in range(count)]
    return [(label, "" if values.chance(0.2) else values.draw(slot)) for label, _, slot in drawn]


def list_of_fields(values: Values) -> Sheet:
    """One field a line."""
    flow, grammar = sheet_of_paper(values), pool_of("form", values)
    flow.heading(grammar.one(section("title", values)), align="center")
    lines(
        flow,
        [
            f"{label} {value or '_' * values.rng.randint(8, 30)}"
            for label, value in _filled(grammar, count=values.rng.randint(6, 14))
        ],
    )
    lines(flow, grammar.some(section("box", values), 3))
    return Sheet(flow.done())


def grid_of_fields(values: Values) -> Sheet:
    """Fields in the cells of a table."""
    flow, grammar = sheet_of_paper(values, font="sans"), pool_of("form", values)
    flow.heading(grammar.one(section("title", values)))
    fields = [f"{label} {value}" for label, value in _filled(grammar, count=2 * values.rng.randint(4, 9))]
    flow.table(rows=list(zip(fields[::2], fields[1::2], strict=True)), header=False, padding=6)
    lines(flow, grammar.some(section("box", values), 3))
    return Sheet(flow.done())


def two_columns_of_fields(values: Values) -> Sheet:
    """Fields side by side under a firm's name, with a numbered list below."""
    flow, grammar = sheet_of_paper(values), pool_of("form", values)
    flow.paragraph(values.firm().upper(), align="center")
    flow.heading(grammar.one(section("title", values)), align="center")
    told = [f"{label} {value}" for label, value in _filled(grammar, count=12)]
    flow.two_columns(told[:6], told[6:])
    for number in range(1, values.rng.randint(3, 7)):
        flow.paragraph(f"{number}. {grammar.one(section('box', values))}")
    return Sheet(flow.done())


def cover_sheet(values: Values) -> Sheet:
    """A fax cover sheet or its like: little text in large letters."""
    flow, grammar = sheet_of_paper(values, font="sans"), pool_of("form", values)
    flow.heading(values.firm(), size=18)
    flow.heading(
        values.choice("FAX", "FACSIMILE COVER SHEET", "TELEFAX", "FAX TRANSMISSION")
        if values.language == "eng"
        else values.choice("ФАКС", "ФАКСИМИЛЬНОЕ СООБЩЕНИЕ"),
        size=22,
    )
    lines(flow, [f"{label} {value}" for label, value in _filled(grammar, count=6)])
    lines(flow, grammar.some(section("box", values), 2))
    flow.paragraph(f"{values.draw('day')} {values.time()}  P.{values.rng.randint(1, 9):02d}", size=8)
    return Sheet(flow.done())


def questionnaire(values: Values) -> Sheet:
    """Numbered questions with answers to tick or to write, and what is said to who answers them."""
    flow, grammar = sheet_of_paper(values), pool_of("form", values)
    flow.heading(grammar.one(section("title", values)), align="center")
    flow.paragraph(" ".join(grammar.some(section("told", values), values.rng.randint(0, 2))))
    for number, question in enumerate(grammar.some(section("question", values), values.rng.randint(4, 9)), 1):
        flow.paragraph(f"{number}. {question}", after=2)
        flow.paragraph("   ".join(grammar.some(section("answer", values), values.rng.randint(1, 4))), inset=20)
    return Sheet(flow.done())


def entry_with_conditions(values: Values) -> Sheet:
    """An entry or an order form: what is offered in whole sentences, then fields to fill in and to send back."""
    flow, grammar = sheet_of_paper(values), pool_of("form", values)
    flow.heading(grammar.one(section("title", values)), align="center")
    lines(flow, [values.firm().upper(), values.draw("date"), values.draw("city")][: values.rng.randint(1, 3)])
    for _ in range(values.rng.randint(1, 3)):
        flow.paragraph(" ".join(grammar.some(section("told", values), values.rng.randint(1, 3))))
        lines(
            flow, [f"{label} {value or '_' * 20}" for label, value in _filled(grammar, count=values.rng.randint(1, 4))]
        )
    lines(flow, grammar.some(section("box", values), 2))
    return Sheet(flow.done())


def job_sheet(values: Values) -> Sheet:
    """A sheet that goes with a piece of work: capitals with colons, some of them followed by a sentence."""
    flow, grammar = sheet_of_paper(values, font="mono"), pool_of("form", values)
    flow.heading(values.firm())
    for label, value in _filled(grammar, count=values.rng.randint(4, 8)):
        flow.paragraph(f"{label.rstrip(':').upper()}: {value}", after=2)
    for _ in range(values.rng.randint(2, 5)):
        flow.paragraph(f"{grammar.one(section('part', values))}: {grammar.one(section('told', values))}")
    return Sheet(flow.done())


LAYOUTS = (
    list_of_fields,
    grid_of_fields,
    two_columns_of_fields,
    cover_sheet,
    questionnaire,
    entry_with_conditions,
    job_sheet,
)
SPEC = KindSpec(layouts={"eng": LAYOUTS, "rus": LAYOUTS}, background=True)
