"""What renders PDF pages best: pypdfium2 and pdf2image on the same pages, each in a process of its own.

`python -m benchmarks.pdf_rendering [PDF…]`; without arguments, the corpus's PDFs. Text layers are ignored.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.corpus import folder
from benchmarks.machine import cpu_seconds, describe
from docflow.errors import DocFlowError
from docflow.intake import Deadline, open_document
from docflow.settings import IntakeSettings

RENDERERS = ("pypdfium2", "pdf2image")


def measure(renderer: str, paths: list[Path], *, pages: int) -> dict[str, float]:
    """Pages, seconds, CPU-seconds (children included) and peak memory of rendering up to so many pages a file."""
    limits = IntakeSettings.model_validate({"pdf_renderer": renderer, "text_layer": "ignore"})
    rendered = refused = 0
    started, cpu = time.perf_counter(), cpu_seconds()
    for path in paths:
        try:
            with open_document(path.read_bytes(), limits=limits) as document:
                for number, _ in enumerate(document.pages(Deadline(limits.max_seconds)), start=1):
                    rendered += 1
                    if number == pages:
                        break
        except DocFlowError:
            refused += 1
    return {
        "pages": rendered,
        "refused": refused,
        "seconds": time.perf_counter() - started,
        "cpu": cpu_seconds() - cpu,
        "peak": peak_mib(),
    }


def peak_mib() -> float:
    """The most memory that this process, or any one of its children, has held, in MiB."""
    own, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return max(own, children) / 1024


def measure_apart(renderer: str, paths: list[Path], *, pages: int) -> dict[str, float]:
    """`measure` in a fresh process, so that the peaks are each renderer's own."""
    command = [sys.executable, "-m", "benchmarks.pdf_rendering", "--only", renderer, "--pages", str(pages)]
    finished = subprocess.run([*command, *map(str, paths)], capture_output=True, text=True, check=True, timeout=3600)
    result: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
    return result


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="pypdfium2 and pdf2image on the same PDF pages")
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--pages", type=int, default=3, help="pages of each file")
    parser.add_argument("--only", choices=RENDERERS, help="measure one renderer here and print its figures as JSON")
    arguments = parser.parse_args()
    paths = arguments.paths or sorted(folder().glob("*/*.pdf"))
    if arguments.only:
        sys.stdout.write(json.dumps(measure(arguments.only, paths, pages=arguments.pages)) + "\n")
        return
    limits = IntakeSettings()
    table = Table(title=f"{len(paths)} PDFs at {limits.render_dpi} dpi, up to {arguments.pages} pages each")
    for heading in ("renderer", "pages", "refused files", "pages/s", "CPU-s per page", "peak MiB"):
        table.add_column(heading, justify="left" if heading == "renderer" else "right")
    for renderer in RENDERERS:
        found = measure_apart(renderer, paths, pages=arguments.pages)
        count = max(1.0, found["pages"])
        table.add_row(
            renderer,
            f"{found['pages']:.0f}",
            f"{found['refused']:.0f}",
            f"{found['pages'] / found['seconds']:.1f}",
            f"{found['cpu'] / count:.3f}",
            f"{found['peak']:.0f}",
        )
    console = Console()
    console.print(table)
    console.print(describe())


if __name__ == "__main__":
    main()
