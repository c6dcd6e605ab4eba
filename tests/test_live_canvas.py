"""Live figures in a browser, without Jupyter: the canvas shows what the still shows, the controls do what they say."""

import io
from typing import Any

import lab
import numpy as np
import pytest
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from PIL import Image
from playwright.sync_api import Browser

from blogtools.live import Button, Choice, Live, Orbit, Points, Slider, Text, Toggle, style


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(float)


# ---- one painter and the other


def gallery(axes: Any) -> dict[str, Any]:
    """One artist of every kind that may move, most with a trap in it."""
    rng = np.random.default_rng(0)
    x = np.linspace(0, 10, 60)
    gap = np.where((x > 4) & (x < 5), np.nan, np.sin(x))
    clip = Circle((8, 3), 0.8, transform=axes.transData)
    grid = np.stack(np.meshgrid(np.linspace(0.5, 9.5, 10), [3.2, 3.7]), -1).reshape(-1, 2)
    axes.set(xlim=(0, 10), ylim=(-3, 4))
    cut = axes.plot(x, 3 + 0.8 * np.sin(9 * x), color="k", lw=1)[0]
    cut.set_clip_path(clip)
    return {
        "gap": axes.plot(x, gap, **style.line("theory"))[0],
        "wrong": axes.plot(x, gap - 1, **style.line("wrong"))[0],
        "steps": axes.plot(x[::6], np.cos(x[::6]) - 2, drawstyle="steps-mid", marker="*", ms=14, color="tab:green")[0],
        "band": axes.fill_between(x, np.sin(x) + 0.5, np.sin(x) + 1, **style.line("band")),
        "dots": axes.scatter(*rng.uniform((0, -3), (10, 4), (40, 2)).T, s=rng.uniform(5, 300, 40), c=np.arange(40.0),
                             cmap="viridis", alpha=0.6, edgecolors="k", linewidths=1.5),
        "one": axes.scatter([5], [0], s=200, marker="^", color="tab:red"),
        "arrows": axes.quiver(*grid.T, *rng.normal(size=(2, 20)), color=style.BLUE, angles="xy", scale_units="xy",
                              scale=3, width=0.004),
        "picture": axes.imshow(rng.uniform(size=(5, 9)), extent=(6, 9.3, -2.7, -1.3), aspect="auto", zorder=0,
                               interpolation="none", alpha=0.5),
        "smooth": axes.imshow(rng.uniform(size=(5, 9)), extent=(3.1, 4.5, -2.9, -1.6), aspect="auto",
                              interpolation="bilinear", zorder=0),
        "upside": axes.imshow(rng.uniform(size=(5, 9)), extent=(0.4, 3, -2.9, -1.6), aspect="auto", origin="lower",
                              interpolation="bilinear", zorder=0),
        "polygon": axes.fill([1, 2, 1.4], [2, 2.1, 3], facecolor="tab:purple", edgecolor="k", alpha=0.5)[0],
        "fan": axes.add_collection(LineCollection([[[3, -2.8], [x, -1]] for x in (3.2, 4, 5)], colors=["r", "g", "b"],
                                                  linewidths=[1, 3, 6])),
        "cut": cut,
        "words": axes.text(5, 2.6, r"万有引力 $\sum_i \frac{x_i}{r^3}$", rotation=15, bbox={"facecolor": "w"}),
    }  # fmt: skip


def test_the_canvas_shows_what_the_still_shows(show: lab.Show) -> None:
    live = Live(lambda figure: gallery(figure.add_subplot()), lambda: {}, [], "All kinds of artists.")
    canvas, still = pixels(show(live).pixels()), pixels(live.still())
    difference = np.abs(canvas - still[: len(canvas)])
    assert difference.mean() < 1.0
    assert (difference.max(axis=-1) > 60).mean() < 0.01
    blank = np.abs(pixels(live.widget.background) - still[: len(canvas)])
    assert blank.mean() > 10


