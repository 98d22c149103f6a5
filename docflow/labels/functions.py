"""Labelling functions: rules of thumb that say what a document is, or nothing. Each is weak; together they are not.

The patterns, layout cues and senders come from a TOML file, which is the operator's to write. Programmatic labelling is
described by Ratner et al., Data Programming (2016).
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from docflow.errors import RequestError, SettingsError
from docflow.labels.names import valid_label

MOST_CHARACTERS = 20_000
"""As much of a text is looked at: the kind of a document stands on its first pages."""

LEAST_OF_A_SENDER = 3
"""Documents of one sender that people labelled alike, from which on its next is taken for the same."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a document beside its label; `width` and `height` are its first page's, in pixels or points.

    `said` is what the model in force said, None where it was not sure.
    """

    text: str
    filename: str = ""
    pages: int = 1
    width: int = 0
    height: int = 0
    said: str | None = None

    @property
    def letterhead(self) -> str:
        """The first line with a word in it, in small letters and without digits: mostly, who sent the document."""
        lines = (LEAVE_OUT.sub(" ", line).split() for line in self.text[:MOST_CHARACTERS].splitlines())
        return next((" ".join(words).lower() for words in lines if max(map(len, words), default=0) > 2), "")

    @property
    def share_of_amounts(self) -> float:
        """The share of the lines with anything in them that end with an amount, and four characters more at most."""
        lines = [line for line in self.text[:MOST_CHARACTERS].splitlines() if line.strip()]
        return sum(AMOUNT_AT_END.search(line) is not None for line in lines) / max(len(lines), 1)


LEAVE_OUT = re.compile(r"[\W\d_]+")

AMOUNT_AT_END = re.compile(r"\d *[.,]\d{2}\s*\S{0,4}$")
"""One digit before the point is enough to know an amount by; a run of them takes quadratic time on a line of digits."""


class LabellingFunction(Protocol):
    """A rule of thumb under a name of its own."""

    @property
    def name(self) -> str:
        """What it is called in the labels that rest on it."""
        ...

    def vote(self, evidence: Evidence) -> str | None:
        """What the document is; None where the rule says nothing of it."""
        ...


class Rule(BaseModel):
    """What every rule of the file has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    label: str

    @field_validator("label")
    @classmethod
    def _is_a_label(cls, label: str) -> str:
        try:
            return valid_label(label)
        except RequestError as error:
            raise ValueError(error.message) from error


def compiled(patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """The regular expressions, in any case of letters; `ValueError` for one that is none."""
    try:
        return tuple(re.compile(pattern, re.IGNORECASE | re.MULTILINE) for pattern in patterns)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error


class PatternRule(Rule):
    """Votes where `least` of the expressions `any` are found in the text, and none of `none`."""

    any: tuple[str, ...] = Field(min_length=1)
    none: tuple[str, ...] = ()
    least: int = Field(1, ge=1)

    @field_validator("any", "none")
    @classmethod
    def _are_expressions(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        compiled(patterns)
        return patterns

    def vote(self, evidence: Evidence) -> str | None:
        """The label where the patterns are found."""
        text = evidence.text[:MOST_CHARACTERS]
        found = sum(pattern.search(text) is not None for pattern in compiled(self.any))
        spoilt = any_of(compiled(self.none), text)
        return self.label if found >= self.least and not spoilt else None


class LayoutRule(Rule):
    """Votes where the document's shape lies within all of the bounds that are set."""

    least_height_by_width: float | None = None
    least_pages: int | None = None
    most_pages: int | None = None
    least_words: int | None = None
    most_words: int | None = None
    least_share_of_amounts: float | None = Field(None, description="Share of lines that end with an amount.")

    def vote(self, evidence: Evidence) -> str | None:
        """The label where the shape is within the bounds."""
        words = len(evidence.text.split())
        amounts = 0.0 if self.least_share_of_amounts is None else evidence.share_of_amounts
        slender = evidence.height / evidence.width if evidence.width else 0.0
        bounds = (
            (self.least_height_by_width, slender, 1),
            (self.least_pages, evidence.pages, 1),
            (self.most_pages, evidence.pages, -1),
            (self.least_words, words, 1),
            (self.most_words, words, -1),
            (self.least_share_of_amounts, amounts, 1),
        )
        within = all(bound is None or sign * (value - bound) >= 0 for bound, value, sign in bounds)
        return self.label if within and words else None


class SenderRule(Rule):
    """Votes where one of the expressions is found in the letterhead or in the file's name."""

    any: tuple[str, ...] = Field(min_length=1)

    @field_validator("any")
    @classmethod
    def _are_expressions(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        compiled(patterns)
        return patterns

    def vote(self, evidence: Evidence) -> str | None:
        """The label where the sender is one of these."""
        patterns = compiled(self.any)
        return self.label if any_of(patterns, evidence.letterhead) or any_of(patterns, evidence.filename) else None


class RuleFile(BaseModel):
    """The content of a file of rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pattern: tuple[PatternRule, ...] = ()
    layout: tuple[LayoutRule, ...] = ()
    sender: tuple[SenderRule, ...] = ()


@dataclass(frozen=True, slots=True)
class SameSender:
    """Votes for what people called this sender's documents, where they always called them the same.

    Senders are told apart by their letterheads.
    """

    counts: Mapping[str, Counter[str]]
    name: str = "same sender"

    @classmethod
    def learnt(cls, labelled: Iterable[tuple[Evidence, str]]) -> SameSender:
        """From documents that people labelled."""
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for evidence, label in labelled:
            counts[evidence.letterhead][label] += 1
        return cls(counts)

    def vote(self, evidence: Evidence) -> str | None:
        """What this sender's documents are."""
        return self._said(self.counts.get(evidence.letterhead, Counter()), evidence)

    def vote_on_learnt(self, evidence: Evidence, label: str) -> str | None:
        """What it would say of a document that it learnt from, had it not."""
        return self._said(self.counts[evidence.letterhead] - Counter([label]), evidence)

    def _said(self, labels: Counter[str], evidence: Evidence) -> str | None:
        agree = len(labels) == 1 and labels.total() >= LEAST_OF_A_SENDER
        return next(iter(labels)) if agree and evidence.letterhead else None


@dataclass(frozen=True, slots=True)
class ModelVote:
    """Votes for what the model in force said where it was sure."""

    name: str = "model"

    def vote(self, evidence: Evidence) -> str | None:
        """What it said."""
        return evidence.said


def any_of(patterns: Iterable[re.Pattern[str]], text: str) -> bool:
    """Whether one of them is found in the text."""
    return any(pattern.search(text) for pattern in patterns)


def read_rules(path: Path) -> list[LabellingFunction]:
    """The rules of a TOML file; `SettingsError` says what is wrong with one that is none."""
    try:
        read = RuleFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SettingsError(
            f"the labelling rules in {path} cannot be read: {error.strerror}",
            next_step="Set labelling.rules to a file that is there.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"the labelling rules are no TOML: {error}", next_step="Mend the file.") from error
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise SettingsError(f"the labelling rules do not fit: {told}", next_step="Mend the file.") from error
    rules: list[LabellingFunction] = [*read.pattern, *read.layout, *read.sender]
    names = Counter(rule.name for rule in rules)
    if twice := [name for name, count in names.items() if count > 1]:
        raise SettingsError(f"labelling rules have the same name: {', '.join(twice)}", next_step="Rename one.")
    return rules
