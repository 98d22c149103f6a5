"""Russian bills: счёт на оплату, счёт-фактура, УПД, ТОРГ-12, close to the forms that the law names.

Titles of columns and references are those of Government Decree 1137 (счёт-фактура), of the tax service's letter
ММВ-20-3/96@ (УПД) and of Goskomstat's Decree 132 (ТОРГ-12).
"""

from __future__ import annotations

import datetime

from docflow.synth.companies import Company
from docflow.synth.flow import Flow
from docflow.synth.kinds import goods
from docflow.synth.kinds.basket import Basket, BasketLine, fill_basket
from docflow.synth.kinds.prose import lines, sheet_of_paper
from docflow.synth.kinds.spec import Sheet
from docflow.synth.money import roubles_in_words, tax_on
from docflow.synth.values import Values

UNITS = ("шт", "кг", "м", "упак", "усл.", "мес.", "час", "л", "т")
CODES = {
    "шт": "796",
    "кг": "166",
    "м": "006",
    "упак": "778",
    "усл.": "876",
    "мес.": "362",
    "час": "356",
    "л": "112",
    "т": "168",
}
CONDITIONS = (
    "Оплата данного счета означает согласие с условиями поставки товара.", "Уведомление об оплате обязательно, в противном случае не гарантируется наличие товара на складе.",
    "Товар отпускается по факту прихода денег на р/с Поставщика, самовывозом, при наличии доверенности и паспорта.", "Счёт действителен в течение 5 банковских дней.",
    "Внимание! Назначение платежа указывать точно, с номером и датой счёта.", "Счет действителен до {day}.", "При оплате обязательна ссылка на номер счёта.",
)  # fmt: skip


def _title(values: Values, name: str) -> tuple[str, str, str, datetime.date]:
    """The title with its number and date, both as they stand in it, and the day."""
    number, day = values.draw("number"), values.day()
    date = values.long_date(day)
    return f"{name} № {number} от {date}", number, date, day


def _line_of(company: Company) -> str:
    return f"{company.short_name}, {_numbers_of(company, ', ')}, {company.address.one_line}, тел.: {company.phone}"


def _numbers_of(company: Company, between: str) -> str:
    """The INN, and the KPP that a sole trader has not."""
    return f"ИНН {company.inn}{between}КПП {company.kpp}" if company.kpp else f"ИНН {company.inn}"


def _bank(flow: Flow, seller: Company) -> None:
    """The table of bank requisites above a bill."""
    wide = flow.right - flow.left
    flow.table(
        rows=[
            (seller.bank, "БИК", seller.bik),
            ("Банк получателя", "Сч. №", seller.bank_account),
            (_numbers_of(seller, "   "), "Сч. №", seller.account),
            (seller.short_name, "", ""),
            ("Получатель", "", ""),
        ],
        columns=[wide * 0.58, wide * 0.1, wide * 0.32],
        header=False,
    )


def _basket(values: Values, names: tuple[str, ...], *, count: tuple[int, int], included: bool) -> Basket:
    return fill_basket(
        values, names, lines=count, prices=(50, 40_000), rates=(20, 20, 10, 0), tax_included=included, units=UNITS
    )


def _rows(values: Values, basket: Basket) -> list[tuple[str, ...]]:
    plain = values.style.plain
    return [
        (str(n), line.name, f"{line.quantity:f}", line.unit, plain(line.price), plain(line.amount))
        for n, line in enumerate(basket.lines, 1)
    ]


def _sums(flow: Flow, values: Values, basket: Basket) -> str:
    plain = values.style.plain
    tax = (
        f"{values.choice('В том числе НДС', 'в т.ч. НДС', 'Сумма НДС')} {basket.rate}%: {plain(basket.tax)}"
        if basket.rate
        else values.choice("Без налога (НДС)", "НДС не облагается", "Без НДС")
    )
    for text in (
        f"Итого: {plain(basket.lines_total)}",
        tax,
        f"{values.choice('Всего к оплате', 'Итого с НДС', 'Всего')}: {plain(basket.total)}",
    ):
        flow.paragraph(text, align="right", bold=True)
    flow.paragraph(f"Всего наименований {len(basket.lines)}, на сумму {values.style.full(basket.total)}")
    flow.paragraph(roubles_in_words(basket.total), bold=True)
    return plain(basket.total)


