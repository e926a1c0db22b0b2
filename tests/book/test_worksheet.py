"""An assignment's page as its worksheet: the whole way of a student, and what may go wrong."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import watch
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from test_hand_in import released, saved

from course.answers import answers
from course.exercises import assignments

NAME, OTHER = "ps02_locality", "ps03_sharing"
FAILED = {
    "ok": False,
    "outputs": [
        {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["✗ " + "wide " * 40]}
    ],
    "of": "[]",
}


def right_answers(name: str) -> dict[str, str]:
    """A right answer to each task."""
    found: dict[str, str] = {}
    for answer in answers(name):
        if answer.right:
            found.setdefault(answer.task, answer.source)
    return found


def starters(name: str) -> dict[str, str]:
    """What students are given to begin with."""
    cells = json.loads(released(name).read_text("utf-8"))["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in cells}


@pytest.fixture
def context(browser: Browser, html: Path) -> Iterator[BrowserContext]:
    """A student's browser, in which nothing is kept yet."""
    if not (html / "_static" / "pyodide").is_dir():
        pytest.skip("the book was built without Pyodide: `make pyodide` gathers it")
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context


@pytest.fixture
def worksheet(context: BrowserContext, site: str) -> Page:
    return opened(context, site)


def opened(context: BrowserContext, site: str, name: str = NAME) -> Page:
    """An assignment's page, ready to work on."""
    page = watch(context.new_page(), site)
    page.goto(f"{site}exercises/{name}/{name}.html")
    page.wait_for_selector("html[data-worksheet=ready]")
    return page


def reloaded(page: Page) -> Page:
    page.reload()
    page.wait_for_selector("html[data-worksheet=ready]")
    return page


def editor(page: Page, task: str) -> Locator:
    label = "Your answer in words" if task == "written" else f"Your answer: {task}"
    return page.get_by_role("textbox", name=label, exact=True)


def text(page: Page, task: str) -> str:
    """What an editor holds."""
    lines = editor(page, task).locator(".cm-line")
    return "\n".join(line.replace("\n", "") for line in lines.all_inner_texts())


def focused(page: Page) -> str:
    """The name of what has the focus."""
    return page.evaluate("document.activeElement.getAttribute('aria-label')")


def check_of(page: Page, task: str) -> Locator:
    return page.locator(f'[data-cell="test_{task}"]')


def checked(page: Page, task: str, state: str) -> str:
    """Check a task, wait for its verdict; returns what it says."""
    place = check_of(page, task)
    place.get_by_role("button", name=f"Check {task}", exact=True).click()
    page.wait_for_selector(f'[data-cell="test_{task}"][data-state={state}]', timeout=60_000)
    return place.locator(".result").inner_text().strip()


def download(page: Page) -> tuple[str, str]:
    """The name and the text of the file to hand in."""
    with page.expect_download() as event:
        page.get_by_role("button", name="Download to hand in").click()
    return event.value.suggested_filename, event.value.path().read_text("utf-8")


def choose(page: Page, name: str, content: str) -> Locator:
    """Choose a file to read answers from; returns the dialog that comes."""
    with page.expect_file_chooser() as event:
        page.locator(".worksheet-bar summary").click()
        page.get_by_role("button", name="Read answers from a notebook …").click()
    event.value.set_files({"name": name, "mimeType": "", "buffer": content.encode()})
    dialog = page.locator("dialog[open]")
    dialog.wait_for()
    return dialog


def steps(page: Page) -> list[str]:
    """How far each task is, as the bar shows it."""
    links = page.locator(".worksheet-bar .steps a")
    return links.evaluate_all("all => all.map(a => a.dataset.state)")


