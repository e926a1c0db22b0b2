"""A ready IPython shell without a kernel: it runs cells and keeps their outputs as nbformat's."""

import inspect
import os
import sys
import tempfile
from base64 import b64encode
from dataclasses import dataclass, field
from io import TextIOBase
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

Output = dict[str, Any]

# Figures that ask for a screen, or for a page that answers. A student has one; here is none.
_SCREENS = frozenset(
    {"ipympl", "nbagg", "notebook", "webagg", "widget", "gtk", "gtk3", "gtk4", "macosx", "osx"}
    | {"qt", "qt4", "qt5", "qt6", "tk", "wx"}
)
# What a kernel hands on to the page that shows the notebook, where nobody looks at it.
_FOR_THE_PAGE = ("autosave", "connect_info", "less", "man", "more", "qtconsole", "subshell")


@dataclass
class Record:
    """The outputs of one cell or call, up to a number of characters in all."""

    limit: int = 1 << 20
    outputs: list[Output] = field(default_factory=list)
    size: int = 0

    def fits(self, more: int) -> bool:
        """Whether there is room for more; the first time there isn't, that is noted."""
        before, self.size = self.size, self.size + more
        if before <= self.limit < self.size:
            note = "\n… the rest of the output is left out: it is too long.\n"
            self.outputs.append({"output_type": "stream", "name": "stdout", "text": note})
        return self.size <= self.limit

    def stream(self, name: str, text: str) -> None:
        room = max(self.limit - self.size, 0)
        last = self.outputs[-1] if self.outputs else {}
        if kept := text[:room]:
            if last.get("output_type") == "stream" and last["name"] == name:
                last["text"] += kept
            else:
                self.outputs.append({"output_type": "stream", "name": name, "text": kept})
        self.fits(len(text))

    def display(self, data: dict[str, Any], metadata: dict[str, Any], **more: Any) -> None:
        if self.fits(sum(len(str(value)) for value in data.values())):
            kind = {"output_type": "display_data"} | more
            self.outputs.append({**kind, "data": dict(data), "metadata": dict(metadata)})

    def error(self, name: str, message: str, traceback: list[str]) -> None:
        # An error is kept even when the outputs are full: it is what a reader needs.
        if self.size > self.limit:
            message, traceback = message[:2000], [line[:2000] for line in traceback[-20:]]
        self.outputs.append(
            {
                "output_type": "error",
                "ename": name,
                "evalue": message,
                "traceback": traceback,
            }
        )


class _Stream(TextIOBase):
    """A text stream into the record of what is running."""

    encoding = "utf-8"

    def __init__(self, shell: "Shell", name: str, descriptor: int) -> None:
        self.shell, self.name, self.descriptor = shell, name, descriptor

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.shell.record.stream(self.name, text)
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.descriptor


class _Publisher(DisplayPublisher):
    shell: Any

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: str | None = None,
        **_: Any,
    ) -> None:
        self.shell.record.display(data, metadata or {})

    def clear_output(self, wait: bool = False) -> None:
        self.shell.record.outputs.clear()


class _Hook(DisplayHook):
    """Keep the value of a cell's last expression."""

    shell: Any

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        self.shell.record.display(
            format_dict,
            md_dict or {},
            output_type="execute_result",
            execution_count=self.shell.execution_count,
        )

    def finish_displayhook(self) -> None:
        pass


class _Compiler(CachingCompiler):
    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        name = super().get_code_name(raw_code, transformed_code, number)
        of_no_module(name)
        return name


