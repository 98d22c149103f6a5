"""Sums of money: exact to the cent, written the way invoices and receipts write them, and in words."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

CENT = Decimal("0.01")

UNITS_RUS = (
    "", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять", "одиннадцать",
    "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать", "семнадцать", "восемнадцать",
    "девятнадцать",
)  # fmt: skip
TENS_RUS = (
    "", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто",
)  # fmt: skip
HUNDREDS_RUS = (
    "", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот",
)  # fmt: skip
FEMININE_RUS = {"один": "одна", "два": "две"}
SCALES_RUS = (
    ("тысяча", "тысячи", "тысяч"),
    ("миллион", "миллиона", "миллионов"),
    ("миллиард", "миллиарда", "миллиардов"),
)

UNITS_ENG = (
    "", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS_ENG = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES_ENG = ("thousand", "million", "billion")


def cents(amount: Decimal) -> Decimal:
    """The amount rounded half up to two places."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def to_five_cents(amount: Decimal) -> Decimal:
    """The amount rounded to the nearest five cents, as Malaysian tills round cash sums."""
    return cents((amount / Decimal("0.05")).quantize(Decimal(1), rounding=ROUND_HALF_UP) * Decimal("0.05"))


def tax_on(net: Decimal, rate: int) -> Decimal:
    """The tax of `rate` per cent that is added to a net sum."""
    return cents(net * rate / 100)


def tax_within(gross: Decimal, rate: int) -> Decimal:
    """The tax of `rate` per cent that a gross sum contains."""
    return cents(gross * rate / (100 + rate))


@dataclass(frozen=True)
class MoneyStyle:
    """How a document writes sums: separators, and the currency before or after."""

    thousands: str
    decimal: str
    symbol: str = ""
    place: Literal["before", "after", "none"] = "none"

    def plain(self, amount: Decimal) -> str:
        """The sum without its currency: `1,234.50`."""
        text = f"{abs(amount):,.2f}".replace(",", "\0").replace(".", self.decimal).replace("\0", self.thousands)
        return f"-{text}" if amount < 0 else text

    def full(self, amount: Decimal) -> str:
        """The sum with its currency: `$1,234.50`, `1 234,50 руб.`."""
        if self.place == "before":
            return f"{self.symbol}{self.plain(amount)}"
        if self.place == "after":
            return f"{self.plain(amount)} {self.symbol}"
        return self.plain(amount)


STYLES: dict[str, tuple[MoneyStyle, ...]] = {
    "us": (MoneyStyle(",", ".", "$", "before"), MoneyStyle(",", ".", "$ ", "before"), MoneyStyle(",", ".", "USD", "after")),
    "uk": (MoneyStyle(",", ".", "£", "before"), MoneyStyle(",", ".", "GBP", "after")),
    "eu": (
        MoneyStyle(".", ",", "€", "after"),
        MoneyStyle(",", ".", "€", "before"),
        MoneyStyle(".", ",", "EUR", "after"),
        MoneyStyle(" ", ",", "EUR", "after"),
        MoneyStyle(",", ".", "EUR ", "before"),
    ),
    "my": (MoneyStyle(",", ".", "RM", "before"), MoneyStyle("", ".", "RM ", "before"), MoneyStyle(",", ".", "MYR", "after")),
    "ru": (
        MoneyStyle(" ", ",", "руб.", "after"),
        MoneyStyle(" ", ",", "₽", "after"),
        MoneyStyle("", ".", "руб.", "after"),
        MoneyStyle(" ", ".", "руб", "after"),
        MoneyStyle("'", ".", "руб.", "after"),
        MoneyStyle("", "-", "руб.", "after"),
    ),
}  # fmt: skip
"""The styles in use, by region."""


def style_for(rng: random.Random, region: str) -> MoneyStyle:
    """One of the region's styles; the Russian dash style is rare, as it is on paper."""
    styles = STYLES[region]
    return rng.choices(styles, weights=[8 if style.decimal != "-" else 1 for style in styles])[0]


def plural_rus(count: int, forms: tuple[str, str, str]) -> str:
    """The form of a Russian noun after `count`: рубль, рубля, рублей."""
    if count % 100 in range(11, 15):
        return forms[2]
    return forms[0] if count % 10 == 1 else forms[1] if count % 10 in (2, 3, 4) else forms[2]


def _below_thousand_rus(number: int, *, feminine: bool) -> list[str]:
    rest = number % 100
    words = [HUNDREDS_RUS[number // 100]]
    words += [UNITS_RUS[rest]] if rest < 20 else [TENS_RUS[rest // 10], UNITS_RUS[rest % 10]]
    return [FEMININE_RUS.get(w, w) if feminine else w for w in words if w]


def number_in_words_rus(number: int, *, feminine: bool = False) -> str:
    """A whole number below 10¹² in Russian words, in the nominative."""
    if number == 0:
        return "ноль"
    parts: list[str] = []
    for scale in (3, 2, 1):
        group = number // 1000**scale % 1000
        if group:
            parts += _below_thousand_rus(group, feminine=scale == 1)
            parts.append(plural_rus(group, SCALES_RUS[scale - 1]))
    parts += _below_thousand_rus(number % 1000, feminine=feminine)
    return " ".join(parts)


def roubles_in_words(amount: Decimal, *, kopecks: Literal["digits", "words"] = "digits") -> str:
    """A sum as Russian papers spell it: `Сто один рубль 05 копеек`."""
    whole, part = divmod(int(cents(amount) * 100), 100)
    roubles = f"{number_in_words_rus(whole)} {plural_rus(whole, ('рубль', 'рубля', 'рублей'))}"
    said = f"{part:02d}" if kopecks == "digits" else number_in_words_rus(part, feminine=True)
    text = f"{roubles} {said} {plural_rus(part, ('копейка', 'копейки', 'копеек'))}"
    return text[0].upper() + text[1:]


def _below_thousand_eng(number: int) -> list[str]:
    words = [f"{UNITS_ENG[number // 100]} hundred"] if number >= 100 else []
    rest = number % 100
    if rest < 20:
        words.append(UNITS_ENG[rest])
    else:
        words.append("-".join(w for w in (TENS_ENG[rest // 10], UNITS_ENG[rest % 10]) if w))
    return [w for w in words if w]


def number_in_words_eng(number: int) -> str:
    """A whole number below 10¹² in English words."""
    if number == 0:
        return "zero"
    parts: list[str] = []
    for scale in (3, 2, 1):
        group = number // 1000**scale % 1000
        if group:
            parts += [*_below_thousand_eng(group), SCALES_ENG[scale - 1]]
    return " ".join(parts + _below_thousand_eng(number % 1000))
