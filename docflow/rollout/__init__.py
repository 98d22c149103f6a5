"""How a model is taken into use: promoted or put on trial, asked, swapped while serving, judged, rolled back."""

from docflow.rollout.evidence import Evidence
from docflow.rollout.files import bring, fetch, folder_of
from docflow.rollout.lineup import Lineup, load_lineup, parts_in_force
from docflow.rollout.live import LiveModels
from docflow.rollout.record import bring_champion, load_champion, promote, pull, rollback, withdraw
from docflow.rollout.standing import NOBODY, recorded_champion
from docflow.rollout.verdict import RolloutVerdict, Ruling, judge_rollout

__all__ = [
    "NOBODY",
    "Evidence",
    "Lineup",
    "LiveModels",
    "RolloutVerdict",
    "Ruling",
    "bring",
    "bring_champion",
    "fetch",
    "folder_of",
    "judge_rollout",
    "load_champion",
    "load_lineup",
    "parts_in_force",
    "promote",
    "pull",
    "recorded_champion",
    "rollback",
    "withdraw",
]
