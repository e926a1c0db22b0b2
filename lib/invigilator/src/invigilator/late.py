"""A penalty for late work, for nbgrader's AssignLatePenalties."""

import math

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float, Integer

_DAY = 24 * 60 * 60


class PerDay(LateSubmissionPlugin):  # type: ignore[misc]
    """A share of the score for each day that has begun since the due date. In nbgrader_config.py:

        c.AssignLatePenalties.plugin_class = "invigilator.late.PerDay"
        c.PerDay.share = 0.1
        c.PerDay.grace_minutes = 15

    Within the minutes of grace there is no penalty; after them, they are late, too.
    """

    share = Float(0.1, min=0, max=1, help="share of the score that a day costs").tag(config=True)
    grace_minutes = Integer(0, min=0, help="minutes that are not late yet").tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        if total_seconds_late <= 60 * self.grace_minutes:
            return None
        days = math.ceil(total_seconds_late / _DAY)
        return score * min(1.0, days * self.share)