@pytest.mark.parametrize("name", assignments())
def test_the_whole_way_of_a_student(name, context, site):
    page = opened(context, site, name)
    given, right = starters(name), right_answers(name)
    first, second, *_ = (cell for cell in given if cell in right)
    wrong = next(answer for answer in answers(name) if answer.task == first and answer.says)

    assert "✗" in checked(page, first, "failed")
    editor(page, first).fill(wrong.source)
    said = checked(page, first, "failed").lower()
    assert all(words.lower() in said for words in wrong.says)
    editor(page, first).fill(right[first])
    assert checked(page, first, "passed") == f"{first}: visible checks passed"

    for task, source in right.items():
        editor(page, task).fill(source)
    words = "Near the *border*, where $x_{-1} = 0$ enters.\n\nπ"
    if "written" in given:
        editor(page, "written").fill(words)
        page.wait_for_selector(".preview em, .preview mjx-container")
        right["written"] = words
    page.get_by_role("button", name="Check all").click()
    unfinished = ".steps a:not([data-state=passed], [data-state=written])"
    page.wait_for_selector(unfinished, state="detached", timeout=60_000)
    page.get_by_role("button", name="Draw the picture").click()
    page.wait_for_selector('[data-cell="picture"] .result svg:visible', timeout=60_000)

    assert download(page) == (f"{name}.ipynb", saved(name, right))
    before = steps(page)
    reloaded(page)
    assert steps(page) == before
    assert download(page)[1] == saved(name, right)
    editor(page, second).press("Control+z")
    assert text(page, second) == given[second]
    assert (page.problems, page.outside) == ([], [])


def test_an_endless_loop_is_ended_and_the_next_check_is_fine(worksheet):
    right = right_answers(NAME)
    editor(worksheet, "distance").fill(
        right["distance"].split("\n")[0] + "\n    while True:\n        pass"
    )
    said = checked(worksheet, "distance", "failed")
    assert "loop" in said or "second" in said
    editor(worksheet, "patch").fill(right["patch"])
    assert checked(worksheet, "patch", "passed") == "patch: visible checks passed"
    # An answer that changes takes the verdicts on all that stands below it with it.
    editor(worksheet, "distance").fill(right["distance"])
    assert steps(worksheet)[:3] == ["stale", "stale", "none"]
    assert worksheet.locator(".tally").inner_text() == "0 of 10 points"
    # As it was when it passed: the verdict holds again.
    editor(worksheet, "distance").press("Control+z")
    assert steps(worksheet)[:3] == ["failed", "passed", "none"]
    # What passed on an answer that has changed is checked on the new one, by itself.
    editor(worksheet, "distance").fill(right["distance"])
    checked(worksheet, "distance", "passed")
    worksheet.wait_for_selector('[data-cell="test_patch"][data-state=passed]', timeout=60_000)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("""Storage.prototype.setItem = () => {
              throw new DOMException("full", "QuotaExceededError"); };""", "storage is full"),
        ("""Object.defineProperty(window, "localStorage", { get() {
              throw new DOMException("no", "SecurityError"); } });""", "keeps nothing"),
    ],
    ids=["full", "forbidden"],
)  # fmt: skip
def test_what_cannot_be_kept_is_said_and_can_be_downloaded(script, says, context, site):
    context.add_init_script(script)
    page = opened(context, site)
    assert not page.locator(".worksheet-bar .trouble").is_visible()
    editor(page, "distance").fill("x = 1")
    assert says in page.locator(".worksheet-bar .trouble").inner_text()
    assert download(page)[1] == saved(NAME, {"distance": "x = 1"})


def test_without_a_network_an_answer_is_not_called_wrong(context, site):
    page = opened(context, site)
    editor(page, "distance").fill(right_answers(NAME)["distance"])
    context.route("**/pyodide/**", lambda route: route.abort())
    check_of(page, "distance").get_by_role("button", name="Check distance").click()
    said = check_of(page, "distance").get_by_text("Python could not be started")
    expect(said).to_be_visible()
    assert check_of(page, "distance").locator(".says").inner_text() == ""
    assert steps(page)[0] == "none"
    context.unroute("**/pyodide/**")
    assert checked(page, "distance", "passed") == "distance: visible checks passed"


def test_what_an_answer_prints_by_itself_is_shown_above_the_verdict(worksheet):
    talking = "def distance(p, q):\n    return 0\nprint('by itself:', distance(1, 2))"
    editor(worksheet, "distance").fill(talking)
    said = checked(worksheet, "distance", "failed")
    assert said.index("by itself: 0") < said.index("distance gives a wrong value")


