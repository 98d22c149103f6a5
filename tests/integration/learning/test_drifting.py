"""Drift of the documents that a champion is asked about: looked for since the newest version, and said with figures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from integration.asked import again, ask
from learning_case import Loop, open_copy

from docflow.cli.drift import drift
from docflow.drifting import Drift, look_for_drift
from docflow.errors import OutputUnwritable
from docflow.settings import ClassifySettings, DriftSettings
from docflow.types import Variant

RULES = DriftSettings(reference=100, current=50)


def look(loop: Loop, *, report: Path | None = None) -> Drift:
    settings = loop.settings.model_copy(update={"drift": RULES})
    return look_for_drift(settings, store=loop.store, registry=loop.registry, report=report)


def documents(loop: Loop, number: int, *, label: str = "invoice", version: str = "1") -> None:
    ask(loop.settings, store=loop.store, version=version, documents=number, label=label)


@pytest.fixture(scope="module")
def drifted_var_dir(two_var_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A var_dir whose documents were invoices and are passports now; version 1 answers, version 2 is the newest."""
    loop = open_copy(two_var_dir, tmp_path_factory.mktemp("drifted") / "var")
    with loop.store:
        documents(loop, 110)
        documents(loop, 50, label="passport")
    return loop.settings.var_dir


@pytest.fixture
def drifted(drifted_var_dir: Path, tmp_path: Path) -> Iterator[Loop]:
    """A loop of the test's own whose documents have drifted."""
    opened = open_copy(drifted_var_dir, tmp_path / "var")
    with opened.store:
        yield opened


def test_documents_of_another_kind_are_drift_and_it_says_by_how_much(drifted: Loop) -> None:
    seen = look(drifted)
    assert seen.drifted
    assert seen.why.startswith("the documents have drifted: label PSI ")
    assert (seen.since, seen.judged_by) == ("2", "1")
    assert (seen.reference.documents, seen.current.documents) == (100, 50)
    assert seen.reference.end is not None
    assert seen.current.begin is not None
    assert seen.reference.end < seen.current.begin
    told = json.loads(json.dumps(seen.to_dict()))
    assert [one["name"] for one in told["columns"] if one["drifted"]] == ["label"]


def test_documents_that_are_like_the_first_ones_have_not_drifted(two: Loop) -> None:
    documents(two, 150)
    seen = look(two)
    assert not seen.drifted
    assert seen.why.startswith("no column has drifted")


@pytest.mark.parametrize(
    ("asked", "told"), [(99, "99 of 100 to compare with, 0 of 50"), (149, "100 of 100 to compare with, 49 of 50")]
)
def test_with_too_few_documents_nothing_has_drifted_and_it_says_so(two: Loop, asked: int, told: str) -> None:
    documents(two, 90)
    documents(two, asked - 90, label="passport")
    seen = look(two)
    assert (seen.drifted, seen.columns) == (False, ())
    assert seen.why.startswith("too few documents since version 2 was registered, by what version 1 said of them: ")
    assert told in seen.why


def test_without_a_champion_nothing_has_drifted(loop: Loop) -> None:
    assert look(loop).to_dict() | {"why": ""} == Drift(False, "").to_dict()


def test_the_windows_start_anew_with_each_version_that_is_registered(drifted: Loop) -> None:
    drifted.train(seed=2)
    seen = look(drifted)
    assert (seen.drifted, seen.since) == (False, "3")
    assert "0 of 100" in seen.why


def test_documents_that_came_before_the_newest_version_are_no_news_to_it(two: Loop) -> None:
    before = ask(two.settings, store=two.store, version="1", documents=110)
    two.train(seed=2)
    two.promote("3")
    for document in before:
        again(two.settings, store=two.store, version="3", document=document)
    assert "0 of 100 to compare with" in look(two).why
    documents(two, 3, version="3")
    assert "3 of 100 to compare with" in look(two).why


def test_another_champion_or_threshold_is_no_drift_of_the_documents(two: Loop) -> None:
    documents(two, 100)
    two.promote("2")
    documents(two, 50, label="letter", version="2")
    assert look(two).judged_by == "2"
    assert "50 of 100 to compare with" in look(two).why
    stricter = two.settings.model_copy(update={"classify": ClassifySettings(threshold=0.99)})
    seen = look_for_drift(stricter, store=two.store, registry=two.registry)
    assert "0 of 500 to compare with" in seen.why


def test_what_the_champion_was_asked_before_its_promotion_counts(two: Loop) -> None:
    ask(two.settings, store=two.store, version="2", documents=120, variant=Variant.SHADOW)
    two.promote("2")
    documents(two, 50, version="2")
    assert look(two).reference.documents == 100
    assert not look(two).drifted


def test_the_command_tells_the_columns_and_writes_the_page(
    drifted: Loop, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(drifted.settings.var_dir))
    monkeypatch.setenv("DOCFLOW_MLFLOW__ARTIFACTS", drifted.settings.effective_artifacts)
    monkeypatch.setenv("DOCFLOW_DRIFT__REFERENCE", "100")
    monkeypatch.setenv("DOCFLOW_DRIFT__CURRENT", "50")
    page = tmp_path / "drift.html"
    drift(report=page)
    told = capsys.readouterr().out
    assert told.startswith("the documents have drifted: label PSI ")
    assert "ocr_confidence" in told
    assert "passport" not in page.read_text(encoding="utf-8")
    drift(as_json=True)
    assert json.loads(capsys.readouterr().out)["drifted"] is True


def test_a_page_that_cannot_be_written_is_said(drifted: Loop, tmp_path: Path) -> None:
    with pytest.raises(OutputUnwritable, match="the report could not be written: "):
        look(drifted, report=tmp_path / "no folder" / "drift.html")


def test_the_command_says_that_no_page_was_written_where_nothing_was_compared(
    two: Loop, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(two.settings.var_dir))
    monkeypatch.setenv("DOCFLOW_MLFLOW__ARTIFACTS", two.settings.effective_artifacts)
    page = tmp_path / "drift.html"
    drift(report=page)
    told = capsys.readouterr()
    assert told.out.startswith("too few documents since version 2 was registered")
    assert told.err == f"no report was written to {page}: nothing was compared\n"
    assert not page.exists()
    with pytest.raises(OutputUnwritable, match="there is no folder"):
        drift(report=tmp_path / "nowhere" / "drift.html")
