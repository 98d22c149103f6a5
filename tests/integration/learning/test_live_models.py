"""A service takes what is promoted while it runs, and goes on with what it has where that cannot be had."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator

import pytest
from learning_case import TEXTS, Loop

from docflow import rollout
from docflow.errors import DigestMismatch
from docflow.monitor import MODEL_REFUSED
from docflow.rollout import Lineup, LiveModels
from docflow.settings import RolloutSettings
from docflow.store import Store
from docflow.types import Question


def refreshed(loop: Loop, models: LiveModels) -> bool:
    """Whether it took others; never by way of the registry."""
    for version in ("1", "2", "3"):
        shutil.rmtree(loop.folder(version), ignore_errors=True)
    return models.refresh()


@pytest.fixture
def live(two: Loop) -> Iterator[LiveModels]:
    """The models of a service that began with the champion."""
    start = Lineup(rollout.load_champion(two.settings, store=two.store))
    quick = two.settings.model_copy(update={"rollout": RolloutSettings(refresh_seconds=0.05)})
    models = LiveModels(quick, start_with=start, open_store=lambda: Store.open(two.settings.effective_database_url))
    yield models
    models.close()


def version_of(models: LiveModels) -> str:
    return models.answer([Question(TEXTS["invoice"], "a")])[0].prediction.model.version


def test_a_service_takes_what_is_promoted_while_it_runs(two: Loop, live: LiveModels) -> None:
    live.start()
    assert version_of(live) == "1"
    two.promote("2")
    until(lambda: version_of(live) == "2")
    two.rollback()
    until(lambda: version_of(live) == "1")


def test_a_promoted_model_with_the_wrong_digest_is_refused_and_the_old_one_goes_on(
    two: Loop, live: LiveModels, caplog: pytest.LogCaptureFixture
) -> None:
    assert not refreshed(two, live)
    promotion = two.promote("2")
    two.published("2").write_bytes(b"spoilt")
    with (two.artifacts("2") / "model.json").open("a") as described:
        described.write(" ")
    assert not refreshed(two, live)
    assert version_of(live) == "1"
    assert "champion 2, shadow 1 refused" in caplog.text
    with pytest.raises(DigestMismatch):
        rollout.bring(promotion, settings=two.settings, registry_factory=lambda: two.registry)
    two.promote("1")
    live.refresh()
    assert version_of(live) == "1"


def test_a_promoted_model_whose_files_are_gone_is_refused_by_name_and_the_old_one_goes_on(
    two: Loop, live: LiveModels, caplog: pytest.LogCaptureFixture
) -> None:
    two.promote("2")
    two.published("2").unlink()
    shutil.rmtree(two.artifacts("2").parent)
    assert not refreshed(two, live)
    assert version_of(live) == "1"
    assert MODEL_REFUSED._value.get() == 1
    assert "the models at work stay: the model folder of docflow version 2 is gone from the registry" in caplog.text


def test_a_promoted_model_that_cannot_be_written_or_fails_is_refused_by_name_and_the_old_one_goes_on(
    two: Loop, live: LiveModels, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = two.settings.var_dir / "models"
    two.promote("2")
    shutil.rmtree(models)
    models.write_text("in the way, as a full disk would be")
    assert not live.refresh()
    assert MODEL_REFUSED._value.get() == 1
    assert "champion 2, shadow 1 refused" in caplog.text
    models.unlink()
    monkeypatch.setattr("docflow.rollout.live.RETRY_SECONDS", 0.0)
    with monkeypatch.context() as broken:
        broken.setattr("docflow.classify.model.ScoringClassifier.predict", out_of_memory)
        assert not live.refresh()
    assert "version 2 is loaded, and fails at what it is asked" in caplog.text
    assert MODEL_REFUSED._value.get() == 1
    assert version_of(live) == "1"
    assert live.refresh()
    assert (version_of(live), MODEL_REFUSED._value.get()) == ("2", 0)


def test_a_challenger_that_could_not_be_had_once_is_taken_later(
    two: Loop, live: LiveModels, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    two.challenge("2")
    away = [two.published("2"), two.artifacts("2")]
    for path in away:
        path.rename(path.with_suffix(".away"))
    assert not refreshed(two, live)
    assert MODEL_REFUSED._value.get() == 1
    assert "the challenger, version 2, is left out" in caplog.text
    assert "now at work" not in caplog.text
    for path in away:
        path.with_suffix(".away").rename(path)
    assert not refreshed(two, live)
    monkeypatch.setattr("docflow.rollout.live.RETRY_SECONDS", 0.0)
    assert refreshed(two, live)
    assert MODEL_REFUSED._value.get() == 0
    assert "now at work: champion 1, challenger 2" in caplog.text


def test_another_version_with_the_same_files_is_taken(two: Loop, live: LiveModels) -> None:
    same = rollout.recorded_champion(two.settings, store=two.store)
    two.store.record_promotion(
        model_name="docflow", model_version="4", digest=same.digest, promoted_by="ann", files=same.files
    )
    assert refreshed(two, live)
    assert version_of(live) == "4"


def test_a_database_that_is_gone_changes_nothing(two: Loop) -> None:
    start = Lineup(rollout.load_champion(two.settings, store=two.store))
    models = LiveModels(
        two.settings, start_with=start, open_store=lambda: Store.open("postgresql://nobody@127.0.0.1:9/none")
    )
    assert not models.refresh()
    assert version_of(models) == "1"


def out_of_memory(*_asked: object) -> None:
    raise MemoryError


def until(holds: Callable[[], bool], *, seconds: float = 20.0) -> None:
    """Return once it holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
