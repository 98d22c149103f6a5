"""Nothing that a client sends is answered with a 500, and every failure is a problem document."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from docflow.settings import Settings

BOUNDARY = "b0undary"
CLOSING = f"\r\n--{BOUNDARY}--\r\n".encode()
MULTIPART = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}


def part(data: bytes, *, headers: bytes = b'Content-Disposition: form-data; name="file"; filename="a.png"') -> bytes:
    edge = BOUNDARY.encode()
    return b"--" + edge + b"\r\n" + headers + b"\r\n\r\n" + data + CLOSING


def problem_of(answer: httpx.Response, *, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"]
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"urn:docflow:error:{code}"
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"] == problem["message"]
    assert problem["next_step"]
    assert problem["instance"].startswith("/")
    assert "Traceback" not in answer.text
    return problem


def test_an_unknown_address_is_a_problem(client: httpx.Client) -> None:
    problem_of(client.get("/nowhere"), status=404, code="route_not_found")


def test_a_wrong_method_is_a_problem_that_names_the_right_one(client: httpx.Client) -> None:
    answer = client.get("/upload")
    problem_of(answer, status=405, code="method_not_allowed")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("number", [0, -1, 12345, 2**31, 2**63, 10**40])
def test_an_id_that_no_document_has_is_404(client: httpx.Client, method: str, number: int) -> None:
    path = f"/document/{number}" if method == "get" else f"/predict/document/{number}"
    problem_of(client.request(method, path), status=404, code="document_not_found")


@pytest.mark.parametrize("number", ["x", "1.5", "%00", "%ff", "9" * 5000, "1e3"])
def test_an_id_that_is_no_number_is_422(client: httpx.Client, number: str) -> None:
    problem_of(client.get(f"/document/{number}"), status=422, code="invalid_request")


def test_the_history_of_an_unknown_document_is_404(client: httpx.Client) -> None:
    problem_of(client.get("/prediction/history/4711"), status=404, code="document_not_found")


@pytest.mark.parametrize("limit", ["0", "-1", "x", "99999999999999999999"])
def test_a_limit_out_of_range_is_422(client: httpx.Client, limit: str) -> None:
    problem_of(client.get(f"/prediction/history/1?limit={limit}"), status=422, code="invalid_request")


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("xx", "invalid_language"),
        ("../etc", "invalid_language"),
        ("eng,rus", "invalid_language"),
        ("tlh", "language_missing"),
    ],
)
def test_a_bad_language_is_422_and_leaves_nothing_stored(
    client: httpx.Client, invoice: bytes, language: str, code: str
) -> None:
    sent = client.post(f"/upload-and-predict?ocr_language={language}", files={"file": ("a.png", invoice)})
    assert "document_id" not in problem_of(sent, status=422, code=code)
    stored = client.post("/upload", files={"file": ("a.png", invoice)}).json()
    assert stored["duplicate"] is False
    answer = client.post(f"/predict/document/{stored['document_id']}?ocr_language={language}")
    problem_of(answer, status=422, code=code)


def test_an_unsupported_file_is_415(client: httpx.Client) -> None:
    answer = client.post("/upload", files={"file": ("a.png", b"just some text, no picture")})
    problem_of(answer, status=415, code="unsupported_type")


def test_an_empty_file_is_422(client: httpx.Client) -> None:
    problem_of(client.post("/upload", files={"file": ("a.png", b"")}), status=422, code="empty_file")


def test_a_truncated_picture_fails_under_its_own_id(client: httpx.Client, invoice: bytes) -> None:
    half = invoice[: len(invoice) // 2]
    answer = client.post("/upload-and-predict", files={"file": ("a.png", half)})
    problem = problem_of(answer, status=422, code="truncated_document")
    document = client.get(f"/document/{problem['document_id']}").json()
    assert document["status"] == "failed"
    assert document["metadata"]["error"]["code"] == "truncated_document"


def test_a_file_just_over_the_limit_is_413(client: httpx.Client) -> None:
    answer = client.post("/upload", files={"file": ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(200_000))})
    problem_of(answer, status=413, code="file_too_large")


def test_a_declared_body_over_the_limit_is_413(client: httpx.Client) -> None:
    answer = client.post("/upload", files={"file": ("a.png", bytes(1_300_000))})
    problem = problem_of(answer, status=413, code="request_too_large")
    assert problem["limit_bytes"] == 1_200_000


def test_a_chunked_body_is_counted_as_it_arrives(client: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        yield part(b"", headers=b'Content-Disposition: form-data; name="file"; filename="a"')[: -len(CLOSING)]
        for _ in range(200):
            yield bytes(10_000)

    answer = client.post("/upload", content=endless(), headers=MULTIPART)
    problem_of(answer, status=413, code="request_too_large")


def test_a_chunked_body_within_the_limit_is_taken(client: httpx.Client, invoice: bytes) -> None:
    answer = client.post("/upload", content=iter([part(invoice)]), headers=MULTIPART)
    assert answer.status_code == 200, answer.text


def test_a_text_over_the_limit_is_413(client: httpx.Client) -> None:
    answer = client.post("/predict/text", json={"text": "x" * 1001})
    assert problem_of(answer, status=413, code="request_too_large")["limit_characters"] == 1000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"text": 5}',
        b'{"text": null}',
        b'{"text": "a", "return_all_scores": "perhaps"}',
        b'{"text": "half a pair: \\ud800"}',
        b'{"text": "cut',
        b'{"text": "a"} {"text": "b"}',
    ],
)
def test_json_that_does_not_fit_is_422(client: httpx.Client, body: bytes) -> None:
    answer = client.post("/predict/text", content=body, headers={"content-type": "application/json"})
    problem_of(answer, status=422, code="invalid_request")


@pytest.mark.parametrize(
    "body",
    [b'{"text": "\xff\xfe"}', b"[" * 60_000, b'{"a":' * 10_000, b'{"text": "a", "n": ' + b"9" * 5000 + b"}"],
    ids=["not UTF-8", "deep lists", "deep objects", "a number of 5000 digits"],
)
def test_json_that_cannot_be_read_is_the_clients_failure(client: httpx.Client, body: bytes) -> None:
    answer = client.post("/predict/text", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    problem_of(answer, status=answer.status_code, code=answer.json()["code"])


def test_a_text_of_control_characters_is_classified_all_the_same(client: httpx.Client) -> None:
    answer = client.post("/predict/text", json={"text": "\x00\x01\u202e\U0001f4a9" * 10})
    assert answer.status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "image/png", "nonsense", ""])
def test_a_body_of_another_type_is_422(client: httpx.Client, kind: str) -> None:
    headers = {"content-type": kind}
    text = client.post("/predict/text", content=b'{"text": "a"}', headers=headers)
    problem_of(text, status=422, code="invalid_request")
    problem_of(client.post("/upload", content=b"abc", headers=headers), status=422, code="invalid_request")


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"", {}),
        (b"", MULTIPART),
        (b"no parts at all", MULTIPART),
        (part(b"x")[:-30], MULTIPART),
        (part(b"x", headers=b"Content-Disposition"), MULTIPART),
        (part(b"x", headers=b'Content-Disposition: form-data; name="other"; filename="a"'), MULTIPART),
        (part(b"x", headers=b'Content-Disposition: form-data; name="file"'), MULTIPART),
        (part(b"x", headers=b'Content-Disposition: form-data; name="file"; filename=""'), MULTIPART),
        (part(b"x", headers=b"\xff\xfe: \x00"), MULTIPART),
        (part(b"x"), {"content-type": "multipart/form-data"}),
        (part(b"x"), {"content-type": "multipart/form-data; boundary="}),
        (part(b"x"), {"content-type": "multipart/form-data; boundary=" + "y" * 500}),
    ],
)
def test_a_broken_multipart_body_is_the_clients_failure(
    client: httpx.Client, content: bytes, headers: dict[str, str]
) -> None:
    answer = client.post("/upload", content=content, headers=headers)
    assert 400 <= answer.status_code < 500, answer.text
    problem_of(answer, status=answer.status_code, code=answer.json()["code"])


@pytest.mark.parametrize("path", ["/upload", "/upload-and-predict"])
def test_a_form_with_a_second_file_or_many_fields_is_refused_and_says_why(
    client: httpx.Client, invoice: bytes, path: str
) -> None:
    file = ("a.png", invoice)
    for second in ("file", "other"):
        answer = client.post(path, files=[("file", file), (second, ("b.png", b"0" * 1000))])
        assert "files is 1." in problem_of(answer, status=400, code="malformed_request")["message"]
    answer = client.post(path, files={"file": file}, data={str(number): "x" for number in range(9)})
    problem = problem_of(answer, status=400, code="malformed_request")
    assert "fields is 8." in problem["message"]
    assert "one file" in problem["next_step"]
    answer = client.post(path, files={"file": file}, data={"comment": "x" * 70_000})
    assert "64KB" in problem_of(answer, status=400, code="malformed_request")["message"]


def test_a_few_fields_beside_the_file_are_left_alone(client: httpx.Client, invoice: bytes) -> None:
    answer = client.post(
        "/upload", files={"file": ("a.png", invoice)}, data={"language": "eng", "comment": "x" * 60_000}
    )
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "C:\\a\\b.png",
        "a\x00b.png",
        "e\u202efdp.exe",
        "я" * 1000 + ".png",
        " ",
        "..",
        "\r\n.png",
    ],
)
def test_a_hostile_file_name_is_stored_harmless(client: httpx.Client, invoice: bytes, name: str) -> None:
    answer = client.post("/upload", files={"file": (name, invoice)})
    assert answer.status_code == 200, answer.text
    shown = answer.json()["filename"]
    assert 0 < len(shown) <= 255
    assert shown.isprintable()
    assert "/" not in shown
    assert "\\" not in shown


def test_lost_bytes_are_told_without_a_path_until_they_are_sent_again(
    client: httpx.Client, settings: Settings, invoice: bytes
) -> None:
    stored = client.post("/upload", files={"file": ("a.png", invoice)}).json()
    (settings.var_dir / "blobs" / stored["storage_path"]).unlink()
    answer = client.post(f"/predict/document/{stored['document_id']}")
    problem_of(answer, status=404, code="blob_not_found")
    assert str(settings.var_dir) not in answer.text
    again = client.post("/upload-and-predict", files={"file": ("a.png", invoice)}).json()
    assert again["upload"]["document_id"] == stored["document_id"]
    assert again["prediction"]["predicted_class"] == "invoice"


def test_a_sane_request_id_is_echoed_and_another_is_replaced(client: httpx.Client) -> None:
    assert client.get("/", headers={"x-request-id": "abc-123"}).headers["x-request-id"] == "abc-123"
    forged = client.get("/", headers={"x-request-id": "a b;\tERROR"}).headers["x-request-id"]
    assert forged.isalnum()


def test_a_problem_never_echoes_what_was_sent(client: httpx.Client) -> None:
    secret = "4111-1111-1111-1111"
    answer = client.post(
        "/predict/text", content=json.dumps({"text": [secret]}), headers={"content-type": "application/json"}
    )
    problem_of(answer, status=422, code="invalid_request")
    assert secret not in answer.text


def test_a_label_of_many_thousand_marks_is_refused_before_it_is_composed(client: httpx.Client) -> None:
    body = json.dumps({"label": "a" + "\u0315\u0300" * 16_000, "who": "ann"}, ensure_ascii=False).encode()
    began = time.perf_counter()
    answer = client.post("/documents/1/label", content=body, headers={"content-type": "application/json"})
    assert time.perf_counter() - began < 1
    problem = problem_of(answer, status=422, code="invalid_request")
    assert "1000 characters" in problem["message"]
    assert len(answer.content) < 2000
