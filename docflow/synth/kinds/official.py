"""Russian official paperwork that is none of the four kinds: acts, applications, powers of attorney, orders, ledgers."""

from __future__ import annotations

from docflow.synth.flow import Flow
from docflow.synth.kinds.prose import lines, pool_of, sheet_of_paper
from docflow.synth.kinds.spec import KindSpec, Sheet
from docflow.synth.values import Values


def _place_and_date(flow: Flow, values: Values) -> None:
    flow.two_columns([f"г. {values.draw('city')}"], [values.long_date(values.day())])


def _signatures(flow: Flow, values: Values, *names: str) -> None:
    flow.space(14)
    lines(flow, [f"{name} ______________ {values.draw('person_short')}" for name in names])


def act(values: Values) -> Sheet:
    """Акт: two parties or a commission, what was handed over, signatures."""
    flow, grammar = sheet_of_paper(values), pool_of("official", values)
    if values.chance(0.4):
        flow.paragraph(f"Приложение к договору от {values.draw('date')}", align="right")
    flow.heading(grammar.one("act_title"), align="center")
    _place_and_date(flow, values)
    flow.paragraph(
        f"{values.draw('firm')}, в лице директора {values.draw('person_gen')}, с одной стороны, и {values.draw('person')}, с другой стороны, составили настоящий акт о нижеследующем:"
    )
    if values.chance(0.5):
        flow.table(
            rows=[
                ("№", "Наименование", "Кол-во", "Сумма"),
                *(
                    (str(i), values.draw("code"), values.draw("n"), values.draw("money"))
                    for i in range(1, values.rng.randint(2, 5))
                ),
            ]
        )
    for number, text in enumerate(grammar.some("act", values.rng.randint(3, 5)), 1):
        flow.paragraph(f"{number}. {text}")
    _signatures(
        flow,
        values,
        *values.rng.choice((("Сдал", "Принял"), ("Продавец", "Покупатель"), ("Исполнитель", "Заказчик"))),
    )
    return Sheet(flow.done())


def application(values: Values) -> Sheet:
    """Заявление: to whom and from whom in the corner, one request, a date and a signature."""
    flow, grammar = sheet_of_paper(values), pool_of("official", values)
    corner = [
        values.choice("Генеральному директору", "Директору", "Начальнику отдела"),
        values.draw("firm"),
        values.draw("person_dat"),
        f"от {values.draw('person_gen')}",
    ]
    for text in corner:
        flow.paragraph(text, inset=flow.width * 0.45, after=2)
    flow.space(30)
    flow.heading(grammar.one("application_title"), align="center")
    flow.paragraph(" ".join(grammar.some("application", 1)), indent=24)
    flow.space(20)
    flow.paragraph(f"{values.draw('day')}   ____________   {values.draw('person_short')}")
    flow.paragraph("(дата заполнения)   (подпись)   (ФИО)", size=8)
    return Sheet(flow.done())


def power_of_attorney(values: Values) -> Sheet:
    """Доверенность: who empowers whom to do what, and until when."""
    flow, grammar = sheet_of_paper(values), pool_of("official", values)
    flow.heading(grammar.one("poa_title"), align="center")
    _place_and_date(flow, values)
    flow.paragraph(
        f"{values.draw('firm')}, ОГРН {values.digits(13)}, ИНН {values.digits(10)}, находящееся по адресу: {values.draw('address')}, в лице директора {values.draw('person_gen')}, действующего на основании Устава,"
    )
    lines(flow, grammar.some("poa", 5))
    _signatures(flow, values, "Руководитель", "Доверенное лицо")
    return Sheet(flow.done())


def order(values: Values) -> Sheet:
    """Приказ, распоряжение, протокол: numbered decisions over a signature."""
    flow, grammar = sheet_of_paper(values), pool_of("official", values)
    flow.paragraph(values.draw("firm"), align="center", bold=True)
    flow.heading(grammar.one("order_title"), align="center")
    _place_and_date(flow, values)
    for number, text in enumerate(grammar.some("order", 5), 1):
        flow.paragraph(f"{number}. {text}")
    _signatures(flow, values, "Генеральный директор")
    return Sheet(flow.done())


def ledger(values: Values) -> Sheet:
    """Accounting and tax forms: codes, a table of sums, signatures."""
    flow, grammar = sheet_of_paper(values, font="sans"), pool_of("official", values)
    flow.paragraph("Унифицированная форма. Утверждена постановлением", align="right", size=7)
    flow.heading(grammar.one("ledger_title"), align="center")
    lines(flow, grammar.some("ledger", 6))
    flow.table(
        rows=[
            ("Дата", "Код", "Содержание", "Сумма"),
            *(
                (values.draw("day"), values.digits(4), values.draw("code"), values.draw("money"))
                for _ in range(values.rng.randint(3, 9))
            ),
        ]
    )
    _signatures(flow, values, "Главный бухгалтер", "Бухгалтер")
    return Sheet(flow.done())


SPEC = KindSpec(layouts={"rus": (act, application, power_of_attorney, order, ledger)}, background=True)
