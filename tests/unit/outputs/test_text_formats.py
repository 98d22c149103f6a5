"""Text, TSV, hOCR, ALTO and JSON: what other programs read out of them is what was recognised."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from lxml import etree
from pages_case import hostile_words, page_text, scan, texts, two_words

from docflow.errors import RequestError
from docflow.outputs import Format, parse_formats
from docflow.outputs.alto import NAMESPACE, to_alto
from docflow.outputs.characters import fit
from docflow.outputs.hocr import to_hocr
from docflow.outputs.json import SCHEMA, from_json, to_json
from docflow.outputs.text import to_text
from docflow.outputs.tsv import COLUMNS, to_tsv
from docflow.types import Box, Line, PageText, Word

Write = Callable[[list[PageText]], bytes]

ALTO = {"a": NAMESPACE}
XHTML = {"h": "http://www.w3.org/1999/xhtml"}


def test_text_has_a_line_for_each_line_and_a_form_feed_between_pages() -> None:
    assert to_text([two_words(), two_words()]) == "sure unsure\n\fsure unsure\n"
    assert to_text([]) == ""


@given(texts())
def test_text_has_as_many_lines_as_the_page(text: PageText) -> None:
    written = to_text([text])
    written.encode()
    assert len(written.splitlines()) == len(text.lines)


def table(pages: list[PageText]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_tsv(pages)), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_tsv_has_tesseracts_columns_and_a_row_for_each_page_line_and_word() -> None:
    rows = table([two_words()])
    assert tuple(rows[0]) == COLUMNS
    assert [row["level"] for row in rows] == ["1", "4", "5", "5"]
    assert [(row["conf"], row["text"]) for row in rows[2:]] == [("99.00", "sure"), ("20.00", "unsure")]
    assert [rows[2][key] for key in ("left", "top", "width", "height")] == ["100", "100", "200", "60"]
    assert rows[0]["conf"] == "-1"


@given(texts())
def test_tsv_gives_every_word_back(text: PageText) -> None:
    rows = [row for row in table([text]) if row["level"] == "5"]
    assert [row["text"] for row in rows] == [fit(word.text) for word in text.words]
    for row, word in zip(rows, text.words, strict=True):
        assert float(row["conf"]) == pytest.approx(100 * word.confidence, abs=0.01)
        assert int(row["left"]) + int(row["width"]) == round(word.box.x1)


def properties(element: etree._Element) -> dict[str, list[str]]:
    """An hOCR title's properties."""
    parts = (part.split() for part in re.split(r";\s*", element.get("title", "")))
    return {name: values for name, *values in parts}


@given(texts())
def test_hocr_gives_words_boxes_and_confidences_back(text: PageText) -> None:
    root = etree.fromstring(to_hocr([text], name="scan.jpg"))
    (page,) = root.iterfind(".//h:div[@class='ocr_page']", XHTML)
    assert properties(page)["bbox"] == ["0", "0", str(text.width), str(text.height)]
    lines = page.findall("h:div[@class='ocr_carea']/h:p[@class='ocr_par']/h:span[@class='ocr_line']", XHTML)
    assert len(lines) == len(text.lines)
    for element, line in zip(lines, text.lines, strict=True):
        words = element.findall("h:span[@class='ocrx_word']", XHTML)
        assert [word.text for word in words] == [fit(word.text) for word in line.words]
        assert float(properties(element).get("textangle", ["0"])[0]) == text.rotation
        for found, word in zip(words, line.words, strict=True):
            box = [round(side) for side in (word.box.x0, word.box.y0, word.box.x1, word.box.y1)]
            assert [int(value) for value in properties(found)["bbox"]] == box
            assert int(properties(found)["x_wconf"][0]) == round(100 * word.confidence)


