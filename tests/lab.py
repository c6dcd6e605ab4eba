"""Drives live figures in a real browser: in a bare page, and in JupyterLab.

``in_page`` shows a figure without Jupyter: Python and the page talk through Playwright. ``drive_notebook`` opens a
notebook in a JupyterLab, runs it, moves every control of every live figure, and reports what it saw.
"""

import base64
import contextlib
import io
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from blogtools.live import Live

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

_PAGE = """
<!doctype html><meta charset="utf-8"><title>live figure</title><body style="margin:0"><div id="out"></div>
<script type="module">
const restore = (value) => {
  if (value && value.__bytes !== undefined) {
    const text = atob(value.__bytes), bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
    return new DataView(bytes.buffer);
  }
  if (Array.isArray(value)) return value.map(restore);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, restore(v)]));
  }
  return value;
};
const state = {}, listeners = {};
const model = {
  get: (name) => state[name],
  on: (name, callback) => { (listeners[name] ??= []).push(callback); },
  send: (content) => {
    window.unanswered += 1;
    window.toPython(content).finally(() => { window.unanswered -= 1; });
  },
};
window.unanswered = 0;
window.fromPython = (update) => {
  Object.assign(state, restore(update));
  (listeners["change:frame"] ?? []).forEach((callback) => callback());
};
window.emit = (name) => (listeners[name] ?? []).forEach((callback) => callback());
window.start = async (esm, css, update) => {
  Object.assign(state, restore(update));
  document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
  const widget = (await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })))).default();
  await widget.initialize({ model });
  window.addView = () => {
    const el = document.body.appendChild(document.createElement("div"));
    el.className = "view";
    widget.render({ model, el });
  };
  window.addView();
};
</script>
"""


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    if CHROMIUM is None:
        raise RuntimeError("no chromium on the PATH: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield chromium
        finally:
            chromium.close()


def _portable(value: Any) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return {"__bytes": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: _portable(v) for key, v in value.items()}
    return [_portable(v) for v in value] if isinstance(value, (list, tuple)) else value


class InPage:
    """A live figure in a bare page; ``answering`` off holds Python's answers back, as a busy kernel would."""

    def __init__(self, page: Page, live: Live) -> None:
        self.page, self.live = page, live
        self.requests: list[dict[str, Any]] = []
        self.answering = True
        self._background = b""
        page.expose_function("toPython", self._to_python)
        page.set_content(_PAGE)
        page.wait_for_function("window.start !== undefined")
        widget = live.widget
        page.evaluate(
            "([esm, css, update]) => window.start(esm, css, update)",
            [widget._esm, widget._css, _portable({"scene": widget.scene, "font": widget.font, **self._state()})],
        )
        page.wait_for_selector("canvas[data-painted]", state="attached")

    def _state(self) -> dict[str, Any]:
        return {"background": self.live.widget.background, "frame": self.live.widget.frame}

    def _to_python(self, content: dict[str, Any]) -> None:
        self.requests.append(content)
        if self.answering:
            self.answer(content)

    def answer(self, content: dict[str, Any]) -> None:
        """Lets Python take this request and sends its frame to the page."""
        self.live._receive(content)
        self.push()

    def push(self) -> None:
        """Sends the present frame to the page."""
        background = self.live.widget.background
        update: dict[str, Any] = {"frame": self.live.widget.frame}
        if background is not self._background:
            update["background"] = self._background = background
        self.page.evaluate("(update) => { window.fromPython(update); }", _portable(update))

    def settle(self) -> None:
        """Waits, 5 s at most, until no request is under way and nothing was painted for 0.15 s."""
        painted, still = None, 0
        deadline = time.monotonic() + 5
        while still < 3 and time.monotonic() < deadline:
            self.page.wait_for_timeout(50)
            unanswered, now = self.page.evaluate(
                "[window.unanswered, document.querySelector('canvas').dataset.painted]"
            )
            still = still + 1 if not unanswered and now == painted else 0
            painted = now

    def pixels(self) -> bytes:
        """The canvas as PNG, once nothing is scheduled."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        address = self.page.evaluate("document.querySelector('canvas').toDataURL('image/png')")
        return base64.b64decode(address.partition(",")[2])


Show = Callable[..., InPage]
"""The fixture that shows a figure in a page."""


def mean_difference(one: bytes, other: bytes) -> float:
    """Mean difference of two pictures (PNG), from 0 to 255, over the height of the lower one."""
    a, b = (np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), float) for png in (one, other))
    height = min(len(a), len(b))
    return float(np.abs(a[:height] - b[:height]).mean())


def page_compute(page: Page, source: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """What the ``compute`` of an ES module returns in the browser, typed arrays as lists."""
    text = page.evaluate(
        """async ([source, parameters]) => {
          const module = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
          return JSON.stringify(module.compute(parameters),
            (_, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value));
        }""",
        [source, parameters],
    )
    return json.loads(text)


# ---- JupyterLab


class Lab:
    """A JupyterLab on this machine only, with a token, settings and folders of its own, serving copies of notebooks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = folder / "work"
        self.token = secrets.token_hex(16)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{probe.getsockname()[1]}"

    def __enter__(self) -> "Lab":
        places = {
            name: self.folder / name.lower()
            for name in (
                "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR",
                "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR",
            )
        }  # fmt: skip
        for place in [*places.values(), self.work]:
            place.mkdir(parents=True, exist_ok=True)
        quiet = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
        (places["JUPYTER_CONFIG_DIR"] / "labconfig").mkdir()
        (places["JUPYTER_CONFIG_DIR"] / "labconfig" / "page_config.json").write_text(json.dumps(quiet))
        command = [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1",
            f"--port={urlparse(self.address).port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={self.work}",
            f"--IdentityProvider.token={self.token}", "--LabApp.expose_app_in_browser=True",
            "--LabApp.extension_manager=readonly", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ]  # fmt: skip
        if os.name == "posix" and os.geteuid() == 0:
            command.append("--allow-root")
        root = str(Path(__file__).resolve().parent.parent)
        environment = os.environ | {name: str(place) for name, place in places.items()} | {"OMP_NUM_THREADS": "1"}
        environment["PYTHONPATH"] = os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])
        self.log = (self.folder / "lab.log").open("w")
        self.server = subprocess.Popen(
            command, env=environment, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait(self) -> None:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            if self.server.poll() is not None:
                break
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.address}/api?token={self.token}", timeout=5)
                return
            time.sleep(0.3)
        raise RuntimeError(f"JupyterLab did not start: {(self.folder / 'lab.log').read_text()[-2000:]}")

    def __exit__(self, *_: object) -> None:
        self.server.send_signal(signal.SIGTERM)
        try:
            self.server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        self.log.close()

    def open(self, page: Page, notebook: Path) -> None:
        """Opens a copy of the notebook and waits for its kernel."""
        shutil.copy(notebook, self.work / notebook.name)
        page.goto(f"{self.address}/lab/tree/{notebook.name}?reset&token={self.token}")
        page.wait_for_function("window.jupyterapp !== undefined", timeout=90_000)
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
        self.wait_idle(page)

    def wait_idle(self, page: Page, timeout: float = 120) -> None:
        """Waits until the kernel of the notebook in front has nothing to do."""
        page.wait_for_function(
            """() => {
              const session = window.jupyterapp.shell.currentWidget?.sessionContext?.session;
              return session?.kernel?.status === "idle" && session.kernel.connectionStatus === "connected";
            }""",
            timeout=timeout * 1000,
        )

    def run_all(self, page: Page, timeout: float = 120) -> None:
        """Runs all cells and waits until the figures among their outputs are painted."""
        page.set_default_timeout(timeout * 1000)
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        page.set_default_timeout(30_000)
        self.wait_idle(page, timeout)


