"""Controls that one touches in the picture itself: handles to drag, places to click, a curve to draw, the
background to turn.

They are plain data like those of :mod:`blogtools.live.controls`, with the same ``clean``, ``stops`` and ``spec``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Points:
    """Handles to drag: an array ``(n, 2)`` in data coordinates, shown by the artist of that name (markers or dots).

    ``artist`` names what ``draw`` returned (a ``scatter`` or a marked ``Line2D`` on linear axes); the figure moves it,
    so ``compute`` need not. ``low`` and ``high`` bound the points (numbers or pairs). With the keyboard: Tab to a
    handle, arrow keys move it by ``step`` (a hundredth of the range), with Shift by ten.
    """

    name: str
    label: str
    artist: str
    value: Any
    low: Any
    high: Any
    step: float | None = None
    bounds: np.ndarray = field(init=False, repr=False)
    """``[[low_x, low_y], [high_x, high_y]]``."""

    def __post_init__(self) -> None:
        bounds = np.stack([np.broadcast_to(np.asarray(b, float), 2) for b in (self.low, self.high)])
        if not np.isfinite(bounds).all() or (bounds[0] >= bounds[1]).any():
            raise ValueError(
                f"points {self.name!r}: low = {self.low}, high = {self.high} must be finite and low < high"
            )
        object.__setattr__(self, "bounds", bounds)
        start = np.array(self.value, float)
        if start.ndim != 2 or start.shape[1] != 2 or len(start) == 0:
            raise ValueError(f"points {self.name!r}: value has shape {start.shape}, allowed is (n, 2) with n ≥ 1")
        object.__setattr__(self, "value", start)
        object.__setattr__(self, "value", self.clean(start))

    def clean(self, value: Any) -> np.ndarray:
        """A fresh float array of the same shape, clamped to the bounds."""
        points = np.array(value, float)
        if points.shape != self.value.shape or not np.isfinite(points).all():
            raise ValueError(f"{self.name} = {value!r} is not an array of finite numbers of shape {self.value.shape}")
        return np.clip(points, *self.bounds)

    @property
    def stops(self) -> list[np.ndarray]:
        """Every point at one corner, at the other, in the middle (so all coincide), and the first at the low corner."""
        low, high = self.bounds
        together = [np.broadcast_to(p, self.value.shape).copy() for p in (low, high, (low + high) / 2)]
        first = self.value.copy()
        first[0] = low
        return [*together, first]

    def spec(self) -> dict[str, Any]:
        """What the browser needs to know."""
        step = self.step or float((self.bounds[1] - self.bounds[0]).max()) / 100
        return {
            "kind": "points", "name": self.name, "label": self.label, "artist": self.artist,
            "low": self.bounds[0].tolist(), "high": self.bounds[1].tolist(), "step": step,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Picks:
    """Places to click, each in one of a few states: an int array ``(m,)``, a click makes it the next state.

    ``places`` are points ``(m, 2)`` or segments ``(m, 2, 2)`` in the data coordinates of ``artist``, the name of axes
    or of an artist on linear axes that ``draw`` returned. The states are ``0 … states − 1`` and, with ``blank``, −1
    before them. ``compute`` shows them. ``words`` name the states (the blank one first) and ``names`` the places, for
    those who do not see the picture. A click counts for the nearest place within ``reach`` CSS pixels; with Shift, or
    with the right button, it goes back. With the keyboard: Tab to the places, arrow keys from one to another, Enter or
    Space (with Shift: back); the focus is a ring around the segment, ``thickness`` CSS pixels across. ``value`` may be
    one number for all.
    """

    name: str
    label: str
    artist: str
    places: Any
    value: Any
    states: int
    blank: bool = True
    words: Sequence[str] = ()
    names: Sequence[str] = ()
    reach: float = 24.0
    thickness: float = 30.0

    def __post_init__(self) -> None:
        places = np.array(self.places, float)
        if places.ndim not in (2, 3) or places.shape[1:] not in ((2,), (2, 2)) or not len(places):
            raise ValueError(
                f"picks {self.name!r}: places has shape {places.shape}, allowed is (m, 2) or (m, 2, 2) with m ≥ 1"
            )
        if not np.isfinite(places).all():
            raise ValueError(f"picks {self.name!r}: places = {places.tolist()} must be finite")
        if isinstance(self.states, bool) or not isinstance(self.states, int) or self.states + self.blank < 2:
            raise ValueError(f"picks {self.name!r}: states = {self.states!r} must be an int that leaves two states")
        for which in ("reach", "thickness"):
            size = getattr(self, which)
            if not np.isfinite(size) or size <= 0:
                raise ValueError(f"picks {self.name!r}: {which} = {size!r} must be a number of pixels above 0")
        words = tuple(self.words) or (("blank",) if self.blank else ()) + tuple(str(k) for k in range(self.states))
        names = tuple(self.names) or tuple(f"{self.label} {k + 1} of {len(places)}" for k in range(len(places)))
        for which, texts, number in (("words", words, self.states + self.blank), ("names", names, len(places))):
            if len(texts) != number:
                raise ValueError(f"picks {self.name!r}: {which} has {len(texts)} entries, allowed is {number}")
        for which, value in (("places", places), ("words", words), ("names", names)):
            object.__setattr__(self, which, value)
        start = np.asarray(self.value)
        object.__setattr__(self, "value", self.clean(np.broadcast_to(start, len(places)) if start.ndim == 0 else start))

    @property
    def lowest(self) -> int:
        """The first state: −1 where a place may be blank, else 0."""
        return -1 if self.blank else 0

    def clean(self, value: Any) -> np.ndarray:
        """A fresh int array of the same length; anything but allowed states raises ``ValueError``."""
        states, low, high = np.array(value), self.lowest, self.states - 1
        whole = states.dtype.kind in "iu" and states.shape == (len(self.places),)
        if not whole or ((states < low) | (states > high)).any():
            raise ValueError(
                f"{self.name} = {value!r} is not an array of {len(self.places)} whole numbers from {low} to {high}"
            )
        return states.astype(int)

    @property
    def stops(self) -> list[np.ndarray]:
        """All in the first state, all in the last, the states in turn, and the first place alone in the last."""
        number = len(self.places)
        ends = [np.full(number, k) for k in (self.lowest, self.states - 1)]
        first = ends[0].copy()
        first[0] = self.states - 1
        return [*ends, self.lowest + np.arange(number) % len(self.words), first]

    def spec(self) -> dict[str, Any]:
        """What the browser needs to know; a point is a segment of no length."""
        ends = self.places if self.places.ndim == 3 else np.repeat(self.places[:, None], 2, axis=1)
        return {
            "kind": "picks", "name": self.name, "label": self.label, "artist": self.artist, "places": ends.tolist(),
            "lowest": self.lowest, "words": list(self.words), "names": list(self.names), "reach": self.reach,
            "thickness": self.thickness,
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Curve:
    """A function drawn by hand: a float array ``(m,)``, its values at the rising ``x``, within ``[low, high]``.

    ``artist`` names a ``Line2D`` on linear axes that ``draw`` returned; the figure puts ``(x, value)`` on it, so
    ``compute`` need not. Drag across the picture to draw. With the keyboard: Tab to the curve, left and right move a
    cursor, up and down raise and lower the value there by ``step`` (a fiftieth of the range), with Shift by ten; the
    neighbours, up to ``brush`` of them on either side (a twentieth of all), follow less and less.
    """

    name: str
    label: str
    artist: str
    x: Any
    value: Any
    low: float
    high: float
    step: float | None = None
    brush: int | None = None

    def __post_init__(self) -> None:
        x = np.array(self.x, float)
        if x.ndim != 1 or len(x) < 2 or not np.isfinite(x).all() or (np.diff(x) <= 0).any():
            raise ValueError(f"curve {self.name!r}: x = {self.x!r:.80} must be at least two finite numbers that rise")
        if not np.isfinite([self.low, self.high]).all() or not self.low < self.high:
            raise ValueError(f"curve {self.name!r}: low = {self.low}, high = {self.high} must be finite and low < high")
        if self.step is not None and not 0 < self.step <= self.high - self.low:
            raise ValueError(f"curve {self.name!r}: step = {self.step} must lie in (0, high − low]")
        whole = isinstance(self.brush, int) and not isinstance(self.brush, bool) and self.brush >= 0
        if self.brush is not None and not whole:
            raise ValueError(f"curve {self.name!r}: brush = {self.brush!r} must be a whole number from 0")
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "value", self.clean(self.value))

    def clean(self, value: Any) -> np.ndarray:
        """A fresh float array of the length of ``x``, clamped to the bounds."""
        heights = np.array(value, float)
        if heights.shape != self.x.shape or not np.isfinite(heights).all():
            raise ValueError(f"{self.name} = {value!r:.80} is not an array of {len(self.x)} finite numbers")
        return np.clip(heights, self.low, self.high)

    @property
    def stops(self) -> list[np.ndarray]:
        """All low, all high, a slope from one to the other, and a single peak."""
        number = len(self.x)
        flat = np.full(number, float(self.low))
        peak = flat.copy()
        peak[number // 2] = self.high
        return [flat, np.full(number, float(self.high)), np.linspace(self.low, self.high, number), peak]

    def spec(self) -> dict[str, Any]:
        """What the browser needs to know."""
        return {
            "kind": "curve", "name": self.name, "label": self.label, "artist": self.artist, "x": self.x.tolist(),
            "low": self.low, "high": self.high, "step": self.step or (self.high - self.low) / 50,
            "brush": len(self.x) // 20 if self.brush is None else self.brush,
        }  # fmt: skip


@dataclass(frozen=True)
class Orbit:
    """Dragging the background moves two sliders, named here: across the azimuth, up and down the elevation.

    A slider whose range is a full turn (360) wraps around.
    """

    azimuth: str
    elevation: str

    def spec(self) -> dict[str, Any]:
        """What the browser needs to know."""
        return {"kind": "orbit", "azimuth": self.azimuth, "elevation": self.elevation}
