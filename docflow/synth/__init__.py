"""Made-up labelled documents, English and Russian, for tests, the demo and a cold start.

`generate` makes one document, `render_pdf`, `render_images` and `words` show it, `degrade` makes it look scanned;
`write_dataset` fills a folder, `write_again` makes documents that a report names, `training_texts` gives texts to learn from. The extra `synth` brings what it needs.
"""

from docflow.synth.dataset import encode_image, image_pdf, write_again, write_dataset
from docflow.synth.degrade import LOOKS, Degraded, Look, degrade
from docflow.synth.flow import Flow
from docflow.synth.generate import HARDLY_READ, LANGUAGES, generate, training_texts
from docflow.synth.noise import ocr_noise
from docflow.synth.page import Page, PageBuilder, SynthDocument
from docflow.synth.render import render_images, render_pdf, words

__all__ = [
    "HARDLY_READ",
    "LANGUAGES",
    "LOOKS",
    "Degraded",
    "Flow",
    "Look",
    "Page",
    "PageBuilder",
    "SynthDocument",
    "degrade",
    "encode_image",
    "generate",
    "image_pdf",
    "ocr_noise",
    "render_images",
    "render_pdf",
    "training_texts",
    "words",
    "write_again",
    "write_dataset",
]
