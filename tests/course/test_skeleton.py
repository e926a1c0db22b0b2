"""A new chapter and a new assignment build as they are written, and nothing is written over."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course.address import ROOT
from course.skeleton import NameRefused, assignment, chapter, write

NEEDED = (
    "course", "solutions", "exercises", "_config.yml", "nbgrader_config.py",
    "lib/convbook/pyproject.toml",
)  # fmt: skip


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As much of the course as it takes to make an assignment."""
    folder = tmp_path_factory.mktemp("a course")
    for name in NEEDED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def run(scratch: Path, *command: str) -> str:
    """What a module of the course prints."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=scratch, capture_output=True, text=True,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_new_assignment_has_an_exercise_and_its_right_answer_earns_its_points(
    scratch: Path,
) -> None:
    said = run(scratch, "course.skeleton", "assignment", "ps98_new_things", "--function", "twice")
    for path in ("solutions/ps98_new_things/ps98_new_things.md", "answers/twice.py"):
        assert path in said
    assert "exercises/ps98_new_things/ps98_new_things.ipynb" in run(scratch, "course.exercises")
    exercise = scratch / "exercises" / "ps98_new_things" / "ps98_new_things.ipynb"
    text = exercise.read_text("utf-8")
    assert "Problem set 98: new things" in text
    assert "BEGIN" not in text
    earned = run(scratch, "course.kill_matrix", "ps98_new_things")
    assert len(re.findall(r"^    ● +twice, right: ", earned, re.MULTILINE)) == 1
    assert len(re.findall(r"^    · +(?:none|wrong) +twice, wrong: ", earned, re.MULTILINE)) == 8


@pytest.mark.parametrize(
    ("name", "function", "said"),
    [
        ("pooling", "", "psNN_name"),
        ("ps4_pooling", "", "psNN_name"),
        ("ps04_Pooling", "", "psNN_name"),
        ("ps04_pooling/..", "", "psNN_name"),
        ("", "", "psNN_name"),
        ("ps02_pooling", "", "ps02_locality has its number"),
        ("ps98_lambda", "", "'lambda' can't be the name of a function"),
        ("ps98_pooling", "max pool", "'max pool' can't be the name of a function"),
    ],
)
def test_a_name_that_no_assignment_can_have_is_refused(name: str, function: str, said: str) -> None:
    with pytest.raises(NameRefused, match=re.escape(said)):
        assignment(name, function)


@pytest.mark.parametrize(
    "name", ["", "Pooling", "max pool", "max-pool", "2d", "../pooling", "a__b"]
)
def test_a_name_that_no_chapter_can_have_is_refused(name: str) -> None:
    with pytest.raises(NameRefused, match=re.escape(f"{name!r} can't be a chapter's name")):
        chapter(name)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_nothing_is_written_when_one_of_the_files_exists(tmp_path: Path, place: int) -> None:
    files = chapter("pooling")
    there = tmp_path / list(files)[place]
    there.parent.mkdir(parents=True)
    there.write_text("mine")
    with pytest.raises(NameRefused, match=f"^{there.relative_to(tmp_path)} exists already"):
        write(files, tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [there]
    assert there.read_text() == "mine"


def test_refusal_is_one_sentence_and_a_failed_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "course.skeleton", "chapter", "locality"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "chapters/locality.md exists already: nothing is written over\n"
