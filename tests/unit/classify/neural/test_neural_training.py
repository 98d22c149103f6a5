"""The network learns from texts and pages, gives the same file each time, and says the same when it is served."""

# ruff: noqa: E402 - what needs torch is imported after the line that skips without it

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: `uv pip install 'docflow[torch]'`")

from torch.nn import functional

from docflow.classify import CANDIDATES, answers, evaluate
from docflow.classify.neural.model import NeuralModel
from docflow.classify.neural.network import Network
from docflow.classify.neural.training import SHEAR, SHIFT, ZOOM, looked_at, shaken, sides
from docflow.synth import training_texts
from docflow.types import LabelledText, ModelRef

REF = ModelRef("kinds", "1", "")


@pytest.fixture(scope="module")
def samples() -> list[LabelledText]:
    return list(training_texts(400, seed=8, thumbnails=True))


@pytest.fixture(scope="module")
def model(samples: list[LabelledText]) -> NeuralModel:
    # What pages look like is learnt more slowly than what they say, and the documents here are few.
    return CANDIDATES["neural"].turned({"epochs": 15}).fit(samples[:320], seed=1)


def test_it_names_kinds_from_the_text_and_less_surely_from_the_page(
    model: NeuralModel, samples: list[LabelledText]
) -> None:
    unseen = samples[320:]
    commonest = Counter(sample.label for sample in unseen).most_common(1)[0][1] / len(unseen)
    classifier = model.classifier(REF)
    assert evaluate(classifier, unseen).macro_accuracy > 0.6
    pages = [max(p.scores, key=p.scores.get) for p in answers(classifier, [replace(s, text="") for s in unseen])]
    assert np.mean([said == sample.label for said, sample in zip(pages, unseen, strict=True)]) > commonest


def test_the_same_samples_and_seed_give_the_same_file(samples: list[LabelledText]) -> None:
    candidate = CANDIDATES["neural"].turned({"epochs": 2})
    first = candidate.fit(samples[:160], seed=1)
    torch.rand(7)
    assert candidate.fit(samples[:160][::-1], seed=1).onnx == first.onnx
    assert candidate.fit(samples[:160], seed=2).onnx != first.onnx


def test_a_page_without_text_is_learnt_from(samples: list[LabelledText]) -> None:
    pages = [replace(sample, text="") for sample in samples[:320]]
    model = CANDIDATES["neural"].turned({"epochs": 1}).fit(pages)
    assert model.training["documents"] == model.training["thumbnails"] == 320


def test_every_document_shows_a_side_and_some_only_one() -> None:
    pageless = np.repeat([0.3, 0.6], 500)
    is_read, is_seen = sides(np.random.default_rng(0), has_page=np.array([True, False] * 500), pageless=pageless)
    assert np.all(is_read | is_seen)
    assert 0.25 < np.mean(~is_read[::2]) < 0.35
    assert np.all(is_read[1::2])
    assert not np.any(is_seen[1::2])
    assert 0.25 < np.mean(~is_seen[:500:2]) < 0.35
    assert 0.55 < np.mean(~is_seen[500::2]) < 0.65


def test_pages_are_stretched_moved_and_slanted_as_affine_grids_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[torch.Tensor] = []
    sample = functional.grid_sample
    monkeypatch.setattr(
        functional, "grid_sample", lambda ink, grid, **how: asked.append(grid) or sample(ink, grid, **how)
    )
    torch.manual_seed(1)
    shaken(torch.rand(3, 8, 6))
    torch.manual_seed(1)
    torch.rand(3, 8, 6)
    scale, shift, slant = ((torch.rand(3, 2) - 0.5) * 2 * most for most in (ZOOM, SHIFT, SHEAR))
    across = torch.stack([1 + scale[:, 0], slant[:, 0], shift[:, 0]], dim=1)
    down = torch.stack([slant[:, 1], 1 + scale[:, 1], shift[:, 1]], dim=1)
    expected = functional.affine_grid(torch.stack([across, down], dim=1), [3, 1, 8, 6], align_corners=False)
    assert torch.allclose(asked[0], expected, atol=1e-6)


def test_only_pages_that_are_shown_are_looked_at() -> None:
    network = Network(buckets=4, labels=2)
    convolved: list[int] = []
    network.convolutions[0].register_forward_hook(lambda _, inputs, __: convolved.append(len(inputs[0])))
    ink = np.ones((5, 96, 96), np.float32)
    found = looked_at(network, ink, np.array([1, 3]))
    assert found.any(dim=1).tolist() == [False, True, False, True, False]
    assert not looked_at(network, ink, np.array([], dtype=int)).any()
    assert convolved == [2]


def test_training_leaves_torchs_own_settings_as_they_were(samples: list[LabelledText]) -> None:
    was = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads(), torch.random.get_rng_state()
    CANDIDATES["neural"].turned({"epochs": 1}).fit(samples[:120])
    assert (torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()) == was[:2]
    assert torch.equal(torch.random.get_rng_state(), was[2])
