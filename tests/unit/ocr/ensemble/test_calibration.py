"""Confidences become shares of right words: monotone, between 0 and 1, and kept in a file."""

import datetime
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from readings import unhurried

from docflow.ocr.engines import MEMBERS
from docflow.ocr.ensemble import Calibration, Calibrations, Curve, WordClass, bundled_calibrations, class_of
from docflow.ocr.ensemble.calibration import IDENTITY
from docflow.ocr.ensemble.fitting import fit_curve, fit_curves
from docflow.ocr.recogniser.files import NETWORK, QUANTISED, read_card, shipped_folder
from docflow.types import Box, Word

judgements = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=400)
BOX = Box(0, 0, 10, 10)


@unhurried
@given(judged=judgements, at=st.lists(st.floats(0, 1), min_size=2))
def test_a_fitted_curve_rises_and_stays_between_0_and_1(judged: list[tuple[float, bool]], at: list[float]) -> None:
    curve = fit_curve([c for c, _ in judged], [right for _, right in judged])
    shares = [curve(confidence) for confidence in sorted(at)]
    assert shares == sorted(shares)
    assert all(0 <= share <= 1 for share in shares)


def test_a_fitted_curve_finds_how_often_an_engine_is_right() -> None:
    rng = random.Random(1)
    raw = [rng.random() for _ in range(20_000)]
    curve = fit_curve(raw, [rng.random() < confidence**2 for confidence in raw])
    for confidence in (0.2, 0.5, 0.8, 0.95):
        assert curve(confidence) == pytest.approx(confidence**2, abs=0.05)


@given(confidence=st.floats(0, 1))
def test_an_engine_without_a_fit_is_taken_at_its_word(confidence: float) -> None:
    assert IDENTITY(confidence) == pytest.approx(confidence)
    assert Calibrations().confidences([Word("x", BOX, confidence)], engine="new") == [confidence]


def test_a_class_with_few_words_has_the_curve_of_all() -> None:
    curves = fit_curves([(WordClass.LATIN, 0.9, True)] * 150 + [(WordClass.NUMBER, 0.9, False)] * 20)
    assert set(curves) == {WordClass.ANY, WordClass.LATIN}
    calibration = Calibration("e", "1", "eng", "2026-01-01", 3, curves)
    assert calibration.curve(WordClass.NUMBER) is curves[WordClass.ANY]


def test_the_languages_own_fit_goes_before_that_on_most_pages() -> None:
    def fit(languages: str, pages: int, share: float) -> Calibration:
        return Calibration("e", "1", languages, "2026-01-01", pages, {WordClass.ANY: Curve((0.5,), (share,), 100)})

    known = Calibrations([fit("eng", 10, 0.1), fit("eng+rus", 20, 0.2)])
    words = [Word("x", BOX, 0.9)]
    assert known.confidences(words, engine="e", languages="eng") == [0.1]
    assert known.confidences(words, engine="e", languages="deu") == [0.2]


def test_a_word_is_less_likely_right_on_a_page_that_the_engine_doubts() -> None:
    curve = Curve((0.0, 1.0), (0.0, 1.0), 100)
    known = Calibrations([Calibration("e", "1", "eng", "2026-01-01", 1, {WordClass.ANY: curve})])
    word, doubted = Word("Total", BOX, 0.9), Word("Tota1", BOX, 0.1)
    (alone,) = known.confidences([word], engine="e", languages="eng")
    (beside, _) = known.confidences([word, doubted], engine="e", languages="eng")
    assert alone == pytest.approx(0.9)
    assert beside == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("text", "word_class"),
    [
        ("Total:", WordClass.LATIN),
        ("Счёт", WordClass.CYRILLIC),
        ("12.00", WordClass.NUMBER),
        ("A4", WordClass.NUMBER),
        ("—", WordClass.SIGN),
        ("Σ", WordClass.LATIN),
    ],
)
def test_words_have_classes(text: str, word_class: WordClass) -> None:
    assert class_of(text) is word_class


@pytest.mark.parametrize(
    ("raw", "share"), [((), ()), ((0.1,), (0.1, 0.2)), ((0.2, 0.1), (0, 1)), ((0, 1), (1, 0)), ((0, 1), (0, 1.5))]
)
def test_what_is_no_rising_curve_is_refused(raw: tuple[float, ...], share: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="curve"):
        Curve(raw, share, 1)


@unhurried
@given(judged=judgements)
def test_calibrations_come_back_from_json_as_they_were(judged: list[tuple[float, bool]]) -> None:
    curves = fit_curves([(WordClass.LATIN, confidence, right) for confidence, right in judged])
    written = Calibrations([Calibration("e", "5.3", "eng+rus", "2026-01-01", 7, curves)])
    assert list(Calibrations.from_json(written.to_json())) == list(written)


def test_a_confidence_below_all_that_were_seen_is_not_trusted_more_than_it_says() -> None:
    curve = Curve((0.9, 1.0), (0.9, 0.95), 100)
    assert [curve(confidence) for confidence in (0.0, 0.3, 0.9)] == pytest.approx([0.0, 0.3, 0.9])


def test_a_curve_tells_the_least_sure_words_apart() -> None:
    sure = [(0.99, True)] * 9000 + [(0.9, True)] * 700 + [(0.9, False)] * 100 + [(0.3, False)] * 180
    curve = fit_curve([confidence for confidence, _ in sure], [right for _, right in sure])
    assert curve(0.3) < 0.1
    assert curve(0.9) == pytest.approx(0.875, abs=0.05)


READ_BY = dict.fromkeys(MEMBERS, ("eng", "rus")) | {"rapidocr": ("eng",), "compact+rapidocr": ("eng",)}
"""The names that pages come with, and the languages that they are read in; RapidOCR knows Latin script only."""

SHIPPED = {f"{c.engine} {c.languages}": c for c in bundled_calibrations()}


@pytest.mark.parametrize(
    ("engine", "languages"), [(engine, codes) for engine, languages in READ_BY.items() for codes in languages]
)
def test_each_engine_comes_with_a_fit_in_each_language_that_it_reads(engine: str, languages: str) -> None:
    calibration = SHIPPED[f"{engine} {languages}"]
    assert calibration.pages >= 10
    assert calibration.engine_version
    assert datetime.date.fromisoformat(calibration.fitted_on)
    assert {WordClass.ANY, WordClass.NUMBER} <= set(calibration.curves)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_curve_gives_little_for_little_and_much_for_much(name: str) -> None:
    for word_class, curve in SHIPPED[name].curves.items():
        shares = [curve(hundredth / 100) for hundredth in range(101)]
        assert shares == sorted(shares)
        assert shares[5] < 0.2
        assert shares[30] < 0.7
        assert shares[100] > (0.6 if word_class is WordClass.SIGN else 0.85)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("text", ["1250.00", "Total", "Итого", "&"])
def test_a_word_that_its_engine_doubts_is_doubted(name: str, text: str) -> None:
    calibration = SHIPPED[name]
    (doubted,) = bundled_calibrations().confidences(
        [Word(text, BOX, 0.05)], engine=calibration.engine, languages=calibration.languages
    )
    assert doubted < 0.2


@pytest.mark.parametrize("name", [name for name, c in SHIPPED.items() if "compact" in c.engine_version])
def test_curves_of_the_compact_recogniser_are_of_the_weights_that_are_shipped(name: str) -> None:
    """Else run `benchmarks.calibration` for those who read with it."""
    card = read_card(shipped_folder())
    assert any(card.edition(file) in SHIPPED[name].engine_version for file in (QUANTISED, f"{NETWORK}.pth"))
