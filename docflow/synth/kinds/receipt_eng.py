"""Receipts in English: Malaysian, British and American tills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from docflow.synth.companies import Company
from docflow.synth.kinds import goods
from docflow.synth.kinds.basket import Basket, fill_basket
from docflow.synth.kinds.prose import sheet_of_paper
from docflow.synth.kinds.spec import Sheet
from docflow.synth.kinds.tape import Tape
from docflow.synth.money import to_five_cents
from docflow.synth.values import Values

TITLES = (
    "TAX INVOICE",
    "RECEIPT",
    "INVOICE",
    "CASH BILL",
    "SALES RECEIPT",
    "CASH SALES",
    "OFFICIAL RECEIPT",
    "SIMPLIFIED TAX INVOICE",
    "",
)
THANKS = (
    "THANK YOU, PLEASE COME AGAIN", "Thank you for shopping with us", "THANK YOU AND HAVE A NICE DAY", "Thank You! See you soon",
    "GOODS SOLD CANNOT BE RETURNED OR REFUNDED", "Goods may be exchanged within 7 days with this receipt", "*** THANK YOU ***",
    "No exchange without original receipt", "Please keep your receipt as proof of purchase", "Items sold are neither returnable nor refundable",
    "We value your feedback: tell us how we did", "Customer copy", "This is a computer generated receipt, no signature is required",
)  # fmt: skip
TAX_NAME = {"my": ("GST", "SST", "SR"), "uk": ("VAT",), "us": ("TAX", "Sales Tax")}
TAX_WORD = {"my": "GST", "uk": "VAT", "us": "Sales Tax"}
"""What a total says that it includes or excludes."""


def _shop(values: Values) -> tuple[Values, Company]:
    """Malaysian shops more often than others, as public sets of receipts have it."""
    there = values.at(values.rng.choice(("my", "my", "my", "us", "uk")))
    return there, there.company()


def _head(tape: Tape, shop: Company, *, title: bool = True) -> str:
    """Whose receipt it is; returns the shop's name as it was printed."""
    values = tape.values
    name = values.rng.choice((shop.name.upper(), shop.name))
    tape.center(
        name,
        bold=values.chance(0.6),
        scale=values.rng.choice((1.0, 1.2, 1.5)),
    )
    if values.region == "my":
        tape.center(
            values.choice(
                f"({values.digits(6)}-{values.choice('A', 'K', 'T', 'X')})",
                f"CO. REG NO: {values.digits(7)}-V",
                f"(CO NO: {values.digits(6)}-H)",
            )
        )
    for line in shop.address.lines:
        tape.center(line.upper() if values.chance(0.6) else line)
    if values.chance(0.8):
        tape.center(
            f"{values.choice('TEL', 'Tel', 'Phone', 'TEL NO')}: {shop.phone}{values.choice('', f'  FAX: {values.phone()}')}"
        )
    if values.region != "us" and values.chance(0.7):
        tape.center(
            f"{'GST' if values.region == 'my' else 'VAT'} {values.choice('ID', 'NO', 'REG NO', 'Reg. No.')}: {shop.tax_id}"
        )
    if title and (text := values.rng.choice(TITLES)):
        tape.gap(0.5)
        tape.center(text, bold=True)
    return name


def _when(tape: Tape) -> str:
    """Number, date, till and cashier; returns the date as it was printed."""
    values = tape.values
    date = values.short_date(values.day())
    told = [
        f"{values.choice('Receipt No', 'Invoice No', 'BILL NO', 'Doc No.', 'TRANS', 'Check #', 'Ref')}: {values.draw('code')}{values.digits(4)}",
        f"{values.choice('Date', 'DATE', 'Date/Time')}: {date} {values.time()}",
        f"{values.choice('Cashier', 'CASHIER', 'Served by', 'Staff', 'User')}: {values.draw('first').upper()}",
    ]
    if values.chance(0.5):
        told.append(
            values.choice(
                f"Till: {values.draw('n')}",
                f"POS {values.draw('n')}  SLIP {values.digits(5)}",
                "Member: -",
                "Sales Person:",
                f"Table: {values.draw('n')}",
            )
        )
    values.rng.shuffle(told)
    tape.rule()
    for line in told:
        tape.left(line)
    tape.rule()
    return date


