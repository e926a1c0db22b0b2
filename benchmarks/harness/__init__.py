"""Two libraries side by side: each in a process of its own, taking turns, case by case.

A script says what its cases are and how each side does one, and calls `main`. Two thread pools in
one process disturb each other, and a machine is never quite idle: so the sides take turns in short
rounds, the quickest call of a round counts, the ratio is taken within each round, and of the rounds
the median. The table shows the quickest call of all.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

Work = Callable[[], object]

ROUNDS = 7
# Seconds that a side takes in a round, at least; one call, if that takes longer.
ROUND = 0.06
RESULTS = Path(__file__).parent.parent / "results"


def main(
    name: str,
    title: str,
    text: str,
    cases: Mapping[str, Any],
    sides: Mapping[str, Callable[[Any], Work]],
    target: float,
    most: float | None = None,
    threads: Sequence[int] = (1, 2),
) -> None:
    """Compare the first side with each other side, and write results/`name`.md.

    `sides` make a case into work that can be called again and again. `target` is for the geometric
    mean of the ratios, `most` for each of them.
    """
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--side", choices=sides, help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, nargs="+", default=threads)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument(
        "--only", default="", help="cases whose name contains this; no results kept"
    )
    options = parser.parse_args()
    if options.side:
        _work(cases, sides[options.side])
        return
    some = [case for case in cases if options.only in case]
    lines = [f"# {title}", "", text, "", *machine("numpy", "torch", "scipy")]
    for count in options.threads:
        lines += _table(some, list(sides), count, options.rounds, target, most)
        keep(name, lines, keeping=not options.only)


def keep(name: str, lines: Sequence[str], keeping: bool = True) -> None:
    """Print the lines, and write them to results/`name`.md."""
    text = "\n".join(lines) + "\n"
    if keeping:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.md").write_text(text, "utf-8")
    print(text, flush=True)


def machine(*packages: str) -> list[str]:
    """What was measured on, when, and with what."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [row for row in cpuinfo.read_text().splitlines() if row.startswith("model name")]
        model = names[0].partition(": ")[2] if names else model
    versions = [f"Python {platform.python_version()}"]
    for package in packages:
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    busy = f"load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    cores = f"{os.cpu_count()} cores, {busy}" if busy else f"{os.cpu_count()} cores"
    return [f"{date.today()}. {model}, {cores}. {', '.join(versions)}.", ""]


def _table(
    cases: list[str],
    sides: list[str],
    threads: int,
    rounds: int,
    target: float,
    most: float | None,
) -> list[str]:
    ours, *others = sides
    workers = {side: _Worker(side, threads) for side in sides}
    ratios: dict[str, list[float]] = {other: [] for other in others}
    quickest: dict[str, list[float]] = {other: [] for other in others}
    lines = [
        f"## {threads} thread{'s' if threads > 1 else ''}",
        "",
        f"| case | {ours}, ms | " + " | ".join(f"{other}, ms | ratio" for other in others) + " |",
        "|---|---|" + "---|---|" * len(others),
    ]
    for case in cases:
        times: dict[str, list[float]] = {side: [] for side in sides}
        for worker in workers.values():
            worker.begin(case)
        for _ in range(rounds):
            for side, worker in workers.items():
                times[side].append(worker.round())
        row = [case, _milliseconds(times[ours])]
        for other in others:
            each = [a / b for a, b in zip(times[ours], times[other], strict=True)]
            ratios[other].append(statistics.median(each))
            quickest[other].append(min(times[ours]) / min(times[other]))
            row += [_milliseconds(times[other]), f"{ratios[other][-1]:.2f}"]
        lines.append(f"| {' | '.join(row)} |")
        print(lines[-1], file=sys.stderr, flush=True)
    for worker in workers.values():
        worker.end()
    lines.append("")
    for other, all_ratios in ratios.items():
        mean, of_quickest = map(statistics.geometric_mean, (all_ratios, quickest[other]))
        limit = f" (target: at most {most})" if most else ""
        lines += [
            f"Against {other}: geometric mean of the ratios **{mean:.2f}** (target: at most "
            f"{target}), largest {max(all_ratios):.2f}{limit}. Of the quickest calls of all "
            f"rounds, which other work on the machine disturbs least: {of_quickest:.2f}, largest "
            f"{max(quickest[other]):.2f}.",
            "",
        ]
    return lines


def _milliseconds(seconds: list[float]) -> str:
    return f"{1e3 * min(seconds):.3g}"


class _Worker:
    """A process that does one side's work when told to."""

    def __init__(self, side: str, threads: int) -> None:
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        environment = {**os.environ, **dict.fromkeys(names, str(threads))}
        self.process = subprocess.Popen(
            [sys.executable, sys.argv[0], "--side", side],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, case: str) -> None:
        """Make a case ready."""
        self._ask(case)

    def round(self) -> float:
        """The seconds of the quickest of some calls."""
        return self._ask(None)

    def end(self) -> None:
        """Let the process end."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()

    def _ask(self, what: str | None) -> float:
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(what), file=self.process.stdin, flush=True)
        seconds: float = json.loads(self.process.stdout.readline())
        return seconds


def _work(cases: Mapping[str, Any], side: Callable[[Any], Work]) -> None:
    """Do as the parent process says, line by line."""
    run: Work = lambda: None  # noqa: E731
    for line in sys.stdin:
        case = json.loads(line)
        if case is not None:
            run = side(cases[case])
            run()
        print(json.dumps(0.0 if case is not None else _quickest(run)), flush=True)


def _quickest(run: Work) -> float:
    times: list[float] = []
    while not times or sum(times) < ROUND:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)
