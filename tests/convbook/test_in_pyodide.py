"""The library in the browser's Python, where an index has 32 bits: under Node, without a browser.

It gives there what it gives here, and its examples hold.
"""

import json
import shutil
import subprocess
from typing import Any

import numpy as np
import pytest

from course.pyodide import GATHERED

PROGRAM = """
import {readFileSync} from "node:fs";
import {loadPyodide} from "FOLDER/pyodide.mjs";
const python = await loadPyodide({indexURL: "FOLDER"});
await python.loadPackage(["convbook", "matplotlib"], {messageCallback() {}});
try {
    const [, , ...files] = process.argv;
    const run = (file) => JSON.parse(python.runPython(readFileSync(file, "utf-8")));
    console.log(JSON.stringify(files.map(run)));
} catch (error) {
    console.error(error.message);
    process.exit(1);
}
"""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """What EXAMPLES and RESULTS give in Pyodide, which takes seconds to start."""
    if not GATHERED.is_dir():
        pytest.skip("what runs Python in a page could not be had: make pyodide says why")
    if shutil.which("node") is None:
        pytest.skip("no Node.js: install it (Debian: apt-get install nodejs) to run Pyodide")
    folder = tmp_path_factory.mktemp("pyodide")
    (folder / "run.mjs").write_text(PROGRAM.replace("FOLDER", str(GATHERED)), "utf-8")
    (folder / "examples.py").write_text(EXAMPLES, "utf-8")
    (folder / "results.py").write_text(RESULTS, "utf-8")
    done = subprocess.run(
        ["node", "run.mjs", "examples.py", "results.py"],
        cwd=folder, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    examples, results = json.loads(done.stdout)
    return examples, results


EXAMPLES = """
import doctest, importlib, json, pkgutil
import convbook

class Checker(doctest.OutputChecker):
    def check_output(self, want, got, flags):
        # Integers have 32 bits there, unless one says otherwise.
        said = got.replace(", dtype=int64", "").replace("(int32)", "(int64)")
        return super().check_output(want, said, flags)

failed, run = {}, 0
names = [module.name for module in pkgutil.walk_packages(convbook.__path__, "convbook.")]
for name in names:
    if name in ("convbook.__main__", "convbook.checking.notebook"):
        continue  # the command line, which starts processes
    for test in doctest.DocTestFinder().find(importlib.import_module(name)):
        said = []
        result = doctest.DocTestRunner(Checker()).run(test, out=said.append)
        run += result.attempted
        if result.failed:
            failed[test.name] = "".join(said)
json.dumps([run, failed])
"""

# What isn't in a page: scikit-learn, scikit-image, SciPy.
NEED_MORE = {
    "convbook.data.digits", "convbook.data.photograph",
    "convbook.toeplitz.toeplitz_csr", "convbook.toeplitz.toeplitz_operator",
}  # fmt: skip


def test_the_examples_hold_there(there: tuple[Any, Any]) -> None:
    run, failed = there[0]
    unexpected = {name: said for name, said in failed.items() if name not in NEED_MORE}
    assert unexpected == {}
    assert failed.keys() == NEED_MORE
    assert all("is missing: pip install" in said for said in failed.values())
    assert run > 200


MODES = ("reflect", "replicate", "circular")
CALLS = [
    *(f"conv2d(x, w, padding=1, padding_mode={mode!r})" for mode in ("zeros", *MODES)),
    *(f"conv1d(line, w1, padding=2, stride=2, padding_mode={mode!r})" for mode in MODES),
    *(f"pad(x, [(1, 2), (0, 3)], mode={mode!r})" for mode in ("constant", *MODES)),
    *(f"pad_backward(x, 1, mode={mode!r})" for mode in ("constant", *MODES)),
    *(f"blur_pool2d(whole, mode={mode!r})" for mode in ("constant", *MODES)),
    *(
        f"conv2d(x, w, method={method!r})"
        for method in ("loops", "shifts", "im2col", "toeplitz", "fft")
    ),
    "conv2d(x, square, method='winograd')",
    "conv2d(whole, w)",
    "conv3d(x[:, :, None], w[:, :, None])",
    "conv_transpose2d(x, square, stride=2)",
    "max_pool2d(x, 3, 1, 1, return_indices=True)",
    "max_pool2d(whole, (2, 3), ceil_mode=True, return_indices=True)",
    "max_pool_backward(max_pool2d(x, 3, 1, 1), x, 3, 1, 1)",
    "max_pool_backward(max_pool2d(x, 2), x, 2)",
    "avg_pool_backward(avg_pool2d(x, 3, 2, 1), x, 3, 2, 1)",
    "adaptive_max_pool2d(x, (3, 5), return_indices=True)",
    "adaptive_max_pool_backward(adaptive_max_pool2d(x, (3, 5)), x, (3, 5))",
    "adaptive_avg_pool_backward(adaptive_avg_pool2d(x, (3, 5)), x, (3, 5))",
    "fold(unfold(x, 3, padding=1), (7, 8), 3, padding=1)",
    "softmax_cross_entropy_backward(line[:, :, 0], [2, 0])",
    "toeplitz_matrix(w[0, 0], (5, 6), 1)",
]
RESULTS = f"""
import json
import numpy as np
from convbook import *
random = np.random.RandomState(0)
x, w, square = random.randn(2, 4, 7, 8), random.randn(6, 4, 3, 2), random.randn(4, 4, 3, 3)
line, w1 = random.randn(2, 3, 9), random.randn(4, 3, 3)
whole = random.randint(-9, 9, (2, 4, 7, 8)).astype(np.int32)

def result(call):
    try:
        value = eval(call)
    except Exception as error:
        return repr(error)
    parts = value if isinstance(value, tuple) else (value,)
    return [[str(part.dtype), part.tolist()] for part in parts]

results = json.dumps([result(call) for call in {CALLS!r}])
results
"""


def test_functions_give_there_what_they_give_here(there: tuple[Any, Any]) -> None:
    space: dict[str, str] = {}
    exec(RESULTS, space)
    here = json.loads(space["results"])
    for call, expected, found in zip(CALLS, here, there[1], strict=True):
        assert isinstance(expected, list), (call, expected)
        assert isinstance(found, list), (call, found)
        for (dtype, values), (dtype_there, values_there) in zip(expected, found, strict=True):
            assert (call, dtype_there) == (call, dtype)
            np.testing.assert_allclose(values_there, values, atol=1e-12, err_msg=call)
