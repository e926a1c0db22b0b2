"""What runs Python in a page is what it should be, or isn't there."""

import hashlib
import json
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from course import pyodide
from course.pyodide import LOCK, UnavailableError, gather

NUMPY, MATPLOTLIB, SIX = "numpy-2.0.2-wasm32.whl", "matplotlib-3.8.4-wasm32.whl", "six-1.16-any.whl"
UNUSED = "scipy-1.14.1-wasm32.whl"
WHEEL = "convbook-9.8.7-py3-none-any.whl"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A release as Pyodide's, of a few bytes, and its sums as the known ones."""
    folder = tmp_path / "release"
    folder.mkdir()
    depends = {NUMPY: [], MATPLOTLIB: ["numpy", "Six"], SIX: [], UNUSED: ["numpy"]}
    packages = {}
    for name, needed in depends.items():
        (folder / name).write_bytes(name.encode())
        key = name.split("-")[0]
        packages[key] = {"file_name": name, "sha256": sha256(name.encode()), "depends": needed}
    (folder / LOCK).write_text(json.dumps({"info": {"python": "3.12"}, "packages": packages}))
    (folder / "pyodide.js").write_bytes(b"loads Python")
    core = {name: sha256((folder / name).read_bytes()) for name in (LOCK, "pyodide.js")}
    monkeypatch.setattr(pyodide, "CORE", core)
    return folder


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """Where convbook's wheel lies."""
    folder = tmp_path / "wheel"
    folder.mkdir()
    (folder / WHEEL).write_bytes(b"convbook itself")
    return folder


Gather = Callable[[str], dict[str, bytes]]


@pytest.fixture
def gathered(tmp_path: Path, wheels: Path) -> Gather:
    """Gather from somewhere: the files that are there then."""

    def gathered(setting: str) -> dict[str, bytes]:
        target = tmp_path / "build" / "pyodide"
        gather(setting, target, tmp_path / "downloads", wheels)
        return {path.name: path.read_bytes() for path in target.iterdir()}

    return gathered


def tar(folder: Path) -> Path:
    path = folder.with_suffix(".tar.bz2")
    with tarfile.open(path, "w:bz2") as archive:
        archive.add(folder, "pyodide")
    return path


def zipped(folder: Path) -> Path:
    path = folder.with_suffix(".whl")
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"assets/{file.name}")
    return path


@pytest.mark.parametrize("packed", [Path, tar, zipped])
def test_a_folder_and_archives_give_what_the_course_needs(
    release: Path, gathered: Gather, packed: Callable[[Path], Path]
) -> None:
    files = gathered(str(packed(release)))
    lock = json.loads(files.pop(LOCK))
    assert files.pop("NOTICE.txt").startswith(f"Pyodide {pyodide.VERSION}: Mozilla".encode())
    assert files == {
        "pyodide.js": b"loads Python",
        NUMPY: NUMPY.encode(),
        MATPLOTLIB: MATPLOTLIB.encode(),
        SIX: SIX.encode(),
        WHEEL: b"convbook itself",
    }
    assert lock["info"] == {"python": "3.12"}
    assert sorted(lock["packages"]) == ["convbook", "matplotlib", "numpy", "six"]
    for package in lock["packages"].values():
        assert sha256(files[package["file_name"]]) == package["sha256"]
    assert lock["packages"]["convbook"] == {
        "name": "convbook",
        "version": "9.8.7",
        "file_name": WHEEL,
        "install_dir": "site",
        "sha256": sha256(b"convbook itself"),
        "package_type": "package",
        "imports": ["convbook"],
        "depends": ["numpy"],
        "unvendored_tests": False,
    }


