"""Live figures without a browser: controls, what reaches the artists, errors, the still, the registered figures."""

import io
import logging
import pkgutil
import warnings
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

import blogtools.figures
from blogtools.figures import live_figure, registry
from blogtools.live import Button, Choice, Live, Orbit, Points, Slider, Text, Toggle, failures, strip_widgets, style
from blogtools.posts import AUTHOR, BLOG, POSTS

VIEW = "application/vnd.jupyter.widget-view+json"


def wave(**changes: Any) -> Live:
    """A small figure with every kind of control."""

    def draw(figure: Figure) -> dict[str, Any]:
        axes = figure.add_subplot()
        axes.set(xlim=(0, 10), ylim=(-2, 2), xlabel="x / m", ylabel="y / m")
        return {
            "curve": axes.plot([], [], **style.line("theory"))[0],
            "knots": axes.scatter([], [], s=120, color=style.colour("data"), zorder=4),
            "note": axes.text(1, 1.5, ""),
            "axes": axes,
        }

    def compute(
        phase: float, count: int, kind: str, shown: bool, seed: int, knots: np.ndarray, turn: float, tilt: float
    ) -> dict[str, Any]:
        x = np.linspace(0, 10, 200)
        y = (np.sin if kind == "sine" else np.cos)(x + phase) * shown + 0.01 * seed + 0.1 * knots[:, 1].mean()
        return {
            "curve": np.column_stack([x, y]),
            "note": f"{count} of {kind}",
            "axes": {"ylim": (-2, 2 + count)},
            "readout": f"mean {y.mean():.3f} m",
        }

    controls = [
        Slider("phase", "phase", -3, 3, 0, unit="rad"),
        Slider("count", "count", 1, 5, 2, integer=True),
        Choice("kind", "kind", ["sine", "cosine"], "sine"),
        Toggle("shown", "shown", True),
        Button("seed", "new sample"),
        Points("knots", "knot", "knots", [[2, 0], [8, 1]], (0, -2), (10, 2)),
        Slider("turn", "turn", 0, 360, 30, unit="°"),
        Slider("tilt", "tilt", -90, 90, 20, unit="°"),
        Orbit("turn", "tilt"),
    ]
    given: dict[str, Any] = {
        "draw": draw,
        "compute": compute,
        "controls": controls,
        "alt": "A wave with two knots.",
    } | changes
    return Live(**given)


def sweep(live: Live) -> None:
    """Every control at both ends and the middle (every option, every press), the others where they began."""
    start = dict(live.parameters)
    for name, control in live.controls.items():
        for stop in control.stops:
            live.set(**start | {name: stop})
    live.set(**start)
    assert not live.errors


# ---- controls


def test_slider_clamps_counts_and_refuses_nan() -> None:
    slider = Slider("n", "n", 1, 10, 3, integer=True)
    assert [slider.clean(v) for v in (-5, 3.4, 99)] == [1, 3, 10]
    assert isinstance(slider.clean(3.4), int)
    for wrong in (float("nan"), float("inf"), "3", None, True):
        with pytest.raises(ValueError, match=r"n = .*finite number"):
            slider.clean(wrong)


def test_slider_stops_are_both_ends_and_the_middle() -> None:
    assert Slider("a", "a", 0, 4, 1).stops == [0, 2, 4]
    assert Slider("a", "a", 0.01, 100, 1, log=True).stops == pytest.approx([0.01, 1, 100])