@pytest.mark.parametrize("name", list(gallery(Figure().add_subplot())))
def test_every_kind_of_artist_alone(show: lab.Show, name: str) -> None:
    """Alone and over nothing else, so that one missing, shifted or miscoloured artist cannot hide among the others."""

    def draw(figure: Figure) -> dict[str, Any]:
        artists = gallery(figure.add_subplot())
        for other in artists.keys() - {name}:
            artists[other].remove()
        return {name: artists[name]}

    live = Live(draw, lambda: {}, [], "One artist.")
    canvas, still = pixels(show(live).pixels()), pixels(live.still())
    blank = pixels(live.widget.background)
    drawn = np.abs(still - blank).max(axis=-1) > 30
    assert drawn.sum() > 300
    wrong = np.abs(canvas - still)[drawn | (np.abs(canvas - blank).max(axis=-1) > 30)]
    assert wrong.mean() < 25, "ink differs by more than anti-aliasing"


def test_logarithmic_axes(show: lab.Show) -> None:
    def draw(figure: Figure) -> dict[str, Any]:
        axes = figure.add_subplot()
        axes.set(xscale="log", yscale="log", xlim=(1, 1e4), ylim=(1e-8, 1))
        x = np.geomspace(1, 1e4, 50)
        return {"law": axes.plot(x, x**-1.5, "o-")[0]}

    live = Live(draw, lambda: {}, [], "A power law.")
    canvas, still = pixels(show(live).pixels()), pixels(live.still())
    assert np.abs(canvas - still).mean() < 0.5


# ---- controls


PAGE = """
export function compute({ a, dots }) {
  const wave = new Float64Array(400);
  for (let i = 0; i < 200; i++) { wave[2 * i] = i / 20; wave[2 * i + 1] = Math.sin(i / 20 + a) + dots[0][1]; }
  return { wave, ticks: [[1, 0, 1, a], [2, 0, 2, -a]], readout: `a = ${a.toFixed(2)}` };
}
"""


def wave(page: str | None = None, **changes: Any) -> Live:
    def draw(figure: Figure) -> dict[str, Any]:
        axes = figure.add_subplot()
        axes.set(xlim=(0, 10), ylim=(-2, 2))
        return {
            "wave": axes.plot([], [])[0],
            "ticks": axes.vlines([1, 2], 0, [1, 1]),
            "dots": axes.scatter([], [], s=150, color="k", zorder=5),
        }

    def compute(a: float, dots: np.ndarray, **_: Any) -> dict[str, Any]:
        x = np.arange(200) / 20
        if a == 3:
            raise RuntimeError("three is too many")
        return {
            "wave": np.column_stack([x, np.sin(x + a) + dots[0, 1]]),
            "ticks": [[[1, 0], [1, a]], [[2, 0], [2, -a]]],
            "readout": f"a = {a:.2f}",
        }

    controls: list[Any] = [
        Slider("a", "shift", -3, 3, 0, step=0.5, unit="m", play=True),
        Slider("t", "time", 0.01, 100, 1, log=True, unit="s"),
        Slider("turn", "turn", 0, 360, 30, unit="°", integer=True),
        Slider("tilt", "tilt", -90, 90, 0, unit="°"),
        Points("dots", "dot", "dots", [[2, 0], [8, 0.5]], (0, -2), (10, 2)),
        Toggle("on", "on"),
        Choice("kind", "kind", ["one", "two"], "one"),
        Button("seed", "new sample"),
        Orbit("turn", "tilt"),
    ]
    return Live(draw, compute, controls, "A wave and two dots.", page=page, **changes)


def test_the_keyboard_reaches_everything(show: lab.Show) -> None:
    live = wave()
    shown = show(live)
    press = shown.page.keyboard.press
    press("Tab")
    press("ArrowRight")
    press("Shift+ArrowUp")
    shown.settle()
    assert live.parameters["dots"].tolist() == [[2.1, 1.0], [8, 0.5]]
    press("Tab")
    press("ArrowLeft")
    shown.settle()
    assert live.parameters["dots"].tolist() == [[2.1, 1.0], [7.9, 0.5]]
    press("Tab")
    press("Tab")
    press("ArrowRight")
    shown.settle()
    assert live.parameters["a"] == 0.5
    for _ in range(4):
        press("Tab")
    press("Space")
    press("Tab")
    press("ArrowDown")
    press("Tab")
    press("Enter")
    shown.settle()
    assert (live.parameters["on"], live.parameters["kind"], live.parameters["seed"]) == (True, "two", 1)


def test_values_are_shown_with_units(show: lab.Show) -> None:
    outputs = show(wave()).page.locator("output").all_inner_texts()
    assert outputs == ["0.0\u2009m", "1\u2009s", "30°", "0.0°"]


