"""Single lines of text as detectors cut them out of pages, each with what it says: what a recogniser learns from."""

from docflow.synth.lines.looks import LINE_LOOKS, LineLook
from docflow.synth.lines.render import LineImage, line_image, line_images
from docflow.synth.lines.typefaces import SEEN, UNSEEN, LineFont

__all__ = ["LINE_LOOKS", "SEEN", "UNSEEN", "LineFont", "LineImage", "LineLook", "line_image", "line_images"]
