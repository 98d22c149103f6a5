"""The command `docflow`, run as a process: what it prints and how it ends."""

import getpass
import json
import os
import random
import shutil
from pathlib import Path

import pytest
from command_case import docflow
from integration.pages import write_pdf
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from docflow.synth import generate, render_pdf, write_dataset


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scans")
    for path in write_dataset(tmp_path_factory.mktemp("made"), count=3, seed=2):
        shutil.copy(path, folder)
    return folder


def test_process_prints_an_object_a_line_and_a_bad_file_fails_alone(
    scans: Path, champion_var_dir: Path, tmp_path: Path
) -> None:
    mixed = shutil.copytree(scans, tmp_path / "mixed")
    (mixed / "zero.pdf").touch()
    done = docflow("process", str(mixed), "--json", var_dir=champion_var_dir)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1, done.stderr
    assert len(rows) == 4
    (bad,) = [row for row in rows if "error" in row]
    assert Path(bad["path"]).name == "zero.pdf"
    assert bad["error"]["code"] == "empty_file"
    for row in rows:
        if "error" not in row:
            assert set(row) >= {
                "path", "document_id", "media_type", "pages", "text", "languages", "ocr", "prediction", "seconds"
            }  # fmt: skip
            assert set(row["ocr"]) == {"engine", "confidence", "grade", "quality"}
            assert row["prediction"]["model_version"] == "1"
            assert row["text"].strip()


def test_process_shows_a_table(scans: Path, champion_var_dir: Path) -> None:
    done = docflow("process", str(scans), var_dir=champion_var_dir)
    assert done.returncode == 0, done.stderr
    assert "OCR confidence" in done.stdout
    for path in scans.iterdir():
        assert path.name in done.stdout


