"""Make the students' edition in `build/students-edition/`: what students clone.

    python -m course.students_edition

What goes in is decided by one list, `GOES_IN`. Before anything is written, each text is searched
for the lines of solutions and hidden tests.
"""

import shutil
import sys
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from course.address import ROOT, Address, address
from course.exercises import assignments
from course.hidden_lines import all_hidden, leaks
from course.toc import chapters, title

EDITION = ROOT / "build" / "students-edition"
TEMPLATES = Path(__file__).parent / "templates" / "students"

# The one list of what students get, as paths and patterns from the root of the course.
GOES_IN = (
    "LICENSE",
    "requirements.lock",
    "binder/requirements.txt",
    "binder/runtime.txt",
    *(f"{chapter}.md" for chapter in chapters()),
    *(f"notebooks/{Path(chapter).name}.ipynb" for chapter in chapters()),
    *(f"exercises/{name}/{name}.ipynb" for name in assignments()),
    "lib/convbook/LICENSE",
    "lib/convbook/README.md",
    "lib/convbook/pyproject.toml",
    "lib/convbook/src/convbook/**/*.py",
    "lib/convbook/src/convbook/engine/cuda/*.cu",
    "lib/convbook/src/convbook/engine/cuda/*.cuh",
)


def chosen(root: Path = ROOT) -> list[Path]:
    """The files of the course that go in.

    Raises:
        FileNotFoundError: a line of the list that names nothing.
    """
    found = set()
    for pattern in GOES_IN:
        named = [path for path in root.glob(pattern) if path.is_file()]
        if not named:
            raise FileNotFoundError(f"{pattern}: the students' edition needs it; it isn't there")
        found.update(named)
    return sorted(found)


def written(here: Address) -> dict[str, str]:
    """The files that students alone get, by name."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    known = {
        "here": here,
        "folder": here.students.rpartition("/")[2],
        "assignments": [(name, title(f"solutions/{name}/{name}")) for name in assignments()],
        "chapters": [(Path(page).name, title(page)) for page in chapters()],
    }
    return {
        "README.md": made.get_template("README.md.j2").render(known),
        ".gitignore": made.get_template("gitignore").render(),
    }


def make(edition: Path = EDITION) -> None:
    """Write the edition, in place of what was there.

    Raises:
        ValueError: a file that would tell a solution or a hidden test.
    """
    lines = all_hidden()
    for path in chosen():
        if told := leaks(path.read_text("utf-8"), lines):
            raise ValueError(f"{path.relative_to(ROOT)} tells what is hidden: {told[0]}")
    # A folder that somebody has cloned keeps its history.
    for old in edition.iterdir() if edition.is_dir() else ():
        if old.is_dir() and not old.is_symlink() and old.name != ".git":
            shutil.rmtree(old)
        elif old.name != ".git":
            old.unlink()
    for path in chosen():
        target = edition / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    for name, text in written(address()).items():
        (edition / name).write_text(text, "utf-8")


def main() -> None:
    try:
        make()
    except (FileNotFoundError, ValueError) as error:
        sys.exit(f"the students' edition isn't made: {error}")
    print(f"The students' edition: {EDITION.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
