"""Rules of thumb vote where they fit, and a file of them that is wrong is told what is wrong."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from docflow.errors import SettingsError
from docflow.labels.functions import (
    Evidence,
    LayoutRule,
    ModelVote,
    PatternRule,
    SameSender,
    SenderRule,
    read_rules,
)
from docflow.synth import training_texts
from docflow.types import UNKNOWN

SHIPPED = Path(__file__).parents[3] / "config" / "labelling.toml"


def test_a_pattern_votes_where_enough_is_found_and_nothing_speaks_against_it() -> None:
    rule = PatternRule(name="r", label="invoice", any=(r"\binvoice\b", r"^due"), none=("receipt",), least=2)
    assert rule.vote(Evidence("INVOICE 7\nDue tomorrow")) == "invoice"
    assert rule.vote(Evidence("INVOICE 7\nis due")) is None
    assert rule.vote(Evidence("INVOICE 7\nDue tomorrow\nReceipt")) is None


@pytest.mark.parametrize(
    ("bounds", "fits"),
    [
        ({"least_height_by_width": 2.0}, True),
        ({"least_height_by_width": 2.1}, False),
        ({"most_pages": 1, "least_words": 4, "most_words": 4}, True),
        ({"least_pages": 2}, False),
        ({"least_share_of_amounts": 0.5}, True),
        ({"least_share_of_amounts": 0.6}, False),
    ],
)
def test_a_layout_votes_within_all_of_its_bounds(bounds: dict[str, float], fits: bool) -> None:
    evidence = Evidence("milk 1,50\nthank you", pages=1, width=100, height=200)
    assert LayoutRule(name="l", label="receipt", **bounds).vote(evidence) == ("receipt" if fits else None)


def test_a_page_without_words_or_size_fits_no_layout() -> None:
    assert LayoutRule(name="l", label="receipt", most_words=10).vote(Evidence(" \n ", width=1, height=3)) is None
    assert LayoutRule(name="l", label="receipt", least_height_by_width=1).vote(Evidence("word")) is None


@pytest.mark.parametrize(
    ("line", "is_amount"),
    [
        ("milk 1,50", True),
        ("1 234 567.89 EUR", True),
        ("12 .50  *A", True),
        ("12.50 in all", False),
        ("page 3 of 4", False),
        ("12.5", False),
        ("a.50", False),
    ],
)
def test_a_line_ends_with_an_amount_or_not(line: str, is_amount: bool) -> None:
    assert Evidence(f"{line}\n \n").share_of_amounts == is_amount


@pytest.mark.parametrize("text", ["7 " * 20_000, "7" * 40_000, "\n" * 40_000 + "x", "1.00 " * 8_000 + "and more"])
def test_no_text_holds_the_rules_that_come_along_up(text: str) -> None:
    rules, evidence = read_rules(SHIPPED), Evidence(text, width=100, height=140)
    began = time.perf_counter()
    for rule in rules:
        rule.vote(evidence)
    assert time.perf_counter() - began < 1


def test_a_sender_is_looked_for_in_the_letterhead_and_in_the_files_name() -> None:
    rule = SenderRule(name="s", label="invoice", any=("acme",))
    assert rule.vote(Evidence("ACME Ltd. 12\nDear all")) == "invoice"
    assert rule.vote(Evidence("Other\nACME Ltd.", filename="acme-7.pdf")) == "invoice"
    assert rule.vote(Evidence("Other\nACME Ltd.", filename="b.pdf")) is None


@pytest.mark.parametrize(
    ("text", "letterhead"),
    [("\n 12.07 \nACME Ltd. No 7\n", "acme ltd no"), ("ООО «Вектор»\nх", "ооо вектор"), ("1 2\na b", ""), ("", "")],
)
def test_the_letterhead_is_the_first_line_with_a_word(text: str, letterhead: str) -> None:
    assert Evidence(text).letterhead == letterhead


def test_a_sender_that_people_always_called_the_same_votes_for_that() -> None:
    acme, bolt = Evidence("ACME 1"), Evidence("Bolt 1")
    labelled = [(acme, "invoice")] * 3 + [(bolt, "invoice")] * 3 + [(bolt, "letter")]
    senders = SameSender.learnt([*labelled, *[(Evidence("1"), "letter")] * 5])
    assert senders.vote(Evidence("ACME 99\nother")) == "invoice"
    assert senders.vote(bolt) is None
    assert senders.vote(Evidence("2")) is None
    assert senders.vote(Evidence("Nobody")) is None


def test_what_a_sender_was_learnt_from_does_not_vote_for_itself() -> None:
    three = SameSender.learnt([(Evidence("ACME 1"), "invoice")] * 3)
    assert three.vote_on_learnt(Evidence("ACME 1"), "invoice") is None
    four = SameSender.learnt([(Evidence("ACME 1"), "invoice")] * 4)
    assert four.vote_on_learnt(Evidence("ACME 1"), "invoice") == "invoice"


def test_the_model_votes_where_it_was_sure() -> None:
    assert ModelVote().vote(Evidence("x", said="letter")) == "letter"
    assert ModelVote().vote(Evidence("x")) is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[[pattern]", "no TOML"),
        ("[[pattern]]\nname = 'a'\nlabel = 'b'\nany = ['(']", "pattern.0.any: Value error, no regular expression"),
        ("[[pattern]]\nname = 'a'\nlabel = 'b'\nany = ['x']\nleats = 2", "pattern.0.leats: Extra inputs"),
        ("[[layout]]\nname = 'a'\nlabel = ' '", "layout.0.label: Value error, a label has 1 to 100"),
        ("[[layout]]\nname='a'\nlabel='b'\n[[sender]]\nname='a'\nlabel='b'\nany=['x']", "have the same name: a"),
    ],
)
def test_a_file_of_rules_that_is_wrong_is_told_why(content: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(content)
    with pytest.raises(SettingsError, match=told):
        read_rules(path)
    with pytest.raises(SettingsError, match=r"none\.toml cannot be read: No such file"):
        read_rules(tmp_path / "none.toml")


def test_the_rules_that_come_along_are_mostly_right_about_generated_documents() -> None:
    rules = read_rules(SHIPPED)
    right, votes = Counter[str](), Counter[str]()
    for sample in training_texts(600, seed=5):
        if sample.label == UNKNOWN:
            continue
        for rule in rules:
            label = rule.vote(Evidence(sample.text))
            if label is not None:
                votes[rule.name] += 1
                right[rule.name] += label == sample.label
    assert set(votes) >= {rule.name for rule in rules if "words" in rule.name}
    assert right.total() / votes.total() > 0.85
    assert all(right[name] / votes[name] > 0.8 for name in votes if "words" in name)
