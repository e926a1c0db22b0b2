"""Thirty students at once, each over HTTP as a browser does it; what it costs is written down."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest
import requests
from course_server import CLASS, ROOT, Hub
from nbgrader.api import Gradebook
from people import as_user, points

from course.sample_class import instructors, solved

PS = "ps03_sharing"
COURSE = "from-dense-to-convolutional"
FIGURES = ROOT / "build" / "hub_figures.txt"


class Visitor:
    """A student without a browser: what a browser would send."""

    def __init__(self, hub: Hub, name: str) -> None:
        self.name, self.home = name, f"{hub.address}/user/{name}"
        self.session = requests.Session()
        self.session.get(f"{hub.address}/hub/login").raise_for_status()
        form = {"username": name, "password": hub.passwords[name], "_xsrf": self.token()}
        # The answer to a right password is the page on which the server starts.
        self.session.post(f"{hub.address}/hub/login?next=%2Fhub%2Fspawn", data=form)

    def token(self) -> str:
        """The proof that a form came from the page before it."""
        return [cookie.value or "" for cookie in self.session.cookies if cookie.name == "_xsrf"][-1]

    def wait(self) -> None:
        """Until the server answers."""
        for _ in range(150):
            # While it starts, this leads to a page of the hub's.
            answer = self.session.get(f"{self.home}/lab")
            if answer.ok and answer.url.startswith(self.home):
                return
            time.sleep(2)
        raise AssertionError(f"no server for {self.name} in five minutes")

    def act(self, what: str) -> dict[str, Any]:
        """Fetch or submit, as the list of assignments asks for it."""
        self.session.get(f"{self.home}/lab").raise_for_status()
        answer = self.session.post(
            f"{self.home}/assignments/{what}",
            json={"course_id": COURSE, "assignment_id": PS},
            headers={"X-XSRFToken": self.token()},
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        assert found["success"], found
        return found


def each(do: Callable[[Any], Any], of: list[Any]) -> tuple[list[Any], float]:
    """Do something for all of them at once; returns what came of it, and seconds."""
    start = time.monotonic()
    with ThreadPoolExecutor(len(of)) as threads:
        found = list(threads.map(do, of))
    return found, time.monotonic() - start


def memory(name: str) -> float:
    """MB that a user's processes take; what several share is divided among them."""
    found = subprocess.run(["pgrep", "-u", name], capture_output=True, text=True).stdout.split()
    total = 0
    for process in found:
        try:
            text = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        match = re.search(r"^Pss: +(\d+)", text, re.MULTILINE)
        total += int(match[1]) if match else 0
    return total / 1000


@pytest.fixture(scope="module")
def submissions(hub: Hub) -> dict[str, float]:
    """Everybody starts, fetches and submits; returns seconds and megabytes."""
    folder = hub.settings.course_folder(hub.settings.courses[0])
    in_course(hub, "nbgrader", "release_assignment", PS)
    visitors, login = each(lambda name: Visitor(hub, name), CLASS)
    _, start = each(Visitor.wait, visitors)
    figures = {"all thirty servers answer after": login + start}
    _, figures["all have fetched after"] = each(lambda visitor: visitor.act("fetch"), visitors)
    work = folder.parent / "work.ipynb"
    nbformat.write(solved(PS, instructors(PS)), work)
    for name in CLASS:
        target = Path("/home") / name / COURSE / PS / f"{PS}.ipynb"
        shutil.copyfile(work, target)
    _, figures["all have submitted after"] = each(lambda visitor: visitor.act("submit"), visitors)
    figures["MB for a server"] = sum(map(memory, CLASS)) / len(CLASS)
    figures["collected after"] = in_course(hub, "nbgrader", "collect", PS)
    figures["graded, with feedback, after"] = in_course(hub, "invigilator", "autograde", PS)
    lines = [f"{what:40} {value:8.1f}" for what, value in figures.items()]
    FIGURES.write_text("\n".join([f"{os.cpu_count()} cores", *lines, ""]), "utf-8")
    return figures


def in_course(hub: Hub, program: str, *arguments: str) -> float:
    """Run a command as the teacher, in the course's folder; returns seconds."""
    folder = hub.settings.course_folder(hub.settings.courses[0])
    line = f"cd {folder} && umask 007 && {hub.settings.venv}/bin/{program} {' '.join(arguments)}"
    start = time.monotonic()
    done = as_user("fdc_teacher", "sh", "-c", line, seconds=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return time.monotonic() - start


def test_thirty_at_once_get_what_they_earned(hub: Hub, submissions: dict[str, float]) -> None:
    folder = hub.settings.course_folder(hub.settings.courses[0])
    with Gradebook(f"sqlite:///{folder}/class/gradebook.db", COURSE) as gradebook:
        scores = {each.student.id: each.score for each in gradebook.assignment_submissions(PS)}
    assert scores == dict.fromkeys(CLASS, points(PS))
    assert submissions["MB for a server"] > 0
