"""conv2d on this machine against PyTorch's, each in processes of its own, taking turns.

python benchmarks/layers.py          writes benchmarks/results/layers.md
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

LAYERS = [
    (4, 3, 64, 64, 16, 3),
    (4, 32, 28, 28, 32, 3),
    (4, 64, 14, 14, 64, 1),
    (1, 8, 56, 56, 8, 7),
]
ROUNDS, REPEATS = 3, 7


def measure(library: str) -> list[float]:
    """The median seconds of one forward pass for every layer, float32."""
    import numpy as np
    import torch
    from convbook import conv2d

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    rng, medians = np.random.default_rng(0), []
    for n, c, h, w, c_out, s in LAYERS:
        x = rng.normal(size=(n, c, h, w)).astype(np.float32)
        weight = rng.normal(size=(c_out, c, s, s)).astype(np.float32)
        if library == "convbook":
            run = lambda x=x, weight=weight: conv2d(x, weight, padding=s // 2)  # noqa: E731, B023
        else:
            a, b = torch.from_numpy(x), torch.from_numpy(weight)
            run = lambda a=a, b=b: torch.conv2d(a, b, padding=s // 2)  # noqa: E731, B023
        run()
        times = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        medians.append(statistics.median(times))
    return medians


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
        return
    seconds: dict[str, list[list[float]]] = {"convbook": [], "torch": []}
    for _ in range(ROUNDS):
        for library, rounds in seconds.items():
            command = [sys.executable, __file__, library]
            environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
            done = subprocess.run(command, env=environment, capture_output=True, check=True)
            rounds.append(json.loads(done.stdout))
    lines = [
        f"# conv2d forward against PyTorch, {date.today()}",
        "",
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, 1 thread each, "
        f"float32, median of {ROUNDS} × {REPEATS}. Ratio: convbook / PyTorch, smaller is better.",
        "",
        "| n, c, h, w → c_out, s | convbook, ms | PyTorch, ms | ratio |",
        "|---|---|---|---|",
    ]
    ratios = []
    for place, (n, c, h, w, c_out, s) in enumerate(LAYERS):
        ours, theirs = (
            statistics.median(round_[place] for round_ in rounds) for rounds in seconds.values()
        )
        ratios.append(ours / theirs)
        lines.append(
            f"| {n}, {c}, {h}, {w} → {c_out}, {s} | {1e3 * ours:.2f} | {1e3 * theirs:.2f} "
            f"| {ratios[-1]:.2f} |"
        )
    lines += ["", f"Geometric mean of the ratios: {statistics.geometric_mean(ratios):.2f}", ""]
    (Path(__file__).parent / "results" / "layers.md").write_text("\n".join(lines), "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
