"""Broken notebooks: none stops the class; each is mended, or has no points and a reason."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from broken.kinds import MENDED, REASONED
from hostile_course import DOUBLE, GROW, TWICE, source
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from invigilator.untrusted.sandbox import missing

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]

FULL = {"test_double": 3, "test_twice": 2, "test_grow": 1, "essay": 0}
NOTHING = dict.fromkeys(FULL, 0)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class in which everybody's notebook was right before it broke, graded."""
    root = tmp_path_factory.mktemp("a broken class")
    (root / "source" / "ps1").mkdir(parents=True)
    nbformat.write(source(), root / "source" / "ps1" / "ps1.ipynb")
    (root / "nbgrader_config.py").write_text("c = get_config()\n", "utf-8")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    config = Config()
    config.CourseDirectory.root = str(root)
    made = NbGraderAPI(config=config).generate_assignment("ps1", create=True)
    assert made["success"], made["log"]
    right = nbformat.read(root / "release" / "ps1" / "ps1.ipynb", as_version=4)
    answers = {"double": DOUBLE, "twice": TWICE, "grow": GROW}
    for cell in right.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    text = json.dumps(right)
    kinds = {
        **MENDED,
        **REASONED,
        "a_whole_one": lambda notebook, path: json.dumps(notebook).encode(),
    }
    for name, spoil in kinds.items():
        path = root / "submitted" / name / "ps1" / "ps1.ipynb"
        path.parent.mkdir(parents=True)
        content = spoil(json.loads(text), path)
        if content is not None:
            path.write_bytes(content)
    before = snapshot(root)
    command = subprocess.run(
        [sys.executable, "-m", "invigilator", "autograde", "ps1"],
        cwd=root, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert command.returncode == 0, command.stdout + command.stderr
    assert "Traceback" not in command.stdout + command.stderr
    assert snapshot(root) == before
    return root


def snapshot(root: Path) -> dict[str, bytes | str]:
    """Everything that was handed in."""
    return {
        str(path): path.read_bytes() if path.is_file() and not path.is_symlink() else "no file"
        for path in sorted((root / "submitted").rglob("*"))
    }


def scores(root: Path, student: str) -> dict[str, float]:
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        found = gradebook.find_submission_notebook("ps1", "ps1", student)
        return {grade.name: grade.score for grade in found.grades}


def record(root: Path, student: str) -> dict[str, object]:
    lines = (root / "autograded" / "ps1.jsonl").read_text("utf-8").splitlines()
    (mine,) = (entry for entry in map(json.loads, lines) if entry["student"] == student)
    return dict(mine)


@pytest.mark.parametrize("name", [*MENDED, "a_whole_one"])
def test_mended(course: Path, name: str) -> None:
    assert record(course, name)["reason"] is None
    assert scores(course, name) == FULL
    text = (course / "autograded" / name / "ps1" / "ps1.ipynb").read_text("utf-8")
    nbformat.validate(nbformat.reads(text, as_version=4))


@pytest.mark.parametrize("name", REASONED)
def test_reasoned(course: Path, name: str) -> None:
    reason = str(record(course, name)["reason"])
    assert len(reason) > 15
    assert "Error(" not in reason
    assert "root:" not in reason
    assert scores(course, name) == NOTHING


def test_there_are_enough_kinds() -> None:
    assert len(MENDED) + len(REASONED) >= 25
