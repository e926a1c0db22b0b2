"""Where a name of the library is used counts for the module that defines it."""

import ast
from pathlib import Path

import pytest

from course.executed_cells import Package
from course.uses import names_in, uses_by_name


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A course with a library of two modules, a chapter and an assignment."""
    files = {
        "lib/convbook/src/convbook/__init__.py": "from convbook.layers import conv\n",
        "lib/convbook/src/convbook/layers.py": "def conv(): ...\ndef other(): ...\n",
        "lib/convbook/src/convbook/simple.py": "def conv(): ...\ndef dense(): ...\n",
        "chapters/one.md": (
            "# One\n\n```{literalinclude} ../lib/convbook/src/convbook/simple.py\n"
            ":language: python\n:pyobject: dense\n```\n\n"
            "```{code-cell} ipython3\nfrom convbook import conv, simple\nsimple.conv()\n```\n"
        ),
        "chapters/two.md": "# Two\n\n```{code-cell} ipython3\nimport numpy\n```\n",
        "solutions/ps01_a/ps01_a.md": (
            "# A\n\n"
            '```{code-cell} ipython3\n:nbgrader: {"grade_id": "f"}\n\ndef f(): ...\n```\n\n'
            '```{code-cell} ipython3\n:nbgrader: {"grade_id": "test_f"}\n\n'
            "from convbook import conv as layer\n```\n\n"
            '```{code-cell} ipython3\n:nbgrader: {"grade_id": "written"}\n\nWords, no code.\n```\n'
        ),
    }
    header = "---\njupytext: {text_representation: {extension: .md, format_name: myst}}\n---\n"
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((header if name.endswith(".md") else "") + text, "utf-8")
    return tmp_path


def test_uses_are_found_in_cells_in_shown_definitions_and_in_tasks(root: Path) -> None:
    found = {name: (uses.chapters, uses.tasks) for name, uses in uses_by_name(root).items()}
    assert found == {
        "convbook.layers.conv": (["chapters/one"], {"ps01_a": ["f"]}),
        "convbook.simple.conv": (["chapters/one"], {}),
        "convbook.simple.dense": (["chapters/one"], {}),
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("from convbook import conv", {"convbook.layers.conv"}),
        ("from convbook.layers import conv, other as o",
         {"convbook.layers.conv", "convbook.layers.other"}),
        ("from convbook import simple as s\ns.dense(s.conv())",
         {"convbook.simple.conv", "convbook.simple.dense"}),
        ("from convbook import simple", set()),
        ("import numpy as np\nnp.conv", set()),
        ("from numpy import conv", set()),
    ],
)  # fmt: skip
def test_a_name_counts_for_its_module(root: Path, text: str, names: set[str]) -> None:
    package = Package(root / "lib" / "convbook" / "src" / "convbook")
    assert set(names_in(package, ast.parse(text))) == names
