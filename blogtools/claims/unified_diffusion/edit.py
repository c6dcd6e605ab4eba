"""Section "Edit": alg1 and alg2, and what can differ in one step and in all."""

import functools
import itertools
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import torch
from scipy import stats

from blogtools.claims.unified_diffusion import formulas as f
from blogtools.claims.unified_diffusion import words as w
from blogtools.claims.unified_diffusion.texts import (
    DRAWS,
    PROCESSES,
    TIMES,
    better,
    by_package,
    exact_logits,
    kept,
    start,
    uniform,
)
from blogtools.diffusion import Rewrite, Sampled, Words, exactly_t, log_included, sample
from blogtools.diffusion.text.quatrains import write
from blogtools.ledger import Entry, Exact, Law, Numeric

SECTION = "Edit"
WORDS = Words(w.SHARES, w.SIZE, "different")


def run(
    generator: torch.Generator,
    rule: str,
    kind: str = "different",
    power: int = 1,
    times: Sequence[int] = TIMES,
    keep_path: bool = False,
) -> Sampled:
    """The package's sampler from x_l; ``rule`` as in ``words``."""
    predict = Rewrite(exact_logits(kind, power), exactly=rule == "improved", generator=generator)
    fresh = float(rule == "naive")
    begin = start(kind, generator)
    return sample(
        predict, PROCESSES[kind], begin, torch.tensor(times), fresh=fresh, generator=generator, keep_path=keep_path
    )


def walked(
    rng: np.random.Generator, rule: str, kind: str = "different", power: int = 1, times: Sequence[int] = TIMES
) -> np.ndarray:
    """Where the package's sampler ends, placed on [0, 1] by the law that it should have."""
    end = run(f.torch_generator(rng), rule, kind, power, times).x
    return w.placed(rng, end.numpy(), w.ends(kind, rule))


def inclusions(yes: np.ndarray, no: np.ndarray, t: int, drop: bool = False) -> list[float]:
    """Chance of each place to be among t that say yes, by listing all sets; ``drop`` forgets that others say no."""
    length, whole, each = len(yes), 0.0, np.zeros(len(yes))
    for chosen in itertools.combinations(range(length), t):
        inside = np.isin(np.arange(length), chosen)
        weight = float(np.prod(yes[inside]) * (1.0 if drop else np.prod(no[~inside])))
        whole, each = whole + weight, each + weight * inside
    return list(each / whole)


def by_table(yes: np.ndarray, no: np.ndarray, t: int) -> np.ndarray:
    """The same by the package's table."""
    return log_included(f.tensor(yes).log(), f.tensor(no).log(), torch.tensor(t)).exp().numpy()


YES, NO = np.array([0.2, 1.5, 0.7, 3.0, 0.1]), np.array([1.0, 0.4, 2.0, 1.0, 0.5])


def sets_drawn(rng: np.random.Generator, t: int, power: float = 1.0) -> np.ndarray:
    """Sets of t places drawn by the package, each placed on a stretch of [0, 1] as long as its chance by listing."""
    yes, no = (f.tensor(v).log().expand(DRAWS, -1) for v in (YES**power, NO))
    drawn = exactly_t(yes, no, torch.tensor(t), f.torch_generator(rng)).numpy()
    sets = list(itertools.combinations(range(len(YES)), t))
    weight = np.array([np.prod(YES[list(s)]) / np.prod(NO[list(s)]) for s in sets])
    share = weight / weight.sum()
    at = np.array([sets.index(tuple(np.flatnonzero(row))) for row in drawn])
    return (np.cumsum(share) - share)[at] + rng.random(DRAWS) * share[at]


def most_changed(rule: str, t: int) -> list[int]:
    """In how many places x_{t-1} and the end can differ from x_t: one and t, or all where all is guessed."""
    return [1, t] if rule == "improved" else [w.LENGTH, w.LENGTH]


