"""What publishes: the students' branch, former wheels and releases, with a `gh` that pretends."""

import os
import subprocess
from pathlib import Path

import pytest

from course.address import ROOT

DEPLOY = ROOT / "deploy"
SOMEBODY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))
}
SETTINGS = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")


def run(
    script: str, *arguments: str, cwd: Path, path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a script of `deploy/`, with the programs in `path` before all others."""
    found = f"{path}{os.pathsep}{os.environ['PATH']}" if path else os.environ["PATH"]
    return subprocess.run(
        ["sh", str(DEPLOY / script), *arguments],
        cwd=cwd, capture_output=True, text=True,
        env=os.environ | SOMEBODY | {"PATH": found},
    )  # fmt: skip


def git(folder: Path, *command: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *command], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A repository to push to, which has a branch `main`."""
    folder, bare = tmp_path / "first", tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    (folder / "secret.md").write_text("the solutions", "utf-8")
    git(folder, "add", ".")
    git(folder, *SETTINGS, "commit", "-qm", "sources")
    subprocess.run(["git", "clone", "-q", "--bare", str(folder), str(bare)], check=True)
    return bare


def write(folder: Path, texts: dict[str, str]) -> None:
    edition = folder / "build" / "students-edition"
    for name, text in texts.items():
        (edition / name).parent.mkdir(parents=True, exist_ok=True)
        (edition / name).write_text(text, "utf-8")


def push(folder: Path, remote: Path, message: str) -> subprocess.CompletedProcess[str]:
    return run("push_students_edition.sh", str(remote), "students", message, cwd=folder)


def on_branch(remote: Path) -> dict[str, str]:
    names = git(remote, "ls-tree", "-r", "--name-only", "students").splitlines()
    return {name: git(remote, "show", f"students:{name}") for name in names}


def test_the_students_branch_holds_the_edition_and_nothing_else(
    remote: Path, tmp_path: Path
) -> None:
    # What the edition's own .gitignore names belongs to it as well, if it is there.
    first = {"README.md": "read", "exercises/a b/x.ipynb": "{}", ".gitignore": "kept/\n",
             "kept/y": "y"}  # fmt: skip
    write(tmp_path, first)
    done = push(tmp_path, remote, "The course at 1234")
    assert (done.returncode, done.stderr) == (0, "")
    assert on_branch(remote) == {name: text.strip() for name, text in first.items()}
    assert git(remote, "log", "--format=%s", "students") == "The course at 1234"
    # No commit of the branch leads to the sources.
    assert "secret.md" not in git(remote, "log", "--name-only", "students")


def test_what_is_new_becomes_a_commit_and_what_is_not_pushes_nothing(
    remote: Path, tmp_path: Path
) -> None:
    write(tmp_path, {"README.md": "read", "old.md": "old"})
    push(tmp_path, remote, "first")
    before = git(remote, "rev-parse", "students")
    again = push(tmp_path, remote, "second")
    assert (again.returncode, again.stdout) == (0, "Nothing new for students.\n")
    assert git(remote, "rev-parse", "students") == before

    (tmp_path / "build" / "students-edition" / "old.md").unlink()
    write(tmp_path, {"new.md": "new"})
    assert push(tmp_path, remote, "third").returncode == 0
    assert on_branch(remote) == {"README.md": "read", "new.md": "new"}
    assert git(remote, "log", "--format=%s", "students").splitlines() == ["third", "first"]


def test_a_repository_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, {"README.md": "read"})
    assert push(tmp_path, tmp_path / "nowhere.git", "first").returncode != 0


GH = """#!/bin/sh
echo "$@" >> {log}
case "$1 $2" in
    "api --paginate") {listing} ;;
    "release view") [ "$3" = convbook-0.1.0 ] ;;
    "release download")
        {download}
        while [ "$1" != --pattern ]; do shift; done
        echo wheel > "$4/$2" ;;
    *) {otherwise} ;;
esac
"""


def pretend(
    folder: Path, listing: str = "true", download: str = "true", otherwise: str = "true"
) -> Path:
    """A folder with a `gh` that notes what it is asked in `asked`."""
    programs = folder / "programs"
    programs.mkdir()
    gh = programs / "gh"
    log = folder / "asked"
    text = GH.format(log=log, listing=listing, download=download, otherwise=otherwise)
    gh.write_text(text, "utf-8")
    gh.chmod(0o755)
    return programs


LISTED = "printf 'convbook-0.1.0 convbook-0.1.0-py3-none-any.whl\\nb convbook-b.whl\\n'"


def test_former_wheels_are_fetched(tmp_path: Path) -> None:
    done = run("former_wheels.sh", cwd=tmp_path, path=pretend(tmp_path, LISTED))
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "build" / "released").iterdir()} == {
        "convbook-0.1.0-py3-none-any.whl", "convbook-b.whl",
    }  # fmt: skip
    asked = (tmp_path / "asked").read_text("utf-8")
    assert "api --paginate repos/{owner}/{repo}/releases" in asked


def test_before_the_first_release_there_is_nothing_to_fetch(tmp_path: Path) -> None:
    done = run("former_wheels.sh", cwd=tmp_path, path=pretend(tmp_path))
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "build" / "released").iterdir()) == []


@pytest.mark.parametrize("wrong", [{"listing": "exit 1"}, {"download": "exit 1"}])
def test_a_site_without_a_former_wheel_is_not_made(wrong: dict[str, str], tmp_path: Path) -> None:
    programs = pretend(tmp_path, **({"listing": LISTED} | wrong))
    assert run("former_wheels.sh", cwd=tmp_path, path=programs).returncode != 0


def test_a_wheel_whose_version_is_new_is_released_and_others_stay(tmp_path: Path) -> None:
    wheels = ("convbook-0.1.0-py3-none-any.whl", "invigilator-0.2.0-py3-none-any.whl")
    (tmp_path / "build" / "dist").mkdir(parents=True)
    for name in wheels:
        (tmp_path / "build" / "dist" / name).touch()
    done = run("release_wheels.sh", "c0ffee", cwd=tmp_path, path=pretend(tmp_path))
    assert (done.returncode, done.stdout) == (0, "convbook-0.1.0 is released\n"), done.stderr
    made = [
        line for line in (tmp_path / "asked").read_text("utf-8").splitlines()
        if line.startswith("release create")
    ]  # fmt: skip
    assert [line.rstrip() for line in made] == [
        f"release create invigilator-0.2.0 build/dist/{wheels[1]} --target c0ffee "
        "--title invigilator-0.2.0 --notes"
    ]


def test_a_release_that_fails_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "build" / "dist").mkdir(parents=True)
    (tmp_path / "build" / "dist" / "convbook-0.2.0-py3-none-any.whl").touch()
    programs = pretend(tmp_path, otherwise="exit 1")
    assert run("release_wheels.sh", "c0ffee", cwd=tmp_path, path=programs).returncode != 0