def test_newest_only(show: lab.Show) -> None:
    live = wave()
    shown = show(live)
    shown.answering = False
    slider = shown.page.locator("input[type=range]").first
    for value in (-2, -1, 1, 2):
        slider.fill(str(6 + 2 * value))
    shown.settle()
    assert [request["values"]["a"] for request in shown.requests] == [-2]
    shown.answering = True
    shown.answer(shown.requests[0])
    shown.settle()
    assert [request["values"]["a"] for request in shown.requests] == [-2, 2]
    assert slider.input_value() == "10"
    assert shown.page.locator(".readout").inner_text() == "a = 2.00"
    shown.answer(shown.requests[-1])
    shown.settle()
    assert len(shown.requests) == 2


def test_a_picture_is_painted_once(show: lab.Show) -> None:
    """A slider's move alone paints nothing: the old picture once more would only delay the new one."""
    shown = show(wave())
    shown.settle()
    shown.page.evaluate("""() => {
      const { prototype } = CanvasRenderingContext2D, { setLineDash } = prototype;
      window.painted = 0;
      prototype.setLineDash = function (dash) { window.painted += 1; return setLineDash.call(this, dash); };
    }""")
    shown.answering = False
    shown.page.locator("input[type=range]").first.fill("3")
    shown.pixels()
    assert shown.page.evaluate("window.painted") == 0
    assert shown.page.locator("output").first.inner_text() == "−1.5\u2009m"
    shown.answer(shown.requests[0])
    shown.settle()
    once = len(shown.live.widget.frame["operations"])
    assert shown.page.evaluate("window.painted") == once
    shown.page.set_viewport_size({"width": 500, "height": 900})
    shown.page.wait_for_function("(once) => window.painted > once", arg=once)


def test_a_handle_follows_the_mouse_before_python_answers(show: lab.Show) -> None:
    live = wave()
    shown = show(live)
    before = shown.pixels()
    shown.answering = False
    lab.drag_handle(shown.page, shown.page.locator(".handle").first)
    assert shown.pixels() != before
    assert live.parameters["dots"].tolist() == [[2, 0], [8, 0.5]]
    shown.answering = True
    shown.answer(shown.requests[-1])
    shown.settle()
    assert live.parameters["dots"][0].tolist() == pytest.approx([2.57, -0.3], abs=0.05)
    assert np.abs(pixels(shown.pixels()) - pixels(live.still())[:880]).mean() < 0.5


def test_a_handle_follows_a_finger(show: lab.Show) -> None:
    live = wave()
    shown = show(live, has_touch=True)
    box = shown.page.locator(".handle").first.bounding_box()
    assert box is not None
    x, y = box["x"] + 18, box["y"] + 18
    touch = shown.page.context.new_cdp_session(shown.page)
    for kind, points in [("Start", [(x, y)]), ("Move", [(x + 30, y)]), ("Move", [(x + 60, y)]), ("End", [])]:
        touches = [{"x": px, "y": py} for px, py in points]
        touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touches})
    shown.settle()
    assert live.parameters["dots"][0, 0] == pytest.approx(2.9, abs=0.15)


def test_dragging_the_background_turns(show: lab.Show) -> None:
    live = wave()
    shown = show(live)
    shown.page.mouse.move(300, 300)
    shown.page.mouse.down()
    shown.page.mouse.move(400, 340, steps=4)
    shown.page.mouse.up()
    shown.settle()
    assert (live.parameters["turn"], live.parameters["tilt"]) == (340, 20)
    shown.page.mouse.move(500, 300)
    shown.settle()
    assert (live.parameters["turn"], live.parameters["tilt"]) == (340, 20)


def test_play_moves_and_stops(show: lab.Show) -> None:
    live = wave()
    shown = show(live)
    button = shown.page.locator("button.play")
    button.click()
    shown.page.wait_for_timeout(1500)
    button.click()
    shown.settle()
    stopped = live.parameters["a"]
    assert stopped > 0
    shown.page.wait_for_timeout(600)
    assert live.parameters["a"] == stopped


