"""A course server on loopback, installed as `make hub` does it, with people who are users here."""

import csv
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.hub.settings import Settings, read
from deploy.hub.users import exists

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
prepare = "mkdir -p build && python -m course.exercises --register"
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


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    if why := obstacle():
        pytest.skip(why)
    path = tmp_path_factory.mktemp("hub") / "settings.toml"
    path.write_text(SETTINGS, "utf-8")
    settings = read(path)
    assert not [name for name in settings.users if exists(name)], "remove them first: userdel -r"
    forget(settings)
    start = [sys.executable, "-m", "deploy.hub", "up", "--settings", str(path)]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "OMP"))
    }
    log = path.with_suffix(".log")
    with log.open("w") as file:
        server = subprocess.Popen(start, cwd=ROOT, env=environment, stdout=file, stderr=file)
    try:
        wait(server, settings.server.hub_port, log)
        with (settings.state / "passwords.csv").open(newline="") as file:
            passwords = {row["id"]: row["password"] for row in csv.DictReader(file)}
        yield Hub(settings, passwords)
    finally:
        server.terminate()
        server.wait(60)
        forget(settings)


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
