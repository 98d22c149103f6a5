"""The rows of `benchmarks.classify`, in groups: what one candidate says of real documents, after learning from others.

Generated documents are English and Russian, and so are those that models of them alone are judged on. With real ones
beside, the corpus's invoices in other languages are learnt from and judged too, as in the figures to beat; what comes
of the English and Russian ones among them has rows of its own.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from benchmarks.corpus import Half
from benchmarks.real_texts import GENERATED_LANGUAGES, real_texts
from docflow.classify import answers, compare, fair_groups
from docflow.classify.evaluation import likeliest
from docflow.cli.data import GENERATED
from docflow.synth import HARDLY_READ, training_texts
from docflow.synth.noise import ocr_noise
from docflow.types import UNKNOWN, Classifier, LabelledText, ModelRef, Prediction

KINDS = ("contract", "invoice", "letter", "receipt")
LEAST_OF_A_KIND = (10, 6)
"""The documents of the kinds that are told apart; under six, a fold of five would leave too few to learn from."""

GENERATED_BESIDE_FOLDS = 2000
DAMAGE = 0.4
"""Error rate of the recognition that has failed."""

FOLDS = 5
SEED = 0
FEW, DRAWS = 5, 5
"""Real examples a kind, and the times that they are drawn: an invoice is 0.017, and hangs on which five they are."""

MANY = 50

Row = dict[str, str]
Judged = list[tuple[Prediction, LabelledText]]


class Fitted(Protocol):
    """What a candidate makes of samples."""

    def classifier(self, model: ModelRef) -> Classifier:
        """The classifier that answers with it."""
        ...


class Compared(Protocol):
    """A candidate, or the plain classifier: what the rows need of either."""

    @property
    def name(self) -> str:
        """What its column is called."""
        ...

    @property
    def looks(self) -> bool:
        """Whether it looks at thumbnails."""
        ...

    def fit(self, samples: Sequence[LabelledText], *, seed: int = 0) -> Fitted:
        """What these samples make."""
        ...


@dataclass(frozen=True, kw_only=True)
class Documents:
    """Generated documents, and real ones in all languages: the half that judges, the tuning half, and both.

    `alone` are the generated ones as they are where no real ones stand beside them.
    """

    alone: Sequence[LabelledText]
    generated: Sequence[LabelledText]
    judged: Sequence[LabelledText]
    examples: Sequence[LabelledText]
    whole: Sequence[LabelledText]

    @classmethod
    def read(cls, var: Path, *, half: Half, thumbnails: bool) -> Documents:
        """Those that `benchmarks.classification` left in `var`."""
        generated = list(training_texts(GENERATED, seed=SEED, thumbnails=thumbnails))
        alone = training_texts(GENERATED, seed=SEED, unread=HARDLY_READ)
        return cls(
            # The pages are the same, and drawing them takes minutes.
            alone=[replace(text, thumbnail=drawn.thumbnail) for text, drawn in zip(alone, generated, strict=True)],
            generated=generated,
            judged=real_texts(var, half=half, languages=None),
            examples=real_texts(var, half="tune", languages=None),
            whole=real_texts(var, half=None, languages=None),
        )


def generated_alone(candidate: Compared, documents: Documents) -> Iterator[Row]:
    """What a model of generated documents alone says of real ones, those of the four kinds and others."""
    four, others = of_four_kinds(documents.judged)
    foreign = [s for s in four if s.language not in GENERATED_LANGUAGES]
    four = in_generated_languages(four)
    damaged = [replace(s, text=ocr_noise(s.text, rate=DAMAGE, seed=row)) for row, s in enumerate(four)]
    predictions = iter(predict(candidate, documents.alone, [*four, *damaged, *others, *foreign]))
    named, misread, unnamed, abroad = (
        [next(predictions) for _ in samples] for samples in (four, damaged, others, foreign)
    )
    row = {"generated only: macro, four kinds": score(compare(named, four).macro_accuracy)}
    for language in sorted(GENERATED_LANGUAGES):
        of_it = [(p, s) for p, s in zip(named, four, strict=True) if s.language == language]
        row[f"– of these {language}"] = score(macro_of(of_it))
    for kind in KINDS:
        row[f"– of these {kind}"] = count_right([(p, s) for p, s in zip(named, four, strict=True) if s.label == kind])
    row["– of these, their text damaged: macro"] = score(compare(misread, damaged).macro_accuracy)
    row["– others that come out unknown"] = score(unknown_share(unnamed))
    row["– the likeliest of the four"] = score(macro_of(as_four(list(zip(named, four, strict=True)))))
    row["– invoices in other languages"] = count_right(list(zip(abroad, foreign, strict=True)))
    yield labelled(row, "generated only")


def few_real(candidate: Compared, documents: Documents) -> Iterator[Row]:
    """Five real examples a kind on top, drawn five times from the tuning half: English and Russian, and in all."""
    for name, only in (("", in_generated_languages), (", all languages", list)):
        four, others = of_four_kinds(only(documents.judged))
        told = []
        for seed in range(SEED, SEED + DRAWS):
            taught = drawn(only(documents.examples), most=FEW, seed=seed)
            said = predict(candidate, [*documents.generated, *taught], [*four, *others])
            told.append(figures_of(list(zip(said, four, strict=False)), said[len(four) :]))
        yield rows_of(f"{FEW} real a kind{name}", told)


def many_real(candidate: Compared, documents: Documents) -> Iterator[Row]:
    """Fifty real examples a kind on top: those that the tuning half has, and fifty of all, out of fold."""
    four, others = of_four_kinds(in_generated_languages(documents.judged))
    taught = drawn(in_generated_languages(documents.examples), most=MANY, seed=SEED)
    said = predict(candidate, [*documents.generated, *taught], [*four, *others])
    figures = figures_of(list(zip(said, four, strict=False)), said[len(four) :])
    yield rows_of(f"{MANY} real a kind, or what the tuning half has", [figures])
    four, others = of_four_kinds(documents.judged)
    truth = [s.label for s in four]
    judged: Judged = []
    unnamed: list[Prediction] = []
    for number, (fit, judge) in enumerate(StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(truth, truth)):
        held = [four[row] for row in judge]
        taught = drawn([*documents.examples, *(four[row] for row in fit)], most=MANY, seed=SEED + number)
        said = predict(candidate, [*documents.generated, *taught], [*held, *others])
        judged += zip(said, held, strict=False)
        unnamed += said[len(held) :]
    row = rows_of(f"{MANY} real a kind, all languages", [figures_of(judged, unnamed)])
    ours = [(p, s) for p, s in judged if s.language in GENERATED_LANGUAGES]
    yield row | {f"– of these English and Russian, with {MANY}": score(macro_of(ours))}


def sources_held_out(candidate: Compared, documents: Documents) -> Iterator[Row]:
    """Four kinds in folds that hold whole sources and near duplicates out."""
    samples = of_four_kinds(documents.whole)[0]
    truth = [s.label for s in samples]
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED).split(truth, truth, fair_groups(samples))
    yield fold_rows("whole sources held out", out_of_fold(candidate, samples, folds, beside=beside(documents)))


def random_folds(candidate: Compared, documents: Documents) -> Iterator[Row]:
    """Four kinds in random folds."""
    samples = of_four_kinds(documents.whole)[0]
    truth = [s.label for s in samples]
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(truth, truth)
    yield fold_rows("random folds", out_of_fold(candidate, samples, folds, beside=beside(documents)))


def all_kinds(candidate: Compared, documents: Documents) -> Iterator[Row]:
    """All kinds with ten documents or more, and all with six or more, in random folds."""
    for least in LEAST_OF_A_KIND:
        yield kinds_with(least, candidate, documents)


def kinds_with(least: int, candidate: Compared, documents: Documents) -> Row:
    """All kinds with so many documents in random folds; generated ones under their own kinds beside them."""
    counts = Counter(s.label for s in documents.whole)
    kept = [s for s in documents.whole if counts[s.label] >= least]
    kinds = {s.label for s in kept}
    truth = [s.label for s in kept]
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(truth, truth)
    own = [replace(s, label=str(s.metadata["kind"])) for s in beside(documents)]
    judged = out_of_fold(candidate, kept, folds, beside=[s for s in own if s.label in kinds])
    ours = [(p, s) for p, s in judged if s.language in GENERATED_LANGUAGES]
    name = f"{len(kinds)} kinds with {least} documents or more"
    return {
        f"random folds, {name}: accuracy": score(accuracy_of(judged)),
        f"– of these English and Russian, {name}": score(accuracy_of(ours)),
        f"random folds, {name}: macro": score(macro_of(judged)),
    }


GROUPS: Mapping[str, Callable[[Compared, Documents], Iterator[Row]]] = {
    "generated": generated_alone,
    "few": few_real,
    "many": many_real,
    "sources": sources_held_out,
    "random": random_folds,
    "kinds": all_kinds,
}
"""The groups of rows by their names, in the table's order."""


