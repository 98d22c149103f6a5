"""An interval covers the truth as often as it says, however the documents hang together."""

from __future__ import annotations

import numpy as np
import pytest

from docflow.classify.intervals import accuracy_figure, macro_figure


def test_an_interval_holds_its_value_and_narrows_with_more_documents() -> None:
    few, many = accuracy_figure([True, True, True, False] * 3), accuracy_figure([True, True, True, False] * 300)
    assert few.low < few.value == 0.75 == many.value < few.high
    assert many.high - many.low < few.high - few.low


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(7)
    figures = [accuracy_figure((rng.random(100) < 0.8).tolist(), seed=number) for number in range(100)]
    assert 88 <= sum(figure.low <= 0.8 <= figure.high for figure in figures) <= 100


def test_it_covers_the_truth_of_new_sources_too() -> None:
    rng = np.random.default_rng(7)
    sources = np.repeat(np.arange(12), 10).tolist()
    covered = {"sources": 0, "documents": 0}
    for number in range(200):
        # Each source has a share of its own, 0.8 on average.
        shares = rng.beta(2, 0.5, size=12)
        right = (rng.random(120) < np.repeat(shares, 10)).tolist()
        for name, drawn in (("sources", sources), ("documents", None)):
            figure = accuracy_figure(right, sources=drawn, seed=number)
            covered[name] += figure.low <= 0.8 <= figure.high
    assert covered["documents"] < 160 < 180 <= covered["sources"]


def test_six_sources_of_which_one_is_wrong_leave_much_open() -> None:
    figure = accuracy_figure([True] * 50 + [False] * 10, sources=[row // 10 for row in range(60)])
    assert figure.low <= 0.5
    assert (figure.high, figure.count, figure.sources) == (1.0, 60, 6)


@pytest.mark.parametrize("is_right", [True, False])
def test_where_all_or_none_are_right_the_interval_is_as_wide_as_the_sources_are_few(is_right: bool) -> None:
    of_one, of_six, of_sixty = (
        accuracy_figure([is_right] * 60, sources=[row % sources for row in range(60)]) for sources in (1, 6, 60)
    )
    widths = [figure.high - figure.low for figure in (of_one, of_six, of_sixty)]
    assert widths == sorted(widths, reverse=True)
    assert widths == pytest.approx([0.79, 0.39, 0.06], abs=0.01)
    assert all(figure.low <= figure.value == is_right <= figure.high for figure in (of_one, of_six, of_sixty))


def test_one_source_that_is_half_right_leaves_nearly_all_open() -> None:
    figure = accuracy_figure([True, False] * 30, sources=[0] * 60)
    assert figure.low < 0.1 < 0.9 < figure.high


def test_nothing_is_known_of_no_documents() -> None:
    assert (accuracy_figure([]).low, accuracy_figure([]).high) == (0.0, 1.0)


def test_each_label_counts_the_same_for_the_macro_figure() -> None:
    figure = macro_figure([True] * 90 + [False] * 10, ["a"] * 90 + ["b"] * 10)
    assert figure.value == 0.5


def test_a_label_of_one_source_leaves_more_open_than_labels_of_many() -> None:
    alike, unlike = (
        macro_figure([True] * 40, ["a"] * of_a + ["b"] * (40 - of_a), sources=range(40)) for of_a in (20, 1)
    )
    assert unlike.low < alike.low < alike.value == alike.high == 1.0
