"""How a server is set up, without setting one up: folders, configuration, what is refused."""

import getpass
import grp
import json
import os
import pwd
import re
import socket
import stat
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from traitlets.config import Config, PyFileConfigLoader

from deploy.hub import __main__ as command_line
from deploy.hub import check, configs, install, spawning
from deploy.hub.access import Folder, folders
from deploy.hub.settings import Course, LateWork, Limits, Server, Settings, to_json

ROOT = Path(__file__).resolve().parents[2]
ME = getpass.getuser()
ALGEBRA = Course("algebra", None, "", ("ada", "boole"), ("euler", "noether"))
GEOMETRY = Course("geometry", None, "", ("ada", "gauss"), ("boole", "*"))
SETTINGS = Settings(
    folder=Path("/srv/hub"),
    time_zone="Europe/Berlin",
    create_users=True,
    packages=(),
    server=Server(),
    limits=Limits(memory_mib=1024, processes=200),
    late_work=LateWork(),
    courses=(ALGEBRA, GEOMETRY),
)


def rights(folder: Folder, user: str, groups: set[str]) -> str:
    """What the system lets a user do with a folder: r lists it, w changes it, x enters it."""
    shift = 6 if user == folder.owner else 3 if folder.group in groups else 0
    return "".join(
        sign for sign, bit in {"r": 4, "w": 2, "x": 1}.items() if folder.mode >> shift & bit
    )


def groups(user: str) -> set[str]:
    found = set()
    for course in SETTINGS.courses:
        found |= {course.group} if user in course.members else set()
        found |= {course.teachers_group} if user in course.teachers else set()
    return found


ENTRANCE, SOURCES = "exchange/algebra", "courses/algebra"
OUTBOUND, INBOUND, FEEDBACK = (f"{ENTRANCE}/{name}" for name in ("outbound", "inbound", "feedback"))
WORKS = {OUTBOUND: "rwx", INBOUND: "rwx", FEEDBACK: "rwx", SOURCES: "rwx"}
MAY = {
    # Both teachers do everything, but for what root keeps.
    "ada": {"state": "", ENTRANCE: "rx", **WORKS},
    "boole": {"state": "", ENTRANCE: "rx", **WORKS},
    # A student reads what is released, hands in, opens a page whose name is known, and no more.
    "euler": {
        "state": "",
        ENTRANCE: "rx",
        OUTBOUND: "rx",
        INBOUND: "wx",
        FEEDBACK: "x",
        SOURCES: "",
    },
    # A teacher of another course, and somebody with an account, stand before the door.
    "gauss": {"state": "", ENTRANCE: "", SOURCES: ""},
    "stranger": {ENTRANCE: "", SOURCES: "", "exchange/geometry": "rx", "courses/geometry": ""},
}


@pytest.mark.parametrize("user", MAY)
def test_who_may_do_what(user: str) -> None:
    there = {str(each.path.relative_to("/srv/hub")): each for each in folders(SETTINGS)}
    assert {name: rights(there[name], user, groups(user)) for name in MAY[user]} == MAY[user]


def test_nobody_takes_away_what_another_handed_in() -> None:
    inbound = next(each for each in folders(SETTINGS) if each.path.name == "inbound")
    assert inbound.mode & stat.S_ISVTX
    assert inbound.mode & stat.S_ISGID


def test_a_folder_is_made_and_what_is_wrong_with_it_is_said(tmp_path: Path) -> None:
    group = grp.getgrgid(os.getgid()).gr_name
    folder = Folder(tmp_path / "a" / "b", ME, group, 0o2750)
    assert folder.wrong() == f"{folder.path}: No such file or directory"
    folder.make()
    assert folder.wrong() is None
    folder.path.chmod(0o777)
    mine = f"{ME}:{group}"
    assert folder.wrong() == f"{folder.path} is {mine} 0777 and should be {mine} 2750"
    (folder.path / "kept").touch()
    folder.make()
    assert (folder.wrong(), (folder.path / "kept").exists()) == (None, True)
    folder.path.rename(tmp_path / "moved")
    folder.path.symlink_to(tmp_path / "moved")
    assert folder.wrong() == f"{folder.path} is not a folder"


def loaded(text: str, tmp_path: Path) -> Config:
    (tmp_path / "config.py").write_text(text, "utf-8")
    return PyFileConfigLoader("config.py", path=str(tmp_path)).load_config()


def test_the_server_and_the_course_grade_by_the_same_steps(tmp_path: Path) -> None:
    course = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    everywhere = loaded(configs.for_nbgrader(SETTINGS), tmp_path)
    new = loaded(configs.for_new_course(GEOMETRY), tmp_path)
    assert course.Autograde.autograde_preprocessors[0] == "invigilator.preprocessor.Isolated"
    for config in (everywhere, new):
        assert config.Autograde == course.Autograde
        assert config.GenerateFeedback == course.GenerateFeedback
    assert new.CourseDirectory.course_id == "geometry"


