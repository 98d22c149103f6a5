"""The command `docflow`, whose engine tells in `$BEGUN` where its temporary files are and is never done with a page."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import docflow.pipeline
from docflow.cli import main
from docflow.readers import IsolatedReader
from docflow.settings import Settings
from docflow.testing.faults import SleepingEngine
from docflow.types import PageImage


class TellingEngine(SleepingEngine):
    """Tells that it has begun, and waits for ever."""

    def fail(self, image: PageImage) -> str:
        written = Path(f"{os.environ['BEGUN']}.{os.getpid()}")
        written.write_text(tempfile.mkdtemp())
        written.rename(os.environ["BEGUN"])
        return super().fail(image)


def hanging_reader(settings: Settings) -> IsolatedReader:
    return IsolatedReader(settings, open_engine=TellingEngine)


def run() -> None:
    docflow.pipeline.open_reader = hanging_reader
    main()
