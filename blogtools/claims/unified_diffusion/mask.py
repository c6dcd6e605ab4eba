"""Section "Mask": alg3, alg4, alg5, and why the last two are one."""

import functools
import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import torch

from blogtools.claims.unified_diffusion import formulas as f
from blogtools.claims.unified_diffusion import words as w
from blogtools.claims.unified_diffusion.texts import (
    PROCESSES,
    TIMES,
    better,
    by_package,
    exact_logits,
    kept,
    start,
    uniform,
)
from blogtools.data import regulated
from blogtools.diffusion import Fill, Words, sample
from blogtools.diffusion.text.quatrains import write
from blogtools.ledger import Entry, Exact, Law

SECTION = "Mask"
Tables = list[dict[int, Fraction]]


def walked(
    rng: np.random.Generator,
    rule: str,
    one: bool = False,
    power: int = 1,
    times: Sequence[int] = TIMES,
    fresh: float = 0.0,
) -> np.ndarray:
    """Where the package's sampler ends from four masks, placed by the law that it should have."""
    generator = f.torch_generator(rng)
    predict = Fill(exact_logits("mask", power), w.SIZE, one=one, generator=generator)
    run = sample(
        predict, PROCESSES["mask"], start("mask", generator), torch.tensor(times), fresh=fresh, generator=generator
    )
    return w.placed(rng, run.x.numpy(), w.ends("mask", rule))


