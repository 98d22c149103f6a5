"""Contracts in English, in the manner of exhibits to filings and of office templates."""

from __future__ import annotations

from docflow.synth.companies import Company
from docflow.synth.flow import Flow
from docflow.synth.kinds.grammar import Grammar
from docflow.synth.kinds.prose import pool_of, sheet_of_paper
from docflow.synth.kinds.spec import Sheet
from docflow.synth.page import PageBuilder
from docflow.synth.values import Values

ROLES = {
    "nda": (
        ("Disclosing Party", "Receiving Party"),
        ("Company", "Recipient"),
        ("Discloser", "Recipient"),
        ("Company", "Employee"),
    ),
    "service": (("Client", "Contractor"), ("Company", "Consultant"), ("Customer", "Provider")),
    "lease": (("Landlord", "Tenant"), ("Lessor", "Lessee")),
    "employment": (("Company", "Executive"), ("Employer", "Employee")),
    "sale": (("Seller", "Buyer"), ("Vendor", "Purchaser")),
    "license": (("Licensor", "Licensee"),),
}


def _opening(
    flow: Flow, grammar: Grammar, first: Company, second: Company, *, roles: tuple[str, str], title: str, date: str
) -> None:
    values = grammar.values
    if values.chance(0.4):
        flow.paragraph(
            values.choice(
                f"Exhibit {values.draw('n')}.{values.draw('nn')}",
                f"EXHIBIT ({values.choice('d', 'e')})({values.draw('n')})",
                "EXECUTION COPY",
                "Exhibit A",
            ),
            align="right",
        )
    flow.heading(title, align="center", after=12)
    state = values.draw("state")
    form = values.choice(
        "a {} corporation", "a corporation organized under the laws of {}", "a {} limited liability company"
    ).format(state)
    flow.paragraph(
        values.choice(
            f'This {title.title()} (this "Agreement") is {values.choice("made and entered into", "entered into", "made")} as of {date} (the "Effective Date") by and between {first.name}, {form} with offices at {first.address.one_line} ("{roles[0]}"), and {second.name}, with its principal place of business at {second.address.one_line} ("{roles[1]}").',
            f'THIS AGREEMENT, dated {date}, is between {first.name} (hereinafter "{roles[0]}") and {second.director.full} (hereinafter "{roles[1]}"), {values.choice("each a Party and together the Parties", "collectively the parties")}.',
        ),
        indent=values.rng.choice((0, 30)),
        align=values.rng.choice(("left", "justify")),
    )


def _recitals(flow: Flow, grammar: Grammar) -> None:
    if grammar.values.chance(0.6):
        flow.paragraph(
            grammar.values.choice("RECITALS", "W I T N E S S E T H:", "BACKGROUND"), align="center", bold=True
        )
    for text in grammar.some("recital", grammar.values.rng.randint(1, 3)):
        flow.paragraph(text, indent=30)


def _clauses(flow: Flow, grammar: Grammar, *, of: str) -> None:
    """The kind's own clauses, then general ones, numbered one way throughout."""
    values = grammar.values
    style = values.rng.randrange(4)
    texts = grammar.some(of, values.rng.randint(4, 12)) + grammar.some("general", values.rng.randint(4, 12))
    for number, text in enumerate(texts, 1):
        heading, _, rest = text.partition(". ")
        if style == 0:
            flow.paragraph(f"{number}. {text}", indent=20, align="justify", after=7)
        elif style == 1:
            flow.heading(f"{number}. {heading.upper()}")
            flow.paragraph(rest or text, align="justify", after=7)
        elif style == 2:
            flow.paragraph(f"Section {number}. {text}", after=7)
        else:
            flow.heading(f"ARTICLE {number}", align="center")
            flow.paragraph(f"{number}.1 {text}", after=7)


def _signatures(flow: Flow, grammar: Grammar, first: Company, second: Company) -> None:
    values = grammar.values
    flow.paragraph(
        values.choice(
            "IN WITNESS WHEREOF, the parties have executed this Agreement as of the date first above written.",
            "AGREED AND ACCEPTED:",
            "IN WITNESS WHEREOF, the parties hereto have caused this Agreement to be executed by their duly authorized representatives.",
        )
    )
    blocks = [
        [
            company.name.upper(),
            "By: ______________________",
            f"Name: {company.director.full}",
            f"Title: {values.choice('President', 'Chief Executive Officer', 'Vice President', 'General Counsel')}",
            "Date: ______________",
        ]
        for company in (first, second)
    ]
    flow.two_columns(*blocks)


def _agreement(values: Values, of: str) -> Sheet:
    grammar = pool_of("contract_eng", values)
    first, second = values.company(), values.company()
    date = values.long_date(values.day())
    number_pages = values.chance(0.6)

    def footer(page: PageBuilder, number: int) -> None:
        if number_pages:
            page.text(page.width / 2, page.height - 36, f"- {number} -", size=9, align="center")

    paper = sheet_of_paper(values, font=values.rng.choice(("serif", "serif", "serif", "mono", "sans")))
    flow = Flow(
        width=paper.width,
        height=paper.height,
        margin=max(50.0, paper.margin),
        family=values.family,
        font=paper.font,
        size=paper.size,
        footer=footer,
    )
    _opening(
        flow, grammar, first, second, roles=values.rng.choice(ROLES[of]), title=grammar.one(f"{of}_title"), date=date
    )
    _recitals(flow, grammar)
    _clauses(flow, grammar, of=of)
    _signatures(flow, grammar, first, second)
    return Sheet(flow.done(), {"party": first.name, "date": date})


def nondisclosure(values: Values) -> Sheet:
    """A non-disclosure agreement."""
    return _agreement(values, "nda")


def confidentiality_letter(values: Values) -> Sheet:
    """A confidentiality agreement in the form of a letter."""
    grammar = pool_of("contract_eng", values)
    first, second = values.company(), values.company()
    date = values.long_date(values.day())
    flow = sheet_of_paper(values, font="serif")
    flow.paragraph(f"{first.name}, {first.address.one_line}")
    flow.paragraph(date)
    flow.paragraph(f"{second.name}, {second.address.one_line}. Attention: {second.director.full}")
    flow.paragraph(
        values.choice("CONFIDENTIALITY AGREEMENT", "Re: Confidentiality Agreement", "CONFIDENTIAL"), bold=True
    )
    flow.paragraph(
        f'In connection with your consideration of a possible transaction with {first.name} (the "Company"), the Company is prepared to furnish you with certain information. As a condition to such information being furnished to you, you agree as follows:'
    )
    _clauses(flow, grammar, of="nda")
    flow.paragraph(
        "Please confirm your agreement with the foregoing by signing and returning one copy of this letter, whereupon this letter agreement shall become a binding agreement between us."
    )
    _signatures(flow, grammar, first, second)
    return Sheet(flow.done(), {"party": second.name, "date": date})


def services(values: Values) -> Sheet:
    """An agreement on services or consulting."""
    return _agreement(values, "service")


def lease(values: Values) -> Sheet:
    """A lease."""
    return _agreement(values, "lease")


def employment(values: Values) -> Sheet:
    """An employment agreement."""
    return _agreement(values, "employment")


def sale(values: Values) -> Sheet:
    """An agreement on a purchase or supply."""
    return _agreement(values, "sale")


def licence(values: Values) -> Sheet:
    """A licence agreement."""
    return _agreement(values, "license")


LAYOUTS = (nondisclosure, nondisclosure, confidentiality_letter, services, lease, employment, sale, licence)
