"""The course server of the tests: its settings and people, and how it is made away with."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from deploy.hub.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
# What is installed is kept from one run to the next; students have to be able to enter it.
FOLDER = Path("/var/tmp/course-hub-tests")
PORT = 18800
CLASS = [f"fdc_s{number:02}" for number in range(1, 31)]
SETTINGS = f"""\
folder = "{FOLDER}"
time_zone = "Europe/Berlin"
[server]
port = {PORT}
[late_work]
penalty_per_day = 0.1
[[course]]
id = "from-dense-to-convolutional"
files = "{ROOT}"
prepare = "python -m course.exercises --register"
teachers = ["fdc_teacher", "fdc_assistant"]
students = {["fdc_ada", "fdc_eve", *CLASS]}
[[course]]
id = "geometry"
teachers = ["fdc_assistant"]
students = ["fdc_eve"]
"""


@dataclass(frozen=True)
class Hub:
    """A server that runs."""

    settings: Settings
    file: Path
    passwords: dict[str, str]

    @property
    def address(self) -> str:
        return self.settings.server.url


def obstacle() -> str | None:
    """Why no server can be installed here."""
    if os.environ.get("HUB_TESTS") != "1":
        return "installing a server takes minutes: `make test-hub` does it"
    if os.geteuid() != 0:
        return "only root can make users and start servers as them"
    missing = [name for name in ("npm", "useradd", "runuser", "bwrap") if not shutil.which(name)]
    return f"no {', '.join(missing)} on this machine" if missing else None


def make_command(action: str, file: Path) -> list[str]:
    """What `make hub` and `make hub-check` run."""
    return [sys.executable, "-m", "deploy.hub", action, "--settings", str(file)]


def environment() -> dict[str, str]:
    """As the Makefile leaves it: the server's environment is one of its own."""
    ours = ("PYTHON", "OMP_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until the hub answers."""
    for _ in range(900):
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/hub/api/", timeout=1):
                return
        except OSError:
            time.sleep(1)
    raise AssertionError(f"no answer in 15 minutes:\n{log.read_text()}")


def forget(settings: Settings) -> None:
    """Take away users, groups, and all but what was installed."""
    for name in settings.users:
        subprocess.run(["userdel", "--remove", name], capture_output=True)
    for course in settings.courses:
        for group in (course.group, course.teachers_group):
            subprocess.run(["groupdel", group], capture_output=True)
    for name in ("state", "exchange", "courses"):
        shutil.rmtree(settings.folder / name, ignore_errors=True)
