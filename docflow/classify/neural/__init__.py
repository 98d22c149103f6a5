"""A small network that looks at a document's text and at its first page's thumbnail, so that it holds where OCR fails.

`network.py` and `training.py` need torch, the extra `torch`; what serves is an ONNX file on onnxruntime.
"""
