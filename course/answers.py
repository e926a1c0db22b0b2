"""Right and wrong answers to every task, as students write them.

They stand in `solutions/ASSIGNMENT/answers/FUNCTION.py`, one cell each, titled `right: …` or
`wrong: …`.
"""

import sys
from dataclasses import dataclass

import jupytext

from course.exercises import SOLUTIONS


@dataclass(frozen=True)
class Answer:
    """A student's answer to one task."""

    assignment: str
    task: str
    title: str
    source: str

    @property
    def right(self) -> bool:
        """Whether it deserves its points."""
        return self.title.startswith("right:")


def answers(assignment: str) -> list[Answer]:
    """Every answer to an assignment, in the order of the files."""
    found = []
    for path in sorted((SOLUTIONS / assignment / "answers").glob("*.py")):
        for cell in jupytext.read(path, fmt="py:percent").cells:
            title = cell.metadata.get("title", "")
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            if not title.startswith(("right: ", "wrong: ")):
                sys.exit(f"{path}: a cell's title must begin with right: or wrong:, not {title!r}")
            found.append(Answer(assignment, path.stem, title, cell.source))
    return found
