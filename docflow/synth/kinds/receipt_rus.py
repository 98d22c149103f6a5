"""Receipts in Russian: cash registers' fiscal receipts, sales forms, card slips."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from docflow.synth.companies import Company
from docflow.synth.kinds import goods
from docflow.synth.kinds.basket import Basket, fill_basket
from docflow.synth.kinds.prose import sheet_of_paper
from docflow.synth.kinds.spec import Sheet
from docflow.synth.kinds.tape import Tape
from docflow.synth.money import roubles_in_words
from docflow.synth.values import Values

THANKS = ("СПАСИБО ЗА ПОКУПКУ!", "Спасибо! Ждём вас снова", "СОХРАНЯЙТЕ ЧЕК", "Приятного аппетита!", "Обмен и возврат в течение 14 дней при наличии чека", "Сайт ФНС: www.nalog.gov.ru")  # fmt: skip


def _head(tape: Tape, shop: Company) -> str:
    """Whose receipt it is; returns the shop's name as it was printed."""
    values = tape.values
    name = shop.short_name.upper() if values.chance(0.5) else shop.short_name
    tape.center(name, bold=values.chance(0.5))
    tape.center(shop.address.one_line)
    if values.chance(0.6):
        tape.center(f"Место расчётов: {values.choice('магазин', 'торговый зал', 'касса № 2', 'кафе', 'АЗС')}")
    tape.center(f"ИНН {shop.inn}")
    tape.center(
        values.choice("КАССОВЫЙ ЧЕК", "Кассовый чек", "КАССОВЫЙ ЧЕК / ПРИХОД", "ПРИХОД", "ЧЕК ПРОДАЖИ"), bold=True
    )
    return name


def _when(tape: Tape) -> str:
    values = tape.values
    date = values.short_date(values.day())
    tape.pair(date, values.time())
    tape.left(
        values.choice(
            f"Кассир: {values.draw('person_short')}",
            f"КАССИР {values.draw('person_short').upper()}",
            f"Оператор: {values.draw('person_short')}",
        )
    )
    tape.left(
        values.choice(
            f"Смена № {values.draw('nn')}  Чек № {values.draw('nn')}",
            f"Док. {values.digits(5)} Смена {values.draw('nn')}",
        )
    )
    tape.rule()
    return date


def _lines(tape: Tape, basket: Basket) -> None:
    values, plain = tape.values, tape.values.style.plain
    style = values.rng.randrange(3)
    for number, line in enumerate(basket.lines, 1):
        quantity = f"{line.quantity.normalize():f}"
        if style == 0:
            tape.left(f"{number}. {line.name}")
            tape.pair(f"   {plain(line.price)} x {quantity}", f"={plain(line.amount)}")
        elif style == 1:
            tape.pair(f"{line.name} {quantity}*{plain(line.price)}", f"≡{plain(line.amount)}")
        else:
            tape.left(line.name)
            tape.pair(f"{quantity} {values.choice('шт', 'шт.', 'X')} {plain(line.price)}", plain(line.amount))
        if values.chance(0.2):
            rate = f"НДС {basket.rate}%" if basket.rate else "БЕЗ НДС"
            tape.left(values.choice(rate, rate, rate, "ТОВАР  ПОЛНЫЙ РАСЧЁТ"))


def _totals(tape: Tape, basket: Basket) -> None:
    values, plain = tape.values, tape.values.style.plain
    tape.rule()
    tape.pair(values.choice("ИТОГ", "ИТОГО", "ИТОГО К ОПЛАТЕ", "Итого:"), f"={plain(basket.total)}", bold=True)
    if values.chance(0.5):
        paid = basket.total + Decimal(100) - basket.total % 100
        tape.pair("НАЛИЧНЫМИ", plain(paid))
        tape.pair("СДАЧА", plain(paid - basket.total))
    else:
        tape.pair(values.choice("БЕЗНАЛИЧНЫМИ", "ЭЛЕКТРОННЫМИ", "Карта"), plain(basket.total))
    if basket.rate:
        tape.pair(f"{values.choice('СУММА НДС', 'в т.ч. НДС', 'НДС')} {basket.rate}%", plain(basket.tax))
        tape.left(values.choice("СНО: ОСН", "СНО: ОСН", "Применяемая СНО: ОСН"))
    else:
        tape.pair(values.choice("СУММА БЕЗ НДС", "БЕЗ НДС", "НДС НЕ ОБЛАГАЕТСЯ"), plain(basket.total))
        tape.left(values.choice("СНО: УСН доход", "СНО: УСН доход", "Применяемая СНО: УСН доход - расход"))


