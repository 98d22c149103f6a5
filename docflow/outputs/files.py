"""Outputs as files: one for each document and format, named after the source, all of a document's or none."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from docflow.errors import OutputUnwritable
from docflow.outputs.document import ReadDocument, render
from docflow.outputs.formats import Format

DIGEST_CHARACTERS = 8
"""Of the SHA-256, where a name alone would not tell files apart."""


class OutputFiles:
    """Writes documents' outputs into `folder` and pictures of their pages into `overlays`.

    `scan.jpg` becomes `scan.txt`, `scan.pdf` …, and `scan-page-1.jpg` as a picture. A name that two of the sources
    would give, or that would overwrite a source, gets the beginning of the file's SHA-256: the same sources always
    give the same names. What an earlier run left under a name is replaced.
    """

    def __init__(
        self, sources: Sequence[Path], *, folder: Path | None, formats: Sequence[Format], overlays: Path | None
    ) -> None:
        self._folder = folder
        self._formats = tuple(formats) if folder is not None else ()
        self._overlays = overlays
        self._sources = {path.resolve() for path in sources}
        self._stems = Counter(path.stem.casefold() for path in sources)

    @property
    def wanted(self) -> bool:
        """Whether anything would be written."""
        return bool(self._formats) or self._overlays is not None

    def write(self, document: ReadDocument, *, source: Path) -> tuple[Path, ...]:
        """The files that were written for the document, which came from `source`.

        Nothing is left behind by a document that fails. Raises what `render` raises, and `OutputUnwritable`.
        """
        stem = self._stem(source, document)
        written: list[Path] = []
        try:
            with ExitStack() as moved_at_the_end:
                if self._folder is not None and self._formats:
                    beside = moved_at_the_end.enter_context(_all_or_none(self._folder, written))
                    for wanted in self._formats:
                        (beside / f"{stem}{wanted.extension}").write_bytes(render(document, wanted))
                if self._overlays is not None:
                    beside = moved_at_the_end.enter_context(_all_or_none(self._overlays, written))
                    _draw(document, beside, stem=stem)
        except OSError as error:
            raise OutputUnwritable(f"the outputs of {source.name} could not be written: {error.strerror}") from error
        return tuple(written)

    def _stem(self, source: Path, document: ReadDocument) -> str:
        targets = [(self._folder, f"{source.stem}{wanted.extension}") for wanted in self._formats]
        targets += [(self._overlays, _picture(source.stem, page.number)) for page in document.pages]
        is_taken = any(folder is not None and (folder / name).resolve() in self._sources for folder, name in targets)
        if self._stems[source.stem.casefold()] > 1 or is_taken:
            return f"{source.stem}-{document.sha256[:DIGEST_CHARACTERS]}"
        return source.stem


def _draw(document: ReadDocument, folder: Path, *, stem: str) -> None:
    for page, jpeg in zip(document.pages, document.overlays(), strict=True):
        (folder / _picture(stem, page.number)).write_bytes(jpeg)


def _picture(stem: str, number: int) -> str:
    return f"{stem}-page-{number}.jpg"


@contextmanager
def _all_or_none(folder: Path, written: list[Path]) -> Iterator[Path]:
    """A folder beside the target's files, which become these files when the block ends well."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".docflow-", dir=folder) as beside:
        yield Path(beside)
        for path in sorted(Path(beside).iterdir()):
            written.append(path.replace(folder / path.name))
