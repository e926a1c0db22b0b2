"""The kill matrix: what every right and wrong answer of the course earns, task by task.

    python -m course.kill_matrix [ps02_locality …] [--seed N] [--messages]

An answer (see `course.answers`) takes the place of the instructor's solution in an otherwise
perfect notebook, whose cells then run in a fresh IPython shell, hidden tests included. Of the other
tasks only those are run that call the answered one, in their solution or in their test, and those
that these call: what an answer cannot reach it cannot change.
"""

import argparse
import ast
import contextlib
import io
import os
import re
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from traitlets.config import Config

import convbook.checking  # noqa: F401 (what every answer's cells import, imported once for all)
from course.answers import Answer, answers
from course.exercises import assignments, source_notebook
from course.messages import Reading, summary

HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS\n?", re.DOTALL)


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
    return {
        task_of(cell): float(cell.metadata.nbgrader.points)
        for cell in cells(assignment)
        if is_test(cell)
    }


def grade_id(cell: NotebookNode) -> str:
    """nbgrader's name of a cell, "" for a cell that it doesn't know."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def is_test(cell: NotebookNode) -> bool:
    """Whether a cell is graded by running it."""
    about = cell.metadata.get("nbgrader", {})
    return bool(about.get("grade")) and not about["solution"]


def task_of(cell: NotebookNode) -> str:
    """The task that a cell answers or tests."""
    return grade_id(cell).removeprefix("test_")


@cache
def calls(assignment: str) -> dict[str, set[str]]:
    """For each task the tasks that its solution and its test call, and those that these call."""
    tasks = full_points(assignment).keys()
    found: dict[str, set[str]] = {task: set() for task in tasks}
    for cell in cells(assignment):
        if cell.cell_type == "code" and task_of(cell) in tasks:
            found[task_of(cell)] |= names_in(cell.source) & tasks
    for middle in tasks:  # Warshall's algorithm
        for task in tasks:
            if middle in found[task]:
                found[task] |= found[middle]
    return found


def names_in(source: str) -> set[str]:
    """The names in a cell's code; none when it is no Python."""
    try:
        nodes = ast.walk(ast.parse(source))
    except SyntaxError:
        return set()
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def concerned(answer: Answer) -> list[str]:
    """The tasks whose points an answer can change: its own and those that call it."""
    called = calls(answer.assignment)
    return [task for task in called if task == answer.task or answer.task in called[task]]


def cells_for(answer: Answer, whole: bool = False, hidden: bool = True) -> list[NotebookNode]:
    """The notebook in which `answer` is given: what is needed to grade the tasks it concerns.

    With `whole`, the notebook with all of its tasks; without `hidden`, what a student has of the
    answered task.
    """
    called = calls(answer.assignment)
    tested = list(called) if whole else concerned(answer)
    if not hidden:
        tested = [answer.task]
    used = [*tested, *(names_in(answer.source) & called.keys())]
    solved = {*used}.union(*(called[task] for task in used))
    kept = []
    for cell in cells(answer.assignment):
        task = task_of(cell)
        if task in ("picture", "progress"):  # neither asked for nor graded
            continue
        if task in called and task not in (tested if is_test(cell) else solved):
            continue
        if grade_id(cell) == answer.task:
            cell = nbformat.from_dict({**cell, "source": answer.source})
        elif is_test(cell) and not hidden:
            cell = nbformat.from_dict({**cell, "source": HIDDEN.sub("", cell.source)})
        kept.append(cell)
    return kept


def fresh_shell() -> InteractiveShell:
    """A shell of its own, which says no more of an error than its message."""
    InteractiveShell.clear_instance()
    settings = {"xmode": "Minimal", "colors": "nocolor"}
    config = Config(HistoryManager={"enabled": False}, InteractiveShell=settings)
    return InteractiveShell.instance(config=config)


def grade(answer: Answer, seed: int, whole: bool = False, hidden: bool = True) -> Outcome:
    """Run the notebook in which `answer` is given, in a fresh shell; see `cells_for`."""
    os.environ["GRADING_SEED"] = str(seed)
    shell = fresh_shell()
    points, messages = {}, {}
    for cell in cells_for(answer, whole, hidden):
        if cell.cell_type != "code":
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            result = shell.run_cell(cell.source)
        if is_test(cell):
            task = task_of(cell)
            points[task] = float(cell.metadata.nbgrader.points) if result.success else 0.0
            error = result.error_in_exec or result.error_before_exec
            if error is not None:
                messages[task] = f"{type(error).__name__}: {error}"
    return Outcome(answer, points, messages)


def grade_all(
    given: Iterable[Answer],
    seed: int,
    whole: bool = False,
    hidden: bool = True,
    limit: float = 120,
) -> list[Outcome]:
    """Grade answers on every core, each in a fork of its own: what one does, none after it sees.

    An answer that takes longer than `limit` seconds earns nothing.
    """
    # A process whose libraries have started threads can't be forked safely: a new one forks.
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as fresh:
        return fresh.submit(grade_in_forks, list(given), seed, whole, hidden, limit).result()


