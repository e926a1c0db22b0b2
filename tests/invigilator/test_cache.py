"""A result stands while nothing changed that could change a grade: not the submission, the tests,
the settings, the libraries, or the grader."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

import invigilator
from invigilator.batch.cache import Cache, distribution_versions, fingerprint
from invigilator.course.assignment import AssignmentSpec
from invigilator.course.results import (
    Result,
    append_results,
    load_results,
    results_file,
    save_results,
)
from invigilator.course.submissions import Submission
from invigilator.protocol.limits import Limits

pytestmark = pytest.mark.filterwarnings("ignore")

SPEC = AssignmentSpec(
    "ps1", "ps1", None, {}, [], {}, [], "", {}, frozenset(), Config(), ("numpy",), ("", "")
)
CONDITIONS = "c" * 64


def install(folder: Path, version: str) -> None:
    """Install a distribution `some-library` of a module `some_module_of_it`."""
    for old in folder.glob("*.dist-info"):
        shutil.rmtree(old)
    about = folder / f"some_library-{version}.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Name: some-library\nVersion: {version}\n", "utf-8")
    (about / "top_level.txt").write_text("some_module_of_it\n", "utf-8")
    (folder / "some_module_of_it.py").write_text("", "utf-8")
    importlib.invalidate_caches()


def test_a_new_version_counts_where_the_module_has_another_name_than_what_was_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    spec = replace(SPEC, modules=("numpy", "some_module_of_it.part"))
    found = []
    for version in ("1.0", "1.1", "1.0"):
        install(tmp_path, version)
        assert distribution_versions(["some_module_of_it"]) == [f"some-library {version}"]
        found.append(fingerprint([spec], Limits(), True))
    assert found[0] == found[2] != found[1]


def test_libraries_of_science_and_pictures_count_under_their_own_names() -> None:
    found = distribution_versions(["PIL", "json", "no_such_module", "numpy", "skimage", "sklearn"])
    names = [line.partition(" ")[0].lower() for line in found]
    assert names == ["numpy", "pillow", "scikit-image", "scikit-learn"]
    assert all(line.partition(" ")[2][0].isdigit() for line in found)


def test_an_installed_grader_counts_with_its_files(tmp_path: Path) -> None:
    """Installed, it lies among the libraries, whose files are not looked into otherwise."""
    copy = tmp_path / "site-packages" / "invigilator"
    shutil.copytree(Path(invigilator.__file__).parent, copy)
    program = """
