"""A lesson refuses what no training could do."""

import pytest

from docflow.errors import SettingsError
from docflow.line_learning.lesson import Lesson


@pytest.mark.parametrize("share", [-0.5, 0.0, 1.01, float("nan")])
def test_only_a_share_of_what_is_learnt_can_be_blended(share: float) -> None:
    with pytest.raises(SettingsError, match="blended"):
        Lesson(steps=1, blend=share)


@pytest.mark.parametrize("share", [0.01, 1.0])
def test_all_that_is_learnt_may_be_kept_and_a_little_of_it(share: float) -> None:
    assert Lesson(steps=1, blend=share).blend == share
