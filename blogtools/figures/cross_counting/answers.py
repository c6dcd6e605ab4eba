"""9291.answers: which readings of the problem, and which slips in counting it, give 54432, and which do not."""

import math
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from blogtools.cross.misreadings import Misreading, misreadings
from blogtools.figures import live_figure
from blogtools.live import Choice, Live, Picks, style

TRUE, LARGER = 27216, 54432
"""The two published answers."""
SLIP = "slip: "
GROUPS = ("readings of the words", "slips in the count")
ROWS = 13
"""Of the longer group."""
LOW, HIGH = 1.5, 6.75
"""Window on log10 of the counts."""
NAMES, NUMBERS = -0.45, 7.55
"""Where names and numbers stand, on the same axis."""


@lru_cache(maxsize=2)
def rows(group: str) -> tuple[Misreading, ...]:
    """The problem as stated, then the readings or the slips by their counts."""
    stated, *others = misreadings()
    wanted = [m for m in others if m.changed.startswith(SLIP) == (group == GROUPS[1])]
    return (stated, *sorted(wanted, key=lambda m: m.number))


def status(row: Misreading) -> str:
    """What is known of it, and what is a guess."""
    if row.number == TRUE and not row.changed.startswith(SLIP):
        return "known: the answer to the problem as it stands"
    if row.number == LARGER:
        return "known: it gives 54\u2009432; a guess: that it was made"
    return f"known: it does not give 54\u2009432, but {row.number / LARGER:.3g} times that"


def answers_compute(group: str, picked: np.ndarray) -> dict[str, Any]:
    """The counts of a group on a logarithmic axis, and what is known of the picked one."""
    table = rows(group)
    k = min(int(np.argmax(picked)), len(table) - 1)
    at = np.array([(math.log10(row.number), -i) for i, row in enumerate(table)])
    guess = np.array([row.number == LARGER for row in table])
    shown: dict[str, Any] = {
        "known": at[~guess],
        "guess": at[guess],
        "picked": [_band(k)],
        "stems": [[(LOW, -i), (x, -i)] for i, (x, _) in enumerate(at)],
        "readout": f"{table[k].name}: {table[k].changed.removeprefix(SLIP)}\n{status(table[k])}",
    }
    for i in range(ROWS):
        row = table[i] if i < len(table) else None
        shown[f"name {i}"] = row.name if row else ""
        shown[f"number {i}"] = {
            "text": f"{row.number:,}".replace(",", "\u2009") if row else "",
            "color": style.ORANGE if row and row.number == LARGER else style.SLATE,
        }
    return shown


def _band(row: int) -> np.ndarray:
    left, right = NAMES - 1.62, NUMBERS + 0.05
    return np.array([(left, -row - 0.5), (right, -row - 0.5), (right, -row + 0.5), (left, -row + 0.5)])


def answers_react(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """One row is picked: the one clicked last, where there is one."""
    clicked = np.flatnonzero(after["picked"] > before["picked"])
    picked = clicked[clicked < len(rows(after["group"]))][:1]
    if not len(picked):
        picked = np.flatnonzero(before["picked"])[:1]
    return {"picked": np.isin(np.arange(ROWS), np.minimum(picked, len(rows(after["group"])) - 1)).astype(int)}


def answers_draw(figure: Figure) -> dict[str, Artist]:
    """One row a reading: its name, its count as a dot and in figures."""
    axes = figure.subplots()
    axes.set(xlim=(NAMES - 1.65, NUMBERS + 0.08), ylim=(0.6 - ROWS, 1.5), yticks=[], xlabel="colourings counted")
    axes.xaxis.set_label_coords((2 + 6) / 2 / 9.7 + 0.2, -0.09)
    axes.set_xticks(range(2, 7), ["100", "1\u2009000", "10\u2009000", "100\u2009000", "1\u2009000\u2009000"])
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_bounds(LOW, HIGH)
    for value, role, side in ((TRUE, "theory", "right"), (LARGER, "wrong", "left")):
        x = math.log10(value)
        axes.plot([x, x], [0.55 - ROWS, 0.6], **style.line(role, linewidth=2.0), zorder=1)
        text = f"{value:,}".replace(",", "\u2009")
        shift = 0.05 if side == "left" else -0.05
        axes.text(x + shift, 0.95, text, color=style.colour(role), ha=side, va="center", fontsize=14)
    band = PolyCollection([], facecolors=style.PALE, alpha=0.45, linewidths=0, zorder=0)
    lines = style.line("guide", linewidth=1.0)
    artists: dict[str, Artist] = {
        "rows": axes,
        "picked": axes.add_collection(band),
        "stems": axes.add_collection(LineCollection([], color=lines["color"], linewidths=1.0, zorder=0.5)),
        "known": axes.scatter([], [], s=75, color=style.colour("theory"), zorder=3),
        "guess": axes.scatter([], [], s=120, color=style.colour("estimate"), marker="D", zorder=3),
    }
    axes.text(NUMBERS, 0.95, "◆ a guess", color=style.colour("estimate"), ha="right", va="center", fontsize=13)
    axes.text(NAMES - 1.55, 0.95, "● known", color=style.colour("theory"), va="center", fontsize=13)
    for i in range(ROWS):
        artists[f"name {i}"] = axes.text(NAMES - 1.55, -i, "", va="center", fontsize=13)
        artists[f"number {i}"] = axes.text(NUMBERS, -i, "", va="center", ha="right", fontsize=13)
    return artists


@live_figure("9291.answers")
def two_answers() -> Live:
    """The two published answers, and what leads to which number."""
    first = np.zeros(ROWS, int)
    first[next(i for i, row in enumerate(rows(GROUPS[1])) if row.number == LARGER)] = 1
    ends = [[(NAMES - 1.6, -i), (NUMBERS + 0.04, -i)] for i in range(ROWS)]
    return Live(
        answers_draw,
        answers_compute,
        [
            Choice("group", "show", GROUPS, GROUPS[1]),
            Picks(
                "picked", "rows", "rows", ends, first, 2, blank=False, words=("", "picked"),
                names=[f"row {i + 1}" for i in range(ROWS)], reach=16.0, thickness=29.0,
            ),
        ],
        alt="Readings of the problem and slips in counting it, each with the number of colourings it gives, on a"
        " logarithmic axis with lines at 27216 and 54432. No other reading gives either number; slips that count"
        " everything twice give 54432, and that one of them was made is marked as a guess.",
        size=(9.4, 5.4),
        react=answers_react,
    )  # fmt: skip
