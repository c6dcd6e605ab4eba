"""Section "Edit": whether edits can be undone, and what they forget (claim7, slip3)."""

import functools
import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import sympy as sp
import torch
from scipy import stats

from blogtools.claims.unified_diffusion import formulas as f
from blogtools.claims.unified_diffusion import words as w
from blogtools.claims.unified_diffusion.texts import DRAWS, EVERYTHING, PROCESSES
from blogtools.diffusion import Edit, Words
from blogtools.ledger import Entry, Exact, Law, Numeric, Symbolic

SECTION = "Edit"


def noises(kind: str, x0: tuple[int, ...], x: tuple[int, ...], t: int, size: int) -> int:
    """How many choices of t places and of what to put there lead from x_0 to x, by trying all."""
    letters = [[v for v in range(size) if kind == "any" or v != token] for token in x0]
    found = 0
    for places in itertools.combinations(range(len(x0)), t):
        for new in itertools.product(*(letters[i] for i in places)):
            word = list(x0)
            for i, v in zip(places, new, strict=True):
                word[i] = v
            found += tuple(word) == x
    return found


def ways(kind: str, x0: tuple[int, ...], x: tuple[int, ...], t: int, size: int) -> int:
    """The same in closed form: one or none if tokens must differ; else the sets of t places that hold the k changed."""
    k = sum(a != b for a, b in zip(x0, x, strict=True))
    if kind == "different":
        return int(k == t)
    return comb(len(x0) - k, t - k) if k <= t else 0


def by_chance(kind: str, x0: tuple[int, ...], x: tuple[int, ...], t: int, size: int) -> int:
    """The same from the package's p(x_t | x_0), times the number of all noises."""
    log_p = Edit(size, different=kind == "different").log_chance(torch.tensor(x0), torch.tensor(x), t)
    noises_in_all = comb(len(x0), t) * (size if kind == "any" else size - 1) ** t
    return round(float(log_p.exp()) * noises_in_all)


