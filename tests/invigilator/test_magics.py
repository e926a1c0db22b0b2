"""What IPython's magics do in a student's cell: under the grader as in Jupyter.

Each cell of the table is run in a real kernel and in the grader's shell. The table says what the
kernel does; where the grader's shell does otherwise, it says why.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import pytest
from conftest import copied, hand_in
from jupyter_client.manager import start_new_kernel

from invigilator.batch import Batch
from invigilator.commands.autograde import nbgrader_api
from invigilator.course.submissions import students
from invigilator.untrusted.sandbox import missing

pytestmark = pytest.mark.filterwarnings("ignore")

Outcome = Literal["binds", "runs", "fails"]

# Figures in windows, or in a page that answers.
WINDOWS = [
    f"%matplotlib {name}\ndone = 1"
    for name in ("qt", "qt5", "tk", "gtk3", "wx", "osx", "widget", "ipympl")
]
# What comes after the magic is run: the cell ends by binding `done`.
BINDS = """\
%matplotlib
%matplotlib inline
%matplotlib agg
%matplotlib svg
%matplotlib auto
%matplotlib notebook
%matplotlib nbagg
%matplotlib --list
import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()
%pylab
%pylab inline
%gui
%config InlineBackend.figure_format = 'retina'
%config InteractiveShell.ast_node_interactivity = 'last_expr'
%config IPCompleter.greedy = True
%config
%time 1 + 1
%timeit -n1 -r1 1 + 1
%prun -q 1 + 1
%load_ext autoreload
%autoreload 2
%aimport json
%reload_ext autoreload
%unload_ext autoreload
%store s
%cd .
%pwd
%ls
%pushd .
%popd
%dirs
%env
%env A=1
%set_env A=1
%mkdir made
%rmdir made
%less mod.py
%more mod.py
%man ls
%cat mod.py
%pycat mod.py
%run mod.py
%load mod.py
%who
%whos
%who_ls
%precision 3
%pprint
%lsmagic
%magic
%quickref
%history
%save -f saved 1
%alias hey echo
%unalias hey
%autocall 0
%automagic on
%autosave 60
%autoawait
%connect_info
%subshell
%pdb off
%tb
%xmode Context
%colors nocolor
%doctest_mode
%clear
%pip --version
%pip install --quiet numpy
%pinfo print
%pdoc print
%psource json.dumps
%pfile json
!echo hi
!false
!!echo hi
?print
print?
json.dumps??
?
js*?
display(1)
_
In, Out, _ih, _oh, _dh
get_ipython().run_line_magic('matplotlib', 'inline')
get_ipython().run_cell_magic('html', '', 'x')
get_ipython().enable_matplotlib('inline')
get_ipython().enable_gui()
get_ipython().system('echo hi')
get_ipython().getoutput('echo hi')
get_ipython().set_next_input('x')
get_ipython().config
get_ipython().kernel
import matplotlib; matplotlib.use('Agg')
from IPython.display import HTML; display(HTML('x'), display_id=True)
from IPython.display import clear_output; clear_output(wait=True)
import asyncio; await asyncio.sleep(0)
x = !echo hi
x = %system echo hi
x = %who_ls
x = %timeit -n1 -r1 -o -q 1 + 1
""".splitlines()
# These hold all of the cell, and it is Python: `done` is bound in them.
AROUND = ["%%time", "%%capture", "%%capture out", "%%prun -q"]
# These hold all of the cell, and it is no Python of the notebook's, or is run for its time only.
RUNS = {
    f"{magic}\n{text}": "runs"
    for magic, text in {
        "%%timeit -n1 -r1": "done = 1",
        "%%html": "<b>x</b>",
        "%%javascript": "1",
        "%%js": "1",
        "%%latex": "$x$",
        "%%markdown": "# x",
        "%%svg": "<svg/>",
        "%%bash": "echo hi",
        "%%sh": "echo hi",
        "%%script bash": "echo hi",
        "%%writefile mod.py": "y = 1",
        "%%file other.py": "y = 1",
        "%%python": "print(1)",
        "%%!": "echo hi",
    }.items()
}
FAILS = """\
%matplotlib nonsense
%load_ext not_there
%run not_there.py
%conda list
%nosuch
%%nosuch
input()
import getpass; getpass.getpass()
import sys; sys.exit()
import asyncio; asyncio.run(asyncio.sleep(0))
""".splitlines()

TABLE: dict[str, Outcome] = {
    **dict.fromkeys(WINDOWS, "fails"),
    "open('mod.py', 'w').write('y = 1'); import json; s = 1\ndone = 1": "binds",
    **{f"{line}\ndone = 1": "binds" for line in BINDS},
    **{f"{magic}\ndone = 1": "binds" for magic in AROUND},
    **RUNS,  # type: ignore[dict-item]
    **{f"{line}\ndone = 1": "fails" for line in FAILS},
    "%%bash\nfalse": "fails",
}

WINDOW = "a student has the window or the extension; the figure is shown inline, no point is lost"
#: What the grader's shell does otherwise.
OTHERWISE: dict[str, tuple[Outcome, str]] = {
    **dict.fromkeys(WINDOWS, ("binds", WINDOW)),
    "get_ipython().kernel\ndone = 1": ("fails", "there is no kernel"),
    "import asyncio; asyncio.run(asyncio.sleep(0))\ndone = 1": (
        "binds",
        "no loop runs beside the cells; who works in Jupyter can't use this, and loses nothing",
    ),
}

IN_THE_SHELL = """\
import json, sys
from invigilator.shell import Shell