def test_positions_of_a_slider_are_a_step_apart() -> None:
    def positions(**settings: Any) -> int:
        return Slider("a", "a", 1, 1024, 2, **settings).spec()["positions"]

    assert [positions(), positions(step=3), positions(integer=True)] == [200, 341, 1023]
    assert [positions(log=True), positions(log=True, step=2), positions(log=True, step=32)] == [200, 10, 2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"low": 2, "high": 1, "value": 1}, "low < high"),
        ({"low": 0, "high": 1, "value": 2}, "low ≤ value ≤ high"),
        ({"low": 0, "high": 1, "value": 1, "log": True}, "must be positive"),
        ({"low": 0, "high": 1, "value": 1, "step": 0}, r"step = 0 must lie in \(0, 1\]"),
        ({"low": 2, "high": 8, "value": 2, "step": 1, "log": True}, r"step = 1 must lie in \(1, 4\]"),
        ({"low": 2, "high": 8, "value": 2, "step": 5, "log": True}, r"step = 5 must lie in \(1, 4\]"),
        ({"low": 0, "high": float("nan"), "value": 1}, "high = nan"),
    ],
)
def test_slider_refuses_what_is_no_range(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Slider("a", "a", **arguments)


def test_the_other_controls_name_what_is_allowed() -> None:
    with pytest.raises(ValueError, match="kind = 'x' is not one of 'a', 'b'"):
        Choice("kind", "kind", ["a", "b"], "x")
    with pytest.raises(ValueError, match="on = 1 is not True or False"):
        Toggle("on", "on").clean(1)
    with pytest.raises(ValueError, match="seed = -1 is not a whole number"):
        Button("seed", "seed").clean(-1)
    with pytest.raises(ValueError, match=r"shape \(3,\)"):
        Points("p", "p", "dots", [1, 2, 3], 0, 1)
    points = Points("p", "p", "dots", [[0.2, 0.3]], 0, 1)
    assert points.clean([[-4, 7]]).tolist() == [[0, 1]]
    with pytest.raises(ValueError, match=r"finite numbers of shape \(1, 2\)"):
        points.clean([[np.nan, 0]])


def short(text: str) -> str:
    """The text in lower case; up to four letters are allowed."""
    if not 1 <= len(text) <= 4:
        raise ValueError(f"{len(text)} letters; allowed are 1 to 4")
    return text.lower()


def said(**changes: Any) -> Live:
    """A figure that shows a word and a number."""

    def draw(figure: Figure) -> dict[str, Any]:
        return {"word": figure.add_subplot().text(0.5, 0.5, "")}

    controls = [Text("word", "word", "one", short, ["two"], longest=6), Slider("size", "size", 1, 9, 5, integer=True)]
    given: dict[str, Any] = {"compute": lambda word, size: {"word": word, "readout": f"{word} {size}"}} | changes
    return Live(draw, controls=controls, alt="A word.", **given)


def test_a_text_is_checked_by_its_own_rule() -> None:
    text = Text("word", "word", "one", short, ["two"], longest=6)
    assert text.stops == ["one", "two"]
    assert text.clean("ABC") == "abc"
    for wrong, message in ((3, "word = 3 is not a text"), ("abcdefg", "7 characters are too many"), ("", "1 to 4")):
        with pytest.raises(ValueError, match=message):
            text.clean(wrong)
    for value, examples, message in (("", ["two"], "1 to 4"), ("one", [""], "1 to 4"), ("one", [], "examples")):
        with pytest.raises(ValueError, match=message):
            Text("word", "word", value, short, examples)


def test_a_refused_text_leaves_the_figure_and_is_no_failure() -> None:
    live, before = said(), len(failures)
    assert live.widget.frame["refused"] == {}
    live._receive({"values": {"word": "TWO", "size": 5}, "request": 1})
    assert (live.parameters["word"], live.widget.frame["refused"]) == ("two", {})
    live._receive({"values": {"word": "three", "size": 7}, "request": 2})
    assert live.widget.frame["refused"] == {"word": "5 letters; allowed are 1 to 4"}
    assert (live.parameters["word"], live.readout, live.widget.frame["error"]) == ("two", "two 7", "")
    assert len(failures) == before
    live.set(size=8)
    assert live.widget.frame["refused"] == {}
    with pytest.raises(ValueError, match="1 to 4"):
        live.set(word="three")
    assert live.readout == "two 8"


def test_a_page_cannot_check_a_text() -> None:
    with pytest.raises(ValueError, match="cannot check a Text"):
        said(page="export const compute = () => ({});")


# ---- the figure


def test_set_moves_the_artists_and_tells_the_readout() -> None:
    live = wave()
    live.set(phase=1, kind="cosine", knots=[[1, 0], [9, 0]])
    x, y = live.artists["curve"].get_data()
    assert y == pytest.approx(np.cos(x + 1))
    assert live.artists["note"].get_text() == "2 of cosine"
    assert live.artists["knots"].get_offsets().tolist() == [[1, 0], [9, 0]]
    assert live.parameters["phase"] == 1
    assert live.readout.startswith("mean")


def test_every_control_of_the_small_figure() -> None:
    sweep(wave())


def test_limits_that_change_repaint_the_background_and_only_then() -> None:
    live = wave()
    before = live.widget.background
    live.set(phase=1)
    assert live.widget.background is before
    live.set(count=5)
    assert live.widget.background != before


def test_what_stays_is_not_drawn_anew_and_what_changes_in_place_is() -> None:
    drawn: list[str] = []
    line = np.array([[0.0, 0.0], [1.0, 1.0]])

    def compute(top: float, name: str) -> dict[str, Any]:
        line[1, 1] = top
        return {"line": line, "gap": {"data": np.array([[0.0, np.nan]]), "color": ["k"]}, "name": name}

    def draw(figure: Figure) -> dict[str, Any]:
        axes = figure.add_subplot()
        return {"line": axes.plot([], [])[0], "gap": axes.scatter([], []), "name": axes.text(0, 0, "")}

    live = Live(draw, compute, [Slider("top", "top", 0, 1, 1), Choice("name", "name", ["a", "b"], "a")], "A line.")
    recorder = live._stage._recorder
    record = recorder.record
    recorder.record = lambda name, artist: drawn.append(name) or record(name, artist)  # type: ignore[method-assign,func-returns-value]
    live.set(top=1)
    assert drawn == []
    live.set(top=0.5)
    live.set(name="b")
    assert drawn == ["line", "name"]
    assert live.artists["line"].get_ydata()[1] == 0.5


def test_text_is_remembered_with_its_words_size_and_family() -> None:
    """What a slider wrote comes back as it was, and is not mistaken for other words or for another look."""

    def draw(figure: Figure) -> dict[str, Any]:
        return {"note": figure.add_subplot().text(0.1, 0.1, "")}

    looks = [
        {"text": "7 of 8"},
        {"text": "8 of 8"},
        {"text": "7 of 8", "fontsize": 30},
        {"text": "7 of 8", "family": "monospace"},
    ]
    plain = {"fontsize": 12, "family": "sans-serif"}
    live = Live(
        draw, lambda look: {"note": plain | looks[look]}, [Slider("look", "look", 0, 3, 0, integer=True)], "Words."
    )
    seen = []
    for look in (0, 1, 2, 3, 0):
        live.set(look=look)
        (operation,) = live.widget.frame["operations"]
        seen.append(operation["xy"])
    assert seen[0] == seen[-1]
    assert len(set(seen)) == len(looks)


def test_compute_gets_copies() -> None:
    def compute(knots: np.ndarray) -> dict[str, Any]:
        knots += 100
        return {}

    live = Live(
        lambda figure: {"dots": figure.add_subplot().scatter([], [])},
        compute,
        [Points("knots", "knot", "dots", [[0.5, 0.5]], 0, 1)],
        "A point.",
    )
    live.set(knots=[[0.25, 0.75]])
    assert live.parameters["knots"].tolist() == [[0.25, 0.75]]


def test_unknown_parameter_and_wrong_value_change_nothing() -> None:
    live = wave()
    with pytest.raises(ValueError, match="'phse' is not one of phase, count"):
        live.set(phse=1)
    with pytest.raises(ValueError, match="phase = nan"):
        live.set(phase=float("nan"))
    assert live.parameters["phase"] == 0
    assert not live.errors


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({"curv": np.zeros((3, 2))}, "compute returned 'curv'.*'curve'"),
        ({"curve": np.zeros(3)}, r"artist 'curve' \(Line2D\).*shape \(3,\) is not \(n, 2\)"),
        ({"curve": {"colour": "red"}}, "artist 'curve'.*colour"),
        ({"note": 3}, "artist 'note'.*allowed is a string"),
        ({"axes": np.zeros(2)}, "axes take a mapping"),
    ],
)
def test_wrong_results_name_the_artist(result: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        wave(compute=lambda **_: result)


def test_wrong_figures_fail_when_they_are_made() -> None:
    with pytest.raises(ValueError, match="alt"):
        wave(alt=" ")
    with pytest.raises(ValueError, match="two of them are called 'a'"):
        wave(controls=[Toggle("a", "a"), Toggle("a", "a")])
    with pytest.raises(ValueError, match="orbit: 'turn' is not one of the sliders"):
        wave(controls=[Orbit("turn", "tilt")])
    with pytest.raises(ValueError, match=r"artist = 'note'.*curve, knots"):
        wave(controls=[Points("p", "p", "note", [[0, 0]], -1, 1)], compute=lambda **_: {})
    with pytest.raises(ValueError, match="draw returned 'x'"):
        wave(draw=lambda figure: {"x": 3}, compute=lambda **_: {}, controls=[])


def test_an_actor_the_canvas_cannot_show_is_named() -> None:
    def draw(figure: Figure) -> dict[str, Any]:
        mesh = figure.add_subplot().pcolormesh(np.arange(9.0).reshape(3, 3), shading="gouraud")
        return {"mesh": mesh}

    with pytest.raises(ValueError, match=r"artist 'mesh' .QuadMesh.* Gouraud"):
        Live(draw, lambda: {}, [], "A mesh.")


def test_an_exception_in_compute_is_recorded_and_shown() -> None:
    def compute(a: float) -> dict[str, Any]:
        return {"readout": f"{1 / a:.1f}"}

    live = Live(lambda figure: {"axes": figure.add_subplot()}, compute, [Slider("a", "a", 0, 1, 1)], "Nothing.")
    assert live.widget.frame["error"] == ""
    with pytest.raises(ZeroDivisionError):
        live.set(a=0)
    live._receive({"values": {"a": 0}, "request": 7})
    assert [failure.parameters for failure in live.errors] == [{"a": 0}, {"a": 0}]
    assert failures[-1] is live.errors[-1]
    assert "1 / a" in live.errors[-1].trace
    frame = live.widget.frame
    assert frame["error"] == "ZeroDivisionError: float division by zero"
    assert live.parameters == {"a": 1}
    live._receive({"values": {"a": 0.5}, "request": 8})
    assert (live.widget.frame["error"], live.readout) == ("", "2.0")


@pytest.mark.parametrize("content", [{}, {"values": {}}, {"values": {"a": float("nan")}}, {"values": {"a": "x"}}])
def test_nonsense_from_the_browser_is_recorded(content: dict[str, Any]) -> None:
    live = Live(lambda figure: {"axes": figure.add_subplot()}, lambda a: {}, [Slider("a", "a", 0, 1, 1)], "Nothing.")
    live._receive(content)
    assert len(live.errors) == 1
    assert live.parameters == {"a": 1}


def test_the_browser_is_clamped() -> None:
    live = wave()
    values = live.parameters | {"phase": 99, "knots": [[-50, 0], [50, 0]]}
    live._receive({"values": values, "request": 1})
    assert live.parameters["phase"] == 3
    assert live.parameters["knots"].tolist() == [[0, 0], [10, 0]]


# ---- what is shown


def test_a_cell_gives_widget_still_and_text() -> None:
    live = wave()
    data, metadata = live._repr_mimebundle_()
    assert set(data) == {VIEW, "image/png", "text/plain"}
    assert data[VIEW]["model_id"] == live.widget.model_id
    assert data["text/plain"] == f"A wave with two knots.\n{live.readout}"
    assert metadata == {"image/png": {"width": 760, "alt": "A wave with two knots."}}
    picture = Image.open(io.BytesIO(data["image/png"]))
    assert len(data["image/png"]) < 120_000
    assert picture.width == 1520
    assert picture.height > 880


def test_the_still_follows_the_parameters() -> None:
    live = wave()
    before = np.array(Image.open(io.BytesIO(live.still())).convert("RGB")).astype(float)
    live.set(phase=1)
    after = np.array(Image.open(io.BytesIO(live.still())).convert("RGB")).astype(float)
    assert np.abs(after - before)[:880].mean() > 0.3
    live.set(phase=0)
    assert np.abs(np.array(Image.open(io.BytesIO(live.still())).convert("RGB")) - before).max() == 0


@pytest.mark.parametrize(
    ("slider", "value", "said"),
    [
        (Slider("n", "throws", 1, 1_000_000, 5, log=True, integer=True), 100_000, "throws: 100,000"),
        (Slider("n", "throws", 1, 1_000_000, 5, log=True, integer=True), 12_345, "throws: 12,345"),
        (Slider("turn", "turn", -360.0, 360.0, 30.0, unit="°"), -180, "turn: -180 °"),
        (Slider("width", "width", 0, 1, 0.5, unit="m"), 0.123456, "width: 0.1235 m"),
        (Slider("rate", "rate", 1e-8, 1, 0.5, log=True), 1e-8, "rate: 1e-08"),
        (Slider("far", "far", 1, 1e30, 2.0, log=True), 1e30, "far: 1e+30"),
    ],
)
def test_the_still_prints_whole_numbers_whole(slider: Slider, value: float, said: str) -> None:
    live = Live(
        lambda figure: {"note": figure.text(0, 0, "")}, lambda **values: {"note": str(values)}, [slider], alt="A note."
    )
    live.set(**{slider.name: value})
    assert live._settings() == said


def test_strip_widgets_leaves_the_still() -> None:
    live = wave()
    data, metadata = live._repr_mimebundle_()
    output = {"output_type": "display_data", "data": dict(data), "metadata": metadata}
    bar = {"output_type": "display_data", "data": {VIEW: {}}, "metadata": {}}
    notebook = {
        "cells": [{"cell_type": "code", "outputs": [output, bar]}, {"cell_type": "markdown"}],
        "metadata": {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}}},
    }
    assert strip_widgets(notebook) == 1
    assert set(output["data"]) == {"image/png", "text/plain"}
    assert bar["data"] == {VIEW: {}}
    assert notebook["metadata"] == {}