def test_what_an_answer_prints_does_not_hide_its_verdict(worksheet):
    loud = "def distance(p, q):\n    for i in range(300):\n        print(i)\n    return 0"
    editor(worksheet, "distance").fill(loud)
    worksheet.evaluate("""() => new MutationObserver(([{ target }]) => {
      window.said = target.textContent || window.said;
    }).observe(document.querySelector(".worksheet-announcer"), { childList: true })""")
    assert "distance gives a wrong value" in checked(worksheet, "distance", "failed")
    worksheet.wait_for_function("window.said")
    assert worksheet.evaluate("window.said").startswith("distance: not yet. ✗ distance gives a")
    result = check_of(worksheet, "distance").locator(".result")
    assert result.bounding_box()["height"] < 500
    # By keyboard, too, one can read it all.
    assert result.locator(".stream pre").get_attribute("tabindex") == "0"


def test_what_can_be_undone_gives_way_to_what_is_written(context, site):
    """Where there is room for one text only, it is the answer's."""
    context.add_init_script("""{
      const set = Storage.prototype.setItem;
      Storage.prototype.setItem = function (key, value) {
        if (window.full && Object.keys(localStorage).some((other) => other.includes("undo/")))
          throw new DOMException("full", "QuotaExceededError");
        set.call(this, key, value);
      };
    }""")
    page = opened(context, site)
    editor(page, "distance").fill("x = 1")
    page.wait_for_function("Object.keys(localStorage).some((key) => key.includes('undo/'))")
    page.evaluate("window.full = true")
    editor(page, "distance").fill("x = 2")
    assert not page.locator(".worksheet-bar .trouble").is_visible()
    assert text(reloaded(page), "distance") == "x = 2"


def test_an_answer_is_put_back_and_the_way_back_is_open(worksheet):
    given = starters(NAME)["distance"]
    again = worksheet.get_by_role("button", name="Start again: Your answer: distance")
    assert not again.is_visible()
    editor(worksheet, "distance").fill("mine = 1")
    again.click()
    assert text(worksheet, "distance") == given
    place = worksheet.locator('[data-cell="distance"]')
    place.get_by_role("button", name="Undo").click()
    assert text(worksheet, "distance") == "mine = 1"
    assert text(reloaded(worksheet), "distance") == "mine = 1"


def test_answers_are_read_from_a_notebook(worksheet):
    editor(worksheet, "distance").fill("mine = 1")
    file = saved(NAME, {"distance": "theirs = 1", "patch": "theirs = 2"})
    dialog = choose(worksheet, "ps02 (1).ipynb", file)
    said = dialog.inner_text()
    assert "Take 2 answers from ps02 (1).ipynb?" in said
    assert worksheet.evaluate("document.activeElement.innerText") == "Take 2 answers"
    assert "New here: patch." in said
    assert "Replaces what you wrote here: distance." in said
    # Nothing is replaced unless it is agreed to.
    dialog.get_by_role("button", name="Cancel").click()
    assert text(worksheet, "distance") == "mine = 1"
    assert worksheet.evaluate("document.activeElement.innerText") == "More"
    choose(worksheet, "ps02 (1).ipynb", file).get_by_role("button", name="Take 2 answers").click()
    assert [text(worksheet, task) for task in ("distance", "patch")] == ["theirs = 1", "theirs = 2"]
    editor(worksheet, "distance").press("Control+z")
    assert text(worksheet, "distance") == "mine = 1"
    assert download(worksheet)[1] == saved(NAME, {"distance": "mine = 1", "patch": "theirs = 2"})


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("{", "it can’t be read as JSON"),
        (released(OTHER).read_text("utf-8"), "the notebook of another assignment"),
        (released(NAME).read_text("utf-8"), "Not answered in the file, so yours stays: distance."),
    ],
    ids=["broken", "other", "empty"],
)
def test_a_file_that_has_no_answers_replaces_nothing(file, says, worksheet):
    editor(worksheet, "distance").fill("mine = 1")
    dialog = choose(worksheet, "a.ipynb", file)
    assert says in dialog.inner_text()
    dialog.get_by_role("button", name="Close").click()
    assert text(worksheet, "distance") == "mine = 1"