def grade_in_forks(
    given: list[Answer], seed: int, whole: bool, hidden: bool, limit: float
) -> list[Outcome]:
    """Grade answers, as many at a time as there are cores, in forks of this process."""
    waiting, outcomes = given, []
    for assignment in {answer.assignment for answer in waiting}:
        calls(assignment)  # read here, so that no fork has to
    fork = get_context("fork")

    def start(answer: Answer) -> tuple[BaseProcess, Connection]:
        receiver, sender = fork.Pipe(duplex=False)
        process = fork.Process(
            target=lambda: sender.send(grade(answer, seed, whole, hidden)), daemon=True
        )
        process.start()
        sender.close()
        return process, receiver

    while waiting:
        several, waiting = waiting[: os.cpu_count()], waiting[os.cpu_count() :]
        running = [(answer, *start(answer)) for answer in several]
        for answer, process, receiver in running:
            try:
                answered = receiver.poll(limit)
                outcomes.append(receiver.recv() if answered else Outcome(answer, {}, {}))
            except EOFError:  # the process ended without a word
                outcomes.append(Outcome(answer, {}, {}))
            process.kill()
            process.join()
    return outcomes


def faults(outcome: Outcome, full: dict[str, float]) -> list[str]:
    """How an outcome differs from what its answer deserves."""
    answer = outcome.answer
    deserved = {task: full[task] for task in [*concerned(answer), *outcome.points]}
    deserved[answer.task] = full[answer.task] if answer.right else 0.0
    return [
        f"{outcome.answer.title}: {outcome.points.get(name)} of {full[name]} points for {name}, "
        f"expected {points}"
        for name, points in deserved.items()
        if outcome.points.get(name) != points
    ]


def read_by_students(given: Iterable[Answer], seed: int) -> list[Reading]:
    """What the students of the wrong answers among `given` read: of the visible checks, or in the
    feedback where those pass."""
    wrong = [answer for answer in given if not answer.right]
    visible = grade_all(wrong, seed, hidden=False)
    passing = [each.answer for each in visible if each.points.get(each.answer.task)]
    feedback = {each.answer: each for each in grade_all(passing, seed)}
    return [
        Reading(
            each.answer,
            each.answer in feedback,
            feedback.get(each.answer, each).messages.get(each.answer.task, ""),
        )
        for each in visible
    ]


def mark(outcome: Outcome, task: str, points: float) -> str:
    """One sign for what an answer earned for a task."""
    if task not in concerned(outcome.answer):
        return "–"
    return "●" if outcome.points.get(task) == points else "·"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("assignment", nargs="*", default=assignments())
    parser.add_argument("--seed", type=int, default=1, help="seed of the hidden tests")
    parser.add_argument("--messages", action="store_true", help="show what the student reads")
    options = parser.parse_args()
    unexpected, everything = [], list[Reading]()
    for assignment in options.assignment:
        full = full_points(assignment)
        print(f"\n{assignment}: {', '.join(full)}")
        print("(● earned, · lost, – out of reach of the answer, ! not as it should be, ")
        print(" v passes the visible checks; then whether its message names the cause)")
        outcomes = grade_all(answers(assignment), options.seed)
        readings = read_by_students(answers(assignment), options.seed)
        everything += readings
        read = {each.answer: each for each in readings}
        for outcome in outcomes:
            found = faults(outcome, full)
            unexpected += found
            marks = "".join(mark(outcome, name, full[name]) for name in full)
            reading = read.get(outcome.answer)
            flags = ("!" if found else " ") + ("v" if reading and reading.passes else " ")
            verdict = reading.verdict if reading and reading.answer.says else ""
            title = f"{outcome.answer.task}, {outcome.answer.title}"
            print(f" {flags} {marks}  {verdict:<5}  {title}", flush=True)
            if options.messages and reading:
                print("        " + reading.message.replace("\n", "\n        "))
        print(report(assignment, readings))
    if len(options.assignment) > 1:
        print(report("all", everything))
    print("\n" + ("\n".join(unexpected) or "Every answer earns what it deserves."))
    sys.exit(bool(unexpected))


def report(name: str, readings: list[Reading]) -> str:
    """How many wrong answers pass the visible checks, and how many messages name the cause."""
    passing = sum(each.passes for each in readings)
    share = passing / max(len(readings), 1)
    held_out = [each for each in readings if each.answer.held_out]
    kept = [each for each in readings if not each.answer.held_out]
    return (
        f"{name}: {passing} of {len(readings)} wrong answers ({share:.0%}) pass "
        f"the visible checks\n  {summary(kept)}\n  held out: {summary(held_out)}"
    )


if __name__ == "__main__":
    # Under its own name: the shells in the workers take `__main__` for themselves.
    from course import kill_matrix

    kill_matrix.main()
