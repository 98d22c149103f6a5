"""The kinds that classifiers are taught: what they print agrees with itself, with its fields and with the language."""

from __future__ import annotations

import datetime
import random
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from types import SimpleNamespace

import pytest

from docflow.synth import identifiers, values
from docflow.synth.kinds import KINDS
from docflow.synth.kinds.grammar import Grammar
from docflow.synth.kinds.invoice_typed import expense_bill, order_bill, service_bill
from docflow.synth.kinds.official import act_between_people, power_of_attorney
from docflow.synth.money import plural_rus, roubles_in_words, tax_within
from docflow.synth.page import Page, SynthDocument
from docflow.synth.people import LATIN_NAMES, MALAY_FATHERS, MALAYSIAN_WOMEN, malaysian_person
from docflow.synth.values import MONTHS_ENG, MONTHS_RUS, Values

SEEDS = 150

TAUGHT = [(name, language) for name, spec in KINDS.items() if not spec.background for language in spec.languages]
TAUGHT_RUS = [name for name, language in TAUGHT if language == "rus"]


@cache
def made(kind: str, language: str) -> tuple[SynthDocument, ...]:
    """Documents of this kind, one a seed."""
    return tuple(KINDS[kind].compose(kind, language, seed=seed) for seed in range(SEEDS))


def flat(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())


def columns(page: Page) -> Iterator[str]:
    """What stands below each other from one left edge, for each such edge."""
    for left in {run.x for run in page.runs}:
        yield flat(" ".join(run.text for line in page.lines for run in line if run.x == left))


def found(pattern: str, kind: str, language: str) -> Iterator[tuple[str, ...]]:
    """The groups of all that matches in the documents of this kind, each read as one line."""
    for document in made(kind, language):
        for match in re.finditer(pattern, flat(document.text)):
            yield match.groups()


def money(text: str) -> Decimal:
    """A sum that is written with two decimals, whatever parts them and the thousands."""
    return Decimal("".join(filter(str.isdecimal, text))) / 100


def day_of(text: str) -> datetime.date | None:
    """The day that a date means in Russian, or in English where it leaves no doubt of day and month."""
    if match := re.search(r"(\d{4})-(\d\d)-(\d\d)", text):
        year, month, day = match.groups()
    elif match := re.search(r"«?(\d\d?)»?[ -](\w{3,8})[ -](\d{2,4})", text):
        day, name, year = match.groups()
        names = [*MONTHS_RUS] if name in MONTHS_RUS else [full[:3].lower() for full in MONTHS_ENG]
        month = str(names.index(name.lower() if names[0] == "jan" else name) + 1)
    elif match := re.search(r"(\d\d)\.(\d\d)\.(\d{2,4})", text):
        day, month, year = match.groups()
    else:
        return None
    past = 1900 if int(year) > 30 else 2000
    return datetime.date(int(year) + (past if len(year) == 2 else 0), int(month), int(day))


def agrees(word: str, man: str, woman: str, *, patronymic: str) -> bool:
    """Whether a word's form is that of the person with this patronymic."""
    return word == (woman if patronymic.endswith(("на", "ны")) else man)


@pytest.mark.parametrize(("kind", "language"), TAUGHT)
def test_a_field_is_what_the_document_prints(kind: str, language: str) -> None:
    for document in made(kind, language):
        for name, value in document.fields.items():
            printed = flat(document.text), *(column for page in document.pages for column in columns(page))
            assert any(flat(value) in text for text in printed), (document.seed, document.layout, name, value)


@pytest.mark.parametrize("kind", TAUGHT_RUS)
def test_tax_and_register_numbers_have_right_check_digits(kind: str) -> None:
    inns = [
        inn for (inn,) in found(r"ИНН(?:/КПП)?(?: продавца:| покупателя:)? (\S+?)(?:/\d{9})?[,;]?(?= |$)", kind, "rus")
    ]
    assert all(identifiers.inn_is_valid(inn) for inn in inns)
    assert len(inns) > SEEDS // 3 or kind == "memo"
    registers = list(found(r"(ОГРН\w*) (\d+)", kind, "rus"))
    assert all(identifiers.ogrn_is_valid(number) for _, number in registers)
    assert all((name == "ОГРНИП") == (len(number) == 15) for name, number in registers)
    assert registers or kind not in {"letter", "contract"}


