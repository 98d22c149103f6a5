"""The recipe of paperless-ngx, as a baseline: counts of words and pairs of words, and a small neural network.

After `documents/classifier.py` of paperless-ngx: text in lower case without punctuation, `CountVectorizer` over words
and pairs that at least one document in a hundred has, `MLPClassifier(tol=0.01)` with its other defaults. Left out is
the stemming that it does where a language is configured. The least confidence is 0.3, as it ships.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from docflow.classify.features import MAX_CHARS
from docflow.classify.folds import split
from docflow.classify.grouping import sources_of
from docflow.classify.layers import Layer, check_shapes, forward, layer_files, layers_of, read_layers
from docflow.classify.model import CandidateName, FittedModel, ScoringClassifier, judge_out_of_fold
from docflow.classify.scoring import Floats
from docflow.classify.training import check_labels, describe, in_order, judged_by
from docflow.classify.weighing import times_of
from docflow.errors import ModelFileError
from docflow.types import LabelledText, ModelRef

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.neural_network import MLPClassifier

LEAST_SHARE = 0.01
HIDDEN_UNITS = 100
THRESHOLD = 0.3
TOLERANCE = 0.01
VOCABULARY_FILE = "vocabulary.json"


@dataclass(frozen=True, kw_only=True)
class PaperlessModel(FittedModel):
    """The fitted network: its terms, in the order of its inputs, and its layers."""

    vocabulary: tuple[str, ...]
    layers: tuple[Layer, ...]

    candidate: ClassVar[CandidateName] = "paperless"

    def classifier(self, model: ModelRef) -> PaperlessClassifier:
        """The classifier that answers with this network."""
        return PaperlessClassifier(
            self.vocabulary, self.layers, model=model, labels=self.labels, threshold=self.threshold
        )

    def files(self) -> dict[str, bytes]:
        """The network as files that hold no code, each by its name."""
        vocabulary = json.dumps(self.vocabulary, ensure_ascii=False).encode()
        return {VOCABULARY_FILE: vocabulary, **layer_files(self.layers)}


class PaperlessClassifier(ScoringClassifier):
    """Answers with the network; a text without any of its terms is scored by the biases alone."""

    def __init__(
        self,
        vocabulary: Sequence[str],
        layers: Sequence[Layer],
        *,
        model: ModelRef,
        labels: Sequence[str],
        threshold: float,
    ) -> None:
        super().__init__(model=model, labels=labels, threshold=threshold)
        check_shapes(layers, inputs=len(vocabulary), outputs=len(labels))
        self._vectorizer = vectorizer(vocabulary={term: column for column, term in enumerate(vocabulary)})
        self._layers = tuple(layers)

    def probabilities(self, texts: Sequence[str], thumbnails: Sequence[bytes] = ()) -> Floats:
        """Each text's probability per label; it only reads."""
        if not texts:
            return np.zeros((0, len(self.labels)))
        return forward(self._vectorizer.transform([prepare(text) for text in texts]), self._layers)


def train_paperless(
    samples: Sequence[LabelledText],
    *,
    seed: int = 0,
    hidden_units: int = HIDDEN_UNITS,
    least_share: float = LEAST_SHARE,
) -> PaperlessModel:
    """The recipe's network of these samples; `judged` are those of one fold in three, its groups kept whole.

    Raises `TrainingDataError` as the linear model does.
    """
    from sklearn.neural_network import MLPClassifier

    learnt = [sample for sample in in_order(samples) if prepare(sample.text).strip()]
    truth = np.array([sample.label for sample in learnt])
    check_labels(truth)
    texts = [prepare(sample.text) for sample in learnt]
    sources = sources_of(learnt)
    found = split(truth, sources, seed=seed)
    fit, beside = found.folds[0]
    judge = beside[judged_by([learnt[row] for row in beside])]
    times = times_of(learnt)

    def fitted(chosen: NDArray[np.intp]) -> tuple[CountVectorizer, MLPClassifier]:
        rows = np.repeat(chosen, times[chosen])
        counted = vectorizer(min_df=least_share)
        network = MLPClassifier(hidden_layer_sizes=(hidden_units,), tol=TOLERANCE, random_state=seed)
        return counted, network.fit(counted.fit_transform([texts[row] for row in rows]), truth[rows])

    labels = tuple(np.unique(truth).tolist())
    judged_terms, judged = fitted(fit)
    probabilities = forward(judged_terms.transform([texts[row] for row in judge]), layers_of(judged))
    terms, network = fitted(np.arange(len(learnt)))
    return PaperlessModel(
        vocabulary=tuple(terms.get_feature_names_out().tolist()),
        layers=layers_of(network),
        labels=labels,
        threshold=THRESHOLD,
        training=describe(learnt, seed=seed)
        | found.described(is_first_alone=True)
        | {"hidden_units": hidden_units, "least_share": least_share},
        judged=judge_out_of_fold(
            probabilities,
            [learnt[row] for row in judge],
            sources=sources[judge],
            labels=labels,
            threshold=THRESHOLD,
        ),
    )


def prepare(text: str) -> str:
    """The text in lower case, with single spaces where there is no letter, digit or underscore."""
    return re.sub(r"\W+", " ", text[:MAX_CHARS].lower())


def vectorizer(**options: Any) -> CountVectorizer:
    """Counts of words and pairs of words."""
    from sklearn.feature_extraction.text import CountVectorizer

    return CountVectorizer(analyzer="word", ngram_range=(1, 2), dtype=np.float32, **options)


def read_network(files: Mapping[str, bytes]) -> tuple[tuple[str, ...], tuple[Layer, ...]]:
    """The terms and layers that `PaperlessModel.files` wrote; `ModelFileError` where they do not load."""
    try:
        vocabulary = tuple(str(term) for term in json.loads(files[VOCABULARY_FILE]))
    except KeyError as error:
        raise ModelFileError(f"the model has no {error.args[0]}") from error
    except (ValueError, TypeError) as error:
        raise ModelFileError("the network's files do not load") from error
    return vocabulary, read_layers(files)
