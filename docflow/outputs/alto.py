"""ALTO 4.4, the Library of Congress's XML for recognised pages.

Schema: https://www.loc.gov/standards/alto/v4/alto-4-4.xsd
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from docflow import __version__
from docflow.outputs.characters import fit
from docflow.types import Box, Line, PageText, Word

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
SCHEMA = f"{NAMESPACE} http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"
VERSION = "4.4"


def to_alto(pages: Sequence[PageText], *, name: str) -> bytes:
    """The document as ALTO in UTF-8; `name` is the source file's.

    Measures are pixels, `WC` and `PC` run from 0 to 1, and `ROTATION` says by how many degrees the text is turned on
    the page, counter-clockwise.
    """
    root = ElementTree.Element(
        "alto",
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:schemaLocation": SCHEMA,
            "SCHEMAVERSION": VERSION,
        },
    )
    readers = list(dict.fromkeys((page.engine, page.engine_version) for page in pages))
    root.append(_description(readers, name=name))
    ElementTree.SubElement(root, "Layout")
    ElementTree.indent(root)
    before, after = ElementTree.tostring(root, encoding="unicode").split("<Layout />")
    # Elements take several times the memory of what is written of them: those of one page are there at a time.
    written = [f'<?xml version="1.0" encoding="UTF-8"?>\n{before}<Layout>'.encode()]
    for page in pages:
        reader = readers.index((page.engine, page.engine_version))
        element = _page(page, processing=_processing_id(reader))
        ElementTree.indent(element, level=2)
        written.append(b"\n    " + ElementTree.tostring(element, encoding="utf-8", xml_declaration=False))
    written.append(f"\n  </Layout>{after}\n".encode())
    return b"".join(written)


def _description(readers: Sequence[tuple[str, str]], *, name: str) -> ElementTree.Element:
    description = ElementTree.Element("Description")
    ElementTree.SubElement(description, "MeasurementUnit").text = "pixel"
    source = ElementTree.SubElement(description, "sourceImageInformation")
    ElementTree.SubElement(source, "fileName").text = fit(name)
    for number, (engine, version) in enumerate(readers):
        step = ElementTree.SubElement(description, "Processing", {"ID": _processing_id(number)})
        ElementTree.SubElement(step, "processingCategory").text = "contentGeneration"
        software = ElementTree.SubElement(step, "processingSoftware")
        ElementTree.SubElement(software, "softwareName").text = fit(engine)
        ElementTree.SubElement(software, "softwareVersion").text = fit(version)
        ElementTree.SubElement(software, "applicationDescription").text = f"docflow {__version__}"
    return description


def _processing_id(number: int) -> str:
    return f"reader_{number + 1}"


def _page(page: PageText, *, processing: str) -> ElementTree.Element:
    attributes = {
        "ID": f"page_{page.number}",
        "PHYSICAL_IMG_NR": str(page.number),
        "WIDTH": str(page.width),
        "HEIGHT": str(page.height),
        "PROCESSINGREFS": processing,
    }
    if page.confidence is not None:
        attributes["PC"] = f"{page.confidence:.4f}"
    if page.rotation:
        attributes["ROTATION"] = _number(page.rotation)
    if page.languages.isalpha():
        attributes["LANG"] = page.languages
    element = ElementTree.Element("Page", attributes)
    space = ElementTree.SubElement(element, "PrintSpace", _extent(Box(0, 0, page.width, page.height)))
    if page.lines:
        block = {"ID": f"block_{page.number}", **_extent(Box.around(line.box for line in page.lines))}
        text = ElementTree.SubElement(space, "TextBlock", block)
        for number, line in enumerate(page.lines, start=1):
            text.append(_line(line, key=f"{page.number}_{number}"))
    return element


def _line(line: Line, *, key: str) -> ElementTree.Element:
    element = ElementTree.Element("TextLine", {"ID": f"line_{key}", **_extent(line.box)})
    for number, word in enumerate(line.words, start=1):
        if number > 1:
            ElementTree.SubElement(element, "SP")
        ElementTree.SubElement(element, "String", _word(word, key=f"{key}_{number}"))
    return element


def _word(word: Word, *, key: str) -> dict[str, str]:
    content = {"CONTENT": fit(word.text), "WC": f"{word.confidence:.4f}"}
    return {"ID": f"word_{key}", **_extent(word.box), **content}


def _extent(box: Box) -> dict[str, str]:
    return {
        "HPOS": _number(box.x0),
        "VPOS": _number(box.y0),
        "WIDTH": _number(box.x1 - box.x0),
        "HEIGHT": _number(box.y1 - box.y0),
    }


def _number(value: float) -> str:
    """Without an exponent, and with no more digits than boxes have."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
