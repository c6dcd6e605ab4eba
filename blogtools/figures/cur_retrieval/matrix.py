"""9336.fig1: choose rows and columns of a real score matrix by hand, and see what CUR makes of the rest."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from blogtools.data.couplet_scores import couplet_scores
from blogtools.figures import live_figure
from blogtools.live import Button, Choice, Live, Picks, Slider, Toggle, style
from blogtools.similarity import ANCHORS, CUR, relative_error, svd_limit

Q, K = 24, 36
"""Queries and items of the piece that is shown."""
RULES = {"random": "random", "pivoted QR": "qr", "leverage": "leverage", "k-means": "k-means"}
HAND = "by hand"
START = 6


@lru_cache(maxsize=1)
def piece() -> tuple[np.ndarray, list[str], list[str]]:
    """Scores [24, 36], in standard deviations from their mean, of queries and items in the order of their first
    singular vectors, so that what is alike stands together.
    """
    known, rng = couplet_scores(), np.random.default_rng(9336)
    rows = rng.permutation(len(known.anchor_queries))[:Q]
    columns = rng.permutation(len(known.items))[:K]
    S = known.anchor_scores[np.ix_(rows, columns)].astype(float)
    S = (S - S.mean()) / S.std()
    U, _, Vt = np.linalg.svd(S)
    down, across = np.argsort(U[:, 0]), np.argsort(Vt[0])
    return (
        S[np.ix_(down, across)],
        [known.anchor_queries[i] for i in rows[down]],
        [known.items[i] for i in columns[across]],
    )


def chosen(rule: str, count: int, seed: int, twice: bool) -> dict[str, np.ndarray]:
    """``count`` columns by a rule and as many rows, or twice as many, as states of the picks."""
    S = piece()[0]
    rng = np.random.default_rng([9336, seed])
    rows = min(Q, count * (1 + twice))
    places = {"columns": ANCHORS[RULES[rule]](S, count, rng), "rows": ANCHORS[RULES[rule]](S.T, rows, rng)}
    return {name: np.isin(np.arange(Q if name == "rows" else K), which).astype(int) for name, which in places.items()}


def react(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """A rule sets rows and columns; a click sets the rule to "by hand"."""
    if any((before[name] != after[name]).any() for name in ("rows", "columns")):
        return {"rule": HAND}
    set_by = ("rule", "count", "seed", "twice")
    moved = any(before[name] != after[name] for name in set_by)
    return chosen(**{name: after[name] for name in set_by}) if moved and after["rule"] != HAND else {}


def compute(rows: np.ndarray, columns: np.ndarray, cut: float, **_: Any) -> dict[str, Any]:
    """What is known, what is rebuilt from it, and what is wrong with that."""
    S = piece()[0]
    V, U = np.flatnonzero(rows), np.flatnonzero(columns)
    across = [np.array([(-0.5, y), (K - 0.5, y)]) for v in V.tolist() for y in (v - 0.5, v + 0.5)]
    down = [np.array([(x, -0.5), (x, Q - 0.5)]) for u in U.tolist() for x in (u - 0.5, u + 0.5)]
    shown = {
        "whole": S,
        "row ticks": np.column_stack([np.full(len(V), -1.4), V]),
        "column ticks": np.column_stack([U, np.full(len(U), -1.4)]),
        "marks": across + down,
    }
    if not (len(U) and len(V)):
        return shown | {
            "rebuilt": np.zeros_like(S), "wrong": S, "readout": "choose at least one row and one column",
            "rebuilt title": "Rebuilt", "wrong title": "What is wrong",
        }  # fmt: skip
    found = CUR(S, V, U, center=False, rcond=cut)
    again = found.reconstruct()
    error, best = relative_error(S, again), relative_error(S, svd_limit(S, found.rank, center=False))
    cells = len(U) * Q + len(V) * K - len(U) * len(V)
    return shown | {
        "rebuilt": again,
        "wrong": again - S,
        "rebuilt title": f"Rebuilt from {100 * cells / S.size:.0f} %",
        "wrong title": f"Error {100 * error:.0f} %",
        "readout": (
            f"{len(V)} rows, {len(U)} columns, rank {found.rank} kept; {cells} of {S.size} scores known · error of CUR"
            f" {100 * error:.1f} %, of the best matrix of that rank (SVD, which sees all scores) {100 * best:.1f} %\n"
            f"singular values of F∩H: largest {found.singular_values[0]:.3g}, smallest {found.singular_values[-1]:.2g}"
        ),
    }


def draw(figure: Figure) -> dict[str, Artist]:
    """Three heat maps of one colour scale; the first has room for clicks left of it and above it."""
    panes = figure.subplots(1, 3, width_ratios=[1.08, 1, 1])
    artists: dict[str, Artist] = {}
    for pane, name in zip(panes, ("whole", "rebuilt", "wrong"), strict=True):
        artists[name] = _map(pane, name)
    whole = panes[0]
    whole.set(xlim=(-2.4, K - 0.5), ylim=(Q - 0.5, -2.4))
    whole.set_title("Scores: click in the margin")
    for name, marker in (("row ticks", ">"), ("column ticks", "v")):
        artists[name] = whole.plot([], [], marker, color=style.colour("field"), markersize=7, clip_on=False)[0]
    whole.scatter(np.full(Q, -1.4), np.arange(Q), s=7, color=style.PALE, zorder=0)
    whole.scatter(np.arange(K), np.full(K, -1.4), s=7, color=style.PALE, zorder=0)
    image = panes[2].images[0]
    scale = figure.colorbar(image, ax=panes, aspect=14, shrink=0.75, pad=0.015, ticks=[-2, 0, 2], extend="both")
    scale.set_label("standard deviations", fontsize=12)
    scale.outline.set_visible(False)
    artists["marks"] = whole.add_collection(LineCollection([], colors=style.colour("field"), linewidths=1.0))
    artists["places"] = whole
    for pane, name in zip(panes[1:], ("rebuilt title", "wrong title"), strict=True):
        artists[name] = pane.text(0, 1.03, "", transform=pane.transAxes, fontsize=15, va="bottom")
    return artists


def _map(pane: Axes, name: str) -> Artist:
    pane.set(xticks=[], yticks=[], xlabel=f"{K} next lines")
    for spine in pane.spines.values():
        spine.set_visible(False)
    if name == "whole":
        pane.set_ylabel(f"{Q} lines")
    image = pane.imshow(np.zeros((Q, K)), cmap="RdBu_r", vmin=-2.5, vmax=2.5, aspect="equal")
    return image


@live_figure("9336.fig1")
def choose_representatives() -> Live:
    """CUR on a piece of the score matrix."""
    _, lines, items = piece()
    start = chosen("pivoted QR", START, 0, True)
    rows = Picks(
        "rows", "rows", "places", np.column_stack([np.full(Q, -1.4), np.arange(Q)]), start["rows"], 2, blank=False,
        words=("not chosen", "chosen"), names=tuple(lines), reach=12,
    )  # fmt: skip
    columns = Picks(
        "columns", "columns", "places", np.column_stack([np.arange(K), np.full(K, -1.4)]), start["columns"], 2,
        blank=False, words=("not chosen", "chosen"), names=tuple(items), reach=12,
    )  # fmt: skip
    return Live(
        draw,
        compute,
        [
            rows,
            columns,
            Choice("rule", "chosen", (HAND, *RULES), "pivoted QR"),
            Slider("count", "columns", 1, Q, START, integer=True, play=True),
            Toggle("twice", "twice as many rows", True),
            Button("seed", "other chance"),
            Slider("cut", "cut-off", 1e-6, 0.5, 1e-6, log=True),
        ],
        alt="Three heat maps of 24 lines by 36 next lines. The first holds the true scores, with the chosen rows and"
        " columns outlined in blue; the second what CUR rebuilds from them alone; the third the difference, white on"
        " the chosen rows and columns and coloured between them.",
        size=(10.4, 3.6),
        react=react,
    )
