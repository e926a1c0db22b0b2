"""The chapter on grading names every hostile notebook that the tests hand in.

    python tests/book/test_hostile_notebooks.py        write the list anew

The list is kept beside the chapter, because the book is built without the tests.
"""

from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ATTACKS = ROOT / "tests" / "invigilator" / "attacks"
LIST = ROOT / "chapters" / "hostile_notebooks.html"


def listed() -> str:
    """What each attack tries, by the first line of its text, as HTML."""
    texts = [path.read_text("utf-8") for path in sorted(ATTACKS.glob("*.txt"))]
    tried = [text.partition("\n")[0].removeprefix("# ") for text in texts]
    items = "".join(f"<li>{escape(each)}</li>\n" for each in tried)
    title = f"What {len(tried)} hostile notebooks try"
    return f"<details><summary>{title}</summary><ol>\n{items}</ol></details>\n"


def test_the_list_in_the_book_is_that_of_the_tests() -> None:
    assert LIST.read_text("utf-8") == listed(), f"run: python {Path(__file__).relative_to(ROOT)}"


if __name__ == "__main__":
    LIST.write_text(listed(), "utf-8")
