"""English invoices of the typewriter age: a letterhead, who is charged, what for in a sentence, and one sum."""

from __future__ import annotations

from docflow.synth.companies import Company
from docflow.synth.flow import Flow
from docflow.synth.kinds.prose import lines, sheet_of_paper
from docflow.synth.kinds.spec import Sheet
from docflow.synth.values import MONTHS_ENG, Values

SERVICES = (
    "Professional services rendered during the month of {month}",
    "Research service for the month of {month}, {year}, in connection with {subject}",
    "For services as consultant on {subject}, {n} days",
    "{subject} - first instalment as per agreement",
    "Print test - {subject}",
    "Market research project: {subject}",
    "Art work, layouts and mechanicals for {subject}",
    "Testing of {n} samples as per your letter",
    "Subscription for one year beginning {month}",
    "Field work and tabulation, {subject}",
    "Legal services in the matter of {subject}",
    "Printing {n}00 copies of {subject}",
)
SUBJECTS = (
    "filter development", "the new package", "consumer panel study", "the sales meeting", "display racks", "the annual report", "point of sale posters",
    "the spring campaign", "product comparison", "machine parts", "grain storage", "the Dayton plant", "computer time", "the trade show booth",
)  # fmt: skip
EXPENSES = (
    "Round trip airfare", "Miscellaneous cabfares", "Hotel and meals", "Telephone and telegrams", "Postage", "Messenger service", "Photostats", "Typesetting",
    "Car rental", "Photography", "Film and processing", "Freight", "Out of pocket expenses", "Supplies", "Retouching", "Shipping and handling",
)  # fmt: skip
CHARGED = ("CHARGE TO:", "In account with", "SOLD TO", "TO:", "Billed to:", "To", "Sold to:", "INVOICE TO")
TERMS = ("TERMS: NET", "Terms: Net 30 days", "NET UPON PRESENTATION OF INVOICE", "Net 20 days", "TERMS NET CASH", "Payable on receipt", "1% 10 days net 30")  # fmt: skip
NUMBERED = ("INVOICE No.", "INVOICE NO", "Invoice Number", "Our Invoice", "INVOICE #", "No.")
REFERENCES = (
    "Your Order No.",
    "YOUR ORDER NO.",
    "JOB NO.",
    "Project #",
    "PROJECT NO.",
    "P.O.",
    "Contract No.",
    "Est. No.",
    "Our job",
)
STAMPS = (
    "RECEIVED",
    "APPROVED FOR PAYMENT",
    "PAID",
    "DUPLICATE",
    "ORIGINAL",
    "ACCOUNTS PAYABLE",
    "RELEASED",
    "OK to pay",
)


def service_bill(values: Values) -> Sheet:
    """One sentence and one sum."""
    there, seller, buyer, flow = _letterhead(values)
    fields = _charged(flow, there, seller, buyer)
    total = there.style.full(there.amount(80, 12_000))
    flow.space(14)
    flow.paragraph(f"{_told(there, there.rng.choice(SERVICES))}   {total}")
    return _ended(flow, there, fields | {"total": total})


def expense_bill(values: Values) -> Sheet:
    """What a journey or a job cost, item by item behind dots."""
    there, seller, buyer, flow = _letterhead(values)
    fields = _charged(flow, there, seller, buyer)
    flow.space(10)
    purpose = there.choice("IN CONNECTION WITH", "covering", "for")
    heading = there.choice(
        "TRANSPORTATION AND MISCELLANEOUS CHARGES", "EXPENSES", "Charges as follows", "Production charges"
    )
    flow.paragraph(f"{heading} {purpose} {_told(there, '{subject}')}, {there.long_date(there.day())}")
    items = there.rng.sample(EXPENSES, there.rng.randint(2, 5))
    amounts = [there.amount(4, 600) for _ in items]
    for item, amount in zip(items, amounts, strict=True):
        flow.paragraph(f"{item} {'.' * there.rng.randint(6, 30)} {there.style.plain(amount)}")
    total = there.style.full(sum(amounts[1:], amounts[0]))
    flow.paragraph(f"{there.choice('Total', 'TOTAL', 'TOTAL DUE', 'Amount due', '')} {total}".strip())
    return _ended(flow, there, fields | {"total": total})


