"""Stand-ins for tests of code that uses DocFlow: an engine and a classifier that say what they are told to."""

from docflow.testing.fakes import FakeClassifier, FakeEngine

__all__ = ["FakeClassifier", "FakeEngine"]
