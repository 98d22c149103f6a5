"""`python -m benchmarks.ocr`: OCR engines on document sets, and on receipts spoilt in every way, as Markdown tables.

Every reader reads a set in a process of its own, on one thread: DocFlow's engines, the platform that they replace,
OCRmyPDF and RapidOCR, all in the same run on the same pixels. Where the real documents, or a peer, are missing, a line
says so. `--show` prints the last run's figures again; `--short` takes a page of each of a few sets.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks import corpus
from benchmarks.machine import describe
from benchmarks.ocr_readers import AUTO, BARE, READERS, Reader
from benchmarks.ocr_reading import ONE_THREAD, Readings, measure
from benchmarks.ocr_scores import mean, score
from benchmarks.ocr_sets import SETS, Sample
from benchmarks.ocr_tables import Result, engines_table, plot, variants_table, verdicts
from benchmarks.ocr_unprepared import UNPREPARED, read_apart
from benchmarks.ocr_variants import variant_samples
from docflow.errors import EngineUnavailable

VARIANTS = "variants"

EACH_VARIANT = 4
"""Pages of each variant and language."""

SHORT_SETS = ("receipts", "Russian pages", VARIANTS)
SHORT_VARIANTS = frozenset({"clean", "turned 90°", "skewed 10°", "photo"})

Job = tuple[Reader, list[Sample]]


def main() -> None:
    """Measure, print the tables, and keep the figures."""
    arguments = parsed()
    os.environ.update(ONE_THREAD)
    kept: Path = arguments.results
    kept.parent.mkdir(parents=True, exist_ok=True)
    if arguments.show:
        held = json.loads(kept.read_text(encoding="utf-8"))
    else:
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(arguments.jobs) as workers:
            jobs = list(jobs_of(arguments, Path(folder)))
            held = {"machine": describe(), "half": arguments.half, "notes": [], "results": []}
            for told in workers.map(outcome_of, jobs):
                note = isinstance(told, str)
                held["notes" if note else "results"] += [told] if note else [asdict(result) for result in told]
                kept.write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
    show(held, picture=arguments.plot)


def parsed() -> argparse.Namespace:
    """The command line."""
    names = [s.name for s in SETS] + [VARIANTS]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("report", "tune"), default="report")
    parser.add_argument("--engines", nargs="+", choices=list(READERS), default=list(READERS))
    parser.add_argument("--sets", nargs="+", choices=names, default=None)
    parser.add_argument("--most", type=int, default=None, help="pages of each set, and of each variant and language")
    parser.add_argument("--jobs", type=int, default=1, help="readers measured at the same time")
    parser.add_argument("--short", action="store_true", help="a page of each of a few sets")
    parser.add_argument("--plot", type=Path, default=None, help="where to write the plot")
    parser.add_argument("--results", type=Path, default=Path("var/bench/ocr.json"), help="where figures are kept")
    parser.add_argument("--show", action="store_true", help="print what was measured last")
    arguments = parser.parse_args()
    arguments.most = arguments.most or (1 if arguments.short else None)
    arguments.sets = arguments.sets or (SHORT_SETS if arguments.short else names)
    return arguments


def jobs_of(arguments: argparse.Namespace, folder: Path) -> Iterator[Job]:
    """What is to be measured: each reader on each set that it is run on; on the variants, `auto` before and after."""
    for one in SETS:
        if one.name not in arguments.sets:
            continue
        if one.is_real and not corpus.is_here():
            print(f"{one.name}: skipped, there are no real documents here; DOCFLOW_CORPUS names their folder")
            continue
        samples = one.samples(folder, half=arguments.half, most=arguments.most)
        for name in arguments.engines:
            reader = READERS[name]
            if one.language in reader.languages and (reader.groups is None or one.name in reader.groups):
                yield reader, samples
    if VARIANTS in arguments.sets:
        names = SHORT_VARIANTS if arguments.short else None
        count = arguments.most or EACH_VARIANT
        samples = list(variant_samples(folder, half=arguments.half, count=count, names=names))
        if BARE in arguments.engines:
            yield READERS[BARE], samples
        if AUTO in arguments.engines:
            yield from ((reader, samples) for reader in (UNPREPARED, READERS[AUTO]))


def outcome_of(job: Job) -> list[Result] | str:
    """The results of a job, one for each group of its samples; or a sentence that says why there are none."""
    reader, samples = job
    try:
        readings = measure(reader, samples) if reader.name in READERS else read_apart(reader, samples)
    except EngineUnavailable as error:
        return f"{reader.name} on {samples[0].group}: {error.message}. {error.next_step}"
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, BrokenProcessPool) as error:
        return f"{reader.name} on {samples[0].group}: {error}"
    return results_of(reader, samples, readings)


def results_of(reader: Reader, samples: Sequence[Sample], readings: Readings) -> list[Result]:
    """The reader's result for each group; a page that it failed on says nothing."""
    results = []
    pairs = sorted(zip(samples, readings.pages, strict=True), key=lambda pair: pair[0].group)
    for group, members in groupby(pairs, key=lambda pair: pair[0].group):
        pages = list(members)
        scored = mean([score(s.truth, p.text or "", is_ordered=s.is_ordered) for s, p in pages])
        results.append(
            Result(
                reader=reader.name,
                group=group,
                pages=len(pages),
                failed=sum(p.text is None for _, p in pages),
                cpu_seconds=sum(p.cpu_seconds for _, p in pages) / len(pages),
                seconds=sum(p.seconds for _, p in pages) / len(pages),
                **asdict(scored),
                peak_mib=readings.peak_mib,
            )
        )
    order = list(dict.fromkeys(s.group for s in samples))
    return sorted(results, key=lambda result: order.index(result.group))


def show(held: dict[str, Any], *, picture: Path | None) -> None:
    """Print tables, notes and verdicts, and write the plot where one is asked for."""
    results = [Result(**result) for result in held["results"]]
    names = {s.name for s in SETS}
    sets, variants = ([r for r in results if (r.group in names) == flag] for flag in (True, False))
    print(f"{held['machine']}; generated documents, and the {held['half']} half of the real ones\n")
    for results_there, table in ((sets, engines_table), (variants, variants_table)):
        if results_there:
            print(table(results_there), end="\n\n")
    print("\n".join([*held["notes"], *verdicts(results)]))
    if picture is not None:
        plot(results, picture)


if __name__ == "__main__":
    main()