def test_an_error_is_shown_in_place_and_goes_away(show: lab.Show) -> None:
    live = wave()
    shown = show(live)
    slider, message = shown.page.locator("input[type=range]").first, shown.page.locator(".message")
    assert not message.is_visible()
    slider.fill("12")
    shown.settle()
    assert message.inner_text() == "RuntimeError: three is too many"
    assert slider.input_value() == "12"
    slider.fill("8")
    shown.settle()
    assert not message.is_visible()
    assert len(live.errors) == 1


def test_python_moves_the_controls(show: lab.Show) -> None:
    live = wave()
    shown = show(live)
    live.set(a=1.5, t=10, on=True, kind="two", dots=[[5, 1], [6, -1]])
    shown.push()
    shown.settle()
    values = [slider.input_value() for slider in shown.page.locator("input[type=range]").all()]
    assert values[:2] == ["9", "150"]
    assert shown.page.locator("input[type=checkbox]").is_checked()
    assert shown.page.locator("select").input_value() == "two"
    assert shown.page.locator(".handle").last.get_attribute("aria-valuetext") == "6.00, -1.00"


def test_two_views_are_in_step(show: lab.Show) -> None:
    shown = show(wave())
    shown.page.evaluate("window.addView()")
    shown.page.locator("input[type=range]").first.fill("9")
    shown.settle()
    outputs = shown.page.locator("output").all_inner_texts()
    assert outputs[0] == outputs[4] == "1.5\u2009m"
    first, second = shown.page.locator("canvas").evaluate_all("(all) => all.map((canvas) => canvas.toDataURL())")
    assert first == second


def test_silence_and_a_restart_are_named(show: lab.Show) -> None:
    shown = show(wave())
    message = shown.page.locator(".message")
    shown.answering = False
    shown.page.locator("input[type=range]").first.fill("9")
    message.wait_for(state="visible", timeout=15_000)
    assert "No answer from Python yet" in message.inner_text()
    shown.answer(shown.requests[0])
    shown.settle()
    assert not message.is_visible()
    shown.page.evaluate("window.emit('comm_live_update')")
    shown.settle()
    assert "run this cell again" in message.inner_text()


def test_the_size_is_fixed_from_the_start_and_fits_a_narrow_page(show: lab.Show) -> None:
    live = wave()
    wide, narrow = show(live), show(wave(), width=400, ratio=1)
    assert wide.page.locator("canvas").bounding_box() == {"x": 0, "y": 2, "width": 760, "height": 440}
    box = narrow.page.locator("canvas").bounding_box()
    assert box is not None
    assert box["width"] == 400
    assert narrow.page.evaluate("document.documentElement.scrollWidth") == 400
    handle = narrow.page.locator(".handle").first.bounding_box()
    reference = wide.page.locator(".handle").first.bounding_box()
    assert handle is not None
    assert reference is not None
    assert handle["x"] + 18 == pytest.approx((reference["x"] + 18) * 400 / 760, abs=1)


