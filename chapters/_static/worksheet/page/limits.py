"""What a cell may not do: change what belongs to everybody, run without end."""

import builtins
import sys
from functools import partial
from importlib.abc import MetaPathFinder
from time import monotonic
from types import CodeType, ModuleType
from typing import Any

from convbook.checking.origins import is_library_file
from convbook.checking.time_limit import TooSlow

monitoring: Any = vars(sys)["monitoring"]  # new in Python 3.12

_GUARDED = {
    "ast", "builtins", "convbook", "copy", "functools", "inspect", "itertools", "json", "linecache",
    "math", "numpy", "os", "random", "time", "traceback",
}  # fmt: skip


class Guard:
    """Puts back what a cell has changed of Python and its libraries: the next one needs them."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[ModuleType, dict[str, Any]]] = {}
        # Methods that are bound here need no builtins, should these be gone.
        self._builtins_now = vars(builtins).copy
        self._builtins_back = partial(vars(builtins).update, vars(builtins).copy())
        self._path, self._finders = list(sys.path), list(sys.meta_path)
        self._recursion = sys.getrecursionlimit()
        self.keep()

    def keep(self) -> None:
        """Note what libraries hold that are here now and were not before."""
        for name, module in list(sys.modules.items()):
            if name not in self._kept and name.partition(".")[0] in _GUARDED:
                known = {key: each for key, each in vars(module).items() if callable(each)}
                self._kept[name] = (module, known)

    def put_back(self) -> list[str]:
        """Undo, and name what was changed."""
        found = self._builtins_now()
        self._builtins_back()
        changed = []
        for name, (module, known) in self._kept.items():
            sys.modules[name] = module
            here = found if module is builtins else vars(module)
            for key, value in known.items():
                if here.get(key) is not value:
                    vars(module)[key] = value
                    changed.append(f"{name}.{key}")
        sys.path[:], sys.meta_path[:] = self._path, self._finders
        sys.setrecursionlimit(self._recursion)
        sys.settrace(None)
        return changed


class NotLoaded(MetaPathFinder):
    """Notes which packages are looked for that Python hasn't got, even by who can do without."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._asked: set[str] = set()

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        name = fullname.partition(".")[0]
        if path is None and name not in self._asked:
            self.names.add(name)

    def tell(self) -> list[str]:
        """The names that have not been asked for before, which are now."""
        names = sorted(self.names)
        self._asked |= self.names
        self.names.clear()
        return names

    def forget(self, names: list[str]) -> None:
        """Let them be asked for again."""
        self._asked.difference_update(names)


class TimeLimit:
    """Raises TooSlow where a cell's code jumps back, or begins a function, after `seconds`.

    Code that catches every error meets it again at its next turn.
    """

    _TOOL = 3  # an id that no debugger or profiler takes

    def __init__(self, seconds: float) -> None:
        self._error: type[TooSlow] = type("TooSlow", (TooSlow,), {"seconds": seconds})
        self._end = monotonic() + seconds

    def __enter__(self) -> None:
        events = monitoring.events
        monitoring.use_tool_id(self._TOOL, "time limit")
        for event in (events.JUMP, events.BRANCH):
            monitoring.register_callback(self._TOOL, event, self._jumps)
        monitoring.register_callback(self._TOOL, events.PY_START, self._begins)
        monitoring.set_events(self._TOOL, events.JUMP | events.BRANCH | events.PY_START)

    def __exit__(self, *_: object) -> None:
        monitoring.set_events(self._TOOL, 0)
        monitoring.free_tool_id(self._TOOL)

    def _jumps(self, code: CodeType, place: int, target: int) -> Any:
        # Where nothing is disabled, this costs time at each turn of a loop.
        return monitoring.DISABLE if target > place else self._look(code)

    def _begins(self, code: CodeType, _: int) -> Any:
        # The methods of a data class have no file. A check makes one to say which line was late.
        return monitoring.DISABLE if code.co_filename == "<string>" else self._look(code)

    def _look(self, code: CodeType) -> Any:
        if is_library_file(code.co_filename):
            return monitoring.DISABLE
        if monotonic() > self._end:
            raise self._error
        return None
