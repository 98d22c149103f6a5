"""A version carries its recipe, and comes out the same again for as long as what it learnt from is there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.util import find_spec

import pytest
from learning_case import Loop

from docflow.errors import DigestMismatch, SettingsError, TrainingDataError
from docflow.recipes import Recipe, digest_of_samples, gather, recipe_of, reproduce, train_by
from docflow.store import LabelOrigin
from docflow.types import LabelledText


def made(loop: Loop, recipe: Recipe, *, own: tuple[LabelledText, ...] = ()) -> str:
    """The number of the version that the recipe makes now."""
    material = gather(recipe, store=loop.store, own=own)
    return train_by(recipe, material, settings=loop.settings, store=loop.store, registry=loop.registry).version.version


def again(loop: Loop, version: str) -> str:
    return reproduce(version, settings=loop.settings, store=loop.store, registry=loop.registry)


@pytest.mark.parametrize("candidate", ["linear", "voting", "paperless"])
def test_a_version_comes_out_the_same_again_whatever_was_labelled_since(loop: Loop, candidate: str) -> None:
    loop.label(first=0, count=30)
    recipe = Recipe(generated=200, seed=3, candidate=candidate, labels_until=datetime.now(UTC))
    version = made(loop, recipe)
    registered = loop.registry.version("docflow", version=version)
    assert recipe_of(registered) == recipe
    loop.label(first=30, count=10)
    loop.label(first=0, count=4, wrong=True)
    assert again(loop, version) == registered.digest


def test_a_tuned_version_comes_out_the_same_again(loop: Loop) -> None:
    version = made(loop, Recipe(generated=150, tune=2))
    assert again(loop, version) == loop.registry.version("docflow", version=version).digest


def test_a_tuned_version_is_made_again_with_what_was_chosen_though_another_machine_would_choose_otherwise(
    loop: Loop,
) -> None:
    version = made(loop, Recipe(generated=150, tune=1))
    knobs = json.dumps({"inverse_regularisation": 0.01, "background_weight": 0.25})
    loop.registry._client.set_model_version_tag("docflow", version, "knobs", knobs)
    with pytest.raises(DigestMismatch, match="gave other files"):
        again(loop, version)


def test_a_version_says_what_it_was_judged_by(loop: Loop) -> None:
    loop.label(first=0, count=60)
    recipe = Recipe(generated=200, labels_until=datetime.now(UTC))
    tags = loop.registry.version("docflow", version=made(loop, recipe)).tags
    held_out = gather(recipe, store=loop.store).held_out
    assert tags["held_out_digest"] == digest_of_samples(held_out) != tags["samples_digest"]


def test_some_generated_texts_are_hardly_read_until_there_are_labelled_documents(loop: Loop) -> None:
    recipe = Recipe(generated=100, labels_until=datetime.now(UTC))
    alone = gather(recipe, store=loop.store).learnt
    loop.label(first=0, count=20)
    beside = gather(recipe.model_copy(update={"labels_until": datetime.now(UTC)}), store=loop.store).learnt
    assert any(one.metadata["hardly_read"] for one in alone)
    assert any(not one.is_generated for one in beside)
    assert not any(one.metadata.get("hardly_read") for one in beside)


def test_other_documents_than_it_learnt_from_are_told(loop: Loop) -> None:
    version = made(loop, Recipe(generated=150))
    loop.registry._client.set_model_version_tag("docflow", version, "samples_digest", "0" * 64)
    with pytest.raises(DigestMismatch, match="learnt from are not what they were") as told:
        again(loop, version)
    assert told.value.next_step.startswith("Code and libraries are those of then")


def test_libraries_that_are_others_than_then_are_named(loop: Loop) -> None:
    version = made(loop, Recipe(generated=150))
    for name, value in (("digest", "0" * 64), ("scikit-learn", "0.1")):
        loop.registry._client.set_model_version_tag("docflow", version, name, value)
    with pytest.raises(DigestMismatch, match="gave other files") as told:
        again(loop, version)
    assert told.value.next_step.startswith("It was trained with scikit-learn 0.1, now ")


def test_a_label_that_a_person_confirmed_is_something_new_to_learn(loop: Loop) -> None:
    loop.label(first=0, count=30)
    number = loop.read("dear sincerely regards letter", name="automatic")
    loop.store.labels.add(number, label="letter", who="rules", origin=LabelOrigin.AUTO)
    recipe = Recipe(generated=200, auto_labels=True, labels_until=datetime.now(UTC))
    before = gather(recipe, store=loop.store).digest
    loop.store.labels.add(number, label="letter", who="ann")
    confirmed = recipe.model_copy(update={"labels_until": datetime.now(UTC)})
    assert gather(confirmed, store=loop.store).digest != before


def test_other_files_than_were_registered_are_told(loop: Loop) -> None:
    version = made(loop, Recipe(generated=150))
    loop.registry._client.set_model_version_tag("docflow", version, "digest", "0" * 64)
    with pytest.raises(DigestMismatch, match="gave other files"):
        again(loop, version)


def test_a_version_without_a_recipe_or_with_documents_of_ones_own_cannot_be_made_again(loop: Loop) -> None:
    version = loop.train().version.version
    with pytest.raises(TrainingDataError, match="carries no recipe"):
        again(loop, version)
    own = tuple(LabelledText(f"memo {number}", "memo", "eng") for number in range(20))
    handed = made(loop, Recipe(generated=150, own_documents=20), own=own)
    with pytest.raises(TrainingDataError, match="does not keep"):
        again(loop, handed)


def test_a_version_of_labels_and_generated_documents_has_the_figures_of_both_apart(loop: Loop) -> None:
    loop.label(first=0, count=60)
    recipe = Recipe(generated=200, labels_until=datetime.now(UTC))
    material = gather(recipe, store=loop.store)
    real = [one for one in material.held_out if not one.is_generated]
    assert 0 < len(real) < len(material.held_out)
    figures = loop.registry.version("docflow", version=made(loop, recipe)).metrics
    assert (figures["held_out_documents"], figures["held_out_generated_documents"]) == (len(real), 20)


def test_what_a_machine_labelled_is_not_learnt_where_its_like_is_judged_by(loop: Loop) -> None:
    loop.label(first=0, count=60)
    people = Recipe(generated=0, labels_until=datetime.now(UTC))
    held_out = gather(people, store=loop.store).held_out
    assert held_out
    copies = {loop.copy(int(one.document_id)) for one in held_out}
    for copy in copies:
        loop.store.labels.add(copy, label="invoice", who="rules", origin=LabelOrigin.AUTO)
    both = people.model_copy(update={"auto_labels": True, "labels_until": datetime.now(UTC)})
    learnt = {int(one.document_id) for one in gather(both, store=loop.store).learnt}
    assert not copies & learnt


def test_a_label_of_few_documents_does_not_stop_the_training_of_others(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    loop.label(first=0, count=30)
    loop.store.labels.add(1, label="invioce", who="ann")
    recipe = Recipe(generated=200, labels_until=datetime.now(UTC))
    material = gather(recipe, store=loop.store)
    assert "invioce" not in {sample.label for sample in material.learnt}
    assert "invioce (1)" in caplog.text
    assert made(loop, recipe)


def begun(_texts: Iterable[LabelledText], _total: int) -> Iterable[LabelledText]:
    raise AssertionError("texts were generated")


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is installed")
def test_what_training_misses_is_told_before_texts_are_generated(loop: Loop) -> None:
    with pytest.raises(SettingsError, match="torch"):
        gather(Recipe(generated=150, candidate="neural"), store=loop.store, track=begun)
    with pytest.raises(AssertionError, match="texts were generated"):
        gather(Recipe(generated=150, candidate="best"), store=loop.store, track=begun)
    loop.label(first=0, count=30)
    labelled = Recipe(generated=150, candidate="best", labels_until=datetime.now(UTC))
    with pytest.raises(AssertionError, match="texts were generated"):
        gather(labelled, store=loop.store, track=begun)
    with pytest.raises(SettingsError, match="torch"):
        gather(labelled.model_copy(update={"generated": 0}), store=loop.store, track=begun)
