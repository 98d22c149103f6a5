"""Invoices in English: American, British and continental firms, from typewriters to billing software."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from docflow.synth.companies import Company
from docflow.synth.flow import Flow
from docflow.synth.kinds import goods
from docflow.synth.kinds.basket import Basket, fill_basket
from docflow.synth.kinds.prose import lines, sheet_of_paper
from docflow.synth.kinds.spec import Sheet
from docflow.synth.values import Values

TITLES = (
    "INVOICE",
    "Invoice",
    "COMMERCIAL INVOICE",
    "PRO FORMA INVOICE",
    "SALES INVOICE",
    "TAX INVOICE",
    "INVOICE / STATEMENT",
    "Rechnung / Invoice",
)
BILL_TO = ("Bill To", "BILL TO:", "Sold To", "Invoice to:", "Customer", "Billed to", "To:", "Client")
NUMBER = ("Invoice No.", "Invoice #", "Invoice number", "INVOICE NO", "Inv. No.", "Document no.")
DATE = ("Invoice Date", "Date", "DATE", "Date of issue", "Dated")
DUE = ("Due Date", "Payment due", "Due", "Pay by", "Date due")
DAYS_TO_PAY = (7, 60)
DAYS_BILLED = (6, 31)
"""From an invoice's date until it is due, and from the first day of a billing period until its last."""
TERMS = (
    "Payment terms: net 30 days", "Terms: NET 30", "Payable within 14 days without deduction", "2% 10 days, net 30", "Payment due upon receipt of invoice",
    "Interest of 1.5% per month is charged on overdue accounts", "Please quote the invoice number with your payment", "Make all checks payable to {}",
    "Please remit payment to the address above", "We thank you for your order", "Goods remain our property until paid in full",
    "Thank you for your business!", "Reverse charge: VAT to be accounted for by the recipient", "Please transfer the amount to the account stated below",
    "Delivery date equals invoice date", "Questions about this invoice? Contact {}", "Retain this copy for your records", "Please return the lower portion with your remittance",
)  # fmt: skip


def _parties(values: Values, region: str) -> tuple[Values, Company, Company]:
    there = values.at(region)
    return there, there.company(), there.company()


def _head(
    flow: Flow, there: Values, seller: Company, buyer: Company, *, title: str | None = None
) -> tuple[dict[str, str], datetime.date]:
    """Seller, title, buyer, number and dates; returns the fields as printed, and the day of the invoice."""
    day = there.day()
    number = there.choice(
        f"{there.draw('code')}", there.digits(6), f"{day.year}-{there.digits(4)}", f"INV{there.digits(5)}"
    )
    date = there.short_date(day)
    told = [
        f"{there.rng.choice(NUMBER)}: {number}",
        f"{there.rng.choice(DATE)}: {date}",
        f"{there.choice('Customer No.', 'Account', 'Your order', 'P.O. Number', 'PO #', 'Our reference', 'Contract No.')}: {there.draw('code')}",
    ]
    if there.chance(0.7):
        told.append(f"{there.rng.choice(DUE)}: {there.short_date(there.day_from(day, *DAYS_TO_PAY))}")
    if there.chance(0.4):
        flow.builder.logo(flow.left, flow.y, side=40, seed=there.rng.randrange(10**6))
        flow.space(46)
    named = [seller.name, *seller.address.lines, f"{there.choice('Tel', 'Phone', 'Telephone')}: {seller.phone}"]
    if there.region in {"uk", "eu"}:
        named.append(f"{there.choice('VAT No.', 'VAT ID', 'VAT Reg No', 'USt-IdNr.')}: {seller.tax_id}")
    elif there.chance(0.3):
        named.append(f"{there.choice('Federal ID', 'Tax ID', 'EIN')}: {seller.tax_id}")
    block = [
        there.rng.choice(BILL_TO),
        buyer.name,
        *([f"Attn: {buyer.director.full}"] if there.chance(0.4) else []),
        *buyer.address.lines,
    ]
    heading = title or there.rng.choice(TITLES)
    if there.chance(0.5):
        flow.two_columns(named, [heading, *told])
    else:
        lines(flow, named)
        flow.heading(heading, size=flow.size * there.rng.uniform(1.3, 2), align=there.rng.choice(("left", "center")))
        lines(flow, told)
    flow.space(8)
    shipped = (
        [there.choice("Ship To", "Deliver to:"), buyer.name, *there.company().address.lines]
        if there.chance(0.3)
        else []
    )
    if shipped:
        flow.two_columns(block, shipped)
    else:
        lines(flow, block)
    flow.space(8)
    return {"number": number, "date": date, "seller": seller.name, "buyer": buyer.name}, day


