"""A small course of its own, in a temporary folder: the grader knows nothing of this one."""

import fcntl
import os
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from invigilator.feedback import configure


def cell(kind: str, name: str, source: str, points: float = 0) -> nbformat.NotebookNode:
    """A cell with nbgrader's metadata; `kind` is "solution", "test" or "written"."""
    make = new_markdown_cell if kind == "written" else new_code_cell
    about = {
        "grade_id": name,
        "schema_version": 3,
        "solution": kind != "test",
        "grade": kind != "solution",
        "locked": kind == "test",
        "task": False,
    }
    if kind != "solution":
        about["points"] = points
    return make(source, id=name, metadata={"nbgrader": about})


SOURCE = [
    cell(
        "solution",
        "double",
        "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
    ),
    cell(
        "test",
        "test_double",
        "assert double(2) == 4, 'double(2) must be 4'\n"
        "### BEGIN HIDDEN TESTS\nsecret = 1234567\n"
        "assert double(secret) == 2469134, 'double is wrong for large numbers'\n"
        "### END HIDDEN TESTS",
        3,
    ),
    cell("written", "essay", "Because.", 1),
]


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A course with a released assignment, made by one worker of pytest-xdist for all of them."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "released"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.exists():
            new = tmp_path_factory.mktemp("released") / "a course"
            make_course(new, SOURCE)
            new.rename(shared)
    return shared


@pytest.fixture
def course(released: Path, tmp_path: Path) -> Config:
    """The configuration of a course with one released assignment, `ps1`; its folder has a space."""
    return copied(released, tmp_path / "a course")


def copied(released: Path, root: Path) -> Config:
    """A copy of a released course."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    shutil.copytree(released, root)
    return configured(root)


def configured(root: Path, url: str | None = None) -> Config:
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = "a course"
    config.CourseDirectory.db_url = url or f"sqlite:///{root / 'gradebook.db'}"
    configure(config)
    return config


def make_course(root: Path, cells: list[nbformat.NotebookNode], url: str | None = None) -> Config:
    """A course with one released assignment of these cells, and a data file beside it."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    source = root / "source" / "ps1" / "ps1.ipynb"
    source.parent.mkdir(parents=True)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    source.write_text(nbformat.writes(notebook), "utf-8")
    (source.parent / "data.txt").write_text("6 7", "utf-8")
    config = configured(root, url)
    made = NbGraderAPI(config=config).generate_assignment("ps1", create=True)
    assert made["success"], made["log"]
    return config


def hand_in(
    config: Config, student: str, answer: str | None = None, raw: bytes | None = None
) -> None:
    """Submit the released notebook with an answer to `double`, or any bytes in its place."""
    root = Path(config.CourseDirectory.root)
    path = root / "submitted" / student / "ps1" / "ps1.ipynb"
    path.parent.mkdir(parents=True)
    if raw is not None:
        path.write_bytes(raw)
        return
    notebook = nbformat.read(root / "release" / "ps1" / "ps1.ipynb", as_version=4)
    if answer is not None:
        notebook.cells[0].source = answer
    path.write_text(nbformat.writes(notebook), "utf-8")
