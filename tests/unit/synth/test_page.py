"""Pages and flows: where text comes to stand, how it wraps and breaks, and how it reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docflow.errors import SettingsError
from docflow.synth import fonts
from docflow.synth.flow import Flow
from docflow.synth.fonts import FAMILIES, FontName, face
from docflow.synth.page import PageBuilder, SynthDocument

LOREM = "Поставщик обязуется передать товар, the buyer pays for it within ten days. " * 4


def test_runs_on_one_line_read_from_left_to_right() -> None:
    builder = PageBuilder(300, 300)
    builder.text(200, 40.5, "second")
    builder.text(20, 40, "first")
    builder.text(20, 10, "above")
    assert builder.done().text == "above\nfirst second"


def test_a_no_break_space_parts_words_in_the_text_and_never_lines() -> None:
    builder = PageBuilder(300, 300)
    builder.paragraph(0, 0, "1\N{NO-BREAK SPACE}234,56 1\N{NO-BREAK SPACE}234,56", width=60)
    assert builder.done().text == "1 234,56\n1 234,56"


@pytest.mark.parametrize("family", range(len(FAMILIES)))
@pytest.mark.parametrize("font", ["sans", "serif", "mono", "condensed"])
def test_every_family_sets_latin_and_cyrillic(family: int, font: FontName) -> None:
    for bold in (False, True):
        for italic in (False, True):
            text = "Съешь ещё этих мягких булок, Quick 42 №«»—€"
            found = face(font, family=family, bold=bold, italic=italic, text=text)
            assert found.has(text)


def test_a_sign_that_a_font_lacks_is_set_in_one_that_has_it() -> None:
    assert not face("sans").has("₽")
    assert face("sans", text="100 ₽").has("₽")


def test_a_missing_font_names_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_files", dict)
    fonts._load.cache_clear()
    with pytest.raises(SettingsError) as caught:
        face("sans")
    assert "apt-get install fonts-liberation" in caught.value.next_step


@given(width=st.floats(40, 400), size=st.floats(6, 14), family=st.integers(0, 5))
def test_a_paragraph_keeps_within_its_width_and_loses_no_letter(width: float, size: float, family: int) -> None:
    builder = PageBuilder(500, 9000, family=family)
    builder.paragraph(10, 0, LOREM, width=width, size=size, align="right")
    page = builder.done()
    for run in page.runs:
        assert run.x >= 10 - 1e-6
        assert run.style.width(run.text) <= width + 1e-6
    assert page.text.replace("\n", "").replace(" ", "") == LOREM.replace(" ", "")


def test_justified_lines_end_at_the_right_margin_except_the_last() -> None:
    builder = PageBuilder(300, 600)
    builder.paragraph(20, 0, LOREM, width=200, align="justify")
    *full, last = builder.done().runs
    for run in full:
        word, x = run.words[-1]
        assert x + run.style.width(word) == pytest.approx(220, abs=0.01)
    assert last.gap == 0


def test_table_cells_wrap_and_rows_grow() -> None:
    builder = PageBuilder(300, 600)
    low = builder.table(0, 0, columns=[50, 50], rows=[["a", "b"]])
    high = builder.table(0, 100, columns=[50, 50], rows=[["a", "several words that wrap"]])
    assert high - 100 > low * 2


def test_a_row_with_more_cells_than_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="2 cells"):
        PageBuilder(300, 600).table(0, 0, columns=[50], rows=[["a", "b"]])


def test_a_long_table_breaks_between_rows_and_repeats_its_header() -> None:
    flow = Flow()
    flow.table(rows=[["Number", "What"], *([str(n), f"item{n}"] for n in range(120))])
    pages = flow.done()
    assert len(pages) > 2
    assert all(page.text.startswith("Number What") for page in pages)
    assert all(sum(f"item{n}" in page.text.split() for page in pages) == 1 for n in range(120))


def test_a_heading_moves_to_the_next_page_with_the_lines_below_it() -> None:
    flow = Flow()
    flow.y = flow.bottom - 40
    flow.heading("Terms")
    flow.paragraph(LOREM)
    first, second = flow.done()
    assert "Terms" not in first.text
    assert second.text.startswith("Terms\n")


def test_a_footer_stands_on_every_page() -> None:
    def footer(builder: PageBuilder, number: int) -> None:
        builder.text(300, 820, f"- {number} -", align="center")

    flow = Flow(footer=footer)
    flow.paragraph(LOREM * 40)
    pages = flow.done()
    assert [page.text.splitlines()[-1] for page in pages] == [f"- {n + 1} -" for n in range(len(pages))]
    assert len(pages) > 1


def test_two_columns_read_side_by_side() -> None:
    flow = Flow()
    flow.two_columns(["Seller", "A Ltd"], ["Buyer"])
    assert SynthDocument("contract", "eng", "x", 1, flow.done()).text == "Seller Buyer\nA Ltd"


def test_text_in_the_middle_of_a_seal_is_read_and_the_ring_is_not() -> None:
    builder = PageBuilder(300, 300)
    builder.stamp(150, 150, ["AROUND IT", "inside"], radius=60)
    assert builder.done().text == "inside"