def test_hocr_reads_the_same_as_html_and_as_xml() -> None:
    text, _ = scan("rus")
    written = to_hocr([text, page_text([], number=2)], name='a "scan" & more.jpg')
    as_html = etree.HTML(written.decode().split("?>", 1)[1])
    assert as_html is not None
    found = [word.text for word in as_html.iterfind(".//span[@class='ocrx_word']")]
    assert found == [word.text for word in text.words]
    assert len(as_html.findall(".//div[@class='ocr_page']")) == 2
    assert as_html.findall(".//div[@class='ocr_page']//div[@class='ocr_page']") == []
    assert as_html.findtext(".//title") == 'a "scan" & more.jpg'
    names = {meta.get("name") for meta in as_html.iter("meta")}
    assert {"ocr-system", "ocr-capabilities"} <= names


def test_hocr_has_a_pages_lines_in_one_area_with_a_box_around_them_and_none_where_there_are_none() -> None:
    text = two_words()
    below = Line((Word("below", Box(20, 300, 90, 350), 0.5),))
    pages = [replace(text, lines=(*text.lines, below)), page_text([], number=2)]
    root = etree.fromstring(to_hocr(pages, name="a"))
    boxes = [properties(found)["bbox"] for found in root.iter() if found.get("class") in ("ocr_carea", "ocr_par")]
    assert boxes == [["20", "100", "560", "350"]] * 2
    (capabilities,) = (meta.get("content", "") for meta in root.iter() if meta.get("name") == "ocr-capabilities")
    assert {found.get("class") for found in root.iter() if found.get("class")} == set(capabilities.split())


def test_hocr_ids_are_unique() -> None:
    text, _ = scan("eng")
    root = etree.fromstring(to_hocr([text, replace(text, number=2)], name="a"))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) > 200


