"""Datasets: files with their truth, repeatable; texts for training."""

import hashlib
import io
import json
import resource
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

import docflow.synth
from docflow.errors import OutputUnwritable, RequestError
from docflow.synth import LOOKS, generate, training_texts, write_again, write_dataset
from docflow.synth.dataset import MANIFEST
from docflow.synth.generate import HARDLY_READ, MOST_SEED, NOISE, label_of
from docflow.synth.kinds import KINDS
from docflow.types import UNKNOWN

DPI = 80

SHORT = ["memo", "form"]
"""Kinds of few pages, so that tests stay fast."""


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    write_dataset(out, count=8, seed=2, kinds=SHORT, dpi=DPI)
    return out


def test_equal_arguments_give_equal_bytes(folder: Path, tmp_path: Path) -> None:
    write_dataset(tmp_path, count=8, seed=2, kinds=SHORT, dpi=DPI)
    assert digests(tmp_path) == digests(folder)


def test_another_seed_gives_other_documents(folder: Path, tmp_path: Path) -> None:
    write_dataset(tmp_path, count=2, seed=3, kinds=SHORT, looks=["clean"])
    assert not digests(tmp_path).keys() & (digests(folder).keys() - {MANIFEST})


def test_a_document_is_made_again_by_the_id_that_it_was_learnt_under(tmp_path: Path) -> None:
    taught = next(text for text in training_texts(20, seed=5, noise=[0.0]) if text.metadata["kind"] == "letter")
    (path,) = write_again(tmp_path, [taught.document_id], dpi=DPI)
    truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert (truth["text"], truth["seed"]) == (taught.text, taught.metadata["seed"])


@pytest.mark.parametrize(
    "document_id",
    ["", "letters/1.pdf", "generated letter eng", "generated letter eng x", f"generated letter eng {'9' * 5000}"],
)
def test_nothing_is_written_for_what_is_no_id_of_a_generated_document(document_id: str, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="not the id of a generated document"):
        write_again(tmp_path / "out", ["generated letter eng 1", document_id])
    assert not (tmp_path / "out").exists()


def test_a_document_that_is_asked_for_twice_is_written_once(tmp_path: Path) -> None:
    written = write_again(tmp_path, ["generated memo eng 17", "generated memo eng 017"], dpi=DPI)
    assert [path.name for path in written] == ["memo-eng-17.pdf"]
    assert len((tmp_path / MANIFEST).read_text(encoding="utf-8").splitlines()) == 1


@pytest.mark.parametrize(
    "write",
    [
        lambda out: write_dataset(out, count=2, seed=3, kinds=SHORT, dpi=DPI),
        lambda out: write_again(out, ["generated form eng 1"], dpi=DPI),
    ],
    ids=["another seed", "another document"],
)
def test_a_folder_that_holds_a_data_set_is_refused_and_left_as_it_is(
    folder: Path, write: Callable[[Path], list[Path]]
) -> None:
    before = digests(folder)
    with pytest.raises(RequestError, match=MANIFEST) as caught:
        write(folder)
    assert "new or empty" in caught.value.next_step
    assert digests(folder) == before


def test_a_document_is_not_written_beside_the_same_one_in_another_look(tmp_path: Path) -> None:
    (scan,) = write_again(tmp_path, ["generated form eng 3"], look="photo", dpi=DPI)
    (tmp_path / MANIFEST).unlink()
    before = digests(tmp_path)
    with pytest.raises(RequestError, match=rf"{scan.stem}\.json"):
        write_again(tmp_path, ["generated form eng 3"], dpi=DPI)
    assert digests(tmp_path) == before


def test_documents_of_yours_in_the_same_folder_are_no_hindrance(tmp_path: Path) -> None:
    yours = tmp_path / "form" / "yours.pdf"
    yours.parent.mkdir()
    yours.write_bytes(b"%PDF-1.7")
    write_again(tmp_path, ["generated form eng 3"], dpi=DPI)
    assert yours.read_bytes() == b"%PDF-1.7"


