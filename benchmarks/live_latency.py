"""How long from a moved control to changed pixels: live figures beside ``interact`` with the inline backend, in Lab.

    python benchmarks/live_latency.py [NAME ...] [--missing] [--rounds 12] [--json FILE]

Both draw the same picture by the same ``draw`` and ``compute``, in one notebook, in turns: ``interact`` makes a fresh
``Figure`` at each call and displays it. For every registered figure (or those named), and for ``demo`` (200 arrows and
15 field lines), it measures from the pointer event to the first frame whose pixels differ, and counts, in a drag of two
seconds, the frames a second, the blank frames, the scroll jumps, and the stale frames after the release. The rows of a
figure are stored, in place of earlier ones, as soon as it is measured; ``--missing`` goes on where a run was cut off.
"""

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from playwright.sync_api import Error, Locator, Page

from blogtools.figures import registry
from blogtools.live import Live, Orbit, Points, Slider, style
from blogtools.live.controls import Control

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
import lab

GRID = np.stack(np.meshgrid(np.linspace(-1.9, 1.9, 20), np.linspace(-1.1, 1.1, 10)), -1).reshape(-1, 2)
MASSES = [[-1.0, -0.5], [1.0, -0.5], [0.0, 0.8], [0.2, 0.1]]
RING = np.stack([np.cos(np.arange(15) * 2 * np.pi / 15), np.sin(np.arange(15) * 2 * np.pi / 15)], -1)


def _direction(x: np.ndarray, masses: np.ndarray, power: float) -> np.ndarray:
    away = x[:, None] - masses
    field = (away * ((away * away).sum(-1, keepdims=True) + 1e-18) ** (-power / 2)).sum(1)
    return field / np.sqrt((field * field).sum(-1, keepdims=True) + 1e-24)


def demo() -> Live:
    """The picture of the first measurements: 200 arrows, 15 field lines, four masses."""

    def draw(figure: Figure) -> dict[str, Any]:
        axes = figure.add_subplot()
        axes.set(xlim=(-2.2, 2.2), ylim=(-1.3, 1.3), aspect="equal", xlabel="x", ylabel="y")
        arrows = axes.quiver(*GRID.T, *GRID.T, color=style.BLUE, angles="xy", scale_units="xy", scale=6, width=0.003)
        lines = axes.add_collection(LineCollection([], colors=style.GREY, linewidths=1.2))
        return {"arrows": arrows, "lines": lines, "masses": axes.scatter([], [], s=160, color="k", zorder=5)}

    def compute(masses: np.ndarray, power: float) -> dict[str, Any]:
        lines = [masses[0] + 0.02 * RING]
        for _ in range(80):
            lines.append(lines[-1] + 0.04 * _direction(lines[-1], masses, power))
        return {"arrows": _direction(GRID, masses, power), "lines": np.stack(lines, 1), "readout": f"r^-{power:.2f}"}

    controls: list[Control | Orbit] = [
        Slider("power", "power", 1, 6, 2),
        Points("masses", "mass", "masses", MASSES, (-2, -1.2), (2, 1.2)),
    ]
    return Live(draw, compute, controls, "Four masses, arrows and field lines.")


SETUP = """
%matplotlib inline
import sys
sys.path[:0] = [{here!r}]
import ipywidgets
import numpy as np
from IPython.display import display
from matplotlib.figure import Figure
from blogtools.figures import registry
from blogtools.live import Curve, Points, style
from blogtools.live.actors import move
from live_latency import demo

live = ({{"demo": demo}} | registry())[{name!r}]()

def redraw(name, value):
    parameters = dict(live.parameters) | {{name: live.controls[name].clean(value)}}
    with style.look():
        figure = Figure(figsize=tuple(live.figure.get_size_inches()), dpi=100, layout="constrained")
        artists = live.draw(figure)
        result = dict(live.compute(**parameters))
        readout = result.pop("readout", "")
        placed = {{c.artist: parameters[c.name] for c in live.controls.values() if isinstance(c, Points)}}
        for c in live.controls.values():
            if isinstance(c, Curve):
                placed[c.artist] = np.column_stack([c.x, parameters[c.name]])
        for key, shown in (placed | result).items():
            move(artists[key], key, shown)
        display(figure)
    print(readout)

def moved(name, x):
    points = live.parameters[name].copy()
    points[0, 0] = x
    return points
"""
SLIDER = """
c = live.controls[{name!r}]
if c.log:
    bar = ipywidgets.FloatLogSlider(min=np.log10(c.low), max=np.log10(c.high), step=0.01, value=c.value)
else:
    bar = ipywidgets.FloatSlider(min=c.low, max=c.high, step=1 if c.integer else (c.high - c.low) / 200, value=c.value)
ipywidgets.interact(lambda value: redraw({name!r}, value), value=bar);
"""
HANDLE = """
c = live.controls[{name!r}]
bar = ipywidgets.FloatSlider(min=c.bounds[0, 0], max=c.bounds[1, 0], step=0.01, value=c.value[0, 0])
ipywidgets.interact(lambda value: redraw({name!r}, moved({name!r}, value)), value=bar);
"""