def _table(flow: Flow, there: Values, basket: Basket) -> None:
    plain = there.style.plain
    cells = [
        (f"{line.quantity:f}", line.code, line.name, line.unit, plain(line.price), plain(line.amount))
        for line in basket.lines
    ]
    names = (
        there.choice("Qty", "Quantity", "QTY.", "Hours"), there.choice("Item", "Item No.", "Code", "SKU", "Art. No."), there.choice("Description", "DESCRIPTION", "Product / Service"),
        there.choice("Unit", "UOM"), there.choice("Unit Price", "Price", "Rate", "Price each"), there.choice("Amount", "Line Total", "Total", "Extended", "Net amount"),
    )  # fmt: skip
    kept: Sequence[int] = there.rng.choice(
        ((0, 2, 4, 5), (1, 2, 0, 4, 5), (2, 0, 4, 5), (2, 5), (0, 1, 2, 3, 4, 5), (2, 0, 3, 4, 5))
    )
    rows = [[row[i] for i in kept] for row in (names, *cells)]
    wide = {0: 0.6, 1: 1.0, 2: 2.6, 3: 0.6, 4: 1.0, 5: 1.1}
    total = sum(wide[i] for i in kept)
    flow.table(
        rows=rows,
        columns=[(flow.right - flow.left) * wide[i] / total for i in kept],
        borders=there.rng.choice(("grid", "horizontal", "none")),
    )


def _totals(flow: Flow, there: Values, basket: Basket) -> str:
    """The sums; returns the total as printed."""
    full = there.style.full
    told = []
    if basket.rate:
        tax = {"us": there.choice("Sales Tax", "Tax"), "uk": "VAT", "eu": there.choice("VAT", "VAT", "MwSt.")}[
            there.region
        ]
        told += [
            f"{there.choice('Subtotal', 'Net amount', 'Total net', 'Sub-total')}: {full(basket.net)}",
            f"{tax} {basket.rate}%: {full(basket.tax)}",
        ]
    elif there.chance(0.4):
        told.append(f"Subtotal: {full(basket.net)}")
    told.append(
        f"{there.choice('Total', 'TOTAL DUE', 'Amount Due', 'Balance Due', 'Invoice total', 'Total amount', 'PLEASE PAY THIS AMOUNT', 'Gross amount')}: {full(basket.total)}"
    )
    for text in told:
        flow.paragraph(text, align="right", bold=text is told[-1])
    return full(basket.total)


def _close(flow: Flow, there: Values, seller: Company) -> None:
    flow.space(10)
    lines(flow, [text.format(seller.name) for text in there.rng.sample(TERMS, there.rng.randint(1, 4))])
    if there.region in {"uk", "eu"} or there.chance(0.3):
        lines(
            flow,
            [
                f"Bank: {seller.bank}",
                f"{there.choice('IBAN', 'Account', 'Account No.')}: {seller.account}",
                f"{there.choice('BIC', 'SWIFT', 'BIC/SWIFT')}: {seller.bik}",
            ],
        )
    lines(flow, [there.choice(seller.email, seller.web, f"Managing director: {seller.director.full}")])


def _billed(
    values: Values,
    *,
    region: str,
    names: Sequence[str],
    rates: Sequence[int],
    count: tuple[int, int],
    prices: tuple[int, int],
    title: str | None = None,
    mono: bool = False,
) -> Sheet:
    there, seller, buyer = _parties(values, region)
    basket = fill_basket(
        there,
        names,
        lines=count,
        prices=prices,
        rates=rates,
        tax_included=False,
        units=("pcs", "hrs", "ea", "box", "kg", "day", "month"),
    )
    flow = sheet_of_paper(there, font="mono") if mono else sheet_of_paper(there)
    fields, _ = _head(flow, there, seller, buyer, title=title)
    _table(flow, there, basket)
    fields["total"] = _totals(flow, there, basket)
    _close(flow, there, seller)
    return Sheet(flow.done(), fields)


