"""Controls in the picture itself, and controls that set others, without a browser and in one."""

from typing import Any

import lab
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from blogtools.live import Button, Curve, Live, Memory, Picks, Points, Slider

SQUARE = np.array([[[0, 1], [1, 1]], [[1, 1], [1, 0]], [[0, 0], [1, 0]], [[0, 1], [0, 0]]], float)
TOP, RIGHT, BOTTOM, LEFT = range(4)


# ---- places to click


def square(**changes: Any) -> Live:
    """The four sides of a square, each blank or in one of two states, and a dot that one can drag."""

    def draw(figure: Figure) -> dict[str, Any]:
        axes = figure.add_subplot()
        axes.set(xlim=(-1, 3), ylim=(-0.5, 1.5), aspect="equal")
        sides = axes.add_collection(LineCollection(list(SQUARE), linewidths=8))
        return {"axes": axes, "sides": sides, "dot": axes.scatter([], [], s=200)}

    def compute(sides: np.ndarray, dot: np.ndarray) -> dict[str, Any]:
        colours = np.array(["0.8", "tab:orange", "tab:blue"])[sides + 1]
        return {"sides": {"color": list(colours)}, "readout": " ".join(map(str, sides))}

    given: dict[str, Any] = {
        "artist": "axes", "places": SQUARE, "value": -1, "states": 2, "words": ("blank", "orange", "blue"),
        "names": ("top", "right", "bottom", "left"),
    } | changes  # fmt: skip
    controls: list[Any] = [
        Picks("sides", "sides", **given),
        Points("dot", "dot", "dot", [[2.5, 0.5]], (-1, -0.5), (3, 1.5)),
    ]
    return Live(draw, compute, controls, "A square.", size=(6, 4))


def at(shown: lab.InPage, x: float, y: float) -> tuple[float, float]:
    """Where a point of the axes lies on the page, in CSS pixels."""
    sx, tx, sy, ty = shown.live.widget.frame["affine"]["axes"]
    box = shown.page.locator("canvas").bounding_box()
    assert box is not None
    return box["x"] + (sx * x + tx) / 2, box["y"] + (sy * y + ty) / 2


def states(live: Live) -> list[int]:
    return live.parameters["sides"].tolist()


def test_states_are_whole_numbers_within_bounds() -> None:
    picks = Picks("p", "edge", "axes", [[0, 0], [1, 0], [2, 0]], -1, 3)
    assert picks.value.tolist() == [-1, -1, -1]
    assert picks.clean([0, 2, -1]).tolist() == [0, 2, -1]
    assert picks.clean(np.array([0, 2, -1], np.int8)).dtype == int
    for wrong in ([0, 3, 0], [0, -2, 0], [0, 0], 0, [0.0, 1.0, 2.0], [True] * 3, [0, 0, None], ["0", "1", "2"], None):
        with pytest.raises(ValueError, match=r"p = .* is not an array of 3 whole numbers from -1 to 2"):
            picks.clean(wrong)
    value = np.array([0, 1, 2])
    assert picks.clean(value) is not value
    filled = Picks("p", "edge", "axes", [[0, 0], [1, 0]], [1, 0], 2, blank=False)
    assert filled.value.tolist() == [1, 0]
    with pytest.raises(ValueError, match="from 0 to 1"):
        filled.clean([-1, 0])


def test_stops_reach_every_state() -> None:
    picks = Picks("p", "edge", "axes", [[0, 0], [1, 0], [2, 0], [3, 0]], 0, 3)
    stops = [stop.tolist() for stop in picks.stops]
    assert stops == [[-1] * 4, [2] * 4, [-1, 0, 1, 2], [2, -1, -1, -1]]
    assert [stop.tolist() for stop in map(picks.clean, picks.stops)] == stops


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"places": [1, 2, 3]}, r"places has shape \(3,\), allowed is \(m, 2\) or \(m, 2, 2\)"),
        ({"places": np.empty((0, 2))}, "m ≥ 1"),
        ({"places": [[0, np.nan]]}, "must be finite"),
        ({"states": 0}, "states = 0 must be an int that leaves two states"),
        ({"states": 1, "blank": False}, "states = 1 must"),
        ({"states": 2.0}, "states = 2.0 must"),
        ({"value": [0, 1]}, "sides = array"),
        ({"reach": 0}, "reach = 0 must be a number of pixels above 0"),
        ({"thickness": np.nan}, "thickness = nan must be"),
        ({"words": ("a", "b")}, "words has 2 entries, allowed is 3"),
        ({"names": ("a", "b")}, "names has 2 entries, allowed is 4"),
        ({"artist": "axis"}, "picks 'sides': artist = 'axis' is not one of the artists and axes .*: axes, sides, dot"),
    ],
)
def test_wrong_picks_are_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        square(**arguments)


