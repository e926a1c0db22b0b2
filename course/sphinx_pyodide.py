"""Ship what runs Python in a page with the built book, and JupyterLite where it has been built.

Jupyter Book adds each script below `html_static_path` to each page: so these don't lie there.
"""

import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


def gathered(app: Sphinx) -> Path:
    """The folder of what runs Python in a page; it may not be there."""
    return Path(app.confdir) / "build" / "pyodide"


def lite(app: Sphinx) -> Path:
    """The folder of JupyterLite; it may not be there."""
    return Path(app.confdir) / "build" / "lite"


def ship(app: Sphinx, error: Exception | None) -> None:
    """Copy both into the built book."""
    if error is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    places = {gathered(app): site / "_static" / "pyodide", lite(app): site / "lite"}
    for folder, served in places.items():
        shutil.rmtree(served, ignore_errors=True)
        if folder.is_dir():
            shutil.copytree(folder, served)


def link_to_lite(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Lead from an assignment's page to its notebook in JupyterLite."""
    name = f"{Path(page).name}.ipynb"
    if page.startswith("exercises/") and (lite(app) / "files" / name).is_file():
        root = "../" * page.count("/")
        target = f"{root}lite/notebooks/index.html?path={name}"
        said = (
            f'<a href="{target}">Open the notebook in JupyterLite</a>, in this browser too; '
            "its answers are kept apart from this page's."
        )
        facts = f'</h1>\n<p class="page-facts"><span class="launch">{said}</span></p>'
        context["body"] = context["body"].replace("</h1>", facts, 1)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", link_to_lite)
    app.connect("build-finished", ship)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
