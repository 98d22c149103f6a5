"""A model trained on small texts, shared by the tests of what it does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from kinds_case import make_samples

from docflow.classify import TextClassifier, TrainedModel, load, save, train
from docflow.types import LabelledText


@pytest.fixture(scope="session")
def make() -> Callable[..., list[LabelledText]]:
    return make_samples


@pytest.fixture(scope="session")
def trained() -> TrainedModel:
    return train(make_samples())


@pytest.fixture(scope="session")
def classifier(trained: TrainedModel, tmp_path_factory: pytest.TempPathFactory) -> TextClassifier:
    folder = tmp_path_factory.mktemp("model")
    return load(folder, name="kinds", version="3", digest=save(trained, folder))