shell = Shell.ready()
told = sys.stdout
shell.take_streams(descriptors=False)
outcomes = {}
for cell in json.load(open("cells.json")):
    shell.user_ns.pop("done", None)
    _, success = shell.run(cell)
    bound = "binds" if "done" in shell.user_ns else "runs"
    outcomes[cell] = bound if success else "fails"
json.dump(outcomes, told)
"""


def in_a_kernel(cells: Iterable[str], home: Path) -> dict[str, str]:
    """What a real kernel does with cells, one after the other."""
    environment = {**os.environ, "HOME": str(home), "IPYTHONDIR": str(home)}
    environment.pop("MPLBACKEND", None)
    manager, client = start_new_kernel(cwd=str(home), env=environment)
    unseen: dict[str, Any] = {"output_hook": lambda message: None, "timeout": 60}
    asked = {"bound": "globals().pop('done', None) is not None"}
    outcomes = {}
    try:
        for cell in cells:
            ran = client.execute_interactive(cell, allow_stdin=False, **unseen)["content"]
            told = client.execute_interactive("", user_expressions=asked, **unseen)["content"]
            bound = told["user_expressions"]["bound"]["data"]["text/plain"] == "True"
            outcomes[cell] = "fails" if ran["status"] != "ok" else "binds" if bound else "runs"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return outcomes


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What real kernels do: after a window that can't be opened, Matplotlib is of no more use."""
    home = tmp_path_factory.mktemp("kernel")
    return in_a_kernel(WINDOWS, home) | in_a_kernel(
        [cell for cell in TABLE if cell not in WINDOWS], home
    )


@pytest.fixture(scope="module")
def graders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the grader's shell does with each cell."""
    home = tmp_path_factory.mktemp("shell")
    (home / "cells.json").write_text(json.dumps(list(TABLE)), "utf-8")
    inline = "module://matplotlib_inline.backend_inline"
    run = subprocess.run(
        [sys.executable, "-c", IN_THE_SHELL],
        cwd=home,
        env={**os.environ, "HOME": str(home), "IPYTHONDIR": str(home), "MPLBACKEND": inline},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    outcomes: dict[str, str] = json.loads(run.stdout)
    return outcomes


@pytest.mark.parametrize("cell", TABLE)
def test_a_kernel_does_what_the_table_says(cell: str, kernels: dict[str, str]) -> None:
    assert kernels[cell] == TABLE[cell]


@pytest.mark.parametrize("cell", TABLE)
def test_the_graders_shell_does_as_a_kernel(cell: str, graders: dict[str, str]) -> None:
    expected, _ = OTHERWISE.get(cell, (TABLE[cell], ""))
    assert graders[cell] == expected


def test_every_exception_is_one() -> None:
    assert {cell for cell in OTHERWISE if TABLE[cell] == OTHERWISE[cell][0]} == set()


DOUBLE = "def double(x):\n    return 2 * x"
PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n"
IN_THE_SANDBOX: dict[str, str] = {
    "inline": f"%matplotlib inline\n{PLOT}{DOUBLE}",
    "notebook": f"%matplotlib notebook\n{DOUBLE}",
    "qt": f"%matplotlib qt\n{PLOT}{DOUBLE}",
    "retina": f"%config InlineBackend.figure_format = 'retina'\n{PLOT}{DOUBLE}",
    "time": f"%%time\n{DOUBLE}",
    "autoreload": f"%load_ext autoreload\n%autoreload 2\n{DOUBLE}",
    "shell": f"!echo hi\nx = !echo hi\n%cd .\n{DOUBLE}",
    "pip": f"%pip install --quiet numpy\n{DOUBLE}",
    "pager": f"?print\n%less nothing\n{DOUBLE}",
    "store": f"s = 1\n%store s\n{DOUBLE}",
    "exit": f"{DOUBLE}\nexit()",
}


@pytest.mark.skipif(missing() is not None, reason=str(missing()))
def test_magics_cost_no_points_in_the_sandbox(released: Path, tmp_path: Path) -> None:
    config = copied(released, tmp_path / "a course")
    for student, answer in IN_THE_SANDBOX.items():
        hand_in(config, student, answer)
    course = nbgrader_api(config).coursedir
    results = list(Batch(course, config, "ps1", jobs=1).autograde(students(course, "ps1")))
    assert {result.student: result.reason for result in results} == dict.fromkeys(IN_THE_SANDBOX)
    root = Path(config.CourseDirectory.root)
    told = {}
    for student in IN_THE_SANDBOX:
        path = root / "autograded" / student / "ps1" / "ps1.ipynb"
        cells = json.loads(path.read_text("utf-8"))["cells"]
        kinds = [kind for output in cells[0]["outputs"] for kind in output.get("data", ())]
        errors = [o["evalue"] for cell in cells for o in cell.get("outputs", ()) if "ename" in o]
        told[student] = ("image/png" in kinds, errors)
    shown = {"inline", "qt", "retina"}
    assert told == {student: (student in shown, []) for student in IN_THE_SANDBOX}
