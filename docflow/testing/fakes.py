"""An engine and a classifier without any model behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from docflow.types import UNKNOWN, Box, Line, ModelRef, PageImage, PageText, Prediction, TextSource, Word

WORD_WIDTH, LINE_HEIGHT = 40.0, 20.0


class FakeEngine:
    """Reads `text` on every page, or what `text` returns for it; `pages_read` counts.

    A `text` that raises stands for an engine that fails.
    """

    name = "fake"
    version = "1"

    def __init__(self, text: str | Callable[[PageImage], str]) -> None:
        self._text = text
        self.pages_read = 0

    def say(self, text: str | Callable[[PageImage], str]) -> None:
        """Read this on pages from now on."""
        self._text = text

    def read_page(self, image: PageImage, *, languages: str, timeout: float) -> PageText:
        """The text as words side by side, each with confidence 0.9."""
        self.pages_read += 1
        text = self._text if isinstance(self._text, str) else self._text(image)
        return PageText(
            number=image.number,
            width=image.width,
            height=image.height,
            lines=tuple(_line(line, row) for row, line in enumerate(text.splitlines()) if line.strip()),
            source=TextSource.OCR,
            engine=self.name,
            engine_version=self.version,
            languages=languages,
        )


class FakeClassifier:
    """Names the label whose keyword stands in the text, with confidence 0.95; else `unknown` with 0.4."""

    def __init__(self, keywords: Mapping[str, str], *, version: str = "1") -> None:
        self._keywords = dict(keywords)
        self.model = ModelRef("fake", version, "0" * 64)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that have a keyword."""
        return tuple(self._keywords)

    def predict(self, texts: Sequence[str], thumbnails: Sequence[bytes] = ()) -> list[Prediction]:
        """One prediction for each text."""
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Prediction:
        found = next((label for label, word in self._keywords.items() if word in text), None)
        scores = dict.fromkeys(self._keywords, 0.05) | ({found: 0.95} if found else {})
        return Prediction(found or UNKNOWN, 0.95 if found else 0.4, found is not None, scores, self.model)


def _line(text: str, row: int) -> Line:
    top = row * LINE_HEIGHT
    return Line(
        tuple(
            Word(word, Box(i * WORD_WIDTH, top, (i + 1) * WORD_WIDTH, top + LINE_HEIGHT), 0.9)
            for i, word in enumerate(text.split())
        )
    )
