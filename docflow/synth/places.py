"""Addresses and telephone numbers by region."""

from __future__ import annotations

import random
from dataclasses import dataclass

from faker.providers.address.en_US import Provider as AmericanAddress
from faker.providers.address.ru_RU import Provider as RussianAddress

from docflow.synth.people import LATIN_NAMES

US_CITIES = (
    ("New York", "NY", "New York"), ("Chicago", "IL", "Illinois"), ("Richmond", "VA", "Virginia"),
    ("Winston-Salem", "NC", "North Carolina"), ("Louisville", "KY", "Kentucky"), ("Boston", "MA", "Massachusetts"),
    ("Washington", "DC", "D.C."), ("Los Angeles", "CA", "California"), ("San Diego", "CA", "California"),
    ("Houston", "TX", "Texas"), ("Dallas", "TX", "Texas"), ("Denver", "CO", "Colorado"), ("Seattle", "WA", "Washington"),
    ("Portland", "OR", "Oregon"), ("Las Vegas", "NV", "Nevada"), ("Atlanta", "GA", "Georgia"), ("Miami", "FL", "Florida"),
    ("Baltimore", "MD", "Maryland"), ("Philadelphia", "PA", "Pennsylvania"), ("Pittsburgh", "PA", "Pennsylvania"),
    ("Cleveland", "OH", "Ohio"), ("Columbus", "OH", "Ohio"), ("Detroit", "MI", "Michigan"), ("Ann Arbor", "MI", "Michigan"),
    ("Minneapolis", "MN", "Minnesota"), ("Madison", "WI", "Wisconsin"), ("St. Louis", "MO", "Missouri"),
    ("Kansas City", "MO", "Missouri"), ("Nashville", "TN", "Tennessee"), ("New Haven", "CT", "Connecticut"),
    ("Hartford", "CT", "Connecticut"), ("Newark", "NJ", "New Jersey"), ("Princeton", "NJ", "New Jersey"),
    ("Wilmington", "DE", "Delaware"), ("Salt Lake City", "UT", "Utah"), ("Phoenix", "AZ", "Arizona"),
    ("Santa Clara", "CA", "California"), ("Durham", "NC", "North Carolina"), ("Syracuse", "NY", "New York"),
)  # fmt: skip
US_STREETS = ("Park Avenue", "Main Street", "Madison Avenue", "Third Avenue", "Broad Street", "Market Street", "Oak Street", "K Street, N.W.")  # fmt: skip
UK_CITIES = (
    ("London", "EC2A"), ("London", "SW1"), ("Manchester", "M2"), ("Leeds", "LS1"), ("Bristol", "BS1"), ("Reading", "RG1"),
    ("Birmingham", "B3"), ("Sheffield", "S1"), ("Cambridge", "CB2"), ("Glasgow", "G2"), ("Edinburgh", "EH2"),
)  # fmt: skip
EU_CITIES = (
    ("Berlin", "DE"), ("Hamburg", "DE"), ("München", "DE"), ("Köln", "DE"), ("Stuttgart", "DE"), ("Bremen", "DE"),
    ("Wien", "AT"), ("Amsterdam", "NL"), ("Utrecht", "NL"), ("Lyon", "FR"), ("Dublin", "IE"), ("Leipzig", "DE"),
)  # fmt: skip
EU_STREETS = ("Hauptstraße", "Bahnhofstr.", "Lindenweg", "Industriestraße", "Gartenstraße", "Am Markt", "Schillerstr.")
MY_TOWNS = (
    ("43000", "Kajang", "Selangor"), ("40150", "Shah Alam", "Selangor"), ("47100", "Puchong", "Selangor"),
    ("81100", "Johor Bahru", "Johor"), ("50200", "Kuala Lumpur", "W.P."), ("11900", "Bayan Lepas", "Pulau Pinang"),
    ("75200", "Melaka", "Melaka"), ("30000", "Ipoh", "Perak"), ("41050", "Klang", "Selangor"), ("52100", "Kepong", "Kuala Lumpur"),
    ("68100", "Batu Caves", "Selangor"), ("70300", "Seremban", "Negeri Sembilan"), ("46000", "Petaling Jaya", "Selangor"),
    ("53300", "Setapak", "Kuala Lumpur"), ("81300", "Skudai", "Johor"), ("47500", "Subang Jaya", "Selangor"),
)  # fmt: skip
MY_STREETS = (
    "Jalan Mawar", "Jalan Bunga Raya", "Jalan Permai", "Jalan Industri", "Jalan Besar", "Jalan Kenanga", "Lorong Cempaka",
    "Jalan Perdana", "Persiaran Setia", "Jalan Melati", "Jalan Dato Onn", "Jalan Sentosa", "Lebuh Raya Utama",
)  # fmt: skip
MY_AREAS = (
    "Taman Sri Indah", "Taman Perindustrian Jaya", "Bandar Baru", "Taman Universiti", "Taman Desa Aman", "Seksyen",
    "Kawasan Perindustrian", "Taman Bukit Mewah", "Pusat Perniagaan", "Taman Megah", "Desa Damai",
)  # fmt: skip
RU_CITIES = (
    "Москва", "Санкт-Петербург", "Казань", "Новосибирск", "Екатеринбург", "Самара", "Воронеж", "Пермь", "Омск", "Уфа",
    "Тула", "Рязань", "Ярославль", "Томск", "Иркутск", "Краснодар", "Волгоград", "Саратов", "Тверь", "Калуга", "Липецк",
    "Челябинск", "Тюмень", "Барнаул", "Пенза", "Смоленск", "Владимир", "Курск", "Ростов-на-Дону", "Нижний Новгород",
)  # fmt: skip
RU_STREETS = tuple(RussianAddress.street_titles)


