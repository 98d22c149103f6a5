from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from docflow.classify import TextClassifier, TrainedModel, load, save, train
from docflow.classify.blocks import by_block, count_blocks
from docflow.classify.features import BUCKETS, count_features
from docflow.classify.scoring import Scorer
from docflow.types import UNKNOWN, Classifier, ModelRef

INVOICE = "Invoice: payment due, VAT terms invoice payment"


def test_a_clear_text_gets_its_label_in_either_language(classifier: TextClassifier) -> None:
    english, russian = classifier.predict([INVOICE, "СЧЁТ на оплату, НДС, поставщик, покупатель"])
    assert (english.label, english.is_confident) == ("invoice", True)
    assert (russian.label, russian.is_confident) == ("invoice", True)
    assert english.confidence == max(english.scores.values()) >= classifier.threshold


def test_scores_have_every_label_and_add_up_to_one(classifier: TextClassifier) -> None:
    (prediction,) = classifier.predict([INVOICE])
    assert tuple(prediction.scores) == classifier.labels == ("invoice", "letter", "receipt", UNKNOWN)
    assert sum(prediction.scores.values()) == pytest.approx(1)


def test_a_prediction_says_which_model_made_it(classifier: TextClassifier) -> None:
    answering: Classifier = classifier
    (prediction,) = answering.predict([INVOICE])
    assert (prediction.model.name, prediction.model.version) == ("kinds", "3")
    assert prediction.model == classifier.model


def test_background_is_never_a_confident_label(classifier: TextClassifier) -> None:
    (prediction,) = classifier.predict(["resume education skills education resume skills"])
    assert prediction.label == UNKNOWN
    assert not prediction.is_confident
    assert max(prediction.scores, key=lambda label: prediction.scores[label]) == UNKNOWN


def test_below_the_threshold_the_label_is_unknown(trained: TrainedModel, tmp_path: Path) -> None:
    digest = save(trained, tmp_path)
    strict = load(tmp_path, name="kinds", version="3", digest=digest, threshold=0.9)
    (prediction,) = strict.predict(["invoice payment vat dear regards yours terms the date"])
    assert prediction.confidence < 0.9
    assert (prediction.label, prediction.is_confident) == (UNKNOWN, False)
    assert max(prediction.scores.values()) == prediction.confidence > 0


@pytest.mark.parametrize("text", ["", "  \n", "… — !"])
def test_a_text_without_words_is_unknown_with_confidence_nought(classifier: TextClassifier, text: str) -> None:
    (prediction,) = classifier.predict([text])
    assert (prediction.label, prediction.confidence, prediction.is_confident) == (UNKNOWN, 0.0, False)
    assert set(prediction.scores.values()) == {0.0}


def test_an_empty_text_is_unknown_even_with_a_threshold_of_nought(trained: TrainedModel, tmp_path: Path) -> None:
    lax = load(tmp_path, name="kinds", version="3", digest=save(trained, tmp_path), threshold=0.0)
    (prediction,) = lax.predict([""])
    assert (prediction.label, prediction.is_confident) == (UNKNOWN, False)


def test_a_batch_says_what_each_text_says_alone(classifier: TextClassifier, make) -> None:
    texts = [sample.text for sample in make(4)] + [""]
    for together, alone in zip(classifier.predict(texts), [classifier.predict([t])[0] for t in texts], strict=True):
        assert together.label == alone.label
        assert together.confidence == pytest.approx(alone.confidence, abs=1e-6)
    assert classifier.predict([]) == []


@pytest.mark.parametrize(("each", "lines"), [(8, False), (12, True)])
def test_the_short_way_gives_the_probabilities_of_the_pipeline(make, each: int, lines: bool) -> None:
    pipeline = train(make(each)).pipeline
    scorer = Scorer.of(pipeline)
    assert scorer.looks_at_lines is lines
    counts = count_blocks([sample.text for sample in make(6, seed=5)], lines=lines)
    (_, tfidf), (_, linear) = pipeline.steps
    np.testing.assert_allclose(
        scorer.probabilities(counts), linear.predict_proba(by_block(tfidf.transform(counts))), atol=1e-5
    )


def test_a_model_that_was_trained_on_ngrams_alone_answers_as_ever(make) -> None:
    samples = make(8)
    texts = [sample.text for sample in samples]
    counts = count_features(texts)
    former = Pipeline([("tfidf", TfidfTransformer(sublinear_tf=True)), ("linear", LogisticRegression())])
    former.fit(counts, [sample.label for sample in samples])
    classifier = TextClassifier(
        former, model=ModelRef("kinds", "1", ""), labels=tuple(former.classes_.tolist()), threshold=0.5
    )
    assert counts.shape[1] == BUCKETS
    np.testing.assert_allclose(classifier.probabilities(texts), former.predict_proba(counts), atol=1e-5)


def test_a_pipeline_that_counts_what_no_version_does_is_not_taken(make) -> None:
    samples = make(8)
    fewer = Pipeline([("tfidf", TfidfTransformer()), ("linear", LogisticRegression())])
    fewer.fit(count_features([sample.text for sample in samples])[:, :100], [sample.label for sample in samples])
    with pytest.raises(ValueError, match="100 things"):
        Scorer.of(fewer)


def test_a_very_long_text_is_answered(classifier: TextClassifier) -> None:
    (prediction,) = classifier.predict([f"{INVOICE} " * 50_000])
    assert prediction.label == "invoice"


def test_a_classifier_can_be_sent_to_another_process(classifier: TextClassifier) -> None:
    sent = pickle.loads(pickle.dumps(classifier))
    assert sent.predict([INVOICE]) == classifier.predict([INVOICE])


def test_a_pipeline_of_other_steps_is_not_taken() -> None:
    with pytest.raises((AttributeError, ValueError)):
        TextClassifier(Pipeline([("only", None)]), model=ModelRef("a", "1", ""), labels=("a", "b"), threshold=0.5)