def test_what_was_fetched_is_fetched_no_more(release: Path, gathered: Gather, wheels: Path) -> None:
    before = gathered(str(release))
    shutil.rmtree(release)
    (wheels / WHEEL).write_bytes(b"convbook, changed")
    after = gathered(str(release))
    assert after[WHEEL] == b"convbook, changed"
    lock = json.loads(after[LOCK])
    assert lock["packages"]["convbook"]["sha256"] == sha256(b"convbook, changed")
    assert {**after, WHEEL: before[WHEEL], LOCK: before[LOCK]} == before


@pytest.mark.parametrize("name", [LOCK, "pyodide.js", NUMPY, SIX])
def test_a_file_with_another_sum_is_refused_and_nothing_is_half_there(
    release: Path, gathered: Gather, tmp_path: Path, name: str
) -> None:
    (release / name).write_bytes((release / name).read_bytes() + b" ")
    with pytest.raises(UnavailableError) as caught:
        gathered(str(release))
    version = pyodide.VERSION
    assert str(caught.value) == f"{name} is not the file of Pyodide {version}: its SHA-256 differs"
    assert not (tmp_path / "build").exists()
    for kept in (tmp_path / "downloads").iterdir():
        assert kept.read_bytes() == (release / kept.name).read_bytes()
        assert kept.name != name


def test_a_damaged_download_is_fetched_again(
    release: Path, gathered: Gather, tmp_path: Path
) -> None:
    before = gathered(str(release))
    (tmp_path / "downloads" / NUMPY).write_bytes(b"half")
    assert gathered(str(release)) == before


def test_what_is_missing_is_named(release: Path, gathered: Gather) -> None:
    (release / NUMPY).unlink()
    (release / SIX).unlink()
    with pytest.raises(UnavailableError, match=f"^{NUMPY}, {SIX}: not where Pyodide comes from$"):
        gathered(str(release))


def test_a_place_that_holds_nothing_is_named(tmp_path: Path, gathered: Gather) -> None:
    with pytest.raises(UnavailableError, match=r"^there is no folder or archive .*nowhere$"):
        gathered(str(tmp_path / "nowhere"))
    (tmp_path / "text").write_text("not an archive")
    with pytest.raises(UnavailableError, match=r"text is neither a folder nor a tar or zip"):
        gathered(str(tmp_path / "text"))


def test_without_the_library_s_wheel_nothing_is_gathered(
    release: Path, gathered: Gather, wheels: Path, tmp_path: Path
) -> None:
    (wheels / WHEEL).unlink()
    with pytest.raises(UnavailableError, match=r"^there is no wheel of convbook in "):
        gathered(str(release))
    assert not (tmp_path / "build").exists()


def test_without_npm_one_line_says_so(gathered: Gather, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnavailableError, match=r"^npm, which fetches Pyodide, is missing"):
        gathered("registries")


def test_what_a_registry_answers_is_one_line(tmp_path: Path) -> None:
    failing = tmp_path / "fetcher"
    failing.write_text("#!/bin/sh\necho trying >&2\necho no such package >&2\nexit 1\n")
    failing.chmod(0o755)
    with pytest.raises(UnavailableError) as caught:
        pyodide.call(str(failing), "pyodide@0.27.7")
    assert str(caught.value) == "pyodide@0.27.7 could not be fetched (no such package)"


def test_a_failed_attempt_says_so_in_one_line_and_leaves_nothing_of_another_time(
    tmp_path: Path,
    wheels: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = tmp_path / "pyodide"
    target.mkdir()
    (target / "old.whl").touch()
    monkeypatch.setattr(pyodide, "GATHERED", target)
    monkeypatch.setattr(
        pyodide, "gather", lambda setting: gather(setting, target, tmp_path / "downloads", wheels)
    )
    monkeypatch.setattr(sys, "argv", ["pyodide", "--from", "/nowhere"])
    with pytest.raises(SystemExit) as caught:
        pyodide.main()
    assert caught.value.code == 1
    assert capsys.readouterr().out == (
        "Pages will not run Python: there is no folder or archive /nowhere. "
        "To try again: make pyodide\n"
    )
    assert not target.exists()
