"""The answers that clients of the replaced platform read."""

from __future__ import annotations

import io
import unicodedata
from typing import Any

import httpx
import pytest
from PIL import Image

PREDICTION_KEYS = {
    "success",
    "predicted_class",
    "confidence_score",
    "is_confident",
    "model_name",
    "model_version",
    "all_scores",
    "variant",
    "error",
    "document_id",
}


def upload(client: httpx.Client, data: bytes, *, name: str = "scan.png") -> dict[str, Any]:
    answer = client.post("/upload", files={"file": (name, data, "image/png")})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_health_names_the_model_that_answered(client: httpx.Client) -> None:
    body = client.get("/health").json()
    assert body["status"] == "healthy"
    assert body["model_loaded"] is True
    assert (body["model_name"], body["model_version"]) == ("docflow", "7")
    assert body["timestamp"]


def test_an_upload_is_stored_under_an_integer_id(client: httpx.Client, invoice: bytes) -> None:
    body = upload(client, invoice)
    assert body["success"] is True
    assert isinstance(body["document_id"], int)
    assert body["filename"] == "scan.png"
    assert body["file_size"] == len(invoice)
    assert len(body["file_hash"]) == 64
    assert not body["storage_path"].startswith("/")
    assert body["media_type"] == "image/png"
    assert body["duplicate"] is False


def test_the_same_bytes_twice_are_one_document_under_both_names(client: httpx.Client, invoice: bytes) -> None:
    first = upload(client, invoice, name="a.png")
    second = upload(client, invoice, name="b.png")
    assert second["document_id"] == first["document_id"]
    assert (first["duplicate"], second["duplicate"]) == (False, True)
    assert second["filename"] == "b.png"


def test_a_text_is_classified_without_scores_unless_asked(client: httpx.Client) -> None:
    body = client.post("/predict/text", json={"text": "invoice number 3 bill to payment due vat"}).json()
    assert set(body) == PREDICTION_KEYS
    assert body["predicted_class"] == "invoice"
    assert body["is_confident"] is True
    assert body["all_scores"] is None
    assert body["document_id"] is None


def test_all_scores_come_when_asked_for(client: httpx.Client) -> None:
    asked = {"text": "cash change cashier thank you", "return_all_scores": True}
    scores = client.post("/predict/text", json=asked).json()["all_scores"]
    assert set(scores) >= {"invoice", "receipt"}
    assert sum(scores.values()) == pytest.approx(1, abs=1e-6)


def test_keys_that_old_clients_send_beside_are_ignored(client: httpx.Client) -> None:
    answer = client.post("/predict/text", json={"text": "invoice", "model": "old", "language": "eng"})
    assert answer.status_code == 200


def test_a_stored_document_is_read_and_classified(client: httpx.Client, invoice: bytes) -> None:
    document_id = upload(client, invoice)["document_id"]
    body = client.post(f"/predict/document/{document_id}?ocr_language=eng&return_all_scores=true").json()
    assert set(body) >= PREDICTION_KEYS
    assert body["predicted_class"] == "invoice"
    assert body["document_id"] == document_id
    assert body["pages"] == 1
    assert (body["languages"], body["language"]) == ("eng", "eng")
    assert body["ocr"]["confidence"] > 0.5
    assert body["all_scores"]
    assert body["seconds"] > 0