@dataclass
class Report:
    """What was seen in one notebook; ``problems`` is empty when all went well."""

    figures: int = 0
    moved: list[str] = field(default_factory=list)
    """Controls after whose move the picture changed, such as ``"figure 0: slider d"``."""
    unmoved: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Errors in cells, figures and console, output on stderr, and requests that left this machine."""
    screenshots: list[Path] = field(default_factory=list)


@contextlib.contextmanager
def watched(chromium: Browser, report: Report, **context: Any) -> Iterator[Page]:
    """A page whose console errors and far requests go into the report."""
    opened = chromium.new_context(**({"viewport": {"width": 1280, "height": 1000}} | context))
    page = opened.new_page()

    def console(message: Any) -> None:
        if message.type == "error":
            report.problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def request(asked: Any) -> None:
        where = urlparse(asked.url)
        if where.scheme in ("http", "https", "ws", "wss") and where.hostname not in ("127.0.0.1", "localhost"):
            report.problems.append(f"request: {asked.url}")

    page.on("console", console)
    page.on("request", request)
    page.on("pageerror", lambda error: report.problems.append(f"page: {error}"))
    try:
        yield page
    finally:
        opened.close()


def drive_notebook(
    server: Lab, chromium: Browser, notebook: Path, screenshot_dir: Path, timeout: float = 180
) -> Report:
    """Opens the notebook in Lab, runs it, moves every control of every live figure, and takes screenshots."""
    report = Report()
    screenshot_dir.mkdir(parents=True, exist_ok=True)
    with watched(chromium, report) as page:
        server.open(page, notebook)
        server.run_all(page, timeout)
        report.problems.extend(cell_problems(page))
        for number, figure in enumerate(live_figures(page)):
            report.figures += 1
            drive_figure(page, figure, f"figure {number}", report)
            target = screenshot_dir / f"{notebook.stem}-{number}.png"
            figure.screenshot(path=target)
            report.screenshots.append(target)
        report.problems.extend(cell_problems(page))
        page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    return report


def cell_problems(page: Page) -> list[str]:
    """Errors and output on stderr, by cell, of the notebook in front."""
    return page.evaluate(
        """() => window.jupyterapp.shell.currentWidget.content.model.toJSON().cells.flatMap((cell, i) =>
          (cell.outputs ?? []).flatMap((output) =>
            output.output_type === "error" ? [`cell ${i}: ${output.ename}: ${output.evalue}`]
            : output.output_type === "stream" && output.name === "stderr" ? [`cell ${i}: stderr: ${output.text}`]
            : []))"""
    )


def live_figures(page: Page) -> list[Locator]:
    """The live figures of the notebook in front, scrolled through so that Lab attaches them all."""
    for cell in page.locator(".jp-CodeCell").all():
        cell.scroll_into_view_if_needed()
    figures = page.locator(".blogtools-live")
    for figure in figures.all():
        figure.locator("canvas[data-painted]").wait_for(state="attached", timeout=20_000)
    return figures.all()


def signature(figure: Locator) -> str:
    """The canvas made small, one character a byte: two signatures differ when the pictures do."""
    return figure.locator("canvas").evaluate(
        """(canvas) => {
          const small = new OffscreenCanvas(190, 110), context = small.getContext("2d");
          context.drawImage(canvas, 0, 0, small.width, small.height);
          return new TextDecoder("latin1").decode(context.getImageData(0, 0, small.width, small.height).data);
        }"""
    )


def drive_figure(page: Page, figure: Locator, name: str, report: Report) -> None:
    """Moves each control and notes whether the picture changed."""
    figure.scroll_into_view_if_needed()
    settle(page, figure)
    # A rule of the page around it must not reach into a figure, as Lab's own for its splash did.
    apart = figure.evaluate(
        """(figure) => {
          const [outer, inner] = [figure, figure.querySelector(".picture")].map((node) => node.getBoundingClientRect());
          return Math.max(Math.abs(inner.left - outer.left), inner.right - outer.right);
        }"""
    )
    if apart > 1:
        report.problems.append(f"{name}: the picture stands {apart:.0f} pixels beside its place")
    actions = [
        *((f"slider {i}", lambda item=item: drag_slider(page, item)) for i, item in _each(figure, ".row.slider input")),
        *((f"handle {i}", lambda item=item: drag_handle(page, item)) for i, item in _each(figure, ".handle")),
        *((f"place {i}", lambda item=item: click_place(page, item)) for i, item in _each(figure, ".pick")),
        *((f"curve {i}", lambda item=item: draw_curve(page, item)) for i, item in _each(figure, ".drawing")),
        *((f"toggle {i}", lambda item=item: item.click()) for i, item in _each(figure, ".row.toggle input")),
        *((f"choice {i}", lambda item=item: choose_next(item)) for i, item in _each(figure, ".row.choice select")),
        *((f"button {i}", lambda item=item: item.click()) for i, item in _each(figure, ".row.button button")),
        *((f"text {i}", lambda item=item: type_example(item)) for i, item in _each(figure, ".row.text input")),
    ]
    # A control may act only under another setting (a height, where there is one): it is tried under several options,
    # with what was switched on or off put back.
    for patience in (1.5, 1.5, 6):
        actions = [
            (label, act)
            for label, act in actions
            if not _changes(page, figure, f"{name}: {label}", act, report, patience)
        ]
        if not actions:
            break
        for _, select in _each(figure, ".row.choice select"):
            choose_next(select)
        for _, box in _each(figure, ".row.toggle input"):
            box.click()
        settle(page, figure)
    report.unmoved.extend(f"{name}: {label}" for label, _ in actions)


def _changes(page: Page, figure: Locator, name: str, act: Callable[[], None], report: Report, patience: float) -> bool:
    """Whether the picture changes within ``patience`` s of a control's move; complaints go into the report."""
    before = signature(figure)
    act()
    changed = False
    deadline = time.monotonic() + patience
    while not changed and time.monotonic() < deadline:
        page.wait_for_timeout(50)
        changed = signature(figure) != before
    if changed:
        report.moved.append(name)
    settle(page, figure)
    for message in figure.locator(".message:visible, .refusal:visible").all():
        report.problems.append(f"{name}: {message.inner_text()}")
    return changed