def modern_invoice(values: Values) -> Sheet:
    """What billing software prints in America or Britain."""
    region = values.choice("us", "us", "uk")
    return _billed(
        values,
        region=region,
        names=goods.SERVICES + goods.WARES,
        rates=(0, 7, 8) if region == "us" else (20,),
        count=(1, 7),
        prices=(10, 900),
    )


def tax_invoice_of_europe(values: Values) -> Sheet:
    """A continental invoice with VAT identifiers and a bank account."""
    return _billed(
        values, region="eu", names=goods.WARES + goods.SERVICES, rates=(19, 21, 7, 0), count=(1, 9), prices=(2, 500)
    )


def windowed_form(values: Values) -> Sheet:
    """A printed form: boxes of order data above a grid."""
    there, seller, buyer = _parties(values, values.choice("us", "uk"))
    basket = fill_basket(there, goods.WARES, lines=(1, 8), prices=(5, 400), rates=(0, 8), tax_included=False)
    flow = sheet_of_paper(there, font="sans")
    fields, day = _head(flow, there, seller, buyer)
    names = ("Salesperson", "Ship via", "F.O.B.", "Terms", "Order date")
    flow.table(
        rows=[
            names,
            (
                there.draw("last"),
                there.choice("UPS", "Truck", "Best way", "Courier"),
                there.choice("Origin", "Destination"),
                "Net 30",
                there.short_date(there.day_before(day)),
            ),
        ]
    )
    _table(flow, there, basket)
    fields["total"] = _totals(flow, there, basket)
    _close(flow, there, seller)
    return Sheet(flow.done(), fields)


def monospaced_invoice(values: Values) -> Sheet:
    """A typewriter's or line printer's invoice, in capitals."""
    return _billed(
        values,
        region="us",
        names=goods.WARES + goods.SERVICES,
        rates=(0, 0, 6),
        count=(1, 10),
        prices=(5, 2000),
        title="INVOICE",
        mono=True,
    )


def professional_fees(values: Values) -> Sheet:
    """A firm's bill for work done: one or two paragraphs and a sum."""
    there, seller, buyer = _parties(values, values.choice("us", "us", "uk"))
    basket = fill_basket(there, goods.SERVICES, lines=(1, 3), prices=(400, 9000), rates=(0,), tax_included=False)
    flow = sheet_of_paper(there)
    fields, day = _head(
        flow,
        there,
        seller,
        buyer,
        title=there.choice("INVOICE", "STATEMENT OF ACCOUNT", "BILL FOR PROFESSIONAL SERVICES"),
    )
    flow.paragraph(
        f"{there.choice('For professional services rendered', 'For services rendered', 'To invoice you for the following')} {there.choice('through', 'during the month ending')} {there.long_date(there.day_before(day))}:"
    )
    for line in basket.lines:
        flow.two_columns(
            [line.name], [f"{line.quantity:f} @ {there.style.plain(line.price)}   {there.style.plain(line.amount)}"]
        )
    if there.chance(0.5):
        flow.paragraph(f"Project: {there.draw('code')}   Authorized by: {there.draw('person')}")
    fields["total"] = _totals(flow, there, basket)
    _close(flow, there, seller)
    return Sheet(flow.done(), fields)


