"""The command `docflow`, whose engine touches the file `$BEGUN` for each page and is never done with it."""

from __future__ import annotations

import os
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
        Path(os.environ["BEGUN"]).touch()
        return super().fail(image)


def hanging_reader(settings: Settings) -> IsolatedReader:
    return IsolatedReader(settings, open_engine=TellingEngine)


def run() -> None:
    docflow.pipeline.open_reader = hanging_reader
    main()
