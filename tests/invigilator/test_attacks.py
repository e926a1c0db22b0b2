"""Hostile notebooks: none gains a point, sees a hidden test, reaches out, or touches anyone else.

The attacks are texts in `attacks/`, never modules: nothing but the grader ever runs them.
Each says in its first line what it tries. All are handed in by one class, with honest students
between them, and graded by the command as an instructor runs it.
"""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from hostile_course import ATTACKS, DOUBLE, GROW, SECRETS, TWICE, attack, source
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from invigilator.untrusted.sandbox import missing

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]

NAMES = sorted(path.stem for path in ATTACKS.glob("*.txt"))
HONEST = [
    "ada",
    "daemon-next",
    "grows-next",
    "poisoned_modules-next",
    "shared_memory_left-next",
    "zoe",
]
CANARY = "canary-51f3a9"

SETTINGS = """\
c = get_config()
c.Limits.cell = 6
c.Limits.call = 2
c.Limits.submission = 40
c.Limits.memory = 512
c.Limits.disk = 32
"""

# Honest work that tells what others have left behind.
LOOK = """\
import glob, os
from multiprocessing import shared_memory
for folder in ("/tmp", ".", "/dev/shm", os.path.expanduser("~")):
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        if "marker" in name or name.endswith(".py") or name.startswith("d1") or name == "flood":
            print("LEFT", folder, name)
try:
    shared_memory.SharedMemory("invigilator-marker")
    print("LEFT shared memory")
except OSError:
    pass
for line in open("/proc/sysvipc/shm"):
    if "6699" in line:
        print("LEFT", line)
for place in glob.glob("/proc/[0-9]*"):
    if int(place[6:]) not in (1, os.getpid(), os.getppid()):
        print("LEFT process", place)
"""


@dataclass
class Listener:
    """Loopback sockets of every family; `heard` is what came."""

    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.tcp.getsockname()[1]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.unix = socket.socket(socket.AF_UNIX)
        self.unix.bind(f"\0invigilator-{self.port}")
        self.unix.listen()
        for family in ("tcp", "udp", "unix"):
            threading.Thread(target=self.listen, args=[family], daemon=True).start()

    def listen(self, family: str) -> None:
        ear: socket.socket = getattr(self, family)
        try:
            while True:
                if family == "udp":
                    ear.recv(100)
                else:
                    ear.accept()[0].close()
                self.heard.append(family)
        except OSError:
            pass

    def close(self) -> None:
        for ear in (self.tcp, self.udp, self.unix):
            ear.close()


@dataclass
class Graded:
    """A class after grading."""

    root: Path
    listener: Listener
    command: subprocess.CompletedProcess[str]
    before: dict[Path, bytes]

    def notebook(self, student: str) -> nbformat.NotebookNode:
        return nbformat.read(self.root / "autograded" / student / "ps1" / "ps1.ipynb", as_version=4)

    def scores(self, student: str) -> dict[str, float]:
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}") as gradebook:
            found = gradebook.find_submission_notebook("ps1", "ps1", student)
            return {grade.name: grade.score for grade in found.grades}

    def record(self, student: str) -> dict[str, object]:
        lines = (self.root / "autograded" / "ps1.jsonl").read_text("utf-8").splitlines()
        (mine,) = (entry for entry in map(json.loads, lines) if entry["student"] == student)
        return dict(mine)

    def output(self, student: str) -> str:
        """What a student's own cells put out."""
        cells = [c for c in self.notebook(student).cells if c.cell_type == "code"]
        own = [c.outputs for c in cells if not c.metadata.get("nbgrader", {}).get("locked")]
        return json.dumps(own)

    def feedback(self, student: str) -> str:
        """The page that a student is given."""
        return (self.root / "feedback" / student / "ps1" / "ps1.html").read_text("utf-8")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graded]:
    root = tmp_path_factory.mktemp("a hostile class")
    (root / "source" / "ps1").mkdir(parents=True)
    nbformat.write(source(), root / "source" / "ps1" / "ps1.ipynb")
    (root / "nbgrader_config.py").write_text(SETTINGS, "utf-8")
    (root / "canary.txt").write_text(CANARY, "utf-8")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    config = Config()
    config.CourseDirectory.root = str(root)
    made = NbGraderAPI(config=config).generate_assignment("ps1", create=True)
    assert made["success"], made["log"]
    release = (root / "release" / "ps1" / "ps1.ipynb").read_text("utf-8")

    listener = Listener()
    submitted = root / "submitted"
    places = {
        "PORT": listener.port,
        "CANARY": root / "canary.txt",
        "VICTIM": submitted / "ada" / "ps1" / "ps1.ipynb",
        "GRADEBOOK": root / "gradebook.db",
    }
    works = {
        name: attack(
            nbformat.reads(release, as_version=4),
            (ATTACKS / f"{name}.txt").read_text("utf-8"),
            places,
        )
        for name in NAMES
    }
    right = f"{LOOK}# %% double\n{DOUBLE}\n# %% twice\n{TWICE}\n# %% grow\n{GROW}\n"
    for name in HONEST:
        works[name] = attack(nbformat.reads(release, as_version=4), right, {})
    for name, content in works.items():
        path = submitted / name / "ps1" / "ps1.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    before = {path: path.read_bytes() for path in submitted.rglob("*.ipynb")}
    command = subprocess.run(
        [sys.executable, "-m", "invigilator", "autograde", "ps1", "--jobs=2"],
        cwd=root,
        env={**os.environ, "SECRET_OF_THE_INSTRUCTOR": CANARY},
        capture_output=True,
        text=True,
        timeout=600,
    )
    yield Graded(root, listener, command, before)
    listener.close()


