"""Make the students' notebooks in `exercises/` from the instructor's sources in `solutions/`.

    python -m course.exercises            write what changed
    python -m course.exercises --check    change nothing; exit 1 when a committed notebook is stale
    python -m course.exercises --register ps02_locality
                                         enter an assignment into the gradebook, before grading;
                                         without a name, each of them

A source becomes a notebook (jupytext) in `build/source/`, whose set-up cell is filled in and whose
cells get lasting ids; nbgrader's `generate_assignment` makes the release from it.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config, PyFileConfigLoader

from course.address import ROOT, address

SOLUTIONS, SOURCE, EXERCISES = ROOT / "solutions", ROOT / "build" / "source", ROOT / "exercises"

CHAPTER = re.compile(r"(?<=\()chapter:(\w+)(?=\))")

SETUP = """\
# Run this cell first. It finds the course's library, or fetches it from the course's site.
try:
    import convbook
except ModuleNotFoundError:
    import os

    from IPython.utils.capture import capture_output

    # Without a network pip gives up soon. (As options, a browser's pip would not know these.)
    os.environ.update(PIP_RETRIES="0", PIP_DEFAULT_TIMEOUT="5")
    with capture_output():  # where there is no network, pip has much to say
        %pip install --quiet {wheel}
    try:
        import convbook
    except ModuleNotFoundError:
        print("The course's library could not be fetched. With a network, run this cell again, or "
              "type: %pip install {wheel}")"""

# JupyterLab writes these into a notebook when it opens one: one that has them stays unchanged.
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": "3.11.0",
}


def assignments() -> list[str]:
    """The names of all assignments, in order."""
    return sorted(path.parent.name for path in SOLUTIONS.glob("*/*.md"))


def wheel_name() -> str:
    """The file name of the library's wheel, which the site serves and notebooks fetch."""
    settings = ROOT / "lib" / "convbook" / "pyproject.toml"
    project = tomllib.loads(settings.read_text("utf-8"))["project"]
    return f"{project['name']}-{project['version']}-py3-none-any.whl"


@dataclass(frozen=True)
class Task:
    """What is asked of a student: a function, or `written`, an answer in words."""

    name: str
    points: float
    minutes: int

    @property
    def by_hand(self) -> bool:
        """Whether a person marks it."""
        return self.name == "written"


def tasks_of(notebook: NotebookNode) -> list[Task]:
    """The tasks of an instructor's notebook: minutes are noted with answers, points with tests."""
    about = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    points = {
        each["grade_id"].removeprefix("test_"): each["points"]
        for each in about
        if each.get("grade")
    }
    return [
        Task(each["grade_id"], points[each["grade_id"]], cell.metadata.pop("minutes"))
        for cell, each in zip(notebook.cells, about, strict=True)
        if each.get("solution")
    ]


def source_notebook(name: str) -> NotebookNode:
    """The instructor's notebook: solutions and hidden tests included."""
    notebook = jupytext.read(SOLUTIONS / name / f"{name}.md", fmt="md:myst")
    notebook.metadata.pop("jupytext", None)
    notebook.metadata["language_info"] = LANGUAGE
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    tasks = tasks_of(notebook)
    for place, cell in enumerate(notebook.cells):
        graded = cell.metadata.get("nbgrader", {})
        cell.id = graded.get("grade_id", f"cell-{place:02}")
        for tag in cell.metadata.pop("tags", []):
            if tag == "setup":
                cell.source = SETUP.format(wheel=f"{address().site}wheel/{wheel_name()}")
            elif tag == "progress":
                cell.source = progress_cell(tasks)
            elif tag == "picture":
                fold(cell, "Draw the picture")
            elif tag == "written":  # MyST gives metadata to code cells only
                cell.cell_type = "markdown"
                del cell["outputs"], cell["execution_count"]
        if graded.get("grade") and not graded["solution"]:
            fold(cell, f"Check {cell.id.removeprefix('test_')}")
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("<!-- plan -->", plan(tasks))
            cell.source = CHAPTER.sub(rf"{address().site}chapters/\1.html", cell.source)
    nbformat.validate(notebook)
    return notebook


