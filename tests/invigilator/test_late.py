"""A penalty for late work, to the minute."""

import pytest
from traitlets import TraitError

from invigilator.late import PerDay

DAY, MINUTE = 86400.0, 60.0


@pytest.mark.parametrize(
    ("late", "penalty"),
    [
        (1, None),  # within the grace
        (15 * MINUTE, None),
        (15 * MINUTE + 1, 2.0),
        (DAY, 2.0),
        (DAY + 1, 4.0),
        (3.5 * DAY, 8.0),
        (5 * DAY, 10.0),
        (500 * DAY, 10.0),  # never more than there is
    ],
)
def test_each_day_begun_costs_its_share(late: float, penalty: float | None) -> None:
    plugin = PerDay(share=0.2, grace_minutes=15)
    found = plugin.late_submission_penalty("ada", 10.0, late)
    assert found == (None if penalty is None else pytest.approx(penalty))


def test_nothing_is_lost_of_nothing() -> None:
    assert PerDay(share=0.2).late_submission_penalty("ada", 0.0, DAY) == 0


@pytest.mark.parametrize("share", [-0.1, 10])
def test_a_share_is_between_nothing_and_all(share: float) -> None:
    with pytest.raises(TraitError):
        PerDay(share=share)