@pytest.mark.parametrize("asked", ["eng+rus", "eng%2Brus", "eng%20rus", "eng rus"])
def test_a_plus_in_the_languages_arrives_in_every_spelling(client: httpx.Client, invoice: bytes, asked: str) -> None:
    document_id = upload(client, invoice)["document_id"]
    answer = client.post(f"/predict/document/{document_id}?ocr_language={asked}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["languages"] == "eng+rus"


def test_an_empty_language_is_the_default_one(client: httpx.Client, invoice: bytes) -> None:
    document_id = upload(client, invoice)["document_id"]
    assert client.post(f"/predict/document/{document_id}?ocr_language=").json()["languages"] == "eng"


def test_upload_and_predict_gives_both_answers(client: httpx.Client, invoice: bytes) -> None:
    body = client.post("/upload-and-predict?ocr_language=eng", files={"file": ("i.png", invoice)}).json()
    assert set(body) == {"upload", "prediction"}
    assert body["upload"]["document_id"] == body["prediction"]["document_id"]
    assert body["prediction"]["predicted_class"] == "invoice"


def test_the_history_has_a_documents_predictions(client: httpx.Client, invoice: bytes) -> None:
    document_id = upload(client, invoice)["document_id"]
    assert client.get(f"/prediction/history/{document_id}").json() == []
    for languages in ("eng", "rus"):
        client.post(f"/predict/document/{document_id}?ocr_language={languages}")
    both = client.get(f"/prediction/history/{document_id}").json()
    assert len(both) == 2
    assert set(both[0]) == {
        "id",
        "predicted_class",
        "confidence_score",
        "is_confident",
        "model_name",
        "model_version",
        "predicted_at",
        "all_scores",
        "variant",
    }
    newest = client.get(f"/prediction/history/{document_id}?limit=1").json()
    assert newest == both[:1]


def test_a_document_shows_how_far_it_has_come(client: httpx.Client, invoice: bytes) -> None:
    document_id = upload(client, invoice)["document_id"]
    before = client.get(f"/document/{document_id}").json()
    assert (before["status"], before["page_count"]) == ("uploaded", None)
    client.post(f"/predict/document/{document_id}")
    after = client.get(f"/document/{document_id}").json()
    assert (after["status"], after["page_count"]) == ("classified", 1)
    assert after["mime_type"] == "image/png"
    assert len(after["metadata"]["file_hash"]) == 64


def test_the_root_and_the_docs_load_nothing_from_elsewhere(client: httpx.Client) -> None:
    assert client.get("/").json()["docs"] == "/docs"
    page = client.get("/docs")
    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text


def test_a_document_that_cannot_be_read_is_to_be_reviewed(client: httpx.Client) -> None:
    blotted = Image.effect_noise((500, 400), 120)
    written = io.BytesIO()
    blotted.save(written, "PNG")
    sent = client.post("/upload-and-predict", files={"file": ("blotted.png", written.getvalue())}).json()
    ocr = sent["prediction"]["ocr"]
    assert ocr["grade"] == "D"
    listed = client.get("/review").json()
    (row,) = [one for one in listed if one["document_id"] == sent["upload"]["document_id"]]
    assert (row["filename"], row["grade"], row["reason"]) == ("blotted.png", "D", ocr["reason"])
    assert client.get("/review", params={"limit": 0}).status_code == 422
    quality = client.get(f"/document/{row['document_id']}").json()["metadata"]["quality"]
    assert (quality["grade"], quality["to_review"], len(quality["pages"])) == ("D", True, 1)


def test_a_label_is_kept_with_what_the_model_had_said(client: httpx.Client, invoice: bytes) -> None:
    sent = client.post("/upload-and-predict", files={"file": ("scan.png", invoice)}).json()
    document_id, predicted = sent["upload"]["document_id"], sent["prediction"]["predicted_class"]
    first = client.post(f"/documents/{document_id}/label", json={"label": "letter", "who": "ann"}).json()
    assert (first["label"], first["replaced"], first["changed"]) == ("letter", None, True)
    assert (first["predicted_class"], first["model_version"]) == (predicted, "7")
    again = client.post(f"/documents/{document_id}/label", json={"label": " letter ", "who": " bob "}).json()
    assert (again["action"], again["who"], again["changed"]) == ("confirmed", "bob", False)
    assert client.post(f"/documents/{document_id}/label", json={"label": "letter", "who": "bob"}).json() == first | {
        "changed": False
    }
    mended = client.post(
        f"/documents/{document_id}/label", json={"label": "invoice", "who": "bob", "comment": "was a slip"}
    ).json()
    assert (mended["replaced"], mended["comment"]) == ("letter", "was a slip")
    history = client.get(f"/documents/{document_id}/labels").json()
    assert [(one["action"], one["label"], one["who"], one["changed"]) for one in history] == [
        ("given", "invoice", "bob", True),
        ("confirmed", "letter", "bob", False),
        ("given", "letter", "ann", True),
    ]


def test_a_label_is_taken_back_once_and_its_history_stays(client: httpx.Client, invoice: bytes) -> None:
    document_id = upload(client, invoice)["document_id"]
    client.post(f"/documents/{document_id}/label", json={"label": "letter", "who": "ann"})
    asked = {"who": " bob ", "comment": "was a slip"}
    taken, again = (client.delete(f"/documents/{document_id}/label", params=asked).json() for _ in range(2))
    assert (taken["label"], taken["origin"], taken["action"], taken["changed"]) == ("", "human", "withdrawn", True)
    assert (taken["replaced"], taken["who"], taken["comment"]) == ("letter", "bob", "was a slip")
    assert (again["label"], again["replaced"], again["changed"]) == ("", None, False)
    history = client.get(f"/documents/{document_id}/labels").json()
    assert [(one["action"], one["label"], one["replaced"]) for one in history] == [
        ("withdrawn", "", "letter"),
        ("given", "letter", None),
    ]


@pytest.mark.parametrize(
    ("document_id", "asked", "status", "code"),
    [
        (999999, {"who": "ann"}, 404, "document_not_found"),
        (10**12, {"who": "ann"}, 404, "document_not_found"),
        (1, None, 422, "invalid_request"),
        (1, {"who": " "}, 422, "invalid_request"),
        (1, {"who": "ann", "comment": "x" * 2001}, 422, "invalid_request"),
        (1, {"who": "ann", "label": "letter"}, 422, "invalid_request"),
        (1, {"who": "\x1b[2Jann"}, 422, "invalid_request"),
    ],
)
def test_a_label_that_cannot_be_taken_back_says_why(
    client: httpx.Client, document_id: int, asked: dict[str, Any] | None, status: int, code: str
) -> None:
    answer = client.delete(f"/documents/{document_id}/label", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_label_names_the_documents_source_which_it_keeps_until_another_is_named(
    client: httpx.Client, invoice: bytes
) -> None:
    document_id = upload(client, invoice)["document_id"]
    sources = []
    for label, named in (
        ("letter", {}),
        ("letter", {"source": " acme"}),
        ("invoice", {}),
        ("invoice", {"source": "b"}),
    ):
        body = {"label": label, "who": "ann", **named}
        given = client.post(f"/documents/{document_id}/label", json=body).json()
        assert given["changed"] is True
        sources.append(given["source"])
    assert sources == ["", "acme", "acme", "b"]
    history = client.get(f"/documents/{document_id}/labels").json()
    assert [one["source"] for one in history] == sources[::-1]


def test_a_label_is_spelt_in_one_way(client: httpx.Client, invoice: bytes) -> None:
    document_id = upload(client, invoice)["document_id"]
    told = [
        client.post(f"/documents/{document_id}/label", json={"label": label, "who": " ann ", "source": source}).json()
        for label, source in (("Unknown", ""), (unicodedata.normalize("NFD", "счёт"), "ac  me "), ("счёт", "ac me"))
    ]
    assert [(one["label"], one["source"], one["who"], one["changed"]) for one in told] == [
        ("unknown", "", "ann", True),
        ("счёт", "ac me", "ann", True),
        ("счёт", "ac me", "ann", False),
    ]


@pytest.mark.parametrize(
    ("document_id", "body", "status", "code"),
    [
        (999999, {"label": "letter", "who": "ann"}, 404, "document_not_found"),
        (10**12, {"label": "letter", "who": "ann"}, 404, "document_not_found"),
        (1, {"label": " ", "who": "ann"}, 422, "invalid_request"),
        (1, {"label": "x" * 101, "who": "ann"}, 422, "invalid_request"),
        (1, {"label": "letter"}, 422, "invalid_request"),
        (1, {"label": "letter", "who": ""}, 422, "invalid_request"),
        (1, {"label": "letter", "who": " "}, 422, "invalid_request"),
        (1, {"label": "letter", "who": "\x1b]0;owned\x07ann"}, 422, "invalid_request"),
        (1, {"label": "let\u200bter", "who": "ann"}, 422, "invalid_request"),
        (1, {"label": "letter", "who": "ann", "source": "ac\u200bme"}, 422, "invalid_request"),
        (1, {"label": "letter", "who": "ann", "source": "x" * 201}, 422, "invalid_request"),
        (1, {"label": "letter", "who": "ann", "as": "sure"}, 422, "invalid_request"),
    ],
)
def test_a_label_that_cannot_be_kept_says_why(
    client: httpx.Client, document_id: int, body: dict[str, Any], status: int, code: str
) -> None:
    answer = client.post(f"/documents/{document_id}/label", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_schema_tells_every_route_and_the_form_of_failures(client: httpx.Client) -> None:
    schema = client.get("/openapi.json").json()
    assert set(schema["paths"]) == {
        "/",
        "/health",
        "/metrics",
        "/upload",
        "/document/{document_id}",
        "/document/{document_id}/output/{format}",
        "/prediction/history/{document_id}",
        "/review",
        "/documents/{document_id}/label",
        "/documents/{document_id}/labels",
        "/predict/text",
        "/predict/document/{document_id}",
        "/upload-and-predict",
    }
    failure = schema["paths"]["/upload"]["post"]["responses"]["default"]
    assert "application/problem+json" in failure["content"]


def test_the_schema_tells_what_each_output_is(client: httpx.Client) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/document/{document_id}/output/{format}"]["get"]
    content = operation["responses"]["200"]["content"]
    assert content["application/pdf"]["schema"] == {"type": "string", "format": "binary"}
    assert content["application/json"]["schema"]["properties"]["pages"]["type"] == "array"
    assert content["application/xml"]["schema"] == {"type": "string"}
    assert "newest" in operation["description"]


def test_metrics_are_labelled_by_template_and_never_by_path(client: httpx.Client, invoice: bytes) -> None:
    document_id = upload(client, invoice)["document_id"]
    client.get(f"/document/{document_id}")
    client.get("/document/987654")
    client.get("/no/such/place")
    client.post("/predict/text", json={"text": "invoice bill to payment due"})
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'route="/document/{document_id}",status="200"' in answer.text
    assert 'route="unmatched",status="404"' in answer.text
    assert 'docflow_errors_total{code="document_not_found"}' in answer.text
    assert "docflow_predictions_total" in answer.text
    assert "987654" not in answer.text
    assert "no/such" not in answer.text