def _signed(
    flow: Flow, values: Values, seller: Company, *, names: tuple[str, ...] = ("Руководитель", "Главный бухгалтер")
) -> None:
    flow.space(14)
    for name in names:
        flow.paragraph(
            f"{name} ______________ {seller.director.short if name.startswith('Руковод') else values.draw('person_short')}"
        )
    if values.chance(0.6):
        flow.builder.stamp(flow.left + 120, flow.y + 10, [seller.short_name, "М.П."], radius=45)
        flow.space(50)


def _fields(number: str, date: str, seller: Company, buyer: Company, total: str) -> dict[str, str]:
    return {
        "number": number,
        "date": date,
        "seller": seller.short_name,
        "buyer": buyer.short_name,
        "inn": seller.inn,
        "total": total,
    }


def _filled(values: Values, condition: str, day: datetime.date) -> str:
    return condition.replace("{day}", values.short_date(values.day_from(day, 3, 30)))


def _agreed(values: Values, day: datetime.date) -> str:
    """When the contract was made that a paper of this day rests on."""
    return values.long_date(values.day_before(day))


def _bill(values: Values, names: tuple[str, ...], *, wide: bool) -> Sheet:
    seller, buyer = values.company(), values.company()
    basket = _basket(values, names, count=(1, 9), included=True)
    flow = sheet_of_paper(values, font=values.rng.choice(("sans", "sans", "serif")))
    title, number, date, day = _title(
        values, values.choice("Счет на оплату", "Счёт на оплату", "СЧЕТ", "СЧЁТ НА ОПЛАТУ")
    )
    if values.chance(0.5):
        lines(flow, [_filled(values, text, day) for text in values.rng.sample(CONDITIONS, 2)])
    if wide:
        _bank(flow, seller)
    else:
        lines(
            flow,
            [
                f"Поставщик: {seller.short_name}",
                f"Р/с {seller.account} в {seller.bank}, БИК {seller.bik}, к/с {seller.bank_account}",
            ],
        )
    flow.heading(title, size=flow.size * 1.4)
    lines(
        flow,
        [
            f"{values.choice('Поставщик', 'Исполнитель', 'Поставщик (Исполнитель)')}: {_line_of(seller)}",
            f"{values.choice('Покупатель', 'Заказчик', 'Плательщик', 'Покупатель (Заказчик)')}: {_line_of(buyer)}",
        ],
    )
    if values.chance(0.5):
        lines(flow, [f"Основание: договор № {values.draw('number')} от {_agreed(values, day)}"])
    names_of_columns = (
        "№",
        values.choice("Товары (работы, услуги)", "Наименование товара", "Наименование"),
        values.choice("Кол-во", "Количество"),
        "Ед.",
        "Цена",
        "Сумма",
    )
    width = flow.right - flow.left
    flow.table(
        rows=[names_of_columns, *_rows(values, basket)],
        columns=[width * s for s in (0.06, 0.42, 0.12, 0.1, 0.14, 0.16)],
    )
    total = _sums(flow, values, basket)
    _signed(flow, values, seller)
    return Sheet(flow.done(), _fields(number, date, seller, buyer, total))


def invoice_for_payment(values: Values) -> Sheet:
    """Счёт на оплату for goods, with the bank's table above."""
    return _bill(values, goods.WARES_RUS, wide=True)


def invoice_for_services(values: Values) -> Sheet:
    """Счёт на оплату for services."""
    return _bill(values, goods.SERVICES_RUS, wide=values.chance(0.7))


def short_bill(values: Values) -> Sheet:
    """A bill with requisites in running lines."""
    return _bill(values, goods.WARES_RUS + goods.SERVICES_RUS, wide=False)


def _landscape(values: Values, *, size: float) -> Flow:
    return Flow(
        width=842,
        height=595,
        margin=values.rng.uniform(24, 40),
        family=values.family,
        font=values.rng.choice(("sans", "serif")),
        size=size,
    )