def advertising_invoice(values: Values) -> Sheet:
    """A station's or agency's invoice: spots by date, gross, commission, net."""
    there, seller, buyer = _parties(values, "us")
    flow = sheet_of_paper(there, font=there.rng.choice(("mono", "sans")))
    fields, day = _head(
        flow, there, seller, buyer, title=there.choice("INVOICE", "BROADCAST INVOICE", "ADVERTISING INVOICE")
    )
    lines(flow, [f"Agency: {there.firm()}", f"Advertiser: {there.firm()}", f"Product: {there.draw('code')}"])
    first = there.day_before(day)
    began, ended = there.short_date(first), there.short_date(min(day, there.day_from(first, *DAYS_BILLED)))
    lines(flow, [f"Billing period: {began} - {ended}", f"Account executive: {there.draw('person')}"])
    basket = fill_basket(
        there,
        [
            f"{day} {time} :{length}"
            for day, time, length in zip(
                ("MO", "TU", "WE", "TH", "FR", "SA"),
                ("6:14A", "7:40A", "12:02P", "5:31P", "6:58P", "11:20P"),
                (30, 60, 30, 15, 30, 60),
                strict=True,
            )
        ],
        lines=(2, 6),
        prices=(100, 3000),
        rates=(0,),
        tax_included=False,
    )
    flow.table(
        rows=[
            ("Aired", "Spots", "Rate", "Gross"),
            *(
                (line.name, f"{line.quantity:f}", there.style.plain(line.price), there.style.plain(line.amount))
                for line in basket.lines
            ),
        ],
        borders="none",
    )
    fields["total"] = _totals(flow, there, basket)
    lines(
        flow,
        [
            there.choice(
                "Agency commission 15% not deducted",
                "We warrant that the above announcements were broadcast as shown",
                "Affidavit of performance attached",
            )
        ],
    )
    _close(flow, there, seller)
    return Sheet(flow.done(), fields)


def utility_bill(values: Values) -> Sheet:
    """Electricity, telephone or internet: usage, previous balance, amount due."""
    there, seller, buyer = _parties(values, values.choice("us", "uk", "eu"))
    basket = fill_basket(
        there,
        (
            "Basic service charge",
            "Energy charge",
            "Usage",
            "Line rental",
            "Calls",
            "Data package",
            "Standing charge",
            "Delivery charge",
            "Hosting package",
        ),
        lines=(2, 6),
        prices=(3, 120),
        rates=(0, 5, 20),
        tax_included=False,
        units=("kWh", "month", "min", "GB"),
    )
    flow = sheet_of_paper(there, font="sans")
    fields, _ = _head(
        flow, there, seller, buyer, title=there.choice("Your invoice", "Invoice", "BILL", "Monthly statement")
    )
    lines(
        flow,
        [
            f"Service address: {buyer.address.one_line}",
            f"Meter reading: {there.digits(5)} to {there.digits(5)}",
            f"Previous balance: {there.style.full(there.amount(0, 90))}   Payments received - thank you",
        ],
    )
    _table(flow, there, basket)
    fields["total"] = _totals(flow, there, basket)
    _close(flow, there, seller)
    return Sheet(flow.done(), fields)


def freight_invoice(values: Values) -> Sheet:
    """A shipper's invoice: origin, destination, weight, charges."""
    there, seller, buyer = _parties(values, values.choice("us", "eu", "uk"))
    basket = fill_basket(
        there,
        (
            "Ocean freight",
            "Terminal handling",
            "Customs clearance",
            "Documentation fee",
            "Inland haulage",
            "Fuel surcharge",
            "Insurance",
            "Air freight",
        ),
        lines=(2, 6),
        prices=(40, 2500),
        rates=(0,),
        tax_included=False,
        units=("cbm", "kg", "container"),
    )
    flow = sheet_of_paper(there)
    fields, _ = _head(
        flow, there, seller, buyer, title=there.choice("FREIGHT INVOICE", "COMMERCIAL INVOICE", "INVOICE")
    )
    flow.table(
        rows=[
            ("Origin", "Destination", "Weight", "B/L No."),
            (there.draw("city"), there.draw("city"), f"{there.draw('nn')} kg", there.draw("code")),
        ]
    )
    _table(flow, there, basket)
    fields["total"] = _totals(flow, there, basket)
    lines(
        flow,
        [
            f"Country of origin: {there.choice('USA', 'Germany', 'China', 'Malaysia')}",
            f"Incoterms: {there.choice('FOB', 'CIF', 'EXW', 'DAP')} {there.draw('city')}",
        ],
    )
    _close(flow, there, seller)
    return Sheet(flow.done(), fields)
