"""Who has which part by the record: the champion, who is on trial, and who was the champion before."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile

from docflow.errors import NoChampion
from docflow.registry import CHAMPION
from docflow.settings import Settings
from docflow.store import Promotion, Store

NOBODY = ""
"""Version and digest in the record of a withdrawal: the part is vacant, whoever becomes the champion.

As `instead_of`, it means that nobody has the part.
"""

PREDECESSOR = "the champion's predecessor, to be brought back if it does better"
"""The reason by which a former champion in the shadow is told from a version that somebody tries there."""


def recorded_champion(settings: Settings, *, store: Store) -> Promotion:
    """The promotion in force; `NoChampion` where nothing was promoted."""
    promotion = store.current_promotion(model_name=settings.classify.model_name, alias=CHAMPION)
    if promotion is None:
        raise NoChampion(f"no version of '{settings.classify.model_name}' was promoted yet")
    return promotion


def former_champion(settings: Settings, *, store: Store) -> Promotion | None:
    """The newest promotion of a champion that is another version than the one in force; None where there was none.

    In a registry that was made anew, another version may have the same number: its files tell.
    """
    promotions = store.promotions(model_name=settings.classify.model_name, alias=CHAMPION, limit=None)
    versions = [(promotion.model_version, promotion.digest) for promotion in promotions]
    return next((p for p, version in zip(promotions, versions, strict=True) if version != versions[0]), None)


def champion_since(settings: Settings, *, store: Store) -> datetime:
    """Since when the champion has been in force without a break, however often it was promoted again."""
    promotions = store.promotions(model_name=settings.classify.model_name, alias=CHAMPION, limit=None)
    unbroken = takewhile(lambda p: p.digest == promotions[0].digest, promotions)
    return min(promotion.promoted_at for promotion in unbroken)


def trial_of(alias: str, *, settings: Settings, store: Store) -> Promotion | None:
    """The promotion of who is on trial with this alias; a trial ends when it is withdrawn or becomes the champion."""
    name = settings.classify.model_name
    trial = store.current_promotion(model_name=name, alias=alias)
    if trial is None or trial.digest == NOBODY:
        return None
    champions = store.promotions(model_name=name, alias=CHAMPION, limit=None)
    since = [champion.digest for champion in champions if champion.id > trial.id]
    before = [champion.digest for champion in champions if champion.id < trial.id]
    # Withdrawals used to be recorded as the champion of that moment taking the part over; so is its predecessor's.
    is_withdrawn = trial.reason != PREDECESSOR and trial.digest in before[:1]
    return None if is_withdrawn or trial.digest in since else trial
