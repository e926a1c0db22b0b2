"""`make` from a fresh clone: in a folder with a space in its name, and without a network."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# The one thing not done anew is `make install`: it needs the network, and whoever runs this test
# has just done it.
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
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    # The chapters' cells have just been executed from the same text; one chapter is changed, so
    # that its cells are executed here.
    if (ROOT / "build" / "jupyter_cache").is_dir():
        shutil.copytree(ROOT / "build" / "jupyter_cache", folder / "build" / "jupyter_cache")
        (folder / "build" / "jupyter_cache" / "fresh").touch()
    chapter = folder / "chapters" / "grading.md"
    text = chapter.read_text("utf-8").replace("tried = [", "tried  = [")
    chapter.write_text(f"{text}\nOne sentence more.\n", "utf-8")
    (folder / ".venv").symlink_to(ROOT / ".venv")
    for name in ("requirements.lock", "pyproject.toml"):  # no older than the environment
        shutil.copystat(ROOT / name, folder / name)
    return folder


def test_make_makes_everything_once(clone: Path) -> None:
    said = make(clone)
    for step in ("Generating the exercises", "Building the book", "Grading the sample class"):
        assert said.count(f"== {step}\n") == 1
    assert "chapters/grading.md: Executed notebook in" in said
    chapter = clone / "build" / "_build" / "html" / "chapters" / "grading.html"
    assert "One sentence more." in chapter.read_text("utf-8")
    for name in ("build/_build/html/index.html", "build/class/report.html"):
        assert name in said
        assert (clone / name).is_file()
    assert "make serve" in said
    assert "ps02_locality" in said
    assert "ps03_sharing" in said

    book, grades = clone / "build/_build/html/chapters/intro.html", clone / "build/class/grades.csv"
    before = book.stat().st_mtime_ns, grades.stat().st_mtime_ns
    assert "==" not in make(clone)
    assert (book.stat().st_mtime_ns, grades.stat().st_mtime_ns) == before

    # A chapter that has changed asks for the book and for nothing else.
    (clone / "chapters" / "intro.md").touch()
    planned = make(clone, "--dry-run")
    assert re.findall(r'echo "== (.*)"', planned) == ["Building the book"]


def test_help_names_every_target_in_one_line(clone: Path) -> None:
    listed = [line.split()[1] for line in make(clone, "help").splitlines()]
    wanted = ["book", "serve", "exercises", "grade", "test", "lint", "bench", "clean", "help"]
    assert sorted(set(wanted) - set(listed)) == []
    assert len(listed) == len(set(listed))