def test_picks_on_logarithmic_axes_are_refused() -> None:
    def draw(figure: Figure) -> dict[str, Any]:
        return {"axes": figure.add_subplot(xscale="log", xlim=(1, 10))}

    with pytest.raises(ValueError, match="linear axes"):
        Live(draw, lambda **_: {}, [Picks("p", "p", "axes", [[1, 1], [2, 2]], 0, 2)], "Nothing.")


def test_a_click_makes_the_nearest_place_its_next_state(show: lab.Show) -> None:
    live = square()
    shown = show(live)
    for expected in (0, 1, -1, 0):
        shown.page.mouse.click(*at(shown, 0.3, 1.06))
        shown.settle()
        assert states(live) == [expected, -1, -1, -1]
    shown.page.mouse.click(*at(shown, 0.95, 0.4))
    shown.settle()
    assert states(live) == [0, 0, -1, -1]
    assert shown.page.locator(".readout").inner_text() == "0 0 -1 -1"


def test_shift_and_the_right_button_go_back(show: lab.Show) -> None:
    live = square()
    shown = show(live)
    shown.page.mouse.click(*at(shown, 0.5, 0), button="right")
    shown.settle()
    assert states(live) == [-1, -1, 1, -1]
    shown.page.keyboard.down("Shift")
    shown.page.mouse.click(*at(shown, 0.5, 0))
    shown.page.keyboard.up("Shift")
    shown.settle()
    assert states(live) == [-1, -1, 0, -1]


def test_what_is_no_click_on_a_place(show: lab.Show) -> None:
    """Far from all places, on a handle, and at the end of a drag."""
    live = square()
    shown = show(live)
    shown.page.mouse.click(*at(shown, 1.5, 0.5))
    shown.page.mouse.move(*at(shown, 0.5, 0.5))
    shown.page.mouse.down()
    shown.page.mouse.move(*at(shown, 0.5, 0), steps=4)
    shown.page.mouse.up()
    shown.settle()
    assert shown.requests == []
    live.set(dot=[[0.5, 1.0]])
    shown.push()
    shown.settle()
    shown.page.mouse.click(*at(shown, 0.5, 1.0))
    shown.settle()
    assert states(live) == [-1, -1, -1, -1]


def test_quick_clicks_all_count(show: lab.Show) -> None:
    live = square()
    shown = show(live)
    shown.answering = False
    for x, y in [(0.5, 1), (1, 0.5), (1, 0.5), (0.5, 0)]:
        shown.page.mouse.click(*at(shown, x, y))
    shown.answering = True
    shown.answer(shown.requests[0])
    shown.settle()
    assert states(live) == [0, 1, 0, -1]
    assert len(shown.requests) == 2


def test_the_keyboard_walks_from_place_to_place(show: lab.Show) -> None:
    live = square()
    shown = show(live)
    press, focused = shown.page.keyboard.press, "document.activeElement.getAttribute('aria-label')"
    press("Tab")
    assert shown.page.evaluate(focused) == "top: blank"
    ring = shown.page.evaluate("getComputedStyle(document.activeElement).boxShadow")
    assert "rgb(0, 114, 178)" in ring
    press("Enter")
    press("ArrowRight")
    press(" ")
    press("Space")
    press("ArrowDown")
    press("Shift+Enter")
    shown.settle()
    assert states(live) == [0, 1, 1, -1]
    assert shown.page.evaluate(focused) == "bottom: blue"
    press("ArrowDown")
    assert shown.page.evaluate(focused) == "bottom: blue"
    press("ArrowLeft")
    assert shown.page.evaluate(focused) == "left: blank"
    press("Tab")
    assert shown.page.evaluate("document.activeElement.className") == "handle"
    press("Shift+Tab")
    assert shown.page.evaluate(focused) == "left: blank"
    assert shown.page.get_by_role("group", name="sides").count() == 1


