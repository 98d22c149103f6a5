"""How a document's bytes become what its pages say, in whichever process this runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property

from docflow.errors import DocFlowError, RecognitionFailed
from docflow.intake import Deadline, open_document
from docflow.ocr import OcrEngine, open_engine
from docflow.ocr.ink import unread_share
from docflow.settings import IntakeSettings, OcrSettings
from docflow.types import EngineRef, PageText

EngineFactory = Callable[[OcrSettings], OcrEngine]
"""What opens an engine: a function or class of a module, or a `functools.partial` of one, to reach other processes."""


class LocalReader:
    """Reads documents in this process; the engine is opened when it is first needed. Serves many threads."""

    def __init__(self, intake: IntakeSettings, ocr: OcrSettings, *, open_engine: EngineFactory = open_engine) -> None:
        self._intake = intake
        self._ocr = ocr
        self._open_engine = open_engine

    @cached_property
    def _engine(self) -> OcrEngine:
        return self._open_engine(self._ocr)

    def engine(self) -> EngineRef:
        """The engine that recognises pages; `EngineUnavailable` where it is not installed."""
        return EngineRef(self._engine.name, self._engine.version)

    def check(self, data: bytes) -> None:
        """Raise the `IntakeError` that reading would end in, as far as the document's header tells."""
        with open_document(data, limits=self._intake):
            pass

    def read(self, data: bytes, *, languages: str) -> Iterator[PageText]:
        """What each page says, in order, one page in memory: from its text layer where that is good, else recognised.

        Raises an `IntakeError` for what lies in the document and an `OcrError` for a page that cannot be recognised.
        """
        deadline = Deadline(self._intake.max_seconds)
        with open_document(data, limits=self._intake) as opened:
            for page in opened.pages(deadline):
                if isinstance(page, PageText):
                    yield page
                    continue
                timeout = min(self._ocr.page_seconds, deadline.remaining())
                try:
                    read = self._engine.read_page(page, languages=languages, timeout=timeout)
                except UnicodeError as error:
                    raise RecognitionFailed(
                        f"what the engine says of page {page.number} is not valid UTF-8", detail={"page": page.number}
                    ) from error
                yield replace(read, unread=unread_share(page, read))

    def close(self) -> None:
        """Nothing is held."""


def warm_reader(intake: IntakeSettings, ocr: OcrSettings, *, open_engine: EngineFactory) -> LocalReader:
    """A reader whose engine is open; where it cannot be opened, whoever needs it is told why."""
    reader = LocalReader(intake, ocr, open_engine=open_engine)
    with suppress(DocFlowError):
        reader.engine()
    return reader
