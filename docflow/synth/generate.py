"""Documents by kind, language and seed, and labelled texts to train on."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from docflow.errors import RequestError
from docflow.synth.hardly_read import hardly_read
from docflow.synth.kinds import KINDS
from docflow.synth.noise import ocr_noise
from docflow.synth.page import SynthDocument
from docflow.synth.thumbnails import thumbnail
from docflow.types import UNKNOWN, LabelledText

LANGUAGES = ("eng", "rus")
"""The languages that documents are made in, by Tesseract's codes."""

SEEDS_APART = 1_000_000
"""Distance between the documents' seeds of two collections, so that they share no document below this count."""

MOST_SEED = 2**32 - 1
"""The highest seed of a collection, as scikit-learn takes it; those of its documents are numbers that JSON carries."""

SEED_DIGITS = len(str(MOST_SEED * SEEDS_APART))
"""As many as a document's seed has at most."""

GENERATED = "generated"
"""What the ids of generated documents begin with."""

NOISE = (0.0, 0.0, 0.01, 0.02, 0.05, 0.1, 0.18)
"""Error rates that training texts are drawn with: clean text layers, good scans, and poor ones."""

HARDLY_READ = 0.2
"""Share of the texts of which hardly a word is read, where nothing but generated texts is learnt from. Without them,
rubbish is taken for a sign of what is none of the labels. See record 30."""

BACKGROUND = 0.25
"""Share of training texts that are none of the labels."""


def generate(kind: str, language: str, *, seed: int) -> SynthDocument:
    """A document of this kind; the same arguments give the same document.

    Raises:
        RequestError: there is no such kind, or it is not made in this language.
    """
    check_kinds([kind])
    if language not in KINDS[kind].languages:
        raise RequestError(
            f"documents of the kind '{kind}' are not made in the language '{language}'",
            next_step=f"Take one of: {', '.join(KINDS[kind].languages)}.",
        )
    return KINDS[kind].compose(kind, language, seed=seed)


def training_texts(
    count: int,
    *,
    seed: int,
    languages: Sequence[str] = LANGUAGES,
    noise: Sequence[float] = NOISE,
    background: float = BACKGROUND,
    unread: float = 0.0,
    thumbnails: bool = False,
) -> Iterator[LabelledText]:
    """Labelled texts of made-up documents, clean ones and such with the errors of recognition.

    The label is the kind, or `UNKNOWN` for kinds that no classifier should name; these are the share `background`
    of all; of the share `unread`, hardly a word is read. The group is the kind with its layout; `metadata` tells kind,
    seed, noise and whether it is hardly read, and `document_of` makes the document again from its id. With
    `thumbnails`, each has a picture of its first page, which takes 30 ms more.

    Raises:
        RequestError: a language is not made, or the seed is not one from 0 to `MOST_SEED`.
    """
    check_seed(seed)
    rng, reader = random.Random(f"texts/{seed}"), random.Random(f"readers/{seed}")
    labels, others = (kinds_in(languages, is_background=flag) for flag in (False, True))
    for number in range(count):
        kind, language = rng.choice(others if rng.random() < background else labels)
        rate = rng.choice(noise)
        document = generate(kind, language, seed=seed * SEEDS_APART + number)
        text, is_unread = ocr_noise(document.text, rate=rate, seed=document.seed), reader.random() < unread
        yield LabelledText(
            text=hardly_read(text, seed=document.seed) if is_unread else text,
            label=label_of(kind),
            language=language,
            group=f"{kind}/{document.layout}",
            metadata={"kind": kind, "seed": document.seed, "noise": rate, "hardly_read": is_unread},
            document_id=id_of(document),
            thumbnail=thumbnail(document) if thumbnails else b"",
            is_generated=True,
        )


def id_of(document: SynthDocument) -> str:
    """The id that lists and reports give a generated document: of its kind, language and seed."""
    return f"{GENERATED} {document.kind} {document.language} {document.seed}"


def document_of(document_id: str) -> SynthDocument:
    """The generated document with this id, made again.

    Raises:
        RequestError: it is no such id, or of a kind or a language that is not made.
    """
    match document_id.split():
        case [generated, kind, language, seed] if generated == GENERATED and _is_seed(seed):
            return generate(kind, language, seed=int(seed))
    raise RequestError(
        f"'{document_id}' is not the id of a generated document",
        next_step=f"Give it as the report does: '{GENERATED} KIND LANGUAGE SEED'.",
    )


def _is_seed(text: str) -> bool:
    """Whether the text can be the seed of a document."""
    return text.isdecimal() and len(text) <= SEED_DIGITS


def label_of(kind: str) -> str:
    """What a classifier is taught to call this kind: its own name, another kind's, or `UNKNOWN`."""
    spec = KINDS[kind]
    return UNKNOWN if spec.background else spec.taught_as or kind


def kinds_in(languages: Sequence[str], *, is_background: bool) -> list[tuple[str, str]]:
    """The pairs of kind and language that are made, of the kinds that are background or of those that are not.

    Raises:
        RequestError: a language is not made.
    """
    unknown = set(languages) - set(LANGUAGES)
    if unknown or not languages:
        raise RequestError(
            f"documents are not made in: {', '.join(sorted(unknown)) or 'no language'}",
            next_step=f"Take some of: {', '.join(LANGUAGES)}.",
        )
    return [
        (kind, language)
        for kind, spec in KINDS.items()
        for language in languages
        if spec.background == is_background and language in spec.languages
    ]


def check_kinds(kinds: Sequence[str]) -> None:
    """Raise `RequestError` for kinds that are not made."""
    unknown = set(kinds) - set(KINDS)
    if unknown:
        raise RequestError(
            f"there are no kinds of document called: {', '.join(sorted(unknown))}",
            next_step=f"Take some of: {', '.join(KINDS)}.",
        )


def check_seed(seed: int) -> None:
    """Raise `RequestError` for what is no seed of a collection."""
    if not 0 <= seed <= MOST_SEED:
        raise RequestError(f"{seed} is no seed", next_step=f"Take one from 0 to {MOST_SEED}.")
