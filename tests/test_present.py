"""`blogtools present`: the page of a notebook in a real browser, and the names that a notebook goes by."""

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import lab
import pytest
from playwright.sync_api import Browser, Page

from blogtools.cli import main
from blogtools.posts import POSTS
from blogtools.present import find_notebook

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
SCREENSHOTS = ROOT / ".artifacts" / "screenshots"


@pytest.mark.parametrize(
    "name",
    ["04_poisson_flow", "04", "poisson_flow", "9305", "04_poisson_flow.ipynb", "notebooks/04_poisson_flow"],
)
def test_a_notebook_goes_by_many_names(name: str) -> None:
    assert find_notebook(name, NOTEBOOKS) == NOTEBOOKS / "04_poisson_flow.ipynb"


def test_a_wrong_name_is_status_2_and_names_near_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["present", "poisson_flaw", "--notebooks", str(NOTEBOOKS)]) == 2
    error = capsys.readouterr().err
    assert "NOTEBOOK = 'poisson_flaw' is not a notebook" in error
    assert "04_poisson_flow" in error


def test_a_post_with_several_notebooks_names_them(tmp_path: Path) -> None:
    names = next(post.notebooks for post in POSTS if post.id == "9271")
    for name in names:
        (tmp_path / f"{name}.ipynb").touch()
    with pytest.raises(ValueError, match=f"several notebooks in .*; {', '.join(names)}$"):
        find_notebook("9271", tmp_path)
    with pytest.raises(ValueError, match="near it: none"):
        find_notebook("01", tmp_path / "empty")


def test_the_folder_must_be_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["present", "--notebooks", str(tmp_path / "none")]) == 2
    assert "not a folder" in capsys.readouterr().err


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where 00_start_here is presented, token included."""
    folder = tmp_path_factory.mktemp("present")
    places = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")}
    command = [sys.executable, "-m", "blogtools.cli", "present", "00", f"--notebooks={NOTEBOOKS}", "--no-browser"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        command.append(f"--port={probe.getsockname()[1]}")
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | places)
    try:
        assert server.stderr is not None
        yield next(line for line in server.stderr if "token=" in line).strip()
    finally:
        server.terminate()
        server.communicate()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page on a projector that may neither log an error nor ask anything of another machine."""
    report = lab.Report()
    with lab.watched(chromium, report, viewport={"width": 1600, "height": 900}) as opened:
        yield opened
    assert report.problems == []


def test_figures_are_alive_and_no_code_is_shown(address: str, page: Page) -> None:
    page.goto(address, timeout=120_000)
    figure = page.locator(".blogtools-live").first
    figure.locator("canvas[data-painted]").wait_for(state="attached", timeout=60_000)
    text = page.locator("#rendered_cells").inner_text()
    assert "1. A figure that moves" in text
    assert "supported" in text
    assert "import" not in text
    assert page.locator(".jp-InputPrompt, .jp-CodeMirrorEditor, .highlight").count() == 0
    before = lab.signature(figure)
    lab.drag_slider(page, figure.locator("input[type=range]").first)
    page.wait_for_function("(c) => Number(c.dataset.painted) > 5", arg=figure.locator("canvas").element_handle())
    assert lab.signature(figure) != before
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "present.png")

    tops = "Array.from(document.querySelectorAll('h2'), (node) => Math.round(node.getBoundingClientRect().top))"
    page.keyboard.press("Home")
    page.locator("#rendered_cells").evaluate("(node) => { node.scrollTop = 0; }")
    page.keyboard.press("PageDown")
    first = page.evaluate(tops)
    assert first[0] == 12
    page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    assert page.evaluate(tops) == first


@pytest.mark.parametrize("path", ["", "voila/render/none.ipynb", "login"])
def test_the_list_and_the_errors_ask_nothing_of_another_machine(address: str, chromium: Browser, path: str) -> None:
    site, _, token = address.partition("/voila/render/00_start_here.ipynb?")
    report = lab.Report()
    with lab.watched(chromium, report) as page:
        page.goto(f"{site}/{path}?{token}")
        if not path:
            names = [path.stem.replace("_", " ") for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
            assert page.locator("li a").all_inner_texts() == names
    assert [problem for problem in report.problems if problem.startswith("request")] == []


def test_without_the_token_nothing_is_shown(address: str) -> None:
    assert address.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(address.partition("?")[0]) as answer:
        assert "/login" in answer.url
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(address.partition("/voila")[0] + "/voila/api/contents")