def of_four_kinds(samples: Sequence[LabelledText]) -> tuple[list[LabelledText], list[LabelledText]]:
    """Those of the four kinds, and the others."""
    return [s for s in samples if s.label in KINDS], [s for s in samples if s.label not in KINDS]


def in_generated_languages(samples: Sequence[LabelledText]) -> list[LabelledText]:
    """Those in a language that generated documents have."""
    return [s for s in samples if s.language in GENERATED_LANGUAGES]


def beside(documents: Documents) -> Sequence[LabelledText]:
    """The generated documents that folds of real ones have beside them."""
    return documents.generated[:GENERATED_BESIDE_FOLDS]


def out_of_fold(
    candidate: Compared,
    samples: Sequence[LabelledText],
    folds: Iterable[tuple[np.ndarray, np.ndarray]],
    *,
    beside: Sequence[LabelledText],
) -> Judged:
    """Each sample with its prediction under the likeliest label, by a model that was not fitted on its fold."""
    judged: Judged = []
    for fit, judge in folds:
        held = [samples[row] for row in judge]
        learnt = [*beside, *(samples[row] for row in fit)]
        judged += [
            (replace(p, label=likeliest(p)), s) for p, s in zip(predict(candidate, learnt, held), held, strict=True)
        ]
    return judged


