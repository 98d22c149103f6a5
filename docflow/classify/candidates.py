"""The models that training can choose from, behind one protocol: each fits samples, and names what may be tuned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.util import find_spec
from typing import ClassVar, Protocol, Self

from docflow.classify.choosing import standings
from docflow.classify.libraries import NETWORK_LIBRARIES
from docflow.classify.model import CandidateChoice, FittedModel
from docflow.classify.multimodal import MultimodalModel, has_pages, train_multimodal
from docflow.classify.neural.model import NeuralModel
from docflow.classify.paperless import HIDDEN_UNITS, LEAST_SHARE, PaperlessModel, train_paperless
from docflow.classify.training import BACKGROUND_WEIGHT, INVERSE_REGULARISATION, train
from docflow.classify.voting import VotingModel, train_voting
from docflow.errors import SettingsError
from docflow.types import LabelledText


@dataclass(frozen=True, slots=True)
class Knob:
    """A number that may be tuned, between `low` and `high`, searched by its logarithm; whole where `is_whole`."""

    name: str
    low: float
    high: float
    is_whole: bool = False


class Candidate(Protocol):
    """A kind of model with its knobs set; the same samples and seed give the same model.

    `looks` where it looks at thumbnails too, so that the samples should have some.
    """

    name: ClassVar[str]
    looks: ClassVar[bool]
    knobs: ClassVar[tuple[Knob, ...]]

    def check(self, *, many_real: bool) -> None:
        """Raise `SettingsError` where what it is trained with is not installed.

        `many_real` says whether real documents are `REAL_A_LABEL` a label.
        """
        ...

    def fit(self, samples: Sequence[LabelledText], *, seed: int = 0) -> FittedModel:
        """The model that these samples make; raises `TrainingDataError` for too few of them."""
        ...

    def settings(self) -> dict[str, float]:
        """The knobs' values."""
        ...

    def turned(self, values: Mapping[str, float]) -> Self:
        """The same kind of model with these knobs set."""
        ...


@dataclass(frozen=True)
class Turnable:
    """A candidate whose fields are its knobs, and that needs no extra."""

    def check(self, *, many_real: bool) -> None:
        """Nothing: what it is trained with is always installed."""

    def settings(self) -> dict[str, float]:
        """The knobs' values."""
        return asdict(self)

    def turned(self, values: Mapping[str, float]) -> Self:
        """The same with these knobs set."""
        return replace(self, **values)


@dataclass(frozen=True)
class Linear(Turnable):
    """Logistic regression on hashed n-grams, calibrated, with a threshold: `docflow.classify.training`."""

    inverse_regularisation: float = INVERSE_REGULARISATION
    background_weight: float = BACKGROUND_WEIGHT

    name: ClassVar[str] = "linear"
    looks: ClassVar[bool] = False
    knobs: ClassVar[tuple[Knob, ...]] = (
        Knob("inverse_regularisation", 0.3, 100.0),
        Knob("background_weight", 0.1, 3.0),
    )

    def fit(self, samples: Sequence[LabelledText], *, seed: int = 0) -> FittedModel:
        """The calibrated model that these samples make."""
        return train(
            samples,
            seed=seed,
            inverse_regularisation=self.inverse_regularisation,
            background_weight=self.background_weight,
        )


@dataclass(frozen=True)
class Voting(Linear):
    """The linear model and a small network of common words, which vote: `docflow.classify.voting`."""

    name: ClassVar[str] = "voting"

    def fit(self, samples: Sequence[LabelledText], *, seed: int = 0) -> VotingModel:
        """The two calibrated models that these samples make."""
        return train_voting(
            samples,
            seed=seed,
            inverse_regularisation=self.inverse_regularisation,
            background_weight=self.background_weight,
        )


@dataclass(frozen=True)
class Multimodal(Linear):
    """The two that vote, and beside them what pages look like: `docflow.classify.multimodal`."""

    name: ClassVar[str] = "multimodal"

    def fit(self, samples: Sequence[LabelledText], *, seed: int = 0) -> MultimodalModel:
        """The models that these samples make; of their words alone where too few have an embedding."""
        return train_multimodal(
            samples,
            seed=seed,
            inverse_regularisation=self.inverse_regularisation,
            background_weight=self.background_weight,
        )


