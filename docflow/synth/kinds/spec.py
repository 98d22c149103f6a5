"""What a kind of document is made of: its layouts by language, and whether it is background."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from docflow.synth.page import Page, SynthDocument
from docflow.synth.values import Values


@dataclass(frozen=True)
class Sheet:
    """What a layout drew: the pages, and the fields as they are printed.

    A field is in the pages' text but for its spaces, where a line may be broken; one that breaks in a column that has
    another beside it stands in that column, and the text has the other column's words between its own.
    """

    pages: tuple[Page, ...]
    fields: Mapping[str, str] = field(default_factory=dict)


Layout = Callable[[Values], Sheet]
"""Draws one document from the values it is given; its function's name is the layout's name."""


@dataclass(frozen=True)
class KindSpec:
    """The layouts of one kind, by language code.

    `background` marks kinds that no classifier should name: they teach it what is none of its labels. `taught_as` is
    the label of a kind that counts as another one.
    """

    layouts: Mapping[str, tuple[Layout, ...]]
    background: bool = False
    taught_as: str | None = None

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of the languages that this kind is written in."""
        return tuple(self.layouts)

    def compose(self, kind: str, language: str, *, seed: int, layout: Layout | None = None) -> SynthDocument:
        """A document of this kind; the same arguments give the same document.

        Raises KeyError for a language that is not in `languages`.
        """
        rng = random.Random(f"{kind}/{language}/{seed}")
        drawn = rng.choice(self.layouts[language])
        chosen = layout or drawn
        sheet = chosen(Values(rng, language))
        return SynthDocument(
            kind=kind,
            language=language,
            layout=chosen.__name__,
            seed=seed,
            pages=sheet.pages,
            fields=dict(sheet.fields),
        )
