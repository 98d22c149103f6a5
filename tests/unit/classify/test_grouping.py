"""A split divides neither sources nor near duplicates."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

from docflow.classify import LEAST_PER_LABEL, apart_from, hold_out
from docflow.classify.grouping import fair_groups, near_duplicates, sources_of
from docflow.types import LabelledText

FORM = (
    "the tenant shall pay the landlord on the first day of each month the sum that both have agreed upon in writing "
    * 3
)


def text(words: str, *, source: str = "") -> LabelledText:
    return LabelledText(words, "letter", "eng", source=source)


def test_two_fillings_of_one_form_are_near_duplicates() -> None:
    assert near_duplicates([f"{FORM} 12 May 2024", "nothing of the kind at all", f"{FORM} 31 May 1999"]) == [(0, 2)]


def test_texts_without_words_are_nobodys_duplicates() -> None:
    assert near_duplicates(["", "---", ""]) == []


def test_groups_join_sources_and_near_duplicates_in_chains() -> None:
    samples = [
        text("one two three four", source="mill"),
        text(FORM, source="mill"),
        text(FORM),
        text("alone here today"),
    ]
    assert fair_groups(samples) == [0, 0, 0, 1]


WORDS = ["".join(letters) for letters in itertools.product("abcdefghijklmno", repeat=3)]


def random_text(seed: int) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=200))


def sample(content: str, group: str = "") -> LabelledText:
    return LabelledText(content, "letter", "eng", group=group)


def test_whole_groups_are_held_out_about_one_in_so_many() -> None:
    samples = [sample(random_text(number), f"source {number % 50}") for number in range(300)]
    learnt, held = hold_out(samples, one_in=5)
    assert len(learnt) + len(held) == 300
    assert not {s.group for s in learnt} & {s.group for s in held}
    assert 20 <= len(held) <= 110


def test_what_is_held_out_stays_so_when_more_comes() -> None:
    samples = [sample(random_text(number), f"source {number % 50}") for number in range(100)]
    before = {s.group for s in hold_out(samples, one_in=5)[1]}
    more = [*samples, *(sample(random_text(number), f"new {number % 50}") for number in range(100, 200))]
    assert before == {s.group for s in hold_out(more, one_in=5)[1] if not s.group.startswith("new")}


def test_a_label_of_one_source_is_never_held_out_whole() -> None:
    samples = [sample(random_text(number), f"source {number}") for number in range(60)]
    alone = [
        [*samples, LabelledText(random_text(99), "permit", "eng", group=f"office {number}")] for number in range(30)
    ]
    assert all("permit" in {s.label for s in hold_out(each, one_in=5)[0]} for each in alone)


def test_a_label_is_held_out_only_where_enough_of_it_is_left_to_learn() -> None:
    others = [sample(random_text(number), f"source {number}") for number in range(60)]
    for number in range(40):
        few = [
            LabelledText(random_text(100 + 10 * number + n), "permit", "eng", group=f"office {number}-{n}")
            for n in range(LEAST_PER_LABEL)
        ]
        learnt, _ = hold_out([*others, *few], one_in=5)
        assert sum(s.label == "permit" for s in learnt) == LEAST_PER_LABEL


def test_a_source_with_a_label_that_is_needed_is_learnt_whole() -> None:
    others = [sample(random_text(number), f"source {number}") for number in range(60)]
    memos = [LabelledText(random_text(100 + number), "memo", "eng", group=f"office {number}") for number in range(4)]
    for number in range(40):
        mixed = [
            LabelledText(random_text(200 + row), label, "eng", group=f"vendor {number}")
            for row, label in enumerate(("letter", "memo", "letter", "memo"))
        ]
        learnt, held = hold_out([*others, *memos, *mixed], one_in=5)
        assert not {s.group for s in learnt} & {s.group for s in held}
        assert sum(s.label == "memo" for s in learnt) >= LEAST_PER_LABEL


def test_near_duplicates_among_real_samples_have_one_source_and_generated_ones_keep_their_groups() -> None:
    real = [sample(random_text(1), "ann"), sample(random_text(1) + " more", "bob"), sample(random_text(2), "cid")]
    made = [replace(sample(random_text(1), f"layout {number}"), is_generated=True) for number in range(2)]
    first, second, third, *layouts = sources_of([*real, *made]).tolist()
    assert first == second != third
    assert layouts == ["layout 0", "layout 1"]


def test_what_is_apart_shares_no_source_and_no_text() -> None:
    held = [sample(random_text(1), "ann")]
    same_source, near, apart = sample(random_text(2), "ann"), sample(random_text(1) + " more", "bob"), sample("x y z")
    assert apart_from([same_source, near, apart], held) == [apart]
