"""Which labelled documents speak for a version on trial or for the champion, so that equal ones win as many each.

People correct wrong answers more often than they confirm right ones, so that the documents that one of two equal models
got right are labelled more often where the other one answered. Who answers is settled by a document's hash, whatever it
says. Among the documents whose hash lies as near above the challenger's share as others lie below it, each of the two
answered for half; there, changing the two for each other changes nothing, however labels depend on whether an answer
was right. It holds for sources of many documents as well, of which the one that was labelled first has the vote.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from docflow.classify.grouping import near_duplicates
from docflow.registry import SHADOW
from docflow.rollout.lineup import drawn, in_share
from docflow.settings import RolloutSettings
from docflow.store import Answerer, Outcome


class Sample(StrEnum):
    """The labelled documents that are counted.

    All of them, a fair sample; those that each of the two answered for half of; or those that the champion answered:
    as far as these are corrections, they favour a shadow, so that they tell that it is worse, or no better, and not
    that it is better.
    """

    ALL = "all"
    HALVES = "halves"
    CHAMPIONS = "champions"


def sample_of(alias: str, *, rules: RolloutSettings) -> Sample:
    """The sample by which the version that has this alias is judged."""
    if rules.fair_labels:
        return Sample.ALL
    return Sample.CHAMPIONS if alias == SHADOW else Sample.HALVES


def counted(outcomes: Sequence[Outcome], sample: Sample, *, version: str, share: float) -> list[Outcome]:
    """Those of the outcomes that are in the sample, in their order; `version` answers for this share.

    A label that was given before anything was answered depends on no answer, and is in each of them. Documents that
    came in before the last one that another share had answered differently are in no halves: nobody knows how likely
    the challenger was to answer for them.
    """
    if sample is Sample.ALL:
        return list(outcomes)
    if sample is Sample.CHAMPIONS:
        return [one for one in outcomes if one.answerer in (Answerer.NOBODY, Answerer.CHAMPION)]
    by_share = [one for one in outcomes if one.answerer in (Answerer.CHAMPION, Answerer.CHALLENGER)]
    otherwise = [
        one.document_id
        for one in by_share
        if in_share(one.key, share, of=version) != (one.answerer is Answerer.CHALLENGER)
    ]
    changed = max(otherwise, default=0)
    in_halves = {
        one.document_id
        for one in by_share
        if one.document_id > changed and abs(drawn(one.key, of=version) - share) < min(share, 1 - share)
    }
    return [one for one in outcomes if one.answerer is Answerer.NOBODY or one.document_id in in_halves]


def votes(outcomes: Sequence[Outcome]) -> list[bool]:
    """Whether the challenger was right, by the first document of each source that one of the two alone got right.

    Documents of one source, and near duplicates, stand and fall together, so that they have one vote. The first one
    has it, not the majority: a vote that was counted stays as it is whatever comes later, as a sequential test needs.
    """
    discordant = [outcome for outcome in outcomes if outcome.champion != outcome.challenger]
    # Of a source that nobody named, the document is the only one that is known.
    sources = [outcome.source or f"document {outcome.document_id}" for outcome in discordant]
    firsts: dict[str, int] = {}
    for row, source in enumerate(sources):
        firsts.setdefault(source, row)
    repeating = {later for _, later in near_duplicates([outcome.text for outcome in discordant])}
    return [
        outcome.challenger
        for row, outcome in enumerate(discordant)
        if firsts[sources[row]] == row and row not in repeating
    ]
