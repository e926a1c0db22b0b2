"""How long `import convbook` takes beyond NumPy.

python benchmarks/import_time.py          writes benchmarks/results/import_time.md
"""

import os
import statistics
import subprocess
import sys
import tempfile

import harness

ROUNDS, TARGET = 15, 100
CODE = "import time, numpy; start = time.perf_counter(); import convbook; print(time.perf_counter() - start)"  # noqa: E501


def main() -> None:
    """Import it in new processes; the first one compiles it, and is left out."""
    times = []
    with tempfile.TemporaryDirectory() as compiled:
        environment = os.environ | {"PYTHONPYCACHEPREFIX": compiled}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for _ in range(1 + ROUNDS):
            command = [sys.executable, "-c", CODE]
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=True
            )
            times.append(1e3 * float(done.stdout))
    del times[0]
    middle, worst = statistics.median(times), max(times)
    harness.keep(
        "import_time",
        [
            "# Import",
            "",
            f"`import convbook` after `import numpy`, in {ROUNDS} new processes.",
            "",
            *harness.machine("numpy"),
            f"Median **{middle:.0f} ms** (target: at most {TARGET} ms), longest {worst:.0f} ms.",
        ],
    )


if __name__ == "__main__":
    main()
