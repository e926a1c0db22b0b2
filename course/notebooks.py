"""Make the chapters' notebooks in `notebooks/`, which Colab and Binder open.

    python -m course.notebooks            write what changed
    python -m course.notebooks --check    change nothing; exit 1 when a committed notebook is stale

A chapter is MyST Markdown, of which a notebook shows only what is plain Markdown. So roles become
links to the built book, definitions and theorems become quotations, the answers of quick checks
fold, and a cell that fetches the library comes first. Pictures to play with stay in the book.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from pybtex.database import parse_file

from course.address import ROOT, Address, address
from course.exercises import SETUP, wheel_name
from course.toc import chapters

NOTEBOOKS = ROOT / "notebooks"

OPENING = re.compile(r"^(:{3,}|`{3,})\{([\w:-]+)\} ?(.*)$")
ROLE = re.compile(r"\{([\w:-]+)\}`([^`]+)`")
LABEL = re.compile(r"^\(([\w-]+)\)=\n#+ (.+)$", re.MULTILINE)
NAMED = re.compile(r"\{prf:(\w+)\} ?(.*)\n:label: ([\w-]+)")
FORMULA = re.compile(r"^\$\$ \(([\w-]+)\)$", re.MULTILINE)
FIGURE = re.compile(r"^ {4}name: ([\w-]+)$", re.MULTILINE)
ELEMENT = re.compile(r"^<([a-z]+-[a-z-]+)[^>]*>\n(.*?)^</\1>$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Book:
    """What a chapter may refer to, and where that is on the site."""

    root: Path
    here: Address

    @cached_property
    def places(self) -> dict[str, tuple[str, str]]:
        """Of each label what it is called and its address."""
        found = {}
        for path in sorted((self.root / "chapters").rglob("*.md")):
            page = f"{self.here.site}{path.relative_to(self.root).with_suffix('.html')}"
            text = path.read_text("utf-8")
            for label, title in LABEL.findall(text):
                found[label] = (title, f"{page}#{label}")
            for kind, title, label in NAMED.findall(text):
                found[label] = (f"{kind.capitalize()} ({title})", f"{page}#{label}")
            for label in FORMULA.findall(text):
                found[label] = ("this formula", f"{page}#equation-{label}")
            for label in FIGURE.findall(text):
                found[label] = ("this figure", f"{page}#{label}")
        return found

    @cached_property
    def sources(self) -> dict[str, str]:
        """Of each key of the bibliography its authors and year."""
        found = {}
        for key, entry in parse_file(
            str(self.root / "chapters" / "references.bib")
        ).entries.items():
            names = [
                " ".join([*person.prelast_names, *person.last_names])
                for person in entry.persons["author"]
            ]
            who = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
            found[key] = f"{who} {entry.fields['year']}"
        return found

    def text_of(self, path: Path, name: str) -> str:
        """The text of a function in a file."""
        text = path.read_text("utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                return ast.get_source_segment(text, node) or ""
        raise ValueError(f"{path.name} has no function {name}")


# What a page shows elsewhere, a notebook shows at once.
GLUE = "from myst_nb import glue\n"
SHOWN = """\
from IPython.display import display

def glue(name, picture, **options):
    display(picture)

