"""How recognisers run on onnxruntime: one thread each, on the CPU or through CUDA on a GPU."""

from __future__ import annotations

from typing import Any

CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"


def session_of(model: str | bytes, *, gpu: bool) -> Any:
    """A session of the model in this file, or of these bytes; on a GPU where `gpu` asks for one and CUDA has one.

    Else it runs on the CPU, and its `get_providers()` do not have `CUDA`.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # Else each new width of a line leaves its buffers behind, and a worker grows for hundreds of pages.
    options.enable_cpu_mem_arena = False
    has_cuda = gpu and CUDA in onnxruntime.get_available_providers()
    return onnxruntime.InferenceSession(model, options, providers=[CUDA, CPU] if has_cuda else [CPU])