@pytest.mark.parametrize("kind", ["invoice", "contract"])
def test_accounts_fit_their_bank(kind: str) -> None:
    accounts = 0
    for document in made(kind, "rus"):
        banks = set(re.findall(r"\b04\d{7}\b", document.text))
        for number in re.findall(r"\b\d{20}\b", document.text):
            accounts += 1
            assert any(
                identifiers.account_is_valid(number, bank) or number == identifiers.correspondent_account(bank)
                for bank in banks
            ), (document.seed, number)
    assert accounts > SEEDS


def test_a_power_of_attorney_has_right_numbers_and_no_director_of_a_sole_trader() -> None:
    traders = 0
    for seed in range(SEEDS):
        text = flat(KINDS["official"].compose("official", "rus", seed=seed, layout=power_of_attorney).text)
        match = re.search(
            r"(ОГРН\w*) (\d+), ИНН (\d+), (\S+) .*?(?:, в лице директора \S+ \S+ (\S+), (\S+) на |, \S)", text
        )
        assert match is not None
        register, ogrn, inn, residence, patronymic, acting = match.groups()
        assert identifiers.ogrn_is_valid(ogrn)
        assert identifiers.inn_is_valid(inn)
        is_trader = len(inn) == 12
        traders += is_trader
        assert (register == "ОГРНИП") == (len(ogrn) == 15) == is_trader == ("Устава" not in text)
        assert residence.startswith("проживающ" if is_trader else "находящееся")
        assert is_trader or acting is None or agrees(acting, "действующего", "действующей", patronymic=patronymic)
    assert traders


def test_a_sole_trader_has_no_kpp() -> None:
    told = list(found(r"КПП((?: продавца:| покупателя:)?) (\S+)", "invoice", "rus"))
    assert len(told) > SEEDS
    assert all(number.strip(",").replace("/", "").isdecimal() for _, number in told)
    assert all(len(number.strip(",")) == 9 for label, number in told if not label)


def test_a_russian_bill_states_its_total_in_words_and_the_tax_in_it() -> None:
    taxed = 0
    for document in made("invoice", "rus"):
        text, total = flat(document.text), money(document.fields["total"])
        if document.layout not in {"vat_invoice", "universal_document"}:
            assert roubles_in_words(total) in text
        if match := re.search(r"(?:В том числе НДС|в т\.ч\. НДС|Сумма НДС) (\d+)%: ([\d '.,-]+)", text):
            assert money(match[2]) == tax_within(total, int(match[1]))
            taxed += 1
        if match := re.search(r"Всего (?:к оплате|по накладной) (?:X )?([\d '.,-]+?)(?: X)+ ([\d '.,-]+)", text):
            assert text.count(document.fields["total"].replace("\N{NO-BREAK SPACE}", " ")) >= 1
            net, rest = money(match[1]), match[2]
            taxes = {money(rest[:end]) for end in range(1, len(rest) + 1) if any(map(str.isdecimal, rest[:end]))}
            assert total - net in taxes
            taxed += 1
    assert taxed > SEEDS // 2


def test_a_russian_receipt_states_one_rate_of_vat_or_that_there_is_none() -> None:
    systems = {"УСН": 0, "ОСН": 0}
    for document in made("receipt", "rus"):
        text = flat(document.text)
        rates = set(re.findall(r"НДС (\d+)%", text))
        if match := re.search(r"СНО: (\w+)", text):
            systems[match[1]] += 1
            assert len(rates) == (match[1] == "ОСН")
            assert ("БЕЗ НДС" in text or "НДС НЕ ОБЛАГАЕТСЯ" in text) == (match[1] == "УСН")
        if match := re.search(r"НДС (\d+)% ([\d '.,-]+\d) (?:Применяемая )?СНО", text):
            assert money(match[2]) == tax_within(money(document.fields["total"]), int(match[1]))
        if document.layout == "sales_form":
            assert roubles_in_words(money(document.fields["total"])) in text
    assert min(systems.values()) > 5


def test_a_receipt_names_the_tax_of_its_own_country() -> None:
    named = 0
    for document in made("receipt", "eng"):
        if not re.search("RM|MYR", document.fields["total"]):
            assert not re.search(r"\b[GS]ST\b", document.text), document.seed
            named += "Incl. " in document.text or "(Excluding " in document.text
    assert named


def test_an_english_invoice_adds_its_tax_to_the_net_sum() -> None:
    added = 0
    for document in made("invoice", "eng"):
        told = dict(line.partition(": ")[::2] for line in document.text.splitlines() if ": " in line)
        net = next((told[name] for name in ("Subtotal", "Net amount", "Total net", "Sub-total") if name in told), None)
        tax = next((told[name] for name in told if re.fullmatch(r"(Sales Tax|Tax|VAT|MwSt\.) \d+%", name)), None)
        if net and tax:
            assert money(net) + money(tax) == money(document.fields["total"])
            added += 1
    assert added > SEEDS // 5