def test_the_settings_reach_nbgrader(tmp_path: Path) -> None:
    config = loaded(configs.for_nbgrader(SETTINGS), tmp_path)
    assert config.Exchange == {"root": "/srv/hub/exchange", "path_includes_course": True}
    assert config.CourseDirectory.groupshared is True
    assert config.NbGraderAPI.timezone == "Europe/Berlin"
    assert config.PerDay == {"share": 0.0, "grace_minutes": 10}
    late = replace(SETTINGS, courses=(ALGEBRA,), late_work=LateWork(0.25, 15))
    config = loaded(configs.for_nbgrader(late), tmp_path)
    assert config.Exchange.path_includes_course is False
    assert config.AssignLatePenalties.plugin_class == "invigilator.late.PerDay"
    assert config.PerDay == {"share": 0.25, "grace_minutes": 15}


def test_what_is_printed_goes_over_no_port(tmp_path: Path) -> None:
    assert loaded(configs.for_servers(), tmp_path).ConnectionFileMixin.transport == "ipc"


CHOICES = {
    "ada": ["algebra", "geometry"],  # teaches both
    "gauss": ["geometry"],
    "boole": ["algebra", "own files"],  # teaches one, learns in the other
    "euler": ["own files"],
    "stranger": ["own files"],
}


@pytest.mark.parametrize("user", CHOICES)
def test_who_has_a_choice_is_asked(user: str) -> None:
    asked = re.findall("<option>(.*?)</option>", spawning.form(SETTINGS, user))
    assert spawning.choices(SETTINGS, user) == CHOICES[user]
    assert asked == (CHOICES[user] if len(CHOICES[user]) > 1 else [])
    # What comes back from a browser may be anything.
    assert spawning.chosen(SETTINGS, user, "../../etc") == CHOICES[user][0]
    assert spawning.chosen(SETTINGS, user, CHOICES[user][-1]) == CHOICES[user][-1]


REPORT = """\
#!/bin/sh
pwd; umask; nice; grep -E "Max (data|processes)" /proc/self/limits | sed "s/  */ /g"; echo "$@"
"""


def started(tmp_path: Path, choice: str, *more: str) -> list[str]:
    """What a server would find, started as the hub starts it."""
    settings = replace(SETTINGS, folder=tmp_path)
    program = settings.venv / "bin" / "jupyterhub-singleuser"
    program.parent.mkdir(parents=True)
    program.write_text(REPORT, "utf-8")
    program.chmod(0o755)
    (tmp_path / "courses" / "algebra").mkdir(parents=True)
    command = [*spawning.command(settings, ME, choice), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_a_student_starts_at_home_with_limits(tmp_path: Path) -> None:
    home, mask, nice, data, processes, rest = started(tmp_path, spawning.OWN_FILES, "--a=b c")
    assert home == str(Path(pwd.getpwnam(ME).pw_dir).resolve())
    assert (mask, int(nice) - os.nice(0), rest) == ("0077", 5, "--a=b c")
    assert data == f"Max data size {1 << 30} {1 << 30} bytes "
    assert processes == "Max processes 200 200 processes "


def test_a_teacher_starts_in_the_course_without_limits(tmp_path: Path) -> None:
    folder, mask, nice, *_, rest = started(tmp_path, "algebra", "--a=b c")
    assert folder == str(tmp_path / "courses" / "algebra")
    assert (mask, int(nice) - os.nice(0), rest) == ("0007", 0, "--a=b c")


def test_only_students_are_without_the_formgrader() -> None:
    student = spawning.environment(SETTINGS, ME, spawning.OWN_FILES)
    teacher = spawning.environment(SETTINGS, ME, "algebra")
    assert student.pop("JUPYTER_CONFIG_PATH") == "/srv/hub/deploy/hub/students"
    assert student == teacher
    assert {teacher[name] for name in teacher if name.endswith("_NUM_THREADS")} == {"1"}
    assert teacher["TZ"] == "Europe/Berlin"
    # A socket's path may have 107 characters; a kernel's has 48 after its folder.
    assert len("/home/" + 31 * "x" + "/.jupyter-runtime") + 48 <= 107


def test_jupyterhub_is_set_up_as_the_settings_say(tmp_path: Path) -> None:
    hub = tmp_path / "deploy" / "hub"
    hub.mkdir(parents=True)
    text = (ROOT / "deploy" / "hub" / "jupyterhub_config.py").read_text("utf-8")
    (hub / "jupyterhub_config.py").write_text(text, "utf-8")
    (tmp_path / "state").mkdir()
    settings = replace(SETTINGS, folder=tmp_path, server=Server("127.0.0.1", 9000))
    (tmp_path / "state" / "settings.json").write_text(to_json(settings), "utf-8")
    config = PyFileConfigLoader("jupyterhub_config.py", path=str(hub)).load_config()
    sys.path.remove(str(tmp_path))
    assert config.JupyterHub.bind_url == "http://127.0.0.1:9000/"
    assert config.JupyterHub.hub_bind_url == "http://127.0.0.1:9001"
    assert config.ConfigurableHTTPProxy.api_url == "http://127.0.0.1:9002"
    assert config.Authenticator.allowed_users == {"ada", "boole", "gauss", "euler", "noether"}
    assert (config.Authenticator.allow_all, config.Authenticator.blocked_users) == (True, {"root"})
    assert config.Authenticator.allow_existing_users is False
    teachers = config.JupyterHub.load_roles[0]
    assert teachers["users"] == ["ada", "boole", "gauss"]
    # Whoever may enter others' servers, or is an administrator, can be robbed by a student's page.
    assert teachers["scopes"] == ["admin-ui", "list:users", "read:users", "servers"]
    assert "admin_users" not in config.Authenticator


def test_a_course_that_could_not_be_made_is_made_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "files" / "build").mkdir(parents=True)
    (tmp_path / "files" / "text.md").write_text("text")
    course = replace(ALGEBRA, files=tmp_path / "files", prepare="exit 1")
    settings = replace(SETTINGS, folder=tmp_path, courses=(course,))
    folder, python = settings.course_folder(course), settings.venv / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    monkeypatch.setattr(install, "share", lambda folder, course: None)
    monkeypatch.setattr(install, "as_user", lambda user, settings, command: command)
    monkeypatch.setattr(install, "_GRADEBOOK", "")
    folder.mkdir(parents=True)
    with pytest.raises(SystemExit, match="this failed, and nothing after it was done"):
        install.make_course(settings, course)
    assert not folder.exists()
    folder.mkdir()
    install.make_course(settings, replace(course, prepare="exit 0"))
    assert {path.name for path in folder.iterdir()} == {"text.md", "nbgrader_config.py"}
    # From then on it is the teachers'.
    (folder / "text.md").write_text("changed")
    install.make_course(settings, course)
    assert (folder / "text.md").read_text() == "changed"


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


