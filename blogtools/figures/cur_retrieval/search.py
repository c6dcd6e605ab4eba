"""9336.search: a line is asked for its next; what is found, call by call, and what all 3,000 calls would have found."""

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blogtools.data import Poem, famous, vocabulary
from blogtools.data.corpus import is_character
from blogtools.data.couplet_scores import couplet_scores
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.planar import one_thread
from blogtools.live import Choice, Live, Slider, Text, style
from blogtools.similarity import BiEncoder, CrossEncoder, CURIndex, Trace

METHODS: dict[str, dict[str, Any]] = {
    "adaptive anchors": {"choice": "qr", "rounds": 5, "rcond": 3e-2},
    "adaptive, over the bi-encoder": {"choice": "encoder", "rounds": 5, "rcond": 3e-2},
    "random anchors": {"choice": "random", "rounds": 1, "rcond": 3e-2},
    "bi-encoder, re-ranked": {"choice": "encoder", "rounds": 1, "share": 1.0},
}
SHOWN = 10
LARGEST = 600
OWN = "a line of my own"
EXAMPLES = ("秋夜聽雨聲", "萬里送君行")
"""Lines that nobody wrote: on an autumn night I listen to the rain; ten thousand miles I see you off."""
PUNCTUATION = " \u3000，。、；？！"


@lru_cache(maxsize=1)
def well_known() -> dict[str, tuple[Poem, int]]:
    """The odd lines of well-known quatrains, and where they stand."""
    return {poem.lines[i]: (poem, i) for poem in famous() for i in (0, 2)}


@lru_cache(maxsize=1)
def asked() -> dict[str, str]:
    """The same lines, by what the reader picks: gloss and line."""
    return {f"{poem.gloss[i]} · {line}": line for line, (poem, i) in well_known().items()}


def five_characters(text: str) -> str:
    """The line itself, spaces and marks around it left out; ``ValueError`` says what is allowed."""
    line = text.strip(PUNCTUATION)
    wanted = f"Allowed are five Chinese characters in traditional script, as {EXAMPLES[0]}"
    other = "".join(c for c in line if not is_character(c))
    if other:
        raise ValueError(f"{other!r} is not Chinese. {wanted}.")
    if len(line) != 5:
        raise ValueError(f"{len(line)} {'character' if len(line) == 1 else 'characters'}. {wanted}.")
    characters = vocabulary().characters
    unknown = "".join(c for c in line if c not in characters)
    if unknown:
        raise ValueError(f"{unknown} is not among the {len(characters):,} characters of the Tang poems. {wanted}.")
    return line


@lru_cache(maxsize=1)
def cross_encoder() -> CrossEncoder:
    """The one that ships."""
    return CrossEncoder.load("cross-couplets")


@lru_cache(maxsize=1)
def places() -> dict[str, int]:
    """Where each item stands."""
    return {item: place for place, item in enumerate(couplet_scores().items)}


def looked_up(pairs: list[tuple[str, str]]) -> list[float]:
    """What the cross-encoder says of each pair: all its scores with a line are known once the true ranks are."""
    return [truth(query)[places()[item]] for query, item in pairs]


@lru_cache(maxsize=len(METHODS))
def index(method: str) -> CURIndex:
    """The embedded index with the settings of a method; CUR alone where the method has no bi-encoder."""
    known = couplet_scores()
    encoder = BiEncoder.load("bi-couplets").encode if "bi-encoder" in method else None
    return CURIndex(
        looked_up, known.items, known.anchor_queries, encoder=encoder, scores=known.anchor_scores,
        **METHODS[method],
    )  # fmt: skip


@lru_cache(maxsize=64)
def truth(line: str) -> np.ndarray:
    """Its scores with all items, by 3,000 calls."""
    with one_thread():
        return cross_encoder().matrix([line], couplet_scores().items)[0]


@lru_cache(maxsize=256)
def traced(line: str, method: str, budget: int) -> Trace:
    """The search, call by call."""
    with one_thread():
        return index(method).trace(line, budget)


