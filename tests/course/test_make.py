"""`make` from a fresh clone: in a folder with a space in its name, without a network, and without
the tests, on which nothing else depends. It is a fork, which has an address of its own."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from course.address import NOT_YOURS, PLACEHOLDER, ROOT
from course.exercises import assignments

# The one thing not done anew is `make install`: it needs the network, and whoever runs this test
# has just done it.
CHANGED = "notation.md"  # a chapter whose cells take a second

ADDRESS = "https://github.com/ada/engine"

OFFLINE = ["bwrap", "--dev-bind", "/", "/", "--unshare-net"]


def make(folder: Path, *targets: str) -> str:
    """What `make` prints; the network is out of reach."""
    done = subprocess.run(
        [*OFFLINE, "make", *targets],
        cwd=folder, capture_output=True, text=True, timeout=800,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone of this working tree would hold, with the environment in place."""
    if not shutil.which("bwrap") or subprocess.run([*OFFLINE, "true"]).returncode:
        pytest.skip("bubblewrap can't make a network of its own here")
    folder = tmp_path_factory.mktemp("a fresh clone")
    files = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, files):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    # The chapters' cells have just been executed from the same text; one chapter is changed, so
    # that its cells are executed here.
    if (ROOT / "build" / "jupyter_cache").is_dir():
        shutil.copytree(ROOT / "build" / "jupyter_cache", folder / "build" / "jupyter_cache")
    chapter = folder / "chapters" / CHANGED
    text = chapter.read_text("utf-8").replace("import numpy as np", "import numpy as np  # here")
    chapter.write_text(f"{text}\nOne sentence more.\n", "utf-8")
    config = folder / "_config.yml"
    config.write_text(config.read_text("utf-8").replace(PLACEHOLDER, ADDRESS), "utf-8")
    (folder / ".venv").symlink_to(ROOT / ".venv")
    for path in [ROOT / "requirements.lock", *ROOT.glob("lib/*/pyproject.toml")]:
        shutil.copystat(path, folder / path.relative_to(ROOT))  # no newer than the environment
    return folder


def test_make_makes_everything_once(clone: Path) -> None:
    said = make(clone)
    for step in ("Generating the exercises", "Building the book", "Grading the sample class"):
        assert said.count(f"== {step}\n") == 1
    assert re.findall(r"chapters/(.*): Executed notebook in", said) == [CHANGED]
    chapter = clone / "build" / "_build" / "html" / "chapters" / CHANGED.replace(".md", ".html")
    assert "One sentence more." in chapter.read_text("utf-8")
    for name in ("build/_build/html/index.html", "build/class/report.html"):
        assert name in said
        assert (clone / name).is_file()
    assert "make serve" in said
    assert NOT_YOURS not in said
    for name in assignments():
        assert name in said

    book, grades = clone / "build/_build/html/chapters/intro.html", clone / "build/class/grades.csv"
    before = book.stat().st_mtime_ns, grades.stat().st_mtime_ns
    assert "==" not in make(clone)
    assert (book.stat().st_mtime_ns, grades.stat().st_mtime_ns) == before

    # A chapter that has changed asks for the book and for nothing else.
    (clone / "chapters" / "intro.md").touch()
    assert planned(clone) == ["Building the book"]


def planned(clone: Path) -> list[str]:
    """The steps that `make` would take."""
    return re.findall(r'echo "== (.*)"', make(clone, "--dry-run"))


def texts(folder: Path) -> dict[str, str]:
    """What a folder says, wheels and pictures left out."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8", errors="replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.relative_to(folder).parts[0].startswith(".venv")
    }


def test_nothing_in_a_fork_leads_to_where_it_was_forked_from(clone: Path) -> None:
    make(clone, "notebooks")
    make(clone, "site", "wheels", "students-edition")
    old = PLACEHOLDER.removeprefix("https://github.com/")
    owner = old.partition("/")[0]
    found = [
        path
        for path, text in texts(clone).items()
        if old in text or f"{owner}.github.io" in text
        if not path.startswith(("build/jupyter_cache/", "build/_build/.doctrees/"))
    ]
    # The name of the placeholder itself.
    assert found == ["course/address.py"]

    site = "https://ada.github.io/engine/"
    said = texts(clone / "build" / "site")
    assert f'content="{site}chapters/intro.html"' in said["chapters/intro.html"]
    assert 'href="/engine/chapters/intro.html"' in said["404.html"]
    assert ADDRESS in said["chapters/locality.html"]
    assert "/github/ada/engine/blob/students/notebooks/" in said["chapters/locality.html"]
    wheels = sorted(path.name for path in (clone / "build" / "dist").iterdir())
    assert [each.partition("-")[0] for each in wheels] == ["convbook", "invigilator"]
    assert (clone / "build" / "site" / "wheel" / wheels[0]).is_file()
    edition = texts(clone / "build" / "students-edition")
    assert f"git clone --branch students --single-branch {ADDRESS}\n" in edition["README.md"]
    for each in assignments():
        notebook = f"exercises/{each}/{each}.ipynb"
        assert f"{site}wheel/{wheels[0]}" in edition[notebook]
        assert edition[notebook] == (clone / notebook).read_text("utf-8")


def test_what_pip_and_python_write_beside_the_sources_asks_for_nothing(clone: Path) -> None:
    before = planned(clone)
    for name in ("convbook", "invigilator"):
        for made in ("build/lib/x.py", f"src/{name}.egg-info/PKG-INFO", f"src/{name}/x.pyc"):
            path = clone / "lib" / name / made
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    assert planned(clone) == before


def test_help_names_every_target_in_one_line(clone: Path) -> None:
    listed = [line.split()[1] for line in make(clone, "help").splitlines()]
    wanted = [
        "book", "serve", "exercises", "grade", "check", "test", "lint", "bench", "clean", "help",
        "new-chapter", "new-assignment", "pdf", "notebooks", "pyodide", "lite", "site", "wheels",
        "students-edition", "release", "publishable",
    ]  # fmt: skip
    assert sorted(set(wanted) - set(listed)) == []
    assert len(listed) == len(set(listed))