@dataclass(frozen=True)
class Address:
    """A postal address: its lines as on an envelope, and its city as in running text."""

    lines: tuple[str, ...]
    city: str
    state: str = ""

    @property
    def one_line(self) -> str:
        """The lines joined by commas."""
        return ", ".join(self.lines)


def us_address(rng: random.Random) -> Address:
    """An American street address with state and ZIP code, now and then with a suite or a P.O. box."""
    city, code, state = rng.choice(US_CITIES)
    kind = rng.random()
    if kind < 0.3:
        street = f"{rng.randint(1, 9999)} {rng.choice(US_STREETS)}"
    elif kind < 0.9:
        street = f"{rng.randint(1, 9999)} {rng.choice(LATIN_NAMES['us'][2])} {rng.choice(tuple(AmericanAddress.street_suffixes))}"
    else:
        street = f"P.O. Box {rng.randint(10, 9999)}"
    extra = (
        (rng.choice((f"Suite {rng.randint(100, 2900)}", f"{rng.randint(2, 40)}th Floor")),)
        if rng.random() < 0.2
        else ()
    )
    place = code if rng.random() < 0.6 else state
    return Address((street, *extra, f"{city}, {place} {rng.randint(1001, 99499):05d}"), city, state)


def uk_address(rng: random.Random) -> Address:
    """A British address with a postcode."""
    city, area = rng.choice(UK_CITIES)
    street = f"{rng.randint(1, 240)} {rng.choice(LATIN_NAMES['uk'][2])} {rng.choice(('Road', 'Street', 'Lane', 'Way', 'Square', 'House'))}"
    code = f"{area} {rng.randint(1, 9)}{rng.choice('ABDEFGHJLNPQRSTUWXYZ')}{rng.choice('ABDEFGHJLNPQRSTUWXYZ')}"
    return Address((street, city, code) if rng.random() < 0.5 else (street, f"{city} {code}"), city, "England")


def eu_address(rng: random.Random) -> Address:
    """A continental address: street and number, postcode and city."""
    city, country = rng.choice(EU_CITIES)
    lines = (f"{rng.choice(EU_STREETS)} {rng.randint(1, 199)}", f"{rng.randint(10000, 98999)} {city}")
    return Address(lines + ((country,) if rng.random() < 0.4 else ()), city, country)


def my_address(rng: random.Random) -> Address:
    """A Malaysian shop's address: lot or number, street, area, postcode and town, state."""
    code, town, state = rng.choice(MY_TOWNS)
    number = rng.choice((f"No. {rng.randint(1, 120)}", f"Lot {rng.randint(10, 3999)}", f"{rng.randint(1, 90)}-G", f"No.{rng.randint(1, 60)} & {rng.randint(61, 99)}"))  # fmt: skip
    street = f"{number}, {rng.choice(MY_STREETS)} {rng.randint(1, 30)}{rng.choice(('', '/1', '/4', 'A', 'B'))},"
    return Address((street, f"{rng.choice(MY_AREAS)},", f"{code} {town}, {state}"), town, state)


def ru_address(rng: random.Random) -> Address:
    """A Russian address: index and city, street, house, and often a room."""
    city = rng.choice(RU_CITIES)
    street = f"{rng.choice(('ул.', 'ул.', 'ул.', 'пр-т', 'пер.'))} {rng.choice(RU_STREETS)}"
    house = f"{rng.choice(('д.', 'дом', 'д.'))} {rng.randint(1, 180)}"
    room = rng.choice(("", f"оф. {rng.randint(1, 600)}", f"корп. {rng.randint(1, 9)}", f"кв. {rng.randint(1, 250)}", f"стр. {rng.randint(1, 5)}"))  # fmt: skip
    index = str(rng.randint(101000, 692999))
    first = rng.choice((f"{index}, г. {city}", f"{index}, Россия, г. {city}", f"{index}, {city} г", f"г. {city}"))
    return Address(tuple(part for part in (first, street, house, room) if part), city)


ADDRESSES = {"us": us_address, "uk": uk_address, "eu": eu_address, "my": my_address, "ru": ru_address}


def phone(rng: random.Random, region: str) -> str:
    """A telephone number as the region writes it."""
    a, b, c = rng.randint(200, 989), rng.randint(200, 999), rng.randint(0, 9999)
    if region == "us":
        return rng.choice((f"({a}) {b}-{c:04d}", f"{a}-{b}-{c:04d}", f"{a}/{b}-{c:04d}", f"{a}.{b}.{c:04d}"))
    if region == "uk":
        return rng.choice((f"0{rng.randint(113, 199)} {b} {c:04d}", f"+44 20 7{b} {c:04d}"))
    if region == "my":
        return rng.choice(
            (f"0{rng.randint(3, 9)}-{rng.randint(6000, 9099)} {c:04d}", f"01{rng.randint(0, 9)}-{b}{c:04d}")
        )
    if region == "ru":
        code = rng.choice(("495", "812", "843", "383", "903", "916", "473", "342"))
        tail = f"{b}-{c // 100:02d}-{c % 100:02d}"
        return rng.choice((f"+7 ({code}) {tail}", f"8 ({code}) {tail}", f"8-{code}-{tail}", f"({code}) {tail}"))
    return rng.choice((f"+49 {rng.randint(30, 999)} {b}{c:04d}", f"0{rng.randint(30, 999)}/{b}{c:04d}"))
