"""The job that compares models on trial with the champion, and promotes or withdraws them by rule."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from docflow.classify.gate import Compared, told_losses, worse_slices
from docflow.errors import DigestMismatch, DocFlowError, ModelFileError, ModelNotFound
from docflow.registry import CHALLENGER, CHAMPION, Registry
from docflow.rollout.files import bring, load_promoted
from docflow.rollout.lineup import parts_in_force
from docflow.rollout.record import reinstate, rollback, withdraw
from docflow.rollout.sequential import Finding, exceeds, sequential_test
from docflow.rollout.slices import slices_of
from docflow.rollout.standing import PREDECESSOR, champion_since, former_champion
from docflow.rollout.votes import Sample, counted, sample_of, votes
from docflow.settings import PromotionSettings, RolloutSettings, Settings
from docflow.store import Operation, Outcome, Promotion, Store

log = logging.getLogger(__name__)


class Ruling(StrEnum):
    """What is to be done with a model on trial, or with a champion that cannot be had any more."""

    PROMOTE = "promote"
    CHALLENGE = "challenge"
    WITHDRAW = "withdraw"
    ROLL_BACK = "roll_back"
    WAIT = "wait"


@dataclass(frozen=True)
class RolloutVerdict:
    """What was decided about the version that has this alias, and why.

    `outcomes` counts the labelled documents, `confirmed` those of them whose label did not correct what had been
    answered, and `counted` those in the `sample` that was tested. `wins` and `losses` count the sources in it that
    spoke for it and for the champion. `share` is that of the documents that a challenger answers. `slices` are the
    labels, languages, sources and grades of `promotion.least_slice` counted documents or more, and how both did there;
    nobody looks at them unless the votes say that it is better.
    """

    alias: str
    version: str
    champion: str
    ruling: Ruling
    reason: str
    outcomes: int = 0
    confirmed: int = 0
    sample: Sample = Sample.ALL
    share: float = 0.0
    counted: int = 0
    wins: int = 0
    losses: int = 0
    slices: Mapping[str, Compared] = field(default_factory=dict)
    operations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The verdict as plain JSON."""
        return asdict(self)


def judge_rollout(
    settings: Settings, *, store: Store, registry_factory: Callable[[], Registry], judged_by: str, act: bool = True
) -> list[RolloutVerdict]:
    """The verdicts on the models on trial, carried out unless `act` is false; none where nobody is on trial.

    What is promoted takes the champion's place, with the verdict as its evidence. Only documents that were labelled
    since the trial began count. What can never be loaded is withdrawn: nobody asks it, so that no label would ever end
    its trial. A champion whose files are gone, or others, gives way to the one before it, whoever is on trial. Raises
    `NoChampion`, what `reinstate` raises, and `PromotionRefused` where another version became the champion or was put
    on trial meanwhile.
    """
    name = settings.classify.model_name
    parts = parts_in_force(settings, store=store)
    champion = parts.pop(CHAMPION)
    broken = why_unusable(champion, settings=settings, registry_factory=registry_factory, by=bring)
    if broken:
        return [replace_broken(champion, broken, settings=settings, store=store, judged_by=judged_by, act=act)]
    verdicts = []
    for alias, promotion in parts.items():
        since = max(champion_since(settings, store=store), promotion.promoted_at)
        versions = (champion.model_version, promotion.model_version)
        verdict = weigh(
            store.outcomes.paired(*versions, model_name=name, since=since),
            store.outcomes.operations(*versions, model_name=name, since=since),
            alias=alias,
            versions=versions,
            rules=settings.rollout,
            gate=settings.promotion,
            unusable=why_unusable(promotion, settings=settings, registry_factory=registry_factory),
            may_challenge=promotion.reason == PREDECESSOR and CHALLENGER not in parts,
        )
        verdicts.append(verdict)
        if act:
            carry_out(verdict, promotion, champion=champion, settings=settings, store=store, judged_by=judged_by)
        if verdict.ruling is Ruling.PROMOTE:
            break
    return verdicts


def carry_out(
    verdict: RolloutVerdict,
    promotion: Promotion,
    *,
    champion: Promotion,
    settings: Settings,
    store: Store,
    judged_by: str,
) -> None:
    """Put on record what was decided about the version on trial beside this champion."""
    if verdict.ruling is Ruling.WITHDRAW:
        withdraw(
            verdict.alias, settings=settings, store=store, withdrawn_by=judged_by, instead_of=promotion.digest,
            reason=verdict.reason, verdict=verdict.to_dict(),
        )  # fmt: skip
    elif verdict.ruling in (Ruling.PROMOTE, Ruling.CHALLENGE):
        is_promoted = verdict.ruling is Ruling.PROMOTE
        reinstate(
            promotion, settings=settings, store=store, promoted_by=judged_by,
            reason=verdict.reason, verdict=verdict.to_dict(),
            alias=CHAMPION if is_promoted else CHALLENGER, instead_of=champion.digest if is_promoted else None,
        )  # fmt: skip


def replace_broken(
    champion: Promotion, why: str, *, settings: Settings, store: Store, judged_by: str, act: bool
) -> RolloutVerdict:
    """The verdict on a champion that no process can load any more: the one before it is, where there was one."""
    ruling, reason = Ruling.ROLL_BACK, f"it {why}"
    if former_champion(settings, store=store) is None:
        ruling, reason = Ruling.WAIT, f"it {why}; no other version was promoted before"
    version = champion.model_version
    verdict = RolloutVerdict(alias=CHAMPION, version=version, champion=version, ruling=ruling, reason=reason)
    if act and ruling is Ruling.ROLL_BACK:
        rollback(settings=settings, store=store, promoted_by=judged_by, why=reason, verdict=verdict.to_dict())
    return verdict


