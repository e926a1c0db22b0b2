"""The kill matrix as an instructor sees it: every answer graded with tests and answers apart."""

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import local

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI

from course.answers import Answer
from course.exercises import course_config, generate, write_sources
from course.kill_matrix import Outcome, cells, cells_for, grade_id, is_test, task_of
from invigilator.course.assignment import Paper, read_paper
from invigilator.trusted.examiner import Work
from invigilator.trusted.worker import Room
from invigilator.untrusted.sandbox import Allowance


def grade_isolated(given: Mapping[str, Iterable[Answer]], scratch: Path) -> list[Outcome]:
    """Grade the answers to each assignment in rooms, one a core, that all assignments share."""
    papers = read_papers(list(given), scratch)
    modules = {module for paper in papers.values() for module in paper.modules}
    mine, rooms = local(), list[Room]()

    def enter() -> None:
        mine.room = Room(sorted(modules), Allowance())
        rooms.append(mine.room)

    def grade(answer: Answer) -> Outcome:
        return graded(answer, papers[answer.assignment], mine.room)

    with ThreadPoolExecutor(os.cpu_count(), initializer=enter) as executor:
        found = list(executor.map(grade, [each for answers in given.values() for each in answers]))
    for room in rooms:
        room.close()
    return found


def read_papers(assignments: list[str], scratch: Path) -> dict[str, Paper]:
    """The papers of assignments in a scratch course."""
    config = course_config()
    config.CourseDirectory.root = str(scratch)
    config.CourseDirectory.source_directory = "source"
    config.CourseDirectory.release_directory = "release"
    config.CourseDirectory.db_url = f"sqlite:///{scratch / 'gradebook.db'}"
    write_sources(scratch / "source")
    for name in assignments:
        generate(name, config)
    course = NbGraderAPI(config=config).coursedir
    with Gradebook(config.CourseDirectory.db_url) as gradebook:
        return {name: read_paper(course, gradebook, name, name, config) for name in assignments}


def restricted(paper: Paper, kept: list[NotebookNode]) -> Paper:
    """A paper that knows of some of its cells only."""
    names = {grade_id(cell) for cell in kept}
    code = [cell for cell in cells(paper.assignment) if cell.cell_type == "code"]
    return replace(
        paper,
        cells={name: cell for name, cell in paper.cells.items() if name in names},
        order=[name for name in paper.order if name in names],
        steps=[s for s, cell in zip(paper.steps, code, strict=True) if grade_id(cell) in names],
    )


def graded(answer: Answer, paper: Paper, room: Room) -> Outcome:
    """Hand in the instructor's notebook with one answer in its place."""
    kept = cells_for(answer)
    notebook = nbformat.v4.new_notebook(cells=kept)
    work = Work("student", nbformat.writes(notebook).encode(), {}, seed=1)
    result = room.examine(restricted(paper, kept), work)
    points, messages = {}, {}
    for cell in nbformat.reads(result["notebook"], as_version=4).cells:
        if is_test(cell):
            points[task_of(cell)] = result["grades"][grade_id(cell)]
            for output in cell.outputs:
                if output.output_type == "error":
                    messages[task_of(cell)] = f"{output.ename}: {output.evalue}"
    return Outcome(answer, points, messages)
