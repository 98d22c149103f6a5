"""The models in force, and which of them answers: champion, challenger for its share, and a shadow beside them."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from docflow.errors import DocFlowError, ModelFileError
from docflow.monitor import MODEL_FAILURES
from docflow.registry import CHALLENGER, CHAMPION, SHADOW
from docflow.rollout.files import load_promoted
from docflow.rollout.standing import recorded_champion, trial_of
from docflow.settings import Settings
from docflow.store import Promotion, Store
from docflow.types import Answered, Classifier, Prediction, Question, Variant

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lineup:
    """One model for each part; `share` of the documents is answered by the challenger, where there is one.

    Every model is asked about every document, so that they can be compared on the same ones: whoever does not answer
    is a shadow. Asking costs about a millisecond.
    """

    champion: Classifier
    challenger: Classifier | None = None
    shadow: Classifier | None = None
    share: float = 0.0

    def versions(self) -> dict[str, tuple[str, str]]:
        """Version and digest of the model that has each part, by the registry's aliases."""
        parts = {CHAMPION: self.champion, CHALLENGER: self.challenger, SHADOW: self.shadow}
        models = {alias: classifier.model for alias, classifier in parts.items() if classifier is not None}
        return {alias: (model.version, model.digest) for alias, model in models.items()}

    def warm_up(self) -> None:
        """Ask every model once, of which nothing is counted; raises `ModelFileError` where the champion fails."""
        champion, *_ = self._asked([Question("warm up", "")])
        if champion == [None]:
            raise ModelFileError(f"version {self.champion.model.version} is loaded, and fails at what it is asked")

    def answer(self, questions: Sequence[Question]) -> list[Answered]:
        """One answer for each question; the others fail unseen, the champion answers for a challenger that does.

        Where the champion fails, the challenger or else the shadow stands in for it; what the champion raised is raised
        where neither can.
        """
        champion, challenger, shadow = self._asked(questions)
        said = list(zip(champion, challenger, shadow, strict=True))
        if len(questions) == 1 or all(map(any, said)):
            # Those of a batch in which nobody answers for one are asked again, one by one, and are counted then.
            MODEL_FAILURES.labels(self.champion.model.version).inc(champion.count(None))
        return [self._answered(question, *each) for question, each in zip(questions, said, strict=True)]

    def _asked(self, questions: Sequence[Question]) -> list[Sequence[Prediction | None]]:
        """What champion, challenger and shadow say of the questions."""
        return [on_trial(model, questions) for model in (self.champion, self.challenger, self.shadow)]

    def _answered(
        self,
        question: Question,
        champion: Prediction | None,
        challenger: Prediction | None,
        shadow: Prediction | None,
    ) -> Answered:
        stand_in = challenger or shadow
        if challenger is not None and in_share(question.key, self.share, of=challenger.model.version):
            answer = replace(challenger, variant=Variant.CHALLENGER)
        elif champion is None and stand_in is not None:
            answer = replace(stand_in, variant=Variant.STAND_IN)
        else:
            # Where nobody said anything, the champion is asked again, so that what it raises is raised.
            answer = champion or timed(self.champion, [question])[0]
        asked = ((self.champion, champion), (self.challenger, challenger), (self.shadow, shadow))
        beside = (said_beside(model, said) for model, said in asked if model is not None)
        return Answered(answer, tuple(other for other in beside if other.model != answer.model))


def said_beside(model: Classifier, said: Prediction | None) -> Prediction:
    """What a model is stored with that does not answer: that it failed, too, is known only if it is kept."""
    return Prediction.failure(model.model) if said is None else replace(said, variant=Variant.SHADOW)


def in_share(key: str, share: float, *, of: str) -> bool:
    """Whether this document is one of the share; always the same for one challenger, drawn anew for the next."""
    return drawn(key, of=of) < share


def drawn(key: str, *, of: str) -> float:
    """The document's number in 0…1, drawn by its hash for this challenger: below its share, the challenger answers."""
    return int.from_bytes(hashlib.sha256(f"{of}:{key}".encode()).digest()[:8], "big") / 2**64


def timed(classifier: Classifier, questions: Sequence[Question]) -> list[Prediction]:
    """The predictions, each with its part of the seconds that they took together."""
    started = time.perf_counter()
    said = classifier.predict([q.text for q in questions], [q.thumbnail for q in questions])
    seconds = (time.perf_counter() - started) / max(len(said), 1)
    if len(said) != len(questions):
        raise ValueError(f"the classifier gave {len(said)} predictions for {len(questions)} texts")
    return [replace(prediction, seconds=seconds) for prediction in said]


def on_trial(classifier: Classifier | None, questions: Sequence[Question]) -> Sequence[Prediction | None]:
    """What a model says that others can stand in for: None where there is none, or it fails in whatever way.

    A document that it chokes on fails alone.
    """
    if classifier is None:
        return [None] * len(questions)
    try:
        return timed(classifier, questions)
    except Exception:
        if len(questions) == 1:
            log.exception("version %s could not answer", classifier.model.version)
            return [None]
        return [said for question in questions for said in on_trial(classifier, [question])]


def parts_in_force(settings: Settings, *, store: Store) -> dict[str, Promotion]:
    """The promotion in force for each alias that has a model of its own; what another has already is left out."""
    parts = {CHAMPION: recorded_champion(settings, store=store)}
    for alias in (CHALLENGER, SHADOW):
        promotion = trial_of(alias, settings=settings, store=store)
        if promotion is not None and promotion.digest not in {part.digest for part in parts.values()}:
            parts[alias] = promotion
    return parts


def load_lineup(settings: Settings, *, store: Store) -> Lineup:
    """The models in force, loaded, their digests verified; a challenger or shadow that cannot be is left out.

    Raises `NoChampion`, and what loading the champion raises.
    """
    parts = parts_in_force(settings, store=store)
    champion = load_promoted(parts.pop(CHAMPION), settings=settings)
    others: dict[str, Classifier] = {}
    for alias, promotion in parts.items():
        try:
            others[alias] = load_promoted(promotion, settings=settings)
        except DocFlowError as error:
            log.warning("the %s, version %s, is left out: %s", alias, promotion.model_version, error)
    return Lineup(
        champion,
        challenger=others.get(CHALLENGER),
        shadow=others.get(SHADOW),
        share=settings.rollout.share,
    )