def test_arrows_prefer_what_lies_straight_ahead(show: lab.Show) -> None:
    shown = show(square(places=[[0, 0], [1, 0.9], [2, 0], [0, 1]]))
    shown.page.keyboard.press("Tab")
    seen = []
    for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowRight"):
        shown.page.keyboard.press(key)
        seen.append(shown.page.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert seen == ["bottom: blank", "top: blank", "left: blank", "right: blank"]


def test_a_tap_and_an_assistive_click(show: lab.Show) -> None:
    live = square()
    shown = show(live, has_touch=True)
    shown.page.touchscreen.tap(*at(shown, 1.02, 0.6))
    shown.settle()
    assert states(live) == [-1, 0, -1, -1]
    x, y = at(shown, 0, 0.5)
    shown.page.get_by_role("button", name="left: blank").dispatch_event("click", {"clientX": x, "clientY": y})
    shown.settle()
    assert states(live) == [-1, 0, -1, 0]


def test_marks_lie_on_their_segments_at_any_width(show: lab.Show) -> None:
    shown = show(square(thickness=22), width=400, ratio=1)
    marks = shown.page.locator(".pick").all()
    scale = 400 / 600
    sx, tx, sy, ty = shown.live.widget.frame["affine"]["axes"]
    for mark, ends in zip(marks, SQUARE, strict=True):
        box = mark.bounding_box()
        assert box is not None
        x, y = ends.mean(0)
        assert box["x"] + box["width"] / 2 == pytest.approx((sx * x + tx) / 2 * scale, abs=1)
        assert box["y"] + box["height"] / 2 == pytest.approx((sy * y + ty) / 2 * scale + 2, abs=1)
        assert max(box["width"], box["height"]) == pytest.approx(sx / 2 * scale + 14, abs=1)
        assert min(box["width"], box["height"]) == pytest.approx(22, abs=0.1)


def test_a_point_near_the_pointer_is_marked(show: lab.Show) -> None:
    shown = show(square(places=SQUARE.mean(1)))
    near = shown.page.locator(".pick.near")
    shown.page.mouse.move(*at(shown, 0.52, 0.98))
    assert near.get_attribute("aria-label") == "top: blank"
    assert shown.page.locator(".picture.picking").count() == 1
    shown.page.mouse.move(*at(shown, 2, 0.2))
    assert near.count() == 0
    assert shown.page.locator(".picture.picking").count() == 0


# ---- one control sets others


def game(**changes: Any) -> Live:
    """Three places; buttons fill, clear and take back; the press that fills for the third time fails."""

    def draw(figure: Figure) -> dict[str, Any]:
        axes = figure.add_subplot(xlim=(-1, 3), ylim=(-1, 1))
        return {"axes": axes, "dots": axes.scatter([], [], s=300)}

    def compute(places: np.ndarray, past: tuple[Any, ...], size: float, **_: Any) -> dict[str, Any]:
        shown = np.column_stack([np.arange(3), places])
        return {"dots": {"data": shown, "sizes": [size]}, "readout": f"{places.tolist()} after {len(past)}"}

    def react(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
        if after["fill"] == 3 != before["fill"]:
            raise RuntimeError("three is too many")
        places, past = after["places"], after["past"]
        if not np.array_equal(places, before["places"]):
            past = (*past, tuple(before["places"]))
        if after["fill"] > before["fill"]:
            past, places = (*past, tuple(places)), np.ones(3, int)
        for _ in range(min(after["undo"] - before["undo"], len(past))):
            past, places = past[:-1], np.array(past[-1])
        return {"places": places, "past": past}

    given: dict[str, Any] = {"react": react} | changes
    controls: list[Any] = [
        Picks("places", "place", "axes", [[0, 0], [1, 0], [2, 0]], -1, 2),
        Memory("past", ()),
        Button("fill", "fill"),
        Button("undo", "undo"),
        Slider("size", "size", 10, 500, 300),
    ]
    return Live(draw, compute, controls, "Three places.", **given)


def places(live: Live) -> list[int]:
    return live.parameters["places"].tolist()


def test_a_button_sets_another_control() -> None:
    live = game()
    live.set(fill=1)
    assert live.artists["dots"].get_offsets()[:, 1].tolist() == [1, 1, 1]
    live.set(places=[1, 0, 1])
    assert live.parameters["past"] == ((-1, -1, -1), (1, 1, 1))
    live.set(size=20)
    assert live.readout == "[1, 0, 1] after 2"
    live.set(undo=1)
    assert places(live) == [1, 1, 1]
    live.set(undo=9)
    assert (places(live), live.parameters["past"]) == ([-1, -1, -1], ())


def test_the_browser_is_told_and_python_remembers() -> None:
    live = game()
    spec, frame = live.widget.scene["controls"], live.widget.frame
    assert [control["name"] for control in spec] == ["places", "fill", "undo", "size"]
    assert frame["values"].keys() == {"places", "fill", "undo", "size"}
    live._receive({"values": frame["values"] | {"fill": 1}, "request": 1})
    assert live.widget.frame["values"]["places"] == [1, 1, 1]
    assert "past" not in live.widget.frame["values"]
    live._receive({"values": live.widget.frame["values"] | {"undo": 1, "past": "nonsense"}, "request": 2})
    assert (places(live), live.parameters["past"]) == ([-1, -1, -1], ())


def test_a_press_is_answered_once_even_when_it_fails() -> None:
    live = game()
    assert live.widget.frame["error"] == ""
    live.set(fill=1)
    with pytest.raises(RuntimeError, match="three is too many"):
        live.set(fill=3)
    assert live.widget.frame["error"] == "RuntimeError: three is too many"
    assert live.parameters["fill"] == 3
    live.set(places=[0, 0, 0])
    assert (places(live), live.widget.frame["error"], len(live.errors)) == ([0, 0, 0], "", 1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"plces": 1}, "react set 'plces', which is not one of places, past"), ({"places": 7}, "places = 7 is not")],
)
def test_a_wrong_reaction_is_named_and_changes_nothing(changes: dict[str, Any], message: str) -> None:
    live = game(react=lambda before, after: changes if after["fill"] else {})
    with pytest.raises(ValueError, match=message):
        live.set(fill=1)
    assert places(live) == [-1, -1, -1]


