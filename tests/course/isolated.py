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
from invigilator.course.assignment import AssignmentSpec, read_specs
from invigilator.protocol.limits import Limits
from invigilator.protocol.messages import Graded, NotebookSubmission
from invigilator.trusted.worker import Worker


def grade_isolated(given: Mapping[str, Iterable[Answer]], scratch: Path) -> list[Outcome]:
    """Grade the answers to each assignment with a worker for each core, which all share."""
    specs = read_all_specs(list(given), scratch)
    modules = sorted({module for spec in specs.values() for module in spec.modules})
    thread, workers = local(), list[Worker]()

    def open_worker() -> None:
        thread.worker = Worker(modules, Limits())
        workers.append(thread.worker)

    def grade(answer: Answer) -> Outcome:
        return graded(answer, specs[answer.assignment], thread.worker)

    with ThreadPoolExecutor(os.cpu_count(), initializer=open_worker) as executor:
        found = list(executor.map(grade, [each for answers in given.values() for each in answers]))
    for worker in workers:
        worker.close()
    return found


def read_all_specs(assignments: list[str], scratch: Path) -> dict[str, AssignmentSpec]:
    """The specifications of assignments, each of one notebook, in a scratch course."""
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
        return {name: read_specs(course, gradebook, name, config)[name] for name in assignments}


def restricted(spec: AssignmentSpec, kept: list[NotebookNode]) -> AssignmentSpec:
    """A specification that knows of some of its cells only."""
    names = {grade_id(cell) for cell in kept}
    code = [cell for cell in cells(spec.assignment) if cell.cell_type == "code"]
    return replace(
        spec,
        cells={name: cell for name, cell in spec.cells.items() if name in names},
        order=[name for name in spec.order if name in names],
        steps=[s for s, cell in zip(spec.steps, code, strict=True) if grade_id(cell) in names],
    )


def graded(answer: Answer, spec: AssignmentSpec, worker: Worker) -> Outcome:
    """Hand in the instructor's notebook with one answer in its place."""
    kept = cells_for(answer)
    text = nbformat.writes(nbformat.v4.new_notebook(cells=kept)).encode()
    submission = NotebookSubmission("student", text, {}, seed=1)
    verdict = worker.examine(restricted(spec, kept), submission)
    assert isinstance(verdict, Graded), verdict
    points, messages = {}, {}
    for cell in nbformat.reads(verdict.notebook, as_version=4).cells:
        if is_test(cell):
            points[task_of(cell)] = verdict.grades[grade_id(cell)]
            for output in cell.outputs:
                if output.output_type == "error":
                    messages[task_of(cell)] = f"{output.ename}: {output.evalue}"
    return Outcome(answer, points, messages)
