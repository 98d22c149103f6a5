"""People: names by locale, and the Russian cases that contracts and letters need."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from faker.providers.person.de_DE import Provider as GermanNames
from faker.providers.person.en_GB import Provider as BritishNames
from faker.providers.person.en_US import Provider as AmericanNames
from faker.providers.person.ru_RU import Provider as RussianNames

Case = Literal["nominative", "genitive", "dative"]
Names = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]

LATIN_NAMES: dict[str, Names] = {
    region: (tuple(source.first_names_male), tuple(source.first_names_female), tuple(source.last_names))
    for region, source in (("us", AmericanNames), ("uk", BritishNames), ("eu", GermanNames))
}
CHINESE_SURNAMES = (
    "Tan",
    "Lim",
    "Lee",
    "Wong",
    "Ng",
    "Chan",
    "Ong",
    "Goh",
    "Chong",
    "Yap",
    "Teoh",
    "Khoo",
    "Low",
    "Foo",
)
CHINESE_GIVEN = (
    "Wei Ming",
    "Siew Ling",
    "Kok Leong",
    "Mei Yee",
    "Chee Keong",
    "Hui Min",
    "Boon Hock",
    "Li Na",
    "Kah Wai",
)
MALAY_GIVEN = ("Ahmad", "Ismail", "Aminah", "Razak", "Faridah", "Hafiz", "Nurul", "Zainal", "Rosnah", "Azman", "Siti")
MALAY_FATHERS = (
    "Ahmad", "Ismail", "Abdullah", "Razak", "Yusof", "Hafiz", "Osman", "Zainal", "Ibrahim", "Azman", "Hassan",
)  # fmt: skip
INDIAN_GIVEN = ("Kumar", "Raju", "Devi", "Muthu", "Saravanan", "Priya", "Ganesan", "Letchumi", "Subramaniam")
INDIAN_FATHERS = ("Kumar", "Raju", "Arumugam", "Muthu", "Saravanan", "Perumal", "Ganesan", "Nadarajah", "Subramaniam")
MALAYSIAN_WOMEN = frozenset(
    ("Siew Ling", "Mei Yee", "Hui Min", "Li Na", "Aminah", "Faridah", "Nurul", "Rosnah", "Siti", "Devi", "Priya", "Letchumi")
)  # fmt: skip
"""Which of the given names above are women's."""

HUSHING = "гкхжшчщ"


@dataclass(frozen=True)
class Person:
    """One person; `middle` is a Russian patronymic or an English initial, and may be empty."""

    first: str
    last: str
    middle: str = ""
    is_woman: bool = False

    @property
    def full(self) -> str:
        """First name, middle, last name, as English papers write it."""
        return " ".join(part for part in (self.first, self.middle, self.last) if part)

    @property
    def initials(self) -> str:
        """The initials of first and middle name: `J.R.`, `И.П.`."""
        return "".join(f"{part[0]}." for part in (self.first, self.middle) if part)

    @property
    def short(self) -> str:
        """Last name and initials, the Russian way: `Иванов И.П.`."""
        return f"{self.last} {self.initials}"

    @property
    def courtesy(self) -> str:
        """`Mr.` or `Ms.`."""
        return "Ms." if self.is_woman else "Mr."

    @property
    def formal(self) -> str:
        """`Mr. Smith` or `Ms. Smith`."""
        return f"{self.courtesy} {self.last}"

    def by_gender(self, man: str, woman: str) -> str:
        """The form of a word that agrees with the person: `by_gender("именуемый", "именуемая")`."""
        return woman if self.is_woman else man

    def russian(self, case: Case = "nominative") -> str:
        """Last, first and middle name in a case: `Иванову Ивану Петровичу`."""
        parts = (
            surname_in(self.last, case, is_woman=self.is_woman),
            name_in(self.first, case),
            name_in(self.middle, case),
        )
        return " ".join(part for part in parts if part)

    def russian_short(self, case: Case = "nominative") -> str:
        """Last name in a case with initials: `Иванову И.П.`."""
        return f"{surname_in(self.last, case, is_woman=self.is_woman)} {self.initials}"


def surname_in(surname: str, case: Case, *, is_woman: bool) -> str:
    """A Russian surname in a case; foreign forms that do not decline come back as they are."""
    if case == "nominative":
        return surname
    if is_woman:
        if surname.endswith("ая"):
            return surname[:-2] + "ой"
        return surname[:-1] + "ой" if surname.endswith("а") else surname
    if surname.endswith(("ий", "ый", "ой")):
        return surname[:-2] + ("ого" if case == "genitive" else "ому")
    if surname[-1] in "аеёиоуыэюя":
        return surname
    return surname + ("а" if case == "genitive" else "у")


def name_in(name: str, case: Case) -> str:
    """A Russian first name or patronymic in a case."""
    if case == "nominative" or not name:
        return name
    stem, last = name[:-1], name[-1]
    if last == "а":
        soft = stem[-1] in HUSHING
        return stem + (("и" if soft else "ы") if case == "genitive" else "е")
    if last == "я":
        return stem + ("и" if case == "genitive" or stem.endswith("и") else "е")
    if name in {"Любовь", "Нинель"}:
        return stem + "и"
    if last in "йь":
        return stem + ("я" if case == "genitive" else "ю")
    if last in "еиоуыэю":
        return name
    irregular = {"Павел": "Павл", "Лев": "Льв"}.get(name, name)
    return irregular + ("а" if case == "genitive" else "у")


def latin_person(rng: random.Random, region: str) -> Person:
    """Someone from the United States (`us`), Britain (`uk`), Germany (`eu`) or Malaysia (`my`)."""
    if region == "my":
        return malaysian_person(rng)
    men, women, surnames = LATIN_NAMES[region]
    is_woman = rng.random() < 0.4
    middle = f"{rng.choice('ABCDEFGHJKLMNPRSTW')}." if region == "us" and rng.random() < 0.45 else ""
    return Person(rng.choice(women if is_woman else men), rng.choice(surnames), middle, is_woman=is_woman)


def malaysian_person(rng: random.Random) -> Person:
    """Someone with a Chinese, Malay or Indian name as in Malaysia; `last` is what they are called by.

    Malays and Indians are called by their father's name, Malays as his son (`bin`) or daughter (`binti`).
    """
    kind = rng.random()
    given = rng.choice(CHINESE_GIVEN if kind < 0.5 else MALAY_GIVEN if kind < 0.85 else INDIAN_GIVEN)
    is_woman = given in MALAYSIAN_WOMEN
    if kind < 0.5:
        last = rng.choice(CHINESE_SURNAMES)
    elif kind < 0.85:
        last = f"{'binti' if is_woman else 'bin'} {rng.choice(MALAY_FATHERS)}"
    else:
        last = rng.choice(INDIAN_FATHERS)
    return Person(given, last, is_woman=is_woman)


def russian_person(rng: random.Random) -> Person:
    """Someone with a Russian surname, name and patronymic that agree."""
    if rng.random() < 0.45:
        return Person(
            rng.choice(RussianNames.first_names_female),
            rng.choice(RussianNames.last_names_female),
            rng.choice(RussianNames.middle_names_female),
            is_woman=True,
        )
    return Person(
        rng.choice(RussianNames.first_names_male),
        rng.choice(RussianNames.last_names_male),
        rng.choice(RussianNames.middle_names_male),
    )
