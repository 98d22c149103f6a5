"""What the lines say: pieces of made-up documents, and values of the kinds that matter most on papers."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from docflow.synth import identifiers
from docflow.synth.generate import generate, kinds_in
from docflow.synth.kinds import goods
from docflow.synth.money import number_in_words_eng, number_in_words_rus
from docflow.synth.values import Values

DOCUMENT_SHARE = 0.5
"""Share of lines that are pieces of documents; the others are values, so that numbers are as common as words."""

LINES_A_DOCUMENT = 8
"""Lines drawn from each document before the next one is made."""

LONGEST = 64
"""Most characters of a line."""

UPPERCASE, RANDOM_CASE = 0.16, 0.03
"""Shares of lines set in capitals, and in capitals and small letters at random."""

SAME_LOOK = str.maketrans({"–": "—", "“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "\u00a0": " "})
"""Characters that an alphabet need not have: a twin says as much."""

BLANK_TO_FILL = re.compile(r"_{2,}")
"""A rule to write on, of no countable length."""

REGIONS = {"eng": ("us", "us", "uk", "eu", "my", "my"), "rus": ("ru",)}

PUNCTUATED = (
    "{}:",
    "{}.",
    "{},",
    "({})",
    "*{}",
    "{} -",
    "- {}",
    "{}*",
    "#{}",
    "[{}]",
    '"{}"',
    "«{}»",
    "{};",
    "{}!",
    "{}?",
    "*{}*",
    "** {} **",
    "***{}***",
    "*** {} ***",
    "***** {} *****",
    "-- {} --",
    "<{}>",
    "={}",
    "@{}",
)


def line_text(*, seed: int, number: int, language: str, alphabet: frozenset[str], rng: random.Random) -> str:
    """The text of one line in this language, at most `LONGEST` long, of the alphabet's characters and single spaces."""
    while True:
        piece = (
            _piece_of_document(seed, number // LINES_A_DOCUMENT, language, rng)
            if rng.random() < DOCUMENT_SHARE
            else _value(language, rng)
        )
        text = _cased(BLANK_TO_FILL.sub(" ", piece.translate(SAME_LOOK)), rng)
        text = "".join(character for character in text if character in alphabet or character.isspace())
        text = " ".join(text.split())[:LONGEST].strip()
        if any(character.isalnum() for character in text):
            return text


def _piece_of_document(seed: int, block: int, language: str, rng: random.Random) -> str:
    """Some words that follow each other in a line of a document: often few, at times all of them."""
    words = rng.choice(_document_lines(seed, block, language)).split()
    count = min(len(words), rng.choice((1, 1, 2, 2, 3, 3, 4, 5, 6, 9)))
    start = rng.randrange(len(words) - count + 1)
    return " ".join(words[start : start + count])


@lru_cache(maxsize=64)
def _document_lines(seed: int, block: int, language: str) -> Sequence[str]:
    """The lines of one document of any kind, receipts and invoices more often than others."""
    rng = random.Random(f"document/{seed}/{block}/{language}")
    labels = kinds_in([language], is_background=False)
    kinds = labels * 2 + kinds_in([language], is_background=True) + [("receipt", language), ("invoice", language)] * 4
    kind, _ = rng.choice(kinds)
    document = generate(kind, language, seed=rng.randrange(2**31))
    return tuple(line for line in document.text.split("\n") if line.strip())


def _value(language: str, rng: random.Random) -> str:
    """One value, at times with what stands before it or after, or two of them."""
    values = Values(rng, language, region=rng.choice(REGIONS[language]))
    names = list(MAKERS)
    chosen = rng.choices(names, weights=[MAKERS[name][0] for name in names], k=2)
    text = MAKERS[chosen[0]][1](values)
    fate = rng.random()
    if fate < 0.18:
        return f"{text} {MAKERS[chosen[1]][1](values)}"
    if fate < 0.3:
        return rng.choice(PUNCTUATED).format(text)
    if fate < 0.45:
        return f"{rng.choice(LABELS[language])}{rng.choice((': ', ' ', ' : ', ':', ' № ' if language == 'rus' else ' # '))}{text}"
    return text


LABELS = {
    "eng": (
        "Total", "TOTAL", "Date", "Tel", "TEL", "Fax", "Invoice No", "GST ID", "VAT", "Qty", "Amount", "Cash", "Change", "Subtotal", "Ref", "No",
        "Bill No", "Rounding", "Tax", "Due", "Price", "Discount", "Order", "Account", "IBAN", "Page", "Cashier", "Item", "Balance", "Time",
    ),
    "rus": (
        "Итого", "ИТОГО", "Дата", "Тел.", "тел", "Факс", "Счёт", "ИНН", "КПП", "ОГРН", "БИК", "Кол-во", "Сумма", "Наличными", "Сдача", "НДС", "Всего",
        "Р/с", "К/с", "Цена", "Скидка", "Заказ", "Чек", "Кассир", "ФН", "ФД", "ФП", "РН ККТ", "Договор", "Стр.", "Смена", "от", "Накладная",
    ),
}  # fmt: skip
"""What stands before a value."""


def _money(values: Values) -> str:
    low, high = values.rng.choice(((0, 9), (1, 99), (10, 999), (100, 9_999), (1_000, 999_999), (100_000, 9_999_999)))
    amount = values.amount(low, high)
    return values.style.plain(amount) if values.chance(0.5) else values.style.full(amount)


def _quantity(values: Values) -> str:
    rng = values.rng
    count, price = rng.randint(1, 99), values.style.plain(values.amount(0, 300))
    unit = rng.choice(
        ("шт", "кг", "л", "м", "уп.") if values.language == "rus" else ("pcs", "kg", "EA", "PC", "UNIT", "L")
    )
    return rng.choice((f"{count} x {price}", f"{count} X {price}", f"{count} @ {price}", f"{count}*{price}", f"{count} {unit}", f"{count}{unit} {price}", f"{price} ={count}", f"{rng.randint(0, 50)},{rng.randint(0, 999):03d} {unit}"))  # fmt: skip


def _share(values: Values) -> str:
    rng = values.rng
    number = rng.choice(
        (
            str(rng.randint(0, 100)),
            f"{rng.randint(0, 99)}.{rng.randint(0, 9)}",
            f"{rng.randint(0, 99)},{rng.randint(0, 99)}",
        )
    )
    return rng.choice(
        (
            f"{number}%",
            f"{number} %",
            f"-{number}%",
            f"+{number}°",
            f"{number}°C",
            f"±{number}",
            f"№ {number}",
            f"№{number}",
            f"§ {number}",
            f"@{number}%",
            f"@ {number}%",
            f"({number}%)",
            f"(@ {number}%)",
            f"{rng.choice(LEVIES[values.language])} @{number}%:",
            f"{rng.choice(LEVIES[values.language])} ({number}%):",
            f"{rng.choice(LEVIES[values.language])} {number}%",
        )
    )


LEVIES = {"eng": ("GST", "VAT", "Tax", "SR =", "ZR", "Service Charge"), "rus": ("НДС", "в т.ч. НДС", "Скидка", "Налог")}
"""What is a share of a sum, as tills print it."""

CLOSINGS = {
    "eng": (
        "Thank you", "Please come again", "Have a nice day", "No refund", "Welcome", "Guest check", "Dine in", "Take away", "Reprint", "Closed",
        "Not exchangeable", "Customer copy", "Goods checked", "Visit us online", "Follow us", "Points earned", "End of receipt", "Void", "Duplicate",
    ),
    "rus": (
        "Спасибо за покупку", "Ждём вас снова", "Добро пожаловать", "Копия", "Возврат", "Приход", "Обслуживание", "С собой", "Чек закрыт",
        "Обмену не подлежит", "Хорошего дня", "Сайт ФНС", "Баллы начислены", "Дубликат", "Конец отчёта", "Отпечатано",
    ),
}  # fmt: skip
"""What tills say that is not of the sale."""

STARRED = (
    "{}!",
    "{}!",
    "{}! {}!",
    "*{}*",
    "**{}**",
    "***{}***",
    "*** {} ***",
    "***** {} *****",
    "* {} *",
    "{}",
    "== {} ==",
    "- {} -",
)


def _closing(values: Values) -> str:
    """A line of courtesy or of notice, as often as not between stars."""
    said = [values.rng.choice(CLOSINGS[values.language]) for _ in range(2)]
    return values.rng.choice(STARRED).format(*said)


def _identifier(values: Values) -> str:
    rng = values.rng
    if values.language == "rus":
        inn, bank = identifiers.inn_of_company(rng), identifiers.bik(rng)
        return rng.choice((inn, identifiers.inn_of_person(rng), f"{inn}/{identifiers.kpp(rng, inn)}", identifiers.ogrn(rng), bank, identifiers.account(rng, bank), identifiers.ean13(rng, "46")))  # fmt: skip
    return rng.choice(
        (
            identifiers.iban(rng, rng.choice(tuple(identifiers.IBAN_LENGTHS))),
            identifiers.ean13(rng),
            identifiers.vin(rng),
            identifiers.digits(rng, rng.randint(3, 16)),
        )
    )


def _code(values: Values) -> str:
    """Letters and digits as in numbers of papers, articles and terminals."""
    rng = values.rng
    parts = []
    for _ in range(rng.randint(1, 3)):
        letters = string.ascii_uppercase if rng.random() < 0.8 else string.ascii_letters
        pool = rng.choice((string.digits, string.digits, letters, letters + string.digits))
        parts.append("".join(rng.choice(pool) for _ in range(rng.randint(1, 7))))
    return rng.choice(("-", "/", "", ".", " ", "_")).join(parts)


def _any_marks(values: Values) -> str:
    """Any characters in any order, so that rare ones are seen too."""
    rng = values.rng
    pool = string.punctuation + "№₽€$£°«»—§±•" * 2 + string.digits
    pool += RUSSIAN * 2 if values.language == "rus" else string.ascii_letters * 2
    return "".join(rng.choice(pool) if rng.random() > 0.12 else " " for _ in range(rng.randint(3, 14)))


RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"


def _ware(values: Values) -> str:
    if values.language == "rus":
        return values.rng.choice(
            goods.GROCERIES_RUS + goods.HOUSEHOLD_RUS + goods.DISHES_RUS + goods.WARES_RUS + goods.SERVICES_RUS
        )
    return values.rng.choice(
        goods.GROCERIES
        + goods.HARDWARE
        + goods.DISHES
        + goods.PHARMACY
        + goods.STATIONERY
        + goods.WARES
        + goods.SERVICES
    )


def _mail(values: Values) -> str:
    company = values.company()
    return values.rng.choice(
        (company.email, company.web, f"http://{company.web}", f"https://{company.web[4:]}/{values.digits(3)}")
    )


def _in_words(values: Values) -> str:
    number = values.rng.randrange(10 ** values.rng.randint(1, 6))
    return number_in_words_rus(number) if values.language == "rus" else number_in_words_eng(number)


MAKERS: Mapping[str, tuple[float, Callable[[Values], str]]] = {
    "money": (5, _money),
    "quantity": (2, _quantity),
    "share": (1, _share),
    "identifier": (3, _identifier),
    "code": (2.5, _code),
    "marks": (1.6, _any_marks),
    "day": (2, lambda v: v.short_date(v.day())),
    "moment": (1, lambda v: f"{v.short_date(v.day())} {v.time()}"),
    "time": (0.7, lambda v: v.time()),
    "date": (1, lambda v: v.long_date(v.day())),
    "phone": (1.5, lambda v: v.phone()),
    "person": (1.5, lambda v: v.draw("person")),
    "short": (0.7, lambda v: v.draw("person_short")),
    "firm": (1.2, lambda v: v.company().name),
    "address": (2, lambda v: v.rng.choice(v.address().lines)),
    "whole_address": (0.7, lambda v: v.address().one_line),
    "ware": (2.5, _ware),
    "mail": (0.8, _mail),
    "words": (0.6, _in_words),
    "closing": (1.2, _closing),
}
"""Makers of values by name, each with how often it is drawn."""


def _cased(text: str, rng: random.Random) -> str:
    """The text as it is, in capitals, or in a wild mixture."""
    fate = rng.random()
    if fate < UPPERCASE:
        return text.upper()
    if fate < UPPERCASE + RANDOM_CASE:
        return "".join(rng.choice((c.upper(), c.lower())) for c in text)
    return text
