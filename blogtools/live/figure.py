"""``Live``: a figure that one can drag, and its still."""

import contextlib
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from blogtools.live import style
from blogtools.live.controls import Button, Choice, Control, Memory, Slider, Text, Toggle
from blogtools.live.in_picture import Curve, Orbit, Picks, Points
from blogtools.live.scene import PIXEL_RATIO
from blogtools.live.stage import Draw, Stage
from blogtools.live.widget import Canvas

Compute = Callable[..., Mapping[str, Any]]
React = Callable[[dict[str, Any], dict[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True)
class Failure:
    """What went wrong in a live figure, and at which parameters."""

    parameters: dict[str, Any]
    message: str
    trace: str


failures: list[Failure] = []
"""Every failure of every live figure of this process, in order: a harness that runs notebooks looks here."""


class Live:
    """A picture with controls: drag one, and ``compute`` says where the artists go.

    ``draw(figure)`` paints with plain matplotlib and returns, by name, the artists that move (and axes whose limits
    change). ``compute(**parameters)`` is pure and returns, under those names, what each artist shows: the natural
    array (see :func:`blogtools.live.actors.move`), a string for a text, or a dict of properties for ``artist.set``,
    where ``"data"`` stands for the natural array; under ``"readout"``, the line with the number that matters. An
    artist that is not mentioned stays as it was. ``alt`` says in words what the picture shows.

    ``size`` is in inches of 100 CSS pixels. ``page`` is the source (or the path) of an ES module that exports
    ``compute(parameters)``, the twin of the Python one for 60 frames a second: same keys, each value one flat list
    ``[x0, y0, x1, y1, …]`` in data coordinates or a list of such lists. Python is told when the reader lets go.

    ``react(before, after)`` lets one control set others: a button clears, completes or takes back. At each change it
    gets all parameters as they were and as they are to be (a pressed button has risen, by the number of presses) and
    returns those it wants otherwise, or nothing. It is pure and called once a change, so it cannot set itself off; it
    runs before ``compute``, which gets the outcome. A :class:`Memory` holds what it must remember.

    The last line of a cell shows it: live in Lab, as a still elsewhere. ``set(name=value)`` moves it from Python;
    ``parameters``, ``readout`` and ``errors`` say where it stands.
    """

    def __init__(
        self,
        draw: Draw,
        compute: Compute,
        controls: Sequence[Control | Orbit],
        alt: str,
        *,
        size: tuple[float, float] = (7.6, 4.4),
        page: str | Path | None = None,
        react: React | None = None,
    ) -> None:
        if not alt.strip():
            raise ValueError("alt = '' is empty; allowed is a sentence that says what the picture shows")
        self.alt = alt
        self.controls, self._orbits = _sorted(controls)
        if page is not None and any(isinstance(control, Text) for control in controls):
            raise ValueError("page: mathematics in the browser cannot check a Text; allowed is one without the other")
        self.parameters: dict[str, Any] = {c.name: c.clean(c.value) for c in self.controls.values()}
        self.readout = ""
        self.errors: list[Failure] = []
        self.page = page.read_text(encoding="utf-8") if isinstance(page, Path) else page
        self.draw, self.compute, self.react = draw, compute, react
        self._widget: Canvas | None = None
        self._sequence = 0
        self._refused: dict[str, str] = {}
        with style.look():
            self._stage = Stage(draw, size, blueprints=self.page is not None)
            self._check_places()
            self._show(self.parameters)

    @property
    def figure(self) -> Figure:
        """The persistent matplotlib figure."""
        return self._stage.figure

    @property
    def artists(self) -> dict[str, Any]:
        """What ``draw`` returned."""
        return self._stage.artists

    def set(self, **parameters: Any) -> None:
        """Sets parameters by name and shows the result; ``ValueError`` names a wrong one, and nothing changes."""
        for name in parameters:
            if name not in self.controls:
                raise ValueError(f"parameter {name!r} is not one of {', '.join(self.controls) or 'none'}")
        self._refused = {}
        self._update(self.parameters | {name: self.controls[name].clean(v) for name, v in parameters.items()}, None)

    def still(self) -> bytes:
        """The picture as it stands now, readout and settings below it, as PNG at two pixels to the CSS pixel."""
        with style.look():
            return self._stage.picture(self.readout, self._settings())

    @property
    def widget(self) -> Canvas:
        """The canvas in the browser; made when first asked for."""
        if self._widget is None:
            width, height = self._stage.pixels
            shown = [control for control in self.controls.values() if not isinstance(control, Memory)]
            controls = [control.spec() for control in [*shown, *self._orbits]]
            scene = {"width": width, "height": height, "ratio": PIXEL_RATIO, "alt": self.alt, "page": self.page}
            self._widget = Canvas(
                scene=scene | {"controls": controls},
                font=style.FONT.read_bytes() if re.search("[\u2e80-\u9fff]", repr(controls)) else b"",
                background=self._stage.background,
                frame=self._frame(None, ""),
            )
            self._widget.on_msg(lambda _, content, __: self._receive(content))
        return self._widget

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        view = self.widget._repr_mimebundle_()
        data = dict(view[0] if isinstance(view, tuple) else view or {})
        data["image/png"] = self.still()
        data["text/plain"] = f"{self.alt}\n{self.readout}".strip()
        return data, {"image/png": {"width": self._stage.pixels[0] // PIXEL_RATIO, "alt": self.alt}}

    def _receive(self, content: dict[str, Any]) -> None:
        """A message of the browser: the newest values and the number of the request.

        A text that is refused is no failure of the figure: the reader is told, and the text before it stands.
        """
        remembered = {n: self.parameters[n] for n, control in self.controls.items() if isinstance(control, Memory)}
        values = content.get("values", {}) | remembered
        self._refused = {}
        for name, control in self.controls.items():
            if isinstance(control, Text):
                try:
                    control.clean(values.get(name))
                except ValueError as error:
                    self._refused[name] = str(error)
                    values[name] = self.parameters[name]
        with contextlib.suppress(Exception):
            self._update(values, content.get("request"))

    def _update(self, values: Mapping[str, Any], request: int | None) -> None:
        """Shows these values in the figure and in the browser; a failure is recorded, shown there, and raised."""
        error = ""
        parameters: dict[str, Any] = {}
        try:
            parameters = {name: control.clean(values[name]) for name, control in self.controls.items()}
            outcome = self._reacted(parameters)
            with style.look():
                self._show(outcome)
            self.parameters = outcome
        except Exception as exception:
            error = f"{type(exception).__name__}: {exception}"
            failure = Failure(dict(values), error, traceback.format_exc())
            self.errors.append(failure)
            failures.append(failure)
            if self.react is not None:
                # A press is answered once, even where the answer fails.
                pressed = {n for n, control in self.controls.items() if isinstance(control, Button)}
                self.parameters |= {name: parameters[name] for name in pressed & parameters.keys()}
            raise
        finally:
            if self._widget is not None:
                with self._widget.hold_sync():
                    self._widget.background = self._stage.background
                    self._widget.frame = self._frame(request, error)

    def _reacted(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """These parameters with what ``react`` wants otherwise."""
        if self.react is None:
            return parameters
        changes = self.react(_copies(self.parameters), _copies(parameters))
        for name in changes:
            if name not in self.controls:
                raise ValueError(f"react set {name!r}, which is not one of {', '.join(self.controls)}")
        return parameters | {name: self.controls[name].clean(value) for name, value in changes.items()}

    def _show(self, parameters: dict[str, Any]) -> None:
        result = dict(self.compute(**_copies(parameters)))
        readout = str(result.pop("readout", ""))
        handles = {
            c.artist: parameters[c.name] if isinstance(c, Points) else np.column_stack([c.x, parameters[c.name]])
            for c in self.controls.values()
            if isinstance(c, (Points, Curve))
        }
        self._stage.move(handles | result)
        self._stage.operations()
        self.readout = readout

    def _frame(self, request: int | None, error: str) -> dict[str, Any]:
        """What the browser shows next; ``sequence`` comes first so that two frames are seen to differ at once."""
        self._sequence += 1
        values = {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in self.parameters.items()
            if not isinstance(self.controls[name], Memory)
        }
        return {
            "sequence": self._sequence,
            "request": request,
            "error": error,
            "refused": self._refused,
            "values": values,
            "readout": self.readout,
            "affine": {name: self._stage.affine(name) for name in self.artists},
            "operations": self._stage.operations(),
        }

    def _settings(self) -> str:
        words = []
        for control in self.controls.values():
            value = self.parameters[control.name]
            if isinstance(control, Slider):
                words.append(f"{control.label}: {_said(value)} {control.unit}".strip())
            elif isinstance(control, (Choice, Text, Toggle)):
                words.append(f"{control.label}: {value if isinstance(value, str) else 'on' if value else 'off'}")
        return "  ·  ".join(words)

    def _check_places(self) -> None:
        for control in self.controls.values():
            if isinstance(control, (Points, Picks, Curve)):
                artist = self.artists.get(control.artist)
                allowed, kinds = {
                    Points: ("scatters and lines", (PathCollection, Line2D)),
                    Picks: ("artists and axes", (Artist,)),
                    Curve: ("lines", (Line2D,)),
                }[type(control)]
                right = isinstance(artist, kinds) and self._stage.affine(control.artist) is not None
                if not right:
                    raise ValueError(
                        f"{control.spec()['kind']} {control.name!r}: artist = {control.artist!r} is not one of the"
                        f" {allowed} on linear axes that draw returned: {', '.join(self.artists)}"
                    )


def _said(value: float) -> str:
    """A slider's value in words: whole numbers to the last digit, 100,000; others to four digits."""
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:.4g}"


def _copies(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The same values, arrays as copies, so that nobody changes the figure's own."""
    return {name: value.copy() if isinstance(value, np.ndarray) else value for name, value in parameters.items()}


def _sorted(controls: Sequence[Control | Orbit]) -> tuple[dict[str, Control], list[Orbit]]:
    """Controls by name, and orbits; ``ValueError`` for a name that comes twice or an orbit without its sliders."""
    orbits = [control for control in controls if isinstance(control, Orbit)]
    named: dict[str, Control] = {}
    for control in controls:
        if not isinstance(control, Orbit):
            if control.name in named:
                raise ValueError(f"controls: two of them are called {control.name!r}")
            named[control.name] = control
    for name in (name for orbit in orbits for name in (orbit.azimuth, orbit.elevation)):
        if not isinstance(named.get(name), Slider):
            raise ValueError(f"orbit: {name!r} is not one of the sliders")
    return named, orbits
