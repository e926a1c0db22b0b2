"""Points only for what the examiner saw: a worker is given answers of every kind."""

from collections.abc import Iterator
from typing import Any

import nbformat
import pytest
from conftest import cell, make_course
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI

from invigilator.course.assignment import AssignmentSpec, read_specs
from invigilator.protocol.limits import Limits
from invigilator.protocol.messages import Graded, NotebookSubmission, Verdict
from invigilator.trusted.worker import Worker
from invigilator.untrusted.sandbox import missing

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]

DOUBLE = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
TOTAL = DOUBLE.replace("double(x)", "total(f, values)").replace("2 * x", "sum(map(f, values))")
CELLS = [
    new_code_cell("import numpy as np\nscale = 10", id="imports"),
    cell("solution", "double", DOUBLE),
    cell(
        "test",
        "test_double",
        "assert double(2) == 4\n### BEGIN HIDDEN TESTS\n"
        "zeros = np.zeros(3)\nassert np.array_equal(double(zeros + 7), zeros + 14)\n"
        "assert double('ab') == 'abab'\n### END HIDDEN TESTS",
        2,
    ),
    cell("solution", "total", TOTAL),
    cell("test", "test_total", "assert total(lambda v: v * scale, [1, 2]) == 30", 3),
    cell("solution", "partial", "score = 1"),
    cell("test", "test_partial", "score", 2),
]
PERFECT = {"test_double": 2, "test_total": 3, "test_partial": 1}
NO_DOUBLE = PERFECT | {"test_double": 0}


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> AssignmentSpec:
    config = make_course(tmp_path_factory.mktemp("course"), CELLS)
    course = NbGraderAPI(config=config).coursedir
    with Gradebook(course.db_url) as gradebook:
        return read_specs(course, gradebook, "ps1", config)["ps1"]


@pytest.fixture(scope="module")
def worker(spec: AssignmentSpec) -> Iterator[Worker]:
    limits = Limits(call=2, cell=4, memory=512, submission=60)
    with Worker(spec.modules, limits) as worker:
        yield worker


class Examined:
    """The points of an answer, and what its notebook says."""

    def __init__(self, verdict: Verdict) -> None:
        assert isinstance(verdict, Graded), verdict
        self.points, self.notes = verdict.grades, verdict.notes
        self.restarts = verdict.restarts
        self.notebook = nbformat.reads(verdict.notebook, as_version=4)

    def outputs(self, name: str) -> list[Any]:
        found = [
            c for c in self.notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name
        ]
        return list(found[0].outputs)

    def said(self, name: str) -> str:
        return "\n".join(
            o.get("text", "") or f"{o.get('ename')}: {o.get('evalue')}" for o in self.outputs(name)
        )


def examined(
    spec: AssignmentSpec,
    worker: Worker,
    notebook: nbformat.NotebookNode,
    files: dict[str, bytes] | None = None,
) -> Examined:
    text = nbformat.writes(notebook).encode()
    return Examined(worker.examine(spec, NotebookSubmission("ada", text, files or {}, 1)))


@pytest.fixture
def grade(spec: AssignmentSpec, worker: Worker) -> Any:
    def grade(double: str = DOUBLE, **others: str) -> Examined:
        notebook = nbformat.reads(spec.answers, as_version=4)
        answers = {"double": double, **others}
        for each in notebook.cells:
            name = each.metadata.get("nbgrader", {}).get("grade_id")
            each.source = answers.get(name, each.source)
        return examined(spec, worker, notebook)

    return grade


def test_right_work_earns_its_points_and_a_number_is_partial_credit(grade: Any) -> None:
    graded = grade()
    assert graded.points == PERFECT
    assert graded.notes == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("def double(x):\n    return 4", "AssertionError"),
        ("def double(x):\n    raise KeyError('no')", "KeyError: 'no'"),
        ("def double(x)\n    return 2 * x", "NameError: name 'double' is not defined"),
        ("double = 4", "TypeError: 'int' object is not callable"),
        ("import os\ndef double(x):\n    os._exit(0)", "ended itself with exit status 0"),
        ("import os\ndef double(x):\n    os.kill(os.getpid(), 11)", "segmentation fault"),
        ("def double(x):\n    import sys\n    sys.exit()", "SystemExit"),
        ("def double(x):\n    while True: pass", "TooSlow: no answer within 2 seconds"),
        ("def double(x):\n    return bytearray(2_000_000_000)", "MemoryError"),
        ("def double(x):\n    return double(x)", "RecursionError"),
        ("def double(x):\n    return input()", "EOFError"),
        ("def double(x):\n    x += x\n    return x", None),
    ],
)
def test_wrong_work_loses_its_own_points_with_a_reason(
    grade: Any, answer: str, words: str | None
) -> None:
    graded = grade(answer)
    if words is None:
        assert graded.points == PERFECT
    else:
        assert graded.points == NO_DOUBLE
        assert words in graded.said("test_double")


