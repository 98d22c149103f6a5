"""What the rows of the classifiers' benchmark rest on: no model is judged on a document that it learnt from."""

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from benchmarks.classify_rows import FEW, GROUPS, KINDS, MANY, Documents, as_four, drawn, labelled, spread
from benchmarks.plain_classifier import Plain, PlainClassifier
from docflow.types import Classifier, LabelledText, ModelRef, Prediction

WORDS = ["".join(letters) for letters in itertools.product("abcdefgh", repeat=4)]


def sample(kind: str, number: int, *, half: str = "report", language: str = "eng", made: bool = False) -> LabelledText:
    rng = random.Random(f"{kind}/{number}/{half}/{made}")
    text = f"{kind} " + " ".join(rng.sample(WORDS, 40))
    name = f"{half}/{kind}/{number}"
    source = f"source{number % 6}"
    metadata = {"kind": kind}
    return LabelledText(text, kind, language, document_id=name, source=source, metadata=metadata, is_generated=made)


@pytest.fixture
def documents() -> Documents:
    halves = [
        [
            sample(kind, number, half=half, language="other" if kind == "invoice" and number % 4 == 0 else "eng")
            for kind in (*KINDS, "memo")
            for number in range(10)
        ]
        for half in ("tune", "report")
    ]
    generated = [sample(kind, number, half="made", made=True) for kind in KINDS for number in range(8)]
    alone = [replace(made, metadata={**made.metadata, "hardly_read": True}) for made in generated]
    return Documents(
        alone=alone, generated=generated, examples=halves[0], judged=halves[1], whole=halves[0] + halves[1]
    )


class Watched:
    """The plain classifier, which is told whether it is asked about what it learnt from."""

    name = "watched"
    looks = False

    def __init__(self) -> None:
        self.most_real = 0
        self.languages: set[str] = set()
        self.learnt_hardly_read = False

    def fit(self, samples: Sequence[LabelledText], *, seed: int = 0) -> "WatchedModel":
        real = [s for s in samples if not s.is_generated]
        self.languages |= {s.language for s in real}
        self.learnt_hardly_read |= any(s.metadata.get("hardly_read", False) for s in samples)
        self.most_real = max([self.most_real, *(sum(s.label == kind for s in real) for kind in KINDS)])
        return WatchedModel(Plain().fit(samples).pipeline, {s.text for s in real})


class WatchedModel:
    def __init__(self, pipeline: object, learnt: set[str]) -> None:
        self._pipeline, self._learnt = pipeline, learnt

    def classifier(self, model: ModelRef) -> Classifier:
        return WatchedClassifier(self._pipeline, self._learnt, model=model)


class WatchedClassifier(PlainClassifier):
    def __init__(self, pipeline: object, learnt: set[str], *, model: ModelRef) -> None:
        super().__init__(pipeline, model=model)  # type: ignore[arg-type]
        self._learnt = learnt

    def predict(self, texts: Sequence[str], thumbnails: Sequence[bytes] = ()) -> list[Prediction]:
        assert not self._learnt & set(texts), "asked about what it learnt from"
        return super().predict(texts, thumbnails)


@pytest.mark.parametrize("group", GROUPS)
def test_no_model_is_judged_on_what_it_learnt(group: str, documents: Documents) -> None:
    watched = Watched()
    rows = [row for rows in GROUPS[group](watched, documents) for row in rows]
    assert rows
    assert len(set(rows)) == len(rows)
    assert watched.languages == (set() if group == "generated" else {"eng", "other"})
    assert watched.learnt_hardly_read == (group == "generated")


def test_the_judged_half_teaches_no_more_than_fifty_of_a_kind(documents: Documents) -> None:
    watched = Watched()
    list(GROUPS["many"](watched, documents))
    assert 10 < watched.most_real <= MANY


def test_the_few_are_five_of_each_kind(documents: Documents) -> None:
    watched = Watched()
    list(GROUPS["few"](watched, documents))
    assert watched.most_real == FEW


def test_a_draw_is_of_the_four_kinds_and_comes_again_with_its_seed(documents: Documents) -> None:
    one, again, other = (drawn(documents.whole, most=3, seed=seed) for seed in (0, 0, 1))
    assert [s.label for s in one] == [kind for kind in KINDS for _ in range(3)]
    assert one == again != other


def test_the_likeliest_of_the_four_pays_no_heed_to_other_labels() -> None:
    said = Prediction(
        label="unknown",
        confidence=0.6,
        is_confident=False,
        scores={"unknown": 0.6, "letter": 0.3, "invoice": 0.1},
        model=ModelRef("x", "1", ""),
    )
    ((four, _),) = as_four([(said, sample("letter", 0))])
    assert four.label == "letter"


def test_rows_that_carry_on_are_told_apart_by_their_group() -> None:
    assert labelled({"a": "1", "– b": "2"}, "five") == {"a": "1", "– b (five)": "2"}
    assert spread([0.5]) == "0.500"
    assert spread([0.5, 0.7]) == "0.600 (0.500 to 0.700)"
