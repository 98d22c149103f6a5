"""Russian official paperwork that is none of the four kinds: acts, applications, powers of attorney, orders, ledgers."""

from __future__ import annotations

from docflow.synth.flow import Flow
from docflow.synth.kinds.grammar import Grammar
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
    company, director = values.company(), values.person()
    led = "" if company.is_sole_trader else f", в лице директора {director.russian('genitive')}"
    flow.paragraph(
        f"{company.short_name}{led}, с одной стороны, и {values.draw('person')}, с другой стороны, составили настоящий акт о нижеследующем:"
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


def act_between_people(values: Values) -> Sheet:
    """Акт: two people by their passports hand something over under a contract between them."""
    flow, grammar = sheet_of_paper(values), pool_of("official", values)
    roles = values.rng.choice((("Продавец", "Покупатель"), ("Наймодатель", "Наниматель"), ("Даритель", "Одаряемый")))
    lines(flow, ["Приложение", f"к Договору {grammar.one('deed')}", f"от {values.draw('date')}"])
    flow.heading(grammar.one("act_title"), align="center")
    _place_and_date(flow, values)
    told = [_by_passport(grammar, role) for role in roles]
    flow.paragraph(
        f"{told[0]}, и {told[1]}, с другой стороны, при совместном наименовании «Стороны», составили настоящий акт о том, что в соответствии с Договором {grammar.one('deed')} от {values.draw('date')}:"
    )
    for number, text in enumerate(grammar.some("act", values.rng.randint(2, 4)), 1):
        flow.paragraph(f"{number}. {text}")
    _signatures(flow, values, *roles)
    return Sheet(flow.done())


def _by_passport(grammar: Grammar, role: str) -> str:
    person = grammar.values.person()
    grammar.bound |= {
        "registered": person.by_gender("зарегистрирован", "зарегистрирована"),
        "living": person.by_gender("проживающий", "проживающая"),
    }
    named = person.by_gender("именуемый", "именуемая")
    return f"{person.russian()}, {grammar.one('passport')}, {named} в дальнейшем «{role}»"


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
    flow.paragraph(_principal(values))
    lines(flow, grammar.some("poa", 5))
    _signatures(flow, values, "Руководитель", "Доверенное лицо")
    return Sheet(flow.done())


def _principal(values: Values) -> str:
    """Who gives the power: an organisation by its director, or a sole trader."""
    company = values.company()
    values.digits(23)  # Drawn and not used, so that a seed's document is the same in all that comes after.
    address, director = values.draw("address"), values.person()
    known = f"{company.short_name}, {company.register} {company.ogrn}, ИНН {company.inn}"
    if company.is_sole_trader:
        return f"{known}, {company.director.by_gender('проживающий', 'проживающая')} по адресу: {address},"
    return f"{known}, находящееся по адресу: {address}, в лице директора {director.russian('genitive')}, {director.by_gender('действующего', 'действующей')} на основании Устава,"


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


SPEC = KindSpec(
    layouts={"rus": (act, act_between_people, application, power_of_attorney, order, ledger)}, background=True
)
