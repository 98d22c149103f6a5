"""Stand-ins for tests of code that uses DocFlow: an engine and a classifier that say what they are told to.

`docflow.testing.faults` has engines that fail as real ones do.
"""

from docflow.testing.fakes import FakeClassifier, FakeEngine

__all__ = ["FakeClassifier", "FakeEngine"]