def edits(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Words and what became of them, some of it possible."""
    out = []
    for kind in ("different", "any"):
        for t in range(w.LENGTH + 1):
            x0, x = rng.integers(3, size=(2, w.LENGTH))
            for other in (x, np.where(np.arange(w.LENGTH) < t, (x0 + 1) % 3, x0)):
                out.append({"kind": kind, "x0": tuple(x0.tolist()), "x": tuple(other.tolist()), "t": t, "size": 3})
    return out


def thinned(
    length: int, t: int, size: int, chance: Callable[[int], Fraction] = lambda v: Fraction(v - 1, v)
) -> list[Any]:
    """Binomial law of the changed places among t, each with the chance (V − 1)/V."""
    p = chance(size)
    return [comb(t, k) * p**k * (1 - p) ** (t - k) if k <= t else Fraction(0) for k in range(length + 1)]


def counted(length: int, t: int, size: int) -> list[Any]:
    """The law of the number of changed places by the package's enumeration."""
    law = Words({(0,) * length: Fraction(1)}, size, "any").destroyed((0,) * length, t)
    return [sum((p for word, p in law.items() if length - word.count(0) == k), Fraction(0)) for k in range(length + 1)]


def changed(rng: np.random.Generator, t: int, size: int, different: bool = False) -> np.ndarray:
    """Changed places of texts of twenty tokens by the package, placed by the binomial law."""
    process, x0 = Edit(size, different=different), torch.zeros(DRAWS, 20, dtype=torch.int64)
    found = (process.forward(x0, process.noise(x0, f.torch_generator(rng)), t) != x0).sum(-1).numpy()
    law = stats.binom(t, 1 - 1 / size)
    return law.cdf(found - 1) + rng.random(DRAWS) * law.pmf(found)


STEPS = ("baseline", "posterior draw", "always a changed one")


def stepped(how: str, x0: int, t: int) -> w.Table:
    """Σ p(x_{t−1} | x_t, x_0) p(x_t | x_0) for replacement by any token, a row over x_{t−1}."""
    forward = w.chances("any", t)[x0]
    if how == "baseline":
        return w.chances("any", t - 1)[x0] * forward.sum()
    states = w.words(w.SIZE)
    index = {tuple(word): k for k, word in enumerate(states.tolist())}
    after = np.array([Fraction(0)] * len(states))
    for x in np.flatnonzero(forward != 0):
        differing = np.flatnonzero(states[x] != states[x0])
        among = t if how == "posterior draw" or not len(differing) else len(differing)
        for i in differing:
            back = states[x].copy()
            back[i] = states[x0][i]
            after[index[tuple(back)]] += forward[x] / among
        after[x] += forward[x] * Fraction(among - len(differing), among)
    return after


def allowed() -> list[str]:
    """Which steps give x_{t−1} its law given x_0, for a word and all t."""
    return [s for s in STEPS if all((stepped(s, 5, t) == w.chances("any", t - 1)[5]).all() for t in range(1, 5))]


def revised(x0: int, t: int, how: str = "posterior draw") -> list[Fraction]:
    """The law of x_{t−1} given x_0 through such a step."""
    return list(stepped(how, x0, t))


def by_words(x0: int, t: int) -> list[Fraction]:
    """p(x_{t−1} | x_0) by the package's enumeration."""
    words = Words(w.SHARES, w.SIZE, "any")
    law = words.destroyed(tuple(w.words(w.SIZE)[x0].tolist()), t - 1)
    return [law.get(tuple(word), Fraction(0)) for word in w.words(w.SIZE).tolist()]


def through_package(rng: np.random.Generator, t: int, idle: bool = True) -> np.ndarray:
    """x_{t−1} of one word by the package's improved step with "any", placed by the closed form."""
    process, x0, generator = PROCESSES["any"], EVERYTHING[5].expand(DRAWS, -1), f.torch_generator(rng)
    x_t = process.forward(x0, process.noise(x0, generator), t)
    eps = process.recover(x0, x_t, t, generator)
    if not idle:
        # The changed places last, so that one of them is always set right.
        order = (torch.rand(x0.shape, generator=generator, dtype=torch.float64) + (x_t != x0)).argsort(-1).argsort(-1)
        eps = torch.where(eps // w.SIZE < t, (order - (w.LENGTH - t)) * w.SIZE + eps % w.SIZE, eps)
    return w.placed(rng, process.forward(x0, eps, t - 1).numpy(), w.chances("any", t - 1)[5])


def information(size: int, log_of: Callable[[int], float] = lambda v: math.log(v / (v - 1))) -> float:
    """Nats a token that x_l keeps of x_0."""
    return log_of(size)


def by_counting(size: int) -> float:
    """Mutual information of a token and its replacement, from their joint law."""
    law = {v: Words({(v,): Fraction(1)}, size, "different").destroyed((v,), 1) for v in range(size)}
    joint = np.array([[float(law[a].get((b,), 0)) / size for b in range(size)] for a in range(size)])
    apart = joint / (joint.sum(0) * joint.sum(1)[:, None])
    return float((joint[joint > 0] * np.log(apart[joint > 0])).sum())


v = sp.symbols("V", positive=True)

ENTRIES = [
    Entry(
        id="9271.claim7",
        kind="identity",
        latex=r"\#\{\varepsilon:\mathcal F_t(x_0,\varepsilon)=x_t\}=1\ \text{(different)},\quad"
        r"\binom{l-k}{t-k}\ \text{(any, }k\text{ changed)}",
        says="replacing by a different token can be undone from x_0 and x_t alone, replacing by any token cannot",
        section=SECTION,
        evidence=(
            Exact(
                statement=ways,
                against=noises,
                witnesses=edits,
                mutants={
                    "any as different": lambda kind, x0, x, t, size: ways("different", x0, x, t, size),
                    "any set of the changed": lambda kind, x0, x, t, size: (
                        ways(kind, x0, x, t, size) if kind == "different" else comb(t, sum(map(int.__ne__, x0, x)))
                    ),
                },
                about="trying all noises",
            ),
            Exact(
                statement=ways,
                against=by_chance,
                witnesses=edits,
                mutants={"one way always": lambda kind, x0, x, t, size: 1},
                about="the package's p(x_t | x_0) times the number of noises",
            ),
        ),
    ),
    Entry(
        id="9271.claim7.thinned",
        kind="law",
        latex=r"k\sim\mathrm{Binomial}\bigl(t,1-\tfrac1{|V|}\bigr)",
        says="of t tokens replaced by any, a random number is changed: each stays by chance with probability 1/V",
        section=SECTION,
        evidence=(
            Exact(
                statement=thinned,
                against=counted,
                witnesses=(
                    {"length": 3, "t": 2, "size": 2},
                    {"length": 4, "t": 4, "size": 3},
                    {"length": 2, "t": 0, "size": 5},
                ),
                mutants={
                    "all are changed": functools.partial(thinned, chance=lambda size: Fraction(1)),
                    "one in V is changed": functools.partial(thinned, chance=lambda size: Fraction(1, size)),
                },
                about="the package's enumeration",
            ),
            Law(
                statement=changed,
                against=lambda x, t, size: stats.uniform.cdf(x),
                witnesses=({"t": 20, "size": 2}, {"t": 7, "size": 5}),
                mutants={"by a different token": functools.partial(changed, different=True)},
                about="the package's draws, twenty tokens",
            ),
        ),
    ),
    Entry(
        id="9271.slip3",
        kind="identity",
        latex=r"\mathcal F_t\ \text{not invertible in }\varepsilon\ \Rightarrow\ "
        r"p(x_{t-1}\mid x_t,x_0)=p(x_{t-1}\mid x_0)\ \text{only}",
        says="that without an inverse only the baseline step is left asks too much of the step",
        section=SECTION,
        corrected_by="9271.claim7.draw",
        evidence=(
            Exact(
                statement=lambda: ["baseline"],
                amended=lambda: ["baseline", "posterior draw"],
                against=allowed,
                witnesses=((),),
                mutants={"all three": lambda: list(STEPS)},
                about="three steps for replacement by any token, put to the one condition (9262.eq7), in fractions",
            ),
        ),
    ),
    Entry(
        id="9271.claim7.draw",
        kind="identity",
        latex=r"\varepsilon\sim p(\varepsilon\mid x_0,x_t),\ x_{t-1}=\mathcal F_{t-1}(x_0,\varepsilon)\ \Rightarrow\ "
        r"\sum_{x_t}p(x_{t-1}\mid x_t,x_0)\,p(x_t\mid x_0)=p(x_{t-1}\mid x_0)",
        says="where many noises lead to x_t, one drawn from their posterior serves as the inverse would",
        section=SECTION,
        evidence=(
            Exact(
                statement=revised,
                against=by_words,
                witnesses=tuple({"x0": k, "t": t} for k in (0, 5) for t in (1, 2, 4)),
                mutants={"always a changed one": functools.partial(revised, how="always a changed one")},
                about="replacement by any token, in fractions",
            ),
            Law(
                statement=through_package,
                against=lambda x, t: stats.uniform.cdf(x),
                witnesses=({"t": 2}, {"t": 4}),
                mutants={"always a changed one": functools.partial(through_package, idle=False)},
                about="the package's step",
            ),
        ),
    ),
    Entry(
        id="9271.claim7.memory",
        kind="limit",
        latex=r"I(x_0;x_l)=\log\frac{|V|}{|V|-1}\ \text{per token}",
        says="edits that must differ never forget all: two letters keep everything, four thousand nearly nothing",
        section=SECTION,
        evidence=(
            Numeric(
                statement=information,
                against=by_counting,
                witnesses=({"size": 2}, {"size": 3}, {"size": 7}),
                rtol=1e-9,
                mutants={
                    "log V": functools.partial(information, log_of=math.log),
                    "1/V": functools.partial(information, log_of=lambda size: 1 / size),
                },
                about="even tokens: the mutual information from the package's enumeration",
            ),
            Symbolic(
                statement=sp.Integer(1),
                against=sp.Limit(v * sp.log(v / (v - 1)), v, sp.oo),
                partial=True,
                about="for large V about 1/V",
            ),
        ),
    ),
]
