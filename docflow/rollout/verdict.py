"""The job that compares models on trial with the champion, and promotes or withdraws them by rule."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from docflow.errors import DigestMismatch, DocFlowError, ModelFileError, ModelNotFound
from docflow.registry import CHAMPION, Registry
from docflow.rollout.files import load_promoted
from docflow.rollout.lineup import parts_in_force
from docflow.rollout.record import promote, withdraw
from docflow.rollout.sequential import Finding, sequential_test
from docflow.rollout.votes import Sample, counted, sample_of, votes
from docflow.settings import RolloutSettings, Settings
from docflow.store import Operation, Outcome, Promotion, Store

log = logging.getLogger(__name__)


class Ruling(StrEnum):
    """What is to be done with a model on trial."""

    PROMOTE = "promote"
    WITHDRAW = "withdraw"
    WAIT = "wait"


@dataclass(frozen=True)
class RolloutVerdict:
    """What was decided about the version that has this alias, and why.

    `outcomes` counts the labelled documents, `confirmed` those of them whose label did not correct what had been
    answered, and `counted` those in the `sample` that was tested. `wins` and `losses` count the sources in it that
    spoke for it and for the champion. `share` is that of the documents that a challenger answers.
    """

    alias: str
    version: str
    champion: str
    ruling: Ruling
    reason: str
    outcomes: int
    confirmed: int
    sample: Sample
    share: float
    counted: int
    wins: int
    losses: int
    operations: dict[str, dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """The verdict as plain JSON."""
        return asdict(self)


def judge_rollout(
    settings: Settings, *, store: Store, registry_factory: Callable[[], Registry], judged_by: str, act: bool = True
) -> list[RolloutVerdict]:
    """The verdicts on the models on trial, carried out unless `act` is false; none where nobody is on trial.

    What is promoted takes the champion's place, with the verdict as its evidence. Only documents that were labelled
    since the trial began count. What can never be loaded is withdrawn: nobody asks it, so that no label would ever end
    its trial. Raises `NoChampion`, what `promote` raises, and `PromotionRefused` where another
    version became the champion or was put on trial meanwhile.
    """
    name = settings.classify.model_name
    parts = parts_in_force(settings, store=store)
    champion = parts.pop(CHAMPION)
    verdicts = []
    for alias, promotion in parts.items():
        since = max(champion.promoted_at, promotion.promoted_at)
        versions = (champion.model_version, promotion.model_version)
        outcomes = store.outcomes.paired(*versions, model_name=name, since=since)
        operations = store.outcomes.operations(*versions, model_name=name, since=since)
        verdict = weigh(
            outcomes,
            operations,
            alias=alias,
            versions=versions,
            rules=settings.rollout,
            max_milliseconds=settings.promotion.max_milliseconds,
            unusable=why_unusable(promotion, settings=settings, registry_factory=registry_factory),
        )
        verdicts.append(verdict)
        if not act or verdict.ruling is Ruling.WAIT:
            continue
        if verdict.ruling is Ruling.WITHDRAW:
            withdraw(
                alias, settings=settings, store=store, withdrawn_by=judged_by, version=promotion.model_version,
                reason=verdict.reason, verdict=verdict.to_dict(),
            )  # fmt: skip
            continue
        promote(
            promotion.model_version, settings=settings, store=store, registry=registry_factory(),
            promoted_by=judged_by, instead_of=champion.model_version,
            reason=verdict.reason, verdict=verdict.to_dict(),
        )  # fmt: skip
        break
    return verdicts


def why_unusable(promotion: Promotion, *, settings: Settings, registry_factory: Callable[[], Registry]) -> str:
    """Why the version on trial can never answer: its files are gone, others, or none that load; empty where it can.

    Empty as well where its files cannot be reached: a storage or a registry that is down says nothing of the version.
    """
    try:
        load_promoted(promotion, settings=settings, registry_factory=registry_factory)
    except (DigestMismatch, ModelFileError, ModelNotFound) as error:
        return f"cannot be loaded: {error.message}"
    except DocFlowError as error:
        log.warning("version %s on trial could not be reached: %s", promotion.model_version, error)
    return ""


def weigh(
    outcomes: list[Outcome],
    operations: tuple[Operation, Operation],
    *,
    alias: str,
    versions: tuple[str, str],
    rules: RolloutSettings,
    max_milliseconds: float,
    unusable: str = "",
) -> RolloutVerdict:
    """The verdict from what was observed: operational figures first, then the sequential test of the votes.

    `unusable` is why the version can never answer; that decides it.
    The votes are those of `sample_of`. By them, a shadow is never promoted unless labels are fair, and labels that are
    said to be and none of which confirms an answer decide nothing.
    """
    sample = sample_of(alias, rules=rules)
    seen = counted(outcomes, sample, version=versions[1], share=rules.share)
    cast = votes(seen)[: rules.most_outcomes]
    tested = sequential_test(cast, effect=rules.effect, alpha=rules.alpha, beta=rules.beta)
    confirmed = sum(outcome.confirmed for outcome in outcomes)
    ruling, reason = Ruling.WAIT, f"undecided after {len(outcomes)} labelled documents{of_which(seen, sample)}"
    fault = unusable or operational_fault(*operations, rules=rules, max_milliseconds=max_milliseconds)
    told = (
        f"it alone was right on {tested.wins} documents, the champion alone on {tested.losses}; "
        f"{confirmed} of {len(outcomes)} labels confirm what was answered{of_which(seen, sample)}"
    )
    against_champion = cannot_serve(operations[0], rules=rules, max_milliseconds=max_milliseconds)
    if fault:
        ruling, reason = Ruling.WITHDRAW, f"it {fault}"
    elif against_champion:
        ruling, reason = Ruling.PROMOTE, f"version {versions[0]} {against_champion}"
    elif sample is Sample.ALL and outcomes and not confirmed:
        reason = f"none of {len(outcomes)} labels confirms what was answered: label documents whatever was answered"
    elif sample is Sample.HALVES and rules.share in (0, 1):
        reason = f"a share of {rules.share:g} leaves nothing to compare: set rollout.share between 0 and 1, as to 0.5"
    elif sample is Sample.CHAMPIONS and tested.finding is Finding.BETTER:
        reason = (
            f"seems better than version {versions[0]}, as who answers for nothing does where mostly wrong answers are "
            "labelled: make it the challenger, or set rollout.fair_labels where labels are a random sample of the "
            f"documents; {told}"
        )
    elif tested.finding is Finding.BETTER:
        ruling, reason = Ruling.PROMOTE, f"better than version {versions[0]}: {told}"
    elif tested.finding is Finding.WORSE:
        ruling, reason = Ruling.WITHDRAW, f"worse than version {versions[0]}: {told}"
    elif tested.finding is Finding.SAME or len(cast) >= rules.most_outcomes:
        ruling, reason = Ruling.WITHDRAW, f"no better than version {versions[0]}: {told}"
    return RolloutVerdict(
        alias=alias,
        version=versions[1],
        champion=versions[0],
        ruling=ruling,
        reason=reason,
        outcomes=len(outcomes),
        confirmed=confirmed,
        sample=sample,
        share=rules.share,
        counted=len(seen),
        wins=tested.wins,
        losses=tested.losses,
        operations={"champion": asdict(operations[0]), alias: asdict(operations[1])},
    )


def of_which(seen: Sequence[Outcome], sample: Sample) -> str:
    """How many of the labelled documents count, and why those; empty where all of them do."""
    if sample is Sample.ALL:
        return ""
    why = "each of the two answered for half of them" if sample is Sample.HALVES else "the champion answered for them"
    return f"; {len(seen)} of these count, since {why}"


def operational_fault(
    champion: Operation, challenger: Operation, *, rules: RolloutSettings, max_milliseconds: float
) -> str:
    """What speaks against the challenger whatever it gets right; empty where nothing does, or too little was seen."""
    if challenger.documents < rules.least_documents:
        return ""
    more_unknown = challenger.unknown / max(challenger.documents - challenger.failed, 1) - champion.unknown / max(
        champion.documents - champion.failed, 1
    )
    if more_unknown > rules.max_more_unknown:
        return f"calls {more_unknown:.1%} more of the documents unknown than the champion does"
    return cannot_serve(challenger, rules=rules, max_milliseconds=max_milliseconds)


def cannot_serve(model: Operation, *, rules: RolloutSettings, max_milliseconds: float) -> str:
    """What speaks against any model as it runs: it fails, or it is slow; empty where neither, or too little was seen.

    Of a champion, more `unknown` than others is no fault: only labels tell whether it is right to name fewer.
    """
    if model.documents < rules.least_documents:
        return ""
    failed = model.failed / model.documents
    if failed > rules.max_failures:
        return f"did not answer for {failed:.1%} of the documents; {rules.max_failures:.1%} are allowed"
    if model.milliseconds is not None and model.milliseconds > max_milliseconds:
        return f"takes {model.milliseconds:.1f} ms a text; {max_milliseconds:g} are allowed"
    return ""