def settle(page: Page, figure: Locator) -> None:
    """Waits, 30 s at most, until the kernel is idle and nothing was painted for 0.2 s.

    A frame that comes late would count for the next control, and a complaint that comes late would not be seen.
    """
    canvas, painted, still = figure.locator("canvas"), "", 0
    deadline = time.monotonic() + 30
    while still < 4 and time.monotonic() < deadline:
        page.wait_for_timeout(50)
        idle = page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'"
        )
        now = canvas.get_attribute("data-painted") or ""
        still = still + 1 if idle and now == painted else 0
        painted = now


def _each(figure: Locator, selector: str) -> list[tuple[int, Locator]]:
    return list(enumerate(figure.locator(selector).all()))


def thumb(slider: Locator) -> tuple[float, float]:
    """Where the thumb of a range input stands on the page."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    low, high, value = (float(slider.evaluate(f"(input) => input.{key}")) for key in ("min", "max", "value"))
    return box["x"] + 8 + (value - low) / (high - low) * (box["width"] - 16), box["y"] + box["height"] / 2


def drag_slider(page: Page, slider: Locator, steps: int = 6) -> None:
    """Drags the thumb with the mouse to the far part of the slider, in small steps."""
    x, y = thumb(slider)
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(box["x"] + (0.8 if x < box["x"] + box["width"] / 2 else 0.2) * box["width"], y, steps=steps)
    page.mouse.up()


def type_example(box: Locator) -> None:
    """Types what the empty box shows as an example, key by key, in place of what stands there."""
    box.fill("")
    box.press_sequentially(box.get_attribute("placeholder") or "")


def drag_handle(page: Page, handle: Locator, by: tuple[float, float] = (40, -30), steps: int = 6) -> None:
    """Drags a handle with the mouse, towards the middle of the picture."""
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    frame = handle.locator("xpath=..").bounding_box()
    assert box is not None
    assert frame is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    across = by[0] if x < frame["x"] + frame["width"] / 2 else -by[0]
    down = by[1] if y > frame["y"] + frame["height"] / 2 else -by[1]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across, y + down, steps=steps)
    page.mouse.up()


def click_place(page: Page, mark: Locator) -> None:
    """Clicks in the picture where the mark of a place lies."""
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def draw_curve(page: Page, pane: Locator, steps: int = 6) -> None:
    """Draws a line with the mouse across the middle of a curve, from low on the left to high on the right."""
    pane.scroll_into_view_if_needed()
    box = pane.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.8 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.2 * box["height"], steps=steps)
    page.mouse.up()


def choose_next(select: Locator) -> None:
    """Takes the option after the present one."""
    index = select.evaluate("(box) => (box.selectedIndex + 1) % box.options.length")
    select.select_option(index=index)
