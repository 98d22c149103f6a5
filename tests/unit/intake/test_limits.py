"""Bytes, time and pixels: each limit holds exactly, and says by how much it was passed."""

import time

import pytest
from sample_files import encoded, marked

from docflow.errors import (
    DocumentTimeout,
    EmptyFile,
    FileTooLarge,
    PageTooLarge,
    TooManyCharacters,
    UnsupportedType,
)
from docflow.intake import Deadline, MediaType, check_characters, check_upload
from docflow.intake.limits import scale_to_budget
from docflow.settings import IntakeSettings


def test_a_deadline_runs_out() -> None:
    deadline = Deadline(0.02)
    deadline.check()
    assert 0 < deadline.remaining() <= 0.02
    time.sleep(0.03)
    assert deadline.remaining() == 0
    with pytest.raises(DocumentTimeout, match=r"0\.02 s"):
        deadline.check()


def test_a_file_of_the_allowed_size_is_taken_and_a_byte_more_is_not() -> None:
    data = encoded(marked(), "PNG")
    assert check_upload(data, limits=IntakeSettings(max_bytes=len(data))) is MediaType.PNG
    with pytest.raises(FileTooLarge) as caught:
        check_upload(data, limits=IntakeSettings(max_bytes=len(data) - 1))
    assert caught.value.detail == {"bytes": len(data), "max_bytes": len(data) - 1}


def test_the_door_refuses_empty_and_foreign_files() -> None:
    with pytest.raises(EmptyFile):
        check_upload(b"", limits=IntakeSettings())
    with pytest.raises(UnsupportedType):
        check_upload(b"hello", limits=IntakeSettings())


def test_as_many_characters_as_are_allowed_are_taken_and_one_more_is_not() -> None:
    limits = IntakeSettings(max_characters=1000)
    check_characters(1000, page=2, limits=limits)
    with pytest.raises(TooManyCharacters, match="1,001 characters up to page 2") as caught:
        check_characters(1001, page=2, limits=limits)
    assert caught.value.detail == {"page": 2, "max_characters": 1000}
    assert caught.value.status == 413
    assert "intake.max_characters" in caught.value.next_step


def test_a_page_within_the_budget_keeps_its_size() -> None:
    assert scale_to_budget(100, 100, page=1, limits=IntakeSettings(max_pixels=10_000)) == 1.0


def test_a_page_over_the_budget_shrinks_to_it() -> None:
    scale = scale_to_budget(400, 100, page=1, limits=IntakeSettings(max_pixels=10_000))
    assert 400 * scale * 100 * scale == pytest.approx(10_000)


def test_a_page_over_the_hard_limit_is_refused_by_its_number() -> None:
    with pytest.raises(PageTooLarge, match="page 3") as caught:
        scale_to_budget(101, 100, page=3, limits=IntakeSettings(max_pixels=10, hard_max_pixels=10_000))
    assert caught.value.detail == {"page": 3, "pixels": 10_100, "hard_max_pixels": 10_000}
