"""Environments of which it is known what is in them, made from what is installed here.

Nothing is fetched: a distribution is linked with what it says that it needs, and nothing else.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
_PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


def wheel(name: str, folder: Path, root: Path = ROOT) -> Path:
    """Build the wheel of one of the distributions in `root`."""
    source = folder / name  # a build leaves things in its source
    leftovers = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
    shutil.copytree(root / "lib" / name, source, ignore=leftovers)
    build = ["wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*_PIP, *build, "--wheel-dir", str(folder), str(source)], check=True)
    (made,) = folder.glob(f"{name}-*.whl")
    return made


def environment(folder: Path, needed: Iterable[str], wheels: Iterable[Path]) -> Path:
    """A virtual environment with wheels and what is needed, but no more; returns its `bin`."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    for found in closure(needed):
        here = Path(str(found.locate_file("")))
        for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            if (here / top).exists() and not (site / top).exists():
                (site / top).symlink_to(here / top)
    python = str(folder / "bin" / "python")
    for each in wheels:
        install = ["install", "--no-deps", "--no-index", str(each)]
        # What PYTHONPATH shows would pass for installed.
        outside = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        subprocess.run([*_PIP, "--python", python, *install], check=True, env=outside)
    return folder / "bin"


def closure(needed: Iterable[str]) -> list[Distribution]:
    """The distributions that requirements name, and those that these require in turn."""
    found: dict[str, Distribution] = {}
    done = set()
    waiting = [Requirement(each) for each in needed]
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in done:
            continue
        done.add(str(requirement))
        installed = found.setdefault(requirement.name, distribution(requirement.name))
        for each in map(Requirement, installed.requires or ()):
            extras = requirement.extras or {""}
            if each.marker is None or any(each.marker.evaluate({"extra": e}) for e in extras):
                waiting.append(each)
    return list(found.values())


def run(command: list[str | Path], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of this environment, in a home of its own."""
    variables = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "LANG": "C.UTF-8"}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=variables,
        capture_output=True,
        text=True,
        timeout=120,
    )
