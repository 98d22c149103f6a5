"""A recognised document in other forms, over HTTP."""

from __future__ import annotations

import json
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from lxml import etree

from docflow.api import outputs
from docflow.api.service import TRANSFERS

MEDIA_TYPES = {
    "text": "text/plain; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "hocr": "text/vnd.hocr+html; charset=utf-8",
    "alto": "application/xml",
    "json": "application/json",
    "pdf": "application/pdf",
}


def upload(client: httpx.Client, data: bytes, *, name: str = "scan.png") -> int:
    answer = client.post("/upload", files={"file": (name, data)})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["document_id"])


def read(client: httpx.Client, data: bytes, *, name: str = "scan.png") -> int:
    document_id = upload(client, data, name=name)
    assert client.post(f"/predict/document/{document_id}").status_code == 200
    return document_id


@pytest.mark.parametrize("wanted", list(MEDIA_TYPES))
def test_a_recognised_document_is_had_in_every_format(client: httpx.Client, invoice: bytes, wanted: str) -> None:
    answer = client.get(f"/document/{read(client, invoice)}/output/{wanted}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPES[wanted]
    assert answer.headers["x-content-type-options"] == "nosniff"
    if wanted != "pdf":
        assert "INVOICE" in answer.text


def test_what_is_answered_can_be_read(client: httpx.Client, invoice: bytes, tmp_path: Path) -> None:
    address = f"/document/{read(client, invoice)}/output"
    (page,) = json.loads(client.get(f"{address}/json").content)["pages"]
    words = [word["text"] for line in page["lines"] for word in line["words"]]
    assert "INVOICE" in words
    for wanted, path in (("hocr", ".//{*}span[@class='ocrx_word']"), ("alto", ".//{*}String")):
        assert len(etree.fromstring(client.get(f"{address}/{wanted}").content).findall(path)) == len(words)
    (tmp_path / "a.pdf").write_bytes(client.get(f"{address}/pdf").content)
    found = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, check=True, timeout=60).stdout
    assert sorted(found.decode().split()) == sorted(words)


def test_the_file_is_named_after_the_document(client: httpx.Client, invoice: bytes) -> None:
    document_id = read(client, invoice, name="счёт №3.png")
    disposition = client.get(f"/document/{document_id}/output/pdf").headers["content-disposition"]
    assert disposition == "inline; filename*=UTF-8''%D1%81%D1%87%D1%91%D1%82%20%E2%84%963.pdf"


def test_a_document_that_was_not_recognised_yet_is_a_conflict(client: httpx.Client, invoice: bytes) -> None:
    answer = client.get(f"/document/{upload(client, invoice)}/output/text")
    assert answer.status_code == 409
    assert answer.json()["code"] == "not_recognised"
    assert "ocr_language" in answer.json()["next_step"]


def test_with_a_language_it_is_recognised_at_once(client: httpx.Client, invoice: bytes) -> None:
    document_id = upload(client, invoice)
    for languages in ("eng", "rus", "eng"):
        answer = client.get(f"/document/{document_id}/output/json?ocr_language={languages}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["pages"][0]["languages"] == languages
    # What was read newest, and not what was asked for last.
    assert client.get(f"/document/{document_id}/output/json").json()["pages"][0]["languages"] == "rus"


@pytest.mark.parametrize("wanted", ["text", "pdf"])
def test_an_unknown_document_is_not_found(client: httpx.Client, wanted: str) -> None:
    answer = client.get(f"/document/99999/output/{wanted}")
    assert (answer.status_code, answer.json()["code"]) == (404, "document_not_found")


def test_an_unknown_format_or_language_is_refused(client: httpx.Client, invoice: bytes) -> None:
    document_id = upload(client, invoice)
    unknown = client.get(f"/document/{document_id}/output/docx")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "invalid_request")
    assert "'alto'" in unknown.json()["message"]
    strange = client.get(f"/document/{document_id}/output/text?ocr_language=klingon!")
    assert (strange.status_code, strange.json()["code"]) == (422, "invalid_language")


def test_writing_a_long_document_holds_up_no_look_up(
    client: httpx.Client, invoice: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = read(client, invoice)
    begun, over = threading.Semaphore(0), threading.Event()

    def slow(*_document: object) -> bytes:
        begun.release()
        over.wait(60)
        return b"written"

    monkeypatch.setattr(outputs, "MUCH_TEXT", 0)
    monkeypatch.setattr(outputs, "render", slow)
    with ThreadPoolExecutor(TRANSFERS) as threads:
        written = [threads.submit(client.get, f"/document/{document_id}/output/alto") for _ in range(TRANSFERS)]
        assert begun.acquire(timeout=30)
        try:
            assert client.get(f"/document/{document_id}", timeout=15).json()["id"] == document_id
        finally:
            over.set()
        assert [one.result().content for one in written] == [b"written"] * TRANSFERS
