"""What a pre-trained network makes of how a page looks: the deepest features of the line detector that RapidOCR ships.

The detector (PP-OCR) was trained to find lines in pictures of all kinds. What its backbone holds before it looks for
them, averaged over the page, tells letters, forms, receipts and e-mails apart without a word being read: on the tuning
half of the real documents, a logistic regression on it has 0.88 of eight kinds right in random folds.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from docflow.embedding import NETWORK_BYTES, SIZE, Embedding
from docflow.errors import EngineUnavailable
from docflow.ocr.rapidocr import installed
from docflow.ocr.sessions import session_of

WIDTH, HEIGHT = 608, 800
"""The page is looked at in so many pixels, whatever its shape: 0.13 CPU-seconds. 448 by 608 take half of that, and
0.849 of the tuning half's eight kinds come out right for 0.882."""

MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)
"""Of the channels of the pictures that the network was trained on (ImageNet's, as in PaddleOCR's configuration)."""


class PageEmbedder:
    """Embeds pages on one thread of the CPU; loading takes about 0.2 seconds. Serves many threads.

    Raises `EngineUnavailable` where rapidocr is not installed, or its detector is not of the form that is known.
    """

    def __init__(self) -> None:
        if not installed():
            raise EngineUnavailable(
                "pages cannot be embedded: rapidocr is not installed",
                next_step="Install it: `uv pip install 'docflow[rapidocr]'`, or unset ocr.page_embedding.",
            )
        content = detector_file()
        self.network = hashlib.sha256(content).digest()[:NETWORK_BYTES].hex()
        self._session = session_of(backbone(content), gpu=False)
        self._input = self._session.get_inputs()[0].name

    def embed(self, pixels: NDArray[np.uint8], *, rotation: float = 0.0) -> Embedding:
        """The page's embedding. `pixels` and `rotation` are as in `docflow.thumbnail.thumbnail_of`.

        Signed square roots at length 1 (power normalisation, Perronnin et al. 2010). Colours are not looked at.
        """
        grey = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        upright = np.ascontiguousarray(np.rot90(grey, -round(rotation / 90) % 4))
        small = cv2.resize(upright, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        channels = (small[None] - MEAN[:, None, None]) / DEVIATION[:, None, None]
        (found,) = self._session.run(None, {self._input: channels[None]})
        pooled = found[0].mean(axis=(1, 2))
        rooted = np.sign(pooled) * np.sqrt(np.abs(pooled))
        return Embedding(self.network, (rooted / max(float(np.linalg.norm(rooted)), 1e-9)).astype(np.float32))


def detector_file() -> bytes:
    """The line detector that comes with rapidocr; `EngineUnavailable` where it is not there."""
    found = sorted(
        (file for file in files("rapidocr").joinpath("models").iterdir() if "_det_" in file.name),
        key=lambda file: file.name,
    )
    if not found:
        raise EngineUnavailable(
            "rapidocr has no line detector in its package", next_step="Install rapidocr again, from its wheel."
        )
    return found[-1].read_bytes()


def backbone(content: bytes) -> bytes:
    """The network as far as its deepest features, which its last mean over whole channels is of: a third is left out.

    Raises `EngineUnavailable` where these are not `SIZE` channels.
    """
    import onnx

    model: Any = onnx.load_from_string(content)
    graph = model.graph
    means = [node for node in graph.node if node.op_type == "ReduceMean"]
    channels = {tensor.name: tensor.type.tensor_type.shape.dim[1].dim_value for tensor in inferred(model)}
    if not means or channels.get(means[-1].input[0]) != SIZE:
        raise EngineUnavailable(
            "pages cannot be embedded: the line detector of this rapidocr is none that is known",
            next_step="Install rapidocr 3.10, or unset ocr.page_embedding.",
        )
    deepest = means[-1].input[0]
    needed, kept = {deepest}, []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(node.input)
    weights = [tensor for tensor in graph.initializer if tensor.name in needed]
    features = onnx.helper.make_tensor_value_info(deepest, onnx.TensorProto.FLOAT, None)
    cut = onnx.helper.make_graph(kept[::-1], "backbone", graph.input, [features], weights)
    whole: bytes = onnx.helper.make_model(
        cut, opset_imports=model.opset_import, ir_version=model.ir_version
    ).SerializeToString()
    return whole


def inferred(model: Any) -> list[Any]:
    """The network's tensors of four dimensions, as far as their shapes can be inferred."""
    import onnx

    shapes = onnx.shape_inference.infer_shapes(model).graph.value_info
    return [tensor for tensor in shapes if len(tensor.type.tensor_type.shape.dim) == 4]
