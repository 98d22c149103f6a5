"""Where documents are read: in this process, or in worker processes that hostile files may crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol, TypeVar

from docflow.errors import DocumentTimeout, RecognitionFailed, WorkerCrashed, WorkerError
from docflow.monitor import WORKER_RESTARTS
from docflow.ocr import open_engine
from docflow.reading import EngineFactory, LocalReader, warm_reader
from docflow.settings import MEGABYTE, Settings
from docflow.types import EngineRef, PageText
from docflow.workers import Ending, Pool, ProgressTimeout, TotalTimeout, WorkerLimits

ENVIRONMENT = {"OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1", "OPENCV_FOR_THREADS_NUM": "1"}
"""One thread a worker: pages run side by side already (tesseract-ocr/tesseract issue 3109)."""

CHECK_SECONDS = 10.0
"""Longest look at a document's header, for which an upload waits: those of 50 MB and 200 pages take 0.1 s."""


Result = TypeVar("Result")


class Reader(Protocol):
    """What turns a document's bytes into what its pages say. Serves many threads."""

    def engine(self) -> EngineRef:
        """The engine that recognises pages."""
        ...

    def check(self, data: bytes) -> None:
        """Raise the error that reading would end in, as far as the document's header tells."""
        ...

    def read(self, data: bytes, *, languages: str) -> Iterator[PageText]:
        """What each page says, in order."""
        ...

    def searchable_pdf(self, data: bytes, *, media_type: str, pages: Sequence[PageText]) -> Iterator[bytes]:
        """The document as a PDF with the words of these pages under its ink, in pieces."""
        ...

    def overlays(self, data: bytes, *, pages: Sequence[PageText]) -> Iterator[bytes]:
        """A JPEG of each page of the document with the words of these boxed."""
        ...

    def close(self) -> None:
        """Let go of what is held."""
        ...


def open_reader(settings: Settings, *, open_engine: EngineFactory = open_engine) -> Reader:
    """The reader that the setting `ocr.isolation` asks for, with the configured engine unless another is given."""
    if settings.ocr.isolation:
        return IsolatedReader(settings, open_engine=open_engine)
    return LocalReader(settings.intake, settings.ocr, open_engine=open_engine)


class IsolatedReader:
    """Reads documents in worker processes: whatever one does to its process is a typed error of that document.

    The first process is started at once, so that it gets ready while the caller does other things.
    """

    def __init__(self, settings: Settings, *, open_engine: EngineFactory = open_engine) -> None:
        ocr = settings.ocr
        self._total = settings.intake.max_seconds + ocr.grace_seconds
        self._progress = ocr.page_seconds + ocr.grace_seconds
        self.pool = Pool(
            # These settings only, in which there are no passwords: hostile files run in that process.
            partial(warm_reader, settings.intake, ocr, open_engine=open_engine),
            workers=ocr.workers,
            queue=ocr.queue,
            limits=WorkerLimits(
                memory_bytes=ocr.worker_memory_mb * MEGABYTE, results=ocr.worker_pages, environment=ENVIRONMENT
            ),
            on_end=_count,
        )
        self.pool.start()

    def engine(self) -> EngineRef:
        """The engine that recognises pages, as a worker has it; `EngineUnavailable` where it is not installed."""
        with self._failures_told():
            (engine,) = self._run(EngineRef, "engine", express=True)
        return engine

    def check(self, data: bytes) -> None:
        """Raise the error that reading would end in, as far as the document's header tells.

        `DocumentTimeout` where that takes longer than `CHECK_SECONDS`.
        """
        limit = min(CHECK_SECONDS, self._total)
        with self._failures_told():
            try:
                list(self._run(type(None), "check", data, express=True, total=limit, progress=self._total))
            except TotalTimeout as error:
                raise DocumentTimeout(
                    f"what the document begins with was not read within {limit:g} s",
                    detail={"limit_seconds": limit},
                    next_step="Open it in a viewer; if it opens there, print it to PDF and send that.",
                ) from error

    def read(self, data: bytes, *, languages: str) -> Iterator[PageText]:
        """What each page says, as it is read.

        Raises what `LocalReader.read` raises; `DocumentTimeout` or `RecognitionFailed` where a worker had to be
        killed for its document or page to end; `WorkerCrashed` or `OutOfMemory` where it ended by itself or grew
        too large; `Busy` where too many documents wait.
        """
        number = 0
        with self._failures_told(lambda: number + 1):
            for page in self._run(PageText, "read", data, languages=languages):
                number = page.number
                yield page

    def searchable_pdf(self, data: bytes, *, media_type: str, pages: Sequence[PageText]) -> Iterator[bytes]:
        """The document as a PDF with the words of these pages under its ink, in pieces.

        Raises what `LocalReader.searchable_pdf` raises, and what `read` does where a worker had to be replaced.
        """
        with self._failures_told():
            # All pages are in the first piece: there is no progress to be seen before.
            yield from self._run(
                bytes, "searchable_pdf", data, media_type=media_type, pages=pages, progress=self._total
            )

    def overlays(self, data: bytes, *, pages: Sequence[PageText]) -> Iterator[bytes]:
        """A JPEG of each page of the document with the words of these boxed; raises what `read` does."""
        with self._failures_told():
            yield from self._run(bytes, "overlays", data, pages=pages)

    def close(self) -> None:
        """End the worker processes."""
        self.pool.close()

    def _run(self, kind: type[Result], method: str, *arguments: Any, **options: Any) -> Iterator[Result]:
        limits: dict[str, Any] = {"total": self._total, "progress": self._progress}
        for result in self.pool.run(method, *arguments, **(limits | options)):
            if not isinstance(result, kind):
                # What the file made of the worker may speak for it.
                raise WorkerCrashed("the process that read the document answered nonsense")
            yield result

    @contextmanager
    def _failures_told(self, page: Callable[[], int] | None = None) -> Iterator[None]:
        """Name what went wrong in the pool in terms of documents, and of the `page` in work if there is one."""
        try:
            yield
        except TotalTimeout as error:
            raise DocumentTimeout(
                f"the document took longer than {self._total:g} s", detail={"limit_seconds": self._total}
            ) from error
        except ProgressTimeout as error:
            what = f"page {page()}" if page else "the document"
            raise RecognitionFailed(
                f"{what} was not read within {self._progress:g} seconds",
                detail={"page": page()} if page else None,
                next_step="Raise the setting ocr.page_seconds, or scan the page at a lower resolution.",
            ) from error
        except WorkerError as error:
            if page and not error.retryable:
                error.detail.setdefault("page", page())
            raise


def _count(ending: Ending) -> None:
    WORKER_RESTARTS.labels(reason=ending.value).inc()