def _vat_rows(values: Values, basket: Basket) -> list[tuple[str, ...]]:
    plain = values.style.plain
    rows: list[tuple[str, ...]] = []
    for n, line in enumerate(basket.lines, 1):
        tax = tax_on(line.amount, basket.rate)
        country = values.choice("–", "Россия", "Китай")
        rows.append(
            (
                str(n),
                line.name,
                CODES[line.unit],
                line.unit,
                f"{line.quantity:f}",
                plain(line.price),
                plain(line.amount),
                "без акциза",
                f"{basket.rate}%" if basket.rate else "без НДС",
                plain(tax),
                plain(line.amount + tax),
                country,
            )
        )
    return rows


VAT_COLUMNS = (
    "№ п/п", "Наименование товара (описание выполненных работ, оказанных услуг), имущественного права", "Код", "Единица измерения", "Количество (объём)", "Цена (тариф) за единицу измерения",
    "Стоимость товаров (работ, услуг), имущественных прав без налога - всего", "В том числе сумма акциза", "Налоговая ставка", "Сумма налога, предъявляемая покупателю",
    "Стоимость товаров (работ, услуг), имущественных прав с налогом - всего", "Страна происхождения товара",
)  # fmt: skip


def _rounded_by_line(basket: Basket) -> Basket:
    """The basket with the tax that its lines' rounded taxes add up to, as the form demands."""
    if sum((tax_on(line.amount, basket.rate) for line in basket.lines), start=basket.tax * 0) == basket.tax:
        return basket
    whole = tuple(
        BasketLine(line.name, line.quantity, line.unit, line.price.to_integral_value() + 1, line.code)
        for line in basket.lines
    )
    return Basket(whole, basket.rate, basket.tax_included)


def _vat_document(values: Values, *, universal: bool) -> Sheet:
    seller, buyer = values.company(), values.company()
    basket = _rounded_by_line(_basket(values, goods.WARES_RUS + goods.SERVICES_RUS, count=(1, 6), included=False))
    plain = values.style.plain
    flow = _landscape(values, size=values.rng.uniform(7, 9))
    title, number, date, day = _title(values, values.choice("Счет-фактура", "СЧЕТ-ФАКТУРА", "Счёт-фактура"))
    if universal:
        lines(
            flow,
            [
                "Универсальный передаточный документ",
                f"Статус: {values.choice('1', '2')}   1 – счет-фактура и передаточный документ (акт)  2 – передаточный документ (акт)",
            ],
        )
    flow.paragraph(
        "Приложение № 1 к постановлению Правительства Российской Федерации от 26 декабря 2011 г. № 1137",
        align="right",
        size=6,
    )
    flow.heading(title)
    lines(
        flow,
        [
            "Исправление № -- от --", f"Продавец: {seller.short_name}", f"Адрес: {seller.address.one_line}", f"ИНН/КПП продавца: {seller.inn_kpp}",
            f"Грузоотправитель и его адрес: {values.choice('он же', '--', seller.address.one_line)}", f"Грузополучатель и его адрес: {buyer.short_name}, {buyer.address.one_line}",
            "К платёжно-расчётному документу № -- от --", f"Покупатель: {buyer.short_name}", f"Адрес: {buyer.address.one_line}", f"ИНН/КПП покупателя: {buyer.inn_kpp}",
            "Валюта: наименование, код Российский рубль, 643", "Идентификатор государственного контракта, договора (соглашения) (при наличии): --",
        ],
    )  # fmt: skip
    total = (
        "",
        "Всего к оплате",
        "",
        "",
        "",
        "",
        plain(basket.net),
        "X",
        "X",
        plain(basket.tax),
        plain(basket.total),
        "",
    )
    width = flow.right - flow.left
    shares = (0.03, 0.22, 0.04, 0.05, 0.06, 0.08, 0.11, 0.07, 0.06, 0.09, 0.11, 0.08)
    flow.table(rows=[VAT_COLUMNS, *_vat_rows(values, basket), total], columns=[width * s for s in shares], padding=1.5)
    _signed(
        flow,
        values,
        seller,
        names=(
            "Руководитель организации или иное уполномоченное лицо",
            "Главный бухгалтер или иное уполномоченное лицо",
        ),
    )
    if universal:
        flow.paragraph(
            f"Основание передачи (сдачи) / получения (приёмки): договор № {values.draw('number')} от {_agreed(values, day)}"
        )
        flow.two_columns(
            [
                "Товар (груз) передал / услуги, результаты работ, права сдал",
                "Дата отгрузки, передачи (сдачи) ____________",
                "Ответственный за правильность оформления факта хозяйственной жизни",
            ],
            [
                "Товар (груз) получил / услуги, результаты работ, права принял",
                "Дата получения (приёмки) ____________",
                "Наименование экономического субъекта – составителя документа",
            ],
        )
    return Sheet(flow.done(), _fields(number, date, seller, buyer, plain(basket.total)))


