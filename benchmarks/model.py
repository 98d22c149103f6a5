"""The first classifier: trained on generated documents alone, as `docflow train` does, kept for one run."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from docflow.classify import TextClassifier, load, save, train
from docflow.cli.data import GENERATED
from docflow.synth import HARDLY_READ, training_texts


@cache
def generated_classifier(*, count: int = GENERATED, seed: int = 0) -> TextClassifier:
    """The classifier that `docflow train` makes of `count` generated texts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        digest = save(train(list(training_texts(count, seed=seed, unread=HARDLY_READ)), seed=seed), folder)
        return load(folder, name="docflow", version="bench", digest=digest)