@dataclass(frozen=True)
class Neural(Turnable):
    """Embeddings of hashed n-grams and a small CNN on the first page's thumbnail: `docflow.classify.neural`."""

    epochs: float = 6
    learning_rate: float = 3e-3
    background_weight: float = BACKGROUND_WEIGHT

    name: ClassVar[str] = "neural"
    looks: ClassVar[bool] = True
    knobs: ClassVar[tuple[Knob, ...]] = (
        Knob("epochs", 3, 20, is_whole=True),
        Knob("learning_rate", 1e-3, 1e-2),
        Knob("background_weight", 0.1, 3.0),
    )

    def check(self, *, many_real: bool) -> None:
        """Raise `SettingsError` where torch, or what its network is written and run with, is not installed."""
        missing = [library for library in NETWORK_LIBRARIES if find_spec(library) is None]
        if missing:
            raise SettingsError(
                f"what the network is trained with is not installed: {', '.join(missing)}",
                next_step="Install it: `uv pip install 'docflow[torch]'`.",
            )

    def fit(self, samples: Sequence[LabelledText], *, seed: int = 0) -> NeuralModel:
        """The network that these samples make; `SettingsError` where torch is not installed."""
        self.check(many_real=True)
        from docflow.classify.neural.training import train_neural

        return train_neural(
            samples,
            seed=seed,
            epochs=int(self.epochs),
            learning_rate=self.learning_rate,
            background_weight=self.background_weight,
        )


@dataclass(frozen=True)
class Paperless(Turnable):
    """Counts of frequent words and pairs, and a network with one hidden layer: the baseline to beat."""

    hidden_units: float = HIDDEN_UNITS
    least_share: float = LEAST_SHARE

    name: ClassVar[str] = "paperless"
    looks: ClassVar[bool] = False
    knobs: ClassVar[tuple[Knob, ...]] = (
        Knob("hidden_units", 25, 200, is_whole=True),
        Knob("least_share", 0.003, 0.03),
    )

    def fit(self, samples: Sequence[LabelledText], *, seed: int = 0) -> PaperlessModel:
        """The network that these samples make."""
        return train_paperless(samples, seed=seed, hidden_units=int(self.hidden_units), least_share=self.least_share)


@dataclass(frozen=True)
class Best:
    """Whichever does best on folds of the real documents, or the first where these are few: see `choosing`.

    Where no document has an embedding, `multimodal` is `voting` and is not tried.
    """

    among: Sequence[Candidate] = field(default_factory=lambda: (Linear(), Voting(), Multimodal(), Neural()))

    name: ClassVar[str] = "best"
    looks: ClassVar[bool] = True
    knobs: ClassVar[tuple[Knob, ...]] = ()

    def check(self, *, many_real: bool) -> None:
        """Raise what the candidates raise, all of which are tried where real documents are enough to tell."""
        if many_real:
            for each in self.among:
                each.check(many_real=True)

    def fit(self, samples: Sequence[LabelledText], *, seed: int = 0) -> FittedModel:
        """The better candidate's model; its `training` says how all of them did, under `compared`."""
        among = self.among if has_pages(samples) else [each for each in self.among if each.name != Multimodal.name]
        found = standings(among, samples, seed=seed)
        best = max(among, key=lambda each: found.get(each.name, 0.0))
        model = best.fit(samples, seed=seed)
        compared = {name: round(value, 6) for name, value in found.items()}
        return replace(model, training={**model.training, "compared": compared})

    def settings(self) -> dict[str, float]:
        """Nothing: it has no knobs."""
        return {}

    def turned(self, values: Mapping[str, float]) -> Self:
        """The same."""
        return self


CANDIDATES: Mapping[CandidateChoice, Candidate] = {
    "linear": Linear(),
    "voting": Voting(),
    "multimodal": Multimodal(),
    "neural": Neural(),
    "paperless": Paperless(),
    "best": Best(),
}
"""Every candidate by its name, with the knobs as they stand unless they are tuned."""
