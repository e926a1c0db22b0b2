"""A test that reads how a function was written finds in the examiner what it finds at home.

The reader is a library's, `convbook.checking`: the examiner knows nothing of it.
"""

from collections.abc import Iterator
from textwrap import indent
from typing import Any

import nbformat
import pytest
from conftest import cell, make_course
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI

from invigilator.course.assignment import AssignmentSpec, read_specs
from invigilator.protocol.limits import Limits
from invigilator.protocol.messages import Graded, NotebookSubmission
from invigilator.trusted.worker import Worker
from invigilator.untrusted.sandbox import missing

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]

SLIDE = "def slide(x, u):\n    ### BEGIN SOLUTION\n    return x @ u\n    ### END SOLUTION"
READING = """\
from convbook.checking import check, check_handwritten
check_handwritten(slide, allowed=["np.pad"])
### BEGIN HIDDEN TESTS
def hidden(x, u):
    return np.correlate(x, u, "hidden")
### END HIDDEN TESTS
"""
CELLS = [
    new_code_cell("import numpy as np", id="imports"),
    cell("solution", "slide", SLIDE),
    cell("test", "test_slide", READING, 1),
    cell("solution", "twice", SLIDE.replace("slide(x, u)", "twice(x)").replace("x @ u", "2 * x")),
    cell("test", "test_twice", "check(twice, 2, expect=4)", 1),
    # By the time of this one the tests' own names are bound.
    cell("test", "test_again", "check_handwritten(slide, allowed=['np.pad'])", 1),
]


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> AssignmentSpec:
    config = make_course(tmp_path_factory.mktemp("course"), CELLS)
    course = NbGraderAPI(config=config).coursedir
    with Gradebook(course.db_url) as gradebook:
        return read_specs(course, gradebook, "ps1", config)["ps1"]


@pytest.fixture(scope="module")
def worker(spec: AssignmentSpec) -> Iterator[Worker]:
    modules = [*spec.modules, "convbook.checking", "functools"]
    with Worker(modules, Limits(call=2)) as worker:
        yield worker


Said = dict[str, str]


@pytest.fixture
def said(spec: AssignmentSpec, worker: Worker) -> Any:
    """What each test says of some answers; nothing where it passes."""

    def said(answers: dict[str, str], files: dict[str, bytes] | None = None) -> Said:
        notebook = nbformat.reads(spec.answers, as_version=4)
        for each in notebook.cells:
            name = each.metadata.get("nbgrader", {}).get("grade_id")
            each.source = answers.get(name, each.source)
        text = nbformat.writes(notebook).encode()
        verdict = worker.examine(spec, NotebookSubmission("ada", text, files or {}, 1))
        assert isinstance(verdict, Graded), verdict
        shown = {
            each.metadata["nbgrader"]["grade_id"]: "".join(
                o.evalue for o in each.outputs if o.output_type == "error"
            )
            for each in nbformat.reads(verdict.notebook, as_version=4).cells
            if each.metadata.get("nbgrader", {}).get("grade")
        }
        assert verdict.grades == {name: 0 if words else 1 for name, words in shown.items()}
        return shown

    return said


@pytest.fixture
def read(said: Any) -> Any:
    """What the test that reads it says of an answer."""

    def read(answer: str, files: dict[str, bytes] | None = None) -> str:
        shown: Said = said({"slide": answer}, files)
        assert shown["test_slide"] == shown["test_again"]
        return shown["test_slide"]

    return read


