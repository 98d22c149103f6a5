"""Realistic values for one document, all drawn from one random stream: the same stream gives the same values."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Mapping
from decimal import Decimal

from docflow.synth import money, places
from docflow.synth.companies import Company, latin_company, latin_name, russian_company
from docflow.synth.people import Person, latin_person, russian_person

MONTHS_ENG = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MONTHS_RUS = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
INITIALS = "ABCDEFGHJKLMNPRSTW"


class Values:
    """Draws the values of one document in `language` ("eng" or "rus") and one region.

    English documents come from the United States unless `region` says otherwise (`us`, `uk`, `eu`, `my`).
    """

    def __init__(self, rng: random.Random, language: str, *, region: str | None = None) -> None:
        self.rng = rng
        self.language = language
        self.region = region or ("ru" if language == "rus" else "us")
        self.style = money.style_for(rng, self.region)
        self.family = rng.randrange(8)
        self._first_year = rng.choice((1964, 1978, 1985, 1992, 2001, 2010, 2016))
        if self.region in {"ru", "my"}:
            self._first_year = rng.choice((2008, 2014, 2016, 2018, 2021))

    def at(self, region: str) -> Values:
        """The same stream, drawing for another region."""
        return Values(self.rng, self.language, region=region)

    def chance(self, share: float) -> bool:
        """True in `share` of the draws."""
        return self.rng.random() < share

    def choice(self, *options: str) -> str:
        """One of the options."""
        return self.rng.choice(options)

    def person(self) -> Person:
        """Someone of this region."""
        return russian_person(self.rng) if self.region == "ru" else latin_person(self.rng, self.region)

    def company(self) -> Company:
        """A company of this region."""
        return russian_company(self.rng) if self.region == "ru" else latin_company(self.rng, self.region)

    def firm(self) -> str:
        """A company's name alone, as running text mentions it."""
        if self.region == "ru":
            return russian_company(self.rng).short_name
        return latin_name(self.rng, self.region)[0]

    def address(self) -> places.Address:
        """An address of this region."""
        return places.ADDRESSES[self.region](self.rng)

    def phone(self) -> str:
        """A telephone number of this region."""
        return places.phone(self.rng, self.region)

    def day(self) -> datetime.date:
        """A day within the document's own few years."""
        first = datetime.date(self._first_year, 1, 1)
        return first + datetime.timedelta(days=self.rng.randrange(4 * 365))

    def day_from(self, day: datetime.date, least: int, most: int) -> datetime.date:
        """A day from `least` to `most` days after `day`; one draw, as of `day()`."""
        return day + datetime.timedelta(days=least + self.day().toordinal() % (most - least + 1))

    def day_before(self, day: datetime.date) -> datetime.date:
        """A day not after `day`, as far from it as a day of the document's years may be; one draw, as of `day()`."""
        return day - abs(self.day() - day)

    def amount(self, low: int, high: int) -> Decimal:
        """A sum between `low` and `high`, often a round one."""
        cents = self.rng.choice((0, 0, 50, 90, 99, 95, self.rng.randrange(100)))
        return Decimal(self.rng.randint(low, high)) + Decimal(cents) / 100

    def digits(self, count: int) -> str:
        """`count` digits, leading zeros allowed."""
        return "".join(self.rng.choice("0123456789") for _ in range(count))

    def long_date(self, day: datetime.date) -> str:
        """A date as letters and contracts write it."""
        if self.language == "rus":
            return russian_date(self.rng, day)
        month = MONTHS_ENG[day.month - 1]
        if self.region == "us" or self.chance(0.3):
            return f"{month} {day.day}, {day.year}"
        return f"{day.day} {month} {day.year}"

    def short_date(self, day: datetime.date) -> str:
        """A date as invoices and receipts write it."""
        if self.language == "rus":
            return self.rng.choice((f"{day:%d.%m.%Y}", f"{day:%d.%m.%Y}", f"{day:%d.%m.%y}"))
        numeric = (f"{day:%m/%d/%Y}", f"{day.month}/{day.day}/{day:%y}") if self.region == "us" else (f"{day:%d/%m/%Y}", f"{day:%d-%m-%Y}", f"{day:%d.%m.%Y}")  # fmt: skip
        named = (f"{day.day:02d} {MONTHS_ENG[day.month - 1][:3].upper()} {day.year}", f"{day:%d}-{MONTHS_ENG[day.month - 1][:3]}-{day:%y}", f"{day:%Y-%m-%d}")  # fmt: skip
        return self.rng.choice(numeric * 2 + named)

    def time(self) -> str:
        """A time of day, in 12 or 24 hours."""
        hour, minute, second = self.rng.randint(8, 22), self.rng.randrange(60), self.rng.randrange(60)
        if self.language == "rus":
            return self.rng.choice((f"{hour:02d}:{minute:02d}", f"{hour:02d}:{minute:02d}:{second:02d}"))
        half = f"{(hour - 1) % 12 + 1}:{minute:02d} {'AM' if hour < 12 else 'PM'}"
        return self.rng.choice((f"{hour:02d}:{minute:02d}", f"{hour:02d}:{minute:02d}:{second:02d}", half))

    def draw(self, name: str) -> str:
        """The value that the slot `name` of a template stands for.

        Raises KeyError for a name that is not in `SLOTS`.
        """
        return SLOTS[name](self)


