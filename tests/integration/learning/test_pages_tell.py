"""Documents whose texts say nothing are told apart by their pages: read, labelled, trained on and promoted for real."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest
from learning_case import Loop

from docflow.pipeline import Pipeline
from docflow.recipes import Recipe, gather, recipe_of, reproduce, train_by
from docflow.settings import Settings
from docflow.store import Promotion
from docflow.testing import FakeEngine

EACH = 12
KINDS = ("letter", "form")


def page(kind: str, *, seed: int) -> bytes:
    """A letter's page of lines, or a form's of boxes; no two are the same."""
    chance = random.Random(f"{kind} {seed}")
    pixels = np.full((1100, 850), 255, np.uint8)
    left, top = chance.randrange(50, 90), chance.randrange(60, 120)
    for row in range(chance.randrange(16, 20)):
        at = top + 50 * row
        if kind == "form":
            for column in range(3):
                corner = left + 230 * column
                cv2.rectangle(pixels, (corner, at), (corner + 210, at + 40), (0,), 2)
        else:
            words = " ".join("word" * chance.randrange(1, 3) for _ in range(7))
            cv2.putText(pixels, words[:44], (left, at + 30), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0,), 2)
    return cv2.imencode(".png", pixels)[1].tobytes()


def mumbling(settings: Settings) -> Iterator[Pipeline]:
    """A pipeline whose engine reads the same on every page, and which embeds pages."""
    seeing = settings.model_copy(update={"ocr": settings.ocr.model_copy(update={"page_embedding": True})})
    with Pipeline.open(seeing, engine=FakeEngine(lambda _: "nothing that says what it is")) as pipeline:
        yield pipeline


@pytest.fixture
def promoted(loop: Loop) -> Promotion:
    """A version of labelled documents that only their pages tell apart."""
    for pipeline in mumbling(loop.settings):
        for kind in KINDS:
            for seed in range(EACH):
                document = pipeline.upload(page(kind, seed=seed), filename=f"{kind} {seed}.png").document
                assert document.id is not None
                pipeline.recognise(document.id)
                loop.store.labels.add(document.id, label=kind, who="ann", source=f"{kind} {seed}")
    recipe = Recipe(generated=0, candidate="multimodal", labels_until=datetime.now(UTC))
    trained = train_by(
        recipe,
        gather(recipe, store=loop.store),
        settings=loop.settings,
        store=loop.store,
        registry=loop.registry,
    )
    return loop.promote(trained.version.version)


def test_pages_tell_what_texts_do_not_and_the_version_comes_out_the_same_again(loop: Loop, promoted: Promotion) -> None:
    registered = loop.registry.version("docflow", version=promoted.model_version)
    assert recipe_of(registered).candidate == "multimodal"
    for pipeline in mumbling(loop.settings):
        said = {
            (kind, pipeline.process(page(kind, seed=seed), filename="new.png").prediction.label)
            for kind in KINDS
            for seed in range(100, 103)
        }
    assert said == {(kind, kind) for kind in KINDS}
    again = reproduce(registered.version, settings=loop.settings, store=loop.store, registry=loop.registry)
    assert again == registered.digest
