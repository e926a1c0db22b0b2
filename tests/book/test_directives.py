"""The book's own directives: what they write, and how they refuse what is wrong."""

import pytest
from bs4 import BeautifulSoup
from small_book import Built, build

from course.address import address

CONF = """
extensions = ["myst_parser", *(f"course.sphinx_{part}" for part in ("directives", "pages", "site"))]
myst_enable_extensions = ["colon_fence", "dollarmath"]
html_title = "A book"
html_favicon = "favicon.svg"
"""

GOOD = """\
:::{quick-check} Is `one` $1$?
- [ ] no
  - It is *one*.
- [x] yes
  - So it is.
:::
"""

DESCRIBED = """\
Short.

Here $x$ is a number of which we know nothing, not even its sign.

> What someone else said about numbers, a long time ago, in another book.

A paragraph of *plain* words, which are enough to say what the page is about.
"""

# What is wrong: the page, and what the complaint must say.
WRONG = {
    "no_right_choice": (GOOD.replace("[x]", "[ ]"), "needs one right choice; it has 0"),
    "two_right_choices": (GOOD.replace("[ ]", "[x]"), "needs one right choice; it has 2"),
    "a_choice_without_a_reason": (GOOD.replace("  - So it is.\n", ""), "one item: its reason"),
    "two_reasons": (GOOD.replace("  - So", "  - Yes.\n  - So"), "one item: its reason"),
    "a_choice_without_a_mark": (GOOD.replace("[ ] no", "no"), "begins with [x] or [ ]"),
    "one_choice": (GOOD.replace("- [ ] no\n  - It is *one*.\n", ""), "two choices or more"),
    "no_list": (":::{quick-check} What?\nNothing.\n:::\n", "two choices or more"),
    "unknown_assignment": (":::{assignment} ps99_none\n:::\n", "no assignment at exercises/ps99"),
}

RIGHT = {
    "good": f"# A page\n\n{GOOD}",
    "edition": "# A page\n\nClone the {students-edition}`students' edition`.\n",
    "described": f"# A page\n\n{DESCRIBED}",
    "own": f"---\nmyst: {{html_meta: {{description: What it is.}}}}\n---\n# A page\n\n{DESCRIBED}",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A small book of right and wrong pages."""
    source = tmp_path_factory.mktemp("book")
    (source / "favicon.svg").write_text("<svg/>")
    wrong = {name: f"# A page\n\n{text}" for name, (text, _) in WRONG.items()}
    return build(source, CONF, RIGHT | wrong)


def description(page: BeautifulSoup) -> str:
    (tag,) = page.select("meta[name=description]")
    return str(tag["content"])


def test_quick_check_is_a_question_with_choices_that_open_to_reasons(book: Built) -> None:
    (check,) = book.page("good").select("quick-check")
    choices = check.select("details")
    assert [tag.get_text() for tag in check.select(".question")] == ["Is one \\(1\\)?"]
    assert [tag.get_text().strip() for tag in check.select("summary")] == ["no", "yes"]
    assert [choice.has_attr("data-correct") for choice in choices] == [False, True]
    reasons = [" ".join(reason.get_text().split()) for reason in check.select(".reason")]
    assert reasons == ["Not quite. It is one.", "Right. So it is."]


@pytest.mark.parametrize("page", WRONG)
def test_directive_refuses_what_is_wrong_and_says_why_and_where(book: Built, page: str) -> None:
    complaints = [line for line in book.complaints if f"{page}.md:3: ERROR" in line]
    assert len(complaints) == 1
    assert WRONG[page][1] in complaints[0]


@pytest.mark.parametrize("page", ["index", *RIGHT])
def test_directive_does_not_complain_of_what_is_right(book: Built, page: str) -> None:
    assert [line for line in book.complaints if f"/{page}.md" in line] == []


def test_page_is_described_by_its_first_paragraph_of_text(book: Built) -> None:
    text = "A paragraph of plain words, which are enough to say what the page is about."
    assert description(book.page("described")) == text


def test_page_without_text_is_described_by_its_title(book: Built) -> None:
    assert description(book.page("index")) == "A page – A book"


def test_page_can_describe_itself(book: Built) -> None:
    assert description(book.page("own")) == "What it is."


def test_words_lead_to_what_students_clone(book: Built) -> None:
    (link,) = book.page("edition").select("p a.reference")
    here = address()
    assert (link.get_text(), link["href"]) == (
        "students’ edition", f"{here.students}/tree/{here.branch}",
    )  # fmt: skip
