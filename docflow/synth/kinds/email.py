"""E-mails as people print them: headers, a few informal lines, quoted messages below."""

from __future__ import annotations

from docflow.synth.flow import Flow
from docflow.synth.kinds.grammar import Grammar
from docflow.synth.kinds.prose import lines, pool_of, running_text, section, sheet_of_paper
from docflow.synth.kinds.spec import KindSpec, Sheet
from docflow.synth.values import Values

LABELS = {
    "eng": (("From:", "Sent:", "To:", "Cc:", "Subject:"), ("From", "Date", "To", "CC", "Subject")),
    "rus": (("От:", "Отправлено:", "Кому:", "Копия:", "Тема:"), ("From:", "Date:", "To:", "Cc:", "Subject:")),
}
DIVIDERS = ("-----Original Message-----", "----- Forwarded by {} -----", ">>> {} wrote:", "_______________")


def _name(values: Values) -> str:
    person = values.person()
    if values.language == "rus":
        return person.short
    host = values.firm().split()[0].lower().strip(",.&")
    return values.choice(
        f"{person.last}, {person.first}",
        person.full,
        f"{person.first.lower()}.{person.last.lower()}@{host}.com",
    )


def _header(flow: Flow, grammar: Grammar) -> None:
    values = grammar.values
    sender, sent, to, copy, subject = values.rng.choice(LABELS[values.language])
    day = values.day()
    when = (
        f"{values.draw('weekday')}, {values.long_date(day)} {values.time()}"
        if values.language == "eng"
        else f"{values.short_date(day)} {values.time()}"
    )
    told = [
        f"{sender} {_name(values)}",
        f"{sent} {when}",
        f"{to} {'; '.join(_name(values) for _ in range(values.rng.randint(1, 4)))}",
    ]
    if values.chance(0.5):
        told.append(f"{copy} {_name(values)}")
    told.append(f"{subject} {grammar.one(section('subject', values))}")
    lines(flow, told, bold=values.chance(0.3))
    flow.space(8)


def _message(flow: Flow, grammar: Grammar, *, paragraphs: tuple[int, int] = (1, 4)) -> None:
    values = grammar.values
    if values.chance(0.6):
        flow.paragraph(f"{values.draw('first')},")
    running_text(flow, grammar, section("body", values), paragraphs=paragraphs, sentences=(1, 3))
    if values.language == "eng":
        lines(flow, [grammar.one("bye"), values.draw("first")])


def single_message(values: Values) -> Sheet:
    """One message on a page."""
    flow, grammar = sheet_of_paper(values), pool_of("email", values)
    _header(flow, grammar)
    _message(flow, grammar)
    return Sheet(flow.done())


def thread(values: Values) -> Sheet:
    """A message with those that it answers below it."""
    flow, grammar = sheet_of_paper(values, font="sans"), pool_of("email", values)
    _header(flow, grammar)
    _message(flow, grammar, paragraphs=(1, 2))
    for _ in range(values.rng.randint(1, 3)):
        flow.paragraph(values.rng.choice(DIVIDERS).format(_name(values)))
        _header(flow, grammar)
        _message(flow, grammar, paragraphs=(1, 2))
    return Sheet(flow.done())


def printed_from_a_client(values: Values) -> Sheet:
    """A message under its owner's name, with attachments and a page address at the foot."""
    flow, grammar = sheet_of_paper(values, font="sans"), pool_of("email", values)
    flow.heading(_name(values), size=14)
    _header(flow, grammar)
    flow.paragraph(
        ("Attachments: " if values.language == "eng" else "Вложения: ")
        + f"{values.draw('code')}.doc, {values.draw('code')}.xls"
    )
    _message(flow, grammar)
    flow.space(30)
    flow.paragraph(f"{values.draw('day')}   {values.rng.randint(1, 3)}/{values.rng.randint(3, 6)}", size=8)
    return Sheet(flow.done())


def terminal_message(values: Values) -> Sheet:
    """A message in typewriter letters, as an office system of its time printed it."""
    flow, grammar = sheet_of_paper(values, font="mono"), pool_of("email", values)
    flow.paragraph(f"MSG{values.digits(6)}  {values.draw('day')}  {values.time()}")
    _header(flow, grammar)
    _message(flow, grammar, paragraphs=(1, 3))
    flow.paragraph("*** END OF MESSAGE ***" if values.language == "eng" else "*** КОНЕЦ СООБЩЕНИЯ ***")
    return Sheet(flow.done())


def groupware_message(values: Values) -> Sheet:
    """A message as groupware prints it: the sender's path to the left, addressees and date to the right, no colons."""
    flow, grammar = sheet_of_paper(values, font="sans"), pool_of("email", values)
    department = values.rng.choice(("HQ", "R&D", "Legal", "Sales", values.draw("city").split()[0]))
    path = "/".join((values.person().full, department, values.firm().split()[0]))
    to, day = f'"{_name(values)}"', values.short_date(values.day())
    flow.two_columns(
        [path, f"{day} {values.time()}"],
        [f"To {to}", "cc", "bcc", f"Subject {grammar.one(section('subject', values))}"],
    )
    _message(flow, grammar, paragraphs=(1, 3))
    for _ in range(values.rng.randint(0, 2)):
        lines(flow, [f"{_name(values)} on {values.short_date(values.day())} {values.time()}", f"To: {to}", "cc:"])
        lines(flow, [f"Subject: Re: {grammar.one(section('subject', values))}"])
        _message(flow, grammar, paragraphs=(1, 2))
    return Sheet(flow.done())


def notice_of_delivery(values: Values) -> Sheet:
    """What a mail system says of itself: who has read a message, what could not be delivered."""
    flow, grammar = sheet_of_paper(values), pool_of("email", values)
    flow.heading(f"{grammar.one(section('notice', values))} {_name(values)}")
    _header(flow, grammar)
    lines(flow, grammar.some(section("delivery", values), values.rng.randint(1, 3)))
    return Sheet(flow.done())


LAYOUTS = (single_message, thread, printed_from_a_client, terminal_message, groupware_message, notice_of_delivery)
SPEC = KindSpec(layouts={"eng": LAYOUTS, "rus": LAYOUTS}, background=True)
