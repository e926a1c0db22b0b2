"""Make the students' notebooks in `exercises/` from the instructor's sources in `solutions/`.

    python -m course.exercises            write what changed
    python -m course.exercises --check    change nothing; exit 1 when a committed notebook is stale
    python -m course.exercises --register ps02_locality
                                         enter an assignment into the gradebook, before grading

A source becomes a notebook (jupytext) in `build/source/`, whose set-up cell is filled in and whose
cells get lasting ids; nbgrader's `generate_assignment` makes the release from it.
"""

import argparse
import os
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config, PyFileConfigLoader

from course.address import ROOT, address

SOLUTIONS, SOURCE, EXERCISES = ROOT / "solutions", ROOT / "build" / "source", ROOT / "exercises"

SETUP = """\
# Run this cell first. It finds the course's library, or fetches it from the course's site.
try:
    import convbook
except ModuleNotFoundError:
    %pip install --quiet {wheel}
    try:
        import convbook
    except ModuleNotFoundError:
        print("The library is missing: connect to the network and run this cell again, or download "
              "{wheel} and run `pip install` on that file.")"""


def assignments() -> list[str]:
    """The names of all assignments, in order."""
    return sorted(path.parent.name for path in SOLUTIONS.glob("*/*.md"))


def wheel_name() -> str:
    """The file name of the library's wheel, which the site serves and notebooks fetch."""
    settings = ROOT / "lib" / "convbook" / "pyproject.toml"
    project = tomllib.loads(settings.read_text("utf-8"))["project"]
    return f"{project['name']}-{project['version']}-py3-none-any.whl"


def source_notebook(name: str) -> NotebookNode:
    """The instructor's notebook: solutions and hidden tests included."""
    notebook = jupytext.read(SOLUTIONS / name / f"{name}.md", fmt="md:myst")
    notebook.metadata.pop("jupytext", None)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    wheel = f"{address().site}wheel/{wheel_name()}"
    for place, cell in enumerate(notebook.cells):
        graded = cell.metadata.get("nbgrader", {})
        cell.id = graded.get("grade_id", f"cell-{place:02}")
        for tag in cell.metadata.pop("tags", []):
            if tag == "setup":
                cell.source = SETUP.format(wheel=wheel)
            elif tag == "written":  # MyST gives metadata to code cells only
                cell.cell_type = "markdown"
                del cell["outputs"], cell["execution_count"]
    nbformat.validate(notebook)
    return notebook


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
    with tempfile.TemporaryDirectory() as scratch:
        config.CourseDirectory.release_directory = scratch
        generate(name, config)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing, report what is stale")
    parser.add_argument("--register", metavar="NAME", help="enter an assignment into the gradebook")
    options = parser.parse_args()
    write_sources()
    if options.register:
        register(options.register)
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
