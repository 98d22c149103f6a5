"""Résumés and curricula vitae."""

from __future__ import annotations

from docflow.synth.flow import Flow
from docflow.synth.kinds.grammar import Grammar
from docflow.synth.kinds.prose import lines, pool_of, section, sheet_of_paper
from docflow.synth.kinds.spec import KindSpec, Sheet
from docflow.synth.values import Values

HEADINGS = {
    "eng": ("Objective", "Experience", "Education", "Skills", "Publications", "References"),
    "rus": ("Цель", "Опыт работы", "Образование", "Навыки", "О себе", "Рекомендации"),
}


def _contacts(values: Values) -> list[str]:
    return [
        values.draw("address"),
        values.phone(),
        f"{values.draw('code').lower()}@mail.{'ru' if values.language == 'rus' else 'com'}",
    ]


def _career(flow: Flow, grammar: Grammar, *, jobs: tuple[int, int] = (2, 5)) -> None:
    values = grammar.values
    for _ in range(values.rng.randint(*jobs)):
        start = values.day().year
        flow.paragraph(
            f"{start}-{start + values.rng.randint(1, 6)}  {grammar.one(section('job', values))}",
            bold=values.chance(0.5),
        )
        lines(flow, [f"- {text}" for text in grammar.some(section("duty", values), 3)])


def _rest(flow: Flow, grammar: Grammar) -> None:
    values = grammar.values
    _, _, education, skills, papers, references = HEADINGS[values.language]
    flow.heading(education)
    if values.language == "eng":
        lines(flow, grammar.some("school", 2))
    else:
        lines(flow, [f"{values.draw('year')}, {values.draw('city')}, высшее, диплом № {values.digits(6)}"])
    flow.heading(skills)
    lines(flow, grammar.some(section("skill", values), 3))
    if values.language == "eng" and values.chance(0.4):
        flow.heading(papers)
        lines(flow, [grammar.one("paper") for _ in range(values.rng.randint(2, 7))])
    if values.chance(0.4):
        flow.heading(references)
        lines(flow, [f"{values.draw('person')}, {values.phone()}"])


def chronological(values: Values) -> Sheet:
    """Name, contacts, jobs from the latest on."""
    flow, grammar = sheet_of_paper(values), pool_of("resume", values)
    flow.heading(values.draw("person"), size=17, align="center")
    flow.paragraph(" • ".join(_contacts(values)), align="center")
    flow.heading(HEADINGS[values.language][1])
    _career(flow, grammar)
    _rest(flow, grammar)
    return Sheet(flow.done())


def curriculum_vitae(values: Values) -> Sheet:
    """Personal data in a list, then the career."""
    flow, grammar = sheet_of_paper(values, font="mono"), pool_of("resume", values)
    flow.heading("CURRICULUM VITAE" if values.language == "eng" else "РЕЗЮМЕ", align="center")
    names = (
        ("NAME", "DATE OF BIRTH", "NATIONALITY", "TELEPHONE")
        if values.language == "eng"
        else ("ФИО", "Дата рождения", "Гражданство", "Телефон")
    )
    told = (
        values.draw("person"),
        values.draw("day"),
        values.choice("British", "U.S.", "Canadian") if values.language == "eng" else "РФ",
        values.phone(),
    )
    lines(flow, [f"{name}: {value}" for name, value in zip(names, told, strict=True)])
    _rest(flow, grammar)
    flow.heading(HEADINGS[values.language][1])
    _career(flow, grammar)
    return Sheet(flow.done())


def biographical_sketch(values: Values) -> Sheet:
    """The table of positions that goes with an application for a grant."""
    flow, grammar = sheet_of_paper(values), pool_of("resume", values)
    flow.heading("BIOGRAPHICAL SKETCH" if values.language == "eng" else "СВЕДЕНИЯ ОБ АВТОРЕ", align="center")
    names = (
        ("NAME", "POSITION TITLE", "BIRTHDATE") if values.language == "eng" else ("Ф.И.О.", "Должность", "Год рождения")
    )
    flow.table(rows=[names, (values.draw("person"), grammar.one(section("job", values)), values.draw("year"))])
    _rest(flow, grammar)
    _career(flow, grammar, jobs=(1, 3))
    return Sheet(flow.done())


def two_column_resume(values: Values) -> Sheet:
    """Skills and contacts on the left, jobs on the right."""
    flow, grammar = sheet_of_paper(values, font="sans"), pool_of("resume", values)
    flow.heading(values.draw("person"), size=16)
    jobs = [
        text
        for _ in range(3)
        for text in (grammar.one(section("job", values)), *grammar.some(section("duty", values), 2))
    ]
    flow.two_columns(
        [*_contacts(values), HEADINGS[values.language][3], *grammar.some(section("skill", values), 3)],
        [HEADINGS[values.language][1], *jobs],
    )
    return Sheet(flow.done())


LAYOUTS = (chronological, curriculum_vitae, biographical_sketch, two_column_resume)
SPEC = KindSpec(layouts={"eng": LAYOUTS, "rus": LAYOUTS}, background=True)
