"""A teacher and students at their browsers, and what a student tries behind the browser's back."""

import json
import subprocess
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

from course.exercises import source_notebook

SLOW = 120_000  # ms: thirty servers on two cores take their time


def as_user(user: str, *command: str, seconds: float = 120) -> subprocess.CompletedProcess[str]:
    """Run a command as a user of the system, as from a terminal of JupyterLab."""
    start = ["runuser", "--login", user, "--command"]
    line = " ".join(f"'{word}'" for word in command)
    return subprocess.run([*start, line], capture_output=True, text=True, timeout=seconds)


def points(assignment: str) -> float:
    """What the checks of an assignment are worth, without what a person marks."""
    about = [cell.metadata.get("nbgrader", {}) for cell in source_notebook(assignment).cells]
    return float(
        sum(each["points"] for each in about if each.get("grade") and not each["solution"])
    )


class Person:
    """Someone who has logged in, with a page of their own."""

    def __init__(self, browser: Browser, address: str, name: str, password: str) -> None:
        self.address, self.name = address, name
        self.context = browser.new_context(viewport={"width": 1280, "height": 900})
        self.page = self.context.new_page()
        self.page.set_default_timeout(SLOW)
        self.page.goto(f"{address}/hub/login")
        self.page.fill("#username_input", name)
        self.page.fill("#password_input", password)
        self.page.click("#login_submit")
        self.page.wait_for_url(f"**/user/{name}/**")

    @property
    def home(self) -> str:
        return f"{self.address}/user/{self.name}"

    def close(self) -> None:
        self.context.close()


class Teacher(Person):
    """At the formgrader."""

    def formgrader(self, path: str = "") -> Page:
        self.page.goto(f"{self.home}/formgrader/{path}")
        return self.page

    def row(self, name: str) -> Locator:
        """The row of an assignment or a student in the table."""
        return self.page.locator("tr", has=self.page.get_by_text(name, exact=True)).first

    def press(self, row: str, column: str) -> str:
        """Press what a row of the table has in a column; returns the title of the answer."""
        self.row(row).locator(f"td.{column} a").click()
        answer = self.page.locator(".modal.in, .modal.show").last
        title = answer.locator(".modal-title")
        title.wait_for()
        words = title.inner_text()
        answer.get_by_role("button", name="OK").click()
        self.page.locator(".modal-backdrop").wait_for(state="hidden")
        return words


class Student(Person):
    """At the list of assignments, in JupyterLab."""

    def assignments(self) -> Page:
        self.page.goto(f"{self.home}/lab?reset")
        self.page.locator("#jp-MainMenu").wait_for()
        self.page.get_by_role("menuitem", name="Nbgrader").click()
        self.page.get_by_role("menuitem", name="Assignment List").click()
        self.page.locator("#released_assignments_list_loading").wait_for(state="hidden")
        return self.page

    def press(self, name: str, within: str) -> None:
        """Press a button of the list, and wait until the list has been made anew."""
        button = self.page.locator(f"#{within}_assignments_list").get_by_role(
            "button", name=name, exact=True
        )
        with self.page.expect_response(lambda answer: "/assignments/" in answer.url) as answer:
            button.first.click()
        assert answer.value.ok, answer.value.text()

    def work(self, path: Path, answers: dict[str, str]) -> None:
        """Write answers into the cells of a notebook, and save it."""
        write = """\
import json, sys
path, answers = sys.argv[1], json.load(sys.stdin)
notebook = json.load(open(path))
for cell in notebook["cells"]:
    name = cell["metadata"].get("nbgrader", {}).get("grade_id")
    cell["source"] = answers.get(name, cell["source"])
json.dump(notebook, open(path, "w"))
"""
        subprocess.run(
            ["runuser", "--user", self.name, "--", "python3", "-c", write, str(path)],
            input=json.dumps(answers), text=True, check=True, cwd="/",
        )  # fmt: skip