def predict(candidate: Compared, learnt: Sequence[LabelledText], judged: Sequence[LabelledText]) -> list[Prediction]:
    """What the candidate, trained on `learnt`, says of `judged`."""
    classifier = candidate.fit(learnt, seed=SEED).classifier(ModelRef(candidate.name, "bench", ""))
    return answers(classifier, judged)


def drawn(samples: Sequence[LabelledText], *, most: int, seed: int) -> list[LabelledText]:
    """As many of each of the four kinds, or all where there are fewer, drawn by the seed."""
    rng = random.Random(seed)
    of_kind: Mapping[str, list[LabelledText]] = {kind: [s for s in samples if s.label == kind] for kind in KINDS}
    return [s for held in of_kind.values() for s in rng.sample(held, min(most, len(held)))]


def as_four(judged: Judged) -> Judged:
    """Each prediction under the likeliest of the four kinds, as a classifier that knows no others would answer."""
    return [(replace(p, label=max(KINDS, key=lambda kind: p.scores.get(kind, 0.0))), s) for p, s in judged]


def figures_of(judged: Judged, unnamed: Sequence[Prediction]) -> tuple[float, float, float]:
    """The macro accuracy, that of the likeliest of the four, and the share of the other kinds' that are unknown."""
    return macro_of(judged), macro_of(as_four(judged)), unknown_share(unnamed)


def rows_of(name: str, told: Sequence[tuple[float, float, float]]) -> Row:
    """The rows of what `figures_of` told, once or for each draw."""
    macro, likely, unknown = (spread(values) for values in zip(*told, strict=True))
    return labelled(
        {f"{name}: macro": macro, "– the likeliest of the four": likely, "– others that come out unknown": unknown},
        name,
    )


def fold_rows(name: str, judged: Judged) -> Row:
    """The rows of four kinds in folds."""
    ours = [(p, s) for p, s in judged if s.language in GENERATED_LANGUAGES]
    rows = {
        f"{name}: macro, four kinds": macro_of(judged),
        "– of these English and Russian": macro_of(ours),
        "– the likeliest of the four": macro_of(as_four(judged)),
        "– of these English and Russian, the likeliest of the four": macro_of(as_four(ours)),
    }
    return labelled({label: score(value) for label, value in rows.items()}, name)


def labelled(row: Row, name: str) -> Row:
    """The same with the group's name behind the rows that carry on, which are else alike in all groups."""
    return {f"{label} ({name})" if label.startswith("–") else label: value for label, value in row.items()}


def macro_of(judged: Judged) -> float:
    """The mean share that is right over the labels."""
    return compare([p for p, _ in judged], [s for _, s in judged]).macro_accuracy


def accuracy_of(judged: Judged) -> float:
    """The share that is right."""
    return float(np.mean([p.label == s.label for p, s in judged]))


def unknown_share(predictions: Sequence[Prediction]) -> float:
    """The share that comes out as `unknown`."""
    return float(np.mean([p.label == UNKNOWN for p in predictions]))


def count_right(judged: Judged) -> str:
    """How many of how many are right."""
    return f"{sum(p.label == s.label for p, s in judged)}/{len(judged)}"


def spread(values: Sequence[float]) -> str:
    """The mean, and where there are several, the least and the most."""
    mean = score(float(np.mean(values)))
    return mean if len(values) == 1 else f"{mean} ({score(min(values))} to {score(max(values))})"


def score(value: float) -> str:
    """A share with three places."""
    return f"{value:.3f}"
