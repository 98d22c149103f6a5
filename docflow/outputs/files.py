"""Outputs as files: one for each document and format, named after the source; nothing of others is written over."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from docflow.errors import OutputUnwritable
from docflow.outputs.document import ReadDocument, render
from docflow.outputs.formats import Format
from docflow.outputs.manifest import HeldManifest, Manifest

DIGEST_CHARACTERS = 8
"""Of the SHA-256, where a name alone would not tell files apart."""

LONGEST_STEM = 230
"""Bytes: a digest and the longest ending, as of page 999,999's picture, make it the 255 that a name may have."""


class OutputFiles:
    """Writes documents' outputs into `folder` and pictures of their pages into `overlays`.

    `scan.jpg` becomes `scan.txt`, `scan.pdf` …, and `scan-page-1.jpg` as a picture. Each folder's manifest says which
    document an output is of, and what an earlier run made of the same document is replaced. A name that two of the
    sources would give, that is too long, or under which there is anything else, gets the beginning of the document's
    SHA-256.
    """

    def __init__(
        self, sources: Sequence[Path], *, folder: Path | None, formats: Sequence[Format], overlays: Path | None
    ) -> None:
        self._folder = folder
        self._formats = tuple(formats) if folder is not None else ()
        # A folder spelled in two ways would wait for itself.
        self._overlays = folder if folder and overlays and folder.resolve() == overlays.resolve() else overlays
        self._sources = {path.resolve() for path in sources}
        self._stems = Counter(path.stem.casefold() for path in sources)
        # In one order for all processes, or two could wait for each other.
        folders = sorted({used for used in (folder, self._overlays) if used is not None}, key=Path.resolve)
        self._manifests = {used: Manifest(used) for used in folders}

    @property
    def wanted(self) -> bool:
        """Whether anything would be written."""
        return bool(self._formats) or self._overlays is not None

    def write(self, document: ReadDocument, *, source: Path) -> tuple[Path, ...]:
        """The files that were written for the document, which came from `source`.

        A document that fails leaves no new files behind, and those of an earlier run as they were; but where it is a
        move that fails, the moves before it have replaced theirs. Raises what `render` raises, and `OutputUnwritable`.
        """
        try:
            with ExitStack() as removed_at_the_end:
                made = list(self._made(document, removed_at_the_end))
                return self._placed(made, document, source)
        except OSError as error:
            raise OutputUnwritable(f"the outputs of {source.name} could not be written: {error.strerror}") from error

    def _made(self, document: ReadDocument, removed_at_the_end: ExitStack) -> Iterator[_Made]:
        """The outputs, each in a hidden folder beside where it belongs."""

        def hidden(folder: Path) -> Path:
            folder.mkdir(parents=True, exist_ok=True)
            return Path(removed_at_the_end.enter_context(tempfile.TemporaryDirectory(prefix=".docflow-", dir=folder)))

        if self._folder is not None and self._formats:
            beside = hidden(self._folder)
            for wanted in self._formats:
                made = _Made(beside / wanted.value, self._folder, wanted.extension)
                made.path.write_bytes(render(document, wanted))
                yield made
        if self._overlays is not None:
            beside = hidden(self._overlays)
            for page, jpeg in zip(document.pages, document.overlays(), strict=True):
                made = _Made(beside / str(page.number), self._overlays, f"-page-{page.number}.jpg")
                made.path.write_bytes(jpeg)
                yield made

    def _placed(self, made: Sequence[_Made], document: ReadDocument, source: Path) -> tuple[Path, ...]:
        """The outputs moved to where they belong, all under one stem; where one cannot be moved, new ones go again."""
        folders = {one.folder for one in made}
        with ExitStack() as released_at_the_end:
            manifests = {
                folder: released_at_the_end.enter_context(manifest.held())
                for folder, manifest in self._manifests.items()
                if folder in folders
            }
            stem = self._stem(made, manifests, document, source)
            new: list[Path] = []
            try:
                for one in made:
                    is_new = not os.path.lexists(one.target(stem))
                    one.path.replace(one.target(stem))
                    if is_new:
                        new.append(one.target(stem))
                for folder, manifest in manifests.items():
                    manifest.add((one.name(stem) for one in made if one.folder == folder), sha256=document.sha256)
            except OSError:
                for target in new:
                    target.unlink(missing_ok=True)
                raise
        return tuple(one.target(stem) for one in made)

    def _stem(
        self, made: Sequence[_Made], manifests: Mapping[Path, HeldManifest], document: ReadDocument, source: Path
    ) -> str:
        """The first of the document's stems under which nothing is lost, or `OutputUnwritable`."""

        def is_free(stem: str, *owners: str | None) -> bool:
            """Whether nothing is there under any of the names but outputs of these owners; None is an unknown one."""
            return all(
                one.target(stem).resolve() not in self._sources
                and (not os.path.lexists(one.target(stem)) or manifests[one.folder].source(one.name(stem)) in owners)
                for one in made
            )

        plain, cut = source.stem, _cut(source.stem)
        if cut == plain and self._stems[plain.casefold()] == 1 and is_free(plain, document.sha256):
            return plain
        with_digest = f"{cut}-{document.sha256[:DIGEST_CHARACTERS]}"
        # Such a name is the document's, also where the manifest was lost.
        if is_free(with_digest, document.sha256, None):
            return with_digest
        raise OutputUnwritable(
            f"the outputs of {source.name} would replace other files, also as {with_digest}",
            next_step="Give another folder for the outputs, or move the files of this name away.",
        )


@dataclass(frozen=True, slots=True)
class _Made:
    """A finished output on its way to `folder`."""

    path: Path
    folder: Path
    ending: str

    def name(self, stem: str) -> str:
        return f"{stem}{self.ending}"

    def target(self, stem: str) -> Path:
        return self.folder / self.name(stem)


def _cut(stem: str) -> str:
    """The stem's first characters, as many as a name has room for."""
    while len(os.fsencode(stem)) > LONGEST_STEM:
        stem = stem[:-1]
    return stem
