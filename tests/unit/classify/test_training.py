from __future__ import annotations

import itertools
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from docflow.classify import TrainedModel, save, train
from docflow.classify.confidence import THRESHOLDS, choose_threshold, fit_temperature
from docflow.classify.training import BACKGROUND_WEIGHT, fit_linear
from docflow.classify.weighing import document_weights
from docflow.errors import TrainingDataError
from docflow.types import UNKNOWN, LabelledText, ModelRef


def test_the_labels_come_from_the_data(make) -> None:
    texts = [LabelledText(s.text, f"вид {s.label}", s.language, s.group) for s in make(labels=("invoice", "letter"))]
    assert train(texts).labels == ("вид invoice", "вид letter")


def test_training_tells_what_it_was_trained_on(trained: TrainedModel) -> None:
    assert trained.training["documents"] == 96
    assert trained.training["counts"]["invoice"] == {"eng": 12, "rus": 12}
    assert trained.training["seed"] == 0
    assert trained.training["folds"] == "grouped"
    assert len(trained.training["data_digest"]) == 64


def test_what_a_machine_labelled_makes_other_data_and_nothing_else_does(make) -> None:
    samples = make(12)
    automatic = [replace(samples[0], is_automatic=True), *samples[1:]]
    named = [replace(sample, document_id=str(row), grade="B") for row, sample in enumerate(samples)]
    first, second, third = (train(given).training["data_digest"] for given in (samples, automatic, named))
    assert first == third != second


def test_a_label_of_one_source_leaves_the_folds_of_the_others_grouped(make) -> None:
    samples = make(labels=("invoice", "receipt"))
    permits = [replace(s, label="permit", group="office") for s in make(8, labels=("letter",))]
    model = train([*samples, *permits])
    assert (model.training["folds"], model.training["plain_labels"]) == ("partly grouped", ["permit"])
    assert model.out_of_fold.per_label["permit"].count == 8
    assert "plain_labels" not in train(samples).training


def test_separable_kinds_are_told_apart_out_of_fold(trained: TrainedModel) -> None:
    assert trained.out_of_fold.count == 96
    assert trained.out_of_fold.macro_accuracy > 0.95
    assert THRESHOLDS[0] <= trained.threshold <= THRESHOLDS[1]


def test_what_was_judged_out_of_fold_is_kept_without_texts_and_with_what_finds_it_again(make) -> None:
    samples = [replace(sample, document_id=str(row), thumbnail=b"page") for row, sample in enumerate(make(12))]
    judged = train(samples).judged
    assert {one.document_id for one in judged.samples} == {one.document_id for one in samples}
    assert not any(one.text or one.thumbnail for one in judged.samples)
    named = dict(zip((one.document_id for one in judged.samples), judged.sources, strict=True))
    alike = {(named[one.document_id], one.group) for one in samples}
    assert len(alike) == len({one.group for one in samples})


def test_the_order_of_the_samples_does_not_change_the_model(make, tmp_path: Path) -> None:
    samples = make(12)
    first = save(train(samples), tmp_path / "first")
    assert save(train(samples[::-1]), tmp_path / "second") == first


def test_other_data_give_another_digest(make, tmp_path: Path) -> None:
    assert save(train(make(12)), tmp_path / "first") != save(train(make(12, seed=1)), tmp_path / "second")