def why_unusable(
    promotion: Promotion,
    *,
    settings: Settings,
    registry_factory: Callable[[], Registry],
    by: Callable[..., object] = load_promoted,
) -> str:
    """Why the version can never answer: its files are gone, others, or none that load; empty where it can.

    Empty as well where its files cannot be reached: a storage or a registry that is down says nothing of the version.
    By `bring`, it is not asked whether they load: a champion that another version of DocFlow made is at work there.
    """
    try:
        by(promotion, settings=settings, registry_factory=registry_factory)
    except (DigestMismatch, ModelFileError, ModelNotFound) as error:
        return f"cannot be loaded: {error.message}"
    except DocFlowError as error:
        log.warning("version %s could not be reached: %s", promotion.model_version, error)
    return ""


def weigh(
    outcomes: list[Outcome],
    operations: tuple[Operation, Operation],
    *,
    alias: str,
    versions: tuple[str, str],
    rules: RolloutSettings,
    gate: PromotionSettings,
    unusable: str = "",
    may_challenge: bool = False,
) -> RolloutVerdict:
    """The verdict from what was observed: operational figures first, then the sequential test of the votes.

    `unusable` is why the version can never answer; that decides it. A shadow that `may_challenge` is to answer for the
    share where it seems better, so that labels tell whether it is.
    The votes are those of `sample_of`. By them, a shadow is never promoted unless labels are fair, and labels that are
    said to be and none of which confirms an answer decide nothing. Who is better by them waits while it loses more on a
    slice of the counted documents than the `gate` allows, and is withdrawn where the votes are as many as there may be.
    """
    sample = sample_of(alias, rules=rules)
    seen = counted(outcomes, sample, version=versions[1], share=rules.share)
    cast = votes(seen)[: rules.most_outcomes]
    is_last = len(cast) >= rules.most_outcomes
    tested = sequential_test(cast, effect=rules.effect, alpha=rules.alpha, beta=rules.beta)
    # What only seems better, in a sample that favours it, is not promoted: it needs no slices.
    is_better = tested.finding is Finding.BETTER and sample is not Sample.CHAMPIONS
    slices = slices_of(seen, least=gate.least_slice) if is_better else {}
    lost = told_losses(worse_slices(slices, rules=gate), slices=slices)
    confirmed = sum(outcome.confirmed for outcome in outcomes)
    ruling, reason = Ruling.WAIT, f"undecided after {len(outcomes)} labelled documents{of_which(seen, sample)}"
    fault = unusable or operational_fault(*operations, rules=rules, max_milliseconds=gate.max_milliseconds)
    told = (
        f"it alone was right on {tested.wins} documents, the champion alone on {tested.losses}; "
        f"{confirmed} of {len(outcomes)} labels confirm what was answered{of_which(seen, sample)}"
    )
    against_champion = cannot_serve(operations[0], rules=rules, max_milliseconds=gate.max_milliseconds)
    if fault:
        ruling, reason = Ruling.WITHDRAW, f"it {fault}"
    elif against_champion and tested.finding is not Finding.WORSE:
        ruling, reason = Ruling.PROMOTE, f"version {versions[0]} {against_champion}"
    elif sample is Sample.ALL and outcomes and not confirmed:
        reason = f"none of {len(outcomes)} labels confirms what was answered: label documents whatever was answered"
    elif sample is Sample.HALVES and rules.share in (0, 1):
        reason = f"a share of {rules.share:g} leaves nothing to compare: set rollout.share between 0 and 1, as to 0.5"
    elif sample is Sample.CHAMPIONS and tested.finding is Finding.BETTER and may_challenge and 0 < rules.share < 1:
        ruling = Ruling.CHALLENGE
        reason = f"seems better than version {versions[0]}, which labels tell once it answers for some: {told}"
    elif sample is Sample.CHAMPIONS and tested.finding is Finding.BETTER:
        reason = (
            f"seems better than version {versions[0]}, as who answers for nothing does where mostly wrong answers are "
            "labelled: make it the challenger, or set rollout.fair_labels where labels are a random sample of the "
            f"documents; {told}"
        )
    elif is_better and lost:
        ruling = Ruling.WITHDRAW if is_last else Ruling.WAIT
        reason = f"better than version {versions[0]} on the whole, but {'; '.join(lost)}; {told}"
    elif is_better:
        ruling, reason = Ruling.PROMOTE, f"better than version {versions[0]}: {told}"
    elif tested.finding is Finding.WORSE:
        ruling, reason = Ruling.WITHDRAW, f"worse than version {versions[0]}: {told}"
    elif tested.finding is Finding.SAME or is_last:
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
        slices=slices,
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
    if exceeds(model.failed, model.documents, allowed=rules.max_failures, alpha=rules.alpha):
        failed = model.failed / model.documents
        return f"did not answer for {failed:.1%} of the documents; {rules.max_failures:.1%} are allowed"
    if model.milliseconds is not None and model.milliseconds > max_milliseconds:
        return f"takes {model.milliseconds:.1f} ms a text; {max_milliseconds:g} are allowed"
    return ""
