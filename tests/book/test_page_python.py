"""The Python of a page: cells run there as in a notebook, and nothing that they do ends it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_python import PYODIDE, PagePython, Ran, page_python

from course.answers import Answer, answers
from course.exercises import EXERCISES, assignments
from course.kill_matrix import cells_for, grade_all, is_test

NUMPY = "import numpy as np"
DOUBLE = "def double(x):\n    return 2 * x"
CHECK = """from convbook.checking import check, check_handwritten, passed

check_handwritten(double)
check(double, 2, expect=4)
passed("double")"""
PASSED = "double: visible checks passed\n"
LIMIT = "✗ The cell did not finish within 0.2 seconds; is there a loop that never ends?"

RIGHT = [each for name in assignments() for each in answers(name) if each.right]
# Answers that deceive are left out, and what this Python hasn't got.
WRONG = [
    each
    for name in assignments()
    for each in answers(name)
    if each.says and "torch" not in each.source and "scipy" not in each.source
]


@pytest.fixture(scope="module")
def python() -> Iterator[PagePython]:
    with page_python() as python:
        yield python


# -- Answers ----------------------------------------------------------------------------------


def checked(python: PagePython, answer: Answer) -> Ran:
    """What a student reads below the visible check of an answer's task."""
    cells = [cell for cell in cells_for(answer, hidden=False) if cell.cell_type == "code"]
    (test,) = [place for place, cell in enumerate(cells) if is_test(cell)]
    return python(*(cell.source for cell in cells[: test + 1]))


@pytest.mark.parametrize("assignment", assignments())
def test_every_right_answer_passes(python: PagePython, assignment: str) -> None:
    mine = [answer for answer in RIGHT if answer.assignment == assignment]
    assert len(mine) > 10
    for answer in mine:
        said = checked(python, answer).text
        assert said == f"{answer.task}: visible checks passed\n", answer.title


def test_wrong_answers_are_told_what_they_are_told_elsewhere(python: PagePython) -> None:
    some = WRONG[::12]
    assert len(some) > 25
    for outcome in grade_all(some, seed=1, hidden=False):
        answer, message = outcome.answer, outcome.messages.get(outcome.answer.task)
        here = checked(python, answer)
        if message is None:
            assert here.text == f"{answer.task}: visible checks passed\n", answer.title
        else:
            headline = message.removeprefix("CheckFailed: ").split("\n")[0]
            assert here.error[0] == f"✗ {headline}", answer.title


@pytest.mark.parametrize("assignment", assignments())
def test_no_check_stops_with_an_error_of_its_own(python: PagePython, assignment: str) -> None:
    mine = [answer for answer in WRONG if answer.assignment == assignment]
    for answer in mine:
        here = checked(python, answer)
        assert here.ok or here.error[0].startswith("✗ "), (answer.title, here.text)