def test_another_process_trains_the_same_model(make, tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from kinds_case import make_samples;"
        "from docflow.classify import save, train; print(save(train(make_samples(12)), Path(sys.argv[2])))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parent), str(tmp_path / "there")],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert run.stdout.strip() == save(train(make(12)), tmp_path / "here")


@pytest.mark.parametrize("labels", [(), ("invoice",)])
def test_under_two_labels_are_refused(make, labels: tuple[str, ...]) -> None:
    with pytest.raises(TrainingDataError, match="two at least"):
        train(make(labels=labels))


def test_a_label_with_too_few_documents_is_refused_by_name(make) -> None:
    with pytest.raises(TrainingDataError, match="letter: 4") as caught:
        train(make(labels=("invoice", "receipt")) + make(4, labels=("letter",)))
    assert caught.value.detail == {"few": {"letter": 4}}


def test_documents_without_words_do_not_count_as_documents(make) -> None:
    empty = [LabelledText(" … ", "letter", "eng") for _ in range(20)]
    with pytest.raises(TrainingDataError, match="letter: 4"):
        train(make(labels=("invoice",)) + make(4, labels=("letter",)) + empty)


def test_two_labels_are_calibrated_too(make) -> None:
    model = train(make(labels=("invoice", UNKNOWN)))
    assert model.labels == ("invoice", UNKNOWN)
    assert model.out_of_fold.macro_accuracy > 0.9


def test_a_larger_background_does_not_outweigh_the_named_labels() -> None:
    same = sp.csr_matrix(np.ones((50, 3), dtype=np.float32))
    truth = np.array(["invoice"] * 10 + [UNKNOWN] * 40)
    weights = document_weights(truth, np.ones(50, dtype=np.intp), background_weight=BACKGROUND_WEIGHT)
    linear = fit_linear(same, truth, weights)
    expected = 1 / (1 + BACKGROUND_WEIGHT)
    assert linear.predict_proba(same[:1])[0, 0] == pytest.approx(expected, abs=0.01)


def test_ngrams_that_no_text_has_weigh_nothing() -> None:
    texts = sp.csr_matrix(np.array([[1, 0, 0], [0, 0, 1]] * 5, dtype=np.float32))
    linear = fit_linear(texts, np.array(["a", "b"] * 5), np.ones(10))
    assert linear.coef_.shape == (1, 3)
    assert linear.coef_[0, 1] == 0.0
    assert linear.predict(texts[:2]).tolist() == ["a", "b"]


def test_what_is_generated_more_often_is_not_found_more_often_for_that(make) -> None:
    samples = [*make(60, labels=("invoice",)), *make(6, labels=("receipt",)), *make(60, labels=("letter",))]
    made = train([replace(sample, is_generated=True) for sample in samples])
    real = train(samples)
    nothing = ["nothing of any kind"]
    (of_made,), (of_real,) = (model.classifier(ModelRef("m", "1", "")).predict(nothing) for model in (made, real))
    assert of_made.scores["receipt"] > 2 * of_real.scores["receipt"]
    assert made.out_of_fold.per_label["receipt"].recall == 1.0


def once(rows: int) -> np.ndarray:
    return np.ones(rows, dtype=np.intp)


def test_the_temperature_undoes_overconfidence() -> None:
    chance = np.random.default_rng(0)
    logits = chance.normal(size=(4000, 3))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = (shares.cumsum(axis=1) > chance.random((4000, 1))).argmax(axis=1)
    assert fit_temperature(logits * 5, truth, times=once(4000), sources=4000) == pytest.approx(5, rel=0.1)


def test_folds_without_a_mistake_leave_doubt() -> None:
    logits = np.eye(2)[np.arange(40) % 2]
    temperature = fit_temperature(logits, np.arange(40) % 2, times=once(40), sources=8)
    assert 1 / (1 + np.exp(-1 / temperature)) == pytest.approx(0.9, abs=0.01)


def threshold_of(confidences: list[float], right: list[bool]) -> float:
    probabilities = np.array([[p, 1 - p] for p in confidences])
    return choose_threshold(probabilities, np.where(right, "a", "b"), times=once(len(right)), labels=("a", "b"))


def test_the_threshold_is_the_least_at_which_answers_are_precise() -> None:
    assert threshold_of([0.95, 0.8, 0.7, 0.6, 0.55], [True, True, True, False, False]) == 0.7


def test_the_threshold_stays_in_its_bounds() -> None:
    assert threshold_of([0.99, 0.6, 0.51], [False, False, False]) == THRESHOLDS[1]
    assert threshold_of([0.99, 0.501], [True, True]) == pytest.approx(0.501)
    spread = np.array([[0.4, 0.3, 0.3]])
    assert choose_threshold(spread, np.array(["a"]), times=once(1), labels=("a", "b", "c")) == THRESHOLDS[0]


def test_nothing_out_of_fold_rests_on_what_a_machine_labelled(make) -> None:
    by_people = make()
    wrong = [
        replace(sample, label=other.label, group=f"machine {number}", is_automatic=True)
        for number, (sample, other) in enumerate(zip(by_people, reversed(by_people), strict=True))
    ]
    model = train([*by_people, *wrong])
    assert model.out_of_fold.count == len(by_people)
    assert model.training["documents"] == 2 * len(by_people)


def test_copies_in_other_sources_do_not_flatter_the_figures_out_of_fold() -> None:
    rng = random.Random(5)
    words = ["".join(letters) for letters in itertools.product("abcdefg", repeat=3)]
    texts = [" ".join(rng.choices(words, k=40)) for _ in range(40)]
    samples = [
        LabelledText(f"{text} {copy}", label, "eng", group=f"{number}-{copy}")
        for number, text in enumerate(texts)
        for label in (rng.choice(("invoice", "letter")),)
        for copy in ("one", "two", "three")
    ]
    assert train(samples).out_of_fold.accuracy < 0.75
