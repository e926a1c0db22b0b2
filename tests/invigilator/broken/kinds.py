"""The ways in which a right notebook comes back broken: functions from the notebook to a file.

`MENDED` keep all their points, for what was meant is clear; `REASONED` have none, and a reason.
A function gets the right notebook, as a dictionary, and the path at which a student hands it in; it
returns what the file holds, or writes there itself and returns None.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]
Break = Callable[[Notebook, Path], bytes | None]

MENDED: dict[str, Break] = {}
REASONED: dict[str, Break] = {}


def mended(function: Break) -> Break:
    MENDED[function.__name__] = function
    return function


def reasoned(function: Break) -> Break:
    REASONED[function.__name__] = function
    return function


def dumped(notebook: Any, **options: Any) -> bytes:
    return json.dumps(notebook, **options).encode()


def about(cell: dict[str, Any]) -> dict[str, Any]:
    """nbgrader's metadata of a cell; empty for cells of the student's own."""
    found: dict[str, Any] = cell["metadata"].get("nbgrader", {})
    return found


def tests(notebook: Notebook) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if about(cell).get("locked")]


def solutions(notebook: Notebook) -> list[dict[str, Any]]:
    return [c for c in notebook["cells"] if about(c).get("solution") and c["cell_type"] == "code"]


# Cells ------------------------------------------------------------------------------------------


@mended
def one_id_for_all_cells(notebook: Notebook, path: Path) -> bytes:
    for cell in notebook["cells"]:
        cell["id"] = "same"
    return dumped(notebook)


@mended
def no_ids(notebook: Notebook, path: Path) -> bytes:
    for cell in notebook["cells"]:
        del cell["id"]
    return dumped(notebook)


@mended
def ids_that_are_none(notebook: Notebook, path: Path) -> bytes:
    for cell in notebook["cells"]:
        cell["id"] = "not an id!" * 20
    return dumped(notebook)


@mended
def deleted_tests(notebook: Notebook, path: Path) -> bytes:
    for cell in tests(notebook):
        notebook["cells"].remove(cell)
    return dumped(notebook)


@mended
def moved_tests(notebook: Notebook, path: Path) -> bytes:
    moved = tests(notebook)[::-1]
    notebook["cells"] = moved + [cell for cell in notebook["cells"] if cell not in moved]
    return dumped(notebook)


@mended
def edited_tests(notebook: Notebook, path: Path) -> bytes:
    for cell in tests(notebook):
        cell["source"] = "raise RuntimeError('mine')"
    return dumped(notebook)


@mended
def doubled_tests(notebook: Notebook, path: Path) -> bytes:
    notebook["cells"] += [dict(cell) for cell in tests(notebook)]
    return dumped(notebook)


@mended
def tests_as_text(notebook: Notebook, path: Path) -> bytes:
    for cell in tests(notebook):
        cell["cell_type"] = "markdown"
        del cell["outputs"], cell["execution_count"]
    return dumped(notebook)


@mended
def solutions_as_text(notebook: Notebook, path: Path) -> bytes:
    for cell in solutions(notebook):
        cell["cell_type"] = "markdown"
        del cell["outputs"], cell["execution_count"]
    return dumped(notebook)


@mended
def other_points(notebook: Notebook, path: Path) -> bytes:
    for cell in tests(notebook):
        about(cell)["points"] = 1000
    return dumped(notebook)


@mended
def points_as_words(notebook: Notebook, path: Path) -> bytes:
    for cell in tests(notebook):
        about(cell)["points"] = "many"
    return dumped(notebook)


@mended
def tests_unlocked(notebook: Notebook, path: Path) -> bytes:
    for cell in tests(notebook):
        about(cell).update(locked=False, grade=False, solution=True)
    return dumped(notebook)


@mended
def metadata_lost(notebook: Notebook, path: Path) -> bytes:
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return dumped(notebook)


@mended
def metadata_of_another_kind(notebook: Notebook, path: Path) -> bytes:
    for cell in notebook["cells"]:
        cell["metadata"] = {"nbgrader": ["grade"], "tags": "none", "jupyter": 7}
    return dumped(notebook)


@mended
def older_schema(notebook: Notebook, path: Path) -> bytes:
    for cell in notebook["cells"]:
        if about(cell):
            about(cell)["schema_version"] = 1
            about(cell).pop("task")
    return dumped(notebook)


@mended
def newer_schema(notebook: Notebook, path: Path) -> bytes:
    for cell in notebook["cells"]:
        if about(cell):
            about(cell)["schema_version"] = 99
    return dumped(notebook)


@mended
def copied_solution(notebook: Notebook, path: Path) -> bytes:
    (first, *_) = solutions(notebook)
    stub = json.loads(json.dumps(first))
    stub["source"] = "def double(x):\n    raise NotImplementedError()"
    notebook["cells"].insert(notebook["cells"].index(first), stub)
    return dumped(notebook)


@mended
def a_cell_that_fails(notebook: Notebook, path: Path) -> bytes:
    notebook["cells"].insert(
        0, {**solutions(notebook)[0], "metadata": {}, "id": "mine", "source": "1 / 0\nprint('"}
    )
    return dumped(notebook)


@mended
def magics(notebook: Notebook, path: Path) -> bytes:
    source = "%matplotlib inline\n!ls\n%pip install nothing\n%%no_such_magic\n%cd /nowhere"
    notebook["cells"].insert(
        0, {**solutions(notebook)[0], "metadata": {}, "id": "mine", "source": source}
    )
    return dumped(notebook)


@mended
def windows_line_ends(notebook: Notebook, path: Path) -> bytes:
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n")
    return dumped(notebook)


@mended
def a_lone_surrogate(notebook: Notebook, path: Path) -> bytes:
    notebook["cells"][0]["source"] += "\n# \ud800"
    return dumped(notebook)


@mended
def a_long_cell(notebook: Notebook, path: Path) -> bytes:
    solutions(notebook)[0]["source"] += "\n#" + "x" * 5_000_000
    return dumped(notebook)


# Outputs ----------------------------------------------------------------------------------------


@mended
def huge_outputs(notebook: Notebook, path: Path) -> bytes:
    for cell in solutions(notebook):
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 10_000_000}]
    return dumped(notebook)


@mended
def outputs_of_no_kind(notebook: Notebook, path: Path) -> bytes:
    for cell in solutions(notebook):
        cell["outputs"] = [{"output_type": "smell"}, {}, 7, None]
        cell["execution_count"] = "*"
    return dumped(notebook)


# The notebook -----------------------------------------------------------------------------------


@mended
def renamed(notebook: Notebook, path: Path) -> None:
    (path.parent / "my homework (1) FINAL.ipynb").write_bytes(dumped(notebook))


@mended
def a_copy_beside_it(notebook: Notebook, path: Path) -> bytes:
    copy = json.loads(json.dumps(notebook))
    for cell in solutions(copy):
        cell["source"] = ""
    (path.parent / "ps1-Copy1.ipynb").write_bytes(dumped(copy))
    return dumped(notebook)


@mended
def unknown_kernel(notebook: Notebook, path: Path) -> bytes:
    kernel = {"name": "julia-9.9", "display_name": "Julia", "language": "julia"}
    notebook["metadata"] = {"kernelspec": kernel}
    return dumped(notebook)


@mended
def no_metadata(notebook: Notebook, path: Path) -> bytes:
    notebook["metadata"] = {}
    return dumped(notebook)


@mended
def minor_version_of_the_future(notebook: Notebook, path: Path) -> bytes:
    notebook["nbformat_minor"] = 99
    return dumped(notebook)


@mended
def version_3(notebook: Notebook, path: Path) -> bytes:
    cells = []
    for cell in notebook["cells"]:
        old = {"cell_type": cell["cell_type"], "metadata": cell["metadata"]}
        if cell["cell_type"] == "code":
            old |= {"input": cell["source"], "outputs": [], "language": "python"}
        else:
            old["source"] = cell["source"]
        cells.append(old)
    return dumped({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""},
                   "worksheets": [{"cells": cells, "metadata": {}}]})  # fmt: skip


@mended
def byte_order_mark(notebook: Notebook, path: Path) -> bytes:
    return b"\xef\xbb\xbf" + dumped(notebook)


@mended
def utf_16(notebook: Notebook, path: Path) -> bytes:
    return json.dumps(notebook).encode("utf-16")


@mended
def latin_1(notebook: Notebook, path: Path) -> bytes:
    notebook["cells"][0]["source"] += "\n# été"
    return json.dumps(notebook, ensure_ascii=False).encode("latin-1")


@mended
def not_a_number_in_the_json(notebook: Notebook, path: Path) -> bytes:
    notebook["metadata"]["score"] = float("nan")
    return dumped(notebook)


# What is no notebook ----------------------------------------------------------------------------


@reasoned
def empty(notebook: Notebook, path: Path) -> bytes:
    return b""


@reasoned
def only_spaces(notebook: Notebook, path: Path) -> bytes:
    return b" \n\t\n"


@reasoned
def cut_off(notebook: Notebook, path: Path) -> bytes:
    return dumped(notebook)[:-200]


@reasoned
def merge_markers(notebook: Notebook, path: Path) -> bytes:
    lines = dumped(notebook, indent=1).decode().splitlines()
    middle = len(lines) // 2
    conflict = ["<<<<<<< HEAD", lines[middle], "=======", lines[middle], ">>>>>>> theirs"]
    return "\n".join([*lines[:middle], *conflict, *lines[middle + 1 :]]).encode()


@reasoned
def random_bytes(notebook: Notebook, path: Path) -> bytes:
    return bytes(range(256)) * 20


@reasoned
def a_list(notebook: Notebook, path: Path) -> bytes:
    return b"[1, 2]"


@reasoned
def a_number(notebook: Notebook, path: Path) -> bytes:
    return b"7"


@reasoned
def another_dictionary(notebook: Notebook, path: Path) -> bytes:
    return b'{"cells": 7, "nbformat": "four"}'


@reasoned
def cells_that_are_none(notebook: Notebook, path: Path) -> bytes:
    return dumped({**notebook, "cells": [7, None, "x = 1", [], {"cell_type": "poem"}]})


@reasoned
def nested_too_deep(notebook: Notebook, path: Path) -> bytes:
    return b'{"cells": ' + b"[" * 200_000


@reasoned
def a_script_instead(notebook: Notebook, path: Path) -> None:
    (path.parent / "ps1.py").write_text("def double(x):\n    return 2 * x\n", "utf-8")


@reasoned
def a_folder_in_its_place(notebook: Notebook, path: Path) -> None:
    path.mkdir()


@reasoned
def a_pipe_in_its_place(notebook: Notebook, path: Path) -> None:
    os.mkfifo(path)


@reasoned
def a_link_to_elsewhere(notebook: Notebook, path: Path) -> None:
    path.symlink_to("/etc/passwd")


@reasoned
def a_link_to_itself(notebook: Notebook, path: Path) -> None:
    path.symlink_to(path)


@reasoned
def an_empty_folder(notebook: Notebook, path: Path) -> None:
    pass