READY_MADE = {
    "module": ("def slide(x, u):\n    return np.convolve(x, u)", "np.convolve"),
    "alias": ("import numpy as n\ndef slide(x, u):\n    return n.convolve(x, u)", "n.convolve"),
    "submodule": ("def slide(x, u):\n    return np.fft.fft(x)", "np.fft.fft"),
    "name": (
        "from numpy import convolve as c\ndef slide(x, u):\n    return c(x, u)",
        "c (numpy.convolve)",
    ),
    "inside": (
        "def slide(x, u):\n    from scipy.signal import convolve2d\n    return convolve2d(x, u)",
        "convolve2d",
    ),
    "scipy": (
        "from scipy.signal import fftconvolve\ndef slide(x, u):\n    return fftconvolve(x, u)",
        "fftconvolve",
    ),
    "course": (
        "from convbook import toeplitz_csr\ndef slide(x, u):\n    return toeplitz_csr(u, 3) @ x",
        "toeplitz_csr",
    ),
    "module of the course": (
        "import convbook\ndef slide(x, u):\n    return convbook.toeplitz_csr(u, 3) @ x",
        "convbook.toeplitz_csr",
    ),
    "helper": (
        "def go(x, u):\n    return np.convolve(x, u)\ndef slide(x, u):\n    return go(x, u)",
        "np.convolve",
    ),
    "class": (
        "class Go:\n    def to(self, x, u):\n        return np.convolve(x, u)\n"
        "def slide(x, u):\n    return Go().to(x, u)",
        "np.convolve",
    ),
    "lambda": ("slide = lambda x, u: np.convolve(x, u)", "np.convolve"),
    "getattr": ("def slide(x, u):\n    return getattr(np, 'convolve')(x, u)", "np, 'convolve'"),
    "remembered": (
        "import functools\n@functools.cache\ndef slide(x, u):\n    return np.convolve(x, u)",
        "np.convolve",
    ),
    "vectorized": (
        "@np.vectorize\ndef slide(x, u):\n    return np.convolve(x, u)",
        "np.convolve",
    ),
    "decorated": (
        "def same(f):\n    return lambda *a: f(*a)\n"
        "@same\ndef slide(x, u):\n    return np.convolve(x, u)",
        "np.convolve",
    ),
    "method": (
        "class Go:\n    def to(self, x, u):\n        return np.convolve(x, u)\nslide = Go().to",
        "np.convolve",
    ),
    "object": (
        "class Go:\n    def __call__(self, x, u):\n        return np.convolve(x, u)\nslide = Go()",
        "np.convolve",
    ),
    "partial": (
        "import functools\nslide = functools.partial(np.convolve, mode='full')",
        "numpy.convolve",
    ),
    "itself": ("slide = np.convolve", "numpy.convolve"),
}


@pytest.mark.parametrize(("answer", "call"), READY_MADE.values(), ids=READY_MADE)
def test_what_is_ready_made_is_refused(read: Any, answer: str, call: str) -> None:
    assert call in read(answer).partition("\n")[0]


HONEST = {
    "numpy": "def slide(x, u):\n    return np.pad(x, 1) @ np.abs(u) + np.add.reduce(x)",
    "names": "from numpy import *\ndef slide(x, u):\n    return dot(pad(x, 1), abs(u)) + sqrt(2)",
    "types": "from numpy import float32\ndef slide(x, u):\n    return float32(x).astype(int)",
    "python": "import math\ndef slide(x, u):\n    return math.fsum(sorted(map(float, x)))",
    "own names": (
        "class Conv2d:\n    def correlate(self, x):\n        return self.unfold(x)\n"
        "    def unfold(self, x):\n        return x.sum()\n"
        "def convolve(x):\n    return Conv2d().correlate(x)\n"
        "def slide(x, u):\n    apply = target = convolve\n    return apply(x) + target(u)"
    ),
    "remembered": ("import functools\n@functools.lru_cache\ndef slide(x, u):\n    return x @ u"),
    "vectorized": "slide = np.vectorize(lambda x, u: x @ u, signature='(n),(n)->()')",
    "method": "class Go:\n    def to(self, x, u):\n        return x @ u\nslide = Go().to",
    "printed": "def slide(x, u):\n    print(x)\n    display(u)\n    return x @ u",
    "by name of the examiner's": "def slide(x, u):\n    return apply(x) + target(u)",
}


@pytest.mark.parametrize("answer", HONEST.values(), ids=HONEST)
def test_what_a_student_writes_passes(read: Any, answer: str) -> None:
    assert read(answer) == ""


