"""A notebook of a former release fetches, from today's site, the library that it was made with."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from environments import ROOT, environment, run, wheel

from course.address import address
from course.exercises import EXERCISES, assignments, wheel_name
from course.pdf import served
from course.releases import version
from course.site import assemble

OLD = "0.0.1"

RUN = """\
import sys
from importlib.metadata import version
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell(open(sys.argv[1]).read()).raise_error()
shell.run_cell("import convbook; convbook.conv2d").raise_error()
print(version("convbook"))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site with today's wheel and one of an earlier release."""
    folder = tmp_path_factory.mktemp("site")
    earlier = folder / "earlier"
    shutil.copytree(ROOT / "lib" / "convbook", earlier / "lib" / "convbook")
    settings = earlier / "lib" / "convbook" / "pyproject.toml"
    now = f'version = "{version("convbook")}"'
    assert now in settings.read_text("utf-8")
    settings.write_text(settings.read_text("utf-8").replace(now, f'version = "{OLD}"'), "utf-8")

    former, html = folder / "released", folder / "html"
    (html / "wheel").mkdir(parents=True)
    former.mkdir()
    shutil.copy(wheel("convbook", folder / "built now"), html / "wheel")
    shutil.copy(wheel("convbook", folder / "built then", earlier), former)
    assemble(html, wheel_name(), former, folder / "site")
    with served(folder / "site") as place:
        yield place


def set_up_cell() -> str:
    """The first cell of a problem set as it is released today."""
    name = assignments()[0]
    notebook = nbformat.read(EXERCISES / name / f"{name}.ipynb", as_version=4)
    return next(cell.source for cell in notebook.cells if cell.id == "setup")


@pytest.mark.parametrize("made_with", [OLD, version("convbook")])
def test_a_notebook_fetches_the_version_that_it_was_made_with(
    made_with: str, site: str, tmp_path: Path
) -> None:
    cell = set_up_cell().replace(address().site, site)
    cell = re.sub(r"convbook-[\d.]+-py3", f"convbook-{made_with}-py3", cell)
    (tmp_path / "cell.py").write_text(cell, "utf-8")
    (tmp_path / "run.py").write_text(RUN, "utf-8")
    python = environment(tmp_path / "alone", ["numpy", "ipython", "pip"], []) / "python"
    done = run([python, "-W", "ignore", "run.py", "cell.py"], tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, made_with), done.stderr
