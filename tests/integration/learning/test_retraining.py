"""Training again by itself: only where it is time and something would change, and judged before anyone relies on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from integration.asked import ask
from learning_case import Loop, open_loop

from docflow import rollout
from docflow.classify import files, training
from docflow.classify.features import FEATURES_VERSION
from docflow.drifting import look_for_drift
from docflow.errors import StorageUnavailable
from docflow.recipes import Recipe, gather, train_by
from docflow.registry import code_version
from docflow.retraining import FATE_TAG, UNLOADABLE, Result, Retraining, retrain
from docflow.settings import DriftSettings, PromotionSettings, TrainingSettings

DRIFT = "the documents have drifted: label PSI 0.42, over 0.10"
SETTINGS = TrainingSettings(generated=150, new_labels=20, most_days=30)


def look(loop: Loop, *, drift: str = "", days: float = 0, least_documents: int = 5) -> Retraining:
    """What comes of looking, so many days from now."""
    rules = PromotionSettings(least_documents=least_documents, max_milliseconds=500)
    return retrain(
        loop.settings.model_copy(update={"training": SETTINGS, "promotion": rules}),
        store=loop.store,
        registry=loop.registry,
        by="job",
        drift=drift,
        now=datetime.now(UTC) + timedelta(days=days),
    )


@pytest.fixture(scope="module")
def begun_var_dir(empty_var_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A var_dir whose first version was trained and promoted by the job; not to be written to."""
    var_dir = Path(shutil.copytree(empty_var_dir, tmp_path_factory.mktemp("begun") / "var"))
    loop = open_loop(var_dir)
    with loop.store:
        first = look(loop)
    assert (first.result, first.version) == (Result.PROMOTED, "1")
    return var_dir


@pytest.fixture
def begun(begun_var_dir: Path, tmp_path: Path) -> Iterator[Loop]:
    """A loop of the test's own whose first version was trained and promoted by the job."""
    opened = open_loop(Path(shutil.copytree(begun_var_dir, tmp_path / "var")))
    with opened.store:
        yield opened


def test_the_first_version_is_trained_and_promoted(begun: Loop) -> None:
    champion = rollout.recorded_champion(begun.settings, store=begun.store)
    assert (champion.model_version, champion.promoted_by) == ("1", "job")
    assert champion.reason == "the first version (the first champion)"


def test_nothing_is_done_while_there_are_too_few_new_labels(begun: Loop) -> None:
    begun.label(first=0, count=19)
    seen = look(begun)
    assert (seen.result, seen.version) == (Result.NOTHING, None)
    assert seen.why == "19 new labels since version 1, and 20 are worth training"


@pytest.mark.parametrize(
    ("when", "why"),
    [({"drift": DRIFT}, DRIFT), ({"days": 31}, "version 1 is older than 30 days")],
)
def test_nothing_is_done_where_nothing_would_change_and_it_says_so(begun: Loop, when: dict[str, Any], why: str) -> None:
    seen = look(begun, **when)
    assert (seen.result, seen.version) == (Result.NOTHING, None)
    assert seen.why == f"{why}, but data, recipe and code are those of version 1"
    assert len(begun.registry.versions("docflow")) == 1


def test_drift_that_goes_on_trains_again_only_where_there_is_something_new_to_learn_from(begun: Loop) -> None:
    settings = begun.settings.model_copy(update={"drift": DriftSettings(reference=100, current=50)})
    ask(settings, store=begun.store, version="1", documents=100)
    ask(settings, store=begun.store, version="1", documents=50, label="passport")
    for _ in range(2):
        drifted = look_for_drift(settings, store=begun.store, registry=begun.registry)
        assert drifted.drifted
        assert look(begun, drift=drifted.why).why.endswith("but data, recipe and code are those of version 1")
    begun.label(first=0, count=5)
    assert look(begun, drift=drifted.why, least_documents=500).version == "2"
    (on_trial, *_) = begun.store.promotions(model_name="docflow")
    assert on_trial.reason == drifted.why
    seen = look_for_drift(settings, store=begun.store, registry=begun.registry)
    assert (seen.drifted, seen.since) == (False, "2")


def test_with_too_few_labels_to_judge_by_the_new_version_is_tried_as_the_challenger(begun: Loop) -> None:
    begun.label(first=0, count=20)
    seen = look(begun, least_documents=500)
    assert (seen.result, seen.version) == (Result.ON_TRIAL, "2")
    assert rollout.recorded_champion(begun.settings, store=begun.store).model_version == "1"
    assert rollout.parts_in_force(begun.settings, store=begun.store)["challenger"].model_version == "2"


def test_by_corrections_alone_the_new_version_is_tried_as_the_challenger(begun: Loop) -> None:
    begun.correct(first=0, count=120)
    seen = look(begun)
    assert (seen.result, seen.version) == (Result.ON_TRIAL, "2"), seen.why
    begun.correct(first=120, count=20)
    assert "version 2 is on trial" in look(begun).why