def test_who_is_not_root_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert any("sudo make hub" in each for each in check.preconditions(SETTINGS))


@pytest.mark.usefixtures("as_root")
def test_programs_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check.shutil, "which", lambda name: None if name == "npm" else "/bin/true")
    missing = [each for each in check.preconditions(SETTINGS) if "missing" in each]
    assert missing == ["npm is missing (Debian: apt-get install npm)"]


@pytest.mark.parametrize(
    ("version", "refused"), [("v18.0.0", False), ("v22.1.0", False), ("v16.20.2", True), ("", True)]
)
def test_a_node_that_is_too_old_is_named(
    version: str, refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {version}\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    said = f"{node} is {version or 'broken'}; the proxy needs Node.js 18 or newer"
    assert check.node_too_old() == (said if refused else None)


def test_the_proxy_runs_on_the_oldest_node_that_is_let_in() -> None:
    lock = json.loads((ROOT / "deploy" / "hub" / "package-lock.json").read_text("utf-8"))
    for name, package in lock["packages"].items():
        wanted = package.get("engines", {}).get("node", "*")
        oldest = re.findall(r"\d+", wanted.rpartition("||")[0] or wanted)[:1]
        assert all(int(each) <= 18 for each in oldest), name


@pytest.mark.usefixtures("as_root")
def test_accounts_that_are_missing_are_named_unless_they_are_made() -> None:
    strangers = replace(ALGEBRA, teachers=(ME,), students=("no_such_account",))
    settings = replace(SETTINGS, courses=(strangers,), create_users=False)
    said = "no account on this machine: no_such_account (create_users is false)"
    assert said in check.preconditions(settings)
    assert said not in check.preconditions(replace(settings, create_users=True))


@pytest.mark.usefixtures("as_root")
def test_a_folder_that_students_cannot_reach_is_refused(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    said = check.preconditions(replace(SETTINGS, folder=closed / "hub"))
    assert f"{closed} can be entered by its owner alone: choose another folder" in said


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_port_that_is_taken_is_named(which: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        said = check.ports(replace(SETTINGS, server=Server(port=taken - which)))
    assert [each for each in said if each.startswith(f"port {taken} at 127.0.0.1 can't be had")]


def test_the_first_time_a_file_of_settings_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "settings.toml"
    monkeypatch.setattr(command_line, "SETTINGS", made)
    monkeypatch.setattr(sys, "argv", ["deploy.hub", "up"])
    for said in ("is new: name teachers and students", "has no teachers"):
        with pytest.raises(SystemExit, match=said):
            command_line.main()
    assert made.read_text("utf-8") == (command_line.HUB / "settings.example.toml").read_text(
        "utf-8"
    )


def versions(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def test_the_servers_lock_is_the_courses_with_the_hub_added() -> None:
    course = versions((ROOT / "requirements.lock").read_text("utf-8"))
    hub = versions((ROOT / "deploy" / "hub" / "requirements.lock").read_text("utf-8"))
    assert {name: hub[name] for name in hub if name in course} == {
        name: course[name] for name in hub if name in course
    }
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    wanted = versions("\n".join(groups["grading"] + groups["hub"]))
    assert {name: hub.get(name) for name in wanted} == wanted