def test_two_tabs_show_the_same(worksheet, context, site):
    other = opened(context, site)
    editor(worksheet, "distance").fill("from one tab")
    notice = other.locator('[data-cell="distance"] .notice')
    notice.wait_for()
    assert "Changed in another tab" in notice.inner_text()
    assert text(other, "distance") == "from one tab"
    # What the other tab had is not lost.
    notice.get_by_role("button", name="Undo").click()
    assert text(other, "distance") == starters(NAME)["distance"]
    worksheet.wait_for_function(
        "document.querySelector('[data-cell=distance] .cm-content').innerText.startsWith('def')"
    )
    assert text(worksheet, "distance") == starters(NAME)["distance"]


def test_of_two_tabs_that_write_at_once_both_texts_are_left(worksheet, context, site):
    editor(worksheet, "distance").fill("before")
    # As where a tab slept: it heard nothing of what another wrote.
    key = "Object.keys(localStorage).find((key) => key.endsWith('answer/distance'))"
    worksheet.evaluate(f"localStorage.setItem({key}, 'from elsewhere')")
    editor(worksheet, "distance").fill("from here")
    worksheet.locator('[data-cell="distance"] .notice:not([hidden])').wait_for()
    assert text(worksheet, "distance") == "from here"
    assert worksheet.evaluate(f"localStorage.getItem({key})") == "from here"
    editor(worksheet, "distance").press("Control+z")
    assert text(worksheet, "distance") == "from elsewhere"


def test_an_assignment_that_has_changed_says_so_and_keeps_the_answers(worksheet):
    editor(worksheet, "distance").fill("mine = 1")
    worksheet.evaluate("""() => {
      const edition = Object.keys(localStorage).find((key) => key.endsWith("edition"));
      const place = edition.slice(0, -"edition".length);
      localStorage.setItem(`${place}edition`, "older");
      localStorage.setItem(`${place}given/distance`, "def distance(a, b): ...");
      localStorage.setItem(`${place}answer/gone`, "of a task that was");
    }""")
    reloaded(worksheet)
    note = worksheet.locator(".new-edition")
    assert "has changed since you worked on it" in note.inner_text()
    assert note.locator("pre").text_content() == "of a task that was"
    assert (
        "has changed since you began"
        in worksheet.locator('[data-cell="distance"] .notice').inner_text()
    )
    assert text(worksheet, "distance") == "mine = 1"
    note.get_by_role("button", name="Understood").click()
    assert worksheet.locator(".new-edition").count() == 0
    assert reloaded(worksheet).locator(".new-edition").count() == 0


def test_the_keyboard_suffices(worksheet):
    place = editor(worksheet, "distance")
    place.fill("def f():")
    place.press("End")
    place.press("Enter")
    place.press_sequentially("x")
    assert text(worksheet, "distance") == "def f():\n    x"
    place.press("Tab")
    assert text(worksheet, "distance") == "def f():\n        x"
    place.press("Shift+Tab")
    place.press("Escape")
    place.press("Tab")
    assert focused(worksheet) == "Check distance"
    worksheet.keyboard.press("Shift+Tab")
    worksheet.evaluate("""() => {
      window.said = [];
      const announcer = document.querySelector(".worksheet-announcer");
      new MutationObserver(() => announcer.textContent && said.push(announcer.textContent))
        .observe(announcer, { childList: true, characterData: true });
    }""")
    worksheet.keyboard.press("Control+Enter")
    worksheet.wait_for_selector('[data-cell="test_distance"][data-state=failed]', timeout=60_000)
    worksheet.wait_for_function("window.said.at(-1)?.startsWith('distance')")
    assert focused(worksheet) == "Your answer: distance"
    said = worksheet.evaluate("window.said")
    assert said[-1].startswith("distance: not yet. ✗")
    # Nothing is said twice; that Python starts, only while it does.
    assert said[:-1] in ([], ["Python starts: some seconds, once."])
    summary = worksheet.locator(".worksheet-bar summary")
    summary.focus()
    worksheet.keyboard.press("Enter")
    assert worksheet.locator(".worksheet-bar .panel").is_visible()
    worksheet.keyboard.press("Escape")
    assert not worksheet.locator(".worksheet-bar .panel").is_visible()