def order_bill(values: Values) -> Sheet:
    """Goods of one order with freight, few words and many codes."""
    there, seller, buyer, flow = _letterhead(values)
    fields = _charged(flow, there, seller, buyer)
    there.amount(20, 4_000)  # Drawn and not used, so that a seed's document is the same in all that comes after.
    freight = there.amount(3, 90)
    flow.space(10)
    order = f"{there.choice('Your order', 'Your P.O.', 'Order')} {there.draw('code')}   {there.choice('Shipped via', 'VIA', 'Shipped')} {there.choice('Motor freight', 'Parcel post', 'UPS', 'Air express')}   {there.choice('F.O.B.', 'FOB')} {there.draw('city')}"
    quantity = there.rng.randint(1, 90)
    ware = f"{quantity} {there.choice('ctn', 'lb', 'ea.', 'cases', 'M', 'doz.')} {there.draw('code')} {there.rng.choice(SUBJECTS)}"
    price = there.amount(1, 60)
    amount = quantity * price
    total = amount + freight
    lines(
        flow,
        [
            order,
            f"{ware}  @ {there.style.plain(price)}  {there.style.plain(amount)}",
            f"{there.choice('Freight', 'Transportation', 'Postage', 'Handling')}  {there.style.plain(freight)}",
            f"{there.choice('TOTAL', 'Total', 'PLEASE PAY THIS AMOUNT', 'AMOUNT DUE', 'Net amount')}  {there.style.full(total)}",
        ],
    )
    return _ended(flow, there, fields | {"total": there.style.full(total)})


def _letterhead(values: Values) -> tuple[Values, str, Company, Flow]:
    """Where the seller is, its name as it was printed, the buyer, and the paper below the letterhead."""
    there = values.at("us")
    seller, buyer = there.company(), there.company()
    flow = sheet_of_paper(there, font=there.rng.choice(("mono", "mono", "sans", "condensed")))
    name = seller.name.upper() if there.chance(0.6) else seller.name
    named = [name, *seller.address.lines]
    if there.chance(0.5):
        named.append(
            f"TEL. {seller.phone}{there.choice('', f'   TELEX {there.digits(6)}', f'   CABLE {there.digits(5)}')}"
        )
    lines(flow, named)
    flow.space(12)
    return there, name, buyer, flow


def _charged(flow: Flow, there: Values, seller: str, buyer: Company) -> dict[str, str]:
    number, date = there.digits(there.rng.randint(3, 6)), there.long_date(there.day())
    told = [f"{there.rng.choice(NUMBERED)} {number}", f"{there.choice('DATE', 'Date', '')} {date}".strip()]
    if there.chance(0.7):
        told.append(f"{there.rng.choice(REFERENCES)} {there.draw('code')}")
    if there.chance(0.7):
        told.append(there.rng.choice(TERMS))
    block = [there.rng.choice(CHARGED), buyer.name, *buyer.address.lines]
    if there.chance(0.5):
        block.append(f"{there.choice('Attn:', 'Attention:', 'ATTN.')} {buyer.director.full}")
    if there.chance(0.7):
        flow.paragraph("INVOICE" if there.chance(0.8) else "STATEMENT", bold=True, size=flow.size * 1.4)
    if there.chance(0.5):
        flow.two_columns(block, told)
    else:
        lines(flow, told + block if there.chance(0.4) else block + told)
    return {"number": number, "date": date, "seller": seller, "buyer": buyer.name}


def _told(there: Values, template: str) -> str:
    day = there.day()
    subject = there.rng.choice(SUBJECTS)
    return template.format(subject=subject, month=MONTHS_ENG[day.month - 1], year=day.year, n=there.rng.randint(2, 90))


def _ended(flow: Flow, there: Values, fields: dict[str, str]) -> Sheet:
    flow.space(16)
    if there.chance(0.4):
        lines(
            flow,
            [
                there.choice(
                    "ADDRESS ALL CORRESPONDENCE TO THE ABOVE",
                    "Thank you",
                    "Please return duplicate with remittance",
                    "ORIGINAL INVOICE",
                )
            ],
        )
    for _ in range(there.rng.choice((0, 0, 1, 1, 2))):
        flow.paragraph(
            f"{there.rng.choice(STAMPS)} {there.choice('', there.short_date(there.day()), there.draw('code'))}"
        )
    return Sheet(flow.done(), fields)


LAYOUTS = (service_bill, expense_bill, order_bill)
