"""Shards of rendered lines: kept, the same again, and whole or not there."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from docflow.errors import TrainingDataError
from docflow.line_learning import RenderedShards, rendered
from docflow.line_learning.shards import EDITION, load_shard, parted, write_shard


def test_a_shard_has_the_seeds_lines_and_is_kept(tmp_path: Path) -> None:
    with RenderedShards(tmp_path, seed=4, count=2, lines=6) as shards:
        first = shards(0)
        kept = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*0000.npz")}
        again = shards(2)
    expected = rendered(6, seed=4)
    for lines in (first, again):
        assert list(lines.texts) == list(expected.texts)
        assert all(np.array_equal(a, b) for a, b in zip(lines.pictures, expected.pictures, strict=True))
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*0000.npz")} == kept


def test_the_next_shard_goes_on_where_the_one_before_ended(tmp_path: Path) -> None:
    with RenderedShards(tmp_path, seed=4, count=2, lines=5) as shards:
        texts = [*shards(0).texts, *shards(1).texts]
    assert texts == list(rendered(10, seed=4).texts)
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("lines", "expected"), [(0, (1, 0)), (1, (1, 1)), (4096, (1, 4096)), (5000, (2, 2500)), (245_760, (60, 4096))]
)
def test_as_many_lines_as_are_wanted_are_parted_equally(lines: int, expected: tuple[int, int]) -> None:
    assert parted(lines) == expected


def test_a_shard_that_is_there_is_not_rendered_again(tmp_path: Path) -> None:
    path = tmp_path / "shard.npz"
    write_shard(path, seed=1, start=0, count=3)
    before = path.read_bytes()
    write_shard(path, seed=2, start=0, count=3)
    assert path.read_bytes() == before
    assert len(load_shard(path)) == 3


@pytest.mark.parametrize("left", [0, 0.5, 0.99])
def test_a_damaged_shard_is_rendered_again(tmp_path: Path, left: float) -> None:
    with RenderedShards(tmp_path, seed=4, count=1, lines=5, renderers=0) as shards:
        expected = shards(0).texts
        (path,) = tmp_path.glob("*.npz")
        whole = path.read_bytes()
        path.write_bytes(whole[: int(left * len(whole))])
        with pytest.raises(TrainingDataError, match=path.name):
            load_shard(path)
        assert shards(0).texts == expected
    assert path.read_bytes() == whole


def test_the_texts_of_a_seed_change_with_the_edition_alone() -> None:
    texts = "\n".join(rendered(40, seed=1).texts)
    told = "texts that a seed draws have changed: raise EDITION, and write down their digest here"
    assert (EDITION, hashlib.sha256(texts.encode()).hexdigest()[:16]) == (1, "790eb2cdb7a01f94"), told


def test_shards_that_another_edition_left_are_not_learnt_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier, RenderedShards(tmp_path, seed=4, count=1, lines=3, renderers=0) as shards:
        earlier.setattr("docflow.line_learning.shards.EDITION", EDITION - 1)
        shards(0)
        (path,) = tmp_path.glob("*.npz")
        path.unlink()
        write_shard(path, seed=9, start=0, count=3)
    with RenderedShards(tmp_path, seed=4, count=1, lines=3, renderers=0) as shards:
        assert list(shards(0).texts) == list(rendered(3, seed=4).texts)


def test_several_processes_render_the_same_shards_ahead(tmp_path: Path) -> None:
    with RenderedShards(tmp_path, seed=4, count=3, lines=4, renderers=2) as shards:
        texts = [text for number in range(4) for text in shards(number).texts]
    expected = list(rendered(12, seed=4).texts)
    assert texts == expected + expected[:4]
    assert len(list(tmp_path.glob("*.npz"))) == 3
    assert not list(tmp_path.glob("*.part"))
