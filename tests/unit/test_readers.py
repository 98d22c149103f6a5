"""What the worker processes answer is taken for a document's pages only where it is one."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator

import pytest
from PIL import Image

from docflow.errors import WorkerCrashed
from docflow.readers import IsolatedReader
from docflow.settings import OcrSettings, Settings
from docflow.testing import FakeEngine
from docflow.types import PageImage, PageText
from docflow.workers.messages import Kind, frame


class ForgingEngine(FakeEngine):
    """Answers for its worker, as a file could that has taken it over."""

    def __init__(self, settings: OcrSettings) -> None:
        super().__init__("forged")

    def read_page(self, page: PageImage, *, languages: str, timeout: float) -> PageText:
        os.write(int(sys.argv[1]), frame(Kind.RESULT, "no page"))
        return super().read_page(page, languages=languages, timeout=timeout)


@pytest.fixture
def reader() -> Iterator[IsolatedReader]:
    opened = IsolatedReader(Settings(ocr={"workers": 1, "languages": "eng"}), open_engine=ForgingEngine)
    yield opened
    opened.close()


def test_an_answer_that_is_no_page_is_the_end_of_its_document_and_of_no_other(reader: IsolatedReader) -> None:
    picture = io.BytesIO()
    Image.new("L", (60, 40), 200).save(picture, "PNG")
    for _ in range(2):
        with pytest.raises(WorkerCrashed, match="nonsense"):
            list(reader.read(picture.getvalue(), languages="eng"))
        assert reader.engine().name == "fake"
