"""A version is one thing for ever: what was released keeps its text, the site keeps its wheel."""

import re
import zipfile
from pathlib import Path

import pytest

from course.exercises import SETUP
from course.releases import NAMES, changed, record, released, text_sum, unreleased
from course.site import assemble


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two distributions at version 0.1.0, of which nothing is released."""
    for name in NAMES:
        put(tmp_path, name, "pyproject.toml", f'[project]\nname = "{name}"\nversion = "0.1.0"\n')
        put(tmp_path, name, f"src/{name}/__init__.py", "one = 1\n")
    headings = "".join(f"[{name}]\n" for name in NAMES)
    (tmp_path / "lib" / "releases.toml").write_text(f"# Kept.\n{headings}", "utf-8")
    return tmp_path


def put(root: Path, name: str, path: str, text: str) -> None:
    target = root / "lib" / name / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")


def bump(root: Path, name: str, version: str) -> None:
    put(root, name, "pyproject.toml", f'[project]\nname = "{name}"\nversion = "{version}"\n')


def test_what_is_not_released_may_change_and_is_not_published(root: Path) -> None:
    put(root, "convbook", "src/convbook/__init__.py", "one = 2\n")
    assert changed(root) == []
    assert [said.split(":")[0] for said in unreleased(root)] == [
        "convbook 0.1.0 is not released", "invigilator 0.1.0 is not released",
    ]  # fmt: skip


def test_what_is_released_is_noted_once(root: Path) -> None:
    assert record(root) == ["convbook 0.1.0", "invigilator 0.1.0"]
    assert released(root) == {name: {"0.1.0": text_sum(name, root)} for name in NAMES}
    assert (changed(root), unreleased(root), record(root)) == ([], [], [])
    assert (root / "lib" / "releases.toml").read_text("utf-8").startswith("# Kept.\n")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/convbook/__init__.py", "one = 2\n"),
        ("src/convbook/__init__.py", "one = 1 \n"),
        ("src/convbook/new.py", ""),
        ("src/convbook/engine/deep.cu", "//\n"),
        ("README.md", "Read me.\n"),
        ("LICENSE", "Free.\n"),
    ],
)
def test_a_released_version_that_changes_is_refused(path: str, text: str, root: Path) -> None:
    record(root)
    put(root, "convbook", path, text)
    said = (
        "convbook has changed since 0.1.0 was released: raise `version` in "
        "lib/convbook/pyproject.toml, and run `make exercises notebooks`."
    )
    assert changed(root) == [said]
    with pytest.raises(ValueError, match="convbook has changed since"):
        record(root)
    bump(root, "convbook", "0.2.0")
    assert changed(root) == []
    assert [each.split(":")[0] for each in unreleased(root)] == ["convbook 0.2.0 is not released"]
    assert record(root) == ["convbook 0.2.0"]
    assert list(released(root)["convbook"]) == ["0.2.0", "0.1.0"]
    assert list(released(root)["invigilator"]) == ["0.1.0"]


def test_a_file_that_goes_or_is_renamed_is_a_change(root: Path) -> None:
    put(root, "convbook", "src/convbook/a.py", "same\n")
    record(root)
    path = root / "lib" / "convbook" / "src" / "convbook" / "a.py"
    path.rename(path.with_name("b.py"))
    assert len(changed(root)) == 1
    path.with_name("b.py").rename(path)
    assert changed(root) == []
    path.unlink()
    assert len(changed(root)) == 1


def test_going_back_to_a_former_version_s_number_is_refused(root: Path) -> None:
    record(root)
    bump(root, "convbook", "0.2.0")
    put(root, "convbook", "src/convbook/__init__.py", "one = 2\n")
    record(root)
    bump(root, "convbook", "0.1.0")
    assert len(changed(root)) == 1


def test_what_pip_and_python_write_beside_the_text_counts_for_nothing(root: Path) -> None:
    before = text_sum("convbook", root)
    for made in ("build/lib/convbook/__init__.py", "src/convbook.egg-info/PKG-INFO",
                 "src/convbook/__pycache__/__init__.cpython-311.pyc"):  # fmt: skip
        put(root, "convbook", made, "made\n")
    assert text_sum("convbook", root) == before


def test_what_stands_here_is_what_it_was_released_as() -> None:
    assert changed() == []


def wheel(folder: Path, version: str, text: str, tool: str = "a tool") -> str:
    """Write a wheel and return its name."""
    name = f"convbook-{version}-py3-none-any.whl"
    folder.mkdir(parents=True, exist_ok=True)
    about = f"convbook-{version}.dist-info"
    with zipfile.ZipFile(folder / name, "w") as packed:
        packed.writestr("convbook/__init__.py", text)
        packed.writestr(f"{about}/METADATA", f"Name: convbook\nVersion: {version}\n")
        packed.writestr(f"{about}/WHEEL", f"Generator: {tool}\n")
        packed.writestr(f"{about}/RECORD", f"sums, of {tool} too\n")
    return name


@pytest.fixture
def html(tmp_path: Path) -> Path:
    """A built book, which serves the wheel of version 0.3.0."""
    folder = tmp_path / "html"
    wheel(folder / "wheel", "0.3.0", "three = 3")
    wheel(folder / "wheel", "0.2.5", "built here once, never released")
    (folder / "index.html").write_text("<h1>Book</h1>", "utf-8")
    return folder


NOW = "convbook-0.3.0-py3-none-any.whl"


def test_a_notebook_of_any_release_finds_the_wheel_that_it_names(
    html: Path, tmp_path: Path
) -> None:
    former, site = tmp_path / "released", tmp_path / "site"
    old = [wheel(former, f"0.{n}.0", f"{n = }") for n in (1, 2)]
    assemble(html, NOW, former, site)
    address = "https://ada.github.io/engine/"
    for name in [*old, NOW]:
        cell = SETUP.format(wheel=f"{address}wheel/{name}")
        (asked,) = set(re.findall(r"https://\S+\.whl", cell))
        assert (site / asked.removeprefix(address)).is_file()
    assert sorted(path.name for path in (site / "wheel").iterdir()) == sorted([*old, NOW])
    for name in old:
        assert (site / "wheel" / name).read_bytes() == (former / name).read_bytes()
    assert (site / "index.html").is_file()
    assert (site / ".nojekyll").is_file()


def test_a_wheel_that_was_released_is_served_as_it_was(html: Path, tmp_path: Path) -> None:
    former, site = tmp_path / "released", tmp_path / "site"
    wheel(former, "0.3.0", "three = 3", tool="an older tool")
    assemble(html, NOW, former, site)
    assert (site / "wheel" / NOW).read_bytes() == (former / NOW).read_bytes()


def test_two_wheels_of_one_version_are_refused(html: Path, tmp_path: Path) -> None:
    former = tmp_path / "released"
    wheel(former, "0.3.0", "three = 4")
    with pytest.raises(ValueError, match=f"{NOW} was released with other contents"):
        assemble(html, NOW, former, tmp_path / "site")


def test_the_first_site_has_no_former_wheels(html: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "wheel").mkdir(parents=True)
    (site / "wheel" / "left-from-last-time.whl").touch()
    assemble(html, NOW, tmp_path / "nothing", site)
    assert [path.name for path in (site / "wheel").iterdir()] == [NOW]
