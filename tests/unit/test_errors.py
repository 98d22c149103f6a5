"""The error tree: every error has a code of its own, a status, and a next step; the docstring draws them all."""

import re
from collections.abc import Iterator

import pytest

from docflow import errors
from docflow.errors import DocFlowError


def below(error: type[DocFlowError]) -> Iterator[type[DocFlowError]]:
    for child in error.__subclasses__():
        yield child
        yield from below(child)


LEAVES = [error for error in below(DocFlowError) if "code" in vars(error)]


@pytest.mark.parametrize("error", LEAVES, ids=lambda e: e.__name__)
def test_an_error_is_drawn_in_the_tree_with_its_code_and_status(error: type[DocFlowError]) -> None:
    row = re.search(rf"─ {error.__name__}\s+(\S+)\s+(\d+)", errors.__doc__ or "")
    assert row is not None
    assert row.groups() == (error.code, str(error.status))


def test_codes_are_unique() -> None:
    codes = [error.code for error in LEAVES]
    assert len(codes) == len(set(codes))


def test_an_error_shows_what_happened_and_what_to_do() -> None:
    shown = errors.TooManyPages("300 pages; the limit is 200", detail={"pages": 300}).to_dict()
    assert shown["code"] == "too_many_pages"
    assert shown["message"] == "300 pages; the limit is 200"
    assert "intake.max_pages" in shown["next_step"]
    assert shown["detail"] == {"pages": 300}


def test_only_outages_are_worth_a_retry() -> None:
    assert {e.code for e in LEAVES if e.retryable} == {
        "registry_unavailable",
        "database_unavailable",
        "storage_unavailable",
        "worker_unavailable",
        "busy",
    }
