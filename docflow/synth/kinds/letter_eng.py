"""Letters in English, from the typewriters of the sixties to word processors."""

from __future__ import annotations

from docflow.synth.companies import Company
from docflow.synth.flow import Flow
from docflow.synth.kinds.grammar import Grammar
from docflow.synth.kinds.prose import lines, pool_of, running_text, sheet_of_paper
from docflow.synth.kinds.spec import Sheet
from docflow.synth.page import FontName
from docflow.synth.people import Person
from docflow.synth.values import Values


def _letterhead(flow: Flow, values: Values, sender: Company, *, centred: bool) -> None:
    align = "center" if centred else "left"
    if values.chance(0.3):
        flow.builder.logo(flow.left, flow.y, side=36, seed=values.rng.randrange(10**6))
        flow.space(40)
    flow.paragraph(
        sender.name.upper() if values.chance(0.5) else sender.name,
        bold=True,
        size=flow.size * values.rng.uniform(1.1, 1.7),
        align="center" if centred else "left",
    )
    for line in sender.address.lines:
        flow.paragraph(line, size=flow.size * 0.85, align="center" if centred else "left", after=1)
    told = [
        values.choice(
            f"Telephone {sender.phone}",
            f"{sender.phone}   Fax {values.phone()}",
            f"Cable: {sender.short_name.split()[0].upper()}  Telex {values.digits(6)}",
            f"{sender.director.full}, {pool_of('letter_eng', values).one('role')}",
        )
    ]
    flow.paragraph(told[0], size=flow.size * 0.85, align="center" if align == "center" else "left", after=16)


def _salutation(values: Values, person: Person) -> str:
    name = values.choice(
        person.formal,
        person.formal,
        f"Dr. {person.last}",
        person.first,
        "Sir",
        "Sirs",
        "Sir or Madam",
        "Colleague",
        "Editor",
        "Friend",
        "Customer",
        f"Senator {person.last}",
        f"Professor {person.last}",
    )
    return f"Dear {name}{values.choice(':', ':', ',')}"


def _address(values: Values, person: Person) -> list[str]:
    there = values.at("uk" if values.chance(0.15) else "us")
    to = there.company()
    title = values.choice(
        person.full,
        f"{person.courtesy} {person.full}",
        f"Dr. {person.full}",
        f"{person.full}, M.D.",
        f"The Honorable {person.full}",
    )
    return [
        title,
        *([pool_of("letter_eng", values).one("role")] if values.chance(0.5) else []),
        *([to.name] if values.chance(0.7) else []),
        *to.address.lines,
    ]


def _end(flow: Flow, grammar: Grammar, *, right: bool) -> str:
    values = grammar.values
    sender = values.person()
    inset = flow.width * 0.42 if right else 0.0
    flow.space(6)
    flow.paragraph(grammar.one("closing"), inset=inset)
    if values.chance(0.6):
        flow.builder.signature(flow.left + inset, flow.y + 14, seed=values.rng.randrange(10**6))
    flow.space(values.rng.uniform(26, 44))
    for text in (sender.full, *([grammar.one("role")] if values.chance(0.7) else [])):
        flow.paragraph(text, inset=inset, after=2)
    flow.space(8)
    lines(flow, grammar.some("trailer", values.rng.randint(0, 3)))
    return sender.full


def _letter(
    values: Values,
    *,
    font: FontName | None,
    head: bool,
    paragraphs: tuple[int, int],
    right: bool = False,
    subject: float = 0.3,
    sentences: tuple[int, int] = (1, 4),
) -> Sheet:
    grammar = pool_of("letter_eng", values)
    flow = sheet_of_paper(values, font=font)
    to, day = values.person(), values.long_date(values.day())
    if head:
        _letterhead(flow, values, values.company(), centred=values.chance(0.6))
    flow.paragraph(day, inset=flow.width * 0.45 if right else 0.0, after=14)
    lines(flow, _address(values, to))
    flow.space(8)
    if values.chance(subject):
        flow.paragraph(grammar.one("subject"), inset=30, bold=values.chance(0.4), after=8)
    flow.paragraph(_salutation(values, to), after=8)
    flow.paragraph(
        " ".join([grammar.one("open"), *grammar.some("body", values.rng.randint(0, 2))]),
        indent=24 if right else 0,
        after=8,
    )
    running_text(flow, grammar, "body", paragraphs=paragraphs, sentences=sentences)
    if values.chance(0.85):
        flow.paragraph(grammar.one("end"), after=8)
    sender = _end(flow, grammar, right=right)
    return Sheet(flow.done(), {"sender": sender, "date": day})


def typed_letter(values: Values) -> Sheet:
    """Typewritten on a firm's letterhead."""
    return _letter(values, font="mono", head=True, paragraphs=(1, 4), right=values.chance(0.5))


def office_letter(values: Values) -> Sheet:
    """Word-processed on a letterhead, all on the left."""
    return _letter(values, font="serif", head=True, paragraphs=(1, 4))


def sans_letter(values: Values) -> Sheet:
    """A letter of recent years."""
    return _letter(values, font="sans", head=True, paragraphs=(1, 4), subject=0.5)


def personal_letter(values: Values) -> Sheet:
    """Without a letterhead, from one person to another."""
    return _letter(values, font=None, head=False, paragraphs=(1, 5), right=True, subject=0.05)


def short_note(values: Values) -> Sheet:
    """A cover note: two or three sentences."""
    return _letter(values, font=None, head=True, paragraphs=(0, 1), sentences=(1, 1))


def long_letter(values: Values) -> Sheet:
    """A letter of two pages or more."""
    return _letter(values, font=None, head=True, paragraphs=(6, 12), sentences=(2, 5))


def numbered_letter(values: Values) -> Sheet:
    """A letter whose middle is a numbered list."""
    grammar = pool_of("letter_eng", values)
    flow = sheet_of_paper(values)
    to, day = values.person(), values.long_date(values.day())
    _letterhead(flow, values, values.company(), centred=True)
    flow.paragraph(day)
    lines(flow, _address(values, to))
    flow.paragraph(_salutation(values, to), after=8)
    flow.paragraph(grammar.one("open"))
    for number, text in enumerate(grammar.some("body", values.rng.randint(2, 5)), 1):
        flow.paragraph(f"{number}. {text}", inset=20)
    flow.paragraph(grammar.one("end"))
    sender = _end(flow, grammar, right=False)
    return Sheet(flow.done(), {"sender": sender, "date": day})


def continued_page(values: Values) -> Sheet:
    """The second page of a letter: a line that says so, and its end."""
    grammar = pool_of("letter_eng", values)
    flow = sheet_of_paper(values)
    day = values.long_date(values.day())
    flow.two_columns([values.person().formal, f"Page {values.rng.randint(2, 4)}"], [day])
    flow.space(12)
    running_text(flow, grammar, "body", paragraphs=(1, 5))
    flow.paragraph(grammar.one("end"))
    sender = _end(flow, grammar, right=values.chance(0.5))
    return Sheet(flow.done(), {"sender": sender, "date": day})


LAYOUTS = (
    typed_letter,
    typed_letter,
    office_letter,
    office_letter,
    sans_letter,
    personal_letter,
    short_note,
    long_letter,
    numbered_letter,
    continued_page,
)
