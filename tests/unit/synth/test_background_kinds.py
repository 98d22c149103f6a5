"""The kinds that teach the classifier what is none of its labels."""

import re

import pytest

from docflow.synth.kinds import KINDS
from docflow.synth.kinds.spec import Layout

BACKGROUND = {name: spec for name, spec in KINDS.items() if spec.background}
LAYOUTS = [
    pytest.param(name, language, layout, id=f"{name}-{language}-{layout.__name__}")
    for name, spec in BACKGROUND.items()
    for language in spec.languages
    for layout in spec.layouts[language]
]


def test_there_are_six_of_them() -> None:
    assert set(BACKGROUND) == {"email", "report", "resume", "form", "official", "sparse"}


@pytest.mark.parametrize(("name", "language", "layout"), LAYOUTS)
def test_a_layout_fills_every_slot_and_differs_by_seed(name: str, language: str, layout: Layout) -> None:
    texts = [BACKGROUND[name].compose(name, language, seed=seed, layout=layout).text for seed in range(12)]
    for text in texts:
        assert text.strip()
        assert not re.search(r"[{}|]|\[\w", text.replace(" | ", " ")), text
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(("name", "language", "layout"), LAYOUTS)
def test_the_same_seed_gives_the_same_document(name: str, language: str, layout: Layout) -> None:
    spec = BACKGROUND[name]
    assert spec.compose(name, language, seed=7, layout=layout) == spec.compose(name, language, seed=7, layout=layout)


@pytest.mark.parametrize(
    ("name", "language"), [(n, lang) for n, spec in BACKGROUND.items() if n != "sparse" for lang in spec.languages]
)
def test_a_document_is_written_in_its_language(name: str, language: str) -> None:
    text = " ".join(BACKGROUND[name].compose(name, language, seed=seed).text for seed in range(8))
    cyrillic, latin = len(re.findall("[а-яё]", text.lower())), len(re.findall("[a-z]", text.lower()))
    assert (cyrillic > latin) == (language == "rus")
