"""The book's own directives, and a role.

`quick-check` writes a question whose every choice has its reason:

    :::{quick-check} How many weights has a dense layer from 4 pixels to 4 pixels?
    - [ ] 4
      - That would be one a pixel; every output weighs **every** input.
    - [x] 16
      - Four outputs with four weights each.
    :::

`assignment` links a chapter to one of the notebooks in `exercises/`:

    :::{assignment} ps02_locality
    :::

`students-edition` is a role, whose words link to what students clone.
"""

from typing import Any

from docutils import nodes
from sphinx.addnodes import download_reference
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

from course.address import ROOT, address


class QuickCheck(SphinxDirective):
    """A multiple-choice question, which needs no JavaScript to be read and answered."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        question, messages = self.parse_inline(self.arguments[0])
        body = nodes.container()
        body.document = self.state.document
        self.state.nested_parse(self.content, self.content_offset, body)
        choices = [item for bullets in body.children for item in bullets.children]
        if len(choices) < 2 or not all(isinstance(item, nodes.list_item) for item in choices):
            raise self.error("quick-check needs a list of two choices or more")
        out: list[nodes.Node] = [
            html("<quick-check>"),
            nodes.paragraph("", "", *question, classes=["question"]),
        ]
        right = 0
        for item in choices:
            if len(item) != 2 or not isinstance(item[1], nodes.bullet_list) or len(item[1]) != 1:
                raise self.error(
                    "each choice of a quick-check needs a nested list of one item: its reason"
                )
            mark = item[0].astext()[:3].lower()
            if mark not in ("[x]", "[ ]"):
                raise self.error("each choice of a quick-check begins with [x] or [ ]")
            drop_mark(item[0])
            correct = mark == "[x]"
            right += correct
            out += [
                html(f"<details{' data-correct' if correct else ''}><summary>"),
                nodes.inline("", "", *item[0].children),
                html("</summary>"),
                nodes.container(
                    "",
                    nodes.inline("", "Right. " if correct else "Not quite. ", classes=["verdict"]),
                    *item[1][0].children,
                    classes=["reason"],
                ),
                html("</details>"),
            ]
        if right != 1:
            raise self.error(f"a quick-check needs one right choice; it has {right}")
        return [
            nodes.container("", *out, html("</quick-check>"), classes=["quick-check"]),
            *messages,
        ]


def drop_mark(paragraph: nodes.Element) -> None:
    """Take the `[x] ` away that begins a choice."""
    text = paragraph.next_node(nodes.Text)
    text.parent.replace(text, nodes.Text(text.astext()[3:].lstrip()))


def html(text: str) -> nodes.raw:
    """A piece of HTML, which other formats leave out."""
    return nodes.raw("", text, format="html")


class Assignment(SphinxDirective):
    """Links to an assignment: read it here, download it, open it in Colab or Binder."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        path = f"exercises/{name}/{name}"
        if not (ROOT / f"{path}.ipynb").is_file():
            raise self.error(f"there is no assignment at {path}.ipynb")
        here = address()
        links = [
            self.parse_text_inline(f"{{doc}}`Read it here <../{path}>`"),
            [
                download_reference(
                    "",
                    "",
                    nodes.inline("", "Download the notebook"),
                    reftarget=f"/{path}.ipynb",
                    refdoc=self.env.docname,
                )
            ],
            [nodes.reference("", "Open in Colab", refuri=here.colab(f"{path}.ipynb"))],
            [nodes.reference("", "Open in Binder", refuri=here.binder(f"{path}.ipynb"))],
        ]
        items = [nodes.list_item("", nodes.paragraph("", "", *link)) for link in links]
        return [nodes.bullet_list("", *items, classes=["assignment-links"])]

    def parse_text_inline(self, text: str) -> list[nodes.Node]:
        """The nodes of a line of Markdown, complaints included."""
        found, messages = self.parse_inline(text)
        return [*found, *messages]


class StudentsEdition(SphinxRole):
    """Words that link to the students' edition."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        return [nodes.reference("", self.text, refuri=address().edition)], []


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("quick-check", QuickCheck)
    app.add_directive("assignment", Assignment)
    app.add_role("students-edition", StudentsEdition())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
