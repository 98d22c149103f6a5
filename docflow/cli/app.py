"""The command's root: its verbs, its logging, and the one place where an error becomes an exit code."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from docflow import __version__
from docflow.cli.visible import visible_lines
from docflow.errors import DocFlowError
from docflow.settings import load_settings

WIDE = 1000
"""Characters of a line where no terminal shows it: what reads a pipe or a file finds no value broken in two."""


def console(*, stderr: bool = False) -> Console:
    """A console that is as wide as its terminal, as COLUMNS says, or without either as `WIDE`."""
    made = Console(stderr=stderr)
    if not made.file.isatty() and "COLUMNS" not in os.environ:
        made.width = WIDE
    return made


OUT = console()
ERR = console(stderr=True)

INTERRUPTED = 130
"""The shell's exit code for a program that Ctrl-C ended: 128 and the signal's number."""

TERMINATED = 143
"""The same for SIGTERM, which service managers and containers end programs with."""

UNFORESEEN = 70
"""EX_SOFTWARE of sysexits.h: a fault of the program's own."""

VERBS: Mapping[str, tuple[str, ...]] = {
    "documents": ("process", "review"),
    "data": ("synth", "train", "evaluate"),
    "labels": ("labels",),
    "models": ("models",),
    "drift": ("drift",),
    "bundle": ("bundle",),
    "ocr_models": ("ocr-models",),
    "service": ("serve", "config", "doctor", "db"),
}
"""The verbs of each file here, in the order in which they are listed. Importing all the files takes over a second: only
that of the verb that is asked for is imported, and what takes seconds more where the verb's work begins."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")


def _version(shown: bool) -> None:
    if shown:
        OUT.print(f"docflow {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Turn scans, photos and PDFs into recognised, classified documents, and keep the models that do it."""


def register_verbs(asked: str | None = None) -> None:
    """Give the command its verbs: those of the file that has the one asked for, or all where none has it."""
    for file in [file for file, verbs in VERBS.items() if asked in verbs] or VERBS:
        import_module(f"docflow.cli.{file}").register(app)


def main() -> None:
    """Run the command; every foreseen failure ends with its message, its next step and its exit code."""
    signal.signal(signal.SIGTERM, end_in_order)
    try:
        logging.basicConfig(level=load_settings().log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        register_verbs(next((word for word in sys.argv[1:] if not word.startswith("-")), None))
        app()
    except DocFlowError as error:
        show_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        logging.getLogger(__name__).debug("unforeseen", exc_info=error)
        ERR.print(f"[bold red]unforeseen error[/] {escape(visible_lines(shown(f'{type(error).__name__}: {error}')))}")
        ERR.print("  Run it again with DOCFLOW_LOG_LEVEL=DEBUG to see where, and report that.")
        sys.exit(UNFORESEEN)


def end_in_order(*_: object) -> NoReturn:
    """End the command as Ctrl-C does: what it holds is let go of, the documents in temporary files too."""
    # `timeout` sends the signal twice, and the second is not to break off what the first one began.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(TERMINATED)


def shown(text: str) -> str:
    """The text as UTF-8 can say it: with replacement characters for those bytes of a file's name that are none."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def show_error(error: DocFlowError) -> None:
    """Write an error's code, message and next step to standard error."""
    message, next_step = (escape(visible_lines(shown(told))) for told in (error.message, error.next_step))
    ERR.print(f"[bold red]{error.code}[/] {message}", highlight=False, soft_wrap=True)
    ERR.print(f"  {next_step}", highlight=False, soft_wrap=True)
