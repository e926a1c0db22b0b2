"""How fast `invigilator autograde` grades a class, against `nbgrader autograde`.

    python benchmarks/grading.py

Both grade the same submissions on the same machine, in turns, with their gradebooks written;
`invigilator` isolates each submission, nbgrader doesn't. nbgrader grades one after the other, so
its time for the whole class follows from that for some.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from harness import keep, machine
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

SETTINGS = "c = get_config()\n"
TASKS = {
    "numpy": {
        "import": "import numpy as np",
        "double": "def double(x):\n    return 2 * x",
        "correlate": (
            "def correlate(x, k):\n"
            "    n = len(x) - len(k) + 1\n"
            "    return np.array([x[i : i + len(k)] @ k for i in range(n)])"
        ),
        "mask": ("def mask(n, k):\n    i = np.arange(n)\n    return abs(i[:, None] - i) <= k"),
    },
    "torch": {
        "import": "import numpy as np\nimport torch",
        "double": "def double(x):\n    return 2 * x",
        "correlate": (
            "def correlate(x, k):\n"
            "    x, k = torch.as_tensor(x), torch.as_tensor(k)\n"
            "    return torch.conv1d(x[None, None], k[None, None])[0, 0].numpy()"
        ),
        "mask": (
            "def mask(n, k):\n"
            "    i = torch.arange(n)\n"
            "    return (abs(i[:, None] - i) <= k).numpy()"
        ),
    },
}
TESTS = {
    "double": "assert double(2) == 4\nassert np.allclose(double(np.ones(3)), 2)",
    "correlate": "x, k = np.arange(50.0), np.array([1.0, -2.0, 3.0])\n"
    "assert np.allclose(correlate(x, k), np.correlate(x, k))",
    "mask": "assert mask(5, 1).sum() == 13\nassert not mask(5, 1)[0, 2]",
    "all": "assert mask(4, 0).sum() == 4\nassert double(-1) == -2",
}


def cell(name: str, source: str, test: bool) -> nbformat.NotebookNode:
    about = {"grade_id": name, "schema_version": 3, "task": False, "locked": test}
    about |= {"grade": test, "solution": not test} | ({"points": 2} if test else {})
    return new_code_cell(source, metadata={"nbgrader": about})


def make_course(root: Path, kind: str, count: int) -> None:
    """A course with one assignment, three solution and four test cells, and submissions of it:
    two in three right, the third with one wrong answer."""
    answers = TASKS[kind]
    cells = [new_code_cell(answers["import"])]
    for name in ("double", "correlate", "mask"):
        head, _, body = answers[name].partition("\n")
        source = f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"
        cells += [cell(name, source, False), cell(f"test_{name}", TESTS[name], True)]
    cells.append(cell("test_all", TESTS["all"], True))
    source = root / "source" / "ps1" / "ps1.ipynb"
    source.parent.mkdir(parents=True)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), source)
    (root / "nbgrader_config.py").write_text(SETTINGS, "utf-8")
    config = Config()
    config.CourseDirectory.root = str(root)
    made = NbGraderAPI(config=config).generate_assignment("ps1", create=True)
    if not made["success"]:
        sys.exit(made["log"])
    for number in range(count):
        notebook = nbformat.read(root / "release" / "ps1" / "ps1.ipynb", as_version=4)
        for each in notebook.cells:
            name = each.metadata.get("nbgrader", {}).get("grade_id")
            if name in answers:
                wrong = number % 3 == 2 and name == "double"
                each.source = "def double(x):\n    return 4" if wrong else answers[name]
        path = root / "submitted" / f"student{number:03}" / "ps1" / "ps1.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def run(root: Path, *command: str) -> tuple[float, float]:
    """Seconds that a command takes, and the MiB that its process has in memory at most."""
    start, peak = time.perf_counter(), 0.0
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=root, stdout=said, stderr=subprocess.STDOUT
        )
        while process.poll() is None:
            with contextlib.suppress(OSError):
                status = Path("/proc", str(process.pid), "status").read_text()
                found = re.search(r"VmHWM:\s+(\d+)", status)
                peak = max(peak, int(found[1]) / 1024 if found else 0)
            time.sleep(0.05)
        if process.returncode:
            said.seek(0)
            sys.exit(said.read())
    return time.perf_counter() - start, peak


def fresh(root: Path, count: int) -> Path:
    """The course with so many of its submissions, ungraded."""
    copy = Path(tempfile.mkdtemp(dir=root.parent)) / "course"
    shutil.copytree(root, copy)
    for folder in sorted((copy / "submitted").iterdir())[count:]:
        shutil.rmtree(folder)
    return copy


def invigilator(root: Path, count: int) -> tuple[float, float, float]:
    """Seconds of a whole run, peak MiB of the grader, and the median seconds of a submission."""
    course = fresh(root, count)
    seconds, peak = run(course, "invigilator", "autograde", "ps1", "--no-feedback")
    lines = (course / "autograded" / "ps1.jsonl").read_text("utf-8").splitlines()
    latency = statistics.median(json.loads(line)["seconds"] for line in lines)
    shutil.rmtree(course.parent)
    return seconds, peak, latency


def nbgrader(root: Path, count: int) -> float:
    course = fresh(root, count)
    seconds, _ = run(course, "nbgrader", "autograde", "ps1", "--create", "--log-level=ERROR")
    shutil.rmtree(course.parent)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=500)
    parser.add_argument("--some", type=int, default=20, help="how many nbgrader grades")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    lines = [
        "# Grading a class",
        "",
        *machine("nbgrader", "numpy", "torch"),
        f"`nbgrader autograde` grades {options.some} submissions, one after the other, with the "
        f"rights of who grades; `invigilator autograde` grades {options.students}, "
        f"{len(os.sched_getaffinity(0))} at a time, each in a sandbox. Both write the gradebook, "
        f"neither makes feedback. They take turns, {options.rounds} times; times are whole runs of "
        "the command, its start included, and the ratio is the median over the rounds.",
        "",
        "| assignment | nbgrader, s a submission | invigilator, s a submission | ratio |",
        "|---|---|---|---|",
    ]
    growth = []
    for kind in ("numpy", "torch"):
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch, "course")
            make_course(root, kind, options.students)
            theirs, ours, last = [], [], (0.0, 0.0, 0.0)
            for _ in range(options.rounds):
                theirs.append(nbgrader(root, options.some) / options.some)
                last = invigilator(root, options.students)
                ours.append(last[0] / options.students)
                print(kind, theirs[-1], ours[-1], file=sys.stderr, flush=True)
            ratio = statistics.median(a / b for a, b in zip(theirs, ours, strict=True))
            lines.append(
                f"| {kind} | {statistics.median(theirs):.2f} | {statistics.median(ours):.3f} "
                f"| **{ratio:.1f}** |"
            )
            for count in (options.some, options.students // 5, options.students):
                seconds, peak, latency = invigilator(root, count)
                growth.append(
                    f"| {kind} | {count} | {seconds:.1f} | {seconds / count:.3f} "
                    f"| {latency:.3f} | {peak:.0f} |"
                )
    lines += [
        "",
        "With the size of the class: the seconds of a run, the median seconds of one submission in "
        "a warm worker while the other cores are busy too, and the memory of the grader at most.",
        "",
        "| assignment | submissions | s | s a submission | median latency, s | MiB |",
        "|---|---|---|---|---|---|",
        *growth,
    ]
    keep("grading", lines)


if __name__ == "__main__":
    main()
