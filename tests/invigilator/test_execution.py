"""A worker has what its assignment needs, all its notebooks of it, and nothing of another one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import nbformat
import pytest
from conftest import cell, configured
from nbformat.v4 import new_notebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from invigilator.batch import Batch
from invigilator.batch.execution import worker_threads
from invigilator.commands.autograde import nbgrader_api
from invigilator.course.results import load_results
from invigilator.course.submissions import students
from invigilator.protocol.limits import Limits
from invigilator.trusted.worker import Worker
from invigilator.untrusted.sandbox import missing

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]

# Each notebook's answer imports a module that lies outside the libraries, in a folder of its own.
NOTEBOOKS = {"ps1": ["first", "second"], "ps2": ["third"]}


def module_of(notebook: str) -> str:
    return f"beside_{notebook}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with two assignments, one of them of two notebooks, and the modules beside it."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    root = tmp_path_factory.mktemp("made") / "a course"
    config = configured(root)
    for assignment, notebooks in NOTEBOOKS.items():
        for notebook in notebooks:
            module = module_of(notebook)
            folder = root.parent / "modules" / notebook
            folder.mkdir(parents=True)
            (folder / f"{module}.py").write_text("factor = 2\n", "utf-8")
            answer = f"import {module} as m\ndef f(x):\n    return m.factor * x"
            source = f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION"
            cells = [cell("solution", "f", source), cell("test", "test_f", "assert f(2) == 4", 3)]
            write(root / "source" / assignment, notebook, cells)
            cells[0].source = answer
            write(root / "submitted" / "ada" / assignment, notebook, cells)
        made = NbGraderAPI(config=config).generate_assignment(assignment, create=True)
        assert made["success"], made["log"]
    (root / "nbgrader_config.py").write_text("c = get_config()\n", "utf-8")
    return root


@pytest.fixture
def paths(made: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders of the modules, which can be imported here."""
    folders = sorted((made.parent / "modules").iterdir())
    for folder in folders:
        monkeypatch.syspath_prepend(folder)
    return list(map(str, folders))


@pytest.fixture
def course(made: Path, tmp_path: Path, paths: list[str]) -> Config:
    """The configuration of a course of one's own."""
    root = tmp_path / "a course"
    shutil.copytree(made, root)
    return configured(root)


def write(folder: Path, notebook: str, cells: list[nbformat.NotebookNode]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = nbformat.writes(new_notebook(cells=cells))
    (folder / f"{notebook}.ipynb").write_text(text, "utf-8")


def scores(config: Config, assignment: str, student: str = "ada") -> dict[str, float]:
    with nbgrader_api(config).gradebook as gradebook:
        found = gradebook.find_submission(assignment, student)
        return {notebook.name: notebook.score for notebook in found.notebooks}


def test_both_notebooks_of_an_assignment_find_their_modules(
    course: Config, paths: Iterable[str]
) -> None:
    root = course.CourseDirectory.root
    path = os.pathsep.join([*paths, *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
    done = subprocess.run(
        [sys.executable, "-m", "invigilator", "autograde", "ps1", "--jobs=1", "--no-feedback"],
        cwd=root, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout
    assert scores(course, "ps1") == {"first": 3, "second": 3}


def test_a_thread_that_goes_on_to_another_assignment_finds_its_modules(course: Config) -> None:
    directory = nbgrader_api(course).coursedir
    with worker_threads(1) as executor:
        for assignment in ("ps2", "ps1", "ps2"):
            batch = Batch(directory, course, assignment, jobs=1, force=True, executor=executor)
            list(batch.autograde(students(directory, assignment)))
            assert batch.warnings == []
    assert scores(course, "ps1") == {"first": 3, "second": 3}
    assert scores(course, "ps2") == {"third": 3}


def test_what_can_be_imported_does_not_depend_on_what_was_graded_before(course: Config) -> None:
    root = Path(course.CourseDirectory.root)
    path = root / "submitted" / "ada" / "ps2" / "third.ipynb"
    text = path.read_text("utf-8").replace(module_of("third"), module_of("first"))
    path.write_text(text, "utf-8")
    directory = nbgrader_api(course).coursedir
    with worker_threads(1) as executor:
        for assignment in ("ps1", "ps2"):
            batch = Batch(directory, course, assignment, jobs=1, executor=executor)
            list(batch.autograde(["ada"]))
    assert scores(course, "ps2") == {"third": 0}


def test_nbgraders_own_autograde_finds_the_modules_of_both_notebooks(course: Config) -> None:
    course.Autograde.autograde_preprocessors = [
        "invigilator.preprocessor.Isolated",
        "nbgrader.preprocessors.SaveAutoGrades",
    ]
    for assignment in NOTEBOOKS:
        done = nbgrader_api(course).autograde(assignment, "ada", force=True, create=True)
        assert done["success"], done["log"]
    assert scores(course, "ps1") == {"first": 3, "second": 3}
    assert scores(course, "ps2") == {"third": 3}


def test_one_notebook_alone_is_graded_with_what_all_need(course: Config) -> None:
    course.CourseDirectory.notebook_id = "second"
    directory = nbgrader_api(course).coursedir
    batch = Batch(directory, course, "ps1", jobs=1)
    assert [result.graded for result in batch.autograde(["ada"])] == [True]
    assert [result.digest for result in load_results(directory, "ps1")] == [""]
    assert batch.specs["second"].modules == (module_of("first"), module_of("second"))


def test_a_worker_serves_for_the_same_modules_limits_and_isolation_alone() -> None:
    limits = Limits(memory=512, cell=20)
    with Worker(["math", "json"], limits) as worker:
        settings = limits.settings()
        assert worker.serves(["json", "math"], settings, True)
        assert not worker.serves(["json"], settings, True)
        assert not worker.serves(["json", "math", "re"], settings, True)
        assert not worker.serves(["math", "json"], settings | {"cell": 21}, True)
        assert not worker.serves(["math", "json"], settings, False)
    assert not worker.serves(["math", "json"], settings, True)


def test_a_pool_that_is_left_has_closed_every_worker_it_opened(course: Config) -> None:
    directory = nbgrader_api(course).coursedir
    before = examiners()
    with worker_threads(2) as executor:
        for assignment in ("ps1", "ps2"):
            batch = Batch(directory, course, assignment, jobs=2, executor=executor)
            list(batch.autograde(["ada"]))
        assert examiners() - before
    assert examiners() <= before


def examiners() -> set[str]:
    """The examiners that this process has started and that run."""
    found = set()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command = (place / "cmdline").read_bytes().split(b"\0")
            parent = (place / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if b"examiner" in command and parent == str(os.getpid()):
            found.add(place.name)
    return found