WATCH = """
() => {
  const small = new OffscreenCanvas(160, 100), context = small.getContext("2d", { willReadFrequently: true });
  const look = (root) => {
    const picture = root.querySelector("canvas") ?? root.querySelector("img");
    if (!picture || !(picture.tagName === "CANVAS" ? picture.width : picture.complete && picture.naturalWidth)) {
      return null;
    }
    context.clearRect(0, 0, 160, 100);
    context.drawImage(picture, 0, 0, 160, 100);
    const data = new Uint32Array(context.getImageData(0, 0, 160, 100).data.buffer);
    let hash = 0, blank = true;
    for (const pixel of data) { hash = (Math.imul(hash, 31) + pixel) | 0; if (pixel !== data[0]) blank = false; }
    return blank ? null : hash;
  };
  // From the next event of this kind to changed pixels, in ms; with `answer`, to Python's next frame.
  window.latency = (root, kind, answer) => {
    const before = look(root), sequence = root.querySelector("canvas")?.dataset.sequence;
    let start = null;
    addEventListener(kind, () => { start = performance.now(); }, { capture: true, once: true });
    window.measured = new Promise((done) => {
      const step = () => {
        const now = performance.now();
        if (start !== null) {
          const picture = look(root);
          const changed = answer ? root.querySelector("canvas").dataset.sequence !== sequence
            : picture !== null && picture !== before;
          if (changed) return done(performance.now() - start);
          if (now - start > 6000) return done(null);
        }
        requestAnimationFrame(step);
      };
      step();
    });
  };
  // What happens from now until `stopFilm`: one entry for each frame of the browser. Without `pixels` the picture is
  // counted, not read back, which costs a part of the frame's time.
  window.film = (root, pixels) => {
    window.frames_ = [];
    window.begun = performance.now();
    window.filming = true;
    const step = () => {
      if (!window.filming) return;
      window.frames_.push({ at: performance.now(), hash: pixels ? look(root) : 0, top: root.getBoundingClientRect().top,
        painted: Number(root.querySelector("canvas")?.dataset.painted) });
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  };
  // A drag to and fro, one event for each frame of the browser.
  window.drive = (grip, track, seconds) => new Promise((done) => {
    const box = track.getBoundingClientRect(), held = grip.getBoundingClientRect(), start = performance.now();
    const [x, y] = [held.left + held.width / 2, held.top + held.height / 2];
    grip = document.elementFromPoint(x, y).closest(".handle") ?? grip;  // two handles may lie on each other
    window.begun = start;
    const step = () => {
      const gone = (performance.now() - start) / 1000, part = 0.5 + 0.25 * Math.sin(4 * gone);
      if (grip.tagName === "INPUT") {
        grip.value = Math.round(Number(grip.min) + part * (grip.max - grip.min));
        grip.dispatchEvent(new Event(gone < seconds ? "input" : "change", { bubbles: true }));
      } else {
        const at = { clientX: box.left + part * box.width, clientY: y };
        grip.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, buttons: 1, pointerId: 1, ...at }));
      }
      if (gone < seconds) requestAnimationFrame(step);
      else { window.released = performance.now(); done(); }
    };
    requestAnimationFrame(step);
  });
  addEventListener("pointerup", () => { window.released = performance.now(); }, true);
  window.stopFilm = () => {
    window.filming = false;
    const frames = window.frames_.filter((frame) => frame.at >= window.begun), start = frames[0].at;
    // A picture painted just before the release is seen in the next frame of the browser or the one after.
    const end = window.released + 34;
    const during = frames.filter((frame) => frame.at <= end);
    const after = frames.filter((frame) => frame.at > end).map((frame) => frame.hash);
    const last = after.at(-1), held = during.at(-1).hash;
    let changes = 0, jumps = 0;
    frames.forEach((frame, i) => { if (i && Math.abs(frame.top - frames[i - 1].top) > 1) jumps += 1; });
    during.forEach((frame, i) => { if (i && frame.hash !== during[i - 1].hash) changes += 1; });
    // From the first picture to the last: a frame or two before and after them had no event to show.
    const fresh = during.filter((frame, i) => i && frame.painted !== during[i - 1].painted);
    const shown = fresh.length > 1 ? fresh.at(-1).painted - fresh[0].painted : NaN;
    return {
      painted_a_second: (1000 * shown) / (fresh.at(-1)?.at - fresh[0]?.at),
      pictures_a_second: (1000 * changes) / (during.at(-1).at - start),
      browser_frames_a_second: (1000 * during.length) / (during.at(-1).at - start),
      blank: frames.filter((frame) => frame.hash === null).length,
      jumps,
      late: new Set(after.filter((hash) => hash !== last && hash !== held)).size,
    };
  };
}
"""


