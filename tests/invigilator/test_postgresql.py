"""The gradebook may be PostgreSQL: a class is graded into a server that the test starts."""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import SOURCE, hand_in, make_course

from invigilator.batch import Batch
from invigilator.commands.autograde import nbgrader_api
from invigilator.course.submissions import students
from invigilator.reporting.summary import summarise
from invigilator.untrusted.sandbox import missing

SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def lacking() -> str | None:
    """Why this can't be tested here."""
    if not SERVERS:
        return "there is no PostgreSQL server (Debian: apt-get install postgresql)"
    if importlib.util.find_spec("psycopg") is None:
        return "there is no driver of PostgreSQL (pip install 'psycopg[binary]')"
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        return "a PostgreSQL server doesn't run as root, and there is no setpriv"
    return missing()


pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(lacking() is not None, reason=str(lacking())),
]


@pytest.fixture
def url() -> Iterator[str]:
    """The address of an empty database."""
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        yield from serve(Path(folder), SERVERS[-1].parent)


def serve(folder: Path, binaries: Path) -> Iterator[str]:
    start: list[str] = []
    if os.geteuid() == 0:  # it refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        start = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}"]
        start.append("--clear-groups")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    data = folder / "data"
    make = [*start, binaries / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-N"]
    subprocess.run(make, check=True, capture_output=True, cwd=folder)
    server = subprocess.Popen(
        [*start, binaries / "postgres", "-D", data, "-p", str(port), "-k", folder, "-F"],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    ready = [binaries / "pg_isready", "-h", "127.0.0.1", "-p", str(port)]
    for _ in range(100):
        if subprocess.run(ready, capture_output=True).returncode == 0:
            break
        time.sleep(0.1)
    yield f"postgresql+psycopg://tester@127.0.0.1:{port}/postgres"
    server.terminate()
    server.wait(30)


def test_a_class_is_graded_into_postgresql(tmp_path: Path, url: str) -> None:
    root = tmp_path / "a course"
    config = make_course(root, SOURCE, url)
    hand_in(config, "ada", "def double(x):\n    return x + x")
    hand_in(config, "boole", "def double(x):\n    return 4")
    hand_in(config, "cauchy", raw=b"")
    course = nbgrader_api(config).coursedir
    batch = Batch(course, config, "ps1", jobs=2)
    assert len(list(batch.autograde(students(course, "ps1")))) == 3
    points = {row.result.student: row.points for row in summarise(course, "ps1").rows}
    assert points["ada"] == {"test_double": 3, "essay": 0}
    assert points["boole"] == {"test_double": 0, "essay": 0}
