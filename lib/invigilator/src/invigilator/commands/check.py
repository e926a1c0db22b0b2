"""`invigilator check NOTEBOOK …`: a student's own run of the visible tests."""

import os
import sys
from pathlib import Path
from typing import Any

from traitlets.config import Application

from invigilator.course.repair import Unreadable, read
from invigilator.shell import Shell
from invigilator.version import VERSION


class CheckApp(Application):
    """A student's own run of the visible tests."""

    name = "invigilator check"
    description = "Run a notebook's visible tests, in your own environment, and say what they say."
    version = VERSION
    flags: dict[str, Any] = {}
    aliases: dict[str, Any] = {}

    def start(self) -> None:
        super().start()
        if not self.extra_args:
            sys.exit(f"name a notebook: {self.name} NOTEBOOK …")
        passed = [check(Path(name)) for name in self.extra_args]
        sys.exit(0 if all(passed) else 1)


def check(path: Path) -> bool:
    """Run a notebook here and print what each of its tests says."""
    try:
        notebook, _ = read(path.read_bytes())
    except OSError as error:
        sys.exit(f"invigilator check: {path} can't be read: {error.strerror}")
    except Unreadable as error:
        sys.exit(f"invigilator check: {path} {error}")
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    shell, whole = Shell.ready(), True
    here, typed = os.getcwd(), sys.stdin
    os.chdir(path.resolve().parent)
    sys.path.insert(0, "")
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 (nobody answers a grader either)
    try:
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            about = cell.metadata.get("nbgrader", {})
            stdout, stderr = sys.stdout, sys.stderr
            shell.take_streams(descriptors=False)
            try:
                record, success = shell.run(cell.source)
            finally:
                sys.stdout, sys.stderr = stdout, stderr
            if about.get("grade") and not about.get("solution"):
                whole = whole and success
                print("✓" if success else "✗", about["grade_id"] + _worth(about.get("points")))
                for output in record.outputs:
                    if output["output_type"] == "error":
                        kind = "" if output["ename"] == "CheckFailed" else f"{output['ename']}: "
                        print("  " + (kind + output["evalue"]).replace("\n", "\n  "))
    finally:
        sys.stdin.close()
        sys.stdin = typed
        sys.path.remove("")
        os.chdir(here)
    return whole


def _worth(points: Any) -> str:
    """What a test is worth, in words; nothing where its cell doesn't say it."""
    if not isinstance(points, int | float):
        return ""
    return f" ({points:g} point" + "s" * (points != 1) + ")"
