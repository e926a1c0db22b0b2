"""Right and wrong answers to every task, as students write them.

They stand in `solutions/ASSIGNMENT/answers/FUNCTION.py`, one cell each, titled `right: …` or
`wrong: …`. The title of a wrong one is its cause in words. Behind it stands

    says="words"       what a message that names this cause contains; several, apart by " ; "
    deceives=true      instead, when it is made to deceive: no message can name its cause
    held_out=true      when no message was written with this answer in sight
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
    says: tuple[str, ...] = ()
    held_out: bool = False

    @property
    def right(self) -> bool:
        """Whether it deserves its points."""
        return self.title.startswith("right:")


def answers(assignment: str) -> list[Answer]:
    """Every answer to an assignment, in the order of the files."""
    found = []
    for path in sorted((SOLUTIONS / assignment / "answers").glob("*.py")):
        for cell in jupytext.read(path, fmt="py:percent").cells:
            about = cell.metadata
            title = about.get("title", "")
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            if not title.startswith(("right: ", "wrong: ")):
                sys.exit(f"{path}: a cell's title must begin with right: or wrong:, not {title!r}")
            says = tuple(words for words in about.get("says", "").split(" ; ") if words)
            if title.startswith("wrong: ") and bool(says) == bool(about.get("deceives")):
                sys.exit(f"{path}: {title!r} needs says or deceives, and not both")
            held_out = bool(about.get("held_out"))
            found.append(Answer(assignment, path.stem, title, cell.source, says, held_out))
    return found