def test_it_is_accessible_and_fits_in_both_themes(context, site):
    page = opened(context, site, OTHER)
    editor(page, "correlate_1d").fill("x = [" + "1, " * 100 + "]")
    editor(page, "written").fill("So $x$.")
    page.evaluate(
        """verdict => {
          const kept = Object.keys(localStorage);
          const answer = kept.find((key) => key.endsWith("answer/correlate_1d"));
          localStorage.setItem(answer.replace("answer/", "verdict/test_"), verdict);
        }""",
        json.dumps(FAILED),
    )
    reloaded(page)
    page.wait_for_selector(".preview mjx-container")
    page.locator(".worksheet-bar summary").click()
    for theme, width in [("light", 1280), ("dark", 1280), ("dark", 390), ("light", 390)]:
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=theme)
        page.wait_for_selector(f"html[data-theme={theme}]")
        # Colours fade from one theme to the other.
        page.wait_for_function("document.getAnimations().every(a => a.playState === 'finished')")
        found = Axe().run(page, context="article").response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == [], (theme, width)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        # A phone zooms in on what is written smaller.
        size = editor(page, "shift").evaluate("element => getComputedStyle(element).fontSize")
        assert size == {1280: "14px", 390: "16px"}[width]


@pytest.mark.parametrize(
    "options", [{"java_script_enabled": False}, {}], ids=["script", "webassembly"]
)
def test_where_it_cannot_run_the_page_reads_as_any_other(options, browser, site):
    with browser.new_context(**options) as context:
        context.add_init_script("delete globalThis.WebAssembly")
        page = watch(context.new_page(), site)
        page.goto(f"{site}exercises/{NAME}/{NAME}.html")
        page.wait_for_load_state("load")
        assert page.locator(".cm-editor, .worksheet-bar, .worksheet-about").count() == 0
        code = page.locator('[data-cell="distance"] pre').inner_text()
        assert code.strip() == starters(NAME)["distance"]
        assert page.problems == []


def test_python_is_fetched_when_it_is_needed_and_nowhere_else(context, site):
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(site)))
    page.goto(f"{site}chapters/glossary.html")
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if "worksheet/" in url or "pyodide/" in url] == []
    page.goto(f"{site}exercises/{NAME}/{NAME}.html")
    page.wait_for_load_state("networkidle")
    assert any("worksheet/editor.js" in url for url in asked)
    assert [url for url in asked if "pyodide/" in url] == []
    with page.expect_request("**/pyodide/**"):
        editor(page, "distance").press("x")


def test_the_theme_says_that_its_download_has_no_answers(worksheet):
    worksheet.get_by_role("button", name="Download this page").click()
    button = worksheet.locator(".btn-download-source-button")
    assert button.inner_text().strip() == ".ipynb, without your answers"


def test_print_has_no_buttons(worksheet):
    editor(worksheet, "distance").fill("x = 1")
    worksheet.emulate_media(media="print")
    assert worksheet.locator("article button:visible, .worksheet-bar:visible").count() == 0
    assert editor(worksheet, "distance").is_visible()


def test_banners_name_the_versions_of_the_lock():
    root = Path(__file__).resolve().parents[2]
    lock = json.loads((root / "course" / "editor" / "package-lock.json").read_text("utf-8"))[
        "packages"
    ]
    for name in ("editor", "markdown"):
        script = (root / "chapters" / "_static" / "worksheet" / f"{name}.js").read_text("utf-8")
        contents = script.split("\n\n")[1].splitlines()
        listed = {line.split()[0]: line.split()[1] for line in contents}
        assert len(listed) > 5
        assert listed == {package: lock[f"node_modules/{package}"]["version"] for package in listed}
