"""The controls of a live figure: what the reader may set, within which bounds.

A control is plain data. ``clean`` turns whatever arrives (from the browser or from Python) into a valid value,
``stops`` are the values at which tests drive the figure, ``spec`` is what the browser is told.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from blogtools.live.in_picture import Curve, Picks, Points


def _number(name: str, value: Any, allowed: str) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float, np.integer, np.floating))
        or not math.isfinite(value)
    ):
        raise ValueError(f"{name} = {value!r} is not {allowed}")
    return float(value)


@dataclass(frozen=True)
class Slider:
    """A number in ``[low, high]``; ``log`` spaces it by ratios, ``integer`` rounds it, ``play`` adds a play button.

    ``step`` defaults to 1 for integers and to a 200th of the range otherwise; on a logarithmic slider each position is
    ``step`` times the one before, by default so that there are 200.
    A value outside the bounds is clamped; one that is no finite number raises ``ValueError``.
    """

    name: str
    label: str
    low: float
    high: float
    value: float
    step: float | None = None
    unit: str = ""
    log: bool = False
    play: bool = False
    integer: bool = False

    def __post_init__(self) -> None:
        for which in ("low", "high", "value"):
            _number(f"{self.name}.{which}", getattr(self, which), "a finite number")
        if not self.low < self.high or not self.low <= self.value <= self.high:
            raise ValueError(
                f"slider {self.name!r}: low = {self.low}, value = {self.value}, high = {self.high}"
                " must satisfy low ≤ value ≤ high and low < high"
            )
        if self.log and self.low <= 0:
            raise ValueError(f"slider {self.name!r}: low = {self.low} must be positive when log is set")
        least, most = (1, self.high / self.low) if self.log else (0, self.high - self.low)
        if self.step is not None and not least < self.step <= most:
            raise ValueError(f"slider {self.name!r}: step = {self.step} must lie in ({least}, {most:.6g}]")

    def clean(self, value: Any) -> float | int:
        """The value clamped to the bounds, an ``int`` where the slider counts."""
        number = _number(self.name, value, f"a finite number in [{self.low}, {self.high}]")
        number = min(max(number, self.low), self.high)
        return round(number) if self.integer else number

    @property
    def stops(self) -> list[float | int]:
        """Both ends and the middle (of the ratios, where the slider is logarithmic)."""
        middle = math.sqrt(self.low * self.high) if self.log else (self.low + self.high) / 2
        return [self.clean(self.low), self.clean(middle), self.clean(self.high)]

    def spec(self) -> dict[str, Any]:
        """What the browser needs to know."""
        if self.log:
            positions = 200 if self.step is None else round(math.log(self.high / self.low) / math.log(self.step))
        else:
            step = self.step or (1 if self.integer else (self.high - self.low) / 200)
            positions = max(1, round((self.high - self.low) / step))
        return {
            "kind": "slider", "name": self.name, "label": self.label, "low": self.low, "high": self.high,
            "positions": positions, "unit": self.unit, "log": self.log, "play": self.play, "integer": self.integer,
        }  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """One of ``options`` (strings)."""

    name: str
    label: str
    options: Sequence[str]
    value: str

    def __post_init__(self) -> None:
        self.clean(self.value)

    def clean(self, value: Any) -> str:
        """The option itself; anything else raises ``ValueError``."""
        if value not in self.options:
            raise ValueError(f"{self.name} = {value!r} is not one of {', '.join(map(repr, self.options))}")
        return str(value)

    @property
    def stops(self) -> list[str]:
        """Every option."""
        return list(self.options)

    def spec(self) -> dict[str, Any]:
        """What the browser needs to know."""
        return {"kind": "choice", "name": self.name, "label": self.label, "options": list(self.options)}


@dataclass(frozen=True)
class Toggle:
    """On or off."""

    name: str
    label: str
    value: bool = False

    def clean(self, value: Any) -> bool:
        """A ``bool``; anything else raises ``ValueError``."""
        if not isinstance(value, (bool, np.bool_)):
            raise ValueError(f"{self.name} = {value!r} is not True or False")
        return bool(value)

    @property
    def stops(self) -> list[bool]:
        """Off and on."""
        return [False, True]

    def spec(self) -> dict[str, Any]:
        """What the browser needs to know."""
        return {"kind": "toggle", "name": self.name, "label": self.label}


@dataclass(frozen=True)
class Button:
    """Each press adds one to an integer parameter: a seed ("new sample") or a count of steps."""

    name: str
    label: str
    value: int = 0

    def clean(self, value: Any) -> int:
        """A whole number from 0; anything else raises ``ValueError``."""
        number = _number(self.name, value, "a whole number from 0")
        if number < 0 or number != int(number):
            raise ValueError(f"{self.name} = {value!r} is not a whole number from 0")
        return int(number)

    @property
    def stops(self) -> list[int]:
        """Not pressed, pressed once, pressed often."""
        return [0, 1, 25]

    def spec(self) -> dict[str, Any]:
        """What the browser needs to know."""
        return {"kind": "button", "name": self.name, "label": self.label}


@dataclass(frozen=True)
class Text:
    """A line that the reader types; each change is answered at once, while an input method composes only its result.

    ``check(text)`` gives the text as ``compute`` is to get it, or raises ``ValueError`` with a sentence that says what
    is allowed. In the browser the sentence appears beside the box, and the figure stays at the last text that was
    allowed. ``examples`` are allowed texts other than ``value``; the empty box shows the first.
    """

    name: str
    label: str
    value: str
    check: Callable[[str], str]
    examples: Sequence[str]
    longest: int = 40

    def __post_init__(self) -> None:
        if isinstance(self.examples, str) or not self.examples:
            raise ValueError(f"text {self.name!r}: examples = {self.examples!r} must hold at least one text")
        for text in self.stops:
            self.clean(text)

    def clean(self, value: Any) -> str:
        """The text as ``check`` gives it; ``ValueError`` for what is no text, too long, or refused by it."""
        if not isinstance(value, str):
            raise ValueError(f"{self.name} = {value!r:.80} is not a text")
        if len(value) > self.longest:
            raise ValueError(f"{len(value)} characters are too many; allowed are up to {self.longest}")
        return self.check(value)

    @property
    def stops(self) -> list[str]:
        """The text it begins with, and the examples."""
        return [self.value, *self.examples]

    def spec(self) -> dict[str, Any]:
        """What the browser needs to know."""
        return {
            "kind": "text", "name": self.name, "label": self.label, "example": self.examples[0],
            "longest": self.longest,
        }  # fmt: skip


@dataclass(frozen=True)
class Memory:
    """What a figure remembers between two moves, such as the steps that undo can take back; the reader sees no control.

    The value is immutable (a tuple, a number, a string); it changes only by ``Live.set`` and by ``react``, and Python
    keeps it: the browser is not told.
    """

    name: str
    value: Any

    def __post_init__(self) -> None:
        self.clean(self.value)

    def clean(self, value: Any) -> Any:
        """The value itself; ``ValueError`` for one that can be changed in place, such as a list."""
        try:
            hash(value)
        except TypeError as error:
            raise ValueError(f"{self.name} = {value!r:.80} can be changed in place; allowed is a tuple") from error
        return value

    @property
    def stops(self) -> list[Any]:
        """Where it began."""
        return [self.value]


Control = Slider | Choice | Toggle | Button | Text | Memory | Points | Picks | Curve
"""A control with a parameter of its own."""