# What an attack prints when it gets somewhere.
DONE = re.compile(
    r"NOT ISOLATED|WROTE|CONNECTED|ATTACHED|UNSHARED|MOUNTED|BECAME|ROOT BY|DID |LEFT|"
    r"COMPARED WITH|GRADING_SEED|" + CANARY
)


@pytest.mark.parametrize("name", NAMES)
def test_attack_gains_nothing(graded: Graded, name: str) -> None:
    text = (ATTACKS / f"{name}.txt").read_text("utf-8")
    assert text.startswith("# ")
    assert set(graded.scores(name).values()) == {0}
    shown = graded.output(name)
    assert DONE.findall(shown) == []
    page = graded.feedback(name)
    told = [secret for secret in SECRETS if secret in shown + page and secret not in text]
    assert told == []
    assert len(shown + page) < 20_000_000
    assert float(str(graded.record(name)["seconds"])) < 60


def test_there_are_enough_attacks() -> None:
    assert len(NAMES) >= 40


@pytest.mark.parametrize("name", HONEST)
def test_honest_students_among_them_keep_their_points(graded: Graded, name: str) -> None:
    points = {"test_double": 3, "test_twice": 2, "test_grow": 1, "essay": 0}
    assert graded.scores(name) == points
    assert DONE.findall(graded.output(name)) == []


def test_the_command_ends_well_and_says_what_it_did(graded: Graded) -> None:
    assert graded.command.returncode == 0, graded.command.stdout + graded.command.stderr
    total = len(NAMES) + len(HONEST)
    assert f"{total} of {total}" in graded.command.stdout
    assert "Traceback" not in graded.command.stdout + graded.command.stderr


def test_nothing_outside_was_touched_or_reached(graded: Graded) -> None:
    assert graded.listener.heard == []
    assert {path: path.read_bytes() for path in graded.before} == graded.before
    assert (graded.root / "canary.txt").read_text("utf-8") == CANARY
    with Gradebook(f"sqlite:///{graded.root / 'gradebook.db'}") as gradebook:
        assert {student.id for student in gradebook.students} == {*NAMES, *HONEST}
    written = [path for path in graded.root.rglob("*") if "flood" in path.name and path.is_file()]
    assert [path for path in written if "submitted" not in path.parts] == []


def test_no_process_outlives_the_batch(graded: Graded) -> None:
    here = str(graded.root).encode()
    left = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            line = (place / "cmdline").read_bytes()
            folder = os.readlink(place / "cwd").encode()
        except OSError:
            continue
        if b"invigilator.untrusted.zygote" in line and here in folder:
            left.append(line)
    assert left == []
