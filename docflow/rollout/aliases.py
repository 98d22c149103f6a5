"""What the registry's aliases are to mean: the record decides it, and a registry that was down lags behind."""

from __future__ import annotations

from docflow.errors import NoChampion
from docflow.registry import CHALLENGER, CHAMPION, SHADOW
from docflow.rollout.standing import recorded_champion, trial_of
from docflow.settings import Settings
from docflow.store import Store

RECORDED_ALIASES = (CHAMPION, CHALLENGER, SHADOW)
"""The aliases that the record decides; people may set others."""


def recorded_aliases(settings: Settings, *, store: Store) -> dict[str, str]:
    """The version that each alias is to mean, by the record; empty where nothing was promoted yet."""
    try:
        found = {CHAMPION: recorded_champion(settings, store=store).model_version}
    except NoChampion:
        return {}
    for alias in (CHALLENGER, SHADOW):
        trial = trial_of(alias, settings=settings, store=store)
        if trial is not None:
            found[alias] = trial.model_version
    return found
