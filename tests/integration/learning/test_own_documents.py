"""What a version learnt from out of a folder never judges it, nor does what nobody can rule out."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from learning_case import WORDS, Loop

from docflow import rollout
from docflow.errors import PromotionRefused
from docflow.labelling import labelled_texts
from docflow.promoting import documents_to_judge_by, promote_if_better
from docflow.recipes import Recipe, gather, train_by
from docflow.settings import PromotionSettings
from docflow.types import LabelledText

RULES = PromotionSettings(least_documents=5, max_milliseconds=500)


def made(loop: Loop, *, own: list[LabelledText], **recipe: Any) -> str:
    """The number of the version that is made of a folder's documents."""
    wanted = Recipe(**{"generated": 0, "own_documents": len(own)} | recipe)
    material = gather(wanted, store=loop.store, own=own)
    return train_by(wanted, material, settings=loop.settings, store=loop.store, registry=loop.registry).version.version


def judging(loop: Loop, version: str | None = None) -> set[str]:
    """The ids of the documents that judge the version and the champion."""
    found = documents_to_judge_by(loop.store, settings=loop.settings, registry=loop.registry, version=version)
    return {sample.document_id for sample in found}


def beside(loop: Loop, version: str) -> Path:
    """The folder of the list that lies beside the version."""
    return loop.artifacts(version).parent / "learnt"


@pytest.fixture
def folder(loop: Loop) -> list[LabelledText]:
    """Documents of the store that people have labelled too, as `docflow train DIR` hands them over."""
    loop.label(first=0, count=200)
    return [replace(one, group=f"document {one.document_id}", source="") for one in labelled_texts(loop.store)]


def test_a_version_is_not_promoted_for_what_it_learnt_from_a_folder(loop: Loop, folder: list[LabelledText]) -> None:
    swapped = [
        LabelledText(one.text, "letter" if one.label == "invoice" else "invoice", "eng", group=one.group)
        for one in folder
    ]
    first = made(loop, own=swapped)
    loop.promote(first)
    assert beside(loop, first).is_dir()
    assert len(judging(loop)) >= 5
    version = made(loop, own=folder)
    learnt = {one.document_id for one in gather(Recipe(generated=0), store=loop.store, own=folder).learnt}
    assert len(learnt) > 150
    assert not judging(loop, version) & learnt
    with pytest.raises(PromotionRefused, match=r"neither has learnt from, .* and 5 documents of 6 sources are"):
        promote_if_better(
            version,
            settings=loop.settings.model_copy(update={"promotion": RULES}),
            store=loop.store,
            registry=loop.registry,
            promoted_by="ann",
        )
    assert rollout.recorded_champion(loop.settings, store=loop.store).model_version == first


def test_what_it_learnt_from_is_listed_beside_the_version_by_its_content(
    loop: Loop, folder: list[LabelledText]
) -> None:
    learnt = gather(Recipe(generated=0), store=loop.store, own=folder).learnt
    version = made(loop, own=folder)
    listed = json.loads((beside(loop, version) / "documents.json").read_text())
    assert listed == sorted(loop.store.document(int(one.document_id)).sha256 for one in learnt)
    registered = loop.registry.version("docflow", version=version)
    assert rollout.fetch(version, digest=registered.digest, settings=loop.settings, registry=loop.registry).is_dir()


def test_nor_does_a_near_duplicate_judge_it_though_nobody_labelled_the_original(loop: Loop) -> None:
    loop.label(first=0, count=200)
    texts = {one.document_id: one for one in labelled_texts(loop.store)}
    own = []
    for number in judging(loop):
        scanned = str(loop.copy(int(number)))
        own.append(replace(texts[number], document_id=scanned, group=f"document {scanned}", source=""))
    version = made(loop, own=own, generated=200)
    learnt = {one.text for one in gather(Recipe(generated=0), store=loop.store, own=own).learnt}
    assert learnt
    assert judging(loop, version) == {number for number in judging(loop) if texts[number].text not in learnt}


def test_where_the_folders_documents_were_not_listed_only_what_came_in_since_judges(
    loop: Loop, folder: list[LabelledText]
) -> None:
    version = made(loop, own=folder)
    shutil.rmtree(beside(loop, version))
    assert judging(loop, version) == set()
    loop.label(first=200, count=200)
    since = judging(loop, version)
    assert len(since) >= 5
    assert not since & {one.document_id for one in folder}


def test_a_document_that_came_in_before_and_was_labelled_since_does_not_judge_such_a_version(loop: Loop) -> None:
    words = WORDS["invoice"].split()
    texts = [" ".join(random.Random(number).choices(words, k=15)) for number in range(200)]
    early = [loop.read(text, name=f"early {number}") for number, text in enumerate(texts)]
    version = loop.train().version.version
    for number in early:
        loop.store.labels.add(number, label="invoice", who="ann", source=f"early {number}")
    assert judging(loop, version) == set()
    assert judging(loop)


def test_a_champion_that_is_gone_from_the_registry_is_judged_on_what_came_in_since_its_promotion(
    loop: Loop, folder: list[LabelledText]
) -> None:
    version = made(loop, own=folder)
    loop.promote(version)
    loop.registry._client.delete_model_version("docflow", version)
    assert judging(loop) == set()
    loop.label(first=200, count=200)
    since = judging(loop)
    assert len(since) >= 5
    assert not since & {one.document_id for one in folder}
    loop.promote(made(loop, own=[], generated=200))
    assert rollout.recorded_champion(loop.settings, store=loop.store).model_version != version
    loop.store.record_promotion(
        model_name="docflow", model_version="2", digest="of another registry", promoted_by="ann", reason="again"
    )
    assert judging(loop) == set()


def test_an_older_version_of_labels_alone_is_judged_by_what_its_recipe_leaves(loop: Loop) -> None:
    loop.label(first=0, count=200)
    version = made(loop, own=[], labels_until=datetime.now(UTC))
    listed = judging(loop, version)
    shutil.rmtree(beside(loop, version))
    assert judging(loop, version) == listed != set()


def test_nor_does_what_comes_of_the_same_source_as_a_near_duplicate_that_people_corrected(loop: Loop) -> None:
    loop.label(first=0, count=200)
    judges = judging(loop)
    beside_corrected, own = dict[str, str](), list[LabelledText]()
    for place, number in enumerate(sorted(judges)):
        source = f"source {int(number) - 1}"
        text = " ".join(random.Random(1000 + place).choices(WORDS["letter"].split(), k=15))
        corrected, copy = (loop.read(text, name=f"{what} {place}") for what in ("corrected", "copy"))
        loop.answer(corrected, label="invoice")
        loop.store.labels.add(corrected, label="letter", who="ann", source=source)
        own.append(LabelledText(text, "letter", "eng", group=f"document {copy}", document_id=str(copy)))
        beside_corrected[number] = text
    assert judging(loop) == judges
    version = made(loop, own=own, generated=200)
    learnt = {one.text for one in gather(Recipe(generated=0), store=loop.store, own=own).learnt}
    judging_now = {number for number in judges if beside_corrected[number] not in learnt}
    assert judging_now < judges
    assert judging(loop, version) == judging_now
