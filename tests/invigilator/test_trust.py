"""Which room of the grader may import from which: what runs students' code stays apart from what
grades it, and what reports reads results alone."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

import invigilator

ROOT = Path(invigilator.__file__).parent

#: The rooms, and files beside them, that each may import from.
MAY_IMPORT = {
    "__main__": {"app", "trusted"},
    "app": {"version"},
    "commands": {"batch", "course", "feedback", "reporting", "shell", "untrusted", "version"},
    "preprocessor": {"batch", "course", "protocol"},
    "settings": {"feedback"},
    "exchange": {"course"},
    "late": set(),
    "batch": {"course", "modules", "protocol", "trusted"},
    "reporting": {"course", "version"},
    "trusted": {"course", "modules", "protocol", "shell", "untrusted"},
    "untrusted": {"modules", "protocol", "shell"},
    "course": set(),
    "protocol": set(),
    "feedback": set(),
    "modules": set(),
    "shell": set(),
    "version": set(),
}
#: All that anyone may take from the sandbox's room: what starts it, and whether that can be.
SANDBOX = {"Sandbox", "SandboxError", "missing", "unsupported"}


def imports() -> list[tuple[str, str, str]]:
    """Every import within the package: the module that imports, the module, the name."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        module = ".".join(["invigilator", *path.relative_to(ROOT).with_suffix("").parts])
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.ImportFrom(module=str(source), names=names, level=0):
                    found += [(module, source, alias.name) for alias in names]
                case ast.ImportFrom():
                    pytest.fail(f"{module} has a relative import")
                case ast.Import(names=names):
                    found += [(module, alias.name, "") for alias in names]
    return [each for each in found if each[1].partition(".")[0] == "invigilator"]


def room(module: str) -> str:
    """The room of a module: the part after `invigilator`."""
    return module.split(".")[1] if "." in module else ""


def test_each_room_imports_from_those_alone_that_it_may() -> None:
    found: dict[str, set[str]] = {name: set() for name in MAY_IMPORT}
    for importer, source, name in imports():
        other = room(source) or name  # `from invigilator import batch`
        if room(importer) not in ("__init__", other):
            found[room(importer)].add(other)
    assert found == MAY_IMPORT


def test_what_runs_students_code_is_only_started_by_others() -> None:
    taken = {
        (source, name)
        for importer, source, name in imports()
        if room(source) == "untrusted" and room(importer) != "untrusted"
    }
    assert taken == {("invigilator.untrusted.sandbox", name) for name in SANDBOX}


def test_nothing_imports_in_a_circle() -> None:
    uses: dict[str, set[str]] = defaultdict(set)
    for importer, source, _ in imports():
        uses[importer].add(source)
    done: set[str] = set()

    def follow(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " → ".join([*way, module])
        if module not in done:
            for other in uses[module]:
                follow(other, (*way, module))
            done.add(module)

    for module in list(uses):
        follow(module, ())
