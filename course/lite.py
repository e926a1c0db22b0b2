"""Build JupyterLite, a whole notebook environment in the browser, into `build/lite/`.

    python -m course.lite               (--from as for `course.pyodide`, which runs before)

The book's build makes it `lite/` of the site. It shares Pyodide and the packages of the worksheets,
in `_static/pyodide/` there; what its kernel needs beyond them lies in `lite/pyodide/`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from course.address import ROOT
from course.pyodide import (
    DOWNLOADS,
    GATHERED,
    LOCK,
    PACKAGES,
    Lock,
    UnavailableError,
    entry,
    fresh_folder,
    from_pypi,
    locked,
    obtain,
)
from course.sphinx_worksheet import needs_torch

BUILT = ROOT / "build" / "lite"
# An environment of its own: this JupyterLite goes with another JupyterLab than the course's.
PROGRAM = ROOT / ".venv-lite" / "bin" / "jupyter-lite"

# All that the kernel imports: it says nothing of one that is missing, and stays "Connecting".
KERNEL = ("ipython", "jedi", "micropip", "packaging", "sqlite3", "ssl")
COMM = "comm-0.2.3-py3-none-any.whl"  # is not among Pyodide's packages
COMM_SUM = "c615d91d75f7f04f095b30d1c1711babd43bdc6419c1be9886a85f2f4e489417"

SETTINGS = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {
        "appName": "From Dense to Convolutional",
        "appUrl": "./tree",
        "faviconUrl": "./static/favicons/favicon.ico",
        "litePluginSettings": {
            "@jupyterlite/pyodide-kernel-extension:kernel": {
                "pyodideUrl": "./../_static/pyodide/pyodide.js",
                "loadPyodideOptions": {"lockFileURL": f"./pyodide/{LOCK}"},
                "disablePyPIFallback": True,
            }
        },
    },
}
OVERRIDES = {
    # Every cell is in the page: a browser's search finds it.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
    "@jupyterlab/notebook-extension:panel": {
        "toolbar": [
            {
                "name": "download",
                "command": "docmanager:download",
                "label": "Download to hand in",
                "rank": 60,
            }
        ]
    },
}


def kernel_files(setting: str, folder: Path) -> None:
    """Write what the kernel needs beyond the worksheets' packages, and the lock that names both."""
    lock = locked([*PACKAGES, *KERNEL], setting, DOWNLOADS)
    comm = f"comm=={COMM.split('-')[1]}"
    obtain({COMM: COMM_SUM}, lambda scratch: from_pypi(comm, scratch).parent, DOWNLOADS)
    packages: Lock = lock["packages"] | {"comm": entry(DOWNLOADS / COMM, [])}
    shared: Lock = json.loads((GATHERED / LOCK).read_text("utf-8"))["packages"]
    for package in packages.values():
        name = package["file_name"]
        if not (GATHERED / name).is_file():
            shutil.copy2(DOWNLOADS / name, folder)
            # Addresses in a lock begin where pyodide.js lies.
            package["file_name"] = f"../../lite/pyodide/{name}"
    lock["packages"] = packages | shared
    (folder / LOCK).write_text(json.dumps(lock), "utf-8")


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1), "utf-8")


def build(setting: str, target: Path = BUILT) -> None:
    """Build JupyterLite with the exercises in it, or raise UnavailableError."""
    if not GATHERED.is_dir():
        raise UnavailableError("there is no Pyodide: make pyodide says why")
    if not PROGRAM.is_file():
        raise UnavailableError(f"there is no {PROGRAM.relative_to(ROOT)}: make lite installs it")
    # In an old folder a build would leave out what an earlier one noted as done.
    with tempfile.TemporaryDirectory() as scratch, fresh_folder(target) as folder:
        source = Path(scratch)
        write_json(source / "jupyter-lite.json", SETTINGS)
        write_json(source / "overrides.json", OVERRIDES)
        contents = source / "files"
        contents.mkdir()
        for notebook in sorted((ROOT / "exercises").glob("*/*.ipynb")):
            if not needs_torch(json.loads(notebook.read_text("utf-8"))):
                shutil.copy2(notebook, contents)
        done = subprocess.run(
            [PROGRAM, "build", "--lite-dir", source, "--contents", contents,
             "--output-dir", folder, "--apps", "notebooks", "--apps", "tree", "--no-sourcemaps",
             "--no-unused-shared-packages"],
            cwd=source, capture_output=True, text=True,
            env=os.environ | {"PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"},
        )  # fmt: skip
        if done.returncode:
            raise UnavailableError(f"it could not be built:\n{done.stdout}{done.stderr}")
        (folder / "pyodide").mkdir()
        kernel_files(setting, folder / "pyodide")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--from", dest="setting", default="registries")
    try:
        build(parser.parse_args().setting)
    except UnavailableError as error:
        print(f"JupyterLite can't be built: {error}. To go on without it: rm -r build/lite*")
        sys.exit(1)


if __name__ == "__main__":
    main()