def test_a_document_that_does_not_fit_on_the_disk_leaves_nothing_and_the_others_whole(tmp_path: Path) -> None:
    small, large = "generated memo rus 17", "generated form eng 3"
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
    sizes = [path.stat().st_size for path in write_again(tmp_path / "whole", [small, large], dpi=DPI)]
    assert sizes[0] < sizes[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (sum(sizes) // 2, allowed[1]))
    try:
        with pytest.raises(OutputUnwritable, match="File too large"):
            write_again(tmp_path / "cut", [small, large], dpi=DPI)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, allowed)
    files = sorted(path.name for path in (tmp_path / "cut").rglob("*") if path.is_file())
    assert files == [MANIFEST, "memo-rus-17.json", "memo-rus-17.pdf"]
    assert len((tmp_path / "cut" / MANIFEST).read_text(encoding="utf-8").splitlines()) == 1


def test_a_document_comes_to_its_place_whole_and_after_its_truth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed: list[str] = []
    replace = Path.replace

    def recorded(self: Path, target: Path) -> Path:
        placed.append(target.suffix)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", recorded)
    write_again(tmp_path, ["generated form eng 3"], dpi=DPI)
    assert placed == [".json", ".pdf"]


@pytest.mark.parametrize("name", ["/proc/nothing", "n" * 300, "blocked"])
def test_a_folder_that_refuses_files_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked" / "memo").touch()
    with pytest.raises(OutputUnwritable, match=name):
        write_again(tmp_path / name, ["generated memo eng 1"], dpi=DPI)
    assert digests(tmp_path).keys() == {"blocked/memo"}


@pytest.mark.parametrize("seed", [-1, MOST_SEED + 1])
def test_what_is_no_seed_is_refused_before_anything_is_made(tmp_path: Path, seed: int) -> None:
    with pytest.raises(RequestError, match="no seed"):
        write_dataset(tmp_path / "out", count=1, seed=seed)
    with pytest.raises(RequestError, match="no seed"):
        list(training_texts(0, seed=seed))
    assert not (tmp_path / "out").exists()


def test_documents_of_the_highest_seed_are_made_and_made_again(tmp_path: Path) -> None:
    (text,) = training_texts(1, seed=MOST_SEED, noise=[0.0])
    (path,) = write_again(tmp_path, [text.document_id], look="scan", dpi=DPI)
    assert json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["text"] == text.text


def test_every_file_is_what_its_truth_says(folder: Path) -> None:
    truths = sorted(folder.rglob("*.json"))
    assert len(truths) == 8
    for path in truths:
        truth = json.loads(path.read_text(encoding="utf-8"))
        (file,) = (p for p in path.parent.glob(f"{path.stem}.*") if p.suffix != ".json")
        assert path.parent.name == truth["kind"]
        assert truth["look"] in LOOKS
        first = truth["pages"][0]
        if file.suffix == ".pdf":
            pdf = pypdfium2.PdfDocument(file.read_bytes())
            assert len(pdf) == len(truth["pages"])
            width, height = (side * DPI / 72 for side in pdf[0].get_size())
            pdf.close()
        else:
            width, height = Image.open(io.BytesIO(file.read_bytes())).size
        assert (first["width"], first["height"]) == pytest.approx((width, height), abs=1)
        for page in truth["pages"]:
            for word in page["words"]:
                x0, y0, x1, y1 = word["box"]
                assert -DPI <= x0 < x1 <= page["width"] + DPI
                assert -DPI <= y0 < y1 <= page["height"] + DPI
        document = generate(truth["kind"], truth["language"], seed=truth["seed"])
        assert truth["text"] == document.text
        assert truth["fields"] == dict(document.fields)


def test_the_manifest_has_a_line_for_every_document(folder: Path) -> None:
    lines = [json.loads(line) for line in (folder / MANIFEST).read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 8
    assert all((folder / line["path"]).is_file() for line in lines)
    assert {line["language"] for line in lines} == {"eng", "rus"}


def test_only_receipts_come_on_thermal_paper(tmp_path: Path) -> None:
    write_dataset(tmp_path, count=12, seed=6, kinds=["receipt", "memo"], looks=["clean", "thermal"], dpi=DPI)
    lines = [json.loads(line) for line in (tmp_path / MANIFEST).read_text(encoding="utf-8").splitlines()]
    assert {line["kind"] for line in lines if line["look"] == "thermal"} == {"receipt"}


def test_the_manifest_is_on_the_disk_after_each_document(tmp_path: Path) -> None:
    lines: list[int] = []

    def count(_done: int, _total: int) -> None:
        lines.append(len((tmp_path / MANIFEST).read_text(encoding="utf-8").splitlines()))

    write_again(tmp_path, ["generated form eng 3", "generated memo rus 17"], dpi=DPI, progress=count)
    assert lines == [1, 2]


def test_progress_is_told_after_each_document(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_dataset(
        tmp_path,
        count=2,
        seed=1,
        kinds=["memo"],
        looks=["clean"],
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(1, 2), (2, 2)]


def test_by_default_a_folder_holds_what_a_classifier_names(tmp_path: Path) -> None:
    labels = {kind for kind in KINDS if label_of(kind) == kind}
    paths = write_dataset(tmp_path, count=2 * len(labels), seed=4, looks=["clean"], dpi=DPI)
    assert {path.parent.name for path in paths} == labels


@pytest.mark.parametrize(("kinds", "languages"), [(["novel"], ["eng"]), (None, ["deu"]), (None, [])])
def test_what_is_not_made_is_refused(tmp_path: Path, kinds: list[str] | None, languages: list[str]) -> None:
    with pytest.raises(RequestError):
        write_dataset(tmp_path, count=1, seed=1, kinds=kinds, languages=languages)


def test_a_kind_that_is_not_made_is_refused_with_those_that_are() -> None:
    with pytest.raises(RequestError) as caught:
        generate("novel", "eng", seed=1)
    assert "memo" in caught.value.next_step


def test_training_texts_repeat_by_seed_and_differ_between_seeds() -> None:
    first, again, other = ([t.text for t in training_texts(30, seed=seed)] for seed in (1, 1, 2))
    assert first == again
    assert not set(first) & set(other)


def test_training_texts_are_of_all_labels_in_both_languages_with_some_of_none() -> None:
    texts = list(training_texts(300, seed=1))
    assert {text.label for text in texts} == {"invoice", "receipt", "contract", "letter", UNKNOWN}
    assert {text.language for text in texts} == {"eng", "rus"}
    assert 0.15 < sum(text.label == UNKNOWN for text in texts) / len(texts) < 0.5
    assert all(text.group.partition("/")[0] == text.metadata["kind"] for text in texts)
    assert {text.metadata["noise"] for text in texts} == set(NOISE)


def test_where_it_is_asked_for_a_share_of_training_texts_is_hardly_read_and_says_so() -> None:
    texts, clear = (list(training_texts(300, seed=1, unread=share)) for share in (HARDLY_READ, 0.0))
    is_unread = [text.metadata["hardly_read"] for text in texts]
    assert 0.12 < sum(is_unread) / len(texts) < 0.28
    assert [text.text != whole.text for text, whole in zip(texts, clear, strict=True)] == is_unread


def test_a_training_texts_id_says_how_to_make_its_document_again() -> None:
    texts = list(training_texts(20, seed=3, noise=[0.0]))
    assert len({text.document_id for text in texts}) == 20
    for text in texts:
        word, kind, language, seed = text.document_id.split()
        assert word == "generated"
        assert generate(kind, language, seed=int(seed)).text == text.text


def test_the_packages_public_names_exist() -> None:
    assert all(hasattr(docflow.synth, name) for name in docflow.synth.__all__)
