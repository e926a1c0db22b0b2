"""nbgrader's exchange for a machine that a class shares, in which nobody need be trusted.

Set by `invigilator.settings.configure_exchange`.
"""

import os
import pwd
import shutil
import stat
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.auth import BaseAuthPlugin
from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import Exchange, ExchangeCollect, ExchangeSubmit
from nbgrader.utils import find_all_notebooks

from invigilator.course.repair import Unreadable, read

_TOP = 0o770  # the student, and the teachers: the group of the folder of submissions


class Submit(ExchangeSubmit):  # type: ignore[misc]
    """Hand in a notebook under its own name, whatever the student has called the file.

    The copy that nbgrader keeps for the student gets that name, too: feedback is found by it.
    """

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        super().do_copy(src, dest, log)
        folder = Path(dest)
        for file, name in names_meant(Path(self.release_path), folder).items():
            self.log.warning("%s is handed in as %s", file, name)
            (folder / file).rename(folder / name)

    def copy_files(self) -> None:
        super().copy_files()
        # nbgrader lets everybody write to it, and relies on a name that nobody can guess.
        os.chmod(Path(self.inbound_path, self.assignment_filename), _TOP)


class Collect(ExchangeCollect):  # type: ignore[misc]
    """Collect what students handed in, each as the user who did it, and no link.

    Students can write to the exchange without nbgrader: whatever they say there may be a lie.
    """

    def _path_to_record(self, path: str) -> dict[str, Any]:
        owner = owner_of(path)
        try:
            record: dict[str, Any] = super()._path_to_record(path)
        # One name that says no time must not stop the collection for everybody.
        except (ExchangeError, ValueError):
            record = {"username": "", "filename": Path(path).name, "timestamp": datetime.min}
        if owner != record["username"]:
            self.log.warning("%s was handed in by %s", path, owner)
            record["username"] = owner
        return record

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        # Where a student puts a link, copying reads what the link names, as the teacher.
        with tempfile.TemporaryDirectory() as scratch:
            for name in copy_files_alone(Path(src), Path(scratch, "submission")):
                self.log.warning("%s is no plain file and is left out", Path(src, name))
            super().do_copy(str(Path(scratch, "submission")), dest, log)


class MembersOnly(BaseAuthPlugin):  # type: ignore[misc]
    """A course is for those who may enter its folder in the exchange."""

    def get_student_courses(self, student_id: str) -> list[str]:
        root = Path(Exchange(config=self.config).root)
        return sorted(path.name for path in root.iterdir() if os.access(path, os.R_OK | os.X_OK))


def owner_of(path: str) -> str:
    """The user to whom a path belongs; of a link itself, not of what it names."""
    uid = os.lstat(path).st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def names_meant(released: Path, submitted: Path) -> dict[str, str]:
    """Files of a submission that are a released notebook under another name, and that name.

    A notebook is told by the cells that nbgrader has named; half of them are enough.
    """
    known, there = find_all_notebooks(str(released)), find_all_notebooks(str(submitted))
    others = {name: _named_cells(submitted / name) for name in sorted(set(there) - set(known))}
    meant: dict[str, str] = {}
    for name in sorted(set(known) - set(there)):
        cells = _named_cells(released / name)
        shared = {other: len(cells & others[other]) for other in others if other not in meant}
        best = max(shared, key=shared.__getitem__, default=None)
        if best is not None and cells and 2 * shared[best] >= len(cells):
            meant[best] = name
    return meant


def _named_cells(path: Path) -> set[str]:
    """The names that nbgrader gave to cells of a notebook."""
    try:
        notebook, _ = read(path.read_bytes())
    except (OSError, Unreadable):
        return set()
    names = (cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells)
    return {name for name in names if isinstance(name, str)}


def copy_files_alone(source: Path, target: Path) -> list[str]:
    """Copy a folder's plain files, and no link, pipe or device; returns what was left out.

    Whoever owns the folder may put a link in a file's place at any moment: so a file is looked at
    after it has been opened, and opened in a way that follows no link.
    """
    target.mkdir()
    if source.is_symlink() or not source.is_dir():
        return [""]
    left_out = []
    for folder, _, files, descriptor in os.fwalk(source, follow_symlinks=False):
        inside = Path(folder).relative_to(source)
        (target / inside).mkdir(exist_ok=True)
        for name in files:
            try:
                # A pipe that nobody writes to would keep the teacher waiting.
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
                handle = os.open(name, flags, dir_fd=descriptor)
            except OSError:
                left_out.append(str(inside / name))
                continue
            with open(handle, "rb") as file:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    left_out.append(str(inside / name))
                    continue
                with open(target / inside / name, "wb") as copy:
                    shutil.copyfileobj(file, copy)
    return left_out