"""


class Chapter:
    """A chapter on its way from MyST to plain Markdown."""

    def __init__(self, book: Book, page: str) -> None:
        self.book, self.page = book, page
        self.path = book.root / f"{page}.md"
        self.address = f"{book.here.site}{page}.html"
        labels = FORMULA.findall(self.path.read_text("utf-8"))
        self.numbers = {label: i for i, label in enumerate(labels, 1)}

    def plain(self, text: str) -> str:
        """MyST as Markdown."""
        return self.words("\n".join(self.blocks(text.splitlines()))).strip()

    def blocks(self, lines: list[str]) -> Iterator[str]:
        """The lines, directives among them written out."""
        rest = iter(lines)
        for line in rest:
            opening = OPENING.match(line)
            if opening is None:
                yield line
                continue
            fence, name, argument = opening.groups()
            inside = []
            for line in rest:
                if line.rstrip() == fence:
                    break
                inside.append(line)
            options, body = split_options(inside)
            yield from self.directive(name, argument, options, body)

    def directive(
        self, name: str, argument: str, options: dict[str, str], body: list[str]
    ) -> Iterator[str]:
        """What a directive says, as Markdown."""
        if name == "quick-check":
            yield from quick_check(argument, body)
        elif name == "literalinclude":
            path = (self.path.parent / argument).resolve()
            yield from ["```python", self.book.text_of(path, options["pyobject"]), "```"]
        elif name == "assignment":
            site = self.book.here.site
            yield f"[The assignment]({site}exercises/{argument}/{argument}.html) of this chapter."
        elif name in ("grid", "grid-item"):  # columns of a page, one below the other here
            yield from self.blocks(body)
        elif name in ("glue", "button-ref"):  # a picture of a cell's, a way to another page
            return
        elif name == "dropdown":
            inner = list(self.blocks(body))
            yield from [f"<details><summary>{argument}</summary>", "", *inner, "", "</details>"]
        else:
            kind = name.removeprefix("prf:").capitalize() if name.startswith("prf:") else ""
            title = f"**{kind}**" + (f" ({argument})" if argument else "") if kind else ""
            heading = title or (f"**{argument}**" if argument else "**Important**")
            while body and not body[0].strip():
                body = body[1:]
            for line in [heading, "", *self.blocks(body)]:
                yield f"> {line}".rstrip()

    def words(self, text: str) -> str:
        """Roles, labels and elements as Markdown."""
        text = re.sub(r"^\([\w-]+\)=\n", "", text, flags=re.MULTILINE)
        text = re.sub(
            r"\n(>? ?)\$\$ \(([\w-]+)\)",
            lambda m: f"\n{m[1]}\\tag{{{self.numbers[m[2]]}}}\n{m[1]}$$",
            text,
        )
        text = ELEMENT.sub(lambda m: f"{m[2]}*Play with it [in the book]({self.address}).*\n", text)
        return ROLE.sub(lambda m: self.role(m[1], " ".join(m[2].split())), text)

    def role(self, name: str, text: str) -> str:
        """What a role says, as Markdown."""
        said, _, target = text.rpartition(" <")
        target = target.removesuffix(">") if said else text
        if name in ("ref", "prf:ref", "numref", "doc"):
            title, place = self.book.places[target]
            return f"[{said or title}]({place})"
        if name == "eq":
            own = self.numbers.get(target)
            return f"({own})" if own else "[{}]({})".format(*self.book.places[target])
        if name.startswith("cite"):
            names = "; ".join(self.book.sources[key.strip()] for key in target.split(","))
            return f"[{names}]({self.book.here.site}chapters/bibliography.html)"
        if name == "source":
            return f"`{target.replace('.', '/')}.py`"
        if name == "term":
            return said or target
        raise ValueError(f"{self.path.name}: no plain text is known for the role {name}")


def split_options(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """The options at the top of a directive, and what comes after them."""
    options = {}
    for i, line in enumerate(lines):
        option = re.match(r":([\w-]+): ?(.*)$", line)
        if option is None:
            return options, lines[i:]
        options[option[1]] = option[2]
    return options, []


def quick_check(question: str, body: list[str]) -> Iterator[str]:
    """A question with its choices; reasons fold."""
    choices, reasons = [], []
    for line in body:
        choice = re.match(r"- \[([x ])\] (.*)", line)
        if choice:
            choices.append(f"- {choice[2]}")
            reasons.append(f"- {'Right' if choice[1] == 'x' else 'Not quite'}: {choice[2]} –")
        elif line.strip():
            reasons[-1] += f" {line.strip().removeprefix('- ')}"
    yield from [f"**Quick check.** {question}", "", *choices, ""]
    yield from ["<details><summary>Answers</summary>", "", *reasons, "", "</details>"]


def notebook_of(page: str, book: Book) -> NotebookNode:
    """The notebook of a chapter."""
    chapter = Chapter(book, page)
    made = jupytext.read(chapter.path, fmt="md:myst")
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made.metadata = NotebookNode(kernelspec=kernel, language_info={"name": "python"})
    made.nbformat, made.nbformat_minor = 4, 5
    cells = []
    for cell in made.cells:
        if cell.cell_type == "markdown":
            cell.source = chapter.plain(cell.source)
        else:
            cell.source = cell.source.replace(GLUE, SHOWN)
        cell.metadata = NotebookNode()
        if cell.source:
            cells.append(cell)
    wheel = f"{book.here.site}wheel/{wheel_name()}"
    note = (
        f"*This is a chapter as a notebook. [In the book]({chapter.address}) you can play with it.*"
    )
    setup = nbformat.v4.new_code_cell(SETUP.format(wheel=wheel))
    made.cells = [cells[0], nbformat.v4.new_markdown_cell(note), setup, *cells[1:]]
    for place, cell in enumerate(made.cells):
        cell.id = f"cell-{place:03}"
    nbformat.validate(made)
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing, report what is stale")
    check = parser.parse_args().check
    book = Book(ROOT, address())
    wanted = {
        NOTEBOOKS / f"{Path(page).name}.ipynb": f"{nbformat.writes(notebook_of(page, book))}\n"
        for page in chapters()
    }
    stale = [path for path in NOTEBOOKS.glob("*.ipynb") if path not in wanted]
    for path, text in wanted.items():
        if not path.is_file() or path.read_text("utf-8") != text:
            stale.append(path)
    if check and stale:
        names = ", ".join(path.name for path in stale)
        sys.exit(f"stale: {names}. Run `make notebooks` and commit what it writes.")
    NOTEBOOKS.mkdir(exist_ok=True)
    for path in stale:
        if path in wanted:
            path.write_text(wanted[path], "utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
        else:
            path.unlink()


if __name__ == "__main__":
    main()