def _lines(tape: Tape, basket: Basket) -> None:
    values, plain = tape.values, tape.values.style.plain
    style = values.rng.randrange(4)
    if style:
        tape.pair(
            values.choice("ITEM", "Description", "QTY  ITEM", "DESC/ITEM", "Item  Qty  S/Price"),
            values.choice("AMOUNT", "Amount", "TOTAL", "RM", "S/Total"),
        )
    tax_mark = values.choice("", " SR", " S", " Z", "*")
    for line in basket.lines:
        quantity = f"{line.quantity.normalize():f}"
        if style == 0:
            tape.left(f"{line.code} {line.name}")
            tape.pair(f"  {quantity} x {plain(line.price)}", f"{plain(line.amount)}{tax_mark}")
        elif style == 1:
            tape.pair(f"{quantity} {line.name}", plain(line.amount))
        elif style == 2:
            tape.left(line.name)
            tape.pair(f"{line.code}  {quantity} @ {plain(line.price)}", plain(line.amount))
        else:
            tape.pair(
                f"{line.name} {quantity}{values.choice('PC', 'EA', '', ' UNIT')} {plain(line.price)}",
                f"{plain(line.amount)}{tax_mark}",
            )


def _totals(tape: Tape, basket: Basket, *, service: Decimal = Decimal(0)) -> Decimal:
    """Sums, rounding, cash or card and change; returns the total as printed."""
    values, full, plain = tape.values, tape.values.style.full, tape.values.style.plain
    tape.rule()
    if values.chance(0.5):
        tape.left(
            f"{values.choice('Total Qty', 'Item Count', 'No. of items', 'QTY')}: {sum(line.quantity for line in basket.lines)}"
        )
    tax_name = values.rng.choice(TAX_NAME[values.region])
    if basket.rate and (not basket.tax_included or values.chance(0.6)):
        tape.pair(
            values.choice(
                "Sub Total", "SUBTOTAL", f"Total Excl. {tax_name}", f"Total Sales (Excluding {TAX_WORD[values.region]})"
            ),
            plain(basket.net),
        )
        if service:
            tape.pair("Service Charge 10%", plain(service))
        tape.pair(f"{tax_name} {basket.rate}%", plain(basket.tax))
    elif service:
        tape.pair("Svc Chg", plain(service))
    total = basket.total + service
    if values.region == "my":
        rounded = to_five_cents(total)
        tape.pair(values.choice("Rounding", "ROUNDING ADJ", "Rounding Adjustment"), plain(rounded - total))
        total = rounded
    tape.pair(
        values.choice(
            "TOTAL",
            "Total",
            "GRAND TOTAL",
            "TOTAL DUE",
            "Total Amount",
            "NET TOTAL",
            f"Total Incl. {TAX_WORD[values.region]}",
        ),
        full(total),
        bold=True,
    )
    if values.chance(0.65):
        paid = total + values.rng.choice((Decimal(0), Decimal(10) - total % 10, Decimal(50) - total % 50))
        tape.pair(values.choice("CASH", "Cash", "PAID AMOUNT", "Cash Tendered", "TENDER"), plain(paid))
        tape.pair(values.choice("CHANGE", "Change", "CHANGE DUE", "Balance"), plain(paid - total))
    else:
        tape.pair(values.choice("VISA", "MASTERCARD", "DEBIT CARD", "Credit Card", "E-WALLET"), plain(total))
        tape.left(f"{values.choice('CARD NO', 'Acct')}: XXXXXXXXXXXX{values.digits(4)}  APPROVED {values.digits(6)}")
    return total


