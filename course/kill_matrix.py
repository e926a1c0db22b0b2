"""The kill matrix: what every right and wrong answer of the course earns, task by task.

    python -m course.kill_matrix [ps02_locality …] [--seed N] [--messages]

An answer (see `course.answers`) takes the place of the instructor's solution in an otherwise
perfect notebook, whose cells then run in a fresh IPython shell, hidden tests included.
"""

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from traitlets.config import Config

from course.answers import Answer, answers
from course.exercises import assignments, source_notebook


@dataclass(frozen=True)
class Outcome:
    """Points of an answer's notebook for every task, and what the failed checks said."""

    answer: Answer
    points: dict[str, float]
    messages: dict[str, str]


@cache
def cells(assignment: str) -> list[NotebookNode]:
    """The instructor's notebook, read once."""
    return source_notebook(assignment).cells


def full_points(assignment: str) -> dict[str, float]:
    """What each automatically graded task of an assignment is worth."""
    graded = (cell.metadata.get("nbgrader", {}) for cell in cells(assignment))
    return {
        g["grade_id"].removeprefix("test_"): float(g["points"])
        for g in graded
        if g.get("grade") and not g["solution"]
    }


def grade(answer: Answer, seed: int) -> Outcome:
    """Run the notebook in which `answer` is given, in a fresh shell."""
    os.environ["GRADING_SEED"] = str(seed)
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    points, messages = {}, {}
    for cell in cells(answer.assignment):
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code":
            continue
        source = answer.source if about.get("grade_id") == answer.task else cell.source
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            result = shell.run_cell(source)
        if about.get("grade"):
            task = about["grade_id"].removeprefix("test_")
            points[task] = float(about["points"]) if result.success else 0.0
            error = result.error_in_exec or result.error_before_exec
            if error is not None:
                messages[task] = f"{type(error).__name__}: {error}"
    return Outcome(answer, points, messages)


def grade_all(given: Iterable[Answer], seed: int, limit: float = 120) -> list[Outcome]:
    """Grade answers on every core, each in a fork of its own: what one does, none after it sees.

    An answer that takes longer than `limit` seconds earns nothing.
    """
    fork = get_context("fork")

    def start(answer: Answer) -> tuple[BaseProcess, Connection]:
        mine, theirs = fork.Pipe(duplex=False)
        process = fork.Process(target=lambda: theirs.send(grade(answer, seed)), daemon=True)
        process.start()
        theirs.close()
        return process, mine

    waiting, outcomes = list(given), []
    while waiting:
        several, waiting = waiting[: os.cpu_count()], waiting[os.cpu_count() :]
        running = [(answer, *start(answer)) for answer in several]
        for answer, process, pipe in running:
            answered = pipe.poll(limit)
            outcomes.append(pipe.recv() if answered else Outcome(answer, {}, {}))
            process.kill()
            process.join()
    return outcomes


def faults(outcome: Outcome, full: dict[str, float]) -> list[str]:
    """How an outcome differs from what its answer deserves."""
    task = outcome.answer.task
    deserved = {**full, task: full[task] if outcome.answer.right else 0.0}
    return [
        f"{outcome.answer.title}: {outcome.points.get(name)} of {full[name]} points for {name}, "
        f"expected {points}"
        for name, points in deserved.items()
        if outcome.points.get(name) != points
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("assignment", nargs="*", default=assignments())
    parser.add_argument("--seed", type=int, default=1, help="seed of the hidden tests")
    parser.add_argument("--messages", action="store_true", help="show what the student reads")
    options = parser.parse_args()
    unexpected = []
    for assignment in options.assignment:
        full = full_points(assignment)
        print(f"\n{assignment}: {', '.join(full)}   (● earned, · lost, ! not as it should be)")
        for outcome in grade_all(answers(assignment), options.seed):
            found = faults(outcome, full)
            unexpected += found
            marks = "".join("●" if outcome.points.get(name) == full[name] else "·" for name in full)
            flag = "!" if found else " "
            print(f" {flag} {marks}  {outcome.answer.task}, {outcome.answer.title}", flush=True)
            if options.messages:
                for message in outcome.messages.values():
                    print("        " + message.replace("\n", "\n        "))
    print("\n" + ("\n".join(unexpected) or "Every answer earns what it deserves."))
    sys.exit(bool(unexpected))


if __name__ == "__main__":
    # Under its own name: the shells in the workers take `__main__` for themselves.
    from course import kill_matrix

    kill_matrix.main()