import pathlib, sys
from invigilator import modules
folder = pathlib.Path(sys.argv[1]).resolve()
modules.libraries = lambda: (folder,)
from invigilator.batch.cache import fingerprint
from invigilator.protocol.limits import Limits
assert folder / "invigilator" not in modules.outside_libraries(["invigilator"])
print(fingerprint([], Limits(), True))
print(fingerprint([], Limits(), True))
file = folder / "invigilator" / "trusted" / "examination.py"
file.write_text(file.read_text() + "# changed")
print(fingerprint([], Limits(), True))
"""
    paths = os.pathsep.join([str(copy.parent), *filter(None, sys.path)])
    command = [sys.executable, "-c", program, str(copy.parent)]
    env = os.environ | {"PYTHONPATH": paths}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    before, again, changed = done.stdout.split()
    assert before == again != changed


def test_what_could_change_a_grade_changes_the_fingerprint() -> None:
    found = [
        fingerprint(specs, limits, isolated)
        for specs, limits, isolated in [
            ([SPEC], Limits(), True),
            ([SPEC], Limits(), False),
            ([SPEC], Limits(call=9), True),
            ([], Limits(), True),
            ([replace(SPEC, files={"data.txt": b"1"})], Limits(), True),
            ([replace(SPEC, files={"data.txt": b"2"})], Limits(), True),
            ([replace(SPEC, config=Config({"ClearSolutions": {"code_stub": {}}}))], Limits(), True),
            ([SPEC, SPEC], Limits(), True),
        ]
    ]
    assert len(set(found)) == len(found)
    assert fingerprint([SPEC], Limits(), True) == found[0]


@pytest.fixture
def course(tmp_path: Path) -> CourseDirectory:
    return CourseDirectory(root=str(tmp_path))


def handed_in(content: bytes = b"a", student: str = "ada") -> Submission:
    return Submission(student, Path(), {"ps1": content}, {"ps1": "ps1"}, {}, {})


def graded(digest: str, student: str = "ada", **others: object) -> Result:
    fields = {"reason": None, "seconds": 1.0, "seed": 7, **others}
    return Result("ps1", student, digest=digest, **fields)  # type: ignore[arg-type]


def cached(course: CourseDirectory, *results: Result, whole: bool = True) -> Cache:
    save_results(course, "ps1", results)
    return Cache(course, "ps1", CONDITIONS, whole)


def write_autograded(course: CourseDirectory, student: str = "ada") -> Path:
    path = Path(course.format_path("autograded", student, "ps1"), "ps1.ipynb")
    path.parent.mkdir(parents=True)
    path.write_text("{}", "utf-8")
    return path


def test_a_result_stands_for_the_same_submission_seed_and_conditions(
    course: CourseDirectory,
) -> None:
    submission = handed_in()
    result = graded(CONDITIONS + submission.digest())
    cache = cached(course, result)
    assert cache.standing(submission, None) is None  # its notebook isn't there
    path = write_autograded(course)
    assert cache.standing(submission, None) == result
    assert cache.standing(submission, 7) == result
    assert cache.standing(submission, 8) is None
    assert cache.standing(handed_in(b"b"), None) is None
    assert cache.standing(handed_in(student="bob"), None) is None
    other = Cache(course, "ps1", "d" * 64)
    assert other.standing(submission, None) is None
    path.unlink()
    assert cache.standing(submission, None) is None


def test_a_reason_stands_without_a_notebook_and_a_lost_result_never(
    course: CourseDirectory,
) -> None:
    submission = handed_in()
    unreadable = graded(CONDITIONS + submission.digest(), reason="ps1.ipynb is empty")
    assert cached(course, unreadable).standing(submission, None) == unreadable
    lost = graded("", reason="ps1.ipynb the grader was stopped", lost=True)
    assert cached(course, lost).standing(submission, None) is None


def test_a_run_of_some_notebooks_alone_stands_for_nothing(course: CourseDirectory) -> None:
    submission = handed_in()
    write_autograded(course)
    cache = cached(course, graded(""), whole=False)
    assert cache.digest(submission) == ""
    assert cache.standing(submission, None) is None


def test_a_class_keeps_its_seed_under_the_same_conditions(course: CourseDirectory) -> None:
    cache = cached(course)
    assert cache.seed([graded(CONDITIONS + "1", seed=3), graded("d" * 64, seed=4)]) == 3
    assert len({cache.seed([]) for _ in range(8)}) > 1
    assert len({cache.seed([graded("d" * 64, seed=4)]) for _ in range(8)}) > 1


def test_the_results_of_an_older_version_are_read(course: CourseDirectory) -> None:
    path = results_file(course, "ps1")
    path.parent.mkdir(parents=True)
    old = {"assignment": "ps1", "student": "ada", "reason": None, "seconds": 1.5, "seed": 3}
    whole = {
        **old,
        "student": "bob",
        "digest": "x",
        "notes": ["mended"],
        "lost": False,
        "ended": 2,
        "isolated": True,
        "at": "2026-11-20T10:00:00+00:00",
    }
    path.write_text(f"{json.dumps(old)}\n{json.dumps(whole)}\n", "utf-8")
    first, second = load_results(course, "ps1")
    assert first == Result("ps1", "ada", None, 1.5, 3)
    assert json.loads(json.dumps(vars(second))) == whole
    append_results(course, "ps1", [replace(first, seed=4)])
    assert [result.seed for result in load_results(course, "ps1")] == [4, 3]
    last = json.loads(path.read_text("utf-8").splitlines()[-1])
    assert last.keys() == whole.keys()