def seen_changed(rule: str, t: int) -> list[int]:
    """The same as the most that 3,000 runs of the package show."""
    path = run(torch.Generator().manual_seed(9271), rule, keep_path=True).path
    assert path is not None
    at = w.LENGTH - t
    return [int((path[at] != other).sum(-1).max()) for other in (path[at + 1], path[-1])]


def merged(x: tuple[int, ...], t: int, over: int = 0) -> dict[tuple[int, ...], Fraction]:
    """One step of the merged edit by the package's laws of the places: place i is set right with the chance p_i/t."""
    places = enumerate(WORDS.places(x, t))
    return {(*x[:i], v, *x[i + 1 :]): p / (over or t) for i, law in places for v, p in law.items() if v != x[i]}


def by_bayes(t: int) -> dict[tuple[int, ...], dict[tuple[int, ...], Fraction]]:
    """p(x_{t-1} | x_t) for each x_t, from the way there: one place more of a word with t - 1 replaced."""
    states, data, found = w.words(w.SIZE), w.share_of(w.SHARES), {}
    apart, kept = (states[:, None] != states).sum(-1), np.flatnonzero(data != 0)
    earlier = data[kept, None] * w.chances("different", t - 1)[kept]
    for x, word in enumerate(states.tolist()):
        joint = np.where((apart[kept, x, None] == t) & (apart[x] == 1), earlier, 0).sum(0)
        if step := {tuple(z): p / joint.sum() for z, p in zip(states.tolist(), joint, strict=True) if p}:
            found[tuple(word)] = step
    return found


def left_at_the_end(seed: int, rule: str, shuffled: bool = False) -> float:
    """Of the characters that eight stanzas of the network have half way, the share that stands there at the end."""
    run = write(rule, 8, generator=torch.Generator().manual_seed(seed), keep_path=True)
    assert run.path is not None
    half, end = run.path[10], run.path[-1].roll(int(shuffled), 0)
    return float((half == end).double().mean())


def kept_improved(seed: int) -> float:
    """By alg2."""
    return left_at_the_end(seed, "alg2")


def kept_naive(seed: int) -> float:
    """By alg1."""
    return left_at_the_end(seed, "alg1")


