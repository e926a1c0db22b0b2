"""Write the skeleton of a chapter or of an assignment, and say what is left to do.

    python -m course.skeleton chapter pooling
    python -m course.skeleton assignment ps04_pooling [--function max_pool]

The texts are in `course/templates/`. What a person has to write is marked TODO. Nothing that exists
is written over: a name that won't do changes nothing.
"""

import argparse
import keyword
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from course.address import ROOT
from course.exercises import assignments

TEMPLATES = Path(__file__).parent / "templates"


class NameRefused(ValueError):
    """A name that no chapter or assignment can have, and why."""


def filled(template: str, **given: object) -> str:
    """A template with its blanks filled in."""
    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(
        loader=loader, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    return environment.get_template(template).render(**given)


def titled(name: str) -> str:
    """`weight_sharing` as a title: Weight sharing."""
    return name.replace("_", " ").capitalize()


def chapter(name: str) -> dict[str, str]:
    """The files of a new chapter, by their paths, with an element and its test.

    Raises NameRefused unless the name is of lower-case words joined by underscores.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise NameRefused(
            f"{name!r} can't be a chapter's name: lower-case letters and digits, joined by "
            "underscores, such as weight_sharing"
        )
    label = name.replace("_", "-")
    element = f"{label}-figure"
    blanks = {
        "name": name,
        "title": titled(name),
        "label": label,
        "element": element,
        "class": "".join(word.capitalize() for word in element.split("-")),
    }
    return {
        f"chapters/{name}.md": filled("chapter.md.j2", **blanks),
        f"chapters/_static/elements/{element}.js": filled("element.js.j2", **blanks),
        f"tests/book/test_{name}_figure.py": filled("test_element.py.j2", **blanks),
    }


def after_chapter(name: str) -> list[str]:
    """What is left to do for a chapter."""
    return [
        f"write what is marked TODO in chapters/{name}.md, its element and its test",
        f"list chapters/{name} in _toc.yml",
        "add its terms to chapters/glossary.md, its sources to chapters/references.bib",
        "make book, then look at the page: light, dark, wide, phone",
    ]


def assignment(name: str, function: str = "") -> dict[str, str]:
    """The files of a new assignment, by their paths, with one task: to write `function`.

    Raises NameRefused unless the name is of the form psNN_name, with a number that is free, and
    the function's is one that Python allows.
    """
    match = re.fullmatch(r"ps(\d\d)_([a-z][a-z0-9]*(?:_[a-z0-9]+)*)", name)
    if not match:
        raise NameRefused(
            f"{name!r} can't be an assignment's name: psNN_name, with two digits and lower-case "
            "letters, such as ps02_locality"
        )
    number, topic = match.groups()
    taken = [each for each in assignments() if each.startswith(f"ps{number}_") and each != name]
    if taken:
        raise NameRefused(f"{name!r} can't be an assignment's name: {taken[0]} has its number")
    function = function or topic
    if not function.isidentifier() or keyword.iskeyword(function):
        raise NameRefused(f"{function!r} can't be the name of a function to write")
    blanks = {"number": int(number), "title": titled(topic).lower(), "function": function}
    return {
        f"solutions/{name}/{name}.md": filled("assignment.md.j2", **blanks),
        f"solutions/{name}/answers/{function}.py": filled("answers.py.j2", **blanks),
    }


def after_assignment(name: str) -> list[str]:
    """What is left to do for an assignment."""
    return [
        f"write what is marked TODO in solutions/{name}/, a file of answers for each function",
        "describe its usual mistakes in lib/convbook/src/convbook/checking/mistakes/, and hand "
        "them to every check: causes=mistakes.…",
        f"make exercises, and commit exercises/{name}",
        "make kill-matrix: a wrong answer that keeps its points is a hole in the hidden tests; of "
        "ten, one may pass the visible ones",
        f"list exercises/{name}/{name} below its chapter in _toc.yml, and link it from the "
        f"chapter's exercises: :::{{assignment}} {name}",
    ]


def write(files: Mapping[str, str], root: Path = ROOT) -> None:
    """Write all files below `root`, or none when one of them is there already."""
    there = [path for path in files if (root / path).exists()]
    if there:
        verb = "exists" if len(there) == 1 else "exist"
        raise NameRefused(f"{' and '.join(there)} {verb} already: nothing is written over")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kind", choices=["chapter", "assignment"])
    parser.add_argument("name")
    parser.add_argument("--function", default="", help="what an assignment's first task asks for")
    options = parser.parse_args()
    try:
        if options.kind == "chapter":
            files, left = chapter(options.name), after_chapter(options.name)
        else:
            files = assignment(options.name, options.function)
            left = after_assignment(options.name)
        write(files)
    except NameRefused as refusal:
        sys.exit(str(refusal))
    print("wrote\n" + "\n".join(f"  {path}" for path in files))
    print("left to do\n" + "\n".join(f"  {number}. {step}" for number, step in enumerate(left, 1)))


if __name__ == "__main__":
    main()
