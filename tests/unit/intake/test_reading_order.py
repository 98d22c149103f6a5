"""Words become lines: rows across a table, columns down prose."""

from docflow.intake.reading_order import lines_in_order
from docflow.types import Box, Word


def run(words: str, x: float, y: float, *, height: float = 20) -> tuple[Word, ...]:
    """Words side by side from (x, y) on, each 10 pixels a letter."""
    placed = []
    for word in words.split():
        placed.append(Word(word, Box(x, y, x + 10 * len(word), y + height), 1.0))
        x += 10 * len(word) + 10
    return tuple(placed)


def texts(*runs: tuple[Word, ...]) -> list[str]:
    return [line.text for line in lines_in_order(runs)]


def test_nothing_gives_no_lines() -> None:
    assert texts() == []


def test_lines_come_from_top_to_bottom() -> None:
    assert texts(run("second", 0, 50), run("third", 0, 100), run("first", 0, 0)) == ["first", "second", "third"]


def test_cells_of_one_row_become_one_line_from_left_to_right() -> None:
    assert texts(run("12.00", 500, 3), run("Bread", 0, 0), run("2 pcs", 200, 5)) == ["Bread 2 pcs 12.00"]


def test_the_next_row_is_not_drawn_in() -> None:
    assert texts(run("a b", 0, 0), run("c d", 300, 15)) == ["a b", "c d"]


def test_prose_in_two_columns_is_read_column_by_column() -> None:
    left = [run(f"left row {n} of this text", 0, 30 * n) for n in range(8)]
    right = [run(f"right row {n} of this text", 400, 30 * n) for n in range(8)]
    mixed = [one for pair in zip(left, right, strict=True) for one in pair]
    assert [line.split()[0] for line in texts(*mixed)] == ["left"] * 8 + ["right"] * 8


def test_a_heading_over_two_columns_comes_first() -> None:
    heading = run("a heading that spans the whole width of this page from left to right", 0, 0)
    left = [run(f"left row {n} of this text", 0, 100 + 30 * n) for n in range(8)]
    right = [run(f"right row {n} of this text", 400, 100 + 30 * n) for n in range(8)]
    found = texts(*left, *right, heading)
    assert found[0].startswith("a heading")
    assert [line.split()[0] for line in found[1:]] == ["left"] * 8 + ["right"] * 8


def test_a_table_is_read_by_rows_though_it_has_gutters() -> None:
    names = [run("item", 0, 30 * n) for n in range(8)]
    prices = [run(f"{n}.00", 400, 30 * n) for n in range(8)]
    assert texts(*names, *prices) == [f"item {n}.00" for n in range(8)]


def test_text_that_climbs_the_margin_stays_by_itself() -> None:
    climbing = tuple(Word(w, Box(0, y, 20, y + 60), 1.0) for w, y in (("printed", 200), ("by", 130), ("us", 60)))
    tall = tuple(Word(w.text, Box(0, w.box.y0, 20, w.box.y0 + 25), 1.0) for w in climbing)
    assert texts(run("first line", 100, 60), tall, run("second line", 100, 130)) == [
        "first line",
        "second line",
        "printed by us",
    ]


def test_a_list_of_thousands_of_spaced_rows_is_read_to_its_end() -> None:
    assert texts(*[run(f"row {n}", 0, 50 * n) for n in range(5000)]) == [f"row {n}" for n in range(5000)]


def test_a_page_whose_gaps_all_differ_is_read_to_its_end() -> None:
    tops = [0.0]
    for number in range(1500):
        tops.append(tops[-1] + 40 * 1.005**number)
    assert texts(*[run(f"row {n}", 0, top) for n, top in enumerate(tops)]) == [f"row {n}" for n in range(1501)]


def test_rows_as_far_apart_do_not_hide_the_columns_below_them() -> None:
    titles = [
        run(f"title {n} that spans the whole width of this page from left to right", 0, 100 * n) for n in range(3)
    ]
    left = [run(f"left row {n} of this text", 0, 300 + 30 * n) for n in range(8)]
    right = [run(f"right row {n} of this text", 400, 300 + 30 * n) for n in range(8)]
    found = [line.split()[0] for line in texts(*left, *right, *titles)]
    assert found == ["title"] * 3 + ["left"] * 8 + ["right"] * 8
