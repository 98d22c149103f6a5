import pytest

from benchmarks.corpus import word_f1
from benchmarks.ocr_scores import Score, mean, score

TRUTH = "Total due 12.50 total"


def test_a_page_read_as_it_is_has_full_marks():
    assert score(TRUTH, TRUTH, is_ordered=True) == Score(1.0, 1.0, 1.0, 0.0)


def test_order_and_case_of_words_do_not_count():
    shuffled = score(TRUTH, "TOTAL 12.50 DUE TOTAL", is_ordered=True)
    assert (shuffled.precision, shuffled.recall, shuffled.f1) == (1.0, 1.0, 1.0)
    assert shuffled.cer is not None
    assert shuffled.cer > 0


def test_words_that_are_not_there_cost_precision_and_missed_ones_cost_recall():
    assert score("a b", "a b c d", is_ordered=False) == Score(0.5, 1.0, pytest.approx(2 / 3), None)
    assert score("a b c d", "a b", is_ordered=False) == Score(1.0, 0.5, pytest.approx(2 / 3), None)


def test_a_page_of_which_nothing_was_read_has_none():
    assert score(TRUTH, "", is_ordered=True) == Score(0.0, 0.0, 0.0, 1.0)


@pytest.mark.parametrize("read", ["", "total", "Total due 1250", TRUTH, "quite another text"])
def test_f1_is_that_of_the_other_benchmarks(read):
    assert score(TRUTH, read, is_ordered=True).f1 == pytest.approx(word_f1(TRUTH, read))


def test_the_mean_counts_pages_alike_and_rates_only_where_there_is_an_order():
    assert mean([Score(1.0, 0.5, 0.6, 0.2), Score(0.0, 0.5, 0.0, None)]) == Score(0.5, 0.5, 0.3, 0.2)
    assert mean([Score(1.0, 1.0, 1.0, None)]).cer is None
