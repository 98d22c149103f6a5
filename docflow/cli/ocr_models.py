"""`docflow ocr-models`: weights of OCR engines that come from the network, brought once and before they are needed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn

from docflow.cli.app import ERR, OUT
from docflow.ocr.easyocr_models import model_files
from docflow.ocr.easyocr_models import pull as pull_files
from docflow.settings import load_settings

ocr_models = typer.Typer(no_args_is_help=True, help="Bring the weights of OCR engines that have theirs elsewhere.")


def register(app: typer.Typer) -> None:
    """Add this file's verbs to the command."""
    app.add_typer(ocr_models, name="ocr-models")


@ocr_models.callback()
def group() -> None:
    """Bring the weights of OCR engines that have theirs elsewhere."""


@ocr_models.command()
def pull(
    engine: Annotated[Literal["easyocr"], typer.Argument(help="The engine whose weights to bring.")],
    folder: Annotated[Path | None, typer.Option(help="Where to; none: the setting ocr.easyocr_dir.")] = None,
) -> None:
    """Download an engine's weights, check them, and put them where the engine looks for them."""
    target = folder or load_settings().ocr.effective_easyocr_dir
    bars: dict[str, TaskID] = {}
    with Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), console=ERR, transient=True
    ) as shown:

        def tell(name: str, done: int, total: int | None) -> None:
            if name not in bars:
                bars[name] = shown.add_task(name, total=total)
            shown.update(bars[name], completed=done)

        paths = pull_files(model_files(), target, progress=tell)
    for path in paths:
        OUT.print(f"{engine} {path.name} in {target}", markup=False)
