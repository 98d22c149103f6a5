"""Where pages have embeddings, what they look like has a word beside their texts."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from kinds_case import COMMON

from docflow.classify import Best, Linear, Multimodal, digest_of, load, save
from docflow.classify.layers import to_npy
from docflow.classify.multimodal import (
    PAGE_WEIGHT,
    MultimodalClassifier,
    MultimodalModel,
    has_pages,
    train_multimodal,
)
from docflow.classify.pages import BIASES_FILE, PAGES_FILE, WEIGHTS_FILE, Pages, fit_pages
from docflow.classify.voting import train_voting
from docflow.embedding import SIZE, Embedding, with_embedding
from docflow.errors import ModelFileError
from docflow.thumbnail import thumbnail_of
from docflow.types import UNKNOWN, LabelledText, ModelRef

Make = Callable[..., list[LabelledText]]
SAID = ModelRef("kinds", "1", "")
LABELS = ("invoice", "receipt", "letter", UNKNOWN)
SMALL = thumbnail_of(np.full((40, 30), 200, np.uint8))


def looking_like(label: str, *, seed: int, network: str = "0a1b2c3d") -> bytes:
    """A thumbnail whose embedding leans the way of its label."""
    values = np.random.default_rng(seed).normal(size=SIZE).astype(np.float32)
    values[LABELS.index(label) :: len(LABELS)] += 1.0
    return with_embedding(SMALL, Embedding(network, values / np.linalg.norm(values)))


def seen(samples: Sequence[LabelledText]) -> list[LabelledText]:
    """The samples with pages that look like their labels."""
    return [replace(s, thumbnail=looking_like(s.label, seed=row)) for row, s in enumerate(samples)]


@pytest.fixture(scope="module")
def model(make: Make) -> MultimodalModel:
    return train_multimodal(seen(make()))


@pytest.fixture
def folder(model: MultimodalModel, tmp_path: Path) -> Path:
    save(model, tmp_path)
    return tmp_path


def test_the_answer_is_the_text_times_the_page_to_the_power_of_its_weight(model: MultimodalModel, make: Make) -> None:
    samples = seen(make(6, seed=5))
    texts, thumbnails = [s.text for s in samples], [s.thumbnail for s in samples]
    assert model.page is not None
    text = train_voting(make()).classifier(SAID).probabilities(texts)
    page = np.exp(model.page.log_probabilities(Pages.of(thumbnails).values))
    expected = np.maximum(text, 1e-4) * np.maximum(page, 1e-4) ** PAGE_WEIGHT
    said = model.classifier(SAID).probabilities(texts, thumbnails)
    np.testing.assert_allclose(said, expected / expected.sum(axis=1, keepdims=True), atol=1e-5)


def test_a_text_that_says_nothing_of_its_kind_is_told_by_its_page(model: MultimodalModel) -> None:
    common = "the of and date 12.05.2024 number page 100,00"
    for label in LABELS:
        (answer,) = model.classifier(SAID).predict([common], [looking_like(label, seed=999)])
        assert max(answer.scores, key=lambda each: answer.scores[each]) == label


def test_a_document_without_an_embedding_is_answered_by_its_text(model: MultimodalModel, make: Make) -> None:
    texts = [s.text for s in make(3, seed=5)]
    alone = train_voting(make()).classifier(SAID).probabilities(texts)
    for thumbnails in ((), [b""] * len(texts), [SMALL] * len(texts)):
        np.testing.assert_allclose(model.classifier(SAID).probabilities(texts, thumbnails), alone, atol=1e-6)


def test_an_embedding_of_another_network_says_nothing(model: MultimodalModel, make: Make) -> None:
    texts = [make(1, seed=5)[0].text]
    other = [looking_like("letter", seed=1, network="ffffffff")]
    classifier = model.classifier(SAID)
    np.testing.assert_array_equal(classifier.probabilities(texts, other), classifier.probabilities(texts))


def test_documents_that_come_without_embeddings_are_warned_of_once(
    model: MultimodalModel, caplog: pytest.LogCaptureFixture
) -> None:
    classifier = model.classifier(SAID)
    with caplog.at_level(logging.WARNING):
        classifier.predict(["invoice due"])
        assert not caplog.records
        classifier.predict(["invoice due"], [SMALL])
        classifier.predict(["invoice due"], [SMALL])
    assert [record.getMessage().count("ocr.page_embedding") for record in caplog.records] == [1]


def test_labels_that_no_page_taught_keep_what_the_text_gives_them(make: Make) -> None:
    samples = [replace(s, thumbnail=b"") if s.label == UNKNOWN else s for s in seen(make())]
    model = train_multimodal(samples)
    classifier = model.classifier(SAID)
    texts = [s.text for s in make(6, seed=5)]
    thumbnails = [looking_like("letter", seed=row) for row in range(len(texts))]
    column = model.labels.index(UNKNOWN)
    said, alone = classifier.probabilities(texts, thumbnails), classifier.probabilities(texts)
    np.testing.assert_allclose(said[:, column], alone[:, column], atol=1e-6)
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-6)
    assert not np.allclose(said, alone, atol=0.01)


def test_where_nothing_was_read_the_page_says_little(model: MultimodalModel) -> None:
    said = model.classifier(SAID).probabilities([""], [looking_like("letter", seed=3)])
    assert model.labels[int(said.argmax())] == "letter"
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-6)
    assert said.max() < 0.9
    (unseen,) = model.classifier(SAID).predict([""], [b""])
    assert (unseen.label, set(unseen.scores.values())) == (UNKNOWN, {0.0})


def test_generated_pages_teach_nothing(make: Make) -> None:
    generated = [replace(s, is_generated=True) for s in seen(make())]
    assert train_multimodal(generated).page is None
    assert not has_pages(generated)


def test_pages_are_learnt_from_where_real_documents_are_ten_a_label(make: Make) -> None:
    samples = make()
    for real, is_learnt in ((39, False), (40, True)):
        shared = [
            replace(s, is_generated=row >= real, thumbnail=looking_like(("invoice", "letter")[row % 2], seed=row))
            for row, s in enumerate(samples)
        ]
        assert (train_multimodal(shared).page is not None) is is_learnt


def test_without_embeddings_it_is_the_model_that_votes(make: Make, model: MultimodalModel) -> None:
    votes, seeing = train_voting(make()), model
    model = train_multimodal(make())
    assert model.page is None
    assert not isinstance(model.classifier(SAID), MultimodalClassifier)
    assert [each.classifier(SAID).looks_at_embeddings for each in (model, seeing)] == [False, True]
    assert (model.threshold, model.out_of_fold) == (votes.threshold, votes.out_of_fold)


def test_labels_of_under_five_pages_are_left_to_the_text() -> None:
    labels = np.array([0] * 6 + [1] * 5 + [2] * 4)
    pages = Pages.of([looking_like(LABELS[label], seed=row) for row, label in enumerate(labels)])
    model = fit_pages(pages, labels)
    assert model is not None
    assert model.columns.tolist() == [0, 1]
    assert fit_pages(pages.among(np.arange(6)), labels) is None


def test_two_labels_have_a_score_each() -> None:
    labels = np.array([0, 1] * 10)
    pages = Pages.of([looking_like(LABELS[label], seed=row) for row, label in enumerate(labels)])
    model = fit_pages(pages, labels)
    assert model is not None
    found = model.log_probabilities(pages.values)
    np.testing.assert_array_equal(found.argmax(axis=1), labels)
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1)


def test_pages_of_the_commonest_network_are_learnt_from() -> None:
    mixed = [looking_like("letter", seed=row, network=("aaaaaaaa", "bbbbbbbb")[row % 3 > 0]) for row in range(9)]
    pages = Pages.of([b"", *mixed])
    assert (pages.network, pages.rows.tolist()) == ("bbbbbbbb", [2, 3, 5, 6, 8, 9])


def test_out_of_fold_figures_are_those_of_both_together(make: Make) -> None:
    samples = [replace(s, text="the of and date") if row % 3 == 0 else s for row, s in enumerate(seen(make()))]
    blind = [replace(s, thumbnail=b"") for s in samples]
    together, alone = train_multimodal(samples).out_of_fold, train_multimodal(blind).out_of_fold
    assert together.macro_accuracy > alone.macro_accuracy + 0.1


def test_the_files_load_to_the_same_answers_in_any_order(model: MultimodalModel, make: Make, tmp_path: Path) -> None:
    loaded = load(tmp_path, name="kinds", version="1", digest=save(model, tmp_path))
    samples = seen(make(3, seed=5))
    texts, thumbnails = [s.text for s in samples], [s.thumbnail for s in samples]
    np.testing.assert_array_equal(
        loaded.probabilities(texts, thumbnails), model.classifier(SAID).probabilities(texts, thumbnails)
    )
    again = train_multimodal(seen(make())[::-1])
    assert save(again, tmp_path / "again") == digest_of(tmp_path / "again")
    assert (tmp_path / "again" / WEIGHTS_FILE).read_bytes() == (tmp_path / WEIGHTS_FILE).read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        (PAGES_FILE, b"{", "do not load"),
        (PAGES_FILE, b"[]", "do not load"),
        (PAGES_FILE, b'{"network": "x"}', "do not load"),
        (PAGES_FILE, b'{"network": "x", "columns": ["a"]}', "do not load"),
        (PAGES_FILE, b'{"network": "x", "columns": [0, 1]}', "does not fit"),
        (PAGES_FILE, b'{"network": "x", "columns": [0, 1, 2, 9]}', "does not fit"),
        (WEIGHTS_FILE, b"none", "do not load"),
        (WEIGHTS_FILE, to_npy(np.zeros((3, 4), np.float32)), "does not fit"),
        (BIASES_FILE, to_npy(np.zeros(3, np.float32)), "does not fit"),
    ],
)
def test_files_that_are_none_of_ours_are_refused(folder: Path, name: str, content: bytes, match: str) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(ModelFileError, match=match):
        load(folder, name="kinds", version="1", digest=digest_of(folder))


def test_a_missing_array_is_refused(folder: Path) -> None:
    (folder / BIASES_FILE).unlink()
    with pytest.raises(ModelFileError, match="do not load"):
        load(folder, name="kinds", version="1", digest=digest_of(folder))


def test_the_description_names_the_candidate_and_the_pages_learnt_from(folder: Path) -> None:
    described = json.loads((folder / "model.json").read_text())
    assert (described["candidate"], described["training"]["pages"]) == ("multimodal", 96)


def test_best_tries_it_where_pages_have_embeddings(make: Make) -> None:
    among = (Linear(), Multimodal())
    chance = random.Random(0)
    half_silent = [
        replace(s, text=" ".join(chance.choices(COMMON, k=20))) if row % 3 else s for row, s in enumerate(make())
    ]
    model = Best(among).fit(seen(half_silent))
    assert model.candidate == "multimodal", model.training["compared"]
    assert set(Best(among).fit(make()).training["compared"]) == {"linear"}


def test_a_model_says_why_it_is_less_than_it_was_asked_to_be(model: MultimodalModel, make: Make) -> None:
    assert model.why_less == ""
    assert train_multimodal(make()).why_less.endswith("have an embedding of their page, so it is `voting`")
    few = train_multimodal([replace(sample, is_generated=True) for sample in seen(make())])
    assert few.why_less.endswith("under 10 a label, so it is `linear` alone")
