"""Whatever a label is called, MLflow takes the names that have it in them, and tells them apart."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.utils.validation import _validate_metric_name, _validate_param_name

from docflow.errors import RequestError
from docflow.labels import LABEL_CHARACTERS, valid_label
from docflow.registry.registry import LONGEST_KEY, storable_key

AWKWARD = st.text(alphabet="./:_-#&+ %éa2F№", min_size=1, max_size=12)
"""What paths, escapes and labels of the kind `R&D` and `n/a` are made of."""


def is_valid(label: str) -> bool:
    try:
        return valid_label(label) == label
    except RequestError:
        return False


LABELS = st.one_of(AWKWARD, st.text(min_size=1, max_size=LABEL_CHARACTERS)).filter(is_valid)


def name_of(key: str) -> str:
    """The name that was written as this key."""
    return re.sub(
        r"(?::[0-9A-F]{2})+",
        lambda found: bytes.fromhex(found[0].replace(":", "")).decode("utf-8", "surrogatepass"),
        key,
    )


@given(LABELS)
def test_mlflow_takes_the_names_of_any_label(label: str) -> None:
    for name in (f"documents/{label}/eng", f"held_out_recall/{label}", label):
        key = storable_key(name)
        _validate_param_name(key)
        _validate_metric_name(key)
        assert len(key) <= LONGEST_KEY


@given(LABELS)
def test_the_key_tells_the_name(label: str) -> None:
    for name in (f"documents/{label}/eng", f"held_out_recall/{label}"):
        key = storable_key(name)
        assert name_of(key) == name or "::" in key


@pytest.mark.parametrize(
    "name",
    [
        "held_out_macro_accuracy",
        "recall/счёт",
        "documents/delivery note/eng",
        "recall/n/a",
        "background_weight",
        "v1.5",
    ],
)
def test_ordinary_names_are_kept(name: str) -> None:
    assert storable_key(name) == name


def test_long_names_are_cut_and_told_apart() -> None:
    first, second = (storable_key(f"recall/{'№' * (LABEL_CHARACTERS - 1)}{end}") for end in "#№")
    assert first != second
    assert len(first) == len(second) == LONGEST_KEY
