"""The recogniser's ONNX file with weights and steps of eight bits: as accurate, in two thirds of the time on a CPU.

Convolutions take their ranges from lines that are read for it, the LSTM and the scores from each line that they see
(Jacob et al. 2017). Convolutions' weights are signed and have seven bits: with eight, pairs of products overflow on
processors that have AVX2 alone, and there the CER of held-out lines was 0.18 for 0.025. The first two convolutions,
which look at pixels, stay as they are: they are a fiftieth of the time.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from docflow.ocr.recogniser.cer import character_error_rate
from docflow.ocr.recogniser.crops import STRIDE, batched
from docflow.ocr.recogniser.decode import text_of
from docflow.ocr.sessions import session_of

log = logging.getLogger(__name__)

MOST_LINES = 1000
"""Lines from which the ranges are taken, of all that there are at even distances."""

AT_ONCE = 8
KEPT_CONVOLUTIONS = 2

MOST_DIFFERENT = 0.02
"""Share of characters that may be read otherwise than before: on rendered lines it is 0.005."""

Picture = NDArray[np.uint8]
Batch = tuple[Sequence[Picture], NDArray[np.float32]]


class Ranges:
    """Lines for ONNX Runtime's calibration: a batch at a time, then None."""

    def __init__(self, batches: Sequence[Batch]) -> None:
        self._batches = iter(batches)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The next batch, under the name of the network's input."""
        return next(({"lines": lines} for _, lines in self._batches), None)


def quantise(source: Path, target: Path, pictures: Sequence[Picture]) -> bool:
    """Whether the network in `source` could be written to `target` with eight bits: else there is no such file.

    `pictures` are prepared lines like those that it is to read. It could not where it then reads too many of their
    characters otherwise.
    """
    batches = list(_batches(pictures[:: max(1, len(pictures) // MOST_LINES)][:MOST_LINES]))
    with tempfile.TemporaryDirectory() as scratch, _quiet():
        _quantise(source, target, batches, scratch=Path(scratch))
    different = character_error_rate(zip(_read(source, batches), _read(target, batches), strict=True))
    if different <= MOST_DIFFERENT:
        return True
    log.warning("with eight bits %.3f of the characters are read otherwise: that file is left out", different)
    target.unlink()
    return False


def _batches(pictures: Sequence[Picture]) -> Iterator[Batch]:
    ordered = sorted(pictures, key=lambda picture: picture.shape[1])
    for first in range(0, len(ordered), AT_ONCE):
        chosen = ordered[first : first + AT_ONCE]
        yield chosen, batched(chosen)


def _quantise(source: Path, target: Path, batches: Sequence[Batch], *, scratch: Path) -> None:
    import onnx
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_dynamic, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    folded, convolved = scratch / "folded.onnx", scratch / "convolved.onnx"
    quant_pre_process(str(source), str(folded), skip_symbolic_shape=True)
    convolutions = [node.name for node in onnx.load(folded).graph.node if node.op_type == "Conv"]
    quantize_static(
        str(folded),
        str(convolved),
        Ranges(batches),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        op_types_to_quantize=["Conv", "MaxPool"],
        nodes_to_exclude=convolutions[:KEPT_CONVOLUTIONS],
    )
    quantize_dynamic(
        str(convolved),
        str(target),
        weight_type=QuantType.QUInt8,
        op_types_to_quantize=["LSTM", "MatMul"],
    )


def _read(path: Path, batches: Sequence[Batch]) -> list[str]:
    session = session_of(str(path), gpu=False)
    texts = []
    for pictures, lines in batches:
        (scores,) = session.run(None, {"lines": lines})
        texts += [text_of(s[: p.shape[1] // STRIDE + 1]) for p, s in zip(pictures, scores, strict=True)]
    return texts


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the root logger's advice to fold the network before, which is what is done."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(level)
