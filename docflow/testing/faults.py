"""Engines that fail as real ones were seen to, for tests of what stands around an engine.

Each reads `WORD` on every page before its `page`, from 1, and on that page does what its docstring says. To reach a
worker process give the class, or a `functools.partial` of it, as a reader's `open_engine`.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time

from docflow.errors import RecognitionFailed
from docflow.settings import OcrSettings
from docflow.testing.fakes import FakeEngine
from docflow.types import PageImage, PageText

WORD = "readable"

UNSTOPPABLE = frozenset({signal.SIGKILL, signal.SIGSTOP})


class FaultyEngine(FakeEngine):
    """Reads pages well until `page`, where `fail` is called; pages after it are well again."""

    name = "faulty"

    def __init__(self, settings: OcrSettings, *, page: int = 1) -> None:
        super().__init__(self._said)
        self._page = page

    def fail(self, image: PageImage) -> str:
        """What goes wrong on the page; an engine that only reads wrongly returns what it read."""
        raise NotImplementedError

    def _said(self, image: PageImage) -> str:
        return self.fail(image) if image.number == self._page else f"{WORD} {image.number}"


class SegfaultEngine(FaultyEngine):
    """Reads through a null pointer, as native decoders do on damaged input: SIGSEGV."""

    def fail(self, image: PageImage) -> str:
        """Never returns."""
        return ctypes.string_at(0).decode()


class AbortingEngine(FaultyEngine):
    """Calls abort, as C++ does for an exception that nobody catches, and Tesseract for a failed assertion: SIGABRT."""

    def fail(self, image: PageImage) -> str:
        """Never returns."""
        os.abort()


class KilledEngine(FaultyEngine):
    """Is sent SIGKILL, as the system's OOM killer sends it."""

    def fail(self, image: PageImage) -> str:
        """Never returns."""
        os.kill(os.getpid(), signal.SIGKILL)
        return ""


class HungryEngine(FaultyEngine):
    """Takes memory without end, as EasyOCR did on a broken image (JaidedAI/EasyOCR issue 1244)."""

    def fail(self, image: PageImage) -> str:
        """Never returns: touches 10 MB after 10 MB."""
        held = []
        while True:
            held.append(b"\xff" * 10_000_000)
            time.sleep(0.001)


class GreedyEngine(FaultyEngine):
    """Asks for more memory at once than any machine has, as a decoder does for a header that lies: MemoryError."""

    def fail(self, image: PageImage) -> str:
        """Never returns."""
        return str(len(bytearray(1 << 46)))


class SleepingEngine(FaultyEngine):
    """Waits for ever, as on a lock that a dead thread holds."""

    def fail(self, image: PageImage) -> str:
        """Does not return within a day."""
        time.sleep(86_400)
        return ""


class DeafEngine(FaultyEngine):
    """Hangs in a native call that keeps the interpreter's lock, with every signal ignored that can be."""

    def fail(self, image: PageImage) -> str:
        """Does not return within a day."""
        for number in signal.valid_signals() - UNSTOPPABLE:
            signal.signal(number, signal.SIG_IGN)
        ctypes.PyDLL(None).sleep(86_400)
        return ""


class SlowEngine(FaultyEngine):
    """Takes `seconds` for each page: no page is late, but the document is."""

    def __init__(self, settings: OcrSettings, *, seconds: float = 0.2) -> None:
        super().__init__(settings, page=0)
        self._seconds = seconds

    def read_page(self, image: PageImage, *, languages: str, timeout: float) -> PageText:
        """The page, after a while."""
        time.sleep(self._seconds)
        return super().read_page(image, languages=languages, timeout=timeout)


class PunctualEngine(SlowEngine):
    """Takes `seconds` for each page, and gives one up when its timeout is over, as Tesseract does."""

    def read_page(self, image: PageImage, *, languages: str, timeout: float) -> PageText:
        """The page, after a while; `RecognitionFailed` where that is longer than the timeout."""
        if self._seconds > timeout:
            time.sleep(timeout)
            raise RecognitionFailed(f"page {image.number} was not recognised within {timeout:.0f} seconds")
        return super().read_page(image, languages=languages, timeout=timeout)


class InvalidUtf8Engine(FaultyEngine):
    """Its output is not the UTF-8 that it should be: decoding it raises."""

    def fail(self, image: PageImage) -> str:
        """Never returns."""
        return b"caf\xe9 \xff\xfe".decode("utf-8")


class SurrogateEngine(FaultyEngine):
    """Passes bytes that are no UTF-8 on as lone surrogates, beside a NUL: text that no database takes."""

    def fail(self, image: PageImage) -> str:
        """What was read, undecodable bytes escaped."""
        return b"caf\xe9 \x00 end".decode("utf-8", "surrogateescape")


class NoisyEngine(FaultyEngine):
    """Writes megabytes to both standard streams, not all of it text, as Leptonica and Tesseract report every box."""

    def fail(self, image: PageImage) -> str:
        """The page's word, after the noise."""
        for _ in range(100):
            os.write(1, b"Warning: Invalid resolution 0 dpi. \xff\xfe\n" * 500)
            os.write(2, b"Error in boxClipToRectangle: box outside rectangle \xff\xfe\n" * 500)
        return f"{WORD} {image.number}"


class RaisingEngine(FaultyEngine):
    """Raises what nobody foresaw, with a path in it that is nobody's business."""

    def fail(self, image: PageImage) -> str:
        """Never returns."""
        raise KeyError("/home/somebody/models/latin.pth")