def test_a_line_of_an_order_is_its_quantity_times_its_price() -> None:
    for seed in range(SEEDS):
        document = KINDS["invoice"].compose("invoice", "eng", seed=seed, layout=order_bill)
        text = flat(document.text)
        match = re.search(r"(\d+) (?:ctn|lb|ea\.|cases|M|doz\.) \S+ [\w ]+? @ (\S+) (\S+) \w+ (\S+)", text)
        assert match is not None, text
        quantity, price, amount, freight = int(match[1]), *map(money, match.group(2, 3, 4))
        assert quantity * price == amount
        assert amount + freight == money(document.fields["total"])


def test_an_invoice_is_due_after_its_date_and_bills_what_was_ordered_before() -> None:
    compared = 0
    for seed in range(3 * SEEDS):
        document = KINDS["invoice"].compose("invoice", "eng", seed=seed)
        text, date = flat(document.text), day_of(document.fields["date"])
        due = re.search(r"(?:Due Date|Payment due|Due|Pay by|Date due): (\S+(?: \w{3} \d{4})?)", text)
        period = re.search(r"Billing period: (.+?) - (.+?) Account executive", text)
        for first, last in (
            (date, day_of(due[1]) if due else None),
            *([map(day_of, period.groups())] if period else []),
        ):
            if first and last:
                assert first <= last, (seed, first, last)
                compared += 1
        if period and date and (ended := day_of(period[2])):
            assert ended <= date
    assert compared > 30


def test_what_a_russian_paper_rests_on_is_not_younger_than_the_paper() -> None:
    compared = 0
    for kind, pattern in (
        ("invoice", r"(?:оговор|оверенности) № \S+ от («?\d.{7,22}?\d{2,4})\b"),
        ("contract", r"паспорт: .*? (\d\d\.\d\d\.\d{2,4}), (?:зарегистрирован|проживающ)"),
    ):
        for document in made(kind, "rus"):
            date = day_of(document.fields["date"])
            assert date is not None
            for told in re.findall(pattern, flat(document.text)):
                earlier = day_of(told)
                assert earlier is not None, told
                assert earlier <= date, (kind, document.seed, told)
                compared += 1
            if until := re.search(r"действителен до (\d\d\.\d\d\.\d{2,4})", flat(document.text)):
                assert (day_of(until[1]) or date) > date
    assert compared > SEEDS


def test_a_party_to_a_contract_is_named_by_its_gender() -> None:
    people = list(
        found(
            r"([\w-]+), паспорт: .*? (зарегистрированн\w+|проживающ\w+) по адресу: .*?, (именуем\w+) в",
            "contract",
            "rus",
        )
    )
    assert len(people) > SEEDS // 2
    for patronymic, resident, named in people:
        assert agrees(named, "именуемый", "именуемая", patronymic=patronymic)
        man, woman = (
            ("зарегистрированный", "зарегистрированная") if resident[0] == "з" else ("проживающий", "проживающая")
        )
        assert agrees(resident, man, woman, patronymic=patronymic)


def test_an_organisation_acts_by_its_director_and_a_sole_trader_without_one() -> None:
    directors = list(
        found(
            r"(\S+) «\S+(?: \S+)?», (именуем\w+) в дальнейшем «\w+», в лице \w*\s?директора \S+ \S+ (\S+), (\S+)",
            "contract",
            "rus",
        )
    )
    assert len(directors) > SEEDS // 4
    for form, named, patronymic, acting in directors:
        assert named == ("именуемый" if form == "ТД" else "именуемое")
        assert agrees(acting, "действующего", "действующей", patronymic=patronymic)
    traders = list(
        found(r"ИП [\w-]+ \w+ (\w+), (\w+) (?:в дальнейшем|далее) «\w+», (\S+) на основании (\w+)", "contract", "rus")
    )
    assert len(traders) == len(list(found(r"ИП ([\w-]+ \w+ \w+), именуем", "contract", "rus"))) > 5
    for patronymic, named, acting, basis in traders:
        assert agrees(named, "именуемый", "именуемая", patronymic=patronymic)
        assert agrees(acting, "действующий", "действующая", patronymic=patronymic)
        assert basis in {"свидетельства", "записи"}


