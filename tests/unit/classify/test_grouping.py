"""A split divides neither sources nor near duplicates."""

from __future__ import annotations

import itertools
import random

from docflow.classify import grouped, hold_out
from docflow.types import LabelledText

WORDS = ["".join(letters) for letters in itertools.product("abcdefghijklmno", repeat=3)]


def text(seed: int, *, count: int = 200) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=count))


def misread(original: str, *, seed: int, share: float = 0.03) -> str:
    rng = random.Random(seed)
    return " ".join(word if rng.random() > share else "smudge" for word in original.split())


def sample(content: str, group: str = "") -> LabelledText:
    return LabelledText(content, "letter", "eng", group=group)


def test_samples_of_one_source_are_one_group() -> None:
    assert grouped([sample(text(1), "acme"), sample(text(2), "zenith"), sample(text(3), "acme")]) == [
        "acme",
        "zenith",
        "acme",
    ]


def test_near_duplicates_are_one_group_though_nobody_names_a_source() -> None:
    groups = grouped([sample(text(1)), sample(text(2)), sample(misread(text(1), seed=5))])
    assert groups[0] == groups[2] != groups[1]


def test_a_duplicate_joins_the_sources_that_it_lies_between() -> None:
    groups = grouped([sample(text(1), "acme"), sample(text(2), "zenith"), sample(misread(text(1), seed=5), "zenith")])
    assert len(set(groups)) == 1


def test_short_and_empty_texts_are_nobodys_duplicates() -> None:
    assert len(set(grouped([sample(""), sample(""), sample("thank you"), sample("thank you")]))) == 4


def test_whole_groups_are_held_out_about_one_in_so_many() -> None:
    samples = [sample(text(number), f"source {number % 50}") for number in range(300)]
    learnt, held = hold_out(samples, one_in=5)
    assert len(learnt) + len(held) == 300
    assert not {s.group for s in learnt} & {s.group for s in held}
    assert 20 <= len(held) <= 110


def test_what_is_held_out_stays_so_when_more_comes() -> None:
    samples = [sample(text(number), f"source {number % 50}") for number in range(100)]
    before = {s.group for s in hold_out(samples, one_in=5)[1]}
    more = [*samples, *(sample(text(number), f"new {number % 50}") for number in range(100, 200))]
    assert before == {s.group for s in hold_out(more, one_in=5)[1] if not s.group.startswith("new")}


def test_a_label_of_one_source_is_never_held_out_whole() -> None:
    samples = [sample(text(number), f"source {number}") for number in range(60)]
    alone = [[*samples, LabelledText(text(99), "permit", "eng", group=f"office {number}")] for number in range(30)]
    assert all("permit" in {s.label for s in hold_out(each, one_in=5)[0]} for each in alone)