def _tax_summary(tape: Tape, basket: Basket) -> None:
    values, plain = tape.values, tape.values.style.plain
    name = values.rng.choice(TAX_NAME[values.region])
    tape.rule()
    tape.left(values.choice(f"{name} Summary", f"{name} SUMMARY", f"{name} Analysis"), bold=True)
    tape.pair(
        values.choice("Tax Code  %", "Code", "Rate"),
        f"Amount({values.style.symbol.strip()})  Tax({values.style.symbol.strip()})",
    )
    tape.pair(f"{values.choice('SR', 'S', 'T1', 'A')} @ {basket.rate}%", f"{plain(basket.net)}   {plain(basket.tax)}")
    if values.chance(0.5):
        tape.pair(f"{values.choice('ZRL', 'Z', 'T0')} @ 0%", "0.00   0.00")


def _thanks(tape: Tape) -> None:
    values = tape.values
    tape.gap()
    for text in values.rng.sample(THANKS, values.rng.randint(1, 3)):
        tape.center(text.upper() if values.chance(0.4) else text)
    if values.chance(0.3):
        tape.code(square=values.chance(0.4))


def _fields(company: str, date: str, total: str) -> Mapping[str, str]:
    return {"company": company, "date": date, "total": total}


def _till(
    values: Values,
    names: Sequence[str],
    *,
    lines: tuple[int, int],
    prices: tuple[int, int],
    summary: float,
    service: bool = False,
) -> Sheet:
    there, shop = _shop(values)
    rates = {"my": (6, 6, 0), "uk": (20, 0), "us": (0, 6, 8)}[there.region]
    basket = fill_basket(
        there, names, lines=lines, prices=prices, rates=rates, tax_included=there.region != "us" and there.chance(0.7)
    )
    tape = Tape(there)
    company = _head(tape, shop)
    date = _when(tape)
    _lines(tape, basket)
    charge = (basket.net * Decimal("0.1")).quantize(Decimal("0.01")) if service and there.chance(0.5) else Decimal(0)
    total = _totals(tape, basket, service=charge)
    if basket.rate and there.chance(summary):
        _tax_summary(tape, basket)
    _thanks(tape)
    return Sheet(tape.done(), _fields(company, date, there.style.full(total)))


def supermarket_till(values: Values) -> Sheet:
    """Many cheap things off a supermarket's till."""
    return _till(values, goods.GROCERIES, lines=(2, 22), prices=(1, 30), summary=0.5)


def hardware_counter(values: Values) -> Sheet:
    """A few things from a hardware or stationery shop."""
    names = goods.HARDWARE if values.chance(0.6) else goods.STATIONERY
    return _till(values, names, lines=(1, 8), prices=(2, 90), summary=0.6)


def bill_with_tax_summary(values: Values) -> Sheet:
    """A till's bill that closes with its table of tax."""
    return _till(values, goods.GROCERIES + goods.HARDWARE, lines=(1, 12), prices=(2, 60), summary=1.0)


def restaurant_bill(values: Values) -> Sheet:
    """Dishes, a service charge, a table's number."""
    return _till(values, goods.DISHES, lines=(1, 12), prices=(3, 40), summary=0.5, service=True)


def pharmacy_till(values: Values) -> Sheet:
    """A few things from a pharmacy."""
    return _till(values, goods.PHARMACY, lines=(1, 7), prices=(3, 60), summary=0.3)


def petrol_pump(values: Values) -> Sheet:
    """Fuel by volume and price, from a petrol station."""
    there, shop = _shop(values)
    litres, price = there.amount(5, 60), there.amount(1, 3)
    total = (litres * price).quantize(Decimal("0.01"))
    tape = Tape(there)
    company = _head(tape, shop)
    date = _when(tape)
    tape.left(f"PUMP {there.draw('n')}  {there.choice('RON95', 'UNLEADED', 'DIESEL', 'PREMIUM', 'V-POWER')}")
    tape.pair(f"{litres} {'GAL' if there.region == 'us' else 'LITRE'} X {price}", there.style.plain(total))
    tape.pair("TOTAL FUEL SALE", there.style.full(total), bold=True)
    tape.pair(there.choice("CASH", "FLEET CARD", "VISA"), there.style.plain(total))
    tape.left(f"ODOMETER: {there.digits(6)}   POINTS EARNED: {there.draw('nn')}")
    _thanks(tape)
    return Sheet(tape.done(), _fields(company, date, there.style.full(total)))