def plan(tasks: list[Task]) -> str:
    """What awaits a student, as a table."""
    rows = ["| task | points | time |", "|:--|--:|--:|"]
    for number, task in enumerate(tasks, 1):
        what = "in your own words" if task.by_hand else f"`{task.name}`"
        rows.append(f"| {number}. {what} | {task.points:g} | {task.minutes} min |")
    minutes = sum(task.minutes for task in tasks)
    rows.append(f"| together | {sum(task.points for task in tasks):g} | {minutes} min |")
    return "\n".join(rows)


def progress_cell(tasks: list[Task]) -> str:
    """The last cell: how many tasks pass their checks."""
    points = [f"{'by_hand' if task.by_hand else task.name}={task.points:g}" for task in tasks]
    return f"from convbook.checking import progress\n\nprogress({', '.join(points)})"


def fold(cell: NotebookNode, title: str) -> None:
    """Show of a cell only what it prints: it is there to be run, not to be read.

    JupyterLab hides the source; Colab shows a form with the title. VS Code shows it all.
    """
    cell.metadata["jupyter"] = {"source_hidden": True}
    cell.metadata["cellView"] = "form"
    cell.source = f"# @title {title}\n{cell.source}"


def write_sources(folder: Path = SOURCE) -> None:
    """Write every instructor's notebook below `folder`, touching only what changed."""
    for name in assignments():
        path = folder / name / f"{name}.ipynb"
        text = nbformat.writes(source_notebook(name)) + "\n"
        if not path.is_file() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")


def generate(name: str, config: Config) -> None:
    """Let nbgrader make the release of one assignment and enter it into the gradebook."""
    # nbgrader calls `alembic` by name: it stands beside the interpreter.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = NbGraderAPI(config=config).generate_assignment(name, create=True)
    if not result["success"]:
        sys.exit(f"nbgrader could not make {name}:\n{result['log']}{result.get('error') or ''}")


def course_config() -> Config:
    """The settings of nbgrader, in `nbgrader_config.py`."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()


def release(name: str, scratch: Path) -> Path:
    """Make the release of one assignment in a scratch course; returns its notebook."""
    config = course_config()
    config.CourseDirectory.root = str(scratch)
    config.CourseDirectory.source_directory = str(SOURCE)
    config.CourseDirectory.release_directory = "release"
    config.CourseDirectory.db_url = f"sqlite:///{scratch / 'gradebook.db'}"
    generate(name, config)
    return scratch / "release" / name / f"{name}.ipynb"


def register(name: str) -> None:
    """Enter an assignment into the course's gradebook; `exercises/` stays as it is."""
    if name not in assignments():
        sys.exit(f"there is no assignment {name!r}; there are {', '.join(assignments())}")
    config = course_config()
    config.CourseDirectory.root = str(ROOT)
    # SQLite makes a file, but not the folder that it is to be in.
    (ROOT / config.CourseDirectory.submitted_directory).parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        config.CourseDirectory.release_directory = scratch
        generate(name, config)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing, report what is stale")
    parser.add_argument(
        "--register", metavar="NAME", nargs="*", help="enter assignments into the gradebook"
    )
    options = parser.parse_args()
    write_sources()
    if options.register is not None:
        for name in options.register or assignments():
            register(name)
        return
    check = options.check
    stale = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in assignments():
            made = release(name, Path(scratch))
            kept = EXERCISES / name / made.name
            if kept.is_file() and kept.read_bytes() == made.read_bytes():
                continue
            stale.append(name)
            if not check:
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(made, kept)
                print(f"wrote {kept.relative_to(ROOT)}")
    if check and stale:
        sys.exit(f"stale: {', '.join(stale)}. Run `make exercises` and commit what it writes.")


if __name__ == "__main__":
    main()
