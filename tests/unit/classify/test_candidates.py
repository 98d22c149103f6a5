from __future__ import annotations

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from docflow.classify import CANDIDATES, digest_of, load, save
from docflow.classify.files import DESCRIPTION_FILE
from docflow.classify.layers import forward, layers_of
from docflow.classify.paperless import PaperlessModel, prepare, train_paperless, vectorizer
from docflow.errors import ModelFileError, SettingsError, TrainingDataError
from docflow.types import LabelledText, ModelRef

Make = Callable[..., list[LabelledText]]

NEEDS_TORCH = pytest.mark.skipif(
    find_spec("torch") is None, reason="torch is not installed: `uv pip install 'docflow[torch]'`"
)
KINDS = [name for name in CANDIDATES if name not in ("best", "multimodal")]
"""Without pages, the one that looks at embeddings is `voting`; with them, see `test_multimodal_model.py`."""
NAMES = [pytest.param(name, marks=NEEDS_TORCH if name == "neural" else ()) for name in KINDS]


@pytest.fixture(scope="module")
def network(make: Make) -> PaperlessModel:
    return train_paperless(make())


@pytest.mark.parametrize("name", NAMES)
def test_the_loaded_candidate_says_exactly_what_the_trained_one_says(name: str, make: Make, tmp_path: Path) -> None:
    model = CANDIDATES[name].fit(make())
    loaded = load(tmp_path, name="kinds", version="1", digest=save(model, tmp_path))
    texts = [sample.text for sample in make(seed=5)]
    np.testing.assert_array_equal(
        loaded.probabilities(texts), model.classifier(ModelRef("kinds", "1", "")).probabilities(texts)
    )
    assert (loaded.labels, loaded.threshold) == (model.labels, model.threshold)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_samples_in_any_order_give_the_same_digest(name: str, make: Make, tmp_path: Path) -> None:
    samples = make()
    digests = {
        save(CANDIDATES[name].fit(given, seed=3), tmp_path / str(number))
        for number, given in enumerate((samples, samples[::-1]))
    }
    assert len(digests) == 1


@pytest.mark.parametrize("name", NAMES)
def test_too_few_documents_are_refused(name: str, make: Make) -> None:
    with pytest.raises(TrainingDataError, match="under 5"):
        CANDIDATES[name].fit(make(4))


@pytest.mark.parametrize("name", NAMES)
def test_turned_knobs_are_the_ones_trained_with(name: str, make: Make) -> None:
    candidate = CANDIDATES[name]
    highest = {knob.name: int(knob.high) if knob.is_whole else knob.high for knob in candidate.knobs}
    model = candidate.turned(highest).fit(make())
    assert {key: model.training[key] for key in highest} == highest


def test_the_networks_arithmetic_is_scikit_learns(make: Make) -> None:
    from sklearn.neural_network import MLPClassifier

    for labels in (("invoice", "letter"), ("invoice", "letter", "receipt")):
        samples = make(labels=labels)
        counts = vectorizer(min_df=0.01).fit_transform([prepare(s.text) for s in samples])
        fitted = MLPClassifier((20,), tol=0.01, random_state=0).fit(counts, [s.label for s in samples])
        np.testing.assert_allclose(forward(counts, layers_of(fitted)), fitted.predict_proba(counts), atol=1e-5)


def test_a_network_without_one_of_its_arrays_is_refused(network: PaperlessModel, tmp_path: Path) -> None:
    save(network, tmp_path)
    (tmp_path / "biases-0.npy").unlink()
    with pytest.raises(ModelFileError, match=r"biases-0\.npy"):
        load(tmp_path, name="kinds", version="1", digest=digest_of(tmp_path))


def test_a_pickled_array_is_refused(network: PaperlessModel, tmp_path: Path) -> None:
    save(network, tmp_path)
    np.save(tmp_path / "weights-0.npy", np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(ModelFileError, match="do not load"):
        load(tmp_path, name="kinds", version="1", digest=digest_of(tmp_path))


def test_layers_that_do_not_fit_the_terms_are_refused(network: PaperlessModel, tmp_path: Path) -> None:
    save(network, tmp_path)
    (tmp_path / "vocabulary.json").write_text('["one"]')
    with pytest.raises(ModelFileError, match="fit together"):
        load(tmp_path, name="kinds", version="1", digest=digest_of(tmp_path))


def test_a_folder_that_names_no_candidate_of_ours_is_refused(network: PaperlessModel, tmp_path: Path) -> None:
    save(network, tmp_path)
    described = json.loads((tmp_path / DESCRIPTION_FILE).read_text()) | {"candidate": "pickle"}
    (tmp_path / DESCRIPTION_FILE).write_text(json.dumps(described))
    with pytest.raises(ModelFileError, match="description"):
        load(tmp_path, name="kinds", version="1", digest=digest_of(tmp_path))


def test_a_description_without_a_candidate_is_a_linear_models(make: Make, tmp_path: Path) -> None:
    save(CANDIDATES["linear"].fit(make()), tmp_path)
    described = json.loads((tmp_path / DESCRIPTION_FILE).read_text())
    del described["candidate"]
    (tmp_path / DESCRIPTION_FILE).write_text(json.dumps(described))
    assert load(tmp_path, name="kinds", version="1", digest=digest_of(tmp_path)).predict(["invoice vat due"])


def test_no_texts_have_no_predictions(network: PaperlessModel) -> None:
    assert network.classifier(ModelRef("kinds", "1", "")).predict([]) == []


WITHOUT_TORCH = pytest.mark.skipif(find_spec("torch") is not None, reason="torch is installed")


@WITHOUT_TORCH
@pytest.mark.parametrize(("name", "many_real"), [("neural", False), ("neural", True), ("best", True)])
def test_what_a_network_is_trained_with_is_missed_before_anything_is_fitted(name: str, many_real: bool) -> None:
    with pytest.raises(SettingsError, match=r"not installed: .*torch") as refused:
        CANDIDATES[name].check(many_real=many_real)
    assert "docflow[torch]" in refused.value.next_step


@pytest.mark.parametrize("name", [name for name in CANDIDATES if name != "neural"])
def test_a_candidate_that_trains_no_network_misses_nothing(name: str) -> None:
    CANDIDATES[name].check(many_real=False)


@WITHOUT_TORCH
def test_training_a_network_without_torch_says_what_to_install(make: Make) -> None:
    with pytest.raises(SettingsError, match="torch") as refused:
        CANDIDATES["neural"].fit(make())
    assert "docflow[torch]" in refused.value.next_step
