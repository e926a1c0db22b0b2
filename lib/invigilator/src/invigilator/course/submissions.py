"""What students handed in, as it lies on disk."""

import hashlib
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files

from invigilator.course.assignment import AssignmentSpec
from invigilator.course.recognition import matched

_LARGEST = 100 << 20  # bytes of a student's files that are read
_NOT_READ = {
    stat.S_IFLNK: "is a link, and links are not followed",
    stat.S_IFDIR: "is a folder, not a file",
    stat.S_IFIFO: "is a pipe, not a file",
    stat.S_IFSOCK: "is a socket, not a file",
    stat.S_IFCHR: "is a device, not a file",
    stat.S_IFBLK: "is a device, not a file",
}


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    `notebooks` are the texts of files by name, `named` says which of them is which notebook of the
    assignment; `files` are the other ones, and `left_out` says why of what has not been read.
    """

    student: str
    folder: Path
    notebooks: dict[str, bytes]
    named: dict[str, str]
    files: dict[str, bytes]
    left_out: dict[str, str]

    def digest(self) -> str:
        parts = [*self.notebooks.items(), *self.files.items()]
        return hashlib.sha256(b"\0".join(p.encode() + b"\0" + c for p, c in parts)).hexdigest()

    def missing(self, name: str) -> str:
        """Why there is no notebook of this name to grade."""
        if why := self.left_out.get(f"{name}.ipynb"):
            return why
        others = [f"{other}.ipynb" for other in self.notebooks] + list(self.files)
        there = f"there is {', '.join(others[:5])}" if others else "nothing was handed in"
        return f"is missing; {there}"


def students(course: CourseDirectory, assignment: str) -> list[str]:
    """Everyone who handed in something for an assignment, by name."""
    pattern = course.format_path(course.submitted_directory, "*", assignment)
    named = course.format_path(
        course.submitted_directory, "(?P<student>.*)", assignment, escape=True
    )
    base = Path(course.root)
    found = {str(base / path) for path in base.glob(os.path.relpath(pattern, base))}
    matches = (re.fullmatch(str(named), path) for path in found)
    excluded = set(course.student_id_exclude.split(","))
    return sorted({match["student"] for match in matches if match} - excluded)


def read_submission(
    course: CourseDirectory, specs: Iterable[AssignmentSpec], student: str
) -> Submission:
    """Read what a student handed in; links are not followed, wherever they lead."""
    specs = list(specs)
    assignment = specs[0].assignment
    folder = Path(course.format_path(course.submitted_directory, student, assignment))
    contents: dict[str, bytes] = {}
    left_out: dict[str, str] = {}
    size = 0
    for path in _paths(folder, course):
        name = path.relative_to(folder).as_posix()
        try:
            # Not stat(): a link could name any file of the instructor's.
            status = path.lstat()
            size += status.st_size
            if why := _NOT_READ.get(stat.S_IFMT(status.st_mode)):
                left_out[name] = why
            # What is handed in is held in memory, and sent to an examiner.
            elif size > _LARGEST:
                left_out[name] = f"is too large: more than {_LARGEST >> 20} MiB were handed in"
            elif stat.S_ISREG(status.st_mode):
                contents[name] = path.read_bytes()
        except OSError as error:
            left_out[name] = f"can't be read: {error.strerror}"
    notebooks = {n.removesuffix(".ipynb"): c for n, c in contents.items() if _is_notebook(n)}
    others = {name: c for name, c in contents.items() if not name.endswith(".ipynb")}
    named = matched(specs, notebooks)
    return Submission(student, folder, notebooks, named, others, left_out)


def _paths(folder: Path, course: CourseDirectory) -> list[Path]:
    """What there is in a student's folder, but for what nbgrader ignores."""
    found = {Path(path) for path in find_all_files(str(folder), course.ignore)}
    if folder.is_dir():  # what is no file, nbgrader doesn't see
        found |= {path for path in folder.iterdir() if path.suffix == ".ipynb"}
    return sorted(found)


def _is_notebook(name: str) -> bool:
    return name.endswith(".ipynb") and "/" not in name
