"""What stands in the way of a server, and what is wrong with one: none if all is well."""

import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from deploy.hub import access, users
from deploy.hub.install import as_user
from deploy.hub.settings import Course, Settings

_PROGRAMS = {
    "useradd": "passwd: accounts can be made by Debian's and Ubuntu's programs only",
    "gpasswd": "passwd",
    "runuser": "util-linux",
    "node": "nodejs",
    "npm": "npm",
    "bwrap": "bubblewrap",
}

# Debian 12 and Ubuntu 24.04 have 18, so package.json names a proxy that runs on it.
_OLDEST_NODE = 18

# A course's own settings may put stock `Execute` back, and then students' code runs as the teacher.
_GRADING = """\
import sys
from nbgrader.apps import NbGrader
from invigilator.settings import AUTOGRADE_PREPROCESSORS
from invigilator.untrusted.sandbox import Sandbox, missing
app = NbGrader()
app.initialize([])
if app.coursedir.course_id != sys.argv[1]:
    sys.exit(f"nbgrader_config.py has the course_id {app.coursedir.course_id!r}")
if AUTOGRADE_PREPROCESSORS[0] not in app.config.Autograde.autograde_preprocessors:
    sys.exit("nbgrader_config.py grades without a sandbox: call invigilator.settings.configure(c)")
sys.exit(missing() or 0)
"""


def preconditions(settings: Settings) -> list[str]:
    """What has to be changed before anything can be installed."""
    if sys.platform != "linux":
        return [f"the server needs Linux; this is {sys.platform}"]
    found = []
    if os.geteuid() != 0:
        found.append("only root can install it, for servers run as their users: sudo make hub")
    for program, package in _PROGRAMS.items():
        if shutil.which(program) is None:
            found.append(f"{program} is missing (Debian: apt-get install {package})")
    if why := node_too_old():
        found.append(why)
    if interpreter() is None:
        found.append(
            "no Python 3.11 or newer, with venv, that everybody may execute: Python in a home, as "
            "pyenv's, is root's alone (Debian: apt-get install python3 python3-venv)"
        )
    if not settings.create_users and (names := users.missing(settings)):
        found.append(f"no account on this machine: {', '.join(names)} (create_users is false)")
    found += [
        f"{path} can be entered by its owner alone: choose another folder"
        for path in settings.folder.parents
        if path.exists() and not path.stat().st_mode & 0o001
    ]
    for path in filter(None, (settings.server.certificate, settings.server.key)):
        if not Path(path).is_file():
            found.append(f"there is no file {path}")
    return found


def node_too_old() -> str | None:
    """Why the proxy can't run; nothing where there is no Node.js at all."""
    program = shutil.which("node")
    if program is None:
        return None
    found = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.strip()
    major = found.removeprefix("v").partition(".")[0]
    if major.isdigit() and int(major) >= _OLDEST_NODE:
        return None
    return f"{program} is {found or 'broken'}; the proxy needs Node.js {_OLDEST_NODE} or newer"


def interpreter() -> Path | None:
    """A Python that students can execute."""
    for name in ("python3", "python3.13", "python3.12", "python3.11"):
        path = Path("/usr/bin", name)
        wanted = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
        if path.exists() and succeeds([str(path), "-c", wanted]):
            return path
    return None


def succeeds(command: list[str]) -> bool:
    """Whether a program ends well, with no folder to speak of and without a word."""
    return subprocess.run(command, cwd="/", capture_output=True).returncode == 0


def ports(settings: Settings) -> list[str]:
    """Ports that somebody else listens at."""
    server, found = settings.server, []
    inner = dict.fromkeys((server.hub_port, server.proxy_port), "127.0.0.1")
    wanted = {server.port: server.address, **inner}
    for port, address in wanted.items():
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((address, port))
            except OSError as error:
                found.append(
                    f"port {port} at {address} can't be had: {error.strerror}. Another program may "
                    f"listen there (ss -ltnp 'sport = :{port}' says which). The server takes "
                    f"the port of the settings, {server.port}, and the two after it"
                )
    return found


def answers(settings: Settings) -> str | None:
    """Why the hub gives no answer, if it gives none."""
    address = f"http://127.0.0.1:{settings.server.hub_port}/hub/api/"
    try:
        with urllib.request.urlopen(address, timeout=5):
            return None
    except (OSError, urllib.error.URLError) as error:
        return f"no answer at {address}: {error}"


def installed(settings: Settings) -> list[str]:
    """What is wrong with an installation."""
    found = [wrong for folder in access.folders(settings) if (wrong := folder.wrong())]
    if names := users.missing(settings):
        return [*found, f"no account: {', '.join(names)}; run make hub"]
    for course in settings.courses:
        found += _membership(course)
    found += [
        f"{home} can be read by others: chmod 700 {home}"
        for name in settings.users
        if (home := Path(f"~{name}").expanduser()).stat().st_mode & 0o077
    ]
    if not (settings.venv / "bin" / "jupyterhub").exists():
        return [*found, f"there is no JupyterHub in {settings.venv}; run make hub"]
    for course in settings.courses:
        found += _grading(settings, course)
        found += _students_can_start(settings, course)
    return found


def _membership(course: Course) -> list[str]:
    wanted = {course.group: set(course.members), course.teachers_group: set(course.teachers)}
    return [
        f"the group {group} is not as the settings say; run make hub"
        for group, names in wanted.items()
        if users.members(group) != names
    ]


def _grading(settings: Settings, course: Course) -> list[str]:
    """Whether each teacher's buttons grade, and in a sandbox."""
    python, found = str(settings.venv / "bin" / "python"), []
    for teacher in course.teachers:
        command = as_user(teacher, settings, [python, "-W", "ignore", "-c", _GRADING, course.id])
        done = subprocess.run(
            command, cwd=settings.course_folder(course), capture_output=True, text=True
        )
        if done.returncode:
            last = (done.stderr.strip() or "no reason was given").splitlines()[-1]
            found.append(f"{course.id}: {teacher} can't grade: {last}")
    return found


def _students_can_start(settings: Settings, course: Course) -> list[str]:
    names = [name for name in course.members if name not in course.teachers][:1]
    imports = [str(settings.venv / "bin" / "python"), "-c", "import jupyterlab"]
    return [
        f"{name} can't execute {imports[0]}"
        for name in names
        if not succeeds(as_user(name, settings, imports))
    ]
