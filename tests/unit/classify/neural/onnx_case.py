"""Networks written by hand, to be served where torch is not installed."""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from docflow.classify.neural.model import INPUTS, OUTPUT
from docflow.thumbnail import SIDE


def ink_or_words(labels: int = 3) -> bytes:
    """A network whose label 1 is the likelier the more ink there is, and label 2 the more n-grams."""
    indices, counts, ink = INPUTS
    nodes = [
        helper.make_node("ReduceMean", [ink], ["inked"], axes=[1, 2], keepdims=0),
        helper.make_node("Reshape", ["inked", "column"], ["by_ink"]),
        helper.make_node("Cast", [indices], ["as_float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["as_float", "nothing"], ["unused"]),
        helper.make_node("Add", [counts, "unused"], ["counted"]),
        helper.make_node("ReduceSum", ["counted", "first"], ["words"], keepdims=0),
        helper.make_node("Reshape", ["words", "column"], ["by_words"]),
        helper.make_node("Mul", ["by_ink", "ink_weights"], ["a"]),
        helper.make_node("Mul", ["by_words", "word_weights"], ["b"]),
        helper.make_node("Add", ["a", "b"], ["scores"]),
        helper.make_node("Softmax", ["scores"], [OUTPUT], axis=1),
    ]
    by_ink, by_words = np.zeros((1, labels), np.float32), np.zeros((1, labels), np.float32)
    by_ink[0, 1], by_words[0, 2 % labels] = 20, 0.001
    constants = {
        "column": np.array([1, 1], np.int64),
        "first": np.array([0], np.int64),
        "nothing": np.zeros(1, np.float32),
        "ink_weights": by_ink,
        "word_weights": by_words,
    }
    graph = helper.make_graph(
        nodes,
        "by-hand",
        [
            helper.make_tensor_value_info(indices, TensorProto.INT64, ["ngrams"]),
            helper.make_tensor_value_info(counts, TensorProto.FLOAT, ["ngrams"]),
            helper.make_tensor_value_info(ink, TensorProto.FLOAT, [1, SIDE, SIDE]),
        ],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, labels])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(made.SerializeToString())