ENTRIES = [
    Entry(
        id="9271.alg1",
        kind="algorithm",
        latex="",
        says="edit, baseline: predict all tokens, replace t-1 random places of the guess by other tokens, repeat",
        section=SECTION,
        evidence=(
            Law(
                statement=functools.partial(walked, rule="naive"),
                against=uniform,
                mutants={
                    "in one step": functools.partial(walked, rule="naive", times=(4, 0)),
                    "guesses sharpened": functools.partial(walked, rule="naive", power=2),
                },
                about="where the package's sampler ends, against matrices of fractions; words aabb of unequal shares",
            ),
        ),
    ),
    Entry(
        id="9271.alg2",
        kind="algorithm",
        latex="",
        says="edit, improved: predict a text that differs from x_t in exactly t places, set one of them right, repeat",
        section=SECTION,
        evidence=(
            Law(
                statement=functools.partial(walked, rule="improved"),
                against=uniform,
                mutants={
                    "guesses sharpened": functools.partial(walked, rule="improved", power=2),
                    "two places at a time": functools.partial(walked, rule="improved", times=(4, 2, 0)),
                },
                about="where the package's sampler ends, against matrices of fractions",
            ),
        ),
    ),
    Entry(
        id="9271.alg2.exactly",
        kind="identity",
        latex=r"P(i\in S\mid|S|=t)=\frac{\sum_{|S|=t,\,i\in S}\prod_{j\in S}p_j\prod_{j\notin S}q_j}"
        r"{\sum_{|S|=t}\prod_{j\in S}p_j\prod_{j\notin S}q_j}",
        says="exactly t differences: which places differ is a conditional Bernoulli law, drawn from one table",
        section=SECTION,
        evidence=(
            Numeric(
                statement=inclusions,
                against=by_table,
                witnesses=lambda rng: [
                    {"yes": rng.random(n) + 0.01, "no": rng.random(n) + 0.01, "t": t}
                    for n, t in ((1, 1), (6, 2), (9, 8))
                ],
                rtol=1e-9,
                mutants={"the others need not say no": functools.partial(inclusions, drop=True)},
                about="the chance of each place, by listing all sets",
            ),
            Law(
                statement=sets_drawn,
                against=lambda x, t: stats.uniform.cdf(x),
                witnesses=({"t": 1}, {"t": 2}, {"t": 4}),
                mutants={"odds as their roots": functools.partial(sets_drawn, power=0.5)},
                about="sets drawn by the package",
            ),
        ),
    ),
    Entry(
        id="9271.alg1.loses",
        kind="identity",
        latex="",
        says="with the exact law of each place, the naive edit leaves the data and the improved one never does",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda rule: kept("different", rule),
                against=lambda rule: by_package("different", rule),
                witnesses=({"rule": "naive"}, {"rule": "improved"}),
                mutants={"both ways alike": lambda rule: kept("different", "improved")},
                about="words aabb of two letters: what is still a word of the data at the end, in fractions",
            ),
            Exact(
                statement=lambda: [True, True],
                against=lambda: [
                    by_package("different", "naive") < Fraction(1, 2),
                    by_package("different", "improved") == 1,
                ],
                witnesses=((),),
                mutants={"the improved one too": lambda: [True, False]},
                about="below a half, and all of it",
            ),
        ),
    ),
    Entry(
        id="9271.alg2.merged",
        kind="identity",
        latex=r"p(x_{t-1}\mid x_t)=\tfrac1t\,p(x_{0,i}=x_{t-1,i}\mid x_t)\ \text{if they differ at }i\text{ alone}",
        says="a merged edit sets place i right with chance p_i/t: the true step, so it ends at the data's law",
        section=SECTION,
        evidence=(
            Exact(
                statement=lambda t: {x: merged(x, t) for x in WORDS.destroyed_data(t)},
                against=by_bayes,
                witnesses=({"t": 1}, {"t": 2}, {"t": 3}, {"t": 4}),
                mutants={"p_i over l": lambda t: {x: merged(x, t, w.LENGTH) for x in WORDS.destroyed_data(t)}},
                about="by the package's laws of the places, against Bayes on the way there; words aabb, in fractions",
            ),
            Exact(
                statement=lambda: WORDS.ends(merged),
                against=lambda: w.SHARES,
                witnesses=((),),
                mutants={"exactly t places guessed": lambda: WORDS.ends(WORDS.stepper("exactly", fresh=False))},
                about="the law at the end is the data's, words of unequal shares",
            ),
        ),
    ),
    Entry(
        id="9271.alg2.differences",
        kind="algorithm",
        latex=r"\#\{i:x_{t-1,i}\neq x_{t,i}\}=1,\quad\#\{i:x_{0,i}\neq x_{t,i}\}\le t",
        says="the improved way changes one place a step, so at most t are to come; the naive way may change all",
        section=SECTION,
        evidence=(
            Exact(
                statement=most_changed,
                against=seen_changed,
                witnesses=tuple({"rule": r, "t": t} for r, t in itertools.product(("improved", "naive"), (2, 3, 4))),
                mutants={
                    "the improved way too may change all": lambda rule, t: most_changed("naive", t),
                    "one less in all": lambda rule, t: [most_changed(rule, t)[0], most_changed(rule, t)[1] - 1],
                    "the naive way changes t": lambda rule, t: [most_changed(rule, t)[0], t],
                },
                about="the most that 3,000 runs of the package show",
            ),
        ),
    ),
    Entry(
        id="9271.alg2.quatrains",
        kind="experiment",
        latex="",
        says="on quatrains the baseline undoes its own work: less of what stands half way is there at the end",
        section=SECTION,
        timeout=240.0,
        evidence=(
            better(
                statement=kept_improved,
                against=kept_naive,
                settings="two settings",
                mutants={"the end of another stanza": lambda seed: left_at_the_end(seed, "alg2", shuffled=True)},
                about="eight stanzas in twenty steps by the network that ships",
            ),
        ),
    ),
]