def card_slip(values: Values) -> Sheet:
    """What the card machine prints."""
    there, shop = _shop(values)
    total = there.amount(5, 400)
    tape = Tape(there, font="mono")
    company = _head(tape, shop, title=False)
    date = there.short_date(there.day())
    for name, value in (
        ("MERCHANT ID", there.digits(10)), ("TERMINAL ID", there.digits(8)), ("BATCH NO", there.digits(6)), ("DATE", date), ("TIME", there.time()),
        ("CARD", f"**** **** **** {there.digits(4)}"), ("CARD TYPE", there.choice("VISA DEBIT", "MASTERCARD", "AMEX")), ("APPR CODE", there.digits(6)), ("RREF NUM", there.digits(12)),
    ):  # fmt: skip
        tape.pair(name, value)
    tape.center(there.choice("SALE", "PURCHASE", "CONTACTLESS SALE"), bold=True)
    tape.pair(there.choice("TOTAL", "AMOUNT"), there.style.full(total), bold=True)
    tape.center(there.choice("PIN VERIFIED, NO SIGNATURE REQUIRED", "SIGNATURE ____________"))
    tape.center(there.choice("CUSTOMER COPY", "MERCHANT COPY"))
    _thanks(tape)
    return Sheet(tape.done(), _fields(company, date, there.style.full(total)))


def taxi_ride(values: Values) -> Sheet:
    """A taxi, a parking machine, a toll."""
    there, shop = _shop(values)
    fare, extra = there.amount(5, 60), there.amount(0, 9)
    tape = Tape(there)
    tape.center(there.choice("TAXI RECEIPT", "PARKING RECEIPT", "TOLL RECEIPT", "FARE RECEIPT"), bold=True)
    company = _head(tape, shop, title=False)
    date = there.short_date(there.day())
    for name, value in (
        ("Vehicle", there.draw("code")), ("Start", f"{date} {there.time()}"), ("End", there.time()), ("Distance", f"{there.draw('n')}.{there.draw('n')} km"),
        ("Fare", there.style.plain(fare)), (there.choice("Extras", "Toll", "Surcharge"), there.style.plain(extra)),
    ):  # fmt: skip
        tape.pair(name, value)
    tape.pair(there.choice("TOTAL", "TOTAL FARE", "AMOUNT PAID"), there.style.full(fare + extra), bold=True)
    _thanks(tape)
    return Sheet(tape.done(), _fields(company, date, there.style.full(fare + extra)))


def handwritten_form(values: Values) -> Sheet:
    """A receipt form on paper: received from, the sum of, for."""
    there, shop = _shop(values)
    total = there.amount(20, 900)
    flow = sheet_of_paper(there)
    date = there.short_date(there.day())
    flow.heading(shop.name, align="center", size=14)
    flow.paragraph(shop.address.one_line, align="center")
    flow.heading(there.choice("OFFICIAL RECEIPT", "CASH RECEIPT", "RECEIPT"), align="center")
    flow.two_columns([f"No. {there.digits(5)}"], [f"Date: {date}"])
    flow.paragraph(f"Received from {there.draw('person')}")
    flow.paragraph(
        f"the sum of {there.style.full(total)} ({there.choice('cash', 'cheque no. ' + there.digits(6), 'bank transfer')})"
    )
    flow.paragraph(f"being payment for {there.rng.choice(goods.SERVICES).lower()}")
    flow.paragraph(f"{there.style.full(total)}   Received with thanks. Authorised signature ____________", bold=True)
    return Sheet(flow.done(), _fields(shop.name, date, there.style.full(total)))