def test_a_version_that_new_labels_make_better_is_promoted(begun: Loop) -> None:
    begun.label(first=0, count=120, wrong=True)
    seen = look(begun)
    assert (seen.result, seen.version) == (Result.PROMOTED, "2"), seen.why
    assert seen.why.startswith("120 new labels since version 1 (better by ")


def test_a_version_that_is_no_better_is_refused_with_the_reasons(begun: Loop) -> None:
    begun.label(first=0, count=120, wrong=True)
    taught = look(begun)
    assert (taught.result, taught.version) == (Result.PROMOTED, "2"), taught.why
    begun.label(first=120, count=20, wrong=True)
    seen = look(begun)
    assert (seen.result, seen.version) == (Result.REFUSED, "3"), seen.why
    assert "version 3 is not to take the champion's place" in seen.why
    again = look(begun)
    assert (again.result, again.why) == (
        Result.NOTHING,
        "0 new labels since version 3, and 20 are worth training",
    )


def test_a_trial_is_not_driven_out_undecided_by_the_next_batch_of_labels(begun: Loop) -> None:
    begun.label(first=0, count=20)
    assert look(begun, least_documents=500).version == "2"
    begun.label(first=20, count=20)
    seen = look(begun, least_documents=500)
    assert (seen.result, seen.version) == (Result.NOTHING, None)
    assert "version 2 is on trial" in seen.why
    assert rollout.parts_in_force(begun.settings, store=begun.store)["challenger"].model_version == "2"


def test_making_the_champion_again_changes_nothing_and_it_says_so(begun: Loop) -> None:
    begun.registry._client.set_model_version_tag("docflow", "1", "docflow_version", "0.0.1")
    seen = look(begun, drift=DRIFT)
    assert (seen.result, seen.version) == (Result.NOTHING, None)
    assert seen.why == f"{DRIFT}, but training made the champion again, version 1"
    assert "challenger" not in rollout.parts_in_force(begun.settings, store=begun.store)


@pytest.mark.skipif("git_commit" not in code_version(), reason="the package lies in no git checkout")
def test_another_commit_of_the_code_is_other_code(begun: Loop) -> None:
    begun.registry.tag("docflow", version="1", tags={"git_commit": "0" * 40})
    seen = look(begun, drift=DRIFT)
    assert seen.why == f"{DRIFT}, but training made the champion again, version 1"
    assert len(begun.registry.versions("docflow")) == 2


def test_a_version_without_labels_hides_none_of_those_that_were_given_before_it(begun: Loop) -> None:
    begun.label(first=0, count=20)
    recipe = Recipe(generated=150, labels_until=None)
    material = gather(recipe, store=begun.store)
    train_by(recipe, material, settings=begun.settings, store=begun.store, registry=begun.registry)
    seen = look(begun, least_documents=500)
    assert seen.why.startswith("20 new labels since version 2")
    assert (seen.result, seen.version) == (Result.ON_TRIAL, "3")


def test_a_version_whose_promotion_failed_is_promoted_by_the_next_look(loop: Loop) -> None:
    blobs = Path(loop.settings.effective_blobs_url)
    shutil.rmtree(blobs, ignore_errors=True)
    blobs.write_text("no folder")
    with pytest.raises(StorageUnavailable):
        look(loop)
    with pytest.raises(StorageUnavailable):
        look(loop)
    blobs.unlink()
    seen = look(loop)
    assert (seen.result, seen.version) == (Result.PROMOTED, "1"), seen.why
    assert "version 1 was trained, and what came after it failed" in seen.why
    assert look(loop).result is Result.NOTHING
    assert len(loop.registry.versions("docflow")) == 1


@pytest.mark.parametrize("what", ["its files are gone", "its files were changed", "other features"])
def test_a_pending_version_that_can_never_be_loaded_is_refused_and_another_one_is_trained(
    loop: Loop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    fails_once(loop)
    if what == "other features":
        for part in (files, training):
            monkeypatch.setattr(part, "FEATURES_VERSION", FEATURES_VERSION + 1)
    elif what == "its files are gone":
        shutil.rmtree(loop.artifacts("1"))
    else:
        (loop.artifacts("1") / "model.json").write_text("{}")
    if what != "other features":
        shutil.rmtree(loop.folder("1"), ignore_errors=True)
    seen = look(loop)
    assert (seen.result, seen.version, seen.why) == (Result.PROMOTED, "2", "the first version (the first champion)")
    assert "version 1 is refused, since it cannot be loaded" in caplog.text
    assert loop.registry.version("docflow", version="1").tags[FATE_TAG] == UNLOADABLE
    assert look(loop).result is Result.NOTHING


def fails_once(loop: Loop) -> None:
    """Train a version whose promotion fails, since the storage is away; it is there again afterwards."""
    blobs = Path(loop.settings.effective_blobs_url)
    shutil.rmtree(blobs, ignore_errors=True)
    blobs.write_text("no folder")
    with pytest.raises(StorageUnavailable):
        look(loop)
    blobs.unlink()