def test_nothing_global_changes() -> None:
    before = dict(matplotlib.rcParams)
    wave().still()
    assert dict(matplotlib.rcParams) == before


def test_roles_have_one_colour_and_unknown_ones_are_named() -> None:
    assert style.line("wrong")["linestyle"] == "--"
    assert style.line("field", alpha=0.5)["color"] == style.colour("field") == style.BLUE
    with pytest.raises(ValueError, match="role = 'feild'"):
        style.line("feild")


# ---- the font


def missing_glyphs(text: str, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What matplotlib says about glyphs it lacks, in warnings and in its log."""
    caplog.clear()
    with warnings.catch_warnings(record=True) as caught, caplog.at_level(logging.WARNING):
        warnings.simplefilter("always")
        Live(
            lambda figure: {"text": figure.add_subplot().text(0, 0, text), "title": figure.suptitle(text)},
            lambda: {},
            [],
            "Text.",
        ).still()
    messages = [str(w.message) for w in caught] + [record.getMessage() for record in caplog.records]
    return [message for message in messages if "lyph" in message or "ont" in message]


def test_chinese_prints_on_any_machine(caplog: pytest.LogCaptureFixture) -> None:
    for text in ["万有引力 萬有引力 → ∇·F = −4πGρ ‖x‖² ≤ ½ ∞ σ₁ …", AUTHOR + BLOG, *(p.original_title for p in POSTS)]:
        assert missing_glyphs(text, caplog) == []
    assert missing_glyphs(r"万有 $\frac{\partial \varphi}{\partial t} \leq \sum_i \hat{x}_0$", caplog) == []


@pytest.mark.parametrize("text", ["\U0001f9ff", r"$\mathrm{\U0001f9ff}$".replace(r"\U0001f9ff", "\U0001f9ff")])
def test_a_missing_glyph_would_be_seen(text: str, caplog: pytest.LogCaptureFixture) -> None:
    assert missing_glyphs(text, caplog)


# ---- the registry


def test_a_name_belongs_to_one_factory() -> None:
    @live_figure("test.a-name")
    def first() -> Live:
        return wave()

    with pytest.raises(ValueError, match=r"'test.a-name' is taken by .*first"):

        @live_figure("test.a-name")
        def second() -> Live:
            return wave()

    del blogtools.figures._factories["test.a-name"]


def test_every_control_of_every_figure() -> None:
    figures = registry()
    topics = {module.name for module in pkgutil.iter_modules(blogtools.figures.__path__)}
    registered = {factory.__module__.split(".")[2] for factory in figures.values()}
    assert topics == registered, "a topic of blogtools/figures registers no figure"
    for name, factory in figures.items():
        live = factory()
        assert isinstance(live, Live), name
        sweep(live)
