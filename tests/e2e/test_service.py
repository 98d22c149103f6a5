"""The service as a process: every route over HTTP, the same file twice, hostile files, many clients, a crash."""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import serving
from PIL import Image, ImageDraw, ImageFont

INVOICE_TEXT = "invoice number 3 bill to payment due subtotal vat total"
RECEIPT_TEXT = "receipt cash change cashier thank you card till"


def picture(*lines: str) -> bytes:
    image = Image.new("L", (1000, 120 + 70 * len(lines)), 255)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((60, 60 + 70 * row), line, font=ImageFont.load_default(size=40), fill=0)
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


INVOICE = picture("INVOICE number 17", "bill to ACME", "subtotal vat total", "amount due payment due")


def ask(service: httpx.Client, method: str, path: str, **sent: Any) -> Any:
    answer = service.request(method, path, **sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(answer: httpx.Response, *, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["code"] == code
    return problem


def test_health_is_a_real_prediction_of_the_promoted_model(service: httpx.Client) -> None:
    body = ask(service, "GET", "/health")
    assert (body["status"], body["model_name"], body["model_version"]) == ("healthy", "docflow", "1")


def test_a_document_goes_its_whole_way_in_single_steps(service: httpx.Client) -> None:
    first = ask(service, "POST", "/upload", files={"file": ("a.png", INVOICE)})
    again = ask(service, "POST", "/upload", files={"file": ("b.png", INVOICE)})
    number = first["document_id"]
    assert again["document_id"] == number
    assert again["duplicate"] is True
    predicted = ask(service, "POST", f"/predict/document/{number}?ocr_language=eng+rus&return_all_scores=true")
    assert predicted["predicted_class"] == "invoice"
    assert predicted["languages"] == "eng+rus"
    assert set(predicted["all_scores"]) >= {"invoice", "receipt"}
    (kept,) = ask(service, "GET", f"/prediction/history/{number}?limit=5")
    assert kept["predicted_class"] == "invoice"
    assert ask(service, "GET", f"/document/{number}")["status"] == "classified"


def test_one_request_uploads_and_predicts(service: httpx.Client) -> None:
    sent = {"file": ("r.png", picture("RECEIPT 5 cash change", "cashier thank you", "card till items"))}
    body = ask(service, "POST", "/upload-and-predict?ocr_language=eng", files=sent)
    assert body["upload"]["document_id"] == body["prediction"]["document_id"]
    assert body["prediction"]["predicted_class"] == "receipt"


def test_the_documentation_works_offline(service: httpx.Client) -> None:
    page = service.get("/docs").text
    assert "https://" not in page
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert f"/static_content/{name}" in page
        assert service.get(f"/static_content/{name}").status_code == 200
    assert "/upload-and-predict" in ask(service, "GET", "/openapi.json")["paths"]
    root = service.get("/")
    assert root.json()["docs"] == "/docs"


def test_an_unknown_address_and_a_wrong_method_are_problems(service: httpx.Client) -> None:
    refused(service.get("/nowhere"), status=404, code="route_not_found")
    refused(service.get("/upload"), status=405, code="method_not_allowed")
    refused(service.delete("/document/1"), status=405, code="method_not_allowed")


def test_unknown_documents_and_bad_languages_are_told_apart(service: httpx.Client) -> None:
    refused(service.get("/document/99999"), status=404, code="document_not_found")
    refused(service.post("/predict/document/99999?ocr_language=eng"), status=404, code="document_not_found")
    number = ask(service, "POST", "/upload", files={"file": ("a.png", INVOICE)})["document_id"]
    refused(service.post(f"/predict/document/{number}?ocr_language=x"), status=422, code="invalid_language")
    refused(service.post(f"/predict/document/{number}?ocr_language=tlh"), status=422, code="language_missing")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 422),
        (b"MZ\x90\x00 a program", 415),
        (b"%PDF-1.7 but then nothing", 422),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 500, 422),
        (INVOICE[: len(INVOICE) // 2], 422),
        (b"\xff\xd8\xff" + b"\x00" * 500, 422),
        (b"\x89PNG\r\n\x1a\n" + bytes(2_000_000), 413),
        (bytes(3_500_000), 413),
    ],
    ids=["empty", "program", "empty pdf", "png garbage", "cut png", "jpeg garbage", "large", "huge"],
)
def test_a_hostile_file_is_refused_and_the_next_one_is_served(service: httpx.Client, data: bytes, status: int) -> None:
    answer = service.post("/upload-and-predict", files={"file": ("a.pdf", data)})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    assert ask(service, "POST", "/predict/text", json={"text": INVOICE_TEXT})["predicted_class"] == "invoice"


def test_a_chunked_upload_without_an_end_is_cut_off(service: httpx.Client) -> None:
    def chunks() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(100):
            yield bytes(100_000)

    headers = {"content-type": "multipart/form-data; boundary=b"}
    refused(service.post("/upload", content=chunks(), headers=headers), status=413, code="request_too_large")


def test_32_clients_at_once_lose_no_answer_and_get_their_own(service: httpx.Client) -> None:
    def client_of(number: int) -> list[str]:
        text = INVOICE_TEXT if number % 2 else RECEIPT_TEXT
        return [
            ask(service, "POST", "/predict/text", json={"text": f"{text} {number}"})["predicted_class"]
            for _ in range(10)
        ]

    with ThreadPoolExecutor(32) as threads:
        answered = list(threads.map(client_of, range(32)))
    assert answered == [["invoice" if number % 2 else "receipt"] * 10 for number in range(32)]


def test_the_metrics_count_every_process_by_template(service: httpx.Client) -> None:
    ask(service, "POST", "/predict/text", json={"text": INVOICE_TEXT})
    service.get("/document/424242")
    answer = service.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'docflow_http_requests_total{method="POST",route="/predict/text",status="200"}' in answer.text
    assert 'route="/document/{document_id}"' in answer.text
    assert 'docflow_errors_total{code="document_not_found"}' in answer.text
    assert "bentoml_service_adaptive_batch_size_count" in answer.text
    assert "424242" not in answer.text


def classifier_process() -> psutil.Process:
    """The worker that holds the model, among the processes that this test run started."""
    for process in psutil.Process().children(recursive=True):
        if "Classifier" in process.cmdline():
            return process
    raise AssertionError("the classifier's process is not running")


def test_a_killed_classifier_loses_no_request(service: httpx.Client) -> None:
    def ask(number: int) -> int:
        return service.post("/predict/text", json={"text": f"invoice {number} " * 500}).status_code

    with ThreadPoolExecutor(16) as threads:
        asked = [threads.submit(ask, number) for number in range(16)]
        time.sleep(0.02)
        classifier_process().kill()
        asked += [threads.submit(ask, number) for number in range(16)]
        assert [one.result() for one in asked] == [200] * 32
    assert service.get("/health").json()["status"] == "healthy"


def test_a_service_that_is_killed_takes_its_processes_along(service_var: Path, tmp_path: Path) -> None:
    # A second server on the same home would remove the first one's metrics.
    own = shutil.copytree(service_var, tmp_path / "var")
    with serving.serving("bentos.service:DocFlow", var_dir=own) as client:
        port = str(client.base_url.port)
        (first,) = [each for each in psutil.Process().children() if port in each.cmdline()]
        started = first.children(recursive=True)
        assert len(started) >= 2, "the gateway and the classifier are processes of their own"
        first.kill()
        _, alive = psutil.wait_procs(started, timeout=10)
        assert alive == []
