from __future__ import annotations

import platform
from importlib.util import find_spec

import numpy as np
import pytest
import scipy
import sklearn

from docflow.classify import library_versions


def test_a_model_names_what_it_was_made_with() -> None:
    told = library_versions("linear")
    assert told["python"] == platform.python_version()
    assert (told["numpy"], told["scipy"], told["scikit-learn"]) == (
        np.__version__,
        scipy.__version__,
        sklearn.__version__,
    )
    assert "onnx" not in told


@pytest.mark.skipif(find_spec("onnxruntime") is None, reason="onnxruntime is not installed")
def test_the_network_names_its_own_libraries_too_where_they_are_installed() -> None:
    told = library_versions("neural")
    assert {"numpy", "onnxruntime"} <= set(told)
    assert ("torch" in told) == (find_spec("torch") is not None)