UNKILLABLE = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
def double(x):
    while True:
        try:
            pass
        except BaseException:
            pass
"""
LYING = """
import numpy as np
class Any_(np.ndarray):
    def __eq__(self, other): return True
    def __bool__(self): return True
class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __array__(self, *a, **k): return np.zeros(3) + 14
def double(x):
    return Yes()
"""
PATCHING = """
import builtins, sys, numpy
numpy.array_equal = lambda *a: True
builtins.AssertionError = ValueError
empty = type('T', (), {'visit': lambda self, node: __import__('ast').parse('')})
get_ipython().ast_transformers.append(empty())
get_ipython().input_transformers_post.append(lambda lines: ['pass\\n'])
def double(x):
    return 4
"""
FORGING = """
import os, socket
from invigilator.protocol.messages import FromCandidate, Returned, encode_message, to_plain
def double(x):
    for fd in range(3, 64):
        try:
            s = socket.socket(fileno=os.dup(fd))
            data = encode_message(FromCandidate([], to_plain(Returned(True, [], None))))
            s.sendall(len(data).to_bytes(8, 'big') + data)
        except OSError:
            pass
    return 4
"""
PRINTING = """
def double(x):
    print(2.0)
    from IPython.display import display
    display(2.0)
    return 5
2.0
"""


@pytest.mark.parametrize("answer", [UNKILLABLE, LYING, PATCHING, FORGING, PRINTING])
def test_tricks_earn_nothing(grade: Any, answer: str) -> None:
    points = grade(answer).points
    assert points["test_double"] == 0
    # Whoever breaks the shell or the wire may break the rest of the own work with it.
    assert all(points[name] in (0, NO_DOUBLE[name]) for name in PERFECT)


@pytest.mark.parametrize("score", ["2.5", "-1", "float('nan')", "float('inf')", "'2'*400"])
def test_a_test_gives_no_more_than_its_points(grade: Any, score: str) -> None:
    earned = grade(partial=f"score = {score}").points["test_partial"]
    assert earned == (2 if "'2'" in score else 0)


def test_warnings_prints_and_figures_cost_nothing_and_are_kept(grade: Any) -> None:
    noisy = """
import sys, warnings
from IPython.display import HTML, display
def double(x):
    print("working", file=sys.stderr)
    warnings.warn("careful")
    display(HTML("<b>bold</b>"))
    return 2 * x
print("hello")
HTML("<i>rich</i>")
"""
    graded = grade(noisy)
    assert graded.points == PERFECT
    assert "working" in graded.said("test_double")
    assert "careful" in graded.said("test_double")
    kinds = {o.output_type for o in graded.outputs("test_double")}
    assert kinds == {"stream", "display_data"}
    own = graded.outputs("double")
    assert own[0].text == "hello\n"
    assert own[1].data["text/html"] == "<i>rich</i>"


def test_no_hidden_line_and_no_seed_enters_the_students_process(grade: Any) -> None:
    spying = """
import gc, inspect, os, sys
def double(x):
    frame, seen = sys._getframe(), []
    while frame:
        seen.append(str(frame.f_locals))
        frame = frame.f_back
    texts = [str(o) for o in gc.get_objects() if isinstance(o, (str, list, dict))]
    print('zeros + ' + '14' in ' '.join(seen + texts), 'GRADING_SEED' in os.environ)
    return 2 * x
"""
    graded = grade(spying)
    assert graded.points == PERFECT
    assert set(graded.said("test_double").split()) == {"False"}


def test_an_error_shows_the_students_own_line(grade: Any) -> None:
    graded = grade("def double(x):\n    y = x\n    return y / 'two'  # here\n")
    error = next(o for o in graded.outputs("test_double") if o.output_type == "error")
    assert error.ename == "TypeError"
    assert "# here" in "\n".join(error.traceback)


LATE = """
class Thing:
    pass