def react(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """A pick fills the box; what is typed sets the pick."""
    if after["pick"] != before["pick"] and after["pick"] != OWN:
        return {"line": asked()[after["pick"]]}
    return {"pick": next((label for label, line in asked().items() if line == after["line"]), OWN)}


def compute(line: str, method: str, budget: int, **_: Any) -> dict[str, Any]:
    """The ten best of the search with their true place, and every call with its score."""
    known, trace, scores = couplet_scores(), traced(line, method, budget), truth(line)
    order = np.argsort(-scores, kind="stable")
    ranks = np.empty(len(order), dtype=int)
    ranks[order] = np.arange(1, len(order) + 1)
    best = trace.ids[np.lexsort((trace.ids, -trace.scores))][:SHOWN]
    glosses = {text: gloss for p in famous() for text, gloss in zip(p.lines, p.gloss, strict=True)}
    rows = [f"{known.items[i]}  {scores[i]:5.2f}   {ranks[i]}" for i in best]
    calls = np.arange(1, len(trace.ids) + 1)
    last = trace.rounds == trace.rounds.max()
    reranked = last if trace.rounds.max() > 0 else np.ones(len(calls), dtype=bool)
    right = np.isin(trace.ids, order[:SHOWN])
    found = int(right.sum())
    goes_on, remark = _poet(line, trace, ranks)
    return {
        "lines": "\n".join(rows),
        "glosses": "\n".join(glosses.get(known.items[i], "") for i in best),
        "poet": f"asked      {line}{goes_on}",
        "anchors": np.column_stack([calls, trace.scores])[~reranked],
        "reranked": np.column_stack([calls, trace.scores])[reranked],
        "best": np.column_stack([calls, trace.scores])[right],
        "limit": [[1, scores[order[SHOWN - 1]]], [LARGEST, scores[order[SHOWN - 1]]]],
        "calls": {
            "ylim": (scores.min() - 0.2, scores.max() + 0.25 * np.ptp(scores)),
        },
        "readout": f"{len(calls)} calls in place of {len(scores):,}: {found} of the {SHOWN} best found\n{remark}",
    }


def _poet(line: str, trace: Trace, ranks: np.ndarray) -> tuple[str, str]:
    """How the poem goes on, for the picture and for the readout."""
    if line not in well_known():
        return "", "not one of the lines that can be picked, so no poet to compare with"
    poem, place = well_known()[line]
    following = places()[poem.lines[place + 1]]
    where = "found" if following in trace.ids else "not looked at"
    return f"\nthe poet  {poem.lines[place + 1]}", (
        f"{_english(poem.title)}, by {_english(poem.author)}, goes on: {poem.gloss[place + 1]}; the encoder ranks"
        f" this {ranks[following]:,} of {len(ranks):,}, {where}"
    )


def _english(name: str) -> str:
    """What stands in brackets behind the Chinese: a browser without Chinese letters shows the readout too."""
    return name[name.index("(") + 1 : -1]


def draw(figure: Figure) -> dict[str, Artist]:
    """Left the answers, right the calls."""
    answers, calls = figure.subplots(1, 2, width_ratios=[1.5, 1])
    return _draw_answers(answers) | _draw_calls(calls)


def _draw_answers(axes: Axes) -> dict[str, Artist]:
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.set_axis_off()
    axes.set_title("Best next lines: score, true rank, gloss")
    return {
        "poet": axes.text(0.0, 0.0, "", fontsize=14, linespacing=1.4, color=style.colour("field")),
        "lines": axes.text(0.0, 0.97, "", fontsize=14, linespacing=1.55, va="top"),
        "glosses": axes.text(0.37, 0.967, "", fontsize=11, linespacing=1.55 * 14 / 11, va="top", color=style.GREY),
    }


def _draw_calls(axes: Axes) -> dict[str, Artist]:
    axes.set(xscale="log", xlim=(0.9, 1.1 * LARGEST), xlabel="call", title="Score of each call")
    axes.set_xticks([1, 10, 100], ["1", "10", "100"])
    axes.text(0.03, 0.98, "grey anchors, blue re-ranked,\norange among the ten best", color=style.SLATE, fontsize=12,
              va="top", transform=axes.transAxes)  # fmt: skip
    return {
        "calls": axes,
        "limit": axes.plot([], [], **style.line("theory", linewidth=1.4))[0],
        "anchors": axes.plot([], [], "o", color=style.colour("prior"), markersize=4)[0],
        "reranked": axes.plot([], [], "o", color=style.colour("field"), markersize=4)[0],
        "best": axes.plot([], [], "o", color=style.colour("estimate"), markersize=7)[0],
    }


@live_figure("9336.search")
def next_line() -> Live:
    """Search in the embedded index, with the encoders that ship."""
    return Live(
        draw,
        compute,
        [
            Choice("pick", "line", (*asked(), OWN), next(iter(asked()))),
            Text("line", "or type one", next(iter(well_known())), five_characters, EXAMPLES),
            Choice("method", "search", tuple(METHODS), next(iter(METHODS))),
            Slider("budget", "calls", 20, LARGEST, 100, log=True, integer=True),
        ],
        alt="Left the ten next lines that a search found best, each with its score and its rank among all 3,000, and an"
        " English gloss where the line is a famous one. Right the score of every call in order: scattered anchors"
        " at first, then higher and higher, the ten best in orange above a line.",
        size=(10.2, 4.6),
        react=react,
    )
