"""The grader is killed, workers die, the disk is full, the gradebook locked: nothing is lost."""

import contextlib
import json
import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import hand_in
from nbgrader.apps import NbGraderAPI
from test_batch import gradebook, notebooks
from traitlets.config import Config

from invigilator.batch import Batch
from invigilator.batch.execution import worker_threads
from invigilator.course.results import load_results
from invigilator.course.submissions import students
from invigilator.protocol.messages import Graded, Verdict
from invigilator.untrusted.sandbox import missing

pytestmark = pytest.mark.filterwarnings("ignore")

KILLS = 50
NAMES = [f"student{number:02}" for number in range(12)]


@pytest.fixture
def handed_in(course: Config) -> Config:
    for number, student in enumerate(NAMES):
        hand_in(course, student, f"def double(x):\n    return {number % 3} * x")
    return course


class Known(Executor):
    """Gives answers that are known already, each after a moment: what is tried is all the rest."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        works = args[1]
        (work,) = works.values()
        future: Future[Any] = Future()
        answer = self.answers.get(work.student) or graded_notebook()
        timer = threading.Timer(0.005, future.set_result, [answer])
        timer.daemon = True
        timer.start()
        return future


class Recording(Executor):
    """Notes what another executor answers."""

    def __init__(self, inner: Executor) -> None:
        self.inner, self.answers = inner, dict[str, Any]()

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        (work,) = args[1].values()
        future = self.inner.submit(function, *args, **kwargs)
        future.add_done_callback(lambda f: self.answers.update({work.student: f.result()}))
        return future


def grade(config: Config, executor: Executor) -> None:
    course = NbGraderAPI(config=config).coursedir
    batch = Batch(course, config, "ps1", jobs=2, seed=7, executor=executor)
    assert len(list(batch.autograde(students(course, "ps1")))) == len(NAMES)


def whole(config: Config) -> None:
    """What is there at any moment is whole: the gradebook, each notebook, the record."""
    root = Path(config.CourseDirectory.root)
    with sqlite3.connect(root / "gradebook.db") as database:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
        # A student has all grades or none.
        counts = database.execute(
            "select count(*) from submitted_notebook n left join grade g on g.notebook_id = n.id "
            "group by n.id"
        )
        assert {count for (count,) in counts} <= {2}
    for path in (root / "autograded").glob("student*/ps1/ps1.ipynb"):
        nbformat.validate(nbformat.read(path, as_version=4))
    for result in load_results(NbGraderAPI(config=config).coursedir, "ps1"):
        if result.graded:
            assert (root / "autograded" / result.student / "ps1" / "ps1.ipynb").is_file()


@pytest.mark.skipif(missing() is not None, reason=str(missing()))
def test_killed_at_any_moment_nothing_is_lost_and_a_rerun_completes(handed_in: Config) -> None:
    with worker_threads(2) as executor:
        recording = Recording(executor)
        grade(handed_in, recording)
    right = gradebook(handed_in), notebooks(handed_in)
    root = Path(handed_in.CourseDirectory.root)
    fork, draw = multiprocessing.get_context("fork"), random.Random(1)
    done_before: list[int] = []
    record = root / "autograded" / "ps1.jsonl"
    for _ in range(KILLS):
        # Each time there is something to do: some results have been forgotten.
        lines = record.read_text("utf-8").splitlines(keepends=True)
        record.write_text("".join(line for line in lines if draw.random() < 0.7), "utf-8")
        process = fork.Process(target=grade, args=[handed_in, Known(recording.answers)])
        process.start()
        process.join(draw.uniform(0.01, 0.4))
        process.kill()
        process.join()
        whole(handed_in)
        done_before.append(len(load_results(NbGraderAPI(config=handed_in).coursedir, "ps1")))
    grade(handed_in, Known(recording.answers))
    assert (gradebook(handed_in), notebooks(handed_in)) == right
    assert not list((root / "autograded").glob("*/.*.new"))
    assert len(set(done_before)) > 1  # the kills came at different moments


@pytest.mark.skipif(missing() is not None, reason=str(missing()))
@pytest.mark.parametrize("kind", ["invigilator.untrusted.zygote", "examiner"])
def test_a_worker_that_dies_is_replaced_and_its_submission_tried_once_more(
    handed_in: Config, kind: str
) -> None:
    def descendants() -> list[int]:
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            try:
                line = (place / "cmdline").read_bytes().decode()
                mine = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
            if kind in line and (mine == os.getpid() or kind != "examiner"):
                found.append(int(place.name))
        return found

    others = set(descendants())
    with worker_threads(2) as executor:
        course = NbGraderAPI(config=handed_in).coursedir
        batch = Batch(course, handed_in, "ps1", jobs=2, seed=7, executor=executor)
        results = {}
        for result in batch.autograde(students(course, "ps1")):
            results[result.student] = result
            if len(results) == 1:
                for process in set(descendants()) - others:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)
    assert {student: result.reason for student, result in results.items()} == dict.fromkeys(NAMES)


def test_a_disk_that_is_full_is_said_and_a_rerun_completes(
    handed_in: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(handed_in.CourseDirectory.root)
    write, room = Path.write_bytes, [5]

    def full(path: Path, data: bytes) -> int:
        if "autograded" in path.parts:
            room[0] -= 1
            if room[0] < 0:
                write(path, data[: len(data) // 2])
                raise OSError(28, "No space left on device")
        return write(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space left"):
            grade(handed_in, Known(dict.fromkeys(NAMES, graded_notebook())))
    whole(handed_in)
    grade(handed_in, Known(dict.fromkeys(NAMES, graded_notebook())))
    assert len(notebooks(handed_in)) == len(NAMES)
    assert not list((root / "autograded").glob("*/.*.new"))


def graded_notebook() -> dict[str, Verdict]:
    """What an executor gives."""
    text = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("")]))
    grades: dict[str, int | float | None] = {"test_double": 3.0, "essay": None}
    return {"ps1": Graded(text, grades, {}, [], 0, 0.1)}


def test_a_gradebook_that_is_locked_for_a_while_is_waited_for(handed_in: Config) -> None:
    root = Path(handed_in.CourseDirectory.root)
    other = sqlite3.connect(root / "gradebook.db", check_same_thread=False)
    other.execute("begin exclusive")
    threading.Timer(3, other.rollback).start()
    grade(handed_in, Known(dict.fromkeys(NAMES, graded_notebook())))
    assert len(gradebook(handed_in)["submissions"]) == len(NAMES)


def test_a_gradebook_that_stays_locked_is_said_and_a_rerun_completes(
    handed_in: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("invigilator.course.gradebook._TRIES", 1)
    root = Path(handed_in.CourseDirectory.root)
    known = Known(dict.fromkeys(NAMES, graded_notebook()))
    other = sqlite3.connect(root / "gradebook.db")
    course = NbGraderAPI(config=handed_in).coursedir
    batch = Batch(course, handed_in, "ps1", jobs=2, seed=7, executor=known)
    other.execute("begin exclusive")
    with pytest.raises(Exception, match="database is locked"):
        list(batch.autograde(NAMES))
    other.rollback()
    other.close()
    assert load_results(course, "ps1") == []
    grade(handed_in, known)
    assert len(gradebook(handed_in)["submissions"]) == len(NAMES)


@pytest.mark.skipif(missing() is not None, reason=str(missing()))
def test_the_command_stopped_by_ctrl_c_ends_in_words_and_goes_on(handed_in: Config) -> None:
    root = Path(handed_in.CourseDirectory.root)
    # One in the middle takes its time, so that the run isn't over before it is stopped.
    slow = "import time\ntime.sleep(3)\ndef double(x):\n    return 2 * x"
    hand_in(handed_in, "student05b", slow)
    command = [sys.executable, "-m", "invigilator", "autograde", "ps1", "--jobs=1", "--no-feedback"]
    # The signal must come through, also where the tests run in the background.
    process = subprocess.Popen(
        ["env", "--default-signal=INT", *command],
        cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    record = root / "autograded" / "ps1.jsonl"
    end = time.monotonic() + 120
    while (not record.exists() or not record.read_text()) and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert "the same command goes on from here" in out
    assert "Traceback" not in out + err
    first = {line["student"]: line for line in map(json.loads, record.read_text().splitlines())}
    again = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=200)
    assert again.returncode == 0, again.stdout + again.stderr
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    assert sorted(line["student"] for line in lines) == sorted([*NAMES, "student05b"])
    assert [line for line in lines if line["student"] in first] == list(first.values())