@given(texts())
def test_alto_gives_words_boxes_and_confidences_back(text: PageText) -> None:
    root = etree.fromstring(to_alto([text], name="scan.jpg"))
    lines = root.findall(".//a:TextLine", ALTO)
    assert len(lines) == len(text.lines)
    for element, line in zip(lines, text.lines, strict=True):
        strings = element.findall("a:String", ALTO)
        assert [string.get("CONTENT") for string in strings] == [fit(word.text) for word in line.words]
        for string, word in zip(strings, line.words, strict=True):
            x, y, width, height = (float(string.get(key, "nan")) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
            box = (word.box.x0, word.box.y0, word.box.x1, word.box.y1)
            assert (x, y, x + width, y + height) == pytest.approx(box, abs=0.011)
            assert float(string.get("WC", "nan")) == pytest.approx(word.confidence, abs=1e-4)


ORDER = {
    "alto": ["Description", "Styles", "Tags", "ReadingOrder", "Layout"],
    "Description": ["MeasurementUnit", "sourceImageInformation", "OCRProcessing", "Processing"],
    "sourceImageInformation": ["fileName", "fileIdentifier", "documentIdentifier"],
    "Processing": ["processingCategory", "processingDateTime", "processingAgency", "processingStepDescription",
                   "processingStepSettings", "processingSoftware"],
    "processingSoftware": ["softwareCreator", "softwareName", "softwareVersion", "applicationDescription"],
    "Layout": ["Page"],
    "Page": ["TopMargin", "LeftMargin", "RightMargin", "BottomMargin", "PrintSpace"],
    "PrintSpace": ["Shape", "TextBlock"],
    "TextBlock": ["Shape", "TextLine"],
}  # fmt: skip
"""The children that ALTO 4.4 allows of what is written here, in the order in which it wants them."""

REQUIRED = {"Page": {"ID", "PHYSICAL_IMG_NR"}, "TextBlock": {"ID"}, "Processing": {"ID"}, "String": {"CONTENT"}}
LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")


def test_alto_has_its_elements_in_the_standards_order_with_what_it_requires() -> None:
    text, _ = scan("rus", rotation=3)
    pages = [text, page_text([], number=2), replace(two_words(), number=3, languages="eng+rus", engine="pdfium")]
    root = etree.fromstring(to_alto(pages, name="scan.tif"))
    assert root.tag == f"{{{NAMESPACE}}}alto"
    for element in root.iter():
        name, children = str(element.tag).rpartition("}")[2], [str(c.tag).rpartition("}")[2] for c in element]
        if name == "TextLine":
            assert children == [("String", "SP")[n % 2] for n in range(len(children))]
            assert children[-1] == "String"
        else:
            places = [ORDER.get(name, []).index(child) for child in children]
            assert places == sorted(places)
        assert set(element.attrib) >= REQUIRED.get(name, set())
    ids = [element.get("ID") for element in root.iter() if element.get("ID")]
    assert len(ids) == len(set(ids))
    assert {ref for page in root.iterfind(".//a:Page", ALTO) for ref in page.get("PROCESSINGREFS", "").split()} <= set(
        ids
    )
    assert root.findtext(".//a:MeasurementUnit", namespaces=ALTO) == "pixel"
    first, second, third = root.findall(".//a:Page", ALTO)
    assert first.get("ROTATION") == "3"
    assert second.findall(".//a:TextBlock", ALTO) == []
    assert LANGUAGE.fullmatch(first.get("LANG", ""))
    assert third.get("LANG") is None


@given(texts(hostile_words.filter(lambda word: not any("\ud800" <= c <= "\udfff" for c in word))))
def test_json_gives_the_pages_back(text: PageText) -> None:
    assert from_json(to_json([text]).encode()) == (text,)


def test_json_has_the_keys_that_its_schema_tells() -> None:
    def keys(schema: dict[str, Any], value: object) -> None:
        if isinstance(value, dict):
            assert value.keys() == schema["properties"].keys()
            for key, inner in value.items():
                keys(schema["properties"][key], inner)
        elif isinstance(value, list):
            assert schema["type"] == "array"
            for inner in value:
                keys(schema["items"], inner)
        else:
            json_type = {str: "string", int: "integer", float: "number", type(None): "null"}[type(value)]
            told = schema.get("type", "string")
            # A whole number is a number, too.
            assert json_type in told or (json_type, told) == ("integer", "number")

    keys(SCHEMA, json.loads(to_json([two_words(), page_text([], number=2, rotation=2.5)])))


def test_json_names_each_value_and_replaces_what_has_no_encoding() -> None:
    lone = page_text([Line((Word("a\ud800", Box(1, 2, 3, 4), 0.5),))])
    (page,) = json.loads(to_json([lone]).encode())["pages"]
    assert page["lines"] == [
        {"box": [1, 2, 3, 4], "words": [{"text": "a\ufffd", "box": [1, 2, 3, 4], "confidence": 0.5}]}
    ]
    assert page["text"] == "a\ufffd"
    assert page["source"] == "ocr"


def test_formats_are_named_one_by_one_or_joined() -> None:
    assert parse_formats(["text,PDF", "tsv", "pdf"]) == (Format.TEXT, Format.PDF, Format.TSV)
    assert parse_formats([]) == ()
    with pytest.raises(RequestError, match="'docx'") as caught:
        parse_formats(["text,docx"])
    assert "hocr" in caught.value.next_step


@pytest.mark.parametrize("wanted", list(Format))
def test_every_format_has_a_media_type_and_an_extension(wanted: Format) -> None:
    assert "/" in wanted.media_type
    assert wanted.extension.startswith(".")


@pytest.mark.parametrize("write", [partial(to_alto, name="a.pdf"), partial(to_hocr, name="a.pdf")])
def test_no_more_than_one_pages_elements_are_in_memory(write: Write) -> None:
    page = two_words()
    pages = [replace(page, number=number, lines=page.lines * 100) for number in range(1, 31)]
    tracemalloc.start()
    try:
        written = write(pages)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert written.count(b"<Page ") + written.count(b'"ocr_page"') == len(pages)
    assert peak < 4 * len(written)
