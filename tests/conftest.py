"""A browser, a JupyterLab, and a bare page that shows a live figure."""

from collections.abc import Iterator
from typing import Any

import lab
import pytest
from playwright.sync_api import Browser

from blogtools.live import Live


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with lab.browser() as started:
        yield started


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab.Lab]:
    with lab.Lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture
def show(chromium: Browser) -> Iterator[lab.Show]:
    """Shows a figure in a page; an error in the page's console fails the test."""
    contexts = []
    errors: list[str] = []

    def open_page(live: Live, width: int = 1000, ratio: float = 2, **options: Any) -> lab.InPage:
        context = chromium.new_context(viewport={"width": width, "height": 900}, device_scale_factor=ratio, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        return lab.InPage(page, live)

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
