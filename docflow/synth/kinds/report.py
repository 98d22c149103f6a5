"""Pages that are published or filed: reports, papers, news, adverts, specifications, budgets, statutes."""

from __future__ import annotations

from docflow.synth.kinds.prose import lines, pool_of, running_text, section, sheet_of_paper
from docflow.synth.kinds.spec import KindSpec, Sheet
from docflow.synth.values import Values


def title_page(values: Values) -> Sheet:
    """Title, authors, and the beginning of the text."""
    flow, grammar = sheet_of_paper(values, font="serif"), pool_of("report", values)
    flow.heading(grammar.one(section("title", values)), size=16, align="center", after=10)
    flow.paragraph(f"{values.draw('person')}, {values.draw('person')}", align="center")
    flow.paragraph(f"{values.draw('city')}, {values.draw('year')}", align="center", after=20)
    running_text(flow, grammar, section("body", values), paragraphs=(2, 5), sentences=(3, 6))
    return Sheet(flow.done())


def inner_page(values: Values) -> Sheet:
    """A page out of the middle: text, a heading, more text, the page's number."""
    flow, grammar = sheet_of_paper(values), pool_of("report", values)
    running_text(flow, grammar, section("body", values), paragraphs=(1, 3), sentences=(3, 6))
    for _ in range(values.rng.randint(1, 3)):
        flow.heading(grammar.one(section("heading", values)))
        running_text(flow, grammar, section("body", values), paragraphs=(1, 2), sentences=(3, 6))
    flow.paragraph(values.draw("nn"), align="center")
    return Sheet(flow.done())


def page_with_a_table(values: Values) -> Sheet:
    """Text around a table of measurements."""
    flow, grammar = sheet_of_paper(values), pool_of("report", values)
    running_text(flow, grammar, section("body", values), paragraphs=(1, 2), sentences=(2, 4))
    flow.paragraph(
        f"{'Table' if values.language == 'eng' else 'Таблица'} {values.draw('n')}. {grammar.one(section('title', values))}",
        bold=True,
    )
    columns = values.rng.randint(3, 6)
    flow.table(
        rows=[[f"{values.rng.uniform(0, 90):.2f}" for _ in range(columns)] for _ in range(values.rng.randint(5, 16))],
        header=False,
        borders="horizontal",
    )
    running_text(flow, grammar, section("body", values), paragraphs=(1, 2), sentences=(2, 4))
    return Sheet(flow.done())


def columns_of_news(values: Values) -> Sheet:
    """Two narrow columns under a headline."""
    flow, grammar = sheet_of_paper(values, font="serif"), pool_of("report", values)
    flow.heading(grammar.one(section("title", values)), size=18)
    body = section("body", values)
    left, right = ([" ".join(grammar.some(body, 3)) for _ in range(values.rng.randint(2, 5))] for _ in range(2))
    flow.two_columns(left, right, size=9)
    return Sheet(flow.done())


def contents(values: Values) -> Sheet:
    """A table of contents."""
    flow, grammar = sheet_of_paper(values), pool_of("report", values)
    flow.heading("CONTENTS" if values.language == "eng" else "СОДЕРЖАНИЕ", align="center")
    for number in range(1, values.rng.randint(6, 18)):
        flow.paragraph(
            f"{number}. {grammar.one(section('heading', values))} {'.' * values.rng.randint(8, 30)} {number * 7}"
        )
    return Sheet(flow.done())


def press_release(values: Values) -> Sheet:
    """News from a firm: whom to call, place and date, what happened, what somebody says about it."""
    flow, grammar = sheet_of_paper(values), pool_of("report", values)
    flow.heading(values.firm())
    lines(flow, [grammar.one(section("release", values)), f"{values.draw('person')} {values.phone()}"])
    flow.heading(grammar.one(section("headline", values)), align="center")
    flow.paragraph(f"{values.draw('city')}, {values.draw('date')} -- {grammar.one(section('news', values))}")
    running_text(flow, grammar, section("news", values), paragraphs=(2, 5), sentences=(1, 3))
    flow.paragraph(values.rng.choice(("# # #", "-30-", "***", "-more-")), align="center")
    return Sheet(flow.done())


def advertisement(values: Values) -> Sheet:
    """Little text in large letters: what is for sale, why, and what it costs."""
    flow, grammar = sheet_of_paper(values, font="sans"), pool_of("report", values)
    flow.heading(grammar.one(section("slogan", values)), size=values.rng.uniform(16, 30))
    running_text(flow, grammar, section("praise", values), paragraphs=(1, 3), sentences=(1, 3))
    lines(flow, grammar.some(section("slogan", values), values.rng.randint(1, 2)), bold=True)
    flow.paragraph(values.firm(), align="center", size=14)
    lines(flow, grammar.some(section("small_print", values), values.rng.randint(0, 2)))
    return Sheet(flow.done())


def specification(values: Values) -> Sheet:
    """What a material or a product has to be like: numbered requirements and a table of limits."""
    flow, grammar = sheet_of_paper(values), pool_of("report", values)
    flow.heading(grammar.one(section("standard", values)), align="center")
    for number, text in enumerate(grammar.some(section("requirement", values), values.rng.randint(3, 6)), 1):
        flow.paragraph(f"{number}. {text}")
    flow.table(
        rows=[
            (f"{grammar.one(section('property', values))}", f"{values.rng.uniform(0, 90):.1f}", values.draw("n"))
            for _ in range(values.rng.randint(3, 9))
        ],
        header=False,
    )
    return Sheet(flow.done())


def budget(values: Values) -> Sheet:
    """A plan of spending or an account of it: items with sums in columns of years or months."""
    flow, grammar = sheet_of_paper(values, font="sans"), pool_of("report", values)
    flow.heading(grammar.one(section("plan", values)), align="center")
    years = values.rng.randint(2, 4)
    flow.table(
        rows=[
            ("", *(values.draw("year") for _ in range(years))),
            *(
                (grammar.one(section("item", values)), *(values.draw("big_money") for _ in range(years)))
                for _ in range(values.rng.randint(5, 14))
            ),
        ],
        borders="horizontal",
    )
    lines(flow, grammar.some(section("remark", values), values.rng.randint(0, 2)))
    return Sheet(flow.done())


LAYOUTS = (
    title_page,
    inner_page,
    page_with_a_table,
    columns_of_news,
    contents,
    press_release,
    advertisement,
    specification,
    budget,
)
SPEC = KindSpec(layouts={"eng": LAYOUTS, "rus": LAYOUTS}, background=True)
