"""Generated pages with what truly stands on them, in all kinds, languages and looks."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from docflow.synth import LANGUAGES, LOOKS, Look, degrade, generate, render_images, words
from docflow.synth.generate import kinds_in
from docflow.types import Line, PageImage, Word

RESOLUTIONS = (150, 200, 200, 300)
"""Dots per inch that pages come in, as offices and telephones make them."""


@dataclass(frozen=True, slots=True)
class TruthPage:
    """A page's pixels, and the lines that truly stand on it."""

    image: PageImage
    lines: tuple[Line, ...]
    kind: str
    language: str
    look: Look

    @property
    def text(self) -> str:
        """The lines, joined by newlines."""
        return "\n".join(line.text for line in self.lines)


def synthetic_pages(
    count: int, *, seed: int, languages: Sequence[str] = LANGUAGES, looks: Sequence[Look] = LOOKS
) -> Iterator[TruthPage]:
    """The first pages of generated documents, each look and language equally often; thermal ones are receipts."""
    rng = random.Random(f"pages/{seed}")
    kinds = [*kinds_in(languages, is_background=False), *kinds_in(languages, is_background=True)]
    for number in range(count):
        look = looks[number % len(looks)]
        language = languages[number // len(looks) % len(languages)]
        fitting = sorted({kind for kind, spoken in kinds if spoken == language})
        kind = "receipt" if look == "thermal" else rng.choice(fitting)
        dpi = rng.choice(RESOLUTIONS)
        document = generate(kind, language, seed=seed * 1_000_000 + number)
        page = degrade(render_images(document, dpi=dpi)[0], words(document, 1, dpi=dpi), look=look, seed=document.seed)
        yield TruthPage(
            image=PageImage(1, page.image, dpi=dpi),
            lines=lines_of(page.words),
            kind=kind,
            language=language,
            look=look,
        )


def lines_of(in_reading_order: Sequence[Word]) -> tuple[Line, ...]:
    """The words in lines: one that does not stand to the right of its predecessor, at its height, begins a new line."""
    lines: list[list[Word]] = []
    for word in in_reading_order:
        before = lines[-1][-1].box if lines else None
        if before is None or word.box.x0 < before.x0 or word.box.y0 > before.y1 or word.box.y1 < before.y0:
            lines.append([])
        lines[-1].append(word)
    return tuple(Line(tuple(line)) for line in lines)
