"""What a student reads of an error: the lines of the cells, and a sentence where one helps."""

import linecache
import re
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING

from convbook.checking.origins import is_library_file
from convbook.checking.time_limit import TooSlow
from convbook.checking.time_limit import in_words as in_seconds

if TYPE_CHECKING:
    from page.cells import Cell

_ENDS = "ends the program (exit, quit, sys.exit): leave that out"


def in_words(
    error: BaseException, cell: "Cell", above: "list[Cell]", failed: dict[str, str]
) -> list[str]:
    """What a student reads of an error."""
    own = getattr(error, "_render_traceback_", None)
    if own is not None:
        with suppress(Exception):  # a student's class may have one, too
            return list(own())
    if (
        isinstance(error, NameError)
        and error.name
        and (why := _missing(error.name, cell, above, failed))
    ):
        return why
    if isinstance(error, TooSlow):
        return [f"✗ {_late(error)}", *_place(error)]
    if isinstance(error, SystemExit):
        return [f"✗ This cell {_ENDS}."]
    if isinstance(error, SyntaxError) and (error.text or "").lstrip().startswith("%%"):
        command = str(error.text).split()[0]
        return [f"✗ `{command}` is no Python: take it out of the cell, and it runs here, too."]
    shown = traceback.TracebackException(type(error), error, error.__traceback__)
    _keep_own_lines(shown)
    lines = "".join(shown.format()).rstrip().split("\n")
    if isinstance(error, ModuleNotFoundError) and error.name:
        lines.append(f"✗ There is no {error.name} in this page, only NumPy, Matplotlib, convbook.")
    return lines


def _missing(
    missing: str, cell: "Cell", above: "list[Cell]", failed: dict[str, str]
) -> list[str] | None:
    """Why a name is missing, if a cell above was to define it."""
    name = re.escape(missing)
    definition = re.compile(rf"^[ \t]*(?:async )?(?:def|class) {name}\b|^{name}\b[^=\n]*=", re.M)
    for each in reversed(above):
        if each.name in failed and definition.search(each.source):
            return _broken(f"{missing} isn't defined: the cell above with it", failed[each.name])
    if re.search(rf"\bcheck\w*\(\s*{name}\s*[,)]", cell.source):
        if above and above[-1].name in failed:
            return _broken(f"{missing} isn't defined: the cell above", failed[above[-1].name])
        return [
            f"✗ {missing} isn't defined: no cell above has `def {missing}(`.",
            "  what to do:       write the function under this name",
        ]
    return None


def _broken(what: str, why: str) -> list[str]:
    return [
        f"✗ {what} did not run to its end.",
        f"  its error:        {why}",
        "  what to do:       correct that cell, then run this one again",
    ]


def _late(error: TooSlow) -> str:
    return (
        f"The cell did not finish within {in_seconds(error.seconds)}; "
        "is there a loop that never ends?"
    )


def _place(error: BaseException) -> list[str]:
    """The line of a cell that was running."""
    for frame, number in reversed([*traceback.walk_tb(error.__traceback__)]):
        code = frame.f_code
        if not is_library_file(code.co_filename):
            where = "" if code.co_name == "<module>" else f"in {code.co_name}, "
            line = linecache.getline(code.co_filename, number).strip()
            return [f"  {where + f'line {number}:':<17} {line}"]
    return []


def in_a_line(error: BaseException) -> str:
    if isinstance(error, TooSlow):
        return _late(error)
    if isinstance(error, SystemExit):
        return f"it {_ENDS}"
    said = traceback.format_exception_only(error)[-1].strip().split("\n")[0]
    if isinstance(error, SyntaxError) and error.lineno:
        # Of what grammar allows, such as a `return` on its own, Python gives no text.
        text = error.text or linecache.getline(error.filename or "", error.lineno)
        return f"{said} (line {error.lineno}: {text.strip()})"
    return said


def _keep_own_lines(shown: traceback.TracebackException | None) -> None:
    """Leave the cells' own lines of a traceback, without those of libraries."""
    if shown is None:
        return
    own = [each for each in shown.stack if not is_library_file(each.filename)]
    shown.stack = traceback.StackSummary.from_list(own)
    for other in (shown.__cause__, shown.__context__, *(shown.exceptions or ())):
        _keep_own_lines(other)
