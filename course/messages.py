"""What the student of a wrong answer reads first, and whether that names the cause of the mistake.

Read first are the visible checks; the hidden tests only by who passes these. `course.answers` says
where the words stand that a message must contain to name the cause.
"""

from dataclasses import dataclass
from typing import Literal

from course.answers import Answer

Verdict = Literal["right", "none", "wrong"]


@dataclass(frozen=True)
class Reading:
    """A wrong answer, whether it passes the visible checks of its task, and what is said of it."""

    answer: Answer
    passes: bool
    message: str

    @property
    def cause(self) -> str:
        """The usual cause that the message names; "" when it names none."""
        return self.message.partition("usual cause:")[2].split("\n")[0].strip()

    @property
    def verdict(self) -> Verdict:
        """Whether the message names the cause, another one, or none."""
        if any(words in self.message for words in self.answer.says):
            return "right"
        return "wrong" if self.cause else "none"


def summary(readings: list[Reading]) -> str:
    """How many messages name the cause, of answers that don't deceive."""
    honest = [each for each in readings if each.answer.says]
    if not honest:
        return "no messages"
    counts = {verdict: 0 for verdict in ("right", "none", "wrong")}
    for each in honest:
        counts[each.verdict] += 1
    share = counts["right"] / len(honest)
    return f"{share:.0%} of {len(honest)} messages name the cause, {counts['none']} none, " + (
        f"{counts['wrong']} a wrong one"
    )
