"""The pure modules of a page, run by Node."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

MODULES = Path(__file__).resolve().parents[2] / "chapters" / "_static" / "worksheet"


def run_module(name: str, script: str, given: Any) -> Any:
    """The value of a JavaScript expression of `page`, the module of this name, and of `given`."""
    executable = shutil.which("node")
    if executable is None:
        pytest.skip("no Node.js: install it (Debian: apt-get install nodejs) to run modules")
    text = (
        f'import * as page from "{(MODULES / name).as_uri()}";\n'
        'import { readFileSync } from "node:fs";\n'
        'const given = JSON.parse(readFileSync(0, "utf8"));\n'
        f"process.stdout.write(JSON.stringify({script}));"
    )
    done = subprocess.run(
        [executable, "--input-type=module", "--eval", text],
        input=json.dumps(given), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
