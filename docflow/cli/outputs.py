"""The options of `docflow process` that write outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from docflow.errors import RequestError
from docflow.outputs import Format, Manifest, OutputFiles, parse_formats

OutputDirOption = Annotated[
    Path | None, typer.Option("--output-dir", help="Folder for outputs, a file for each document and format.")
]
FormatOption = Annotated[
    list[str] | None,
    typer.Option("--format", help=f"What to write there: {', '.join(Format)}; repeatable, or joined by commas."),
]
OverlayOption = Annotated[
    Path | None,
    typer.Option("--overlay", help="Folder for pictures of the pages, words boxed and coloured by confidence."),
]


def output_files(
    sources: Sequence[Path], *, folder: Path | None, formats: Sequence[str] | None, overlays: Path | None
) -> OutputFiles:
    """What writes the outputs that were asked for: plain text where a folder is given and no format.

    Raises `RequestError` for a format that there is not, and for formats without a folder.
    """
    wanted = parse_formats(formats or [])
    if wanted and folder is None:
        raise RequestError("--format needs a folder to write to", next_step="Add --output-dir DIR.")
    return OutputFiles(sources, folder=folder, formats=wanted or (Format.TEXT,), overlays=overlays)


def outputs_below(folder: Path, outputs: Iterable[Path]) -> Callable[[Path], bool]:
    """What tells whether a file that lies below `folder` is an output: a run must not read what an earlier one wrote.

    All in a folder for `outputs` is one. Of what lies in `folder` itself, where that is among these, what its manifest
    names is. Raises `OSError` where the manifest cannot be read.
    """
    root = folder.resolve()
    resolved = {one.resolve() for one in outputs}
    inner = [folder / one.relative_to(root) for one in resolved if root in one.parents]
    written = {folder / name for name in Manifest(folder).names()} if root in resolved else set()
    return lambda path: path in written or any(one in path.parents for one in inner)