def test_people_who_hand_something_over_are_named_by_their_gender() -> None:
    for seed in range(40):
        text = flat(KINDS["official"].compose("official", "rus", seed=seed, layout=act_between_people).text)
        people = re.findall(r"(\w+), Паспорт.*? (\w+) по адресу: .*?, (именуем\w+) в", text)
        assert len(people) == 2
        for patronymic, resident, named in people:
            man, woman = (
                ("зарегистрирован", "зарегистрирована") if resident[0] == "з" else ("проживающий", "проживающая")
            )
            assert agrees(named, "именуемый", "именуемая", patronymic=patronymic)
            assert agrees(resident, man, woman, patronymic=patronymic)


def test_a_letter_calls_men_mr_and_women_ms() -> None:
    men, women, _ = map(frozenset, LATIN_NAMES["us"])
    told = {"Mr.": 0, "Ms.": 0}
    for document in made("letter", "eng"):
        for title, first in re.findall(
            r"^(Mr\.|Ms\.) (\w+)(?: \w\.)? \w+$", document.text.partition("\nDear ")[0], re.M
        ):
            assert first in (men if title == "Mr." else women)
            told[title] += 1
    assert min(told.values()) > 3


def test_malaysian_sons_are_bin_and_daughters_binti_of_a_man() -> None:
    called = {"bin": 0, "binti": 0}
    for seed in range(500):
        person = malaysian_person(random.Random(seed))
        assert person.is_woman == (person.first in MALAYSIAN_WOMEN)
        if person.last.startswith("bin"):
            child, father = person.last.split()
            called[child] += 1
            assert person.is_woman == (child == "binti")
            assert father in MALAY_FATHERS
        assert person.last.split()[-1] not in MALAYSIAN_WOMEN
    assert min(called.values()) > 20


@pytest.mark.parametrize(
    ("kind", "before", "forms"),
    [
        ("memo", "(?:отставание|опережение) от графика", ("день", "дня", "дней")),
        ("resume", "стаж", ("год", "года", "лет")),
        ("official", "сроком на", ("месяц", "месяца", "месяцев")),
        ("letter", "(?:срок поставки|срок исполнения) –", ("неделя", "недели", "недель")),
        ("contract", "испытательным сроком", ("месяц", "месяца", "месяцев")),
        ("contract", "(?:Гарантия|срок) на [а-я ]+ (?:составляет|устанавливается)", ("месяц", "месяца", "месяцев")),
    ],
)
def test_a_noun_takes_the_form_that_its_number_asks_for(kind: str, before: str, forms: tuple[str, str, str]) -> None:
    told = list(found(rf"{before} (\d+) ({'|'.join(sorted(forms, key=len, reverse=True))})\b", kind, "rus"))
    assert len(told) > 3
    assert all(noun == plural_rus(int(number), forms) for number, noun in told)


def test_a_template_asks_for_the_forms_of_a_noun() -> None:
    grammar = Grammar("memo", Values(random.Random(1), "rus"), {"few": "22", "one": "21", "teen": "12"})
    text = "{one:день,дня,дней}, {few:рабочий день,рабочих дня,рабочих дней}, {teen:день,дня,дней}"
    assert grammar.fill(text) == "21 день, 22 рабочих дня, 12 дней"


def test_a_day_from_another_and_a_day_before_it_take_one_draw_as_any_day() -> None:
    day = datetime.date(2020, 2, 29)
    for seed in range(60):
        drawn, after, before = (Values(random.Random(seed), "eng") for _ in range(3))
        drawn.day()
        assert 7 <= (after.day_from(day, 7, 60) - day).days <= 60
        assert before.day_before(day) <= day
        assert drawn.rng.random() == after.rng.random() == before.rng.random()


class PlainDate(datetime.date):
    """A date that refuses to be written by the names that the process's locale has for months and weekdays."""

    def __format__(self, spec: str) -> str:
        assert not re.search("%[aAbBhcxXpP]", spec), spec
        return super().__format__(spec)

    def strftime(self, format: str) -> str:
        assert not re.search("%[aAbBhcxXpP]", format), format
        return super().strftime(format)


def test_no_name_of_a_month_comes_from_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = SimpleNamespace(date=PlainDate, timedelta=datetime.timedelta)
    monkeypatch.setattr(values, "datetime", plain)
    for kind, spec in KINDS.items():
        for language in spec.languages:
            for layout in dict.fromkeys(spec.layouts[language]):
                spec.compose(kind, language, seed=1, layout=layout)
    for layout in (service_bill, expense_bill):
        texts = [KINDS["invoice"].compose("invoice", "eng", seed=seed, layout=layout).text for seed in range(20)]
        assert any(month in text for month in MONTHS_ENG for text in texts)
    assert isinstance(Values(random.Random(1), "eng").day(), PlainDate)