def _fiscal(tape: Tape) -> None:
    values = tape.values
    tape.pair("ЗН ККТ", values.digits(14))
    tape.pair("РН ККТ", values.digits(16))
    tape.pair(values.choice("ФН №", "ФН"), values.digits(16))
    tape.pair(values.choice("ФД №", "ФД"), values.digits(5))
    tape.pair(values.choice("ФП", "ФПД", "ФП:"), values.digits(10))
    tape.code(square=True)


def _close(tape: Tape) -> None:
    for text in tape.values.rng.sample(THANKS, tape.values.rng.randint(1, 2)):
        tape.center(text)


def _fields(company: str, shop: Company, date: str, basket: Basket, values: Values) -> dict[str, str]:
    return {"company": company, "date": date, "total": values.style.plain(basket.total), "inn": shop.inn}


def _basket(
    values: Values,
    shop: Company,
    names: tuple[str, ...],
    *,
    lines: tuple[int, int],
    prices: tuple[int, int],
    rates: tuple[int, ...] = (20, 10),
) -> Basket:
    """What was bought: with VAT at an organisation, without it at a sole trader, who pays the simplified tax (УСН)."""
    basket = fill_basket(values, names, lines=lines, prices=prices, rates=rates, tax_included=True)
    return replace(basket, rate=0) if shop.is_sole_trader else basket


def _till(values: Values, names: tuple[str, ...], *, lines: tuple[int, int], prices: tuple[int, int]) -> Sheet:
    shop = values.company()
    basket = _basket(values, shop, names, lines=lines, prices=prices)
    tape = Tape(values)
    company = _head(tape, shop)
    date = _when(tape)
    _lines(tape, basket)
    _totals(tape, basket)
    _fiscal(tape)
    _close(tape)
    return Sheet(tape.done(), _fields(company, shop, date, basket, values))


def cash_register(values: Values) -> Sheet:
    """A grocery's fiscal receipt."""
    return _till(values, goods.GROCERIES_RUS, lines=(1, 18), prices=(20, 600))


def shop_till(values: Values) -> Sheet:
    """A hardware or stationery shop's fiscal receipt."""
    return _till(values, goods.HOUSEHOLD_RUS, lines=(1, 9), prices=(15, 3000))


def restaurant_bill_rus(values: Values) -> Sheet:
    """A restaurant's bill: a table, a waiter, dishes."""
    shop = values.company()
    basket = _basket(values, shop, goods.DISHES_RUS, lines=(1, 10), prices=(90, 1500), rates=(20,))
    tape = Tape(values)
    tape.center(
        f"{values.choice('Ресторан', 'Кафе', 'Столовая', 'Бар')} «{values.rng.choice(('Уют', 'Огонёк', 'Прага', 'Очаг', 'Волна'))}»",
        bold=True,
    )
    company = _head(tape, shop)
    tape.left(f"Стол: {values.draw('n')}   Гостей: {values.draw('n')}   Официант: {values.draw('person_short')}")
    date = _when(tape)
    _lines(tape, basket)
    _totals(tape, basket)
    tape.center(values.choice("Вознаграждение официанту приветствуется", "Предварительный счёт", "Чаевые по желанию"))
    _close(tape)
    return Sheet(tape.done(), _fields(company, shop, date, basket, values))


