"""Drives live figures in a real browser: in a bare page, and in JupyterLab.

``in_page`` shows a figure without Jupyter: Python and the page talk through Playwright. ``drive_notebook`` opens a
notebook in a JupyterLab of its own, runs it, moves every control of every live figure, and reports what it saw.
"""

import base64
import contextlib
import json
import shutil
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

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
  send: (content) => window.toPython(content),
};
window.sent = [];
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
            [widget._esm, widget._css, _portable({"scene": widget.scene, **self._state()})],
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

    def pixels(self) -> bytes:
        """The canvas as PNG, once nothing is scheduled."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        address = self.page.evaluate("document.querySelector('canvas').toDataURL('image/png')")
        return base64.b64decode(address.partition(",")[2])


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
