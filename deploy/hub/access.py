"""Who may enter which folder: one table, which `install` applies and `check` compares.

The exchange is nbgrader's, but no folder in it is open to all. Everybody has to cross the first one
of a course, whose group are its members. What is handed in belongs to the student and to the group
of the teachers; nobody else can enter it, list it, or take it away.
"""

import grp
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from deploy.hub.settings import Course, Settings


@dataclass(frozen=True)
class Folder:
    """A folder as it should be."""

    path: Path
    owner: str
    group: str
    mode: int

    def make(self) -> None:
        """Make it so, and leave what is in it."""
        self.path.mkdir(parents=True, exist_ok=True)
        os.chown(self.path, pwd.getpwnam(self.owner).pw_uid, grp.getgrnam(self.group).gr_gid)
        os.chmod(self.path, self.mode)

    def wrong(self) -> str | None:
        """What is not as it should be."""
        try:
            status = self.path.lstat()
        except OSError as error:
            return f"{self.path}: {error.strerror}"
        if not stat.S_ISDIR(status.st_mode):
            return f"{self.path} is not a folder"
        found = f"{_user(status.st_uid)}:{_group(status.st_gid)} {stat.S_IMODE(status.st_mode):04o}"
        wanted = f"{self.owner}:{self.group} {self.mode:04o}"
        return f"{self.path} is {found} and should be {wanted}" if found != wanted else None


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def folders(settings: Settings) -> list[Folder]:
    """Every folder in which permissions matter, each after the one that it is in."""
    found = [
        Folder(settings.folder, "root", "root", 0o755),
        Folder(settings.state, "root", "root", 0o700),
        Folder(settings.exchange, "root", "root", 0o755),
        Folder(settings.folder / "courses", "root", "root", 0o755),
    ]
    for course in settings.courses:
        found += _of_course(settings, course)
    return found


def _of_course(settings: Settings, course: Course) -> list[Folder]:
    exchange = settings.exchange / course.id
    teacher, teachers = course.teachers[0], course.teachers_group
    entrance = 0o755 if course.for_everybody else 0o750
    return [
        Folder(exchange, "root", course.group, entrance),
        # What is new in these belongs to the teachers' group, too (2000).
        Folder(exchange / "outbound", teacher, teachers, 0o2775),
        # Students may put something in but not list it, nor move what isn't theirs (1000).
        Folder(exchange / "inbound", teacher, teachers, 0o3773),
        # A page of feedback has a name that only its student can work out.
        Folder(exchange / "feedback", teacher, teachers, 0o2771),
        Folder(settings.course_folder(course), teacher, teachers, 0o2770),
    ]
