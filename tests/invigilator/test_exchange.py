"""nbgrader's exchange among students who may lie: renamed notebooks, forged names, links."""

import os
import pwd
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeFactory
from traitlets.config import Config

from invigilator.exchange import copy_files_alone, names_meant
from invigilator.settings import configure_exchange

ME = pwd.getpwuid(os.getuid()).pw_name


def write(path: Path, *names: str, source: str = "") -> None:
    """A notebook whose cells nbgrader has named."""
    cells = [new_code_cell(source, metadata={"nbgrader": {"grade_id": name}}) for name in names]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(new_notebook(cells=[*cells, new_markdown_cell("text")])))


RENAMED = {
    "another name": ({"my work": "abcd"}, {"my work.ipynb": "ps.ipynb"}),
    "its own name": ({"ps": "abcd"}, {}),
    "a copy beside it": ({"ps": "abcd", "ps-Copy1": "abcd"}, {}),
    "half of its cells": ({"x": "ab"}, {"x.ipynb": "ps.ipynb"}),
    "fewer than half": ({"x": "a"}, {}),
    "the most alike of two": ({"x": "abc", "y": "abcd"}, {"y.ipynb": "ps.ipynb"}),
    "the first of two alike": ({"y": "abcd", "x": "abcd"}, {"x.ipynb": "ps.ipynb"}),
    "nothing of it": ({"notes": ""}, {}),
    "nothing": ({}, {}),
}


@pytest.mark.parametrize(("files", "meant"), RENAMED.values(), ids=RENAMED)
def test_a_renamed_notebook_is_told_by_its_cells(
    files: dict[str, str], meant: dict[str, str], tmp_path: Path
) -> None:
    write(tmp_path / "released" / "ps.ipynb", *"abcd")
    (tmp_path / "submitted").mkdir()
    for name, cells in files.items():
        write(tmp_path / "submitted" / f"{name}.ipynb", *cells)
    assert names_meant(tmp_path / "released", tmp_path / "submitted") == meant


def test_each_of_two_renamed_notebooks_is_told(tmp_path: Path) -> None:
    for name, cells in {"one": "abc", "two": "xyz"}.items():
        write(tmp_path / "released" / f"{name}.ipynb", *cells)
    for name, cells in {"1": "xyz", "2": "abc"}.items():
        write(tmp_path / "submitted" / f"{name}.ipynb", *cells)
    (tmp_path / "submitted" / "broken.ipynb").write_text("{")
    meant = names_meant(tmp_path / "released", tmp_path / "submitted")
    assert meant == {"2.ipynb": "one.ipynb", "1.ipynb": "two.ipynb"}


def test_only_plain_files_are_copied(tmp_path: Path) -> None:
    secret = tmp_path / "gradebook.db"
    secret.write_text("secret")
    source = tmp_path / "source"
    (source / "data").mkdir(parents=True)
    (source / "ps.ipynb").write_text("work")
    (source / "data" / "numbers.csv").write_text("1")
    (source / "link").symlink_to(secret)
    (source / "folder").symlink_to(tmp_path)
    (source / "nowhere").symlink_to(tmp_path / "nothing")
    os.mkfifo(source / "data" / "pipe")
    left_out = copy_files_alone(source, tmp_path / "copy")
    copied = {
        str(path.relative_to(tmp_path / "copy")): path.read_text()
        for path in (tmp_path / "copy").rglob("*")
        if path.is_file()
    }
    assert copied == {"ps.ipynb": "work", "data/numbers.csv": "1"}
    assert set(left_out) == {"link", "nowhere", "data/pipe"}
    assert not (tmp_path / "copy" / "folder").exists()


def test_a_file_in_the_place_of_a_folder_is_no_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert copy_files_alone(tmp_path / "file", tmp_path / "copy") == [""]
    assert list((tmp_path / "copy").iterdir()) == []


def test_a_folder_that_is_a_link_is_not_entered(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "secret").write_text("secret")
    (tmp_path / "link").symlink_to(tmp_path / "source")
    assert copy_files_alone(tmp_path / "link", tmp_path / "copy") == [""]
    assert list((tmp_path / "copy").iterdir()) == []


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """A course with one released assignment, and a student's folder to work in."""
    config = Config()
    configure_exchange(config)
    config.CourseDirectory.root = str(tmp_path / "course")
    config.CourseDirectory.course_id = "algebra"
    config.CourseDirectory.assignment_id = "ps1"
    config.CourseDirectory.db_url = f"sqlite:///{tmp_path}/gradebook.db"
    config.Exchange.root = str(tmp_path / "exchange")
    config.Exchange.cache = str(tmp_path / "cache")
    folder = tmp_path / "exchange" / "algebra"
    write(folder / "outbound" / "ps1" / "ps.ipynb", *"abcd")
    (folder / "inbound").mkdir()
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    return config


