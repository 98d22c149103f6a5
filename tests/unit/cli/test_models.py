"""What `docflow models list` says of a version's figures."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from docflow.cli.models import macro_accuracy
from docflow.registry import ModelVersion

REAL = {"held_out_macro_accuracy": 0.95}
GENERATED = {"held_out_generated_macro_accuracy": 1.0}


@pytest.mark.parametrize(
    ("figures", "shown"),
    [
        (GENERATED | REAL, "0.950"),
        (GENERATED, "1.000 (generated)"),
        ({"held_out_macro_accuracy": 0.0} | GENERATED, "0.000"),
        ({"out_of_fold_macro_accuracy": 0.9}, "–"),
    ],
)
def test_the_figure_is_that_of_real_documents_and_of_generated_ones_only_where_it_says_so(
    figures: dict[str, float], shown: str
) -> None:
    version = ModelVersion("docflow", "1", (), "", "", datetime.now(UTC), figures)
    assert macro_accuracy(version) == shown