def test_a_single_bad_file_ends_with_its_errors_exit_code(champion_var_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a document")
    done = docflow("process", str(tmp_path / "notes.txt"), var_dir=champion_var_dir, afresh=True)
    assert done.returncode == 3
    assert "unsupported_type" in done.stdout


TREES = ("alder", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak", "pine", "rowan", "yew")


def pdf(path: Path, text: str) -> None:
    """A born-digital page that says so."""
    page = Canvas(str(path), pagesize=(400, 300))
    for row in range(8):
        page.drawString(40, 260 - 24 * row, f"{text}, line {row} of what it says")
    page.save()


def test_one_bad_file_in_a_hundred_fails_alone(champion_var_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "hundred"
    folder.mkdir()
    for number in range(99):
        pdf(folder / f"{number:02}.pdf", f"invoice number {number}")
    (folder / "50-bad.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    done = docflow("process", str(folder), "--json", var_dir=champion_var_dir)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1, done.stderr
    assert len(rows) == 100
    assert [Path(row["path"]).name for row in rows if "error" in row] == ["50-bad.pdf"]
    assert len({row["document_id"] for row in rows if "error" not in row}) == 99


def test_a_file_whose_name_is_no_utf_8_is_processed_as_any_other(champion_var_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "named"
    folder.mkdir()
    pdf(folder / "a [copy].pdf", "an invoice")
    shutil.copy(folder / "a [copy].pdf", folder / os.fsdecode(b"\xd1\xf7\xb8\xf2.pdf"))
    (folder / os.fsdecode(b"\xd1.png")).touch()
    strict = {"PYTHONIOENCODING": "utf-8:strict"}
    out = str(tmp_path / "out")
    done = docflow(
        "process", str(folder), "--json", "--output-dir", out, "--format", "json,pdf", var_dir=champion_var_dir,
        afresh=True, **strict,
    )  # fmt: skip
    rows = {Path(row["path"]).name: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 1, done.stderr
    assert sorted(rows) == ["a [copy].pdf", "\N{REPLACEMENT CHARACTER}.png", "\N{REPLACEMENT CHARACTER}" * 4 + ".pdf"]
    assert [name for name, row in rows.items() if "error" in row] == ["\N{REPLACEMENT CHARACTER}.png"]
    assert (tmp_path / "out" / os.fsdecode(b"\xd1\xf7\xb8\xf2.pdf")).is_file()
    table = docflow("process", str(folder), var_dir=champion_var_dir, afresh=True, **strict)
    assert table.returncode == 1, table.stderr
    assert all(name in table.stdout for name in rows)


def test_the_engine_is_the_one_that_is_asked_for(scans: Path, champion_var_dir: Path) -> None:
    scan = str(sorted(scans.glob("*.[jp][pn]g"))[0])
    done = docflow("process", scan, "--json", "--engine", "tesserocr", var_dir=champion_var_dir)
    assert json.loads(done.stdout)["ocr"]["engine"] == "tesserocr", done.stderr
    unknown = docflow("process", scan, "--engine", "abbyy", var_dir=champion_var_dir)
    assert unknown.returncode == 7
    assert "tesserocr" in unknown.stderr


def test_documents_that_cannot_be_read_are_listed_for_review(champion_var_dir: Path, tmp_path: Path) -> None:
    Image.effect_noise((500, 400), 120).save(tmp_path / "blotted.png")
    done = docflow("process", str(tmp_path / "blotted.png"), "--json", var_dir=champion_var_dir)
    assert json.loads(done.stdout)["ocr"]["grade"] == "D", done.stderr
    listed = docflow("review", "--json", "--limit", "1", var_dir=champion_var_dir)
    row = json.loads(listed.stdout)
    assert (row["filename"], row["grade"]) == ("blotted.png", "D")
    assert row["reason"]
    assert "blotted.png" in docflow("review", var_dir=champion_var_dir).stdout


def test_labels_come_in_are_corrected_and_are_learnt_from(champion_var_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "labelled"
    rng = random.Random(1)
    for number in range(12):
        for label in ("invoice", "permit"):
            (folder / label).mkdir(parents=True, exist_ok=True)
        (folder / "invoice" / f"{number:02}.pdf").write_bytes(render_pdf(generate("invoice", "eng", seed=number)))
        streets = " ".join(rng.sample(TREES, 6))
        pdf(folder / "permit" / f"{number:02}.pdf", f"permit {number} to dig up {streets}")
    (folder / "permit" / "bad.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    done = docflow("labels", "import", str(folder), "--who", "ann", var_dir=champion_var_dir)
    assert "24 new" in done.stdout, done.stderr
    assert "bad.pdf" in done.stderr
    assert done.returncode == 3
    again = docflow("labels", "import", str(folder), "--who", "ann", var_dir=champion_var_dir)
    assert "24 as it was" in again.stdout

    listed = docflow("labels", "list", "--json", var_dir=champion_var_dir)
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert [(row["label"], row["who"]) for row in rows] == [("invoice", "ann")] * 12 + [("permit", "ann")] * 12
    first = str(rows[0]["document_id"])
    assert docflow("labels", "set", first, "permit", "--who", "bob", var_dir=champion_var_dir).returncode == 0
    history = docflow("labels", "history", first, "--json", var_dir=champion_var_dir)
    shown = [json.loads(line) for line in history.stdout.splitlines()]
    assert [(row["label"], row["replaced"], row["who"]) for row in shown] == [
        ("permit", "invoice", "bob"),
        ("invoice", None, "ann"),
    ]
    once_more = docflow("labels", "import", str(folder), "--who", "ann", var_dir=champion_var_dir)
    assert "23 as it was, 1 failed, 1 kept: corrected since" in once_more.stdout
    assert "kept permit, which bob said since" in once_more.stderr
    history = docflow("labels", "history", first, "--json", var_dir=champion_var_dir)
    assert len(history.stdout.splitlines()) == 2
    doubted = docflow("labels", "errors", "--top", "3", "--generated", "300", "--json", var_dir=champion_var_dir)
    top = [json.loads(line) for line in doubted.stdout.splitlines()]
    assert first in {str(row["document_id"]) for row in top}, doubted.stderr
    assert all(row["filename"].endswith(".pdf") for row in top)

    trained = docflow("train", "--generated", "300", "--promote", var_dir=champion_var_dir)
    assert trained.returncode == 8
    assert "and 50 documents of 6 sources are needed to judge by" in trained.stderr
    version = trained.stdout.split(" registered")[0].rsplit(" ", 1)[1]
    forced = docflow("models", "promote", version, "--force", "--reason", "few labels", var_dir=champion_var_dir)
    assert "few labels (forced)" in forced.stdout, forced.stderr
    pdf(tmp_path / "new.pdf", "permit 99 to dig up fir cedar oak")
    told = docflow("process", str(tmp_path / "new.pdf"), "--json", var_dir=champion_var_dir)
    assert json.loads(told.stdout)["prediction"]["predicted_class"] == "permit"


def test_a_table_that_cannot_be_taken_is_a_bad_request(champion_var_dir: Path, tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("path;label\nсчёт.pdf;invoice\n", "cp1251")
    refused = docflow("labels", "import", str(table), var_dir=champion_var_dir)
    assert refused.returncode == 2
    assert "Save it as UTF-8." in refused.stderr
    table.write_text("path;label\nсчёт.pdf;invoice\n", "utf-8")
    missing = docflow("labels", "import", str(table), var_dir=champion_var_dir)
    assert missing.returncode == 2
    assert "row 1, счёт.pdf: there is no file" in missing.stderr
    assert "blobs_url" not in missing.stderr


def test_without_a_champion_the_command_says_how_to_get_one(scans: Path, tmp_path: Path) -> None:
    done = docflow("process", str(scans), var_dir=tmp_path / "empty")
    assert done.returncode == 6
    assert "no_champion" in done.stderr
    assert "docflow train --promote" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_setting_ends_with_the_nearest_name(tmp_path: Path) -> None:
    done = docflow("config", var_dir=tmp_path, afresh=True, DOCFLOW_OCR__LANGUAGE="eng")
    assert done.returncode == 7
    assert "DOCFLOW_OCR__LANGUAGES" in done.stderr


def test_config_tells_where_each_value_came_from_and_masks_secrets(tmp_path: Path) -> None:
    done = docflow(
        "config", "--json", var_dir=tmp_path,
        DOCFLOW_DATABASE_URL="postgresql://docflow:hunter2@db/docflow", DOCFLOW_S3__SECRET_ACCESS_KEY="hunter2",
    )  # fmt: skip
    shown = json.loads(done.stdout)
    assert "hunter2" not in done.stdout
    assert shown["database_url"] == {
        "value": "postgresql://docflow:***@db/docflow",
        "source": "DOCFLOW_DATABASE_URL",
    }
    assert shown["intake.max_pages"] == {"value": 200, "source": "default"}


def test_synth_writes_the_same_documents_for_the_same_seed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        done = docflow("synth", str(tmp_path / name), "--count", "2", "--seed", "4", var_dir=tmp_path, afresh=True)
        assert done.returncode == 0, done.stderr
    one, two = (
        {p.relative_to(tmp_path / name): p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()}
        for name in ("one", "two")
    )
    assert one == two
    assert len(one) >= 5


def test_synth_makes_a_document_again_that_a_report_names(tmp_path: Path) -> None:
    asked = ["--id", "generated memo rus 17", "--id", "generated memo eng 17"]
    done = docflow("synth", str(tmp_path / "again"), *asked, var_dir=tmp_path, afresh=True)
    assert done.returncode == 0, done.stderr
    truths = [json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / "again").rglob("*.json")]
    assert {(truth["language"], truth["text"]) for truth in truths} == {
        (language, generate("memo", language, seed=17).text) for language in ("rus", "eng")
    }
    refused = docflow("synth", str(tmp_path / "none"), "--id", "letters/1.pdf", var_dir=tmp_path, afresh=True)
    assert "not the id of a generated document" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.returncode != 0


def test_synth_refuses_a_folder_that_is_in_use_and_says_what_it_cannot_write_to(tmp_path: Path) -> None:
    for code, told in ((0, "1 documents"), (2, "Name a folder that is new or empty")):
        done = docflow("synth", str(tmp_path / "out"), "--id", "generated form eng 3", var_dir=tmp_path)
        assert done.returncode == code
        assert told in done.stdout + done.stderr
    unwritable = docflow("synth", "/proc/nothing", "--count", "1", var_dir=tmp_path)
    assert unwritable.returncode == 6
    assert "output_unwritable" in unwritable.stderr


def test_train_promote_list_evaluate_and_roll_back(scans: Path, tmp_path: Path) -> None:
    var_dir = tmp_path / "var"
    for seed, also in (("0", ["--promote"]), ("1", [])):
        done = docflow("train", "--generated", "300", "--seed", seed, *also, var_dir=var_dir)
        assert done.returncode == 0, done.stderr
        assert "macro accuracy" in done.stdout
    unjudged = docflow("models", "promote", "2", var_dir=var_dir)
    assert unjudged.returncode == 8
    assert "`docflow models challenge 2`" in unjudged.stderr
    refused = docflow("models", "history", "--limit", "1", "--json", var_dir=var_dir)
    (why,) = json.loads(refused.stdout)["refused"]
    assert why.endswith("are needed to judge by")
    assert docflow("models", "promote", "2", "--force", var_dir=var_dir).returncode == 2
    forced = docflow("models", "promote", "2", "--force", "--reason", "a try", "--who", "bo", var_dir=var_dir)
    assert "version 2 is the champion" in forced.stdout, forced.stderr
    listed = docflow("models", "list", var_dir=var_dir).stdout
    assert "champion" in listed
    back = docflow("models", "rollback", var_dir=var_dir)
    assert "version 1 is the champion again" in back.stdout, back.stderr
    assert docflow("models", "promote", "7", var_dir=var_dir).returncode == 6

    same = docflow("models", "reproduce", "1", var_dir=var_dir, afresh=True)
    assert "version 1 came out the same again" in same.stdout, same.stderr

    tried = docflow("models", "challenge", "2", var_dir=var_dir)
    assert "version 2 is the challenger" in tried.stdout, tried.stderr
    verdicts = docflow("models", "verdict", "--json", var_dir=var_dir).stdout.splitlines()
    assert [(v["alias"], v["ruling"]) for v in map(json.loads, verdicts)] == [("challenger", "wait")]
    ended = docflow("models", "withdraw", "--reason", "enough [/b] of [draft]", var_dir=var_dir)
    assert "version 2 withdrawn: enough [/b] of [draft]" in ended.stdout, ended.stderr
    assert docflow("models", "withdraw", var_dir=var_dir).returncode == 6

    latest = docflow("models", "history", "--limit", "1", "--json", var_dir=var_dir)
    assert json.loads(latest.stdout)["reason"] == "version 2 withdrawn: enough [/b] of [draft]"
    assert "the newest 1" in latest.stderr
    whole = docflow("models", "history", "--json", var_dir=var_dir)
    assert whole.stderr == ""
    first = json.loads(whole.stdout.splitlines()[-1])
    assert first["who"] == first["evidence"]["promoted_by"] == getpass.getuser()

    labelled = tmp_path / "labelled" / "invoice"
    shutil.copytree(scans, labelled)
    report = tmp_path / "report.md"
    figures = docflow("evaluate", str(tmp_path / "labelled"), "--json", "--report", str(report), var_dir=var_dir)
    told = json.loads(figures.stdout)
    assert told["count"] == told["report"]["accuracy"]["count"] == 3, figures.stderr
    files = {file for cell in told["report"]["cells"] for file in cell["files"]}
    assert files == {f"invoice/{path.name}" for path in scans.iterdir()}
    assert "| recall of invoice | 3 | 3 |" in report.read_text()
    shown = docflow("evaluate", str(tmp_path / "labelled"), var_dir=var_dir).stdout
    assert "3 documents of 3 sources: macro accuracy" in shown
    unwritable = docflow("evaluate", str(tmp_path / "labelled"), "--report", str(report / "no"), var_dir=var_dir)
    assert "output_unwritable" in unwritable.stderr
    full = docflow("evaluate", str(tmp_path / "labelled"), "--report", "/dev/full", var_dir=var_dir)
    assert "output_unwritable" in full.stderr
    assert "3 documents of 3 sources: macro accuracy" in full.stdout


def test_the_first_model_may_learn_from_a_folder_alone(tmp_path: Path) -> None:
    for label, words in {"invoice": "invoice due payment", "letter": "dear sincerely regards"}.items():
        for number in range(12):
            write_pdf(tmp_path / "labelled" / label / f"{number}.pdf", f"{words} number {number}")
    arguments = [str(tmp_path / "labelled"), "--generated", "0", "--promote"]
    done = docflow("train", *arguments, var_dir=tmp_path / "var")
    assert "version 1 is the champion" in done.stdout, done.stderr


def test_doctor_names_what_is_there_and_what_to_do(champion_var_dir: Path, tmp_path: Path) -> None:
    well = docflow("doctor", var_dir=champion_var_dir)
    assert well.returncode == 0, well.stdout + well.stderr
    assert "tesserocr" in well.stdout
    assert "version 1" in well.stdout
    ill = docflow("doctor", var_dir=tmp_path / "new", DOCFLOW_OCR__LANGUAGES="eng+xyz")
    assert ill.returncode != 0
    assert "tesseract-ocr-xyz" in ill.stdout
    assert "docflow db upgrade" in ill.stdout


def test_db_upgrade_makes_the_doctor_content(tmp_path: Path) -> None:
    assert docflow("db", "upgrade", var_dir=tmp_path).returncode == 0
    assert "docflow db upgrade" not in docflow("doctor", var_dir=tmp_path).stdout
