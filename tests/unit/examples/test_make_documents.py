"""The documents in examples/ are the generator's own, small, and as the README names them."""

from pathlib import Path

import numpy as np
import pytest

from docflow.intake import Deadline, open_document
from docflow.settings import IntakeSettings
from docflow.types import PageText
from examples.make_documents import DOCUMENTS, EXAMPLES, Example, make

MOST_BYTES = 2_000_000

NEAR = 8.0
"""Mean difference of grey levels, of 255: another version of a JPEG or font library changes single pixels."""

PIXELS = IntakeSettings(text_layer="ignore", render_dpi=72)


def pages(data: bytes) -> list[np.ndarray]:
    with open_document(data, limits=PIXELS) as opened:
        found = list(opened.pages(Deadline(60)))
    assert not any(isinstance(page, PageText) for page in found)
    return [page.pixels.astype(float) for page in found]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.file)
def test_an_example_made_again_is_the_committed_one(example: Example) -> None:
    committed, again = pages((DOCUMENTS / example.file).read_bytes()), pages(make(example))
    assert [page.shape for page in committed] == [page.shape for page in again]
    for one, other in zip(committed, again, strict=True):
        assert np.abs(one - other).mean() < NEAR


def test_another_document_would_be_noticed() -> None:
    first, second = (
        pages(make(Example("a.pdf", "letter", "eng", 2, "text PDF"))),
        pages(make(Example("b.pdf", "contract", "eng", 6, "text PDF"))),
    )
    assert first[0].shape == second[0].shape
    assert np.abs(first[0] - second[0]).mean() > NEAR


def test_the_folder_holds_the_examples_and_nothing_else() -> None:
    assert {path.name for path in DOCUMENTS.iterdir()} == {example.file for example in EXAMPLES}
    assert sum(path.stat().st_size for path in DOCUMENTS.iterdir()) < MOST_BYTES


def test_every_kind_comes_in_both_languages_and_every_arrival_is_there() -> None:
    pairs = {(example.kind, example.language) for example in EXAMPLES}
    assert pairs == {(k, v) for k in ("invoice", "receipt", "contract", "letter") for v in ("eng", "rus")}
    assert {example.arrival for example in EXAMPLES} == {"text PDF", "image PDF", "image", "fax"}
    assert "photo" in {example.look for example in EXAMPLES}


@pytest.mark.parametrize("file", ["invoice-eng.pdf", "contract-eng.pdf"])
def test_an_example_with_a_text_layer_is_read_from_it(file: str) -> None:
    data = Path(DOCUMENTS / file).read_bytes()
    with open_document(data, limits=IntakeSettings()) as opened:
        assert all(isinstance(page, PageText) for page in opened.pages(Deadline(60)))


def test_an_example_of_two_pages_is_a_scan_without_text() -> None:
    for file in ("contract-rus.pdf", "letter-eng.tiff"):
        with open_document((DOCUMENTS / file).read_bytes(), limits=IntakeSettings()) as opened:
            found = list(opened.pages(Deadline(60)))
        assert len(found) == 2
        assert not any(isinstance(page, PageText) for page in found)