def vat_invoice(values: Values) -> Sheet:
    """Счёт-фактура."""
    return _vat_document(values, universal=False)


def universal_document(values: Values) -> Sheet:
    """УПД: a счёт-фактура that is also the act of transfer."""
    return _vat_document(values, universal=True)


def consignment_note(values: Values) -> Sheet:
    """ТОРГ-12, the consignment note."""
    seller, buyer = values.company(), values.company()
    basket = _rounded_by_line(_basket(values, goods.WARES_RUS, count=(1, 7), included=False))
    plain = values.style.plain
    flow = _landscape(values, size=values.rng.uniform(7, 9))
    number, day = values.draw("number"), values.day()
    date = values.short_date(day)
    flow.paragraph(
        "Унифицированная форма № ТОРГ-12. Утверждена постановлением Госкомстата России от 25.12.98 № 132",
        align="right",
        size=6,
    )
    lines(
        flow,
        [
            "Форма по ОКУД 0330212   по ОКПО",
            f"Грузоотправитель: {_line_of(seller)}, р/с {seller.account}, БИК {seller.bik}",
            f"Грузополучатель: {_line_of(buyer)}",
            f"Поставщик: {_line_of(seller)}",
            f"Плательщик: {_line_of(buyer)}",
            f"Основание: {values.choice('договор', 'счёт', 'заказ')} № {values.draw('number')}",
        ],
    )
    flow.heading(f"ТОВАРНАЯ НАКЛАДНАЯ   Номер документа {number}   Дата составления {date}", align="center")
    names = (
        "Номер по порядку",
        "Товар: наименование, характеристика, сорт, артикул",
        "Код",
        "Единица измерения",
        "Код по ОКЕИ",
        "Вид упаковки",
        "Количество (масса нетто)",
        "Цена, руб. коп.",
        "Сумма без учёта НДС, руб. коп.",
        "НДС ставка, %",
        "НДС сумма, руб. коп.",
        "Сумма с учётом НДС, руб. коп.",
    )
    rows = [
        (n, name, values.digits(5), unit, code, "", quantity, price, amount, rate, tax, gross)
        for n, name, code, unit, quantity, price, amount, _, rate, tax, gross, _ in _vat_rows(values, basket)
    ]
    width = flow.right - flow.left
    shares = (0.05, 0.22, 0.06, 0.07, 0.05, 0.06, 0.08, 0.08, 0.1, 0.06, 0.08, 0.09)
    total = (
        "",
        "Всего по накладной",
        "",
        "",
        "",
        "",
        "",
        "X",
        plain(basket.net),
        "X",
        plain(basket.tax),
        plain(basket.total),
    )
    flow.table(rows=[names, *rows, total], columns=[width * s for s in shares], padding=1.5)
    lines(
        flow,
        [
            f"Товарная накладная имеет приложение на ___ листах и содержит {len(basket.lines)} порядковых номеров записей",
            f"Всего отпущено на сумму {roubles_in_words(basket.total)}",
        ],
    )
    flow.two_columns(
        [
            f"Отпуск груза разрешил: {'ИП' if seller.is_sole_trader else 'директор'} ________ {seller.director.short}",
            "Главный (старший) бухгалтер ________",
            "Отпуск груза произвёл ________   М.П.",
        ],
        [
            f"По доверенности № {values.draw('number')} от {values.short_date(values.day_before(day))}",
            f"Груз принял ________ {values.draw('person_short')}",
            "Груз получил грузополучатель ________   М.П.",
        ],
    )
    return Sheet(flow.done(), _fields(number, date, seller, buyer, plain(basket.total)))
