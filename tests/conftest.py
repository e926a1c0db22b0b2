"""Which tests are slow, and the browser in which pages are tested; one for the whole run."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

# There is nothing to collect here, and modules of one name can't be collected side by side.
collect_ignore = ["conftest.py"]

# What `make check` leaves to `make test`: files by name, the longest first. They begin in this
# order, so that nobody waits in the end for one that takes minutes.
SLOW = [
    "test_make.py",
    "test_kill_matrix.py",
    "test_lite.py",
    "test_reading.py",
    "test_worksheet.py",
    "test_page_python.py",
    "test_try_it.py",
    "test_attacks.py",
    "test_distributions.py",
    "test_batch.py",
    "test_faults.py",
    "test_grading.py",
    "test_execution.py",
    "test_report.py",
    "test_nvrtc.py",
    "test_quick_check.py",
    "test_check.py",
    "test_old_notebooks.py",
    "test_students_edition_works.py",
    "test_pages.py",
    "test_phones.py",
    "test_matrix_switches.py",
    "test_convolution_explorer.py",
    "test_kernel_playground.py",
    "test_photo_through_layers.py",
    "test_equivariance_square.py",
    "test_commands.py",
    "test_cuda_conv.py",
    "test_broken.py",
    "test_examiner.py",
    "test_finding.py",
    "test_memory_strip.py",
    "test_learned_kernel.py",
    "test_gradient_flow.py",
    "test_patch_explorer.py",
    "test_pixel_shuffle.py",
    "test_cuda_pool.py",
    "test_depthwise.py",
    "test_skeleton.py",
    "test_in_pyodide.py",
    "test_magics.py",
    "test_elements.py",
    "test_report_page.py",
    "test_sources.py",
    "test_emulation.py",
    "test_new_chapter.py",
    "test_course_server.py",
    "test_class_of_thirty.py",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {name: place for place, name in enumerate(SLOW)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))
    for item in items:
        if item.path.name in places:
            item.add_marker("slow")


# A browser on a test machine talks to the test's own server and to nobody else.
QUIET = ["--disable-quic", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--disable-gpu"]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as the system installed it."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        pytest.skip("no Chromium: install it (Debian: apt-get install chromium) to test pages")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, chromium_sandbox=False, args=QUIET
        )
        yield browser
        browser.close()
