"""9271.words: where the ways back end on words of four letters, exactly, by adding up all cases (alg1-alg4, claim7)."""

import itertools
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from blogtools.diffusion.text.finite import Law, Words
from blogtools.figures import live_figure
from blogtools.live import Choice, Live, Slider, style

WORDS = list(itertools.product(range(2), repeat=4))
NAMES = ["".join("ab"[v] for v in word) for word in WORDS]
KINDS = {
    "mask": ("mask", "places"),
    "edit, a different one": ("different", "exactly"),
    "edit, any": ("any", "joint"),
}
"""What the menu says, the kind of destruction, and the guess of the improved way."""


def data(alike: int) -> Law:
    """Words aabb in which the two pairs have the same letter in ``alike`` of twenty cases."""
    law = {(a, a, b, b): Fraction(alike if a == b else 20 - alike, 40) for a in (0, 1) for b in (0, 1)}
    return {word: share for word, share in law.items() if share}


@lru_cache(maxsize=128)
def ends(kind: str, alike: int) -> tuple[Law, Law, Fraction, Fraction]:
    """The laws at the end of the naive and of the improved way, and what of each is on words of the data."""
    name, guess = KINDS[kind]
    words = Words(data(alike), 2, name)
    naive = words.ends(words.stepper("places", fresh=True))
    improved = words.ends(words.stepper(guess, fresh=False))
    return naive, improved, words.valid(naive), words.valid(improved)


def bars(law: Law, shift: float, half: float = 0.17) -> list[np.ndarray]:
    """One bar a word."""
    heights = [float(law.get(word, 0)) for word in WORDS]
    return [
        np.array([[k + shift - half, 0], [k + shift - half, v], [k + shift + half, v], [k + shift + half, 0]])
        for k, v in enumerate(heights)
    ]


def compute(kind: str, alike: float) -> dict[str, Any]:
    """Bars of both laws over the data's."""
    pairs = round(alike / 5)
    naive, improved, valid, kept = ends(kind, pairs)
    return {
        "data": bars(data(pairs), 0, 0.42),
        "naive": bars(naive, -0.19),
        "improved": bars(improved, 0.19),
        "readout": (
            f"words of the data at the end: naive {written(valid)}, improved {written(kept)}"
            f" · distance of the laws from the data's: naive {apart(naive, pairs):.4f}, improved"
            f" {apart(improved, pairs):.4f}"
        ),
    }


def written(share: Fraction) -> str:
    """A share as a decimal, before it the fraction if that is short."""
    return f"{share} = {float(share):.4f}" if share.denominator < 1000 else f"{float(share):.4f}"


def apart(law: Law, alike: int) -> float:
    """Half the sum of the absolute differences to the data's law."""
    true = data(alike)
    return float(sum(abs(law.get(word, Fraction(0)) - true.get(word, Fraction(0))) for word in WORDS) / 2)


def draw(figure: Figure) -> dict[str, Artist]:
    """Sixteen words and three bars each."""
    pane = figure.subplots()
    pane.set(xlim=(-0.7, 15.7), ylim=(0, 0.52), ylabel="share")
    pane.set_xticks(range(16), NAMES, rotation=60, fontsize=12)
    artists: dict[str, Artist] = {}
    artists["data"] = pane.add_collection(PolyCollection([], facecolor=style.PALE, edgecolor=style.BLACK, linewidth=1))
    artists["naive"] = pane.add_collection(PolyCollection([], color=style.VERMILION, linewidth=0))
    artists["improved"] = pane.add_collection(PolyCollection([], color=style.BLUE, linewidth=0))
    pane.text(7.5, 0.48, "grey: the data, words aabb", color=style.GREY, ha="center", fontsize=13)
    pane.text(7.5, 0.445, "red: naive, all noise new", color=style.VERMILION, ha="center", fontsize=13)
    pane.text(7.5, 0.41, "blue: improved, the noise kept", color=style.BLUE, ha="center", fontsize=13)
    return artists


@live_figure("9271.words")
def where_words_end() -> Live:
    """The exact laws of naive and improved ways back."""
    return Live(
        draw,
        compute,
        [
            Choice("kind", "destroyed by", list(KINDS), "edit, a different one"),
            Slider("alike", "pairs alike", 0, 100, 50, step=5, unit="%", play=True),
        ],
        alt="Sixteen words of four letters; the data are four of them. The improved way ends on these four alone, the"
        " naive one on others too: in one case of eight for masks, in three of five for edits.",
        size=(8.6, 4.2),
    )
