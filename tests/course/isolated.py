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
from invigilator.course.assignment import AssignmentSpec, read_specs
from invigilator.protocol.limits import Limits
from invigilator.protocol.messages import Graded, NotebookSubmission
from invigilator.trusted.worker import Worker


def grade_isolated(assignment: str, given: Iterable[Answer], scratch: Path) -> list[Outcome]:
    """Grade answers with a worker for each core."""
    spec, thread, workers = read_spec(assignment, scratch), local(), list[Worker]()

    def open_worker() -> None:
        thread.worker = Worker(spec.modules, Limits())
        workers.append(thread.worker)

    with ThreadPoolExecutor(os.cpu_count(), initializer=open_worker) as executor:
        found = list(executor.map(lambda answer: graded(answer, spec, thread.worker), given))
    for worker in workers:
        worker.close()
    return found


def read_spec(assignment: str, scratch: Path) -> AssignmentSpec:
    """The specification of an assignment in a scratch course."""
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
        return read_specs(course, gradebook, assignment, config)[assignment]


def graded(answer: Answer, spec: AssignmentSpec, worker: Worker) -> Outcome:
    """Hand in the instructor's notebook with one answer in its place."""
    notebook = source_notebook(answer.assignment)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == answer.task:
            cell.source = answer.source
    text = nbformat.writes(notebook).encode()
    verdict = worker.examine(spec, NotebookSubmission("student", text, {}, seed=1))
    assert isinstance(verdict, Graded), verdict
    points, messages = {}, {}
    for cell in nbformat.reads(verdict.notebook, as_version=4).cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") and not about["solution"]:
            task = about["grade_id"].removeprefix("test_")
            points[task] = verdict.grades[about["grade_id"]]
            for output in cell.outputs:
                if output.output_type == "error":
                    messages[task] = f"{output.ename}: {output.evalue}"
    return Outcome(answer, points, messages)
