"""hOCR 1.2: XHTML whose classes and titles hold pages, lines and words, with boxes and confidences.

Specification: https://kba.github.io/hocr-spec/1.2/
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from docflow.outputs.characters import fit
from docflow.types import Box, Line, PageText, Word

DOCTYPE = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
    '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">'
)


def to_hocr(pages: Sequence[PageText], *, name: str) -> bytes:
    """The document as well-formed XHTML in UTF-8; `name` is the source file's.

    Boxes are in whole pixels, as the specification asks, `x_wconf` is a whole number from 0 to 100, and `textangle`
    tells by how many degrees the line's text is turned, counter-clockwise.
    """
    html = ElementTree.Element("html", {"xmlns": "http://www.w3.org/1999/xhtml"})
    html.append(_head(pages, name=name))
    ElementTree.SubElement(html, "body")
    ElementTree.indent(html)
    before, after = ElementTree.tostring(html, encoding="unicode").split("<body />")
    # Elements take several times the memory of what is written of them: those of one page are there at a time.
    written = [f'<?xml version="1.0" encoding="UTF-8"?>\n{DOCTYPE}\n{before}<body>'.encode()]
    for page in pages:
        element = _page(page, name=name)
        ElementTree.indent(element, level=2)
        written.append(b"\n    " + ElementTree.tostring(element, encoding="utf-8", xml_declaration=False))
    written.append(f"\n  </body>{after}\n".encode())
    return b"".join(written)


def _head(pages: Sequence[PageText], *, name: str) -> ElementTree.Element:
    head = ElementTree.Element("head")
    ElementTree.SubElement(head, "title").text = fit(name)
    systems = dict.fromkeys(f"{page.engine} {page.engine_version}" for page in pages)
    metadata = {
        "ocr-system": f"docflow ({', '.join(systems)})",
        "ocr-capabilities": "ocr_page ocr_carea ocr_par ocr_line ocrx_word",
        "ocr-number-of-pages": str(len(pages)),
        "ocr-langs": " ".join(dict.fromkeys(code for page in pages for code in page.languages.split("+") if code)),
    }
    ElementTree.SubElement(
        head, "meta", {"http-equiv": "Content-Type", "content": "application/xhtml+xml; charset=utf-8"}
    )
    for key, value in metadata.items():
        ElementTree.SubElement(head, "meta", {"name": key, "content": fit(value)})
    return head


def _page(page: PageText, *, name: str) -> ElementTree.Element:
    image = fit(name).replace("\\", "\\\\").replace('"', '\\"')
    title = f'image "{image}"; bbox 0 0 {page.width} {page.height}; ppageno {page.number - 1}'
    element = ElementTree.Element("div", {"class": "ocr_page", "id": f"page_{page.number}", "title": title})
    if not page.lines:
        # An empty element would be written as one tag, which HTML reads as an open one.
        element.text = "\n"
        return element
    # Nobody tells areas and paragraphs apart here, but readers such as OCRmyPDF look for lines inside of them only.
    around = {"title": _bbox(Box.around(line.box for line in page.lines))}
    area = ElementTree.SubElement(element, "div", {"class": "ocr_carea", "id": f"block_{page.number}", **around})
    paragraph = ElementTree.SubElement(area, "p", {"class": "ocr_par", "id": f"par_{page.number}", **around})
    for number, line in enumerate(page.lines, start=1):
        paragraph.append(_line(line, key=f"{page.number}_{number}", page=page))
    return element


def _line(line: Line, *, key: str, page: PageText) -> ElementTree.Element:
    angle = f"; textangle {page.rotation:g}" if page.rotation else ""
    title = f"{_bbox(line.box)}{angle}"
    element = ElementTree.Element("span", {"class": "ocr_line", "id": f"line_{key}", "title": title})
    for number, word in enumerate(line.words, start=1):
        element.append(_word(word, key=f"{key}_{number}"))
    return element


def _word(word: Word, *, key: str) -> ElementTree.Element:
    title = f"{_bbox(word.box)}; x_wconf {round(100 * word.confidence)}"
    element = ElementTree.Element("span", {"class": "ocrx_word", "id": f"word_{key}", "title": title})
    element.text = fit(word.text)
    return element


def _bbox(box: Box) -> str:
    return f"bbox {round(box.x0)} {round(box.y0)} {round(box.x1)} {round(box.y1)}"
