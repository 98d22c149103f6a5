"""Where a report cannot be written, that is said before anything is worked for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from docflow.cli.data import evaluate_folder
from docflow.cli.reports import check_report
from docflow.errors import OutputUnwritable


def test_a_report_in_a_folder_that_is_there_may_be_new_or_written_over(tmp_path: Path) -> None:
    check_report(None)
    check_report(tmp_path / "report.md")
    (tmp_path / "report.md").touch()
    check_report(tmp_path / "report.md")


@pytest.mark.parametrize("name", ["nowhere/report.md", "file/report.md"])
def test_a_report_without_a_folder_is_refused_and_the_folder_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputUnwritable, match=f"there is no folder {tmp_path / name.partition('/')[0]}"):
        check_report(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_report_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputUnwritable, match="may not be written to"):
        check_report(tmp_path / "report.md")


def test_an_evaluation_reads_nothing_for_a_report_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCFLOW_VAR_DIR", str(tmp_path / "var"))
    with pytest.raises(OutputUnwritable):
        evaluate_folder(tmp_path, report=tmp_path / "nowhere" / "report.md")
    assert not (tmp_path / "var").exists()
