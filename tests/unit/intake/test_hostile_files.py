"""Whatever the bytes, nothing but a DocFlowError comes out; seeds are fixed, so a failure can be repeated."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_files import LETTER_LINES, encoded, marked, noise, pdf, scan, text

from docflow.errors import DocFlowError
from docflow.intake import Deadline, open_document, sniff
from docflow.settings import IntakeSettings

LIMITS = IntakeSettings(max_pixels=200_000, hard_max_pixels=20_000_000, render_dpi=72)

SAMPLES = {
    "pdf": pdf(text(), scan(LETTER_LINES)),
    "jpeg": encoded(noise(40, 30), "JPEG"),
    "png": encoded(marked().convert("RGBA"), "PNG"),
    "palette": encoded(marked().convert("P"), "PNG", transparency=0),
    "tiff": encoded(marked(), "TIFF", save_all=True, append_images=[marked().convert("1")], compression="tiff_deflate"),
    "fax": encoded(marked(200, 100).convert("1"), "TIFF", compression="group4", dpi=(204, 98)),
    "bmp": encoded(marked().convert("RGB"), "BMP"),
    "webp": encoded(marked(), "WEBP"),
}


def outcome(data: bytes) -> str:
    """How reading the bytes ended; anything but a DocFlowError passes through and fails the test."""
    try:
        with open_document(data, limits=LIMITS) as document:
            return f"{len(list(document.pages(Deadline(20))))} pages"
    except DocFlowError as error:
        return error.code


def damaged(data: bytes, *, seed: int) -> bytes:
    """The bytes cut, or with some of them changed, or both."""
    chance = random.Random(seed)
    changed = bytearray(data[: chance.randrange(1, len(data))] if chance.random() < 0.3 else data)
    for _ in range(chance.choice([0, 1, 3, 10, 60])):
        changed[chance.randrange(len(changed))] = chance.choice([0, 255, chance.randrange(256)])
    return bytes(changed)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_undamaged_samples_are_read(name: str) -> None:
    assert outcome(SAMPLES[name]).endswith("pages")


@pytest.mark.parametrize("name", SAMPLES)
def test_damaged_files_are_read_or_refused_by_a_typed_error(name: str) -> None:
    outcomes = [outcome(damaged(SAMPLES[name], seed=seed)) for seed in range(60)]
    assert len(set(outcomes)) > 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    head=st.sampled_from([b"", *(data[:length] for data in SAMPLES.values() for length in (4, 16, 60))]),
    tail=st.binary(max_size=300),
)
def test_any_bytes_after_any_header_end_in_pages_or_a_typed_error(head: bytes, tail: bytes) -> None:
    assert outcome(head + tail)


@given(st.binary(max_size=2000))
def test_sniffing_any_bytes_gives_a_type_or_a_typed_error(data: bytes) -> None:
    try:
        found = sniff(data).extension
    except DocFlowError as error:
        found = error.code
    assert found
