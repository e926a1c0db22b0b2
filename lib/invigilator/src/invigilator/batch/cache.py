"""What is graded already: an earlier result stands while nothing changed that could change it."""

import hashlib
import json
import secrets
import sys
from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib import metadata
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from invigilator.course.assignment import AssignmentSpec
from invigilator.course.results import Result, load_results
from invigilator.course.submissions import Submission
from invigilator.modules import locations, outside_libraries
from invigilator.protocol.limits import Limits

# What every submission is graded with, whatever its notebook imports.
_GRADER = ("invigilator", "IPython", "nbgrader", "numpy")


def fingerprint(specs: Iterable[AssignmentSpec], limits: Limits, isolated: bool) -> str:
    """Changes when anything but the submissions does that could change a grade."""
    specs = list(specs)
    imported = {name.partition(".")[0] for spec in specs for name in spec.modules}
    modules = sorted({*_GRADER, *imported})
    parts = [sys.version, json.dumps(limits.settings()), str(isolated)]
    parts += [spec.digest() for spec in specs]
    parts += distribution_versions(modules)
    # The grader's version says too little while it is worked on, and so does that of modules
    # which lie outside the libraries.
    parts += file_hashes([*locations("invigilator"), *outside_libraries(modules)])
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def distribution_versions(modules: Iterable[str]) -> list[str]:
    """The installed distributions that modules come from, with their versions.

    A distribution often has another name than its module: scikit-learn installs `sklearn`.
    """
    versions = {}
    others = []
    for module in set(modules) - sys.stdlib_module_names:
        try:
            versions[module] = metadata.version(module)
        except metadata.PackageNotFoundError:
            others.append(module)
    # To find out who installs what, a file of every distribution is read: a good part of a second.
    distributions = metadata.packages_distributions() if others else {}
    for module in others:
        for name in distributions.get(module, ()):
            versions[name] = metadata.version(name)
    return [f"{name} {versions[name]}" for name in sorted(versions)]


def file_hashes(paths: Iterable[Path]) -> list[str]:
    """The hashes of modules' source files."""
    files = [
        file
        for path in dict.fromkeys(paths)
        for file in ([path] if path.is_file() else sorted(path.rglob("*.py")))
    ]
    return [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]


class Cache:
    """The results of an assignment's last run, and which of them still stand.

    `conditions` is the fingerprint of this run. Without `whole`, some notebooks are left out of it,
    so no result of it can stand for the whole submission.
    """

    def __init__(
        self, course: CourseDirectory, assignment: str, conditions: str, whole: bool = True
    ) -> None:
        self.course, self.assignment = course, assignment
        self.conditions, self.whole = conditions, whole

    @cached_property
    def known(self) -> Mapping[str, Result]:
        """The last result of every student."""
        return {result.student: result for result in load_results(self.course, self.assignment)}

    def digest(self, submission: Submission) -> str:
        """What a result of this run depends on; empty where it can't be used again."""
        return f"{self.conditions}{submission.digest()}" if self.whole else ""

    def standing(self, submission: Submission, seed: int | None) -> Result | None:
        """The earlier result, if it is what grading now with this seed would give."""
        old = self.known.get(submission.student)
        if old is None or not self.whole or old.digest != self.digest(submission):
            return None
        if seed not in (None, old.seed):
            return None
        return old if not old.graded or self._is_written(submission) else None

    def seed(self, standing: Iterable[Result]) -> int:
        """The seed of the results that stand, else a new one: a class has the same tests."""
        same = [result.seed for result in standing if result.digest.startswith(self.conditions)]
        return same[-1] if same else secrets.randbits(32)

    def _is_written(self, submission: Submission) -> bool:
        folder = autograded_folder(self.course, self.assignment, submission.student)
        return all((folder / f"{name}.ipynb").is_file() for name in submission.named)


def autograded_folder(course: CourseDirectory, assignment: str, student: str) -> Path:
    """Where a student's graded notebooks are."""
    return Path(course.format_path(course.autograded_directory, student, assignment))
