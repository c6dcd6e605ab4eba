"""9271.quatrain: twenty characters appear, by one of the five algorithms; some may be pinned (alg1-alg5)."""

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from blogtools.data import (
    LEVEL,
    MASK,
    OBLIQUE,
    PADDING,
    copies,
    famous,
    known_bigrams,
    regulated,
    rhymes,
    tones,
    vocabulary,
)
from blogtools.data.corpus import LINE, STANZA
from blogtools.diffusion.text.quatrains import RULES, write
from blogtools.figures import live_figure
from blogtools.figures.poisson_flow.planar import one_thread
from blogtools.live import Button, Choice, Live, Memory, Picks, Slider, style


def latin(name: str) -> str:
    """What stands in brackets: the reading or translation of a Chinese name."""
    return name.partition("(")[2].rstrip(")")


PLACES = np.array([(k % LINE, 3 - k // LINE) for k in range(STANZA)], dtype=float)
"""Where a character stands, lines from the top, read from left to right."""
WORDS = {rule: f"{rule} ({setting.title})" for rule, setting in RULES.items()}
NOTHING = "nothing"
LINES = {f"{latin(poem.author)}, {latin(poem.title)}": poem for poem in famous()[:3]}
"""Poems whose first line may be given, by names that every browser can write."""
FREE = (PADDING,) * STANZA


@lru_cache(maxsize=64)
def path(rule: str, given: tuple[int, ...], temperature: float, seed: int) -> np.ndarray:
    """The ids at every step, [K + 1, 20]; ``given`` are the pinned ids, 0 where the network writes."""
    if all(given):
        return np.array([given])
    generator = torch.Generator().manual_seed(9271 + seed)
    with one_thread():
        run = write(rule, temperature=temperature, given=torch.tensor(given), generator=generator, keep_path=True)
    assert run.path is not None
    return run.path[:, 0].numpy()


def at(rule: str, share: float, given: tuple[int, ...], temperature: float, seed: int) -> tuple[np.ndarray, int, int]:
    """The whole path, the step after ``share`` % of them, and how many there are."""
    found = path(rule, given, temperature, seed)
    steps = len(found) - 1
    return found, round(share / 100 * steps), steps


def react(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """A place that is clicked keeps the character that stands there; a given line is pinned; one button frees all."""
    rule = rule_of(after["rule"])
    given = list(after["pinned"])
    picks = after["picks"].copy()
    if after["free"] != before["free"]:
        return {"pinned": FREE, "picks": np.zeros(STANZA, int), "line": NOTHING}
    if after["line"] != before["line"]:
        given, picks = list(FREE), np.zeros(STANZA, int)
        if after["line"] != NOTHING:
            given[:LINE] = vocabulary().encode(LINES[after["line"]].lines[0]).tolist()
            picks[:LINE] = 1
        return {"pinned": tuple(given), "picks": picks}
    found, step, _ = at(rule, after["share"], before["pinned"], after["temperature"], after["seed"])
    for k in np.flatnonzero(after["picks"] != before["picks"]):
        shown = int(found[step][k])
        given[k] = (shown if shown != MASK else int(found[-1][k])) if after["picks"][k] else PADDING
    return {"pinned": tuple(given)}


def rule_of(words: str) -> str:
    """The key of a rule from what the menu says."""
    return next(rule for rule, said in WORDS.items() if said == words)


def marks(ids: np.ndarray, kind: int) -> np.ndarray:
    """Below which characters the mark of a tone stands, [m, 2]; a character of both tones has both marks."""
    has = tones(ids[None])[0] & kind != 0
    return PLACES[has & (ids != MASK)] - (0, 0.42)


def compute(
    rule: str,
    share: float,
    temperature: float,
    line: str,
    picks: np.ndarray,
    pinned: tuple[int, ...],
    seed: int,
    free: int,
) -> dict[str, Any]:
    """The text after ``share`` % of the steps, with what changed in the last of them, tones, and measures."""
    found, step, steps = at(rule_of(rule), share, pinned, temperature, seed)
    now, end = found[step], found[-1]
    changed = now != found[step - 1] if step else np.zeros(STANZA, bool)
    shown: dict[str, Any] = {}
    for k in range(STANZA):
        text = "·" if now[k] == MASK else vocabulary().decode(now[k : k + 1])
        colour = style.BLUE if pinned[k] else style.VERMILION if changed[k] else style.BLACK
        shown[f"character {k}"] = {"text": text, "color": colour}
    last = end[None]
    words = [
        f"rhyme {'yes' if rhymes(last)[0] else 'no'}",
        f"regulated tones {'yes' if regulated(last)[0] else 'no'}",
        f"known pairs {round(16 * known_bigrams(last))} of 16",
        f"copied lines {round(4 * copies(last))}",
    ]
    given = f"\ngiven: “{LINES[line].gloss[0]}”" if line != NOTHING else ""
    return shown | {
        "changed": PLACES[changed],
        "pins": PLACES[np.array(pinned) != PADDING],
        "level": marks(now, LEVEL),
        "oblique": marks(now, OBLIQUE),
        "readout": (
            f"step {step} of {steps} · masked {int((now == MASK).sum())} · changed in this step {int(changed.sum())}"
            f" · pinned {sum(v != PADDING for v in pinned)}\nat the end: " + " · ".join(words) + given
        ),
    }


def draw(figure: Figure) -> dict[str, Artist]:
    """Four lines of five places, each with room for the rings of its tone."""
    sheet = figure.subplots()
    sheet.set(xlim=(-0.7, 6.9), ylim=(-0.75, 3.8), aspect="equal")
    sheet.axis("off")
    artists: dict[str, Artist] = {"sheet": sheet}
    artists["changed"] = sheet.scatter([], [], s=1500, marker="s", color=style.YELLOW, alpha=0.55, linewidth=0)
    artists["pins"] = sheet.scatter([], [], s=1500, marker="s", facecolor="none", edgecolor=style.BLUE, linewidth=2)
    artists["level"] = sheet.scatter([], [], s=70, facecolor="none", edgecolor=style.SLATE, linewidth=1.4)
    artists["oblique"] = sheet.scatter([], [], s=30, color=style.SLATE, linewidth=0)
    for k, (x, y) in enumerate(PLACES):
        artists[f"character {k}"] = sheet.text(x, y, "", fontsize=29, ha="center", va="center")
    for k in range(LINE):
        sheet.text(k, 3.62, f"{k + 1}", fontsize=12.5, color=style.GREY, ha="center", va="center")
    notes = (
        (3.2, "yellow: changed in this step"),
        (2.8, "blue: pinned (click a place)"),
        (2.2, "○ level tone"),
        (1.8, "● oblique tone"),
        (1.4, "◉ read either way"),
        (0.8, "wanted: unlike at 2 and 4,"),
        (0.4, "opposite in lines 1-2, 3-4,"),
        (0.0, "rhyme of lines 2 and 4"),
    )
    for y, words in notes:
        sheet.text(4.75, y, words, fontsize=12.5, color=style.GREY, va="center")
    return artists


@live_figure("9271.quatrain")
def a_quatrain_appears() -> Live:
    """One quatrain by each of the five algorithms."""
    return Live(
        draw,
        compute,
        [
            Choice("rule", "rule", list(WORDS.values()), WORDS["alg4"]),
            Slider("share", "way back", 0, 100, 60, step=5, unit="%", play=True),
            Slider("temperature", "temperature", 0.3, 1.5, 0.7, step=0.1),
            Choice("line", "given", [NOTHING, *LINES], NOTHING),
            Picks(
                "picks", "characters", "sheet", PLACES, 0, 2, blank=False, words=("free", "pinned"),
                names=[f"line {k // LINE + 1}, place {k % LINE + 1}" for k in range(STANZA)], reach=30.0,
            ),
            Memory("pinned", FREE),
            Button("seed", "another quatrain"),
            Button("free", "free all"),
        ],
        alt="Twenty places in four lines of five, some filled with characters, the others dots that stand for masks."
        " The character that came last is marked; rings and dots below the characters show their tones.",
        size=(7.6, 4.3),
        react=react,
    )  # fmt: skip
