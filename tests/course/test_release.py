"""What students get: made from the sources, and without a line that is not for them."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from course.address import ROOT, address
from course.exercises import EXERCISES, assignments, source_notebook, wheel_name
from course.hidden_lines import REGION, all_hidden, hidden_lines, leaks
from course.kill_matrix import full_points
from invigilator.untrusted.sandbox import missing


def test_there_is_something_to_hide() -> None:
    for name, lines in hidden_lines().items():
        assert len(lines) > 40, name
    leak = "<p>return max(abs(a - b) for a, b in <b>zip</b>(p, q))</p>"
    assert leaks(leak, all_hidden()) == ["returnmax(abs(a-b)fora,binzip(p,q))"]


@pytest.mark.parametrize("name", assignments())
def test_exercises_hide_solutions_and_hidden_tests(name: str) -> None:
    text = "\n".join(c.source for c in nbformat.read(EXERCISES / name / f"{name}.ipynb", 4).cells)
    assert leaks(text, all_hidden()) == []
    assert "HIDDEN" not in text
    source = "\n".join(cell.source for cell in source_notebook(name).cells)
    stubs = source.count("### BEGIN SOLUTION")
    said = REGION.sub("", source).count("raise NotImplementedError()")  # where it says what to do
    assert stubs > 0
    assert text.count("raise NotImplementedError()") == stubs + said


@pytest.mark.parametrize("name", assignments())
def test_exercises_open_with_a_cell_that_fetches_the_library(name: str) -> None:
    notebook = nbformat.read(EXERCISES / name / f"{name}.ipynb", 4)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert first.id == "setup"
    assert f"%pip install --quiet {address().site}wheel/{wheel_name()}" in first.source
    assert (ROOT / "build" / "wheel" / wheel_name()).is_file()


@pytest.mark.parametrize("name", assignments())
def test_exercises_fold_what_is_only_run(name: str) -> None:
    cells = nbformat.read(EXERCISES / name / f"{name}.ipynb", 4).cells
    folded = [cell for cell in cells if cell.metadata.get("jupyter", {}).get("source_hidden")]
    tests = [f"test_{task}" for task in full_points(name)]
    assert [cell.id for cell in folded] == [*tests, "picture"]
    for cell in folded:
        assert cell.metadata["cellView"] == "form"  # Colab's word for it
        assert cell.source.startswith("# @title ")


@pytest.mark.parametrize("name", assignments())
def test_exercises_say_at_the_top_what_awaits_and_at_the_end_how_far_one_is(name: str) -> None:
    cells = nbformat.read(EXERCISES / name / f"{name}.ipynb", 4).cells
    rows = re.findall(r"^\| \d\. (\S.*?) \| (\d) \| (\d+) min \|$", cells[0].source, re.MULTILINE)
    points = {task.strip("`"): float(worth) for task, worth, _ in rows}
    by_hand = {"in your own words": 1.0} if "in your own words" in points else {}
    assert points == full_points(name) | by_hand
    minutes = sum(int(each) for _, _, each in rows)
    assert f"| together | 10 | {minutes} min |" in cells[0].source
    assert cells[-1].source.endswith(")")
    assert "progress(" in cells[-1].source
    said = {f"{task}={worth:g}" for task, worth in full_points(name).items()}
    assert said <= set(re.findall(r"\w+=\d", cells[-1].source))


@pytest.mark.parametrize("name", assignments())
def test_exercises_link_to_pages_of_the_book(name: str) -> None:
    text = "\n".join(c.source for c in nbformat.read(EXERCISES / name / f"{name}.ipynb", 4).cells)
    chapters = re.findall(rf"\({re.escape(address().site)}chapters/(\w+)\.html\)", text)
    assert chapters
    assert "chapter:" not in text
    assert "<!--" not in text
    for chapter in chapters:
        assert (ROOT / "chapters" / f"{chapter}.md").is_file(), chapter


@pytest.mark.parametrize("name", assignments())
def test_exercises_open_in_jupyterlab_without_a_change(name: str) -> None:
    about = nbformat.read(EXERCISES / name / f"{name}.ipynb", 4).metadata
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    assert about.kernelspec == kernel
    assert about.language_info.name == "python"
    assert about.language_info.mimetype == "text/x-python"


@pytest.mark.parametrize("name", assignments())
def test_causes_do_not_stand_in_a_students_face(name: str) -> None:
    cells = nbformat.read(EXERCISES / name / f"{name}.ipynb", 4).cells
    for cell in cells:
        if cell.id.startswith("test_"):
            assert "causes={" not in cell.source
            assert f"causes=mistakes.{cell.id.removeprefix('test_')}" in cell.source
            assert cell.source.endswith(f'passed("{cell.id.removeprefix("test_")}")')


POINTS = re.compile(r"Write `(\w+)`.*\*\((\d+) points?\)\*", re.DOTALL)


@pytest.mark.parametrize("name", assignments())
def test_points_are_those_of_the_source_and_the_text_says_so(name: str) -> None:
    def points(notebook: nbformat.NotebookNode) -> dict[str, float]:
        about = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
        return {each["grade_id"]: each["points"] for each in about if "points" in each}

    source = source_notebook(name)
    assert points(nbformat.read(EXERCISES / name / f"{name}.ipynb", 4)) == points(source)
    said = [POINTS.search(cell.source) for cell in source.cells if cell.cell_type == "markdown"]
    tasks = {match[1]: float(match[2]) for match in said if match}
    assert tasks == full_points(name)


@pytest.mark.parametrize("named", [[], ["ps03_sharing"]], ids=["all", "one"])
def test_assignments_are_entered_into_a_gradebook_that_is_not_there_yet(
    named: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a class" / "of mine"
    monkeypatch.setenv("CLASS", str(folder))
    command = [sys.executable, "-m", "course.exercises", "--register", *named]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "from-dense-to-convolutional") as gradebook:
        assert sorted(each.name for each in gradebook.assignments) == (named or assignments())


def test_exercises_are_fresh() -> None:
    command = [sys.executable, "-m", "course.exercises", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_built_book_hides_solutions_and_hidden_tests() -> None:
    lines = all_hidden()
    pages = sorted((ROOT / "build" / "_build" / "html").rglob("*"))
    texts = [p for p in pages if p.suffix in {".html", ".md", ".ipynb", ".txt", ".json"}]
    texts.append(ROOT / "build" / "_build" / "html" / "searchindex.js")
    assert len(texts) > 10
    assert {str(p): found for p in texts if (found := leaks(p.read_text("utf-8"), lines))} == {}


def test_the_wheel_hides_solutions_and_hidden_tests() -> None:
    with zipfile.ZipFile(ROOT / "build" / "wheel" / wheel_name()) as wheel:
        names = wheel.namelist()
        assert "convbook/__init__.py" in names
        assert [name for name in names if not name.startswith(("convbook/", "convbook-"))] == []
        text = "\n".join(wheel.read(name).decode() for name in names)
    assert leaks(text, all_hidden()) == []


def test_feedback_of_the_sample_class_hides_the_tests() -> None:
    pages = sorted((ROOT / "build" / "class" / "feedback").glob("*/*/*.html"))
    assert len(pages) >= 16
    lines = set().union(*hidden_lines(("HIDDEN TESTS",)).values())
    for page in pages:
        assert leaks(page.read_text("utf-8"), lines) == [], page


HOSTILE = ("playfair", "quetelet", "ramus")


@pytest.mark.skipif(missing() is not None, reason=str(missing()))
def test_the_sample_class_has_the_scores_that_its_work_deserves() -> None:
    grades = (ROOT / "build" / "class" / "grades.csv").read_text("utf-8").splitlines()
    columns = grades[0].split(",")
    rows = [dict(zip(columns, row.split(","), strict=True)) for row in grades[1:]]
    scores = {(r["student_id"], r["assignment"]): float(r["score"]) for r in rows}
    for name in assignments():
        tasks = full_points(name)
        points = sum(tasks.values())  # what a person marks has not been marked
        for student in ("ada", "boole", "cauchy", "jacobi", "kovalevskaya"):
            assert scores[student, name] == points, (student, name)
        for student in ("dirichlet", "euler", "fourier", "ito", *HOSTILE):
            assert scores[student, name] == 0, (student, name)
        for student in ("markov", "noether", "oresme"):  # broken files: named in the report
            assert scores.get((student, name), 0) == 0, (student, name)
        assert 0 < scores["hopper", name] < scores["gauss", name] < points
        assert scores["lagrange", name] == points - next(iter(tasks.values()))
    report = (ROOT / "build" / "class" / "report.html").read_text("utf-8")
    said = " ".join(re.sub(r"<[^>]*>", "", report).split())
    for student in ("markov", "noether", "oresme"):
        for name in assignments():
            assert f"{student}: {name}.ipynb is " in said


def test_no_file_speaks_of_the_machine_it_was_made_on() -> None:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert str(ROOT) not in "".join(
        Path(ROOT, name).read_text("utf-8", errors="replace") for name in done.stdout.splitlines()
    )