def exchange(config: Config, step: str) -> None:
    """One of nbgrader's steps, as its extensions and commands take it."""
    start = {
        "coursedir": CourseDirectory(config=config),
        "authenticator": Authenticator(config=config),
    }
    getattr(ExchangeFactory(config=config), step)(**start, config=config).start()


def test_a_renamed_notebook_is_handed_in_under_its_name(course: Config, tmp_path: Path) -> None:
    write(tmp_path / "home" / "ps1" / "my work.ipynb", *"abcd", source="x = 1")
    exchange(course, "Submit")
    (handed_in,) = (tmp_path / "exchange" / "algebra" / "inbound").iterdir()
    (kept,) = (tmp_path / "cache" / "algebra").iterdir()
    for folder in (handed_in, kept):
        assert [path.name for path in folder.glob("*.ipynb")] == ["ps.ipynb"]
    # What the student has stays as it is; others can't enter what was handed in.
    assert (tmp_path / "home" / "ps1" / "my work.ipynb").exists()
    assert handed_in.stat().st_mode & 0o7777 == 0o770


def test_the_newest_counts_and_the_earlier_are_kept(course: Config, tmp_path: Path) -> None:
    course.ExchangeCollect.update = True
    for attempt in ("x = 1", "x = 2", "x = 3"):
        write(tmp_path / "home" / "ps1" / "ps.ipynb", *"abcd", source=attempt)
        exchange(course, "Submit")
        if attempt != "x = 2":
            exchange(course, "Collect")
            folder = tmp_path / "course" / "submitted" / ME / "ps1"
            assert attempt in (folder / "ps.ipynb").read_text()
    assert len(list((tmp_path / "exchange" / "algebra" / "inbound").iterdir())) == 3


def test_work_is_collected_as_its_owners_whatever_name_it_bears(
    course: Config, tmp_path: Path
) -> None:
    write(tmp_path / "home" / "ps1" / "ps.ipynb", *"abcd")
    exchange(course, "Submit")
    inbound = tmp_path / "exchange" / "algebra" / "inbound"
    (mine,) = inbound.iterdir()
    mine.rename(inbound / mine.name.replace(f"{ME}+", "somebody+"))
    exchange(course, "Collect")
    assert [path.name for path in (tmp_path / "course" / "submitted").iterdir()] == [ME]


def test_a_name_that_says_no_time_stops_nobody(course: Config, tmp_path: Path) -> None:
    write(tmp_path / "home" / "ps1" / "ps.ipynb", *"abcd", source="x = 1")
    exchange(course, "Submit")
    inbound = tmp_path / "exchange" / "algebra" / "inbound"
    for name in (f"{ME}+ps1+yesterday", "somebody+ps1+", "somebody+ps1+2026-99-99+x"):
        (inbound / name).mkdir()
    (inbound / f"{ME}+ps1+a file").write_text("")
    exchange(course, "Collect")
    collected = tmp_path / "course" / "submitted" / ME / "ps1"
    assert "x = 1" in (collected / "ps.ipynb").read_text()


def test_a_link_in_what_was_handed_in_brings_nothing(course: Config, tmp_path: Path) -> None:
    write(tmp_path / "home" / "ps1" / "ps.ipynb", *"abcd")
    exchange(course, "Submit")
    (folder,) = (tmp_path / "exchange" / "algebra" / "inbound").iterdir()
    (tmp_path / "solutions.txt").write_text("secret")
    (folder / "data.txt").symlink_to(tmp_path / "solutions.txt")
    exchange(course, "Collect")
    collected = tmp_path / "course" / "submitted" / ME / "ps1"
    names = {path.name for path in collected.iterdir()}
    assert names == {"ps.ipynb", "timestamp.txt", "submission_secret.txt"}


def test_a_course_is_for_those_who_may_enter_its_folder(
    course: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "exchange" / "geometry").mkdir()
    authenticator = Authenticator(config=course)
    assert authenticator.get_student_courses("*") == ["algebra", "geometry"]
    # Root, as whom tests may run, is let in everywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "geometry")
    assert authenticator.get_student_courses("*") == ["algebra"]
    assert not authenticator.has_access(ME, "geometry")