def russian_date(rng: random.Random, day: datetime.date) -> str:
    """A date as Russian letters and contracts write it."""
    month = MONTHS_RUS[day.month - 1]
    forms = (f"{day.day} {month} {day.year} г.", f"«{day.day:02d}» {month} {day.year} г.", f"{day:%d.%m.%Y}", f"{day:%d.%m.%Y} г.", f"{day.day} {month} {day.year} года")  # fmt: skip
    return rng.choice(forms)


def _sum(low: int, high: int) -> Callable[[Values], str]:
    return lambda values: values.style.full(values.amount(low, high))


def _whole(low: int, high: int) -> Callable[[Values], str]:
    return lambda values: str(values.rng.randint(low, high))


def _count_in_words(values: Values) -> str:
    number = values.rng.choice((2, 3, 5, 7, 10, 14, 15, 20, 30, 45, 60, 90))
    if values.language == "rus":
        return f"{number} ({money.number_in_words_rus(number)})"
    return f"{money.number_in_words_eng(number)} ({number})"


SLOTS: Mapping[str, Callable[[Values], str]] = {
    "person": lambda v: v.person().russian() if v.region == "ru" else v.person().full,
    "person_short": lambda v: v.person().short if v.region == "ru" else v.person().formal,
    "person_gen": lambda v: v.person().russian("genitive"),
    "person_dat": lambda v: v.person().russian_short("dative"),
    "doctor": lambda v: f"Dr. {v.person().last}",
    "mr": lambda v: v.person().formal,
    "first": lambda v: v.person().first,
    "last": lambda v: v.person().last,
    "firm": lambda v: v.firm(),
    "city": lambda v: v.address().city,
    "state": lambda v: v.rng.choice(places.US_CITIES)[2],
    "address": lambda v: v.address().one_line,
    "date": lambda v: v.long_date(v.day()),
    "day": lambda v: v.short_date(v.day()),
    "month": lambda v: v.rng.choice(MONTHS_ENG),
    "weekday": lambda v: v.rng.choice(WEEKDAYS),
    "year": lambda v: str(v.day().year),
    "time": lambda v: v.time(),
    "phone": lambda v: v.phone(),
    "money": _sum(100, 20_000),
    "big_money": _sum(20_000, 900_000),
    "small_money": _sum(3, 200),
    "pct": _whole(2, 60),
    "n": _whole(2, 12),
    "nn": _whole(12, 480),
    "n_words": _count_in_words,
    "clause": lambda v: f"{v.rng.randint(1, 9)}.{v.rng.randint(1, 7)}",
    "number": lambda v: f"{v.rng.randint(1, 999)}{v.rng.choice(('', '', '/' + str(v.day().year % 100), '-' + v.rng.choice(INITIALS)))}",
    "code": lambda v: f"{v.rng.choice(INITIALS)}{v.rng.choice(INITIALS)}-{v.rng.randint(100, 9999)}",
}  # fmt: skip
"""What a template may ask for beyond its own pool, by slot name."""
