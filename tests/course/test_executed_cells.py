"""A change of the library makes those chapters run again that import what has changed."""

import ast
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn

from course.executed_cells import CHAPTERS, LIBRARY, Package, cells_of, digests, refresh

# A package that passes names on, in chains and under other names, and imports inside functions.
FAKE = {
    "__init__": """
        from lib.deep import first, second as other
        from lib.plain import *
        from .near import near
        ready = True
    """,
    "deep.__init__": """
        from lib.deep.one import first
        from .two import second
    """,
    "deep.one": "import numpy\ndef first(): from lib.late import late",
    "deep.two": "from . import one\nsecond = 2",
    "late": "from ..elsewhere import nothing\nlate = 1",
    "near": "import lib.late as l\nnear = 1",
    "plain": "plain = 1",
    "alone": "alone = 1",
}


@pytest.fixture
def library(tmp_path: Path) -> Path:
    for name, text in FAKE.items():
        path = tmp_path / "lib" / f"{name.replace('.', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(line.strip() for line in text.splitlines()), "utf-8")
    return tmp_path / "lib"


def needed(library: Path, text: str) -> list[str]:
    return sorted(Package(library).needed(ast.parse(text)))


EVERYTHING_INIT_IMPORTS = [
    "lib", "lib.deep.one", "lib.deep.two", "lib.late", "lib.near", "lib.plain",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ("", []),
        ("import numpy, library\nfrom os import path", []),
        ("from lib import near", ["lib.late", "lib.near"]),  # a module of the name of its content
        ("from lib import first", ["lib.deep.one", "lib.late"]),
        ("from lib import other as o", ["lib.deep.one", "lib.deep.two", "lib.late"]),
        ("from lib.deep import second", ["lib.deep.one", "lib.deep.two", "lib.late"]),
        ("import lib.alone", ["lib.alone"]),
        ("from lib import alone, first", ["lib.alone", "lib.deep.one", "lib.late"]),
        ("from lib import deep", ["lib.deep", "lib.deep.one", "lib.deep.two", "lib.late"]),
        ("def f():\n    from lib.alone import alone", ["lib.alone"]),
        ("import lib", EVERYTHING_INIT_IMPORTS),
        ("from lib import ready", EVERYTHING_INIT_IMPORTS),
        ("from lib import unheard_of", EVERYTHING_INIT_IMPORTS),
        ("from lib import *", EVERYTHING_INIT_IMPORTS),
        ("import lib.alone.thing", ["lib.alone"]),
    ],
)  # fmt: skip
def test_a_text_needs_what_its_names_come_from(
    library: Path, text: str, modules: list[str]
) -> None:
    assert needed(library, text) == modules


def test_digest_changes_with_what_is_needed_and_with_nothing_else(library: Path) -> None:
    def digest() -> str:
        return Package(library).digest(ast.parse("from lib import first"))

    before = digest()
    (library / "near.py").write_text("near = 2")
    (library / "deep" / "two.py").write_text("second = 3")
    (library / "__init__.py").write_text((library / "__init__.py").read_text() + "\nmore = 1")
    assert digest() == before
    (library / "late.py").write_text("late = 2")
    changed = digest()
    assert changed != before
    (library / "deep" / "numbers.txt").write_text("1 2 3")  # beside lib.deep.one
    assert digest() != changed


def chapter(folder: Path, name: str, code: str) -> None:
    header = "---\nkernelspec: {name: python3, display_name: Python 3}\n---\n"
    text = f"{header}\n# A title\n\n```{{code-cell}} ipython3\n{code}\n```\n"
    (folder / f"{name}.md").write_text(text, "utf-8")


@pytest.fixture
def course(tmp_path: Path, library: Path) -> Callable[[], list[str]]:
    """A course of three executed chapters; each call is a build: it says what it forgets."""
    chapters, cache, lock = tmp_path / "chapters", tmp_path / "cache", tmp_path / "lock"
    chapters.mkdir()
    lock.write_text("numpy==2")
    chapter(chapters, "first", "%matplotlib inline\nfrom lib import first")
    chapter(chapters, "alone", "import lib.alone")
    chapter(chapters, "words", "1 + 1")

    def build() -> list[str]:
        forgotten = refresh(cache, digests(chapters, library, lock))
        for path in chapters.glob("*.md"):
            cell = nbformat.v4.new_code_cell(path.name)
            notebook = nbformat.v4.new_notebook(cells=[cell])
            bundle = CacheBundleIn(notebook, f"/somewhere/else/chapters/{path.name}")
            get_cache(str(cache)).cache_notebook_bundle(
                bundle, overwrite=True, check_validity=False
            )
        return forgotten

    assert build() == []
    return build


def held(cache: Path) -> list[str]:
    return sorted(Path(record.uri).name for record in get_cache(str(cache)).list_cache_records())


def test_a_build_forgets_what_imports_the_changed_module(
    course: Callable[[], list[str]], library: Path, tmp_path: Path
) -> None:
    assert course() == []
    (library / "late.py").write_text("late = 2")
    assert course() == ["first.md"]
    (library / "alone.py").write_text("alone = 2")
    assert course() == ["alone.md"]
    (library / "plain.py").write_text("plain = 2")
    assert course() == []
    (tmp_path / "lock").write_text("numpy==3")
    assert course() == ["alone.md", "first.md", "words.md"]


def test_a_cache_of_unknown_age_is_forgotten(
    course: Callable[[], list[str]], tmp_path: Path
) -> None:
    (tmp_path / "cache" / "digests.json").unlink()
    assert course() == ["alone.md", "first.md", "words.md"]


def test_forgotten_outputs_are_gone(
    course: Callable[[], list[str]], library: Path, tmp_path: Path
) -> None:
    (library / "late.py").write_text("late = 2")
    chapters, cache = tmp_path / "chapters", tmp_path / "cache"
    refresh(cache, digests(chapters, library, tmp_path / "lock"))
    assert held(cache) == ["alone.md", "words.md"]


CODE = {path.name: cells_of(path) for path in sorted(CHAPTERS.glob("*.md"))}


def test_chapters_that_show_a_layer_need_the_module_that_defines_it() -> None:
    import convbook

    package = Package(LIBRARY)
    for name, tree in CODE.items():
        asked = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "convbook"
            for alias in node.names
        }
        for function in asked:
            thing = getattr(convbook, function, None)
            if callable(thing):
                assert thing.__module__ in package.needed(tree), (name, function)


def test_no_chapter_that_leaves_the_checks_alone_needs_them() -> None:
    package = Package(LIBRARY)
    for name, tree in CODE.items():
        checks = {m for m in package.needed(tree) if m.startswith("convbook.checking")}
        assert bool(checks) == ("convbook.checking" in ast.unparse(tree)), name


def test_a_change_below_everything_reaches_every_chapter_that_computes() -> None:
    package = Package(LIBRARY)
    for name, tree in CODE.items():
        if "parameter_map" in ast.unparse(tree) or "conv2d" in ast.unparse(tree):
            assert "convbook.arrays" in package.needed(tree), name