def tables(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Words with masks, and any laws of their places."""
    out = []
    for hidden in ((0,), (1, 3), (0, 1, 2, 3), (0, 2, 3)):
        weights = rng.integers(1, 9, (w.LENGTH, w.SIZE))
        each = [{v: Fraction(int(n), int(row.sum())) for v, n in enumerate(row)} for row in weights]
        x = tuple(w.SIZE if i in hidden else int(rng.integers(w.SIZE)) for i in range(w.LENGTH))
        out.append({"x": x, "each": each})
    return out


def all_filled(x: w.Words, each: Tables, keep: str = "one") -> dict[Any, Fraction]:
    """Alg4: fill all masks, mask all but one of them again; with ``keep`` "first" always the first place is kept."""
    hidden = [i for i, v in enumerate(x) if v == w.SIZE]
    law: dict[Any, Fraction] = {}
    for tokens in itertools.product(range(w.SIZE), repeat=len(hidden)):
        share = math.prod((each[i][v] for i, v in zip(hidden, tokens, strict=True)), start=Fraction(1))
        for i, v in zip(hidden, tokens, strict=True):
            chance = Fraction(1, len(hidden)) if keep == "one" else Fraction(int(i == hidden[0]))
            word = (*x[:i], v, *x[i + 1 :])
            law[word] = law.get(word, Fraction(0)) + share * chance
    return {word: share for word, share in law.items() if share}


def one_filled(x: w.Words, each: Tables) -> dict[Any, Fraction]:
    """Alg5 by the package: a place chosen, then its token."""

    class Given(Words):
        def places(self, x: tuple[int, ...], t: int) -> Tables:
            return each

    return Given({(0,) * w.LENGTH: Fraction(1)}, w.SIZE, "mask").merged(tuple(x), sum(v == w.SIZE for v in x))


def as_rows(law: dict[Any, Fraction]) -> list[Any]:
    """A law as a sorted list."""
    return sorted((word, share) for word, share in law.items())


def in_tune(seed: int, steps: int, temperature: float = 0.7) -> float:
    """Share of thirty-two stanzas of the network with regulated tones."""
    drawn = write("alg4", 32, steps=steps, temperature=temperature, generator=torch.Generator().manual_seed(seed))
    return float(regulated(drawn.x.numpy()).mean())


def in_ten(seed: int) -> float:
    """In ten steps."""
    return in_tune(seed, 10)


def in_two(seed: int) -> float:
    """In two."""
    return in_tune(seed, 2)


ENTRIES = [
    Entry(
        id="9271.alg3",
        kind="algorithm",
        latex="",
        says="mask, baseline: guess all masked tokens, mask t-1 random places of the guess, repeat",
        section=SECTION,
        evidence=(
            Law(
                statement=functools.partial(walked, rule="naive", fresh=1.0),
                against=uniform,
                mutants={
                    "in one step": functools.partial(walked, rule="naive", fresh=1.0, times=(4, 0)),
                    "guesses sharpened": functools.partial(walked, rule="naive", fresh=1.0, power=2),
                },
                about="where the package's sampler ends, against matrices of fractions; words aabb",
            ),
        ),
    ),
    Entry(
        id="9271.alg3.loses",
        kind="identity",
        latex="",
        says="with the exact law of each place, the naive way leaves the data once in eight, the improved one never",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda rule: {"naive": Fraction(7, 8), "improved": Fraction(1)}[rule],
                against=lambda rule: by_package("mask", rule),
                witnesses=({"rule": "naive"}, {"rule": "improved"}),
                mutants={"one case of six": lambda rule: {"naive": Fraction(5, 6), "improved": Fraction(1)}[rule]},
                about="the numbers themselves",
            ),
            Exact(
                statement=lambda rule: kept("mask", rule),
                against=lambda rule: by_package("mask", rule),
                witnesses=({"rule": "naive"}, {"rule": "improved"}),
                mutants={"both ways alike": lambda rule: kept("mask", "improved")},
                about="words aabb of two letters: what is still a word of the data at the end, in fractions",
            ),
        ),
    ),
    Entry(
        id="9271.alg4",
        kind="algorithm",
        latex="",
        says="mask, improved: guess the masked tokens alone, of the t masked mask t-1 again: it ends at the data's law",
        section=SECTION,
        evidence=(
            Law(
                statement=functools.partial(walked, rule="improved"),
                against=uniform,
                mutants={
                    "in two steps": functools.partial(walked, rule="improved", times=(4, 2, 0)),
                    "guesses sharpened": functools.partial(walked, rule="improved", power=2),
                    "baseline": functools.partial(walked, rule="improved", fresh=1.0),
                },
                about="the package's sampler",
            ),
            Exact(
                statement=lambda: list(w.ends("mask", "improved", exact=True)),
                against=lambda: [
                    w.EVEN.get(word, Fraction(0)) for word in itertools.product(range(2), repeat=w.LENGTH)
                ],
                witnesses=((),),
                mutants={"naive": lambda: list(w.ends("mask", "naive", exact=True))},
                about="matrices of fractions: the law at the end is the data's",
            ),
        ),
    ),
    Entry(
        id="9271.alg5",
        kind="algorithm",
        latex="",
        says="mask, merged: fill one random masked place from q(x_0|x_t), repeat",
        section=SECTION,
        evidence=(
            Law(
                statement=functools.partial(walked, rule="improved", one=True),
                against=uniform,
                mutants={"guesses sharpened": functools.partial(walked, rule="improved", one=True, power=2)},
                about="the package's sampler with a predictor that fills one place",
            ),
        ),
    ),
    Entry(
        id="9271.alg5.law",
        kind="identity",
        latex=r"\text{alg5}\overset d=\text{alg4}",
        says="to fill all masks and keep one is to fill one: a step of alg5 has the law of one of alg4, whatever q is",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda x, each: as_rows(all_filled(x, each)),
                against=lambda x, each: sorted(one_filled(x, each).items()),
                witnesses=tables,
                mutants={"the first is kept": lambda x, each: as_rows(all_filled(x, each, keep="first"))},
                about="any laws of the places, in fractions",
            ),
        ),
    ),
    Entry(
        id="9271.alg4.steps",
        kind="experiment",
        latex="",
        says="the same network in more steps: tones that were chance in two steps are kept in ten",
        section=SECTION,
        timeout=240.0,
        evidence=(
            better(
                statement=in_ten,
                against=in_two,
                settings="two numbers of steps",
                mutants={"guesses made flat": functools.partial(in_tune, steps=10, temperature=4.0)},
                about="regulated tones, thirty-two stanzas of the network that ships",
            ),
        ),
    ),
]
