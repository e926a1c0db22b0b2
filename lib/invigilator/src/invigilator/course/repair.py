"""Broken notebooks: mended where it is clear what was meant, else unreadable for a reason.

What is mended is said in notes. The file that a student handed in is never written to.
"""

import codecs
import json
import logging
import re
from typing import Any

import nbformat
from nbformat import NotebookNode

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MERGE = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}", re.ASCII)
_MINOR = 5  # the newest form of version 4


class Unreadable(ValueError):
    """A file that is no notebook, and why, in words."""


def read(content: bytes) -> tuple[NotebookNode, list[str]]:
    """The notebook in a file, valid and of the newest form, and what was mended in it.

    Outputs are left out: what the cells give is found by running them.
    """
    notes: list[str] = []
    raw = _parsed(_decoded(content, notes))
    if not isinstance(raw, dict) or type(raw.get("nbformat")) is not int:
        raise Unreadable("is not a notebook: it doesn't say its format")
    if raw["nbformat"] < 4:
        raw = _upgraded(raw)
        notes.append("the notebook was of an older version of the format")
    listed = raw.get("cells")
    listed = listed if isinstance(listed, list) else []
    cells = [mended for each in listed if (mended := _cell(each))]
    if not cells:
        raise Unreadable("is not a notebook: it has no cells")
    if len(cells) < len(listed):
        notes.append(f"left out because they are no cells: {len(listed) - len(cells)}")
    _identify(cells, notes)
    metadata = raw.get("metadata")
    notebook = nbformat.from_dict(
        {
            "nbformat": 4,
            "nbformat_minor": _MINOR,
            "metadata": metadata if isinstance(metadata, dict) else {},
            "cells": cells,
        }
    )
    try:
        nbformat.validate(notebook)
    except Exception:  # nbformat raises many kinds
        _bare(notebook, notes)
    return notebook, notes


def _decoded(content: bytes, notes: list[str]) -> str:
    """The text of a file."""
    if not content.strip():
        raise Unreadable("is empty")
    # UTF-32's mark begins with UTF-16's, so it stands before it in the list.
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if not content.lstrip().startswith(b"{"):
            why = f"is not text in {encoding.upper()}: byte {error.start} can't be read"
            raise Unreadable(why) from None
    notes.append("the file was not in UTF-8 and has been read as Latin-1")
    return content.decode("latin-1")


def _parsed(text: str) -> Any:
    """The JSON in a text. What JSON doesn't have, NaN and halves of characters, is left out."""
    try:
        raw = json.loads(text, parse_constant=lambda name: None)
    except (json.JSONDecodeError, RecursionError) as error:
        if _MERGE.search(text):
            why = "has the marks of a merge in it (<<<<<<<, =======, >>>>>>>)"
            raise Unreadable(f"is not a notebook: it {why}") from None
        words = "nested too deep" if isinstance(error, RecursionError) else str(error)
        why = f"is not a notebook: its JSON breaks off or is wrong ({words})"
        raise Unreadable(why) from None
    # Only JSON's escapes can write half a character: without one, there is nothing to look for.
    return _whole(raw) if "\\ud" in text or "\\uD" in text else raw


def _whole(value: Any) -> Any:
    """A value without halves of characters, which no file can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(each) for key, each in value.items()}
    return value


def _upgraded(raw: dict[str, Any]) -> dict[str, Any]:
    """A notebook of an older version as one of version 4."""
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # nbformat's advice
    try:
        upgraded: dict[str, Any] = nbformat.convert(nbformat.from_dict(raw), 4)
    except Exception as error:  # nbformat raises many kinds for what isn't a notebook
        why = f"is of version {raw['nbformat']} of the format, and can't be read as one"
        raise Unreadable(f"{why} ({type(error).__name__})") from None
    return upgraded


def _cell(raw: Any) -> dict[str, Any] | None:
    """A cell with the parts that every cell has; None for what is no cell."""
    if not isinstance(raw, dict) or raw.get("cell_type") not in ("code", "markdown", "raw"):
        return None
    source, metadata = raw.get("source"), raw.get("metadata")
    lines = [source] if isinstance(source, str) else source if isinstance(source, list) else []
    metadata = dict(metadata) if isinstance(metadata, dict) else {}
    if not isinstance(metadata.get("nbgrader", {}), dict):
        del metadata["nbgrader"]
    cell: dict[str, Any] = {
        "cell_type": raw["cell_type"],
        "id": raw.get("id"),
        "metadata": metadata,
        "source": "".join(line for line in lines if isinstance(line, str)).replace("\r\n", "\n"),
    }
    if cell["cell_type"] == "code":
        return cell | {"outputs": [], "execution_count": None}
    return cell | {"attachments": raw["attachments"]} if "attachments" in raw else cell


def _identify(cells: list[dict[str, Any]], notes: list[str]) -> None:
    """Give an id of its own to each cell that has none, an impossible one, or another's."""
    taken: set[str] = set()
    new = 0
    for cell in cells:
        old = cell["id"]
        if isinstance(old, str) and _ID.fullmatch(old) and old not in taken:
            taken.add(old)
        else:
            new += old is not None
            cell["id"] = None
    # Twice as many names as cells: even if half of them are taken, there are enough.
    free = (name for n in range(2 * len(cells)) if (name := f"cell-{n}") not in taken)
    for cell in cells:
        cell["id"] = cell["id"] or next(free)
    if new:
        notes.append(f"cells given a new id, as theirs was not valid or another's: {new}")


def _bare(notebook: NotebookNode, notes: list[str]) -> None:
    """Leave out what the format doesn't allow, when that is not what a cell is made of."""
    # Whatever else is wrong with a cell, its answer can be graded.
    notebook.metadata = nbformat.from_dict({})
    for cell in notebook.cells:
        graded = "nbgrader" in cell.metadata
        needed = {"nbgrader": cell.metadata.nbgrader} if graded else {}
        cell.metadata = nbformat.from_dict(needed)
        cell.pop("attachments", None)
    try:
        nbformat.validate(notebook)
    except Exception as error:
        words = str(error).strip().splitlines() or [type(error).__name__]
        raise Unreadable(f"is not a notebook: {words[0]}") from None
    notes.append("metadata that the format doesn't allow were left out")
