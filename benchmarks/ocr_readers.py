"""What reads pages in the comparison: DocFlow's engines, the platform that it replaces, and other projects' programs.

Each reads one page at a time on one thread. Others are told each page's language; `fast`, `auto` and `accurate` are
given both languages and find out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import pytesseract
from PIL import Image

from benchmarks.ocr_sets import Pixels
from docflow.errors import EngineUnavailable
from docflow.ocr import open_engine
from docflow.ocr.engines import EFFORTS
from docflow.ocr.gpu import check_gpu
from docflow.ocr.languages import tessdata_dir
from docflow.ocr.pixels import DEFAULT_DPI, grey
from docflow.settings import OcrSettings
from docflow.types import PageImage

SECONDS_A_PAGE = 180.0

BOTH = frozenset({"eng", "rus"})

SMALL_PAGES = frozenset({"receipts", "forms", "Russian pages"})


@dataclass(frozen=True, slots=True)
class Page:
    """A page as readers are given it: pixels, and the file that they were read from."""

    image: PageImage
    path: Path
    language: str


Read = Callable[[Page], str]


@dataclass(frozen=True, slots=True)
class Reader:
    """Something that reads pages. `open` loads it, or raises `EngineUnavailable`.

    `languages` are those that it has a model for; `groups` are the sets that it is run on, all where it is None.
    """

    name: str
    open: Callable[[], Read]
    languages: frozenset[str] = BOTH
    groups: frozenset[str] | None = None


def replaced_platform() -> Read:
    """The platform that DocFlow replaces: threshold and denoise every page, then recognise it twice."""

    def read(page: Page) -> str:
        binary = cv2.adaptiveThreshold(
            grey(page.image.pixels), 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, 11, 2
        )
        picture = Image.fromarray(cv2.fastNlMeansDenoising(binary, None, 10, 7, 21))
        options = {"lang": page.language, "config": "--psm 6", "timeout": SECONDS_A_PAGE}
        text = str(pytesseract.image_to_string(picture, **options))
        pytesseract.image_to_data(picture, **options)
        return text

    return read


def pytesseract_defaults() -> Read:
    """Pytesseract as its first example has it: the picture in colour, nothing set."""

    def read(page: Page) -> str:
        picture = Image.fromarray(page.image.pixels).convert("RGB")
        return str(pytesseract.image_to_string(picture, lang=page.language, timeout=SECONDS_A_PAGE))

    return read


def bare_tesserocr() -> Read:
    """Tesseract in this process on the grey page as it is: one block, LSTM only, no preprocessing."""
    import tesserocr

    folder = tessdata_dir(OcrSettings())
    loaded: dict[str, tesserocr.PyTessBaseAPI] = {}

    def read(page: Page) -> str:
        if page.language not in loaded:
            loaded[page.language] = tesserocr.PyTessBaseAPI(
                path=str(folder), lang=page.language, psm=tesserocr.PSM.SINGLE_BLOCK, oem=tesserocr.OEM.LSTM_ONLY
            )
        api = loaded[page.language]
        api.SetImage(Image.fromarray(grey(page.image.pixels)))
        api.SetSourceResolution(round(page.image.dpi or DEFAULT_DPI))
        return str(api.GetUTF8Text())

    return read


def ocrmypdf() -> Read:
    """OCRmyPDF's sidecar text with its defaults, one job, and no PDF written: what costs it least."""
    program = shutil.which("ocrmypdf")
    if program is None:
        raise EngineUnavailable("ocrmypdf is not installed", next_step="Install it: `scripts/setup.sh bench`.")

    def read(page: Page) -> str:
        with tempfile.TemporaryDirectory() as folder:
            text = Path(folder) / "page.txt"
            dpi = round(page.image.dpi or DEFAULT_DPI)
            subprocess.run(
                [
                    *(program, "--quiet", "--jobs", "1", "--output-type", "none", "--language", page.language),
                    *("--image-dpi", str(dpi), "--sidecar", str(text), str(page.path), os.devnull),
                ],
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS_A_PAGE,
            )
            return text.read_text(encoding="utf-8")

    return read


def rapidocr_defaults() -> Read:
    """RapidOCR with its own defaults on the whole page, held to one thread."""
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise EngineUnavailable(
            "rapidocr is not installed", next_step="Install it: `uv pip install 'docflow[rapidocr]'`."
        ) from error
    threads = {f"EngineConfig.onnxruntime.{scope}_op_num_threads": 1 for scope in ("intra", "inter")}
    engine = RapidOCR(params={"Global.log_level": "error", **threads})

    def read(page: Page) -> str:
        found = engine(as_bgr(page.image.pixels))
        return "\n".join(found.txts or ())

    return read


def docflow_engine(name: str, *, gpu: bool = False) -> Read:
    """One of DocFlow's engines with the default settings, or with the GPU too."""
    settings = OcrSettings(gpu=gpu)
    engine = open_engine(settings, name=name)

    def read(page: Page) -> str:
        languages = settings.languages if name in EFFORTS else page.language
        return engine.read_page(page.image, languages=languages, timeout=SECONDS_A_PAGE).text

    return read


def as_bgr(pixels: Pixels) -> Pixels:
    """The pixels in OpenCV's order of colours, which RapidOCR takes."""
    return cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR if pixels.ndim == 2 else cv2.COLOR_RGB2BGR)


BARE, AUTO, FAST, ACCURATE, RAPIDOCR = "tesserocr, bare", "docflow auto", "docflow fast", "docflow accurate", "RapidOCR"

BY_THEMSELVES = ("tesserocr", "compact", "easyocr")
"""DocFlow's engines that are compared as they are; `easyocr` needs torch, and reads with the network that ships."""

ON_GPU = ("compact", "easyocr", "accurate")
"""DocFlow's engines that are compared on a GPU too, where there is one."""


def gpu_readers() -> Iterator[Reader]:
    """DocFlow's engines on the GPU; none where there is no GPU that they find."""
    for name in ON_GPU:
        with suppress(EngineUnavailable):
            check_gpu(OcrSettings(engine=name, gpu=True))
            yield Reader(f"docflow {name}, GPU", partial(docflow_engine, name, gpu=True))


READERS: Mapping[str, Reader] = {
    reader.name: reader
    for reader in (
        Reader("replaced platform", replaced_platform, groups=SMALL_PAGES),
        Reader("pytesseract", pytesseract_defaults),
        Reader("OCRmyPDF", ocrmypdf),
        Reader(BARE, bare_tesserocr),
        Reader(RAPIDOCR, rapidocr_defaults, languages=frozenset({"eng"})),
        *(Reader(f"docflow {name}", partial(docflow_engine, name)) for name in BY_THEMSELVES),
        Reader(FAST, partial(docflow_engine, "fast")),
        Reader(AUTO, partial(docflow_engine, "auto")),
        Reader(ACCURATE, partial(docflow_engine, "accurate")),
        *gpu_readers(),
    )
}
"""All readers by name. The replaced platform takes minutes for a letter at 400 dpi: it is run on smaller pages only."""