def notebook(folder: Path, name: str, live: Live) -> tuple[Path, list[tuple[str, str]]]:
    """A notebook with the figure and one ``interact`` for each thing to measure."""
    kinds = [("slider", c.name) for c in live.controls.values() if isinstance(c, Slider)][:1]
    kinds += [("handle", c.name) for c in live.controls.values() if isinstance(c, Points)][:1]
    cells = [SETUP.format(here=str(Path(__file__).resolve().parent), name=name), "live"]
    cells += [(SLIDER if kind == "slider" else HANDLE).format(name=control) for kind, control in kinds]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / f"{name.replace('.', '-')}.ipynb"
    nbformat.write(book, path)
    return path, kinds


class Bench:
    """One figure in Lab: the live one, and the ``interact`` of each kind."""

    def __init__(self, page: Page, live: Live, control: str, kind: str, cell: int) -> None:
        self.page, self.kind = page, kind
        self.rng = np.random.default_rng(0)
        outputs = page.locator(".jp-CodeCell")
        self.live = outputs.nth(1).locator(".blogtools-live")
        self.other = outputs.nth(cell).locator(".jp-OutputArea-child", has=page.locator(".widget-interact")).last
        sliders = [c.name for c in live.controls.values() if isinstance(c, Slider)]
        self.bar = self.live.locator("input[type=range]").nth(sliders.index(control)) if kind == "slider" else None
        self.paged = live.page is not None

    def _slide(self, root: Locator, track: Locator, thumb: tuple[float, float], part: float) -> float | None:
        """From a move of the pressed thumb, so that what Lab does when a cell is first clicked is not counted."""
        box = track.bounding_box()
        assert box is not None
        self.page.mouse.move(*thumb)
        self.page.mouse.down()
        self.page.wait_for_timeout(150)
        root.evaluate("(root) => { window.latency(root, 'pointermove', false); }")
        self.page.mouse.move(box["x"] + part * box["width"], thumb[1])
        waited = self.page.evaluate("window.measured")
        self.page.mouse.up()
        self.page.wait_for_timeout(250)
        return waited

    def _pull(self) -> float | None:
        handle = self.live.locator(".handle").first
        handle.scroll_into_view_if_needed()
        box, frame = handle.bounding_box(), self.live.locator(".picture").bounding_box()
        assert box is not None
        assert frame is not None
        self.page.mouse.move(box["x"] + 18, box["y"] + 18)
        self.page.mouse.down()
        self.live.evaluate("(root, answer) => { window.latency(root, 'pointermove', answer); }", not self.paged)
        across, down = self.rng.uniform(0.3, 0.7, 2)
        self.page.mouse.move(frame["x"] + across * frame["width"], frame["y"] + down * frame["height"])
        waited = self.page.evaluate("window.measured")
        self.page.mouse.up()
        self.page.wait_for_timeout(250)
        return waited

    def once(self, which: str) -> float | None:
        """Milliseconds from one event to changed pixels."""
        part = 0.25 + 0.5 * self.rng.uniform()
        if which == "interact":
            grip = self.other.locator(".noUi-handle").first
            grip.scroll_into_view_if_needed()
            box = grip.bounding_box()
            assert box is not None
            thumb = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            return self._slide(self.other, self.other.locator(".noUi-base").first, thumb, part)
        if self.bar is None:
            return self._pull()
        return self._slide(self.live, self.bar, lab.thumb(self.bar), part)

    def _sweep(self, track: Locator, y: float, seconds: float) -> None:
        """The same to and fro by the mouse, for a slider that takes no events made in the page."""
        box = track.bounding_box()
        assert box is not None
        begin = time.monotonic()
        while (gone := time.monotonic() - begin) < seconds:
            self.page.mouse.move(box["x"] + box["width"] * (0.5 + 0.25 * np.sin(4 * gone)), y)
            time.sleep(0.01)

    def _film(self, which: str, smooth: bool, seconds: float = 2.0) -> dict[str, float]:
        root = self.live if which == "live" else self.other
        if which == "interact":
            grip = self.other.locator(".noUi-handle").first
            track = self.other.locator(".noUi-base").first
        else:
            grip = self.live.locator(".handle").first if self.bar is None else self.bar
            track = self.live.locator(".picture") if self.bar is None else self.bar
        grip.scroll_into_view_if_needed()
        at = grip.bounding_box()
        assert at is not None
        self.page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
        self.page.mouse.down()
        root.evaluate("(root, pixels) => { window.film(root, pixels); }", not smooth)
        if smooth:
            elements = [track.element_handle(), seconds]
            grip.evaluate("(grip, [track, seconds]) => window.drive(grip, track, seconds)", elements)
            film = self.page.evaluate("window.stopFilm()")
            self.page.mouse.up()
            self.page.wait_for_timeout(500)
            return film
        self._sweep(track, at["y"] + at["height"] / 2, seconds)
        self.page.mouse.up()
        self.page.wait_for_timeout(1500)
        return self.page.evaluate("window.stopFilm()")

    def drag(self, which: str) -> dict[str, float]:
        """A drag to and fro; for the live figure also one with an event in every frame, or five of them in the page."""
        film = self._film(which, smooth=False)
        if which == "live":
            smooth = [self._film(which, smooth=True)["painted_a_second"] for _ in range(5 if self.paged else 1)]
            film |= {"pictures_a_second": statistics.median(smooth), "smooth_drags": smooth}
        return film