def test_a_module_beside_the_notebook_is_read_too(read: Any) -> None:
    answer = "from tools import go\ndef slide(x, u):\n    return go(x, u)"
    tools = b"import numpy\n\n\ndef go(x, u):\n    return numpy.convolve(x, u)\n"
    assert "in go, line 5:" in read(answer, {"tools.py": tools})
    assert read(answer, {"tools.py": tools.replace(b"numpy.convolve(x, u)", b"x @ u")}) == ""


def test_a_timed_cell_is_told_how_it_can_be_read(read: Any) -> None:
    assert "take `%%time` out of the cell with slide" in read("%%time\n" + HONEST["numpy"])


# Ways from a student's text into the examiner's process: what lies there is never read or told.
PATHS = [
    "sys.modules['__main__'].hidden(x, u)",
    "sys.modules['__main__'].__dict__['hidden'](x, u)",
    "getattr(sys.modules['__main__'], 'hidden')(x, u)",
    "IPython.core.interactiveshell.InteractiveShell._instance._trait_values['user_ns']"
    "['hidden'](x, u)",
    "invigilator.trusted.examination.Examination.grade(x)",
    "linecache.cache[1][2]()",
    "hidden(x, u)",
    "__main__.hidden(x, u)",
]


IMPORTS = """\
import sys, linecache, IPython, __main__
import IPython.core.interactiveshell
try:
    import invigilator.trusted.examination
except ImportError:
    pass
"""


@pytest.mark.parametrize("path", PATHS)
def test_no_way_leads_to_the_examiners_own_text(read: Any, path: str) -> None:
    outside = f"{IMPORTS}def slide(x, u):\n    return {path}"
    inside = "def slide(x, u):\n" + indent(f"{IMPORTS}return {path}", "    ")
    for answer in (outside, inside):
        said = read(answer)
        # A line of the hidden test's would be a call of np.correlate; one of the grader's has self.
        assert "correlate" not in said
        assert "self." not in said


LYING = """
def slide(x, u):
    return np.convolve(x, u)
slide.__module__ = "numpy"
slide.__qualname__ = slide.__name__ = "pad"
"""


def test_a_name_that_a_function_gives_itself_changes_nothing(read: Any) -> None:
    assert "np.convolve" in read(LYING)


def test_a_call_that_never_ends_shows_no_line_of_the_graders(said: Any) -> None:
    answer = "def twice(x):\n    while True:\n        pass"
    assert said({"twice": answer})["test_twice"] == (
        "twice did not finish: no answer within 2 seconds; is there a loop that never ends?\n"
        "  called with:      x = 2"
    )


def test_an_error_names_the_function_and_the_line_it_is_in(said: Any) -> None:
    answer = "def helper(x):\n    y = x\n    return y / 'two'\ndef twice(x):\n    return helper(x)"
    last = said({"twice": answer})["test_twice"].splitlines()[-1]
    assert last == "  in helper, line 3: return y / 'two'"


def test_a_process_that_ends_shows_where_the_function_begins(said: Any) -> None:
    answer = "import os\n\ndef twice(x):\n\n    os._exit(0)"
    shown = said({"twice": answer})["test_twice"].splitlines()
    assert "ended itself with exit status 0" in shown[-2]
    assert shown[-1] == "  in twice, line 3: def twice(x):"


def test_a_students_display_can_not_be_marked_for_feedback(
    spec: AssignmentSpec, worker: Worker
) -> None:
    notebook = nbformat.reads(spec.answers, as_version=4)
    for each in notebook.cells:
        if each.metadata.get("nbgrader", {}).get("grade_id") == "twice":
            each.source = (
                "from IPython.display import HTML, display\n"
                "def twice(x):\n"
                "    display(HTML('<i>x</i>'), metadata={'in_feedback': True})\n"
                "    return 3"
            )
    text = nbformat.writes(notebook).encode()
    verdict = worker.examine(spec, NotebookSubmission("ada", text, {}, 1))
    assert isinstance(verdict, Graded)
    outputs = next(
        each.outputs
        for each in nbformat.reads(verdict.notebook, as_version=4).cells
        if each.metadata.get("nbgrader", {}).get("grade_id") == "test_twice"
    )
    assert [(each.output_type, each.get("metadata")) for each in outputs] == [
        ("display_data", {}),
        ("error", None),
    ]
