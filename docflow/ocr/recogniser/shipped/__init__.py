"""The compact recogniser's files as they ship: its network, its weights for EasyOCR, and all of it as ONNX."""
