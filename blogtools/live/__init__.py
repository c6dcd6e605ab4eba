"""Live figures: ``Live`` turns a drawing function, a pure function and some controls into a figure one can drag."""

from blogtools.live import style
from blogtools.live.controls import Button, Choice, Memory, Slider, Text, Toggle
from blogtools.live.figure import Failure, Live, failures
from blogtools.live.in_picture import Curve, Orbit, Picks, Points
from blogtools.live.widget import strip_widgets

__all__ = [
    "Button", "Choice", "Curve", "Failure", "Live", "Memory", "Orbit", "Picks", "Points", "Slider", "Text",
    "Toggle", "failures", "strip_widgets", "style",
]  # fmt: skip
