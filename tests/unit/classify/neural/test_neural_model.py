"""The served network: pages reach it, wrong files are refused, and it needs no torch."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from onnx_case import ink_or_words

from docflow.classify import digest_of, load, save
from docflow.classify.evaluation import Judged
from docflow.classify.features import FEATURES_VERSION
from docflow.classify.files import DESCRIPTION_FILE
from docflow.classify.neural.model import ONNX_FILE, NeuralClassifier, NeuralModel
from docflow.errors import ModelFileError
from docflow.rollout import Lineup
from docflow.thumbnail import thumbnail_of
from docflow.types import UNKNOWN, ModelRef, Question

BLACK_AND_WHITE = np.repeat(np.array([[0], [255], [255]], np.uint8), 96, axis=0).repeat(96, axis=1)
PAGE = thumbnail_of(BLACK_AND_WHITE)
REF = ModelRef("kinds", "1", "")


@pytest.fixture(scope="module")
def model() -> NeuralModel:
    training = {"features_version": FEATURES_VERSION}
    return NeuralModel(
        onnx=ink_or_words(),
        labels=("a", "b", "c"),
        threshold=0.5,
        training=training,
        judged=Judged([], [], []),
    )


def test_what_is_seen_and_what_is_read_both_count(model: NeuralModel) -> None:
    classifier = model.classifier(REF)
    words = " ".join(f"word{chr(97 + n)}" for n in range(26)) * 20
    seen, read, both = classifier.predict(["", words, words], [PAGE, b"", PAGE])
    assert (seen.label, read.label) == ("b", "c")
    assert both.scores["b"] > 2 * read.scores["b"]


def test_without_pictures_it_answers_from_the_text(model: NeuralModel) -> None:
    classifier = model.classifier(REF)
    words = "many words of a text " * 50
    assert classifier.predict([words]) == classifier.predict([words], [b""])
    assert classifier.predict([]) == []


def test_neither_a_word_nor_a_picture_is_unknown(model: NeuralModel) -> None:
    (said,) = model.classifier(REF).predict([" … "], [b"no picture"])
    assert (said.label, set(said.scores.values())) == (UNKNOWN, {0.0})


def test_a_lineup_shows_its_models_the_page(model: NeuralModel) -> None:
    (answered,) = Lineup(model.classifier(REF)).answer([Question("", "key", PAGE)])
    assert answered.prediction.label == "b"


def test_the_files_give_the_same_network_again(model: NeuralModel, tmp_path: Path) -> None:
    loaded = load(tmp_path, name="kinds", version="1", digest=save(model, tmp_path))
    assert isinstance(loaded, NeuralClassifier)
    np.testing.assert_array_equal(
        loaded.probabilities(["one two"], [PAGE]), model.classifier(REF).probabilities(["one two"], [PAGE])
    )


@pytest.mark.parametrize("content", [b"", b"no network", ink_or_words()[:500], ink_or_words(labels=4)])
def test_a_file_that_is_no_network_of_these_labels_is_refused(
    content: bytes, model: NeuralModel, tmp_path: Path
) -> None:
    save(model, tmp_path)
    (tmp_path / ONNX_FILE).write_bytes(content)
    with pytest.raises(ModelFileError, match=ONNX_FILE):
        load(tmp_path, name="kinds", version="1", digest=digest_of(tmp_path))


def test_a_missing_network_is_told(model: NeuralModel, tmp_path: Path) -> None:
    save(model, tmp_path)
    assert json.loads((tmp_path / DESCRIPTION_FILE).read_text())["candidate"] == "neural"
    (tmp_path / ONNX_FILE).unlink()
    with pytest.raises(ModelFileError, match=r"has no model\.onnx"):
        load(tmp_path, name="kinds", version="1", digest=digest_of(tmp_path))