def fuel_station(values: Values) -> Sheet:
    """Fuel by the litre."""
    return _till(
        values,
        ("Бензин АИ-92", "Бензин АИ-95", "ДТ летнее", "АИ-100", "Кофе", "Омыватель 5л"),
        lines=(1, 2),
        prices=(45, 70),
    )


def sales_form(values: Values) -> Sheet:
    """Товарный чек: a paper form with a table, a sum in words, a seller's signature."""
    shop = values.company()
    basket = fill_basket(values, goods.HOUSEHOLD_RUS, lines=(1, 8), prices=(30, 4000), rates=(0,), tax_included=True)
    plain = values.style.plain
    flow = sheet_of_paper(values)
    date = values.short_date(values.day())
    flow.paragraph(f"{shop.short_name}, ИНН {shop.inn}")
    flow.paragraph(shop.address.one_line)
    flow.heading(
        f"{values.choice('ТОВАРНЫЙ ЧЕК', 'Товарный чек', 'КВИТАНЦИЯ', 'БЛАНК СТРОГОЙ ОТЧЁТНОСТИ')} № {values.draw('nn')} от {date}",
        align="center",
    )
    rows = [
        (str(n), line.name, f"{line.quantity:f}", plain(line.price), plain(line.amount))
        for n, line in enumerate(basket.lines, 1)
    ]
    flow.table(rows=[("№", "Наименование товара", "Кол-во", "Цена", "Сумма"), *rows])
    flow.paragraph(
        f"{values.choice('Итого', 'Всего', 'Всего отпущено на сумму')}: {plain(basket.total)}", align="right", bold=True
    )
    flow.paragraph(f"Сумма прописью: {roubles_in_words(basket.total)}")
    flow.paragraph(f"Продавец ____________ {values.draw('person_short')}   М.П.")
    return Sheet(flow.done(), _fields(shop.short_name, shop, date, basket, values))


def card_slip_rus(values: Values) -> Sheet:
    """What the card machine prints."""
    shop = values.company()
    total = values.amount(50, 9000)
    tape = Tape(values, font="mono")
    tape.center(shop.short_name)
    tape.center(shop.address.one_line)
    date = values.short_date(values.day())
    for name, value in (
        ("ЧЕК", values.digits(4)), ("Дата", date), ("Время", values.time()), ("Терминал", values.digits(8)), ("Мерчант", values.digits(12)),
        ("Карта", f"************{values.digits(4)}"), ("Код авторизации", values.digits(6)), ("RRN", values.digits(12)),
    ):  # fmt: skip
        tape.pair(name, value)
    tape.center(values.choice("ОПЛАТА", "Оплата покупки", "ПОКУПКА"), bold=True)
    tape.pair("СУММА (Руб):", values.style.plain(total), bold=True)
    tape.pair("Комиссия:", "0.00")
    tape.center(values.choice("ОДОБРЕНО", "ВВЕДЁН ПИН-КОД. ПОДПИСЬ НЕ ТРЕБУЕТСЯ", "Подпись клиента ________"))
    _close(tape)
    return Sheet(tape.done(), {"company": shop.short_name, "date": date, "total": values.style.plain(total)})


def online_receipt(values: Values) -> Sheet:
    """A fiscal receipt that came by mail, printed on a sheet of paper."""
    shop = values.company()
    basket = _basket(values, shop, goods.GROCERIES_RUS + goods.HOUSEHOLD_RUS, lines=(1, 10), prices=(30, 2000))
    tape = Tape(values, font="sans", width=420.0)
    tape.size = 10.0
    company = _head(tape, shop)
    date = _when(tape)
    _lines(tape, basket)
    _totals(tape, basket)
    tape.left(
        f"Эл. адр. покупателя: {shop.email}   Адр. отправителя: noreply@{values.choice('ofd', 'check', 'kassa')}.ru"
    )
    _fiscal(tape)
    return Sheet(tape.done(), _fields(company, shop, date, basket, values))
