from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
import skops.io
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline

from docflow.classify import TrainedModel, digest_of, load, save
from docflow.classify.files import DESCRIPTION_FILE, LARGEST_MODEL, PIPELINE_FILE
from docflow.errors import DigestMismatch, ModelFileError


@pytest.fixture
def folder(trained: TrainedModel, tmp_path: Path) -> Path:
    save(trained, tmp_path / "model")
    return tmp_path / "model"


def load_as_it_is(folder: Path) -> None:
    load(folder, name="kinds", version="1", digest=digest_of(folder))


def test_saving_gives_the_digest_of_the_folder(trained: TrainedModel, tmp_path: Path) -> None:
    assert save(trained, tmp_path / "a") == digest_of(tmp_path / "a") == save(trained, tmp_path / "b")


def test_a_loaded_model_is_the_saved_one(trained: TrainedModel, folder: Path) -> None:
    loaded = load(folder, name="kinds", version="1", digest=digest_of(folder))
    assert (loaded.labels, loaded.threshold) == (trained.labels, trained.threshold)
    assert loaded.model.digest == digest_of(folder)


@pytest.mark.parametrize("name", [PIPELINE_FILE, DESCRIPTION_FILE])
def test_a_changed_byte_is_refused(folder: Path, name: str) -> None:
    digest = digest_of(folder)
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(DigestMismatch) as caught:
        load(folder, name="kinds", version="1", digest=digest)
    assert caught.value.detail["recorded"] == digest


def test_a_renamed_or_added_file_changes_the_digest(folder: Path) -> None:
    digest = digest_of(folder)
    (folder / "extra").write_bytes(b"")
    added = digest_of(folder)
    (folder / "extra").rename(folder / "other")
    assert len({digest, added, digest_of(folder)}) == 3


def test_the_digest_is_verified_before_anything_is_parsed(folder: Path) -> None:
    (folder / PIPELINE_FILE).write_bytes(b"not a model")
    with pytest.raises(DigestMismatch):
        load(folder, name="kinds", version="1", digest="0" * 64)


def test_a_missing_or_empty_folder_is_no_model(tmp_path: Path) -> None:
    for nothing in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ModelFileError, match="missing or empty"):
            digest_of(nothing)


@pytest.mark.parametrize("name", [PIPELINE_FILE, DESCRIPTION_FILE])
def test_a_folder_without_one_of_its_files_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelFileError, match=name):
        load_as_it_is(folder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (PIPELINE_FILE, b"not a zip"),
        (DESCRIPTION_FILE, b"not JSON"),
        (DESCRIPTION_FILE, b'{"labels": ["a", "b"]}'),
        (DESCRIPTION_FILE, b'{"labels": ["a", "b"], "threshold": 7, "training": {}}'),
    ],
)
def test_files_that_make_no_model_are_refused(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(ModelFileError):
        load_as_it_is(folder)


def test_an_archive_without_its_schema_is_refused(folder: Path) -> None:
    with zipfile.ZipFile(folder / PIPELINE_FILE, "w") as archive:
        archive.writestr("something", "else")
    with pytest.raises(ModelFileError, match="does not load"):
        load_as_it_is(folder)


@pytest.mark.parametrize("version", ["features_version", "layout_version"])
def test_a_model_of_other_features_is_refused_with_what_to_do(folder: Path, version: str) -> None:
    described = json.loads((folder / DESCRIPTION_FILE).read_text())
    described["training"][version] = 0
    (folder / DESCRIPTION_FILE).write_text(json.dumps(described))
    with pytest.raises(ModelFileError, match="another version") as caught:
        load_as_it_is(folder)
    assert "docflow train" in caught.value.next_step


def test_labels_that_do_not_fit_the_pipeline_are_refused(folder: Path) -> None:
    described = json.loads((folder / DESCRIPTION_FILE).read_text())
    described["labels"] = ["receipt", "invoice"]
    (folder / DESCRIPTION_FILE).write_text(json.dumps(described))
    with pytest.raises(ModelFileError, match="different labels"):
        load_as_it_is(folder)


def test_a_type_that_skops_trusts_but_we_do_not_is_refused(folder: Path) -> None:
    foreign = Pipeline([("forest", RandomForestClassifier())])
    skops.io.dump(foreign, folder / PIPELINE_FILE)
    with pytest.raises(ModelFileError, match="RandomForestClassifier"):
        load_as_it_is(folder)


def test_a_function_in_a_model_file_is_refused(folder: Path) -> None:
    skops.io.dump({"run": print}, folder / PIPELINE_FILE)
    with pytest.raises(ModelFileError, match="print"):
        load_as_it_is(folder)


def test_a_model_file_that_is_no_pipeline_is_refused(folder: Path) -> None:
    skops.io.dump({"a": "b"}, folder / PIPELINE_FILE)
    with pytest.raises(ModelFileError, match="no pipeline"):
        load_as_it_is(folder)


def test_an_unfitted_pipeline_is_refused(folder: Path, trained: TrainedModel) -> None:
    linear = type(trained.pipeline["linear"])()
    skops.io.dump(Pipeline([("linear", linear)]), folder / PIPELINE_FILE)
    with pytest.raises(ModelFileError):
        load_as_it_is(folder)


def test_a_folder_far_larger_than_a_model_is_not_read(folder: Path) -> None:
    with (folder / "huge").open("wb") as huge:
        huge.truncate(LARGEST_MODEL + 1)
    with pytest.raises(ModelFileError, match="larger than"):
        digest_of(folder)
