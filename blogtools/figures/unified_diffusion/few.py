"""9271.few: what few steps cost, measured, with quatrains written in so many steps beside it (alg1-alg5)."""

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from blogtools.data import LEVEL, OBLIQUE, regulated, rhymes, tones, vocabulary
from blogtools.data.corpus import LINE, STANZA
from blogtools.diffusion.text.quatrains import RULES, quality, write
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.planar import one_thread
from blogtools.live import Button, Choice, Live, Slider, style

MEASURES = {
    "regulated tones": "regulated",
    "rhyme of lines 2 and 4": "rhymes",
    "known pairs of neighbours": "known_bigrams",
    "copied lines": "copies",
}
CURVES = {"alg1": style.VERMILION, "alg2": style.BLUE, "alg3": style.ORANGE, "alg4": style.GREEN}
SHOWN = 2


@lru_cache(maxsize=64)
def written(rule: str, steps: int, seed: int) -> np.ndarray:
    """Two stanzas, [2, 20]."""
    with one_thread():
        return write(rule, SHOWN, steps=steps, generator=torch.Generator().manual_seed(1000 + seed)).x.numpy()


def curve(rule: str, key: str) -> np.ndarray:
    """Steps and measure, [K, 2]."""
    return np.array([[row["steps"], row[key]] for row in quality()["rows"] if row["rule"] == rule])


def regular(ids: np.ndarray) -> np.ndarray:
    """For each character whether its tone is the one that the first couplet of its stanza asks for, bool [20].

    Only places 2 and 4 of a line count; the pattern is the one of the two that fits more of the couplet.
    """
    wanted = np.array([[LEVEL, OBLIQUE], [OBLIQUE, LEVEL]])
    at = tones(ids[None])[0].reshape(2, 2, LINE)
    fine = np.zeros((2, 2, LINE), bool)
    for couplet in range(2):
        two = [at[couplet][:, 1::2] & pattern != 0 for pattern in (wanted, wanted[::-1])]
        fine[couplet][:, 1::2] = max(two, key=lambda fits: fits.sum())
    return fine.reshape(-1)


def compute(rule: str, steps: int, measure: str, seed: int) -> dict[str, Any]:
    """Curves of the measure, a dot at the steps, and two stanzas with their tones."""
    result, key = quality(), MEASURES[measure]
    ids = written(rule, STANZA if RULES[rule].one else steps, seed)
    shown: dict[str, Any] = {}
    good: list[Any] = []
    bad: list[Any] = []
    for n, stanza in enumerate(ids):
        fine = regular(stanza)
        for k in range(4):
            shown[f"line {n} {k}"] = vocabulary().decode(stanza[LINE * k : LINE * (k + 1)])
            for j in (1, 3):
                (good if fine[LINE * k + j] else bad).append((n * 1.0 + 0.2 * (j - 2), 3 - k - 0.4))
    for name in CURVES:
        shown[name] = curve(name, key)
    own = curve(rule, key)
    here = float(np.interp(np.log(steps), np.log(own[:, 0]), own[:, 1])) if len(own) > 1 else float(own[0, 1])
    real, chance = result["real"][key], result["random"][key]
    taken = f"{steps} steps" if len(own) > 1 else f"{STANZA} steps, a character each"
    return shown | {
        "measure": f"share: {measure}",
        "good": np.array(good).reshape(-1, 2),
        "bad": np.array(bad).reshape(-1, 2),
        "now": [[steps if len(own) > 1 else own[0, 0], here]],
        "real": [[1, real], [20, real]],
        "chance": [[1, chance], [20, chance]],
        "readout": (
            f"{rule} ({RULES[rule].title}) in {taken} · {measure}: {100 * here:.0f} % of"
            f" {result['stanzas']} stanzas · real {100 * real:.0f} %, random {100 * chance:.0f} % · of these two:"
            f" regulated {int(regulated(ids).sum())}, rhyming {int(rhymes(ids).sum())}"
        ),
    }


def draw(figure: Figure) -> dict[str, Artist]:
    """Two stanzas at the left, the curves at the right."""
    sheet, away = figure.subplots(1, 2, width_ratios=[1.1, 1])
    sheet.set(xlim=(-0.45, SHOWN - 0.55), ylim=(-0.9, 3.7))
    sheet.axis("off")
    artists: dict[str, Artist] = {}
    for n in range(SHOWN):
        for k in range(4):
            artists[f"line {n} {k}"] = sheet.text(n, 3 - k, "", fontsize=27, ha="center", va="center")
    artists["good"] = sheet.scatter([], [], s=22, color=style.GREEN, linewidth=0)
    artists["bad"] = sheet.scatter([], [], s=26, marker="x", color=style.VERMILION, linewidth=1.6)
    sheet.text(
        -0.4, -0.8, "places 2 and 4: green dot, the tone fits; red cross, it does not", fontsize=12, color=style.GREY
    )
    away.set(xscale="log", xlim=(0.9, 22), ylim=(0, 1.02), xlabel="steps")
    away.set_xticks([1, 2, 3, 5, 10, 20], ["1", "2", "3", "5", "10", "20"])
    away.minorticks_off()
    artists["measure"] = away.set_ylabel("")
    for name in ("real", "chance"):
        artists[name] = away.plot([], [], **style.line("prior", linestyle="-" if name == "real" else ":"))[0]
    for k, (name, colour) in enumerate(CURVES.items()):
        artists[name] = away.plot([], [], "o-", color=colour, markersize=4)[0]
        away.text(0.02 + 0.13 * k, 1.03, name, color=colour, fontsize=12.5, transform=away.transAxes)
    away.text(0.56, 1.03, "real, random (dotted)", color=style.GREY, fontsize=12, transform=away.transAxes)
    artists["now"] = away.plot([], [], "o", color=style.BLACK, markersize=10, fillstyle="none", markeredgewidth=2)[0]
    return artists


@live_figure("9271.few")
def few_steps() -> Live:
    """Quality against steps for all five algorithms."""
    return Live(
        draw,
        compute,
        [
            Choice("rule", "rule", list(RULES), "alg4"),
            Slider("steps", "steps", 1, 20, 20, integer=True, log=True, play=True),
            Choice("measure", "measure", list(MEASURES), "regulated tones"),
            Button("seed", "other quatrains"),
        ],
        alt="Two quatrains written in so many steps, and curves of a measure against the steps for four algorithms,"
        " between the lines of real and of random stanzas. For the mask the share of regulated tones rises with the"
        " steps from about chance to more than the real one.",
        size=(9.6, 4.2),
    )
