"""Memoranda: To, From, Date, Subject, and what an office tells itself.

They are taught as letters: archives file both as correspondence, and sets of scanned letters hold many of them.
"""

from __future__ import annotations

from docflow.synth.flow import Flow
from docflow.synth.kinds.grammar import Grammar
from docflow.synth.kinds.prose import lines, pool_of, running_text, section, sheet_of_paper
from docflow.synth.kinds.spec import KindSpec, Sheet
from docflow.synth.values import Values

TITLES = {
    "eng": (
        "MEMORANDUM",
        "INTER-OFFICE MEMORANDUM",
        "Memo",
        "INTEROFFICE CORRESPONDENCE",
        "INTERNAL MEMORANDUM",
    ),
    "rus": (
        "СЛУЖЕБНАЯ ЗАПИСКА",
        "ДОКЛАДНАЯ ЗАПИСКА",
        "Служебная записка № 14",
        "ПАМЯТКА",
        "ИНФОРМАЦИОННОЕ СООБЩЕНИЕ",
    ),
}
LABELS = {"eng": ("To:", "From:", "Date:", "Subject:"), "rus": ("Кому:", "От:", "Дата:", "О чём:")}


def _person(values: Values) -> str:
    return values.person().short if values.language == "rus" else values.person().full


def _head(flow: Flow, grammar: Grammar, *, upper: bool = False) -> None:
    values = grammar.values
    to, sender, date, subject = LABELS[values.language]
    if values.language == "eng" and values.chance(0.4):
        subject = "Re:"
    told = [
        f"{to} {', '.join(_person(values) for _ in range(values.rng.randint(1, 3)))}",
        f"{sender} {_person(values)}",
        f"{date} {values.long_date(values.day())}",
        f"{subject} {grammar.one(section('subject', values))}",
    ]
    if values.chance(0.4):
        told.insert(1, f"cc: {_person(values)}, {_person(values)}")
    lines(flow, [line.upper() for line in told] if upper else told)
    flow.builder.rule(flow.left, flow.y, flow.right, flow.y)
    flow.space(8)


def plain_memo(values: Values) -> Sheet:
    """Title, head, paragraphs."""
    flow, grammar = sheet_of_paper(values), pool_of("memo", values)
    flow.heading(values.rng.choice(TITLES[values.language]), size=14, align=values.rng.choice(("left", "center")))
    _head(flow, grammar)
    running_text(flow, grammar, section("body", values), paragraphs=(2, 6))
    return Sheet(flow.done())


def memo_of_a_firm(values: Values) -> Sheet:
    """The firm's name above, initials below, copies at the foot."""
    flow, grammar = sheet_of_paper(values, font="mono"), pool_of("memo", values)
    flow.paragraph(values.firm().upper(), align="center")
    flow.paragraph(values.rng.choice(TITLES[values.language]), align="center", after=14)
    _head(flow, grammar, upper=values.chance(0.4))
    running_text(flow, grammar, section("body", values), paragraphs=(1, 5))
    lines(
        flow,
        [
            _person(values),
            f"/{values.digits(2)}",
            f"{'Distribution' if values.language == 'eng' else 'Рассылка'}: {_person(values)}, {_person(values)}",
        ],
    )
    return Sheet(flow.done())


def numbered_memo(values: Values) -> Sheet:
    """Numbered points under the head."""
    flow, grammar = sheet_of_paper(values), pool_of("memo", values)
    flow.heading(values.rng.choice(TITLES[values.language]))
    _head(flow, grammar)
    for number, text in enumerate(grammar.some(section("body", values), 6), 1):
        flow.paragraph(f"{number}. {text}", inset=14, after=6)
    return Sheet(flow.done())


def progress_memo(values: Values) -> Sheet:
    """A periodic report within the firm, with a table of figures."""
    flow, grammar = sheet_of_paper(values), pool_of("memo", values)
    flow.heading(grammar.one(section("subject", values)))
    _head(flow, grammar)
    running_text(flow, grammar, section("body", values), paragraphs=(1, 3))
    flow.table(
        rows=[
            [values.draw("code"), values.draw("nn"), f"{values.draw('pct')}%"] for _ in range(values.rng.randint(3, 8))
        ],
        header=False,
    )
    running_text(flow, grammar, section("body", values), paragraphs=(1, 2))
    return Sheet(flow.done())


LAYOUTS = (plain_memo, memo_of_a_firm, numbered_memo, progress_memo)
SPEC = KindSpec(layouts={"eng": LAYOUTS, "rus": LAYOUTS}, taught_as="letter")
