"""The best candidate is chosen by the real documents, and by those alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from docflow.classify import Best, Candidate, Linear, Neural, Paperless, save, tune
from docflow.classify.choosing import standings
from docflow.errors import SettingsError
from docflow.thumbnail import thumbnail_of
from docflow.types import LabelledText

Make = Callable[..., list[LabelledText]]

LABELS = ("invoice", "letter")
SHAPED = (Paperless(), Linear())
"""What tells the labels apart in `shaped` are pieces of words, which only the second counts."""


def shaped(count: int = 30) -> list[LabelledText]:
    """Real documents whose words are all new, but end as their label's do."""
    rng = np.random.default_rng(1)
    samples = []
    for label, end in zip(LABELS, ("zq", "vw"), strict=True):
        for number in range(count):
            words = ["".join(rng.choice(list("bcdfghklmnprst"), 5)) + end for _ in range(12)]
            samples.append(LabelledText(" ".join(words), label, "eng", group=f"{label}{number}"))
    return samples


@pytest.mark.parametrize("among", [SHAPED, SHAPED[::-1]])
def test_the_one_that_does_better_is_trained_in_whichever_order_they_come(among: Sequence[Candidate]) -> None:
    model = Best(among).fit(shaped())
    assert model.candidate == "linear"
    assert model.training["compared"]["linear"] > 0.9 > model.training["compared"]["paperless"]


def test_the_same_documents_in_any_order_give_the_same_files(tmp_path: Path) -> None:
    digests = {
        save(Best(SHAPED).fit(given), tmp_path / str(number)) for number, given in enumerate((shaped(), shaped()[::-1]))
    }
    assert len(digests) == 1


def test_the_first_is_trained_where_real_documents_are_under_ten_a_label(make: Make) -> None:
    model = Best((Paperless(), Linear())).fit(shaped(9))
    assert (model.candidate, model.training["compared"]) == ("paperless", {})
    generated = [replace(sample, is_generated=True) for sample in make(40, labels=LABELS)]
    assert standings((Linear(),), [*generated, *shaped(9)]) == {}


def test_nothing_is_told_where_all_documents_of_a_label_have_one_source() -> None:
    of_one = [replace(s, group="one sender") if s.label == "letter" else s for s in shaped()]
    assert standings((Linear(),), of_one) == {}
    beside = [replace(s, is_generated=True, group=f"layout {row}") for row, s in enumerate(shaped(60)[60:70])]
    assert standings((Linear(),), [*of_one, *beside]).keys() == {"linear"}


def test_what_is_generated_or_labelled_by_a_machine_judges_nothing() -> None:
    wrong = [replace(s, label=LABELS[s.label == LABELS[0]], text=f"x{row} " + s.text) for row, s in enumerate(shaped())]
    right = standings((Linear(),), shaped())["linear"]
    for kept_out in (
        [replace(s, is_generated=True, text="", group=f"g{row}") for row, s in enumerate(wrong)],
        [replace(s, is_automatic=True, text="", group=f"a{row}") for row, s in enumerate(wrong)],
    ):
        assert standings((Linear(),), [*shaped(), *kept_out])["linear"] == right


def test_an_unknown_that_people_gave_is_a_label_to_get_right() -> None:
    unnamed = [replace(s, label="unknown") if s.label == "letter" else s for s in shaped()]
    assert standings((Linear(),), unnamed)["linear"] > 0.9


def test_the_best_has_nothing_to_tune() -> None:
    with pytest.raises(SettingsError, match="nothing to tune"):
        tune(Best(), shaped(), trials=2, told=print)


@pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed: `uv pip install 'docflow[torch]'`")
def test_the_network_stands_higher_where_only_the_page_tells_the_labels_apart() -> None:
    samples = []
    for row, sample in enumerate(shaped(24)):
        page = np.full((128, 96), 255, np.uint8)
        page[8 + row % 8 : 60] = 0 if sample.label == "invoice" else 255
        page[70 : 120 - row % 8] = 255 if sample.label == "invoice" else 0
        words = " ".join(word[:5] for word in sample.text.split())
        samples.append(replace(sample, text=words, thumbnail=thumbnail_of(page)))
    found = standings((Linear(), Neural(epochs=20)), samples)
    assert found["neural"] > 0.9 > found["linear"]