def test_react_gets_copies() -> None:
    def react(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
        before["places"] += 1
        after["places"] += 1
        return {}

    live = game(react=react)
    live.set(places=[0, 0, 0])
    assert places(live) == [0, 0, 0]


def test_memory_is_immutable() -> None:
    with pytest.raises(ValueError, match=r"past = \[1\] can be changed in place"):
        Memory("past", [1])
    assert Memory("past", ((1,),)).stops == [((1,),)]


def test_buttons_in_the_page_set_the_places(show: lab.Show) -> None:
    live = game()
    shown = show(live)
    fill, undo = shown.page.locator(".row.button button").all()
    shown.page.mouse.click(*at(shown, 1, 0))
    fill.click()
    shown.settle()
    marks = shown.page.locator(".pick")
    assert marks.nth(2).get_attribute("aria-label") == "place 3 of 3: 1"
    shown.page.mouse.click(*at(shown, 2, 0))
    shown.settle()
    assert places(live) == [1, 1, -1]
    for expected in ([1, 1, 1], [-1, 0, -1], [-1, -1, -1], [-1, -1, -1]):
        undo.click()
        shown.settle()
        assert places(live) == expected
    assert len(shown.requests) == 7


def test_what_python_set_is_not_undone_by_a_later_move(show: lab.Show) -> None:
    """The reader presses, and before the answer moves another control, or presses again."""
    live = game()
    shown = show(live)
    fill, undo = shown.page.locator(".row.button button").all()
    shown.answering = False
    fill.click()
    shown.page.locator("input[type=range]").fill("0")
    shown.answering = True
    shown.answer(shown.requests[0])
    shown.settle()
    assert (places(live), live.parameters["size"], len(shown.requests)) == ([1, 1, 1], 10, 2)
    shown.page.mouse.click(*at(shown, 0, 0))
    shown.settle()
    shown.answering = False
    undo.click()
    undo.click()
    shown.answering = True
    shown.answer(shown.requests[-1])
    shown.settle()
    assert places(live) == [-1, -1, -1]


def test_a_touch_after_the_question_wins(show: lab.Show) -> None:
    live = game()
    shown = show(live)
    shown.answering = False
    shown.page.locator(".row.button button").first.click()
    shown.page.mouse.click(*at(shown, 0, 0))
    shown.answering = True
    shown.answer(shown.requests[0])
    shown.settle()
    assert places(live) == [0, -1, -1]
    assert live.parameters["past"] == ((-1, -1, -1), (1, 1, 1))


def test_a_failed_press_is_shown_and_does_not_come_back(show: lab.Show) -> None:
    live = game()
    shown = show(live)
    fill = shown.page.locator(".row.button button").first
    message = shown.page.locator(".message")
    for _ in range(3):
        assert not message.is_visible()
        fill.click()
        shown.settle()
    assert message.inner_text() == "RuntimeError: three is too many"
    shown.page.mouse.click(*at(shown, 0, 0))
    shown.settle()
    assert not message.is_visible()
    assert places(live) == [-1, 1, 1]


# ---- a curve drawn by hand


GRID = np.linspace(-2, 2, 41)
HAND_PAGE = """export const compute = ({ curve }) => ({
  readout: `sum ${curve.reduce((sum, y) => sum + y, 0).toFixed(2)}`,
});"""


def hand(page: str | None = None, **changes: Any) -> Live:
    """A curve from −2 to 2 over a pane that is larger, and the sum of its values."""

    def draw(figure: Figure) -> dict[str, Any]:
        axes = figure.add_subplot()
        axes.set(xlim=(-3, 3), ylim=(-1, 3))
        return {"axes": axes, "line": axes.plot([], [], "o-", color="k", linewidth=3)[0], "dots": axes.scatter([], [])}

    def compute(curve: np.ndarray) -> dict[str, Any]:
        return {"readout": f"sum {curve.sum():.2f}"}

    given: dict[str, Any] = {
        "artist": "line", "x": GRID, "value": np.ones(41), "low": 0, "high": 2, "step": 0.1, "brush": 2,
    } | changes  # fmt: skip
    return Live(draw, compute, [Curve("curve", "density", **given)], "A curve.", size=(6, 4), page=page)


def heights(live: Live) -> np.ndarray:
    return live.parameters["curve"]


def test_a_curve_is_clamped_and_shown() -> None:
    live = hand()
    live.set(curve=GRID)
    assert heights(live).tolist() == np.clip(GRID, 0, 2).tolist()
    assert np.column_stack(live.artists["line"].get_data()).tolist() == np.column_stack([GRID, heights(live)]).tolist()
    for wrong in (np.ones(40), np.ones((41, 1)), np.full(41, np.nan), [None] * 41, 1.0):
        with pytest.raises(ValueError, match=r"(?s)curve = .* is not an array of 41 finite numbers"):
            live.set(curve=wrong)
    value = np.ones(41)
    assert live.controls["curve"].clean(value) is not value


def test_stops_of_a_curve() -> None:
    low, high, slope, peak = (stop.tolist() for stop in Curve("c", "c", "line", [0, 1, 2], [1, 1, 1], -1, 3).stops)
    assert (low, high, slope, peak) == ([-1] * 3, [3] * 3, [-1, 1, 3], [-1, 3, -1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": [0]}, "x = .* must be at least two finite numbers that rise"),
        ({"x": GRID[::-1]}, "that rise"),
        ({"x": [0, np.inf]}, "finite"),
        ({"low": 2}, "low = 2, high = 2 must be finite and low < high"),
        ({"high": np.nan}, "high = nan must"),
        ({"step": 0}, "step = 0 must lie"),
        ({"brush": -1}, "brush = -1 must be a whole number"),
        ({"brush": True}, "brush = True must be a whole number"),
        ({"value": [1, 2]}, "is not an array of 41"),
        ({"artist": "dots"}, "curve 'curve': artist = 'dots' is not one of the lines on linear axes"),
    ],
)
def test_wrong_curves_are_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        hand(**arguments)


def drag(shown: lab.InPage, *path: tuple[float, float]) -> None:
    shown.page.mouse.move(*at(shown, *path[0]))
    shown.page.mouse.down()
    for x, y in path[1:]:
        shown.page.mouse.move(*at(shown, x, y))


def test_dragging_draws_what_the_pointer_passes(show: lab.Show) -> None:
    """Few events and fast moves leave no gap; outside the bounds the curve stays at the bound."""
    live = hand()
    shown = show(live)
    drag(shown, (-1, 0.5), (0, 1.5), (1, 2.9))
    shown.page.mouse.up()
    shown.settle()
    expected = np.where(np.abs(GRID) > 1, 1, np.interp(GRID, [-1, 0, 1], [0.5, 1.5, 2]))
    assert heights(live) == pytest.approx(expected, abs=0.02)
    assert shown.page.locator(".readout").inner_text() == f"sum {heights(live).sum():.2f}"
    drag(shown, (1.5, 1), (-2.9, -0.8))
    shown.page.mouse.up()
    shown.settle()
    assert heights(live)[0] == 0
    assert heights(live)[36:] == pytest.approx(np.ones(5))
    before = len(shown.requests)
    shown.page.mouse.move(*at(shown, 1, 2))
    shown.page.mouse.click(*at(shown, 2.6, 1))
    shown.settle()
    assert len(shown.requests) == before


def test_the_curve_follows_the_mouse_before_python_answers(show: lab.Show) -> None:
    live = hand()
    shown = show(live)
    before = shown.pixels()
    shown.answering = False
    drag(shown, (-1, 0.2), (1, 1.8))
    during = shown.pixels()
    assert during != before
    assert heights(live).tolist() == [1] * 41
    shown.page.mouse.up()
    shown.answering = True
    shown.answer(shown.requests[0])
    shown.settle()
    assert lab.mean_difference(during, shown.pixels()) < 0.5
    assert lab.mean_difference(shown.pixels(), live.still()) < 0.5


def test_newest_curve_only(show: lab.Show) -> None:
    live = hand()
    shown = show(live)
    shown.answering = False
    drag(shown, (-1, 0.2), (-0.5, 1.8), (0, 0.3), (0.5, 1.2))
    shown.page.mouse.up()
    assert len(shown.requests) == 1
    shown.answering = True
    shown.answer(shown.requests[0])
    shown.settle()
    assert len(shown.requests) == 2
    assert heights(live)[25] == pytest.approx(1.2, abs=0.02)


def test_a_finger_draws(show: lab.Show) -> None:
    live = hand()
    shown = show(live, has_touch=True)
    touch = shown.page.context.new_cdp_session(shown.page)
    for kind, place in [("Start", (-1, 0.5)), ("Move", (0, 0.5)), ("Move", (1, 0.5)), ("End", None)]:
        points = [] if place is None else [dict(zip("xy", at(shown, *place), strict=True))]
        touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
    shown.settle()
    assert heights(live) == pytest.approx(np.where(np.abs(GRID) > 1.01, 1, 0.5), abs=0.02)


def test_the_keyboard_draws(show: lab.Show) -> None:
    live = hand()
    shown = show(live)
    press, pane = shown.page.keyboard.press, shown.page.locator(".drawing")
    press("Tab")
    assert shown.page.evaluate("document.activeElement.getAttribute('aria-label')") == "density"
    assert pane.get_attribute("aria-valuetext") == "1.00 at 0.00"
    assert pane.locator(".cursor").evaluate("(node) => getComputedStyle(node).opacity") == "0.7"
    press("ArrowRight")
    press("Shift+ArrowLeft")
    shown.settle()
    assert shown.requests == []
    press("ArrowUp")
    press("ArrowUp")
    shown.settle()
    bump = np.zeros(41)
    bump[9:14] = 0.2 * np.array([0.25, 0.75, 1, 0.75, 0.25])
    assert heights(live) == pytest.approx(1 + bump)
    assert pane.get_attribute("aria-valuetext") == "1.20 at -0.900"
    press("Shift+ArrowDown")
    press("Shift+ArrowDown")
    shown.settle()
    assert heights(live)[11] == 0
    for _ in range(5):
        press("Shift+ArrowLeft")
    press("ArrowUp")
    shown.settle()
    assert heights(live)[0] == pytest.approx(1.1)


def test_the_page_is_given_the_curve_and_shows_it(show: lab.Show) -> None:
    live = hand(page=HAND_PAGE)
    shown = show(live)
    drag(shown, (-1, 0.5), (1, 0.5))
    shown.settle()
    assert shown.requests == []
    during = shown.pixels()
    assert shown.page.locator(".readout").inner_text() == "sum 30.50"
    shown.push()
    assert shown.pixels() == during, "a late answer must not disturb the stroke"
    shown.page.mouse.up()
    shown.settle()
    assert heights(live).sum() == pytest.approx(30.5, abs=0.3)
    assert lab.mean_difference(during, live.still()) < 0.5


def test_the_pane_lies_on_the_range_of_the_curve(show: lab.Show) -> None:
    shown = show(hand())
    box = shown.page.locator(".drawing").bounding_box()
    assert box is not None
    left, top = at(shown, -2, 2)
    right, bottom = at(shown, 2, 0)
    assert [box["x"], box["y"]] == pytest.approx([left, top], abs=0.6)
    assert [box["width"], box["height"]] == pytest.approx([right - left, bottom - top], abs=0.6)
