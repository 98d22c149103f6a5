"""Russian letters: деловое письмо, претензия, предложение, приглашение, гарантия."""

from __future__ import annotations

from docflow.synth.flow import Flow
from docflow.synth.kinds.grammar import Grammar
from docflow.synth.kinds.prose import lines, pool_of, running_text, sheet_of_paper
from docflow.synth.kinds.spec import Sheet
from docflow.synth.values import Values


def _letterhead(flow: Flow, values: Values, *, centred: bool) -> None:
    sender = values.company()
    told = [
        sender.name,
        sender.address.one_line,
        f"Тел.: {sender.phone}, e-mail: {sender.email}",
        f"ИНН {sender.inn}, {sender.register} {sender.ogrn}",
    ]
    for text in told:
        flow.paragraph(text, size=flow.size * 0.9, align="center" if centred else "left", bold=text is told[0], after=1)
    flow.builder.rule(flow.left, flow.y + 4, flow.right, flow.y + 4)
    flow.space(14)


def _numbers(flow: Flow, values: Values) -> str:
    date = values.short_date(values.day())
    flow.paragraph(f"{values.choice('Исх.', 'Исх. №', '№')} {values.draw('number')} от {date}")
    if values.chance(0.4):
        flow.paragraph(f"На № {values.draw('number')} от {values.draw('day')}")
    return date


def _addressee(flow: Flow, values: Values) -> str:
    to = values.company()
    for text in (
        values.choice("Генеральному директору", "Руководителю", "Директору"),
        to.short_name,
        to.director.russian_short("dative"),
        to.address.one_line,
    ):
        flow.paragraph(text, inset=flow.width * 0.42, after=1)
    flow.space(14)
    person = to.director
    return f"{values.choice(person.by_gender('Уважаемый', 'Уважаемая'), person.by_gender('Глубокоуважаемый', 'Глубокоуважаемая'))} {person.first} {person.middle}!"


def _end(flow: Flow, grammar: Grammar) -> str:
    values = grammar.values
    sender = values.person().short
    flow.space(8)
    flow.paragraph(grammar.one("closing"))
    flow.paragraph(f"{grammar.one('role')} ______________ {sender}")
    lines(flow, grammar.some("trailer", values.rng.randint(0, 2)))
    return sender


def _letter(
    values: Values, *, centred: bool, paragraphs: tuple[int, int], subject: float, greeting: bool = True
) -> Sheet:
    grammar = pool_of("letter_rus", values)
    flow = sheet_of_paper(values, font=values.rng.choice(("serif", "serif", "sans")))
    _letterhead(flow, values, centred=centred)
    date = _numbers(flow, values)
    salutation = _addressee(flow, values)
    if values.chance(subject):
        flow.paragraph(grammar.one("subject"), bold=True, align=values.rng.choice(("left", "center")))
    flow.paragraph(
        salutation if greeting else values.choice("Уважаемые господа!", "Уважаемые коллеги!", "Уважаемые партнёры!"),
        align="center",
        after=8,
    )
    flow.paragraph(grammar.one("open"), indent=24, align="justify")
    running_text(flow, grammar, "body", paragraphs=paragraphs, sentences=(1, 3))
    flow.paragraph(grammar.one("end"), indent=24)
    sender = _end(flow, grammar)
    return Sheet(flow.done(), {"sender": sender, "date": date})


def official_letter(values: Values) -> Sheet:
    """On a letterhead in the middle, to one person."""
    return _letter(values, centred=True, paragraphs=(1, 4), subject=0.4)


def corner_letter(values: Values) -> Sheet:
    """On a letterhead in the corner."""
    return _letter(values, centred=False, paragraphs=(1, 3), subject=0.5)


def letter_to_partners(values: Values) -> Sheet:
    """To nobody in particular: an offer, an invitation, news."""
    return _letter(values, centred=True, paragraphs=(2, 5), subject=0.3, greeting=False)


def short_reply(values: Values) -> Sheet:
    """A reply of a few lines."""
    return _letter(values, centred=False, paragraphs=(0, 1), subject=0.2)


def claim(values: Values) -> Sheet:
    """Претензия, with its title in the middle."""
    return _letter(values, centred=True, paragraphs=(2, 4), subject=1.0)


def plain_letter(values: Values) -> Sheet:
    """Without a letterhead."""
    grammar = pool_of("letter_rus", values)
    flow = sheet_of_paper(values)
    salutation = _addressee(flow, values)
    flow.paragraph(salutation, align="center")
    flow.paragraph(grammar.one("open"), indent=24)
    running_text(flow, grammar, "body", paragraphs=(1, 4))
    flow.paragraph(grammar.one("end"))
    sender = _end(flow, grammar)
    date = values.long_date(values.day())
    flow.paragraph(date)
    return Sheet(flow.done(), {"sender": sender, "date": date})


LAYOUTS = (official_letter, corner_letter, letter_to_partners, short_reply, claim, plain_letter)
