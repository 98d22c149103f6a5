"""The guards around the routes: load, time, surprises, and a classifier that is gone."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from docflow.api import create_app, in_process
from docflow.api.guards import TAKES_FILES, BodyLimitMiddleware
from docflow.api.service import UPLOADS
from docflow.errors import ModelFileError
from docflow.pipeline import Outcome, Pipeline, Upload
from docflow.rollout import Lineup
from docflow.settings import Settings
from docflow.store import Recognition
from docflow.types import Answered, Classifier, Question

Serve = Callable[..., httpx.Client]


async def gone(question: Question) -> Answered:
    raise ModelFileError("the classifier does not answer")


async def surprising(question: Question) -> Answered:
    raise KeyError("/srv/secret/path")


async def endless(question: Question) -> Answered:
    await asyncio.sleep(60)
    raise AssertionError("nobody waits so long")


def limited(settings: Settings, **limits: float) -> Settings:
    return settings.model_copy(update={"service": settings.service.model_copy(update=limits)})


def test_a_classifier_that_is_gone_degrades_health_and_names_the_expected_model(
    settings: Settings, serve: Serve
) -> None:
    client = serve(settings, gone)
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["model_loaded"] is False
    assert answer.json()["model_version"] == "7"
    assert client.post("/predict/text", json={"text": "a"}).status_code == 503


def test_health_is_degraded_while_documents_cannot_be_kept(
    settings: Settings, serve: Serve, classifier: Classifier, tmp_path: Path
) -> None:
    (tmp_path / "full").write_text("in the way, as a full disk would be")
    away = settings.model_copy(update={"blobs_url": str(tmp_path / "full" / "blobs")})
    answer = serve(away, in_process(Lineup(classifier))).get("/health").json()
    assert (answer["status"], answer["unreachable"], answer["model_loaded"]) == ("degraded", ["blobs"], True)


def test_health_asks_the_classifier_once_in_a_few_seconds(
    settings: Settings, serve: Serve, classifier: Classifier
) -> None:
    asked = []

    async def counting(question: Question) -> Answered:
        asked.append(question.text)
        return await in_process(Lineup(classifier))(question)

    client = serve(settings, counting)
    for _ in range(5):
        assert client.get("/health").json()["status"] == "healthy"
    assert len(asked) == 1


def test_a_surprise_is_a_500_that_tells_only_its_request_id(
    settings: Settings, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    client = serve(settings, surprising)
    answer = client.post("/predict/text", json={"text": "a"}, headers={"x-request-id": "r-1"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers.get("connection") != "close"
    assert answer.json()["code"] == "internal_error"
    assert answer.json()["request_id"] == "r-1"
    assert "secret" not in answer.text
    assert "/srv/secret/path" in caplog.text
    assert client.get("/").status_code == 200


def test_a_request_over_its_time_is_a_504(settings: Settings, serve: Serve) -> None:
    answer = serve(limited(settings, timeout_seconds=0.2), endless).post("/predict/text", json={"text": "a"})
    assert answer.status_code == 504
    assert answer.json()["code"] == "request_timeout"
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_document_whose_prediction_hangs_is_named_in_the_504(
    settings: Settings, serve: Serve, invoices: list[bytes]
) -> None:
    client = serve(limited(settings, timeout_seconds=5.0), endless)
    # The first upload imports what looks at files: without it, a busy machine's time may be up before one is stored.
    client.post("/upload", files={"file": ("a.png", invoices[0])})
    answer = client.post("/upload-and-predict", files={"file": ("b.png", invoices[1])})
    assert answer.status_code == 504, answer.text
    address = f"/document/{answer.json()['document_id']}"
    end = time.monotonic() + 60
    # On a busy machine the time is up while the page is still being read, which goes on to its end.
    while client.get(address).json()["status"] == "uploaded" and time.monotonic() < end:
        time.sleep(0.1)
    assert client.get(address).json()["status"] == "recognised"


def test_requests_over_the_limit_are_429_while_watchers_are_answered(settings: Settings, serve: Serve) -> None:
    begun = threading.Event()

    async def begun_and_endless(question: Question) -> Answered:
        begun.set()
        return await endless(question)

    client = serve(limited(settings, max_concurrency=1, timeout_seconds=5.0), begun_and_endless)
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(client.post, "/predict/text", json={"text": "a"})
        assert begun.wait(30)
        refused = client.post("/predict/text", json={"text": "b"})
        metrics = client.get("/metrics")
        assert slow.result().status_code == 504
    assert refused.status_code == 429
    assert refused.json()["code"] == "too_many_requests"
    assert refused.headers["retry-after"]
    assert metrics.status_code == 200
    assert 'docflow_http_requests_total{method="POST",route="/predict/text",status="429"}' in metrics.text
    assert client.get("/").status_code == 200


def test_more_documents_than_may_wait_are_refused_as_busy_and_read_when_they_come_again(
    settings: Settings, serve: Serve, invoices: list[bytes]
) -> None:
    client = serve(settings.model_copy(update={"ocr": settings.ocr.model_copy(update={"workers": 1, "queue": 1})}))
    sent = [client.post("/upload", files={"file": ("a.png", invoice)}) for invoice in invoices]
    paths = [f"/predict/document/{answer.json()['document_id']}" for answer in sent]
    with ThreadPoolExecutor(len(paths)) as threads:
        answers = list(threads.map(client.post, paths))
    assert {answer.status_code for answer in answers} == {200, 503}
    for answer in (answer for answer in answers if answer.status_code == 503):
        assert answer.json()["code"] == "busy"
        assert answer.headers["retry-after"]
    assert [client.post(path).status_code for path in paths] == [200] * len(paths)


def test_the_log_has_one_line_a_request_with_its_route(client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="docflow.api"):
        client.get("/document/12345")
        client.get("/")
    lines = [r.getMessage() for r in caplog.records if r.name == "docflow.api.guards"]
    assert lines[0].startswith("GET /document/{document_id} 404 in ")


def test_32_texts_at_once_each_get_their_own_answer(client: httpx.Client) -> None:
    texts = ["invoice bill to payment due vat subtotal", "receipt cash change cashier till card"] * 16

    def ask(text: str) -> str:
        label: str = client.post("/predict/text", json={"text": text}).json()["predicted_class"]
        return label

    with ThreadPoolExecutor(32) as threads:
        labels = list(threads.map(ask, texts))
    assert labels == ["invoice", "receipt"] * 16


def test_look_ups_wait_for_no_upload(
    settings: Settings, serve: Serve, invoices: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve(settings)
    sent = client.post("/upload", files={"file": ("a.png", invoices[0])}).json()
    begun, over = threading.Semaphore(0), threading.Event()
    upload = Pipeline.upload

    def slow(pipeline: Pipeline, data: bytes, *, filename: str) -> Upload:
        begun.release()
        over.wait(60)
        return upload(pipeline, data, filename=filename)

    monkeypatch.setattr(Pipeline, "upload", slow)
    with ThreadPoolExecutor(UPLOADS) as threads:
        uploads = [
            threads.submit(client.post, "/upload", files={"file": ("b.png", invoice)})
            for invoice in invoices[-UPLOADS:]
        ]
        assert all(begun.acquire(timeout=30) for _ in uploads)
        try:
            assert client.get(f"/document/{sent['document_id']}", timeout=15).json()["id"] == sent["document_id"]
        finally:
            over.set()
        assert [upload.result().status_code for upload in uploads] == [200] * UPLOADS


def test_a_document_that_says_too_much_is_a_413_and_is_read_once_more_is_allowed(
    settings: Settings, serve: Serve, invoices: list[bytes]
) -> None:
    little = settings.model_copy(update={"intake": settings.intake.model_copy(update={"max_characters": 20})})
    client = serve(little)
    answer = client.post("/upload-and-predict", files={"file": ("a.png", invoices[0])})
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["max_characters"]) == (413, "too_many_characters", 20)
    address = f"/document/{problem['document_id']}"
    assert client.get(address).json()["metadata"]["error"]["code"] == "too_many_characters"
    allowed = serve(settings)
    assert allowed.post(f"/predict{address}").json()["predicted_class"] == "invoice"
    assert allowed.get(address).json()["status"] != "failed"


def test_a_body_as_large_as_a_file_is_taken_where_files_are(client: httpx.Client) -> None:
    for path, status in [("/upload", 422), ("/predict/text", 413), ("/documents/1/label", 413), ("/nowhere", 413)]:
        answer = client.post(path, content=bytes(150_000), headers={"content-type": "multipart/x"})
        assert answer.status_code == status, path


def counts(client: httpx.Client) -> dict[str, float]:
    """What the metrics say, by the name with its labels."""
    lines = [line for line in client.get("/metrics").text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def grown(client: httpx.Client, before: dict[str, float], *, after: float = 0.0) -> dict[str, float]:
    """What has been counted of documents since, once so many things have been or a while is over."""
    end = time.monotonic() + 30
    while True:
        found = {
            name.removeprefix("docflow_"): value - before.get(name, 0.0)
            for name, value in counts(client).items()
            if name.startswith(("docflow_documents_total", "docflow_pages_total", "docflow_ocr_seconds_count"))
            and value > before.get(name, 0.0)
        }
        if sum(found.values()) >= after or time.monotonic() > end:
            return found
        time.sleep(0.05)


@pytest.mark.parametrize(("path", "route"), [("/predict/text", "/predict/text"), ("/nowhere", "unmatched")])
def test_a_body_that_is_too_large_is_counted_under_the_route_that_it_was_for(
    client: httpx.Client, path: str, route: str
) -> None:
    assert client.post(path, content=bytes(150_000)).status_code == 413
    assert f'docflow_http_requests_total{{method="POST",route="{route}",status="413"}}' in counts(client)


def test_a_document_that_is_done_after_the_504_is_counted(
    settings: Settings, serve: Serve, invoices: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = serve(settings).post("/upload", files={"file": ("a.png", invoices[0])}).json()
    client, over = serve(limited(settings, timeout_seconds=0.5)), threading.Event()
    upload, predict = Pipeline.upload, Pipeline.predict

    def slow_upload(pipeline: Pipeline, data: bytes, *, filename: str) -> Upload:
        over.wait(60)
        return upload(pipeline, data, filename=filename)

    def slow_predict(pipeline: Pipeline, document_id: int, *, languages: str | None = None) -> Outcome:
        over.wait(60)
        return predict(pipeline, document_id, languages=languages)

    monkeypatch.setattr(Pipeline, "upload", slow_upload)
    monkeypatch.setattr(Pipeline, "predict", slow_predict)
    before = counts(client)
    try:
        assert client.post("/upload", files={"file": ("b.png", invoices[1])}).status_code == 504
        assert client.post(f"/predict/document/{sent['document_id']}").status_code == 504
        assert grown(client, before) == {}
    finally:
        over.set()
    assert grown(client, before, after=4) == {
        'documents_total{outcome="uploaded"}': 1.0,
        'documents_total{outcome="classified"}': 1.0,
        "pages_total": 1.0,
        "ocr_seconds_count": 1.0,
    }


def test_a_reading_for_an_output_that_is_done_after_the_504_is_counted(
    settings: Settings, serve: Serve, invoices: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = serve(settings).post("/upload", files={"file": ("a.png", invoices[0])}).json()
    client, over = serve(limited(settings, timeout_seconds=0.5)), threading.Event()
    reading = Pipeline.reading

    def slow_reading(pipeline: Pipeline, document_id: int, *, languages: str | None) -> tuple[Recognition, bool]:
        over.wait(60)
        return reading(pipeline, document_id, languages=languages)

    monkeypatch.setattr(Pipeline, "reading", slow_reading)
    before = counts(client)
    try:
        answer = client.get(f"/document/{sent['document_id']}/output/text", params={"ocr_language": "eng"})
        assert answer.status_code == 504
        assert grown(client, before) == {}
    finally:
        over.set()
    assert grown(client, before, after=2) == {"pages_total": 1.0, "ocr_seconds_count": 1.0}


def test_only_documents_fail(settings: Settings, serve: Serve, invoices: list[bytes]) -> None:
    client = serve(settings.model_copy(update={"ocr": settings.ocr.model_copy(update={"workers": 1, "queue": 0})}))
    *good, long = invoices
    sent = [client.post("/upload", files={"file": ("a.png", invoice)}).json() for invoice in good]
    paths = [f"/predict/document/{answer['document_id']}" for answer in sent]
    before = counts(client)
    assert client.post("/predict/document/99999").status_code == 404
    assert client.post(f"{paths[0]}?ocr_language=xx/yy").status_code == 422
    with ThreadPoolExecutor(len(paths)) as threads:
        assert {answer.status_code for answer in threads.map(client.post, paths)} == {200, 503}
    assert 'documents_total{outcome="failed"}' not in grown(client, before)
    little = settings.model_copy(update={"intake": settings.intake.model_copy(update={"max_characters": 20})})
    assert serve(little).post("/upload-and-predict", files={"file": ("a.png", long)}).status_code == 413
    assert grown(client, before)['documents_total{outcome="failed"}'] == 1.0


def test_a_request_that_takes_all_its_time_is_within_a_bucket(client: httpx.Client) -> None:
    client.get("/")
    buckets = re.findall(r'docflow_http_request_seconds_bucket\{le="([0-9.]+)"', client.get("/metrics").text)
    assert max(map(float, buckets)) > Settings().service.timeout_seconds


def test_every_route_with_a_form_takes_files(settings: Settings, classifier: Classifier) -> None:
    app = create_app(settings, ask=in_process(Lineup(classifier)), model=lambda: classifier.model)
    with_form = {
        path
        for path, methods in app.openapi()["paths"].items()
        for method in methods.values()
        if "multipart/form-data" in method.get("requestBody", {}).get("content", {})
    }
    assert with_form == TAKES_FILES


@pytest.mark.parametrize(
    ("declared", "status"), [(b"-5", 413), (b"x", 413), (b"1" * 30, 413), (b"11", 413), (b"10", 200)]
)
def test_a_content_length_is_believed_only_within_the_limit(declared: bytes, status: int) -> None:
    async def ok(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-length", declared)]}
    asyncio.run(BodyLimitMiddleware(ok, files=10, other=10)(scope, receive, send))
    assert sent[0]["status"] == status
