"""Companies with everything that their papers say about them: name, address, numbers, bank."""

from __future__ import annotations

import random
from dataclasses import dataclass

from docflow.synth import identifiers, places
from docflow.synth.people import CHINESE_SURNAMES, LATIN_NAMES, Person, latin_person, russian_person
from docflow.synth.places import Address

STEMS = (
    "Alder", "Apex", "Atlas", "Aurora", "Beacon", "Birch", "Bluewater", "Cardinal", "Cascade", "Cedar", "Clear", "Cobalt",
    "Compass", "Crescent", "Delta", "Eagle", "Ember", "Falcon", "First", "Frontier", "Global", "Granite", "Harbor", "Helix",
    "Highland", "Horizon", "Ivory", "Juniper", "Keystone", "Lakeside", "Liberty", "Magnolia", "Meridian", "Metro", "Modern",
    "National", "Northern", "Nova", "Omega", "Orchard", "Pacific", "Paramount", "Pinnacle", "Pioneer", "Prime", "Quantum",
    "Redwood", "Ridge", "River", "Royal", "Silver", "Sterling", "Summit", "Sunrise", "Tri-State", "Union", "Valley", "Vertex",
)  # fmt: skip
TRADES = (
    "Advertising", "Analytics", "Associates", "Automotive", "Bearings", "Biosciences", "Builders", "Chemicals", "Cleaning",
    "Communications", "Consulting", "Controls", "Design", "Display", "Electric", "Electronics", "Engineering", "Equipment",
    "Foods", "Freight", "Furniture", "Graphics", "Health", "Holdings", "Hosting", "Industries", "Instruments", "Insurance",
    "Laboratories", "Logistics", "Machinery", "Marketing", "Media", "Motors", "Networks", "Office Supply", "Packaging",
    "Paper", "Partners", "Pharmaceuticals", "Plastics", "Plumbing", "Printing", "Publishing", "Research", "Resources",
    "Security", "Services", "Software", "Solutions", "Steel", "Supply", "Systems", "Technologies", "Telecom", "Textiles",
    "Tools", "Trading", "Transport", "Travel", "Ventures",
)  # fmt: skip
LEGAL_FORMS = {
    "us": ("Inc.", "Corp.", "LLC", "Company", "Co., Inc.", "Corporation", "L.P.", "Incorporated", "& Co.", ""),
    "uk": ("Ltd", "Limited", "PLC", "LLP", "(UK) Ltd"),
    "eu": ("GmbH", "AG", "B.V.", "SARL", "GmbH & Co. KG", "S.A.", "OHG"),
    "my": ("Sdn Bhd", "SDN. BHD.", "Enterprise", "Trading", "(M) Sdn Bhd"),
}
MY_WORDS = (
    "Jaya",
    "Maju",
    "Sinar",
    "Bersatu",
    "Setia",
    "Mewah",
    "Hup Seng",
    "Kim Huat",
    "Sin Lee",
    "Ban Hin",
    "Restu",
    "Indah",
)
MY_TRADES = ("Hardware", "Mart", "Restoran", "Trading", "Stationery", "Bakery", "Machinery", "Gardening", "Electrical", "Pharmacy", "Book Store", "Pasaraya")  # fmt: skip
RU_FORMS = ("ООО", "ООО", "ООО", "ООО", "АО", "ПАО", "ЗАО", "ОАО", "НПО", "ТД")
RU_LONG_FORMS = {
    "ООО": "Общество с ограниченной ответственностью",
    "АО": "Акционерное общество",
    "ПАО": "Публичное акционерное общество",
    "ЗАО": "Закрытое акционерное общество",
    "ОАО": "Открытое акционерное общество",
    "НПО": "Научно-производственное объединение",
    "ТД": "Торговый дом",
}
RU_HEADS = ("Авто", "Агро", "Альфа", "Балт", "Вест", "Гидро", "Дальне", "Евро", "Инвест", "Интер", "Мед", "Мега", "Метал", "Нева", "Пром", "Ростехно", "Сиб", "Спец", "Строй", "Тех", "Транс", "Урал", "Центр", "Эко", "Электро", "Энерго")  # fmt: skip
RU_TAILS = ("альянс", "инвест", "ком", "комплект", "лайн", "маркет", "маш", "монтаж", "опт", "пак", "проект", "ресурс", "сервис", "снаб", "софт", "строй", "торг", "трейд", "холдинг", "экспорт")  # fmt: skip
RU_NAMES = ("Аврора", "Альтаир", "Атлант", "Вектор", "Весна", "Восход", "Гарант", "Гранит", "Диалог", "Заря", "Импульс", "Каскад", "Квадрат", "Континент", "Лидер", "Маяк", "Меркурий", "Мир мебели", "Новый дом", "Орион", "Партнёр", "Перспектива", "Престиж", "Прогресс", "Ритм", "Родник", "Север", "Спектр", "Старт", "Успех", "Фаворит", "Формула", "Эталон", "Юпитер")  # fmt: skip
BANKS_RUS = ("ПАО «Северный Кредит»", "АО «Волгабанк»", "ПАО «Банк Содействие»", "АО КБ «Меридиан»", "ПАО «Русский Капитал»", "ООО КБ «Столица»", "ПАО СБЕРБАНК", "АО «АЛЬФА-БАНК»", "ПАО «БАНК УРАЛСИБ»", "Филиал «Центральный» Банка ВТБ (ПАО)")  # fmt: skip
BANKS = ("First National Bank", "Union Trust Bank", "Commercial Bank of the West", "Barclays Bank PLC", "Lloyds Bank", "Commerzbank AG", "Deutsche Bank", "Sparkasse", "Maybank", "Public Bank Berhad", "Citizens Bank")  # fmt: skip


