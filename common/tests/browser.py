"""Headless Chromium for the tests marked `browser`.

    pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

    def test_something(page: Page, live_server: LiveServer) -> None:

`page` is a fresh browser profile that may reach this machine only; `page.problems` lists what the console, the content
security policy and the pages' scripts complained about.
"""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# No name but this machine's own is known. Intercepting requests would do as well, and switch the browser's cache off.
ARGUMENTS = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"]
# A busy machine is no bug, and a page that is wrong stays wrong: only a failing test waits that long.
expect.set_options(timeout=30_000)
MISSING = "BROWSER TESTS ARE NOT RUN: no Chromium was found. On Debian: apt-get install chromium"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser per module. Without one the tests are skipped, and say so; in CI they fail.

    Not one for the whole run: its event loop would stay in this thread and stand in the way of the asynchronous tests.
    """
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    # Playwright runs an event loop in this thread, where Django then sees an async context and refuses the database.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield chromium
        chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    opened = context.new_page()
    problems: list[str] = []
    opened.problems = problems  # type: ignore[attr-defined]  # read by the tests
    opened.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    context.close()


def problems_of(page: Page) -> list[str]:
    found: list[str] = page.problems  # type: ignore[attr-defined]  # set by the fixture
    return found
