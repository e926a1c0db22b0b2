"""Ship what runs Python in a page with the built book, where `course.pyodide` has gathered it.

Jupyter Book adds each script below `html_static_path` to each page: so these don't lie there.
"""

import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx


def gathered(app: Sphinx) -> Path:
    """The folder of what runs Python in a page; it may not be there."""
    return Path(app.confdir) / "build" / "pyodide"


def ship(app: Sphinx, error: Exception | None) -> None:
    """Copy it into the built book."""
    if error is not None or app.builder.format != "html":
        return
    served = Path(app.outdir) / "_static" / "pyodide"
    shutil.rmtree(served, ignore_errors=True)
    if gathered(app).is_dir():
        shutil.copytree(gathered(app), served)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("build-finished", ship)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