thing = Thing()
def double(x):
    import time
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        return thing
"""


def test_an_object_in_an_answer_that_comes_late_is_known_afterwards(grade: Any) -> None:
    graded = grade(LATE, total="def total(f, values):\n    return thing")
    assert "TooSlow" in graded.said("test_double")
    assert graded.said("test_total").startswith("AssertionError")
    assert graded.restarts == 0


def test_a_process_that_ends_is_started_again_and_that_is_counted(grade: Any) -> None:
    graded = grade("import os\ndef double(x):\n    os._exit(0)")
    assert (graded.points, graded.restarts) == (NO_DOUBLE, 1)
    assert grade().restarts == 0


@pytest.mark.parametrize("points", [0, 0.5, 2])
def test_a_number_counts_up_to_the_points_of_its_test(grade: Any, points: float) -> None:
    assert grade(partial=f"score = {points}").points == PERFECT | {"test_partial": points}


def test_a_cell_that_ends_the_process_is_not_run_again(grade: Any) -> None:
    graded = grade(double="import os\nprint('here')\nos._exit(0)")
    assert (graded.points, graded.restarts) == (NO_DOUBLE, 1)
    later = grade(double=DOUBLE, total="import os\nos._exit(0)")
    assert (later.points, later.restarts) == (PERFECT | {"test_total": 0}, 1)


def test_tests_are_numbered_in_the_order_in_which_they_run(grade: Any) -> None:
    graded = [(c.metadata.get("nbgrader", {}), c.execution_count) for c in grade().notebook.cells]
    counts = [count for about, count in graded if about.get("grade")]
    assert counts == list(range(counts[0], counts[0] + len(PERFECT)))


def test_a_long_output_is_cut_short(grade: Any) -> None:
    graded = grade("print('x' * 50_000_000)\n" + DOUBLE)
    assert graded.points == PERFECT
    assert len(nbformat.writes(graded.notebook)) < 3_000_000
    assert "the rest of the output is left out" in graded.said("double")


def test_nothing_of_one_submission_reaches_the_next(grade: Any) -> None:
    leave = """
import os, subprocess, pathlib
for folder in ('.', os.environ['TMPDIR'], '/dev/shm', os.path.expanduser('~/.ipython')):
    pathlib.Path(folder).mkdir(exist_ok=True)
    pathlib.Path(folder, 'sitecustomize.py').write_text('left')
os.makedirs('a/b'); os.chmod('a/b', 0); os.chmod('a', 0)
subprocess.Popen(['sleep', '1000'], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    import time
    time.sleep(1000)
"""
    look = """
import os, glob
folders = ('.', '/tmp', '/dev/shm')
print(sorted(p for d in folders for p in os.listdir(d) if 'site' in p or p == 'a'))
print([p for p in os.listdir('/proc') if p.isdecimal() and int(p) not in (1, os.getpid())])
"""
    assert grade(leave + DOUBLE).points == PERFECT
    graded = grade(look + DOUBLE)
    assert graded.said("double").split() == ["[]", "[]"]
    assert graded.points == PERFECT


def test_a_deleted_test_counts_and_its_copy_does_not(spec: AssignmentSpec, worker: Worker) -> None:
    notebook = nbformat.reads(spec.answers, as_version=4)
    notebook.cells = [c for c in notebook.cells if c.id != "test_total"]
    notebook.cells.append(nbformat.from_dict(notebook.cells[1]))
    notebook.cells[-1].id = "another"
    notebook.cells[1].source = "def double(x): return 4"
    graded = examined(spec, worker, notebook)
    assert graded.points == NO_DOUBLE
    assert graded.notes == [
        "a copy of the cell double is not graded",
        "the cell test_total was missing and has been put back",
    ]


def test_files_lie_beside_the_notebook_the_instructors_over_the_students(
    spec: AssignmentSpec, worker: Worker
) -> None:
    notebook = nbformat.reads(spec.answers, as_version=4)
    notebook.cells[0].source += "\nprint(open('data.txt').read(), open('mine.txt').read())"
    files = {"data.txt": b"forged", "mine.txt": b"own"}
    graded = examined(spec, worker, notebook, files)
    assert graded.notebook.cells[0].outputs[0].text == "6 7 own\n"


def test_a_worker_that_is_killed_opens_again_and_tries_once_more(spec: AssignmentSpec) -> None:
    with Worker(spec.modules, Limits()) as worker:
        worker.process.kill()
        notebook = nbformat.reads(spec.answers, as_version=4)
        assert examined(spec, worker, notebook).points == PERFECT