@dataclass(frozen=True)
class Company:
    """One company; the Russian numbers are empty for foreign ones, and `kpp` for sole traders."""

    name: str
    short_name: str
    address: Address
    phone: str
    email: str
    web: str
    director: Person
    bank: str
    account: str
    tax_id: str
    inn: str = ""
    kpp: str = ""
    ogrn: str = ""
    bik: str = ""
    bank_account: str = ""
    is_sole_trader: bool = False

    @property
    def register(self) -> str:
        """What the number in the state's register is called: `ОГРН`, or a sole trader's `ОГРНИП`."""
        return "ОГРНИП" if self.is_sole_trader else "ОГРН"

    @property
    def inn_kpp(self) -> str:
        """`INN/KPP`, or the INN alone for a sole trader."""
        return f"{self.inn}/{self.kpp}" if self.kpp else self.inn


def latin_name(rng: random.Random, region: str) -> tuple[str, str]:
    """A company's name with its legal form, and the part that people say."""
    if region == "my":
        core = f"{rng.choice(MY_WORDS)} {rng.choice(MY_TRADES)}" if rng.random() < 0.7 else f"{rng.choice(CHINESE_SURNAMES)} Brothers {rng.choice(MY_TRADES)}"  # fmt: skip
        return f"{core} {rng.choice(LEGAL_FORMS['my'])}", core
    surnames = LATIN_NAMES[region][2]
    core = rng.choice(
        (
            f"{rng.choice(STEMS)} {rng.choice(TRADES)}",
            f"{rng.choice(STEMS)} {rng.choice(TRADES)}",
            f"{rng.choice(surnames)} & {rng.choice(surnames)}",
            f"{rng.choice(surnames)} {rng.choice(TRADES)}",
            f"{rng.choice(surnames)}, {rng.choice(surnames)} & {rng.choice(surnames)}",
        )
    )
    return f"{core} {rng.choice(LEGAL_FORMS[region])}".strip(), core


def latin_company(rng: random.Random, region: str) -> Company:
    """A company from the United States, Britain, the continent or Malaysia."""
    name, short = latin_name(rng, region)
    host = "".join(c for c in short.lower() if c.isascii() and c.isalnum()) or "office"
    host = f"{host[:18]}.{ {'us': 'com', 'uk': 'co.uk', 'eu': 'de', 'my': 'com.my'}[region] }"
    country = {"uk": "GB", "eu": rng.choice(("DE", "NL", "FR", "AT"))}.get(region, "DE")
    tax = {
        "us": f"{rng.randint(10, 98)}-{identifiers.digits(rng, 7)}",
        "uk": f"GB{identifiers.digits(rng, 9)}",
        "eu": f"{country}{identifiers.digits(rng, 9)}",
        "my": f"00{identifiers.digits(rng, 10)}",
    }[region]
    number = identifiers.iban(rng, country) if region in {"uk", "eu"} else identifiers.digits(rng, 10)
    return Company(
        name=name,
        short_name=short,
        address=places.ADDRESSES[region](rng),
        phone=places.phone(rng, region),
        email=f"{rng.choice(('info', 'accounts', 'sales', 'office', 'billing'))}@{host}",
        web=f"www.{host}",
        director=latin_person(rng, region),
        bank=rng.choice(BANKS),
        account=number,
        tax_id=tax,
        bik=f"{''.join(rng.choice('ABCDEFGHKLMNOPRS') for _ in range(4))}{country}{rng.choice(('2L', 'FF', 'HH'))}",
    )


def russian_core(rng: random.Random) -> str:
    """The part of a Russian company's name between the quotes."""
    if rng.random() < 0.5:
        return rng.choice(RU_NAMES)
    return rng.choice(RU_HEADS) + rng.choice(RU_TAILS)


def russian_company(rng: random.Random) -> Company:
    """A Russian organisation or sole trader with tax numbers and a bank account whose check digits are right."""
    director = russian_person(rng)
    is_sole_trader = rng.random() < 0.15
    form, core = rng.choice(RU_FORMS), russian_core(rng)
    short = f"ИП {director.russian()}" if is_sole_trader else f"{form} «{core}»"
    name = (
        f"Индивидуальный предприниматель {director.russian()}" if is_sole_trader else f"{RU_LONG_FORMS[form]} «{core}»"
    )
    inn = identifiers.inn_of_person(rng) if is_sole_trader else identifiers.inn_of_company(rng)
    bank_id = identifiers.bik(rng)
    host = rng.choice(("mail", "office", "info", "zakaz", "buh"))
    domain = f"{rng.choice(('vektor', 'start', 'region', 'torg', 'stroy', 'centr', 'trade'))}{rng.randint(1, 99)}.ru"
    return Company(
        name=name,
        short_name=short,
        address=places.ru_address(rng),
        phone=places.phone(rng, "ru"),
        email=f"{host}@{domain}",
        web=f"www.{domain}",
        director=director,
        bank=f"{rng.choice(BANKS_RUS)}, г. {rng.choice(places.RU_CITIES)}",
        account=identifiers.account(rng, bank_id, balance="40802" if is_sole_trader else "40702"),
        tax_id=inn,
        inn=inn,
        kpp="" if is_sole_trader else identifiers.kpp(rng, inn),
        ogrn=identifiers.ogrnip(rng) if is_sole_trader else identifiers.ogrn(rng),
        bik=bank_id,
        bank_account=identifiers.correspondent_account(bank_id),
        is_sole_trader=is_sole_trader,
    )
