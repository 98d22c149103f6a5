"""`python -m benchmarks.gpu`: EasyOCR with the compact network, the same lines on the CPU and on a GPU.

It needs torch with CUDA and an NVIDIA GPU, and says so where these are missing. The CPU has one thread.
"""

from __future__ import annotations

import time

import torch
from rich.console import Console
from rich.table import Table

from benchmarks.machine import describe
from benchmarks.recogniser import TIMEOUT, rendered
from docflow.errors import EngineUnavailable
from docflow.ocr.easyocr import EasyOcrEngine
from docflow.ocr.gpu import check_gpu
from docflow.ocr.recogniser.cer import character_error_rate
from docflow.settings import OcrSettings

LINES = 1200


def main() -> None:
    """Print the milliseconds and the character error rate of both, and how many lines they read otherwise."""
    console = Console(width=130)
    on_gpu, on_cpu = (OcrSettings(engine="easyocr", gpu=gpu, easyocr_network="compact") for gpu in (True, False))
    try:
        console.print(describe(), check_gpu(on_gpu))
    except EngineUnavailable as error:
        raise SystemExit(f"skipped: {error.message}. {error.next_step}") from error
    torch.set_num_threads(1)
    sample = rendered(LINES)
    table = Table("", "ms a line", "CER", box=None)
    read = {}
    for name, settings in (("CPU", on_cpu), (torch.cuda.get_device_name(), on_gpu)):
        engine = EasyOcrEngine(settings)
        engine.recognise(sample.crops[:20], languages=sample.languages, timeout=TIMEOUT)
        started = time.perf_counter()
        lines = engine.recognise(sample.crops, languages=sample.languages, timeout=TIMEOUT)
        each = 1000 * (time.perf_counter() - started) / LINES
        read[name] = [" ".join(word.text for word in line) for line in lines]
        error_rate = character_error_rate(zip(sample.texts, read[name], strict=True))
        table.add_row(name, f"{each:.2f}", f"{error_rate:.4f}")
    console.print(table)
    console.print(f"{sum(one != other for one, other in zip(*read.values(), strict=True))} lines are read otherwise")


if __name__ == "__main__":
    main()
