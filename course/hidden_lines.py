"""The lines of solutions and hidden tests, which no student may see, and where one is seen."""

import html
import json
import re

from course.exercises import assignments, source_notebook

REGION = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS)\n(.*?)### END \1", re.DOTALL)


def squeezed(text: str) -> str:
    """A text without its spaces: an indented line is the same line."""
    return re.sub(r"\s+", "", text)


def hidden_lines(kinds: tuple[str, ...] = ("SOLUTION", "HIDDEN TESTS")) -> dict[str, set[str]]:
    """Per assignment, the telling lines that no student may see, without their spaces.

    A line tells something when it has 25 characters and stands nowhere in the open parts.
    """
    found = {}
    for name in assignments():
        text = "\n".join(cell.source for cell in source_notebook(name).cells)
        shown = squeezed(REGION.sub("", text))
        lines = {
            squeezed(line)
            for kind, region in REGION.findall(text)
            if kind in kinds
            for line in region.splitlines()
        }
        found[name] = {line for line in lines if len(line) >= 25 and line not in shown}
    return found


def all_hidden() -> set[str]:
    """The hidden lines of all assignments."""
    return set().union(*hidden_lines().values())


def leaks(text: str, lines: set[str]) -> list[str]:
    """Those of the hidden lines that a text holds: as it is, as a page, quoted in JSON.

    >>> leaks("<p>return <b>secret</b> * 2</p>", {"returnsecret*2", "returnpublic*2"})
    ['returnsecret*2']
    """
    plain = squeezed(text)
    read = squeezed(html.unescape(re.sub(r"<[^>]+>", "", text)))
    return sorted(
        line for line in lines if any(form in plain or form in read for form in written(line))
    )


def written(line: str) -> set[str]:
    """A line as it may stand in a file: a notebook's quotes and backslashes are JSON's.

    >>> sorted(written('f("π")'))
    ['f("π")', 'f(\\\\"\\\\u03c0\\\\")', 'f(\\\\"π\\\\")']
    """
    return {line, json.dumps(line)[1:-1], json.dumps(line, ensure_ascii=False)[1:-1]}