def test_no_frame_is_blank_while_the_background_changes(show: lab.Show) -> None:
    def draw(figure: Figure) -> dict[str, Any]:
        axes = figure.add_subplot(facecolor="#ddd")
        return {"line": axes.plot([], [], "k")[0], "axes": axes}

    def compute(top: float) -> dict[str, Any]:
        return {"line": np.array([[0, 0], [1, top]]), "axes": {"xlim": (0, 1), "ylim": (0, top)}}

    shown = show(Live(draw, compute, [Slider("top", "top", 1, 9, 2)], "A line."))
    shown.page.evaluate(
        """() => {
          const canvas = document.querySelector("canvas"), context = canvas.getContext("2d");
          window.seen = [];
          const look = () => {
            window.seen.push(context.getImageData(canvas.width / 2, canvas.height / 4, 1, 1).data[0]);
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    for position in range(0, 200, 20):
        shown.page.locator("input[type=range]").fill(str(position))
        shown.page.wait_for_timeout(30)
    shown.settle()
    seen = shown.page.evaluate("window.seen")
    assert len(seen) > 20
    assert set(seen) == {0xDD}


# ---- mathematics in the page


def test_the_page_computes_alone_until_the_reader_lets_go(show: lab.Show) -> None:
    live = wave(page=PAGE)
    shown = show(live)
    handle = shown.page.locator(".handle").first
    box = handle.bounding_box()
    assert box is not None
    shown.page.mouse.move(box["x"] + 18, box["y"] + 18)
    shown.page.mouse.down()
    shown.page.mouse.move(box["x"] + 18, box["y"] - 60, steps=20)
    shown.settle()
    assert shown.requests == []
    during = pixels(shown.pixels())
    shown.push()
    assert np.array_equal(pixels(shown.pixels()), during), "a late answer must not disturb the next drag"
    shown.page.mouse.up()
    shown.settle()
    assert len(shown.requests) == 1
    assert live.parameters["dots"][0, 1] > 0.5
    still = pixels(live.still())[:880]
    assert np.abs(during - still).mean() < 0.5, "the page's own picture is the one Python paints"
    assert np.abs(pixels(shown.pixels()) - still).mean() < 0.5


def test_the_page_fills_what_python_left_empty(show: lab.Show) -> None:
    def draw(figure: Figure) -> dict[str, Any]:
        axes = figure.add_subplot()
        axes.set(xlim=(0, 1), ylim=(0, 1))
        red: dict[str, Any] = {"colors": "r", "linewidths": 6}
        return {
            "line": axes.plot([], [], "r--", lw=5)[0],
            "lines": axes.add_collection(LineCollection([], **red)),
            "areas": axes.add_collection(PolyCollection([], facecolors="r")),
            "dots": axes.scatter([], [], s=400, c="r"),
            "gone": axes.plot([], [], "r", lw=9, visible=False)[0],
        }

    def compute(a: float) -> dict[str, Any]:
        line = np.array([[0.1, 0.1], [0.9, 0.1]])[: 2 * round(a)]
        lines = [[[0.1, 0.3], [0.9, 0.3]]] * round(a)
        areas = [[[0.1, 0.5], [0.9, 0.5], [0.9, 0.6]]] * round(a)
        return {"line": line, "lines": lines, "areas": areas, "dots": [[0.5, 0.8]] * round(a) or np.empty((0, 2))}

    page = """export const compute = ({ a }) => (a < 0.5
      ? { line: [], lines: [], areas: [], dots: [], gone: [0, 1, 1, 0] }
      : { line: [0.1, 0.1, 0.9, 0.1], lines: [[0.1, 0.3, 0.9, 0.3]], areas: [[0.1, 0.5, 0.9, 0.5, 0.9, 0.6]],
          dots: [0.5, 0.8], gone: [0, 1, 1, 0] });"""
    live = Live(draw, compute, [Slider("a", "a", 0, 1, 0)], "Nothing, or some red.", page=page)
    shown = show(live)
    empty = shown.pixels()
    shown.answering = False
    shown.page.locator("input[type=range]").fill("200")
    filled = pixels(shown.pixels())
    assert live.parameters["a"] == 0
    assert np.abs(filled - pixels(empty)).mean() > 3
    live.set(a=1)
    assert np.abs(filled - pixels(live.still())[:880]).mean() < 0.5


def test_the_page_and_its_twin_agree(chromium: Browser) -> None:
    live = wave(page=PAGE)
    page = chromium.new_page()
    for a in live.controls["a"].stops[:2]:
        parameters = {"a": a, "dots": [[2, 0.25], [8, 0]]}
        here = live.compute(**parameters | {"dots": np.array(parameters["dots"])})
        there = lab.page_compute(page, PAGE, parameters)
        assert np.ravel(here["wave"]) == pytest.approx(there["wave"])
        assert np.reshape(here["ticks"], (2, 4)).tolist() == there["ticks"]
        assert here["readout"] == there["readout"]
    page.close()


# ---- a text box


def worded() -> Live:
    """A line as high as its word is long; three letters and more."""

    def check(text: str) -> str:
        text = text.strip()
        if len(text) < 3:
            raise ValueError(f"{len(text)} letters; allowed are three and more")
        return text

    def draw(figure: Figure) -> dict[str, Any]:
        axes = figure.add_subplot()
        axes.set(xlim=(0, 1), ylim=(0, 9))
        return {"line": axes.plot([], [], linewidth=5)[0]}

    def compute(word: str, start: str) -> dict[str, Any]:
        return {"line": [[0, len(word)], [1, len(word)]], "readout": word}

    def react(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
        return {"word": after["start"]} if after["start"] != before["start"] else {}

    controls: list[Any] = [
        Text("word", "word", "one", check, ["seven"], longest=8), Choice("start", "start", ["one", "eleven"], "one"),
    ]  # fmt: skip
    return Live(draw, compute, controls, "A line.", react=react)


def test_a_typed_text_is_answered_and_a_refused_one_explained(show: lab.Show) -> None:
    live = worded()
    shown = show(live)
    box, refusal = shown.page.locator("input[type=text]"), shown.page.locator(".refusal")
    assert (box.input_value(), box.get_attribute("placeholder"), refusal.is_visible()) == ("one", "seven", False)
    assert box.get_attribute("maxlength") == "8"
    before = shown.pixels()
    shown.page.keyboard.press("Tab")
    shown.page.keyboard.type("twelve")
    shown.settle()
    assert (live.parameters["word"], shown.page.locator(".readout").inner_text()) == ("twelve", "twelve")
    assert shown.pixels() != before
    before = shown.pixels()
    for _ in range(4):
        shown.page.keyboard.press("Backspace")
        shown.settle()
    assert refusal.inner_text() == "2 letters; allowed are three and more"
    assert box.get_attribute("aria-invalid") == "true"
    assert (box.input_value(), live.parameters["word"]) == ("tw", "twe")
    assert shown.page.locator(".message").is_hidden()
    shown.page.keyboard.type("e")
    shown.settle()
    assert (refusal.is_visible(), live.parameters["word"]) == (False, "twe"), "back at the text that stands"
    shown.page.keyboard.press("Backspace")
    shown.page.keyboard.type("o")
    shown.settle()
    assert (refusal.is_visible(), box.get_attribute("aria-invalid")) == (False, "false")
    assert live.parameters["word"] == "two"
    shown.page.keyboard.press("Space")
    shown.settle()
    assert (box.input_value(), live.parameters["word"]) == ("two ", "two"), "what is being typed stays as it is"
    assert not live.errors


def test_chinese_in_a_control_is_shown_by_any_browser(show: lab.Show) -> None:
    """Two words in the box differ in ink, which empty boxes do not; a figure without Chinese sends no font."""
    live = worded()
    chinese = Live(
        live.draw, live.compute, [*list(live.controls.values())[:1], Choice("start", "詩", ["one"], "one")], "A line."
    )
    assert (live.widget.font, len(chinese.widget.font)) == (b"", style.FONT.stat().st_size)
    shown = show(chinese)
    shown.page.wait_for_function("[...document.fonts].map((face) => face.status).join() === 'loaded'")
    box, inks = shown.page.locator("input[type=text]"), []
    for word in ("明月光", "地上霜"):
        box.fill(word)
        shown.settle()
        inks.append(box.screenshot(caret="hide"))
    assert inks[0] != inks[1]


def test_a_text_that_another_control_sets(show: lab.Show) -> None:
    live = worded()
    shown = show(live)
    box = shown.page.locator("input[type=text]")
    shown.answering = False
    box.fill("x")
    shown.page.locator("select").focus()
    shown.settle()
    shown.answering = True
    shown.answer(shown.requests[-1])
    shown.settle()
    assert (box.input_value(), shown.page.locator(".refusal").is_visible()) == ("x", True)
    shown.page.locator("select").select_option("eleven")
    shown.settle()
    assert (box.input_value(), live.parameters["word"]) == ("eleven", "eleven")
    assert shown.page.locator(".refusal").is_hidden()


def test_only_the_newest_text_is_asked_for_and_none_while_it_is_composed(show: lab.Show) -> None:
    live = worded()
    shown = show(live)
    shown.answering = False
    box = shown.page.locator("input[type=text]")
    box.fill("")
    box.press_sequentially("seven")
    shown.settle()
    assert [request["values"]["word"] for request in shown.requests] == [""]
    shown.answering = True
    shown.answer(shown.requests[0])
    shown.settle()
    assert [request["values"]["word"] for request in shown.requests] == ["", "seven"]
    assert (box.input_value(), live.parameters["word"]) == ("seven", "seven")
    box.dispatch_event("compositionstart")
    box.press_sequentially("nn")
    shown.settle()
    assert (len(shown.requests), box.input_value()) == (2, "sevennn")
    box.dispatch_event("compositionend")
    shown.settle()
    assert live.parameters["word"] == "sevennn"