@pytest.mark.parametrize("assignment", assignments())
def test_a_released_notebook_runs_to_its_end(python: PagePython, assignment: str) -> None:
    path = EXERCISES / assignment / f"{assignment}.ipynb"
    sources = [
        "".join(cell["source"])
        for cell in json.loads(path.read_text("utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    setup = python(*sources[:1])
    assert (setup.ok, setup.outputs) == (True, [])  # nothing is asked of pip
    # The last cell counts the tasks that pass; of those that nobody wrote, none does.
    assert python(*sources).text.startswith("Progress is counted when the checks above have run")


def test_progress_counts_what_passes_above(python: PagePython) -> None:
    count = "from convbook.checking import progress\nprogress(double=2)"
    done = "1 of 1 tasks passes its visible checks: 2 of 2 points"
    assert python(DOUBLE, CHECK, count).text.startswith(done)
    assert not python(DOUBLE.replace("2", "3"), CHECK, count).text.startswith(done)
    # What was run before is as it was, though other checks have run since.
    assert python(DOUBLE, CHECK, count).text.startswith(done)


# -- Namespaces -------------------------------------------------------------------------------


def test_a_cell_sees_what_stands_above_it_and_nothing_else(python: PagePython) -> None:
    assert python("a = 1", "print(a)").text == "1\n"
    assert python("b = 1", "print(a)").error[-1] == "NameError: name 'a' is not defined"
    assert python("a = 2", "a = a + 1", "print(a)").text == "3\n"
    assert python("print(a)").error[-1] == "NameError: name 'a' is not defined"


def test_what_did_not_change_is_not_run_again(python: PagePython) -> None:
    first, second, third = "one = 'the first'", "two = one", "two"
    assert python(first, second, third).begun == [0, 1, 2]
    assert python(first, second, third).begun == [2]  # what was asked for is run each time
    assert python(first, second + " + '!'", third).begun == [1, 2]
    assert python(first + " + '?'", second, third).begun == [0, 1, 2]
    assert python(first, second, third).begun == [2]  # as it was before


def test_functions_see_what_cells_below_them_define(python: PagePython) -> None:
    calls = "def calls():\n    return is_called()"
    assert python(calls, "def is_called():\n    return 7", "calls()").text == "7\n"


@pytest.mark.parametrize(
    ("above", "cell", "text"),
    [
        ("x = [1]", "x.append(2)\nx", "[1, 2]\n"),
        ("x = y = {1: [2]}", "x[1] += [3]\ny", "{1: [2, 3]}\n"),
        (f"{NUMPY}\nx = np.zeros(2, int)", "x += 1\nx.tolist()", "[1, 1]\n"),
        (f"{NUMPY}\nr = np.random.default_rng(0)", "int(r.integers(100))", "85\n"),
        ("class A:\n    n = 0\na = A()", "a.n += 1\na.n", "1\n"),
        ("x = (i for i in range(9))\nnext(x)", "x is not None", "True\n"),
    ],
)
def test_a_cell_that_is_run_twice_gives_the_same_twice(
    python: PagePython, above: str, cell: str, text: str
) -> None:
    assert python(above, cell).text == python(above, cell).text == text


def test_a_failed_cell_leaves_the_others(python: PagePython) -> None:
    for failing in ("1 / 0", "def f(:", "raise SystemExit", "raise KeyboardInterrupt"):
        assert python(failing, DOUBLE, CHECK).text == PASSED


# -- What a student reads of an error ---------------------------------------------------------


def test_an_error_shows_the_students_own_lines(python: PagePython) -> None:
    outer = ("outer", "def outer(x):\n    return np.pad(x, 'one')")
    assert python(NUMPY, outer, ("call", "outer([1])")).error == [
        "Traceback (most recent call last):",
        '  File "call", line 1, in <module>',
        "    outer([1])",
        '  File "outer", line 2, in outer',
        "    return np.pad(x, 'one')",
        "           ^^^^^^^^^^^^^^^^",
        "TypeError: `pad_width` must be of integral type.",
    ]


def test_a_syntax_error_shows_its_place(python: PagePython) -> None:
    assert python(("answer", "x = 1\nf(x")).error == [
        '  File "answer", line 2',
        "    f(x",
        "     ^",
        "SyntaxError: '(' was never closed",
    ]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (
            "def double(x:\n    return x",
            "SyntaxError: '(' was never closed (line 1: def double(x:)",
        ),
        (f"1 / 0\n{DOUBLE}", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_check_whose_answer_did_not_run_says_why(
    python: PagePython, answer: str, error: str
) -> None:
    assert python(answer, CHECK).error == [
        "✗ double isn't defined: the cell above with it did not run to its end.",
        f"  its error:        {error}",
        "  what to do:       correct that cell, then run this one again",
    ]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("return 4", "SyntaxError: 'return' outside function (line 1: return 4)"),
        (f"$ {DOUBLE}", "SyntaxError: invalid syntax (line 1: $ def double(x):)"),
        ("quit()", "it ends the program (exit, quit, sys.exit): leave that out"),
    ],
)
def test_an_answer_that_breaks_before_its_function_says_why(
    python: PagePython, answer: str, error: str
) -> None:
    assert python(answer, CHECK).error[:2] == [
        "✗ double isn't defined: the cell above did not run to its end.",
        f"  its error:        {error}",
    ]


@pytest.mark.parametrize(
    "pasted",
    [
        ">>> def double(x):\n...     return 2 * x\n...\n>>> double(1)",
        "    def double(x):\n        return 2 * x\n\n    double(1)",
    ],
)
def test_what_is_pasted_with_prompts_or_an_indent_runs_as_in_jupyter(
    python: PagePython, pasted: str
) -> None:
    assert python(pasted).text == "2\n"
    assert python(pasted, CHECK).text == PASSED


def test_a_check_of_a_function_that_asks_somebody_says_that_nobody_is_there(
    python: PagePython,
) -> None:
    assert python("def double(x):\n    return 2 * int(input())", CHECK).error == [
        "✗ double stops with an error.",
        "  called with:      x = 2",
        "  error:            EOFError: nobody is there to answer input() when a notebook is "
        "checked or graded",
        "  in double, line 2: return 2 * int(input())",
    ]


def test_a_check_of_a_function_that_nobody_writes_says_so(python: PagePython) -> None:
    assert python(DOUBLE.replace("double", "twice"), CHECK).error == [
        "✗ double isn't defined: no cell above has `def double(`.",
        "  what to do:       write the function under this name",
    ]


@pytest.mark.parametrize(
    ("cell", "last"),
    [
        ("input('?')", "EOFError: nobody is there to answer input() when a notebook is checked "
         "or graded"),
        ("import sys\nsys.exit()", "✗ This cell ends the program (exit, quit, sys.exit): leave "
         "that out."),
        ("%%time\nx = 1", "✗ `%%time` is no Python: take it out of the cell, and it runs here, "
         "too."),
        ("import scipy", "✗ There is no scipy in this page, only NumPy, Matplotlib, convbook."),
        ("def f(x):\n    return f(x)\nf(1)", "RecursionError: maximum recursion depth exceeded"),
        ("x = [0] * 10**9", "MemoryError"),
    ],
)  # fmt: skip
def test_one_clear_sentence(python: PagePython, cell: str, last: str) -> None:
    assert python(cell).error[-1] == last
    assert python(DOUBLE, CHECK).text == PASSED


def test_commands_of_ipython_are_left_out_in_words(python: PagePython) -> None:
    ran = python("%matplotlib inline\n!ls\n  \nfiles = !ls\n%pip install x\nprint?\nfiles")
    assert (ran.ok, ran.text) == (
        True,
        "`!ls` is left out: this page runs Python alone.\n"
        "`!ls` is left out: this page runs Python alone.\n"
        "`%pip install x` is left out: this page runs Python alone.\n"
        "`%pinfo print` is left out: this page runs Python alone.\n"
        "[]\n",
    )
    assert python("if False:\n    %pip install x").text == ""
    assert python("x = 7\nx = (x\n% 4)\nx").text == "3\n"  # Python's own sign


# -- What is put back, and what is started anew -----------------------------------------------


def test_what_a_cell_breaks_is_put_back(python: PagePython) -> None:
    broken = "np.sum, np.array = 3, None\ndel np.zeros"
    assert python(NUMPY, broken).text == (
        "✗ This cell changes numpy.array, numpy.sum, numpy.zeros: "
        "that belongs to everybody and was put back.\n"
    )
    assert python(NUMPY, broken, "np.zeros(2).tolist()").text == "[0.0, 0.0]\n"
    every = "import builtins\nfor name in dir(builtins):\n    delattr(builtins, name)"
    assert not python(every).ok
    assert python("import sys\ndel sys.modules['numpy']\nsys.path.clear()").ok
    assert python(NUMPY, DOUBLE, CHECK).text == PASSED


def test_a_cell_may_use_names_of_python_for_its_own(python: PagePython) -> None:
    assert python("sum = list = print = 3", DOUBLE, CHECK).text == PASSED


LOOPS = [
    ("x = 1\nwhile True:\n    pass", "line 3:           pass"),
    ("def f():\n    return sum(1 for _ in iter(int, 1))\nf()",
     "in <genexpr>, line 2: return sum(1 for _ in iter(int, 1))"),
    ("def f(n):\n    return n and f(n - 1) + f(n - 1)\nf(99)",
     "in f, line 1:     def f(n):"),
]  # fmt: skip


@pytest.mark.parametrize(("loop", "place"), LOOPS)
def test_an_endless_loop_is_ended_and_python_goes_on(
    python: PagePython, loop: str, place: str
) -> None:
    ran = python(DOUBLE, loop, seconds=0.2)
    assert ran.error == [LIMIT, f"  {place}"]
    assert ran.states[-2:] == ["running", "ready"]
    assert python(loop, DOUBLE, CHECK, seconds=0.2).text == PASSED
    assert python(loop, DOUBLE, CHECK, seconds=0.2).begun == [2]  # it is run only once


def test_an_endless_loop_that_catches_every_error_is_ended(python: PagePython) -> None:
    loop = "while True:\n    try:\n        1 / 0\n    except BaseException:\n        pass"
    limit, place = python(DOUBLE, loop, seconds=0.2).error
    assert limit == LIMIT
    assert place.split(": ", 1)[0].strip() in {"line 1", "line 2"}  # where it turns
    assert python(loop, DOUBLE, CHECK, seconds=0.2).text == PASSED


def test_what_the_cell_above_shows_is_known_though_it_is_not_run_again(python: PagePython) -> None:
    printing = f"{DOUBLE}\nprint('seen')\ndouble(4)"
    for _ in range(2):
        ran = python(printing, CHECK)
        assert ran.text == PASSED
        assert [each["output_type"] for each in ran.above] == ["stream", "execute_result"]
        assert ran.above[0]["text"] == "seen\n"
    assert ran.begun == [1]
    assert python(CHECK).above == []


def test_a_loop_in_c_is_ended_with_python_and_nothing_is_lost(python: PagePython) -> None:
    loop = "import time\ntime.sleep(0.5)\nprint('so far')\nx = sum(iter(int, 1))"
    ran = python(loop, seconds=0.2)
    assert ran.text == f"so far\n{LIMIT}\n"
    assert ran.states[-1] == "starting"  # the next one, by itself
    # It is not run again for what stands below it.
    ran = python(loop, DOUBLE, CHECK)
    assert (ran.text, ran.begun) == (PASSED, [0, 1, 2])
    assert python(loop, CHECK.replace("double", "x")).error == [
        "✗ x isn't defined: the cell above with it did not run to its end.",
        f"  its error:        {LIMIT[2:]}",
        "  what to do:       correct that cell, then run this one again",
    ]


@pytest.mark.parametrize(("own", "seconds"), [(0.2, 10), (10, 0.2)], ids=["check", "page"])
def test_an_endless_answer_is_ended_by_its_check(
    python: PagePython, own: float, seconds: float
) -> None:
    endless = "def double(x):\n    while True: x += 1"
    ran = python(endless, CHECK.replace("=4", f"=4, time_limit={own}"), seconds=seconds)
    assert ran.error == [
        "✗ double did not finish within 0.2 seconds; is there a loop that never ends?",
        "  called with:      x = 2",
        "  in double, line 2: while True: x += 1",
    ]
    assert ran.states[-2:] == ["running", "ready"]


def test_a_run_can_be_stopped(python: PagePython) -> None:
    assert python("while True:\n    pass", stop=0.2).text == "✗ This cell was stopped.\n"
    assert python(DOUBLE, CHECK).text == PASSED


def test_the_end_of_python_is_not_the_end_of_the_page(python: PagePython) -> None:
    ran = python("import os\nos._exit(3)")
    assert ran.text == "✗ The cell ended Python itself (an exit); it is started anew.\n"
    assert python(DOUBLE, CHECK).text == PASSED


def test_a_page_whose_python_cannot_be_had_says_so(tmp_path: Path) -> None:
    with page_python(tmp_path) as python:
        for _ in range(2):  # each time it is tried again
            ran = python("1 + 1")
            assert ran.text.startswith("✗ Python could not be started (")
            assert ran.text.endswith("Is there a network? Try again.\n")
            assert ran.states == ["starting", "idle"]


def test_a_package_that_cannot_be_fetched_is_asked_for_again(tmp_path: Path) -> None:
    for path in PYODIDE.iterdir():
        if not path.name.startswith("matplotlib-"):
            (tmp_path / path.name).symlink_to(path)
    drawing = "import matplotlib\nmatplotlib.__name__"
    with page_python(tmp_path) as python:
        for _ in range(2):
            ran = python(drawing)
            assert ran.text.startswith("✗ What this cell imports (matplotlib) could not be fetched")
        (wheel,) = PYODIDE.glob("matplotlib-*.whl")
        (tmp_path / wheel.name).symlink_to(wheel)
        assert python(drawing).text == "'matplotlib'\n"


# -- What a cell shows ------------------------------------------------------------------------


def kinds(ran: Ran) -> list[list[str]]:
    return [sorted(each["data"]) for each in ran.outputs if "data" in each]


def test_the_last_value_is_shown(python: PagePython) -> None:
    assert python("1 + 1").text == "2\n"
    assert python("1 + 1;").text == ""
    assert python("None").outputs == []
    assert python("x = 1").outputs == []
    assert python("display({'a': 1}, 'b')\n3").text == "{'a': 1}\n'b'\n3\n"


def test_streams_come_in_order(python: PagePython) -> None:
    cell = "import sys\nprint(1)\nprint(2)\nprint(3, file=sys.stderr)\nprint(4)"
    told = [(each["name"], each["text"]) for each in python(cell).outputs]
    assert told == [("stdout", "1\n2\n"), ("stderr", "3\n"), ("stdout", "4\n")]


def test_a_million_lines_are_cut_short(python: PagePython) -> None:
    printed, rest = python("for i in range(10**6):\n    print(i)", seconds=60).outputs
    assert printed["text"].split("\n") == [str(i) for i in range(1001)]
    assert rest["text"] == "✗ This cell prints too much: 6,884,996 more characters are not shown.\n"


def test_a_failed_check_draws_its_picture(python: PagePython) -> None:
    check = "from convbook.checking import check\ncheck(f, np.eye(9), expect=np.eye(9))"
    ran = python(NUMPY, "def f(x):\n    return x + 1", check)
    assert kinds(ran) == [["text/html"]]
    assert "<svg" in ran.outputs[0]["data"]["text/html"]
    assert ran.error[0] == "✗ f gives a wrong value."


def test_figures_are_shown_in_the_colours_of_the_page(python: PagePython) -> None:
    plt = "import matplotlib.pyplot as plt"
    ran = python(plt, "plt.plot([1, 2])\nplt.title('up')\nplt.show()\nplt.plot([3, 4]);")
    assert kinds(ran) == [["image/png", "text/html", "text/plain"]] * 2
    html = ran.outputs[0]["data"]["text/html"]
    assert 'aria-label="A figure, up"' in html
    assert "currentColor" in html
    assert len(kinds(python(plt, "figure, axes = plt.subplots()\nfigure"))) == 1
    assert python(plt, "plt.get_fignums()").text == "[]\n"


def test_html_of_ipythons_display_is_shown(python: PagePython) -> None:
    ran = python("from IPython.display import HTML\nHTML('<b>bold</b>')")
    assert ran.outputs[0]["data"]["text/html"] == "<b>bold</b>"


def test_the_digits_are_those_of_scikit_learn(python: PagePython) -> None:
    source = (
        "import hashlib\n"
        "from convbook.data import digits\n"
        "images, labels = digits()\n"
        "everything = (16 * images).astype('u1').tobytes() + labels.astype('u1').tobytes()\n"
        "said = images.shape, images.dtype, labels.dtype, hashlib.sha256(everything).hexdigest()\n"
    )
    here: dict[str, Any] = {}
    exec(source, here)
    assert python(source + "print(said)").text == f"{here['said']}\n"
