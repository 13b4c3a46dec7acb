"""A real Chromium against the app's real server; both end with the tests.

Belongs here: the browser and pages in it. The server is app_server.py; homes come from the fixture
group (quick) or from `sample_run`, the sample group's whole run.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.app_server import serving
from tests.unit.app.published_fixture import write_home

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESKTOP, PHONE = (1440, 900), (390, 844)
# A server's first page imports the whole app, which takes a busy machine far longer than the five
# seconds that expectations wait by themselves. A passing test waits no longer than it needs.
SEEN_WITHIN = 60_000  # milliseconds
expect.set_options(timeout=SEEN_WITHIN)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, driven by Playwright."""
    path = next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("no Chromium is installed: run `make browser`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def open_tab(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Return a maker of tabs, each in a browser session of its own."""
    contexts = []

    def make(size: tuple[int, int] = DESKTOP, *, light: str = "light") -> Page:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=light
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(SEEN_WITHIN)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def small_home(tmp_path: Path) -> Path:
    """A home with the small group published, for a test that changes it."""
    return write_home(tmp_path / "small", content_hash="first0")


@pytest.fixture(scope="session")
def sample_app(sample_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the app on the sample group's whole run."""
    with serving(sample_run, tmp_path_factory.mktemp("app") / "sample-app.log") as address:
        yield address


@pytest.fixture
def small_app(small_home: Path, tmp_path: Path) -> Iterator[str]:
    """The address of the app on the small group."""
    with serving(small_home, tmp_path / "small-app.log") as address:
        yield address
