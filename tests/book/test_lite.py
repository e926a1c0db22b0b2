"""JupyterLite on the built site: a student's whole way, from the notebook to its points."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import nbformat
import pytest
from browsing import opener
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from playwright.sync_api import Browser, Locator, Page

from course.address import ROOT
from course.exercises import EXERCISES
from course.pyodide import LOCK
from course.sample_class import instructors, one_wrong, solved

NAME = "ps02_locality"
WORK = one_wrong(NAME)
WRONG = next(task for task, right in instructors(NAME).items() if WORK[task] != right)
STARTS = 120_000  # milliseconds, on a busy machine


@dataclass
class Lab:
    """A notebook that is open in JupyterLite, whose cells are named by their ids."""

    page: Page
    places: dict[str, int]

    def wait(self) -> None:
        """Wait until the whole notebook is shown."""
        last = self.page.locator(".jp-Notebook .jp-Cell").nth(len(self.places) - 1)
        last.wait_for(timeout=STARTS)

    def cell(self, name: str) -> Locator:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(self.places[name])

    def write(self, name: str, source: str) -> None:
        self.cell(name).locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)

    def run(self, name: str) -> str:
        """Run a cell: what it says."""
        cell = self.cell(name)
        cell.locator(".jp-InputPrompt").click()
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_function(
            "cell => /^\\[\\d+\\]:$/.test(cell.querySelector('.jp-InputPrompt').innerText.trim())",
            arg=cell.element_handle(), timeout=STARTS,
        )  # fmt: skip
        return "\n".join(cell.locator(".jp-OutputArea-output").all_inner_texts())

    def save(self, last: str) -> None:
        """Save, until the browser has stored a notebook that contains these words."""
        self.page.keyboard.press("Control+s")
        self.page.wait_for_function(
            """async ([name, words]) => {
                const done = (request) => new Promise((resolve) => {
                    request.onsuccess = () => resolve(request.result);
                });
                const database = await done(indexedDB.open("JupyterLite Storage - /lite/"));
                const files = database.transaction("files").objectStore("files");
                const file = await done(files.get(name));
                database.close();
                return JSON.stringify(file ?? "").includes(words);
            }""",
            arg=[f"{NAME}.ipynb", json.dumps(json.dumps(last))[3:-3]],
        )


@dataclass
class Way:
    """What a student saw on the way, and the file that came of it."""

    said: dict[str, str]
    handed_in: Path
    problems: list[str]
    outside: list[str]


@pytest.fixture(scope="module")
def lite(html: Path) -> Path:
    """The folder of JupyterLite on the site."""
    if not (html / "lite").is_dir():
        pytest.skip("JupyterLite is not built: make lite")
    return html / "lite"


def test_its_packages_are_on_the_site_and_none_is_there_twice(html: Path, lite: Path) -> None:
    shared = html / "_static" / "pyodide"
    packages = json.loads((lite / "pyodide" / LOCK).read_text("utf-8"))["packages"]
    for package in packages.values():
        file = (shared / package["file_name"]).resolve()
        assert file.is_relative_to(html.resolve())
        assert sha256(file.read_bytes()).hexdigest() == package["sha256"]
    names = [{path.name for path in folder.iterdir()} for folder in (shared, lite / "pyodide")]
    assert set.intersection(*names) == {LOCK}
    assert {"convbook", "numpy", "matplotlib", "ipython", "comm"} <= packages.keys()


@pytest.fixture(scope="module")
def way(
    browser: Browser, lite: Path, site: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Way]:
    released = nbformat.read(EXERCISES / NAME / f"{NAME}.ipynb", as_version=4)
    places = {cell.id: place for place, cell in enumerate(released.cells)}
    with opener(browser, site) as open_page:
        page = open_page(f"lite/notebooks/index.html?path={NAME}.ipynb")
        lab = Lab(page, places)
        lab.wait()
        said = {name: lab.run(name) for name in ("setup", "imports", "distance", "test_distance")}
        for task, source in WORK.items():
            lab.write(task, source)
        lab.run("distance")
        said["answered"] = lab.run("test_distance")
        lab.save(list(WORK.values())[-1])
        page.reload()
        lab.wait()
        with page.expect_download() as download:
            page.locator(".jp-Toolbar").get_by_text("Download to hand in").click()
        handed_in = tmp_path_factory.mktemp("handed in") / download.value.suggested_filename
        download.value.save_as(handed_in)
        yield Way(said, handed_in, page.problems, page.outside)


def test_cells_run_without_a_request_to_another_host(way: Way) -> None:
    unwritten = way.said.pop("test_distance")
    assert unwritten.startswith("✗ distance is not written yet.\n")
    assert way.said == {
        "setup": "", "imports": "", "distance": "", "answered": "distance: visible checks passed\n"
    }  # fmt: skip
    assert way.outside == []
    # JupyterLite names its icon late: Chromium has asked for the server's by then, and only its
    # console says so, without an address.
    assert [said for said in way.problems if "Failed to load resource" not in said] == []


def about(notebook: NotebookNode) -> list[tuple[str, str, str, object]]:
    """What a grader goes by in each cell, and the student's text."""
    return [
        (cell.id, cell.cell_type, cell.source, cell.metadata.get("nbgrader"))
        for cell in notebook.cells
    ]


def test_answers_survive_a_reload_and_are_in_the_downloaded_notebook(way: Way) -> None:
    assert way.handed_in.name == f"{NAME}.ipynb"
    assert about(nbformat.read(way.handed_in, as_version=4)) == about(solved(NAME, WORK))


@pytest.fixture
def class_folder() -> Iterator[Path]:
    """A folder for a class, where nbgrader looks for one: below the course."""
    with tempfile.TemporaryDirectory(dir=ROOT / "build", prefix="class-") as folder:
        yield Path(folder)


def test_the_download_earns_what_the_same_answers_earn(way: Way, class_folder: Path) -> None:
    handed_in = {
        "browser": way.handed_in.read_text("utf-8"),
        "jupyter": nbformat.writes(solved(NAME, WORK)),
    }
    for student, text in handed_in.items():
        path = class_folder / "submitted" / student / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
    environment = os.environ | {"CLASS": str(class_folder.relative_to(ROOT))}
    for command in (
        ["course.exercises", "--register", NAME],
        ["invigilator", "autograde", NAME],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT, env=environment, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    earned = {}
    with Gradebook(f"sqlite:///{class_folder / 'gradebook.db'}") as gradebook:
        for student in handed_in:
            grades = gradebook.find_submission_notebook(NAME, NAME, student).grades
            earned[student] = {grade.name: grade.auto_score for grade in grades}
    assert earned["browser"] == earned["jupyter"]
    assert {test for test, score in earned["browser"].items() if score == 0} == {f"test_{WRONG}"}