class Shell(InteractiveShell):
    """The shell of one notebook. `record` takes what is written; change it to part outputs."""

    record: Record
    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)
    compiler_class = Type(_Compiler)

    @classmethod
    def ready(cls) -> "Shell":
        """The process's shell, made anew."""
        InteractiveShell.clear_instance()
        # Colours in tracebacks would take longer than most cells.
        settings = {"xmode": "Context", "colors": "nocolor"}
        config = Config(HistoryManager={"enabled": False}, InteractiveShell=settings)
        shell = cls.instance(config=config)
        shell.record = Record()
        # What shows an error is imported when the first one comes: let that be now.
        shell.run("def f():\n    raise ValueError\nf()")
        InteractiveShell.reset(shell, new_session=True)  # type: ignore[no-untyped-call]
        shell.be_like_a_kernels()
        return shell

    def be_like_a_kernels(self) -> None:
        """Have what a notebook finds in a kernel's shell and IPython's own leaves to it."""
        self.user_ns.update(dict.fromkeys(("_", "__", "___"), ""))
        for name in ("last_type", "last_value", "last_traceback", "last_exc"):
            vars(sys).pop(name, None)  # the error above is not the student's
        shell: Any = self  # IPython's own methods are not annotated
        shell.set_hook("show_in_pager", _unseen, 99)
        for name in _FOR_THE_PAGE:
            shell.register_magic_function(_unseen, magic_name=name)
        shell.extension_manager.load_extension("storemagic")

    def init_virtualenv(self) -> None:
        """The environment is what the process was started with."""

    def enable_gui(self, gui: str | None = None) -> None:
        """There are no windows whose events would have to be waited for."""

    def enable_matplotlib(self, gui: str | None = None) -> Any:
        """Let Matplotlib draw as asked for, and inline where that would take a screen."""
        enable: Any = super().enable_matplotlib
        return enable("inline" if gui and gui.lower() in _SCREENS else gui)

    def ask_exit(self) -> None:
        """What comes after `exit()` is run all the same."""

    def _format_exception_for_storage(self, *_: Any, **__: Any) -> dict[str, Any]:
        """Nobody asks a history for an error that has been shown already."""
        return {}

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str] | str) -> None:
        lines = [stb] if isinstance(stb, str) else list(stb)
        try:
            message = str(evalue)
        except Exception:
            message = ""
        self.record.error(str(etype.__name__), message, lines)

    def take_streams(self, descriptors: bool = True) -> None:
        """Let what this process prints go into the record; by default also what it writes past
        Python."""
        sys.stdout, sys.stderr = _Stream(self, "stdout", 1), _Stream(self, "stderr", 2)
        if not descriptors:
            return
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 (it stays as long as the shell)
        self.written = self.file.fileno()
        for descriptor in (1, 2):
            os.dup2(self.written, descriptor)

    def run(self, source: str) -> tuple[Record, bool]:
        """Run one cell: what it put out, and whether it ran to its end."""
        self.record = record = Record(self.record.limit)
        run_cell: Any = self.run_cell
        result = run_cell(source, store_history=True)
        self.collect()
        if not result.success and not any(o["output_type"] == "error" for o in record.outputs):
            error = result.error_before_exec or result.error_in_exec
            name = type(error).__name__
            record.error(name, str(error), [f"{name}: {error}"])
        return record, bool(result.success)

    def collect(self) -> None:
        """Add to the record what was written past Python, by libraries and other programs."""
        written = getattr(self, "written", None)
        if written is None or not (size := os.fstat(written).st_size):
            return
        text = os.pread(written, min(size, 4 * self.record.limit), 0).decode("utf-8", "replace")
        os.ftruncate(written, 0)
        os.lseek(written, 0, os.SEEK_SET)
        self.record.stream("stdout", text)


def _unseen(*_: Any, **__: Any) -> None:
    """Show nothing to nobody."""


def of_no_module(file: str) -> None:
    """Tell `inspect` that the code in a file is no module's.

    Else it looks for one in all modules, for each frame of a traceback and several times: in a
    process with some thousand modules that takes longer than a submission.
    """
    for name in (file, os.path.abspath(file)):
        inspect.modulesbyfile[name] = ""


def clean(outputs: Any) -> list[Output]:
    """Outputs from the sandbox as valid outputs of a notebook; what isn't one is left out."""
    found: list[Output] = []
    for output in _listed(outputs):
        if type(output) is not dict:
            continue
        kind = output.get("output_type")
        if kind == "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            found.append({"output_type": kind, "name": name, "text": _shown(output.get("text"))})
        elif kind in ("display_data", "execute_result"):
            data = _bundle(output.get("data"))
            made: Output = {"output_type": kind, "data": data, "metadata": {}}
            if kind == "execute_result":
                count = output.get("execution_count")
                made["execution_count"] = count if type(count) is int else None
            found.append(made)
        elif kind == "error":
            found.append(
                {
                    "output_type": kind,
                    "ename": _shown(output.get("ename")),
                    "evalue": _shown(output.get("evalue")),
                    "traceback": [_shown(line) for line in _listed(output.get("traceback"))],
                }
            )
    return found


def _bundle(data: Any) -> dict[str, Any]:
    """Forms of one output by media type: text, and bytes in base64 as text."""
    if type(data) is not dict:
        return {}
    bundle = {}
    for kind, value in data.items():
        if type(kind) is str and kind.isascii() and kind.count("/") == 1:
            if kind.endswith("json"):
                bundle[kind] = _json(value)
            elif type(value) is bytes:
                bundle[kind] = b64encode(value).decode()
            else:
                bundle[kind] = _shown(value)
    return bundle


def _json(value: Any) -> Any:
    if type(value) is dict:
        return {_shown(key): _json(each) for key, each in value.items()}
    if type(value) in (list, tuple):
        return [_json(each) for each in value]
    if type(value) is float and value != value:
        return None
    return value if type(value) in (int, float, bool, type(None)) else _shown(value)


def _shown(value: Any) -> str:
    """Text that can be written to a file."""
    return value.encode("utf-8", "replace").decode() if type(value) is str else ""


def _listed(value: Any) -> list[Any]:
    return list(value) if type(value) in (list, tuple) else []
