"""The course's addresses, from one setting."""

import subprocess
import sys
from pathlib import Path

import pytest

from course.address import NOT_YOURS, PLACEHOLDER, ROOT, Address, address

ADA = "https://github.com/ada/engine"


def configured(root: Path, repository: str, html: str = "{}") -> Address:
    (root / "_config.yml").write_text(f"repository: {repository}\nhtml: {html}\n", "utf-8")
    return address(root)


@pytest.mark.parametrize("url", [ADA, f"{ADA}/", f"{ADA}.git"])
def test_one_address_gives_all(url: str, tmp_path: Path) -> None:
    here = configured(tmp_path, f"{{url: {url}, branch: main, students: {{branch: students}}}}")
    assert here == Address(ADA, ADA, "students", "https://ada.github.io/engine/")
    assert not here.is_placeholder
    assert here.colab("a/b.ipynb") == (
        "https://colab.research.google.com/github/ada/engine/blob/students/a/b.ipynb"
    )
    assert here.binder("a/b.ipynb") == (
        "https://mybinder.org/v2/gh/ada/engine/students?labpath=a/b.ipynb"
    )


def test_students_may_have_another_repository(tmp_path: Path) -> None:
    other = "{url: https://github.com/ada/for-students, branch: main}"
    here = configured(tmp_path, f"{{url: {ADA}, branch: main, students: {other}}}")
    assert here.site == "https://ada.github.io/engine/"
    assert here.colab("x.ipynb").endswith("/github/ada/for-students/blob/main/x.ipynb")
    assert "/gh/ada/for-students/main?" in here.binder("x.ipynb")


@pytest.mark.parametrize(
    ("url", "baseurl", "site"),
    [
        (ADA, "https://course.example.org", "https://course.example.org/"),
        (ADA, "https://example.org/a/b/", "https://example.org/a/b/"),
        ("https://github.com/Ada/Engine", "", "https://ada.github.io/Engine/"),
        ("https://github.com/Ada/ada.github.io", "", "https://ada.github.io/"),
        ("https://gitlab.com/group/sub/course", "https://x.gitlab.io/c/", "https://x.gitlab.io/c/"),
    ],
)
def test_the_site_may_be_elsewhere(url: str, baseurl: str, site: str, tmp_path: Path) -> None:
    repository = f"{{url: {url}, branch: main, students: {{url: {ADA}, branch: students}}}}"
    assert configured(tmp_path, repository, f"{{baseurl: '{baseurl}'}}").site == site


@pytest.mark.parametrize(
    ("repository", "named"),
    [
        (
            f"{{url: {ADA}, branch: main, students: {{branch: main}}}}",
            "can't be the branch main of https://github.com/ada/engine, where the solutions are",
        ),
        (
            "{url: https://gitlab.com/a/b, branch: main, students: {branch: students}}",
            "must be https://github.com/OWNER/NAME, .* it is https://gitlab.com/a/b",
        ),
        (
            f"{{url: 'https://gitlab.com/a/b', branch: main, students: {{url: {ADA}, branch: x}}}}",
            "say below html: baseurl: .* and that is https://gitlab.com/a/b",
        ),
        (
            "{url: 'git@github.com:ada/engine', branch: main, students: {branch: students}}",
            "it is git@github.com:ada/engine",
        ),
        (
            "{url: https://github.com/ada, branch: main, students: {branch: students}}",
            "it is https://github.com/ada$",
        ),
    ],
)
def test_an_address_that_leads_nowhere_is_refused(
    repository: str, named: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=named):
        configured(tmp_path, repository)


def test_the_placeholder_is_named_in_a_line_and_refused_when_it_matters() -> None:
    assert address() == Address(
        PLACEHOLDER, PLACEHOLDER, "students", "https://dense-to-convolutional.github.io/course/"
    )
    for options, status in ([], 0), (["--strict"], 1):
        command = [sys.executable, "-m", "course.address", *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (status, f"{NOT_YOURS}\n", "")
    assert "\n" not in NOT_YOURS
