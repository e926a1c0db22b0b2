"""The settings of a course server, read from one file and checked before anything is done.

Standard library only: this is read before there is an environment to import from.
"""

import csv
import json
import re
import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EVERYBODY = "*"

# What useradd allows; nbgrader has its own use for + and *.
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,30}")
_COURSE = re.compile(r"[a-z][a-z0-9-]*")
_LONGEST_GROUP = 32
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class SettingsError(ValueError):
    """What is wrong with a file of settings, for the person who wrote it."""


@dataclass(frozen=True)
class Server:
    """Where browsers find the hub."""

    address: str = "127.0.0.1"
    port: int = 8000
    certificate: str = ""
    key: str = ""

    # On loopback alone: the hub behind its proxy, and the proxy's own door.
    @property
    def hub_port(self) -> int:
        return self.port + 1

    @property
    def proxy_port(self) -> int:
        return self.port + 2

    @property
    def url(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"


@dataclass(frozen=True)
class Limits:
    """What one student may take from the others."""

    memory_mib: int = 2048
    processes: int = 512
    idle_minutes: int = 60
    servers: int = 60


@dataclass(frozen=True)
class LateWork:
    """What coming late costs."""

    penalty_per_day: float = 0.0
    grace_minutes: int = 10


@dataclass(frozen=True)
class Course:
    """One course: its teachers share a folder, its students an entrance to the exchange."""

    id: str
    files: Path | None
    prepare: str
    teachers: tuple[str, ...]
    students: tuple[str, ...]

    # No group of the system's own, as sudo, begins so: nobody gets into one by a course's name.
    @property
    def group(self) -> str:
        """The system's group of all who take part."""
        return f"hub-{self.id}"[:_LONGEST_GROUP]

    @property
    def teachers_group(self) -> str:
        """The system's group of the teachers."""
        ending = "-teachers"
        return f"hub-{self.id}"[: _LONGEST_GROUP - len(ending)] + ending

    @property
    def for_everybody(self) -> bool:
        return EVERYBODY in self.students

    @property
    def members(self) -> tuple[str, ...]:
        """All who are named, teachers first."""
        return (*self.teachers, *(name for name in self.students if name != EVERYBODY))


@dataclass(frozen=True)
class Settings:
    """All of it."""

    folder: Path
    time_zone: str
    create_users: bool
    packages: tuple[str, ...]
    server: Server
    limits: Limits
    late_work: LateWork
    courses: tuple[Course, ...]

    @property
    def venv(self) -> Path:
        return self.folder / "venv"

    @property
    def state(self) -> Path:
        """What only root may read: the hub's database, its keys, first passwords."""
        return self.folder / "state"

    @property
    def exchange(self) -> Path:
        return self.folder / "exchange"

    def course_folder(self, course: Course) -> Path:
        """Where the teachers of a course work: sources, submissions, gradebook."""
        return self.folder / "courses" / course.id

    def taught_by(self, user: str) -> list[Course]:
        return [course for course in self.courses if user in course.teachers]

    @property
    def users(self) -> list[str]:
        """Everybody who is named, once."""
        return list(dict.fromkeys(name for course in self.courses for name in course.members))

    @property
    def teachers(self) -> set[str]:
        return {name for course in self.courses for name in course.teachers}


def read(path: Path) -> Settings:
    """The settings in a file. Raises SettingsError, which says what to change."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from None
    return interpreted(found, path.resolve().parent)


def interpreted(found: dict[str, Any], here: Path) -> Settings:
    """Settings as TOML has them, checked; relative paths are below `here`."""
    settings = Settings(
        folder=Path(_value(found, "folder", str, "/srv/course-hub")),
        time_zone=_value(found, "time_zone", str, "UTC"),
        create_users=_value(found, "create_users", bool, True),
        packages=tuple(_value(found, "packages", list, [])),
        server=_table(found, "server", Server),
        limits=_table(found, "limits", Limits),
        late_work=_table(found, "late_work", LateWork),
        courses=tuple(_course(each, here) for each in _value(found, "course", list, [])),
    )
    known = {each.name for each in fields(Settings)} - {"courses"} | {"course"}
    _refuse_unknown(found, known, "the file")
    _check(settings)
    return settings


def to_json(settings: Settings) -> str:
    """Checked settings as the installed server reads them."""
    return json.dumps(asdict(settings), indent=1, default=str)


def from_json(text: str) -> Settings:
    """What `to_json` wrote."""
    found = json.loads(text)
    courses = (
        Course(
            each["id"],
            Path(each["files"]) if each["files"] else None,
            each["prepare"],
            tuple(each["teachers"]),
            tuple(each["students"]),
        )
        for each in found["courses"]
    )
    return Settings(
        folder=Path(found["folder"]),
        time_zone=found["time_zone"],
        create_users=found["create_users"],
        packages=tuple(found["packages"]),
        server=Server(**found["server"]),
        limits=Limits(**found["limits"]),
        late_work=LateWork(**found["late_work"]),
        courses=tuple(courses),
    )


def _value(table: dict[str, Any], name: str, kind: type, default: Any) -> Any:
    value = table.get(name, default)
    if kind is float and type(value) is int:
        value = float(value)
    # A bool is an int to Python, but no number of minutes.
    if type(value) is not kind:
        raise SettingsError(f"{name} = {value!r} should be a {_WORDS[kind]}")
    return value


_WORDS = {str: "text", bool: "true or false", int: "whole number", float: "number", list: "list"}


def _refuse_unknown(table: dict[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        there_are = ", ".join(sorted(known))
        raise SettingsError(f"there is no setting {unknown[0]!r} in {where}; there are {there_are}")


def _table(found: dict[str, Any], name: str, kind: type) -> Any:
    table = found.get(name, {})
    if not isinstance(table, dict):
        raise SettingsError(f"{name} should be a table: [{name}]")
    known = {each.name: each for each in fields(kind)}
    _refuse_unknown(table, set(known), f"[{name}]")
    values = {
        each.name: _value(table, each.name, type(each.default), each.default)
        for each in known.values()
    }
    for key, value in values.items():
        if isinstance(value, int | float) and value < 0:
            raise SettingsError(f"{key} = {value} should not be negative")
    return kind(**values)


def _course(table: dict[str, Any], here: Path) -> Course:
    known = {"id", "files", "prepare", "teachers", "students", "students_csv"}
    _refuse_unknown(table, known, "[[course]]")
    files = _value(table, "files", str, "")
    students = _value(table, "students", list, [])
    if listed := _value(table, "students_csv", str, ""):
        students = students + _ids(here / listed)
    return Course(
        id=_value(table, "id", str, ""),
        files=(here / files).resolve() if files else None,
        prepare=_value(table, "prepare", str, ""),
        teachers=tuple(dict.fromkeys(_value(table, "teachers", list, []))),
        students=tuple(dict.fromkeys(students)),
    )


def _ids(path: Path) -> list[str]:
    """The column `id` of a table of students, as `nbgrader db student import` takes it."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if "id" not in (rows.fieldnames or []):
                raise SettingsError(f"{path} has no column `id` in its first line")
            return [name for row in rows if (name := (row["id"] or "").strip())]
    except OSError as error:
        raise SettingsError(f"students_csv: {path} can't be read: {error.strerror}") from None


def _check(settings: Settings) -> None:
    if not settings.folder.is_absolute():
        raise SettingsError(f'folder = "{settings.folder}" should begin with /')
    try:
        ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        named = f'time_zone = "{settings.time_zone}"'
        raise SettingsError(f'{named} is not known; write one as "Europe/Berlin"') from None
    _check_server(settings.server)
    if settings.late_work.penalty_per_day > 1:
        given = settings.late_work.penalty_per_day
        raise SettingsError(f"penalty_per_day = {given} should be a share: 0.1 is a tenth")
    if not settings.courses:
        raise SettingsError("there is no [[course]]")
    for course in settings.courses:
        _check_course(course)
    for name in ("id", "teachers_group"):
        values = [getattr(course, name) for course in settings.courses]
        twice = [value for value in values if values.count(value) > 1]
        if twice:
            alike = "their first 19 letters should differ" if name != "id" else "it stands twice"
            raise SettingsError(f"courses need ids of their own: {twice[0]!r}, {alike}")


def _check_server(server: Server) -> None:
    if not 0 < server.port < 65534:
        raise SettingsError(f"port = {server.port} should be from 1 to 65533")
    if bool(server.certificate) != bool(server.key):
        raise SettingsError("certificate and key go together: one of them is missing")
    if server.address not in _LOOPBACK and not server.certificate:
        raise SettingsError(
            f'address = "{server.address}" without a certificate: passwords would cross the '
            'network in the clear. Name a certificate and its key, or set address = "127.0.0.1" '
            "and put a reverse proxy in front (README.md says how)"
        )


def _check_course(course: Course) -> None:
    if not _COURSE.fullmatch(course.id):
        raise SettingsError(f'id = "{course.id}": small letters, digits and hyphens only, please')
    if course.files and not course.files.is_dir():
        raise SettingsError(f"{course.id}: files: there is no folder {course.files}")
    if not course.teachers:
        raise SettingsError(f"{course.id} has no teachers")
    if not course.students:
        raise SettingsError(f"{course.id} has no students")
    for name in course.members:
        if not isinstance(name, str) or not _USER.fullmatch(name):
            raise SettingsError(
                f"{course.id}: {name!r} can't be the name of an account: small letters, digits, "
                "_ and - only, a letter first, 31 at most"
            )
        if name == "root":
            raise SettingsError(f"{course.id}: root can be neither teacher nor student")
    both = sorted(set(course.teachers) & set(course.students))
    if both:
        raise SettingsError(f"{course.id}: {both[0]} is both teacher and student")
