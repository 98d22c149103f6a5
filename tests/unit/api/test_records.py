"""What was said about texts is stored in groups: whoever comes while one is written goes along in the next."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from docflow.api.records import MOST_TEXTS, Records
from docflow.errors import DatabaseUnavailable
from docflow.store import Said
from docflow.types import ModelRef, Prediction

SAID = [Prediction("invoice", 0.6, True, {}, ModelRef("docflow", version, version)) for version in ("1", "2")]


class Saved:
    """Groups in the order in which they were written; each write waits until it may go on."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.go_on = threading.Event()
        self.fails = False

    def __call__(self, said: Sequence[Said]) -> None:
        self.groups.append([f"{text} {one.model.version}" for text, one in said])
        assert self.go_on.wait(5)
        if self.fails:
            raise DatabaseUnavailable("the database does not answer")


async def begun(saved: Saved, groups: int) -> None:
    """Return once so many groups were begun."""
    for _ in range(500):
        if len(saved.groups) == groups:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(saved.groups)


def test_texts_that_come_while_others_are_written_are_written_together() -> None:
    saved = Saved()

    async def many() -> None:
        records = Records(saved)
        first = asyncio.create_task(records.store("a", SAID))
        await begun(saved, 1)
        others = [asyncio.create_task(records.store(name, SAID[:1])) for name in "bcd"]
        await asyncio.sleep(0)
        saved.go_on.set()
        await asyncio.gather(first, *others)
        await records.store("e", SAID[:1])
        records.close()

    asyncio.run(many())
    assert saved.groups == [["a 1", "a 2"], ["b 1", "c 1", "d 1"], ["e 1"]]


def test_no_group_is_larger_than_others_may_wait_for() -> None:
    saved = Saved()
    saved.go_on.set()

    async def many() -> None:
        records = Records(saved)
        await asyncio.gather(*(records.store(str(n), SAID[:1]) for n in range(MOST_TEXTS + 1)))
        records.close()

    asyncio.run(many())
    assert [len(group) for group in saved.groups] == [MOST_TEXTS, 1]


def test_a_group_that_cannot_be_written_fails_for_all_in_it_and_the_next_is_tried() -> None:
    saved = Saved()
    saved.fails = True
    saved.go_on.set()

    async def many() -> None:
        records = Records(saved)
        for failed in await asyncio.gather(*(records.store(name, SAID) for name in "ab"), return_exceptions=True):
            assert isinstance(failed, DatabaseUnavailable)
        saved.fails = False
        await records.store("c", SAID[:1])
        records.close()

    asyncio.run(many())
    assert saved.groups == [["a 1", "a 2", "b 1", "b 2"], ["c 1"]]


@pytest.mark.parametrize("others", ["", "b"])
def test_who_gives_up_before_its_group_is_begun_is_not_stored(others: str) -> None:
    saved = Saved()

    async def give_up() -> None:
        records = Records(saved)
        first = asyncio.create_task(records.store("a", SAID[:1]))
        await begun(saved, 1)
        following = [asyncio.create_task(records.store(name, SAID[:1])) for name in others]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(records.store("c", SAID[:1]), 0.05)
        saved.go_on.set()
        await asyncio.gather(first, *following, *(task for task in [records._writing] if task))
        records.close()

    asyncio.run(give_up())
    assert saved.groups == [["a 1"], *([f"{name} 1"] for name in others)]
