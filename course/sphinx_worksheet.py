"""Make the page of an assignment its worksheet.

The page is the released notebook in `exercises/`. Here each of its cells that a student fills or
runs is marked with its name, so that a script finds it, and the page gets the script and the
address of its notebook. Without the script the page reads as any other.

An assignment that imports PyTorch has no worksheet, for PyTorch does not run in a browser: its page
says so and leads to where the notebook runs.
"""

import hashlib
import json
import re
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from course.address import address
from course.sphinx_pyodide import gathered

FOLDER = "worksheet"

TORCH = re.compile(r"^[ \t]*(?:import|from)[ \t]+torch\b", re.MULTILINE)

ELSEWHERE = """\
<div class="admonition note worksheet-elsewhere">
<p class="admonition-title">Not on this page</p>
<p>This assignment needs PyTorch, which does not run in a browser. Download the notebook and work on
it in JupyterLab, or open it where PyTorch runs:</p>
<ul class="assignment-links">
<li><a class="download" href="{notebook}" download>Download the notebook</a></li>
<li><a href="{colab}">Open in Colab</a></li>
<li><a href="{binder}">Open in Binder</a></li>
</ul>
</div>"""


def is_assignment(notebook: dict[str, Any]) -> bool:
    """Whether a notebook is a release of nbgrader."""
    return any("nbgrader" in cell["metadata"] for cell in notebook["cells"])


def needs_torch(notebook: dict[str, Any]) -> bool:
    """Whether a cell imports PyTorch.

    >>> needs_torch({"cells": [{"cell_type": "code", "source": ["x = 1\\n", "import torch.nn"]}]})
    True
    >>> needs_torch({"cells": [{"cell_type": "code", "source": "# no import torch"}]})
    False
    """
    code = (cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    return any(TORCH.search("".join(cell["source"])) for cell in code)


def is_worked_on(cell: dict[str, Any]) -> bool:
    """Whether a student fills or runs a cell; the others are text to read."""
    return cell["cell_type"] == "code" or bool(cell["metadata"].get("nbgrader", {}).get("solution"))


def marked(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with an element around each cell that is worked on, named as the cell.

    What a student writes in is there even where nothing is in it yet.
    """
    cells = []
    for cell in notebook["cells"]:
        if is_worked_on(cell):
            name = escape(cell["id"])
            cells += [
                tag(f'<div class="worksheet-cell" data-cell="{name}">', f"{cell['id']}-begins"),
                cell,
                tag("</div>", f"{cell['id']}-ends"),
            ]
        else:
            cells.append(cell)
    return notebook | {"cells": cells}


def tag(html: str, name: str) -> dict[str, Any]:
    """A cell that is nothing but a tag of HTML: between two of them Markdown goes on."""
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": html}


def edition(notebook: dict[str, Any]) -> str:
    """A short name for what the assignment says and asks, whatever library it fetches."""
    read = [cell["source"] for cell in notebook["cells"] if cell["id"] != "setup"]
    return hashlib.sha256(json.dumps(read).encode()).hexdigest()[:16]


def mark_cells(app: Sphinx, page: str, source: list[str]) -> None:
    """Mark the cells of an assignment in what Sphinx reads of it."""
    if app.env.doc2path(page).endswith(".ipynb"):
        notebook = json.loads(source[0])
        if is_assignment(notebook):
            source[0] = json.dumps(marked(notebook))


def open_worksheet(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the page of an assignment its script and the address of its notebook."""
    path = Path(app.env.doc2path(page)) if doctree is not None else Path()
    if path.suffix != ".ipynb":
        return
    notebook = json.loads(path.read_text("utf-8"))
    if not is_assignment(notebook):
        return
    released = context["pathto"](f"_sources/{context['sourcename']}", 1)
    if needs_torch(notebook):
        here = address()
        doors = ELSEWHERE.format(
            notebook=released,
            colab=here.colab(f"{page}.ipynb"),
            binder=here.binder(f"{page}.ipynb"),
        )
        context["body"] = context["body"].replace("</h1>", f"</h1>\n{doors}", 1)
    elif gathered(app).is_dir():  # else there is no Python that a page could run
        app.add_css_file(f"{FOLDER}/worksheet.css")
        app.add_js_file(f"{FOLDER}/worksheet.js", type="module")
        context["metatags"] = context.get("metatags", "") + (
            f'<link rel="alternate" type="application/x-ipynb+json" href="{released}" '
            f'data-edition="{edition(notebook)}" />\n'
        )


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", mark_cells)
    app.connect("html-page-context", open_worksheet)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
