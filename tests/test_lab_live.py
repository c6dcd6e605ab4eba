"""Live figures in a real JupyterLab: run all, drag everything, look at the keys, the saved file and a restart."""

import json
from collections.abc import Iterator
from pathlib import Path

import lab
import nbformat
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import Browser, Page

from blogtools.live import strip_widgets

DEMO = """
import numpy as np
from blogtools.live import Button, Choice, Live, Points, Slider, Text, Toggle, style

def draw(figure):
    axes = figure.add_subplot()
    axes.set(xlim=(0, 10), ylim=(-2, 2), xlabel="x / m", ylabel="y / m", title="万有引力")
    dots = axes.scatter([], [], s=150, color="k", zorder=5)
    return {"wave": axes.plot([], [], **style.line("field"))[0], "dots": dots}

def compute(a, dots, on, kind, seed, word):
    x = np.linspace(0, 10, 300)
    y = (np.sin if kind == "sine" else np.cos)(x + a) * (1 + on) + np.interp(x, *dots[np.argsort(dots[:, 0])].T) + seed
    y = y + len(word) / 4
    return {"wave": np.column_stack([x, y]), "readout": f"mean {y.mean():.3f} m"}

figure = Live(draw, compute, [
    Slider("a", "shift", -3, 3, 0, unit="rad", play=True),
    Points("dots", "dot", "dots", [[2, 0], [8, 0.5]], (0, -2), (10, 2)),
    Toggle("on", "double"), Choice("kind", "kind", ["sine", "cosine"], "sine"), Button("seed", "raise"),
    Text("word", "word", "one", str, ["seven"]),
], "A wave through two dots.")
figure
"""


def written(path: Path, *cells: str) -> Path:
    """A notebook of these code cells, without outputs."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)
    return path


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page that may neither log an error nor ask anything of another machine."""
    report = lab.Report()
    with lab.watched(chromium, report) as opened:
        yield opened
    assert report.problems == []


def test_every_control_moves_the_picture(server: lab.Lab, page: Page, tmp_path: Path) -> None:
    server.open(page, written(tmp_path / "drive.ipynb", DEMO, "figure"))
    server.run_all(page)
    report = lab.Report()
    figures = lab.live_figures(page)
    assert len(figures) == 2
    lab.drive_figure(page, figures[0], "figure", report)
    assert len(report.moved) == 7
    assert (report.unmoved, report.problems, lab.cell_problems(page)) == ([], [], [])
    values = [figure.locator("output").inner_text() for figure in figures]
    assert values[0] == values[1] != "0.00\u2009rad"


def test_the_harness_sees_what_goes_wrong(server: lab.Lab, chromium: Browser, tmp_path: Path) -> None:
    broken = DEMO.replace("x = np", "assert a == 0, 'fell'; x = np").replace("* (1 + on)", "")
    cells = [broken, "import warnings; warnings.warn('mind')", "1 / 0"]
    report = lab.Report()
    with lab.watched(chromium, report) as page:
        server.open(page, written(tmp_path / "broken.ipynb", *cells))
        server.run_all(page)
        page.evaluate("console.error('a console error'); fetch('http://192.0.2.1/far').catch(() => 0)")
        problems = lab.cell_problems(page)
        lab.drive_figure(page, lab.live_figures(page)[0], "figure", report)
    assert [problem.partition(":")[2][:10] for problem in problems] == [" stderr: /", " ZeroDivis"]
    assert "figure: toggle 0" in report.unmoved
    text = "\n".join(report.problems)
    assert "AssertionError: fell" in text
    assert "a console error" in text
    assert "request: http://192.0.2.1/far" in text


def test_keys_stay_in_the_figure(server: lab.Lab, page: Page, tmp_path: Path) -> None:
    server.open(page, written(tmp_path / "keys.ipynb", DEMO, "1", "2"))
    server.run_all(page)
    figure = lab.live_figures(page)[0]
    figure.scroll_into_view_if_needed()
    active = "window.jupyterapp.shell.currentWidget.content.activeCellIndex"
    for selector in ("input[type=range]", ".handle", "select", "button.play", "input[type=text]"):
        figure.locator(selector).first.focus()
        before = page.evaluate(active)
        for key in ("ArrowDown", "ArrowRight", "d", "d", "b"):
            page.keyboard.press(key)
        page.wait_for_timeout(200)
        assert page.evaluate(active) == before
    assert page.locator(".jp-CodeCell").count() == 3


def test_the_saved_notebook_has_the_still_and_no_widget_state(server: lab.Lab, page: Page, tmp_path: Path) -> None:
    path = written(tmp_path / "saved.ipynb", DEMO)
    server.open(page, path)
    server.run_all(page)
    lab.live_figures(page)
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
    saved = json.loads((server.work / path.name).read_text(encoding="utf-8"))
    assert "widgets" not in saved["metadata"]
    assert strip_widgets(saved) == 1
    stripped = tmp_path / "stripped.ipynb"
    stripped.write_text(json.dumps(saved), encoding="utf-8")
    server.open(page, stripped)
    picture = page.locator(".jp-OutputArea-output img")
    picture.wait_for()
    assert picture.bounding_box()["width"] == 760  # type: ignore[index]
    html, _ = HTMLExporter(template_name="classic").from_notebook_node(nbformat.read(stripped, 4))
    assert 'alt="A wave through two dots."' in html


def test_a_restart_is_named_in_the_figure(server: lab.Lab, page: Page, tmp_path: Path) -> None:
    server.open(page, written(tmp_path / "restart.ipynb", DEMO))
    server.run_all(page)
    figure = lab.live_figures(page)[0]
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    message = figure.locator(".message")
    message.wait_for(state="visible")
    assert message.inner_text() == "Python was restarted: run this cell again."
    server.wait_idle(page)
    server.run_all(page)
    again = lab.live_figures(page)[0]
    before = lab.signature(again)
    lab.drag_slider(page, again.locator("input[type=range]").first)
    page.wait_for_timeout(1000)
    assert lab.signature(again) != before
