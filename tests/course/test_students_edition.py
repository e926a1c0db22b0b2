"""The students' edition: what is on the list and nothing else, and no line that is not for them."""

import html
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from course import students_edition
from course.address import ROOT, Address, address
from course.exercises import assignments
from course.hidden_lines import all_hidden, leaks
from course.students_edition import chosen, make, written
from course.toc import chapters


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("students") / "edition"
    make(folder)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def test_it_holds_what_students_work_with_and_nothing_else(edition: Path) -> None:
    found = set(files(edition))
    library = {name for name in found if name.startswith("lib/convbook/src/convbook/")}
    names = [Path(page).name for page in chapters()]
    assert found - library == {
        ".gitignore", "LICENSE", "README.md", "requirements.lock",
        "binder/requirements.txt", "binder/runtime.txt",
        "lib/convbook/LICENSE", "lib/convbook/README.md", "lib/convbook/pyproject.toml",
        *(f"chapters/{name}.md" for name in names),
        *(f"notebooks/{name}.ipynb" for name in names),
        *(f"exercises/{name}/{name}.ipynb" for name in assignments()),
    }  # fmt: skip
    source = ROOT / "lib" / "convbook" / "src"
    assert library == {
        f"lib/convbook/src/{path.relative_to(source).as_posix()}"
        for path in (source / "convbook").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_what_is_copied_is_the_same(edition: Path) -> None:
    for name, content in files(edition).items():
        if name not in ("README.md", ".gitignore"):
            assert content == (ROOT / name).read_bytes(), name


def test_it_hides_solutions_and_hidden_tests(edition: Path) -> None:
    lines = all_hidden()
    texts = {name: content.decode() for name, content in files(edition).items()}
    assert {name: told for name, text in texts.items() if (told := leaks(text, lines))} == {}
    marks = ("### BEGIN SOLUTION", "### BEGIN HIDDEN TESTS")
    assert [name for name, text in texts.items() if any(mark in text for mark in marks)] == []
    assert [name for name in texts if "invigilator" in name or "solutions" in name] == []


def test_what_tells_a_hidden_line_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = assignments()[0]
    source = f"solutions/{name}/{name}.md"
    monkeypatch.setattr(students_edition, "GOES_IN", ("LICENSE", source))
    with pytest.raises(ValueError, match=re.escape(f"{source} tells what is hidden")):
        make(tmp_path / "edition")
    assert not (tmp_path / "edition").exists()


@pytest.mark.parametrize("shown", [lambda text: text, html.escape])
def test_a_hidden_line_is_found_where_json_quotes_it(shown: Callable[[str], str]) -> None:
    line = 'return f"{name} and \\n" + "a <b and ×> d"'
    cell = nbformat.v4.new_code_cell(f"def f(name):\n    {line}")
    notebook = nbformat.writes(nbformat.v4.new_notebook(cells=[cell]))
    hidden = re.sub(r"\s+", "", line)
    assert line not in notebook
    assert leaks(shown(notebook), {hidden, hidden + "more"}) == [hidden]


def test_a_line_of_the_list_that_names_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(students_edition, "GOES_IN", ("LICENSE", "lib/gone/*.py"))
    with pytest.raises(FileNotFoundError, match=r"lib/gone/\*\.py: the students' edition needs it"):
        chosen()


def test_made_again_it_is_the_same_whatever_lay_there(edition: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    for name in ("old/deep/file.txt", "README.md", ".git/HEAD", "exercises/answers.ipynb"):
        (again / name).parent.mkdir(parents=True, exist_ok=True)
        (again / name).write_text("here before", "utf-8")
    make(again)
    assert files(again) == files(edition)
    assert (again / ".git" / "HEAD").read_text("utf-8") == "here before"  # a clone's own


def test_its_readme_leads_to_what_is_there(edition: Path) -> None:
    here, text = address(), (edition / "README.md").read_text("utf-8")
    for build in (here.colab, here.binder):
        start = build("")
        paths = re.findall(rf"{re.escape(start)}([^)]*)\)", text)
        assert len(paths) == len(chapters()) + len(assignments())
        assert [path for path in paths if not (edition / path).is_file()] == []
    pages = re.findall(rf"{re.escape(here.site)}([^)>]*)", text)
    listed = [f"exercises/{name}/{name}.html" for name in assignments()]
    assert pages == ["", *listed, *(f"{page}.html" for page in chapters())]
    for name in re.findall(r"^\| `([^`]+)/`", text, re.MULTILINE):
        assert (edition / name).is_dir(), name
    assert "{{" not in text


def test_its_readme_names_the_students_own_repository() -> None:
    other = "https://github.com/ada/for-students"
    here = Address("https://github.com/ada/secret", other, "main", "https://ada.github.io/secret/")
    readme = written(here)["README.md"]
    assert f"git clone --branch main --single-branch {other}\n    cd for-students\n" in readme
    assert f"{other}/archive/refs/heads/main.zip" in readme
    assert "github.com/ada/secret" not in readme
