"""Russian contracts: аренда, купля-продажа, поставка, услуги, подряд, трудовой договор, заём."""

from __future__ import annotations

import datetime

from docflow.synth.companies import Company
from docflow.synth.flow import Flow
from docflow.synth.kinds.grammar import Grammar
from docflow.synth.kinds.prose import pool_of, sheet_of_paper
from docflow.synth.kinds.spec import Sheet
from docflow.synth.people import Person
from docflow.synth.values import Values

ROLES = {
    "rent": (("Арендодатель", "Арендатор"), ("Наймодатель", "Наниматель")),
    "sale": (("Продавец", "Покупатель"), ("Поставщик", "Покупатель")),
    "service": (("Заказчик", "Исполнитель"), ("Заказчик", "Подрядчик")),
    "work": (("Работодатель", "Работник"),),
    "loan": (("Займодавец", "Заёмщик"),),
}


def _passport(values: Values, day: datetime.date) -> str:
    return f"паспорт: серия {values.digits(4)} номер {values.digits(6)}, выдан {values.choice('ОВД', 'УФМС', 'отделом внутренних дел')} г. {values.draw('city')} {values.short_date(values.day_before(day))}"


def _party(values: Values, role: str, *, company: Company, person: Person, is_person: bool, day: datetime.date) -> str:
    """Who a party is: a person by the passport, an organisation by its director, or a sole trader by the register."""
    named, acting = person.by_gender("именуемый", "именуемая"), person.by_gender("действующий", "действующая")
    if is_person:
        passport = _passport(values, day)
        resident = values.choice(
            person.by_gender("зарегистрированный", "зарегистрированная"), person.by_gender("проживающий", "проживающая")
        )
        return f"{person.russian()}, {passport}, {resident} по адресу: {company.address.one_line}, {named} в дальнейшем «{role}»"
    if company.is_sole_trader:
        called = f"{named} {values.choice('в дальнейшем', 'далее')} «{role}»"
        basis = values.choice("свидетельства о государственной регистрации", f"записи в ЕГРИП, ОГРНИП {company.ogrn}")
        return f"{company.short_name}, {called}, {acting} на основании {basis}"
    known = "именуемый" if company.short_name.startswith("ТД ") else "именуемое"
    director = f"{values.choice('генерального директора', 'директора')} {person.russian('genitive')}"
    return f"{company.short_name}, {known} в дальнейшем «{role}», в лице {director}, {person.by_gender('действующего', 'действующей')} на основании {values.choice('Устава', 'доверенности')}"


def _requisites(company: Company, person: Person, role: str, *, is_person: bool) -> list[str]:
    if is_person:
        return [
            f"{role}:",
            person.russian(),
            company.address.one_line,
            f"тел. {company.phone}",
            f"____________ {person.short}",
        ]
    return [
        f"{role}:",
        company.short_name,
        company.address.one_line,
        f"{'ИНН/КПП' if company.kpp else 'ИНН'} {company.inn_kpp}",
        f"Р/с {company.account}",
        company.bank,
        f"К/с {company.bank_account}, БИК {company.bik}",
        f"____________ {person.short}",
        "М.П.",
    ]


def _body(flow: Flow, grammar: Grammar, *, of: str) -> None:
    values = grammar.values
    own, general = grammar.some(of, values.rng.randint(3, 8)), grammar.some("general", values.rng.randint(4, 11))
    headings = grammar.some("headings", 7)
    texts = own + general
    share = max(2, len(texts) // values.rng.randint(3, 6))
    for number, start in enumerate(range(0, len(texts), share), 1):
        flow.heading(f"{number}. {headings[(number - 1) % len(headings)]}", align=values.rng.choice(("left", "center")))
        for clause, text in enumerate(texts[start : start + share], 1):
            flow.paragraph(f"{number}.{clause}. {text}", align="justify")


def _agreement(values: Values, of: str, *, people: float) -> Sheet:
    grammar = pool_of("contract_rus", values)
    roles = values.rng.choice(ROLES[of])
    companies = (values.company(), values.company())
    persons = tuple(company.director for company in companies)
    are_people = (values.chance(people), values.chance(people) or of == "work")
    flow = sheet_of_paper(values, font=values.rng.choice(("serif", "serif", "sans")))
    title = grammar.one(f"{of}_title")
    if "№" not in title and values.chance(0.5):
        title += f" № {values.draw('number')}"
    day = values.day()
    date = values.long_date(day)
    flow.heading(title, align="center")
    flow.two_columns([f"г. {values.draw('city')}"], [date])
    told = [
        _party(values, role, company=c, person=p, is_person=a, day=day)
        for role, c, p, a in zip(roles, companies, persons, are_people, strict=True)
    ]
    flow.paragraph(
        f"{told[0]}, с одной стороны, и {told[1]}, с другой стороны, {values.choice('вместе именуемые «Стороны», ', '')}заключили настоящий договор о нижеследующем:",
        align="justify",
    )
    _body(flow, grammar, of=of)
    flow.heading(
        values.choice("АДРЕСА И РЕКВИЗИТЫ СТОРОН", "РЕКВИЗИТЫ И ПОДПИСИ СТОРОН", "ПОДПИСИ СТОРОН"), align="center"
    )
    flow.two_columns(
        *[
            _requisites(c, p, role, is_person=a)
            for role, c, p, a in zip(roles, companies, persons, are_people, strict=True)
        ]
    )
    return Sheet(flow.done(), {"party": persons[0].short, "date": date})


def rent(values: Values) -> Sheet:
    """Аренда или наём."""
    return _agreement(values, "rent", people=0.6)


def sale(values: Values) -> Sheet:
    """Купля-продажа между людьми."""
    return _agreement(values, "sale", people=0.9)


def supply(values: Values) -> Sheet:
    """Поставка между организациями."""
    return _agreement(values, "sale", people=0.0)


def services(values: Values) -> Sheet:
    """Услуги или подряд."""
    return _agreement(values, "service", people=0.2)


def employment(values: Values) -> Sheet:
    """Трудовой договор."""
    return _agreement(values, "work", people=0.0)


def loan(values: Values) -> Sheet:
    """Заём."""
    return _agreement(values, "loan", people=0.6)


LAYOUTS = (rent, rent, sale, sale, supply, services, employment, loan)
