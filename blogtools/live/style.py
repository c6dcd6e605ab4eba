"""One look for all figures: a role always has the same colour, and everything can be read from the last row.

The colours are those of Okabe and Ito, which the colour-blind tell apart. Nothing here changes matplotlib's global
state on import: ``look()`` is a context, and every live figure draws itself inside it.
"""

from contextlib import AbstractContextManager
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib
from cycler import cycler
from matplotlib import font_manager

FONT = Path(__file__).parent / "fonts" / "BlogtoolsSans-Regular.ttf"
FAMILY = ("Blogtools Sans", "DejaVu Sans")
"""The bundled font first: with DejaVu first, Chinese prints as boxes."""

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
SLATE, GREY, PALE = "#36454F", "#808080", "#D9D9D9"

ROLES: dict[str, dict[str, Any]] = {
    "data": {"color": BLACK},
    "theory": {"color": SLATE, "linewidth": 2.6},
    "estimate": {"color": ORANGE, "linewidth": 2.2},
    "band": {"color": ORANGE, "alpha": 0.25, "linewidth": 0},
    "field": {"color": BLUE, "linewidth": 1.4},
    "prior": {"color": GREY, "linewidth": 1.6},
    "wrong": {"color": VERMILION, "linestyle": "--", "linewidth": 2.0},
    "guide": {"color": PALE, "linewidth": 1.2},
    "second": {"color": GREEN, "linewidth": 2.0},
    "third": {"color": PURPLE, "linewidth": 2.0},
}

RC: dict[Any, Any] = {
    "font.family": list(FAMILY),
    "font.size": 13,
    "axes.labelsize": 14,
    "axes.titlesize": 15,
    "axes.titlelocation": "left",
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
    "legend.fontsize": 12,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 1.0,
    "axes.edgecolor": SLATE,
    "axes.labelcolor": BLACK,
    "axes.unicode_minus": True,
    "axes.prop_cycle": cycler(color=[BLACK, ORANGE, BLUE, GREEN, VERMILION, PURPLE, SKY]),
    "xtick.color": SLATE,
    "ytick.color": SLATE,
    "lines.linewidth": 2.0,
    "lines.solid_capstyle": "round",
    "lines.markersize": 7,
    "image.cmap": "gray_r",
    "image.interpolation": "none",
    "mathtext.fontset": "dejavusans",
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "savefig.facecolor": "white",
}


def colour(role: str) -> str:
    """The colour of a role such as ``"field"``."""
    return str(line(role)["color"])


def line(role: str, **changes: Any) -> dict[str, Any]:
    """Keyword arguments for ``plot``, ``fill_between`` or ``LineCollection`` in a role, with changes laid over them."""
    if role not in ROLES:
        raise ValueError(f"role = {role!r} is not one of {', '.join(ROLES)}")
    return ROLES[role] | changes


@lru_cache(maxsize=1)
def register_font() -> str:
    """Makes the bundled font known to matplotlib, once, and returns its family name."""
    font_manager.fontManager.addfont(str(FONT))
    return FAMILY[0]


def look() -> AbstractContextManager[None]:
    """A context in which matplotlib draws in this style; the settings outside are as before when it ends."""
    register_font()
    return matplotlib.rc_context(RC)
