"""Which versions of the two distributions are released, and that none is ever two things.

    python -m course.releases            end with 1 when the text of a released version has changed
    python -m course.releases --strict   and when the version that stands here is not released
    python -m course.releases --record   note the versions that stand here as released

A notebook fetches the wheel whose version it names, for as long as somebody keeps the notebook. So
a version that was once released keeps its text. `lib/releases.toml` holds, for each, a sum of it.
"""

import argparse
import hashlib
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from course.address import ROOT

NAMES = ("convbook", "invigilator")
RECORD = Path("lib", "releases.toml")

# What pip and Python write beside the text.
MADE = {"build", "__pycache__"}


def version(name: str, root: Path = ROOT) -> str:
    """The version of a distribution that stands here."""
    text = (root / "lib" / name / "pyproject.toml").read_text("utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def texts(name: str, root: Path = ROOT) -> Iterator[Path]:
    """The files that a distribution is made from, in order."""
    folder = root / "lib" / name
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        made = any(part in MADE or part.endswith(".egg-info") for part in parts)
        if path.is_file() and not made:
            yield path


def text_sum(name: str, root: Path = ROOT) -> str:
    """One number for all the text of a distribution: SHA-256 over the names and sums of files."""
    folder = root / "lib" / name
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in texts(name, root)
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def released(root: Path = ROOT) -> dict[str, dict[str, str]]:
    """Of each distribution the released versions, with the sums of their texts."""
    return tomllib.loads((root / RECORD).read_text("utf-8"))


def changed(root: Path = ROOT) -> list[str]:
    """What is wrong: a sentence for each distribution that differs from what it was released as."""
    record = released(root)
    wrong = []
    for name in NAMES:
        here = version(name, root)
        if record[name].get(here, text_sum(name, root)) != text_sum(name, root):
            wrong.append(
                f"{name} has changed since {here} was released: raise `version` in "
                f"lib/{name}/pyproject.toml, and run `make exercises notebooks`."
            )
    return wrong


def unreleased(root: Path = ROOT) -> list[str]:
    """What is missing: a sentence for each distribution whose version is not released."""
    record = released(root)
    return [
        f"{name} {version(name, root)} is not released: what is published under that version could "
        "still become another thing. Run `make release` and commit what it writes."
        for name in NAMES
        if version(name, root) not in record[name]
    ]


def record(root: Path = ROOT) -> list[str]:
    """Note the versions that stand here as released; returns those that are new."""
    if wrong := changed(root):
        raise ValueError("\n".join(wrong))
    path, new = root / RECORD, []
    for name in NAMES:
        here = version(name, root)
        if here in released(root)[name]:
            continue
        line = f'"{here}" = "{text_sum(name, root)}"\n'
        before, heading, after = path.read_text("utf-8").partition(f"[{name}]\n")
        path.write_text(before + heading + line + after, "utf-8")
        new.append(f"{name} {here}")
    return new


def main() -> None:
    parser = argparse.ArgumentParser(description="Which versions are released.")
    parser.add_argument("--strict", action="store_true", help="what stands here must be released")
    parser.add_argument("--record", action="store_true", help="note what stands here as released")
    options = parser.parse_args()
    if wrong := changed():
        sys.exit("\n".join(wrong))
    if options.record:
        new = record()
        print(f"New in {RECORD}: {', '.join(new)}" if new else "There is nothing new to release.")
    elif options.strict and (missing := unreleased()):
        sys.exit("\n".join(missing))


if __name__ == "__main__":
    main()