def measure(server: lab.Lab, page: Page, name: str, live: Live, rounds: int) -> list[dict[str, Any]]:
    """The rows of one figure."""
    path, kinds = notebook(server.folder, name, live)
    server.open(page, path)
    server.run_all(page)
    problems = lab.cell_problems(page)
    if problems:
        raise RuntimeError(f"{name}: {problems}")
    lab.live_figures(page)
    page.evaluate(WATCH)
    rows = []
    for cell, (kind, control) in enumerate(kinds, start=2):
        bench = Bench(page, live, control, kind, cell)
        times: dict[str, list[float]] = {"live": [], "interact": []}
        for turn in range(rounds + 1):
            for which in times:
                waited = bench.once(which)
                if turn and waited is not None:
                    times[which].append(waited)
        row: dict[str, Any] = {"figure": name, "moved": f"{kind} {control}", "page": live.page is not None}
        for which, seen in times.items():
            row[which] = {"median_ms": statistics.median(seen), "best_ms": min(seen), "times_ms": seen}
            row[which] |= bench.drag(which)
        row["ratio"] = row["interact"]["median_ms"] / row["live"]["median_ms"]
        rows.append(row)
    page.evaluate("window.jupyterapp.commands.execute('notebook:shutdown-kernel')")
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """The rows in Markdown: medians, best in brackets."""
    lines = [
        "| figure | moved | live ms | interact ms | times faster | pictures/s | blank | jumps | late"
        " | interact pictures/s, blank, jumps, late |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for row in rows:
        here, there = row["live"], row["interact"]
        cells = [row["figure"] + (" (in the page)" if row["page"] else ""), row["moved"]]
        cells += [f"{side['median_ms']:.0f} ({side['best_ms']:.0f})" for side in (here, there)]
        cells += [f"{row['ratio']:.1f}", f"{here['pictures_a_second']:.0f}", here["blank"], here["jumps"], here["late"]]
        cells.append(f"{there['pictures_a_second']:.0f}, {there['blank']}, {there['jumps']}, {there['late']}")
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def main() -> None:
    """Measures, prints the table, writes the numbers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="figures to measure; all when none is named")
    parser.add_argument("--missing", action="store_true", help="only figures that have no stored row yet")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "live_latency.json")
    arguments = parser.parse_args()
    factories = {"demo": demo} | registry()
    unknown = set(arguments.names) - set(factories)
    if unknown:
        parser.error(f"no figure is called {', '.join(sorted(unknown))}; there are {', '.join(factories)}")
    rows: list[dict[str, Any]] = json.loads(arguments.json.read_text()) if arguments.json.exists() else []
    names = list(arguments.names or factories)
    if arguments.missing:
        names = [name for name in names if name not in {row["figure"] for row in rows}]
    arguments.json.parent.mkdir(exist_ok=True)
    problems, measured = [], []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, lab.Lab(Path(folder)) as server:
        for name in names:
            print(f"{name} …", file=sys.stderr, flush=True)
            report = lab.Report()
            try:
                # A browser for each figure: what one leaves behind slows no other.
                with lab.browser() as chromium, lab.watched(chromium, report) as page:
                    fresh = measure(server, page, name, factories[name](), arguments.rounds)
            except (Error, OSError, RuntimeError, ValueError) as error:
                problems.append(f"{name}: {error}")
                continue
            measured += fresh
            problems += [f"{name}: {problem}" for problem in report.problems]
            rows = sorted([row for row in rows if row["figure"] != name] + fresh, key=lambda row: row["figure"])
            # JSON has no NaN, which stands for what was not measured.
            arguments.json.write_text(re.sub(r"\bNaN\b", "null", json.dumps(rows, indent=1)) + "\n")
    print(table(measured))
    sys.exit("\n".join(problems) or None)


if __name__ == "__main__":
    main()
