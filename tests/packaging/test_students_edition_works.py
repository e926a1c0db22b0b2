"""A student's way: the edition elsewhere, an environment made from it, a problem set checked."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from environments import environment, run, wheel

from course.exercises import assignments
from course.sample_class import CLASS
from course.students_edition import make


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The students' edition in a folder with a space in its name, far from the course."""
    folder = tmp_path_factory.mktemp("home") / "a clone"
    make(folder)
    return folder


@pytest.fixture(scope="module")
def python(edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's environment: the edition's library with what its `check` needs."""
    made = wheel("convbook", tmp_path_factory.mktemp("wheel"), edition)
    needed = ["numpy", "ipython", "nbformat"]
    return environment(edition / ".venv", needed, [made]) / "python"


def readme(edition: Path) -> list[str]:
    """The commands that its README asks for."""
    text = (edition / "README.md").read_text("utf-8")
    return [line.strip() for line in re.findall(r"^ {4}(.*)$", text, re.MULTILINE)]


@pytest.mark.parametrize("name", assignments())
def test_a_problem_set_is_checked_before_and_after_it_is_done(
    name: str, edition: Path, python: Path
) -> None:
    (asked,) = [line for line in readme(edition) if "convbook check" in line]
    work = edition / "work" / name
    shutil.copytree(edition / "exercises" / name, work)
    command = [python, *asked.replace(assignments()[0], name).split()[1:]]
    before = run(command, edition)
    assert (before.returncode, before.stderr) == (1, "")
    assert "is not written yet" in before.stdout
    assert "visible checks passed: 0 of" in before.stdout

    (work / f"{name}.ipynb").write_text(CLASS["ada"](name), "utf-8")
    after = run(command, edition)
    assert (after.returncode, after.stderr) == (0, ""), after.stdout
    total = re.search(r"visible checks passed: (\d+) of (\d+)", after.stdout)
    assert total
    assert total[1] == total[2] != "0"


def test_what_its_readme_installs_fits_together(edition: Path) -> None:
    (install,) = [line for line in readme(edition) if line.startswith(".venv/bin/pip install")]
    # All but the library is here at the lock's versions: nothing is fetched, nothing installed.
    dry = ["--dry-run", "--no-index", "--no-build-isolation", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", *install.split()[1:], *dry]
    done = subprocess.run(command, cwd=edition, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    wanted = re.findall(r"Would install (.*)", done.stdout)
    assert [each.rpartition("-")[0] for line in wanted for each in line.split()] in (
        [], ["convbook"],
    )  # fmt: skip
