"""The linear model and the network of common words vote where there are enough real documents to learn from."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from docflow.classify import TextClassifier, digest_of, load, save, train
from docflow.classify.features import BUCKETS
from docflow.classify.voting import VotingClassifier, VotingModel, train_voting
from docflow.classify.words import COLUMNS_FILE, common_columns, count_words, fit_words
from docflow.errors import ModelFileError
from docflow.types import UNKNOWN, LabelledText, ModelRef

Make = Callable[..., list[LabelledText]]
SAID = ModelRef("kinds", "1", "")


@pytest.fixture(scope="module")
def model(make: Make) -> VotingModel:
    return train_voting(make())


@pytest.fixture
def folder(model: VotingModel, tmp_path: Path) -> Path:
    save(model, tmp_path)
    return tmp_path


def test_the_answer_is_the_mean_of_what_both_hold_likely(model: VotingModel, make: Make) -> None:
    texts = [sample.text for sample in make(6, seed=5)]
    assert model.network is not None
    linear = TextClassifier(model.pipeline, model=SAID, labels=model.labels, threshold=0.5).probabilities(texts)
    words = softmax(model.network.scores(count_words(texts)), axis=1)
    said = model.classifier(SAID).probabilities(texts)
    np.testing.assert_allclose(said, (linear + words) / 2)
    np.testing.assert_allclose(said.sum(axis=1), 1)
    assert not np.allclose(linear, words, atol=0.01)


def test_generated_documents_alone_make_a_linear_model(make: Make) -> None:
    generated = [replace(sample, is_generated=True) for sample in make()]
    model = train_voting(generated)
    assert model.network is None
    assert not isinstance(model.classifier(SAID), VotingClassifier)
    texts = [sample.text for sample in make(6, seed=5)]
    alone = train(generated)
    np.testing.assert_array_equal(
        model.classifier(SAID).probabilities(texts), alone.classifier(SAID).probabilities(texts)
    )
    assert (model.threshold, model.out_of_fold) == (alone.threshold, alone.out_of_fold)


def test_real_documents_bring_the_network_in_where_they_are_ten_a_label(make: Make) -> None:
    samples = make()
    for real, has_network in ((39, False), (40, True)):
        shared = [replace(sample, is_generated=number >= real) for number, sample in enumerate(samples)]
        trained = train_voting(shared)
        assert (trained.network is not None) is has_network
        few = "labelled documents are under 10 a label, so it is `linear` alone"
        assert trained.why_less == ("" if has_network else few)


def test_kinds_are_told_apart_out_of_fold(model: VotingModel) -> None:
    assert model.out_of_fold.count == 96
    assert model.out_of_fold.macro_accuracy > 0.95


@pytest.mark.parametrize("text", ["", " .,;:!? ", "\n"])
def test_a_text_without_a_word_is_unknown_with_scores_of_0(model: VotingModel, text: str) -> None:
    (answer,) = model.classifier(SAID).predict([text])
    assert (answer.label, answer.confidence, set(answer.scores.values())) == (UNKNOWN, 0.0, {0.0})


def test_no_texts_have_no_predictions(model: VotingModel) -> None:
    assert model.classifier(SAID).predict([]) == []


def test_only_what_one_document_in_a_hundred_has_is_looked_at() -> None:
    texts = ["common rare", *["common"] * 299]
    counts = count_words(texts)
    ones = np.ones(len(texts), dtype=np.intp)
    (common,) = common_columns(counts, ones).tolist()
    assert counts[1, common] == pytest.approx(1)
    assert counts[0].multiply(counts[0]).sum() == pytest.approx(1)
    # A document that counts ten times brings its word and its pair of words over the bound.
    assert len(common_columns(counts, np.where(np.arange(len(texts)) == 0, 10, ones))) == 3


def test_heavier_documents_are_learnt_harder() -> None:
    texts = ["total due"] * 20
    truth = np.array(["invoice", "receipt"] * 10)
    counts = count_words(texts)
    columns = common_columns(counts, np.ones(20, dtype=np.intp))
    weights = np.where(truth == "invoice", 5.0, 1.0)
    fitted = fit_words(counts, truth, weights, columns=columns, seed=0)
    invoice, receipt = fitted.scores(counts[:1])[0]
    assert invoice > receipt


def test_cooling_divides_the_scores(model: VotingModel) -> None:
    assert model.network is not None
    counts = count_words(["invoice due payment", "dear sincerely"])
    np.testing.assert_allclose(
        model.network.cooled(2.0).scores(counts), model.network.scores(counts) / 2, rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize(
    ("content", "match"),
    [("[1, 2", "does not load"), ('["word"]', "does not load"), (f"[{BUCKETS}]", "no buckets"), ("[-1]", "no buckets"),
     ("[[1]]", "no buckets"), ("[1, 2]", "fit together"), (f"[{1 << 40}]", "does not load")],
)  # fmt: skip
def test_columns_that_are_none_of_ours_are_refused(folder: Path, content: str, match: str) -> None:
    (folder / COLUMNS_FILE).write_text(content)
    with pytest.raises(ModelFileError, match=match):
        load(folder, name="kinds", version="1", digest=digest_of(folder))


def test_a_network_without_one_of_its_arrays_is_refused(folder: Path) -> None:
    (folder / "biases-1.npy").unlink()
    with pytest.raises(ModelFileError, match=r"biases-1\.npy"):
        load(folder, name="kinds", version="1", digest=digest_of(folder))


def test_the_description_names_the_candidate(folder: Path) -> None:
    assert json.loads((folder / "model.json").read_text())["candidate"] == "voting"
