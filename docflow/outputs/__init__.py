"""A read document written out: text, TSV, hOCR, ALTO, JSON, a searchable PDF, and pictures of its pages with boxes."""

from docflow.outputs.document import ReadDocument, render
from docflow.outputs.files import OutputFiles
from docflow.outputs.formats import Format, parse_formats
from docflow.outputs.manifest import Manifest
from docflow.outputs.overlay import draw_overlay

__all__ = ["Format", "Manifest", "OutputFiles", "ReadDocument", "draw_overlay", "parse_formats", "render"]
