"""Controls in the picture itself: places to click, without a browser and in one."""

from typing import Any

import lab
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from blogtools.live import Live, Picks, Points

SQUARE = np.array([[[0, 1], [1, 1]], [[1, 1], [1, 0]], [[0, 0], [1, 0]], [[0, 1], [0, 0]]], float)
TOP, RIGHT, BOTTOM, LEFT = range(4)


def settle(shown: lab.InPage) -> None:
    shown.page.wait_for_timeout(150)


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
        settle(shown)
        assert states(live) == [expected, -1, -1, -1]
    shown.page.mouse.click(*at(shown, 0.95, 0.4))
    settle(shown)
    assert states(live) == [0, 0, -1, -1]
    assert shown.page.locator(".readout").inner_text() == "0 0 -1 -1"


def test_shift_and_the_right_button_go_back(show: lab.Show) -> None:
    live = square()
    shown = show(live)
    shown.page.mouse.click(*at(shown, 0.5, 0), button="right")
    settle(shown)
    assert states(live) == [-1, -1, 1, -1]
    shown.page.keyboard.down("Shift")
    shown.page.mouse.click(*at(shown, 0.5, 0))
    shown.page.keyboard.up("Shift")
    settle(shown)
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
    settle(shown)
    assert shown.requests == []
    live.set(dot=[[0.5, 1.0]])
    shown.push()
    settle(shown)
    shown.page.mouse.click(*at(shown, 0.5, 1.0))
    settle(shown)
    assert states(live) == [-1, -1, -1, -1]


def test_quick_clicks_all_count(show: lab.Show) -> None:
    live = square()
    shown = show(live)
    shown.answering = False
    for x, y in [(0.5, 1), (1, 0.5), (1, 0.5), (0.5, 0)]:
        shown.page.mouse.click(*at(shown, x, y))
    shown.answering = True
    shown.answer(shown.requests[0])
    settle(shown)
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
    settle(shown)
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
    settle(shown)
    assert states(live) == [-1, 0, -1, -1]
    x, y = at(shown, 0, 0.5)
    shown.page.get_by_role("button", name="left: blank").dispatch_event("click", {"clientX": x, "clientY": y})
    settle(shown)
    assert states(live) == [-1, 0, -1, 0]


def test_marks_lie_on_their_segments_at_any_width(show: lab.Show) -> None:
    shown = show(square(), width=400, ratio=1)
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


def test_a_point_near_the_pointer_is_marked(show: lab.Show) -> None:
    shown = show(square(places=SQUARE.mean(1)))
    near = shown.page.locator(".pick.near")
    shown.page.mouse.move(*at(shown, 0.52, 0.98))
    assert near.get_attribute("aria-label") == "top: blank"
    assert shown.page.locator(".picture.picking").count() == 1
    shown.page.mouse.move(*at(shown, 2, 0.2))
    assert near.count() == 0
    assert shown.page.locator(".picture.picking").count() == 0
