"""Two distributions: what is in their wheels, and that they need what they say, no more."""

import json
import tomllib
import zipfile
from email import message_from_string
from pathlib import Path
from typing import Any

import pytest
from environments import ROOT, environment, run, wheel
from packaging.requirements import Requirement

NAMES = ["convbook", "invigilator"]
IMPORT_ALL = """\
import importlib, json, pkgutil, sys, warnings
warnings.simplefilter("ignore")
package = importlib.import_module(sys.argv[1])
refused = {}
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    try:
        importlib.import_module(module.name)
    except ImportError as error:
        refused[module.name] = str(error)
print(json.dumps(refused))
"""


def project(name: str) -> Any:
    return tomllib.loads((ROOT / "lib" / name / "pyproject.toml").read_text("utf-8"))["project"]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: wheel(name, tmp_path_factory.mktemp(name)) for name in NAMES}


@pytest.fixture(scope="module")
def alone(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """For each distribution an environment with it and what it needs; extras are left out."""
    return {
        name: environment(
            tmp_path_factory.mktemp("alone") / name, project(name)["dependencies"], [wheels[name]]
        )
        for name in NAMES
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_wheel_holds_its_package_and_nothing_else(name: str, wheels: dict[str, Path]) -> None:
    source = ROOT / "lib" / name / "src"
    expected = {
        path.relative_to(source).as_posix()
        for path in (source / name).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    with zipfile.ZipFile(wheels[name]) as file:
        listed = set(file.namelist())
        about = f"{name}-{project(name)['version']}.dist-info/"
        text = file.read(f"{about}METADATA").decode()
    assert {each for each in listed if not each.startswith(about)} == expected
    assert {each.removeprefix(about) for each in listed if each.startswith(about)} == {
        *("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE", "top_level.txt")
    }
    readme = (ROOT / "lib" / name / "README.md").read_text("utf-8")
    assert message_from_string(text).get_payload().strip() == readme.strip()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_needed_are_ranges(name: str) -> None:
    extras = project(name)["optional-dependencies"].values()
    for text in [*project(name)["dependencies"], *(each for extra in extras for each in extra)]:
        operators = {each.operator for each in Requirement(text).specifier}
        assert ">=" in operators, text
        assert operators <= {">=", "<"}, text


def test_all_of_the_library_but_a_students_check_imports_with_numpy_alone(
    alone: dict[str, Path], tmp_path: Path
) -> None:
    done = run([alone["convbook"] / "python", "-I", "-c", IMPORT_ALL, "convbook"], tmp_path)
    why = 'nbformat is missing: pip install "convbook[check]"'
    assert json.loads(done.stdout) == {"convbook.checking.notebook": why}


def test_all_of_the_grader_imports_with_what_it_says_it_needs(
    alone: dict[str, Path], tmp_path: Path
) -> None:
    done = run([alone["invigilator"] / "python", "-I", "-c", IMPORT_ALL, "invigilator"], tmp_path)
    assert json.loads(done.stdout) == {}


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("plot.figure()", 'matplotlib is missing: pip install "convbook[plot]"'),
        ("plot.show(None, alt='x')", 'matplotlib is missing: pip install "convbook[plot]"'),
        ("data.digits()", 'sklearn is missing: pip install "convbook[data]"'),
        ("data.photograph()", 'skimage is missing: pip install "convbook[data]"'),
        ("toeplitz_csr([1], 2)", 'scipy is missing: pip install "convbook[sparse]"'),
        ("toeplitz_operator([1], 2)", 'scipy is missing: pip install "convbook[sparse]"'),
    ],
)
def test_what_an_extra_brings_is_told_by_the_line_that_installs_it(
    call: str, why: str, alone: dict[str, Path], tmp_path: Path
) -> None:
    code = f"from convbook import *; from convbook import data, plot; {call}"
    done = run([alone["convbook"] / "python", "-I", "-c", code], tmp_path)
    assert done.stderr.splitlines()[-1] == f"ModuleNotFoundError: {why}"


def test_the_library_computes_without_scipy(alone: dict[str, Path], tmp_path: Path) -> None:
    code = """\
import numpy as np, convbook
x, weight = np.ones((1, 1, 40, 40)), np.ones((1, 1, 9, 9))
print(convbook.conv(x, weight).sum(), convbook.conv(x, weight, method="fft").sum().round(6))
"""
    done = run([alone["convbook"] / "python", "-I", "-c", code], tmp_path)
    assert (done.stdout, done.stderr) == (f"{81.0 * 32**2} {81.0 * 32**2}\n", "")


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("convbook --version", 0, "{convbook}"),
        ("convbook --help", 0, "usage: convbook"),
        ("convbook", 2, "usage: convbook"),
        ("convbook check", 2, "usage: convbook check"),
        (
            "convbook check mine.ipynb",
            1,
            'convbook check: nbformat is missing: pip install "convbook[check]"',
        ),
        ("invigilator --version", 0, "{invigilator}"),
        ("invigilator autograde --version", 0, "{invigilator}"),
        ("invigilator report --version", 0, "{invigilator}"),
        ("invigilator check --version", 0, "{invigilator}"),
        ("invigilator --help", 0, "Grade nbgrader assignments."),
        ("invigilator", 1, "Grade nbgrader assignments."),
        ("invigilator grade", 1, "invigilator: there is no command 'grade'; there are autograde,"),
        ("invigilator check", 1, "name a notebook: invigilator check NOTEBOOK …"),
        ("invigilator report", 1, "invigilator report: name an assignment:"),
        (
            "invigilator report ps1 --db=postgresql+psycopg://nowhere",
            1,
            "invigilator report: a gradebook on a PostgreSQL server takes psycopg: "
            'pip install "invigilator[postgresql]"',
        ),
    ],
)
def test_no_command_ends_in_a_traceback(
    command: str, code: int, said: str, alone: dict[str, Path], tmp_path: Path
) -> None:
    name, *arguments = command.split()
    done = run([alone[name] / name, *arguments], tmp_path)
    text = done.stdout + done.stderr
    versions = {each: project(each)["version"] for each in NAMES}
    assert (done.returncode, "Traceback" in text) == (code, False), text
    assert text.startswith(said.format(**versions)), text


LOADED = "import sys; {}; print(sorted(sys.modules.keys() & set({!r})))"


@pytest.mark.parametrize(
    ("start", "unwanted"),
    [
        ("import invigilator.app", ["IPython", "nbformat", "nbgrader", "numpy", "sqlalchemy"]),
        ("import invigilator.commands.check", ["nbgrader", "nbconvert", "numpy", "sqlalchemy"]),
        (
            "import invigilator.commands.report",
            [f"invigilator.{room}" for room in ("batch", "trusted", "untrusted", "shell")],
        ),
    ],
)
def test_a_command_imports_no_more_than_it_takes(
    start: str, unwanted: list[str], alone: dict[str, Path], tmp_path: Path
) -> None:
    code = LOADED.format(start, unwanted)
    done = run([alone["invigilator"] / "python", "-I", "-W", "ignore", "-c", code], tmp_path)
    assert done.stdout == "[]\n", done.stderr
