"""The kill matrix as an instructor sees it: every answer graded with tests and answers apart."""

import os
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI

from course.answers import Answer
from course.exercises import course_config, generate, source_notebook, write_sources
from course.kill_matrix import Outcome
from invigilator.course.assignment import Paper, read_paper
from invigilator.trusted.examiner import Work
from invigilator.trusted.worker import Room
from invigilator.untrusted.sandbox import Allowance


def grade_isolated(assignment: str, given: Iterable[Answer], scratch: Path) -> list[Outcome]:
    """Grade answers in rooms, one a core."""
    mine, here, rooms = paper(assignment, scratch), local(), list[Room]()

    def enter() -> None:
        here.room = Room(mine.modules, Allowance())
        rooms.append(here.room)

    with ThreadPoolExecutor(os.cpu_count(), initializer=enter) as executor:
        found = list(executor.map(lambda answer: graded(answer, mine, here.room), given))
    for room in rooms:
        room.close()
    return found


def paper(assignment: str, scratch: Path) -> Paper:
    """The paper of an assignment in a scratch course."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    config = course_config()
    config.CourseDirectory.root = str(scratch)
    config.CourseDirectory.source_directory = "source"
    config.CourseDirectory.release_directory = "release"
    config.CourseDirectory.db_url = f"sqlite:///{scratch / 'gradebook.db'}"
    write_sources(scratch / "source")
    generate(assignment, config)
    with Gradebook(config.CourseDirectory.db_url) as gradebook:
        course = NbGraderAPI(config=config).coursedir
        return read_paper(course, gradebook, assignment, assignment, config)


def graded(answer: Answer, paper: Paper, room: Room) -> Outcome:
    """Hand in the instructor's notebook with one answer in its place."""
    notebook = source_notebook(answer.assignment)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == answer.task:
            cell.source = answer.source
    work = Work("student", nbformat.writes(notebook).encode(), {}, seed=1)
    result = room.examine(paper, work)
    points, messages = {}, {}
    for cell in nbformat.reads(result["notebook"], as_version=4).cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") and not about["solution"]:
            task = about["grade_id"].removeprefix("test_")
            points[task] = result["grades"][about["grade_id"]]
            for output in cell.outputs:
                if output.output_type == "error":
                    messages[task] = f"{output.ename}: {output.evalue}"
    return Outcome(answer, points, messages)
