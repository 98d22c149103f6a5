"""Shards of rendered lines: kept, the same again, and whole or not there."""

from pathlib import Path

import numpy as np

from docflow.line_learning import RenderedShards, rendered
from docflow.line_learning.shards import load_shard, write_shard


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


def test_a_shard_that_is_there_is_not_rendered_again(tmp_path: Path) -> None:
    path = tmp_path / "shard.npz"
    write_shard(path, seed=1, start=0, count=3)
    before = path.read_bytes()
    write_shard(path, seed=2, start=0, count=3)
    assert path.read_bytes() == before
    assert len(load_shard(path)) == 3


def test_several_processes_render_the_same_shards_ahead(tmp_path: Path) -> None:
    with RenderedShards(tmp_path, seed=4, count=3, lines=4, renderers=2) as shards:
        texts = [text for number in range(4) for text in shards(number).texts]
    expected = list(rendered(12, seed=4).texts)
    assert texts == expected + expected[:4]
    assert len(list(tmp_path.glob("*.npz"))) == 3
    assert not list(tmp_path.glob("*.part"))
