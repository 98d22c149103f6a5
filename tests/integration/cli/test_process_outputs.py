"""`docflow process` with outputs: which files it writes, and what other programs read in them."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from command_case import docflow
from PIL import Image

from docflow.outputs.json import from_json
from docflow.synth import generate, render_images, render_pdf


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scan, a born-digital PDF of the same name, and a scan of another name in a folder of its own."""
    folder = tmp_path_factory.mktemp("inbox")
    (folder / "more").mkdir()
    letter, receipt = generate("letter", "eng", seed=5), generate("receipt", "rus", seed=5)
    Image.fromarray(render_images(letter)[0]).save(folder / "letter.jpg", dpi=(200, 200))
    (folder / "letter.pdf").write_bytes(render_pdf(letter))
    Image.fromarray(render_images(receipt)[0]).save(folder / "more" / "чек.png", dpi=(200, 200))
    return folder


def names(folder: Path) -> set[str]:
    """What lies in the folder, but for hidden files such as the manifest."""
    return {path.name for path in folder.iterdir() if path.name[0] != "."} if folder.exists() else set()


def test_a_file_is_written_for_each_document_and_format(inbox: Path, champion_var_dir: Path, tmp_path: Path) -> None:
    out, looks = tmp_path / "out", tmp_path / "looks"
    done = docflow(
        "process", str(inbox / "more"), "--languages", "rus", "--output-dir", str(out), "--format", "text,tsv,hocr",
        "--format", "alto,json", "--format", "pdf", "--overlay", str(looks), "--json", var_dir=champion_var_dir,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert names(out) == {f"чек{end}" for end in (".txt", ".tsv", ".hocr", ".alto.xml", ".json", ".pdf")}
    assert names(looks) == {"чек-page-1.jpg"}
    shown = json.loads(done.stdout)
    assert {Path(path).name for path in shown["outputs"]} == names(out) | names(looks)
    (page,) = from_json((out / "чек.json").read_bytes())
    words = [word.text for word in page.words]
    assert words
    assert (out / "чек.txt").read_text().split() == words == shown["text"].split()
    found = subprocess.run(["pdftotext", "-raw", out / "чек.pdf", "-"], capture_output=True, check=True, timeout=60)
    assert found.stdout.decode().split() == words
    with Image.open(looks / "чек-page-1.jpg") as picture:
        assert picture.size == (page.width, page.height)
        colours = np.asarray(picture).astype(int)
    assert (np.ptp(colours, axis=2) > 100).any()


def test_sources_of_one_name_get_files_of_their_own_and_are_not_overwritten(
    inbox: Path, champion_var_dir: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(inbox, tmp_path / "inbox"))
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for _ in range(2):
        done = docflow(
            "process", str(folder / "letter.jpg"), str(folder / "letter.pdf"), "--output-dir", str(folder),
            "--format", "pdf,text", var_dir=champion_var_dir,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        written = names(folder) - {path.name for path in before}
        assert len(written - {"more"}) == 4
        assert all(name.startswith("letter-") for name in written - {"more"})
    assert {path: path.read_bytes() for path in before} == before
    # The born-digital one has its text already, and stays what it is.
    assert before[folder / "letter.pdf"] in [path.read_bytes() for path in folder.glob("letter-*.pdf")]


def test_two_runs_give_the_same_where_outputs_lie_beside_their_sources(
    inbox: Path, champion_var_dir: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    shutil.copy(inbox / "letter.jpg", folder)
    (folder / "notes.txt").write_text("someone's own")
    seen = []
    for _ in range(2):
        done = docflow(
            "process", str(folder), "--output-dir", str(folder), "--format", "pdf", "--overlay", str(folder), "--json",
            var_dir=champion_var_dir,
        )  # fmt: skip
        told = [json.loads(line) for line in done.stdout.splitlines()]
        read = {Path(one["path"]).name: [Path(path).name for path in one.get("outputs", [])] for one in told}
        assert read == {"letter.jpg": ["letter.pdf", "letter-page-1.jpg"], "notes.txt": []}
        seen.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert seen[0] == seen[1]
    assert seen[1]["notes.txt"] == b"someone's own"


def test_outputs_name_the_file_that_they_were_made_of(inbox: Path, champion_var_dir: Path, tmp_path: Path) -> None:
    for name in ("first.pdf", "second.pdf"):
        shutil.copy(inbox / "letter.pdf", tmp_path / name)
    done = docflow(
        "process", str(tmp_path / "first.pdf"), str(tmp_path / "second.pdf"), "--output-dir", str(tmp_path / "out"),
        "--format", "hocr,alto", var_dir=champion_var_dir,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    for stem in ("first", "second"):
        for end in (".hocr", ".alto.xml"):
            assert f"{stem}.pdf" in (tmp_path / "out" / f"{stem}{end}").read_text()


def test_a_document_that_fails_writes_nothing(inbox: Path, champion_var_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    done = docflow(
        "process", str(tmp_path / "empty.pdf"), str(inbox / "letter.pdf"), "--output-dir", str(tmp_path / "out"),
        var_dir=champion_var_dir,
    )  # fmt: skip
    assert done.returncode == 1
    assert names(tmp_path / "out") == {"letter.txt"}


def test_a_folder_that_cannot_be_written_to_is_told(inbox: Path, champion_var_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file, not a folder")
    done = docflow(
        "process", str(inbox / "letter.pdf"), "--output-dir", str(tmp_path / "out"), "--json", var_dir=champion_var_dir
    )
    assert json.loads(done.stdout)["error"]["code"] == "output_unwritable"
    assert done.returncode == 6


def test_without_a_promoted_model_outputs_are_written_and_nothing_is_classified(inbox: Path, tmp_path: Path) -> None:
    out, looks = tmp_path / "out", tmp_path / "looks"
    done = docflow(
        "process", str(inbox / "letter.jpg"), "--output-dir", str(out), "--format", "text,pdf", "--overlay", str(looks),
        "--json", var_dir=tmp_path / "var",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Nothing is classified" in done.stderr
    assert "docflow train --promote" in done.stderr
    (told,) = (json.loads(line) for line in done.stdout.splitlines())
    assert told["prediction"] is None
    assert {Path(path).name for path in told["outputs"]} == {"letter.txt", "letter.pdf", "letter-page-1.jpg"}
    assert (out / "letter.txt").read_text().split() == told["text"].split() != []
    again = docflow("process", str(inbox / "letter.jpg"), "--overlay", str(looks), var_dir=tmp_path / "var")
    assert again.returncode == 0, again.stderr
    (row,) = (line.split() for line in again.stdout.splitlines() if "letter.jpg" in line)
    assert row[1:4] == ["–", "–", "eng"]


def test_without_a_promoted_model_a_document_that_fails_still_counts(inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    done = docflow(
        "process", str(tmp_path / "empty.pdf"), str(inbox / "letter.pdf"), "--output-dir", str(tmp_path / "out"),
        var_dir=tmp_path / "var",
    )  # fmt: skip
    assert done.returncode == 1
    assert names(tmp_path / "out") == {"letter.txt"}


def test_without_a_promoted_model_and_outputs_nothing_is_read(inbox: Path, tmp_path: Path) -> None:
    done = docflow("process", str(inbox / "letter.pdf"), var_dir=tmp_path / "var")
    assert done.returncode == 6
    assert "no_champion" in done.stderr
    assert done.stdout == ""


def test_the_smallest_pages_get_all_outputs(champion_var_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name, size, dpi in (("slim", (3, 2000), 100), ("tiny", (40, 40), 1200)):
        Image.new("RGB", size, (200, 220, 210)).save(tmp_path / "in" / f"{name}.png", dpi=(dpi, dpi))
    out, looks = tmp_path / "out", tmp_path / "looks"
    done = docflow(
        "process", str(tmp_path / "in"), "--output-dir", str(out), "--format", "pdf", "--overlay", str(looks),
        var_dir=champion_var_dir, DOCFLOW_OCR__WORKERS="1",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    for name in ("slim", "tiny"):
        subprocess.run(["pdftotext", out / f"{name}.pdf", "-"], capture_output=True, check=True, timeout=60)
        with Image.open(looks / f"{name}-page-1.jpg") as picture:
            picture.load()


@pytest.mark.parametrize(
    ("options", "told"), [(["--output-dir", "out", "--format", "docx"], "docx"), (["--format", "pdf"], "--output-dir")]
)
def test_a_wrong_option_is_refused_before_anything_is_read(
    options: list[str], told: str, inbox: Path, tmp_path: Path
) -> None:
    done = docflow("process", str(inbox), *options, var_dir=tmp_path / "var")
    assert done.returncode == 2
    assert told in done.stderr
    assert not (tmp_path / "var").exists()
