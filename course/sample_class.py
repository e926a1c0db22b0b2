"""Make the sample class: notebooks right, wrong, half done, broken and hostile.

    python -m course.sample_class        write build/class/submitted/STUDENT/ASSIGNMENT/

The work is put together from the released notebooks and the answers kept for the kill matrix.
"""

import json
import shutil
from collections.abc import Callable

import nbformat
from nbformat import NotebookNode

from course.address import ROOT
from course.answers import answers
from course.exercises import EXERCISES, assignments, source_notebook

SUBMITTED = ROOT / "build" / "class" / "submitted"


def chosen(name: str, right: bool, number: int) -> dict[str, str]:
    """For each task the answer of that kind with that number, counted in a circle."""
    kinds: dict[str, list[str]] = {}
    for answer in answers(name):
        if answer.right == right:
            kinds.setdefault(answer.task, []).append(answer.source)
    return {task: sources[number % len(sources)] for task, sources in kinds.items()}


def solved(name: str, work: dict[str, str]) -> NotebookNode:
    """The released notebook with some of its cells filled in."""
    notebook = nbformat.read(EXERCISES / name / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        task = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = work.get(task, cell.source)
    return notebook


def instructors(name: str) -> dict[str, str]:
    """The instructor's own answers."""
    return {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in source_notebook(name).cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def half(work: dict[str, str]) -> dict[str, str]:
    """The first half of some work."""
    return dict(list(work.items())[: len(work) // 2])


def one_wrong(name: str) -> dict[str, str]:
    """The instructor's answers but for the last task, which has a wrong one."""
    task, source = next(reversed(chosen(name, False, 0).items()))
    return {**instructors(name), task: source}


def chatty(name: str) -> dict[str, str]:
    """Right work that prints on the way."""
    return {
        task: f'print("working on {task}")\n{source}' if "def " in source else source
        for task, source in instructors(name).items()
    }


def with_syntax_error(name: str) -> dict[str, str]:
    """The instructor's answers, the first of which is no Python."""
    work = instructors(name)
    task = next(iter(work))
    return {**work, task: work[task].replace("):", ")", 1)}


def without_a_test(name: str) -> str:
    """Right work from whose notebook a test has been deleted."""
    notebook = solved(name, instructors(name))
    tests = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    notebook.cells.remove(tests[0])
    return nbformat.writes(notebook)


def hostile(name: str, start: str) -> str:
    """The released notebook, unanswered, with something in its first cell that seeks points."""
    notebook = solved(name, {})
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    first.source = f"{ONLY_UNDER_THE_GRADER}\n{start}\n{first.source}"
    return nbformat.writes(notebook)


# Nobody should run these by hand; in a sandbox the grader's is the first process.
ONLY_UNDER_THE_GRADER = """\
if b"invigilator" not in open("/proc/1/cmdline", "rb").read():
    raise SystemExit("this notebook is for the grader's sandbox alone")
"""
PATCHES = """\
import convbook.checking, numpy
for module in (convbook.checking, numpy, numpy.testing):
    for key, value in list(vars(module).items()):
        if callable(value) and not isinstance(value, type):
            setattr(module, key, lambda *args, **options: True)
"""
TRANSFORMS = """\
import ast
class Nothing(ast.NodeTransformer):
    def visit_Raise(self, node): return ast.Pass()
    def visit_Assert(self, node): return ast.Pass()
get_ipython().ast_transformers.append(Nothing())
"""
KILLS = """\
import os, signal
for process in (os.getppid(), 1, -1):
    try:
        os.kill(process, signal.SIGKILL)
    except OSError:
        pass
os._exit(0)
"""

#: What each student of the class hands in for an assignment: the text of the notebook's file.
CLASS: dict[str, Callable[[str], str]] = {
    "ada": lambda name: nbformat.writes(solved(name, instructors(name))),
    "boole": lambda name: nbformat.writes(solved(name, chosen(name, True, 0))),
    "cauchy": lambda name: nbformat.writes(solved(name, chosen(name, True, 1))),
    "dirichlet": lambda name: nbformat.writes(solved(name, chosen(name, False, 0))),
    "euler": lambda name: nbformat.writes(solved(name, chosen(name, False, 1))),
    "fourier": lambda name: nbformat.writes(solved(name, chosen(name, False, 2))),
    "gauss": lambda name: nbformat.writes(solved(name, one_wrong(name))),
    "hopper": lambda name: nbformat.writes(solved(name, half(instructors(name)))),
    "ito": lambda name: nbformat.writes(solved(name, {})),
    "jacobi": lambda name: nbformat.writes(solved(name, chatty(name))),
    "kovalevskaya": without_a_test,
    "lagrange": lambda name: nbformat.writes(solved(name, with_syntax_error(name))),
    "markov": lambda name: nbformat.writes(solved(name, instructors(name)))[:-2000],
    "noether": lambda name: "",
    "oresme": lambda name: json.dumps({"cells": "none"}),
    "playfair": lambda name: hostile(name, PATCHES),
    "quetelet": lambda name: hostile(name, TRANSFORMS),
    "ramus": lambda name: hostile(name, KILLS),
}


def main() -> None:
    shutil.rmtree(SUBMITTED, ignore_errors=True)
    for name in assignments():
        for student, work in CLASS.items():
            path = SUBMITTED / student / name / f"{name}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(work(name), "utf-8")
    count = len(CLASS) * len(assignments())
    print(f"wrote {count} submissions of {len(CLASS)} students below {SUBMITTED.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
