"""Section "Edit": alg1 and alg2, what edits forget, and whether they can be undone (claim7, slip3)."""

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import sympy as sp
import torch
from scipy import stats
from torch import Tensor

from blogtools.claims.unified_diffusion import formulas as f
from blogtools.claims.unified_diffusion import words as w
from blogtools.diffusion import Edit, Mask, Rewrite, Texts, Words, exactly_t, log_included, sample
from blogtools.diffusion.quatrains import write
from blogtools.ledger import Entry, Exact, Experiment, Law, Numeric, Symbolic

SECTION = "Edit"
DRAWS = 3000
DATA = torch.tensor(list(w.SHARES))
WEIGHTS = f.tensor([float(share) for share in w.SHARES.values()])
EVERYTHING = torch.tensor(w.words(w.SIZE).tolist())
PROCESSES: dict[str, Any] = {"mask": Mask(w.SIZE), "different": Edit(w.SIZE), "any": Edit(w.SIZE, different=False)}
TIMES = tuple(range(w.LENGTH, -1, -1))


def exact_logits(kind: str, power: int = 1) -> Callable[[Tensor, Tensor], Tensor]:
    """The package's exact logits, and those of all words where no word of the data leads to x_t."""
    process = PROCESSES[kind]
    near, far = Texts(DATA, process, w.SIZE, WEIGHTS), Texts(EVERYTHING, process, w.SIZE)

    def logits(x: Tensor, t: Tensor) -> Tensor:
        each = x[:, None].expand(-1, *DATA.shape)
        known = ~torch.isneginf(process.log_chance(DATA.expand_as(each), each, t)).all(-1)
        out = far(x, t)
        if known.any():
            out[known] = near(x[known], t)
        return power * out

    return logits


def start(kind: str, generator: torch.Generator) -> Tensor:
    """3,000 draws of x_l."""
    x0 = DATA[torch.multinomial(WEIGHTS, DRAWS, True, generator=generator)]
    process = PROCESSES[kind]
    return process.forward(x0, process.noise(x0, generator), w.LENGTH)


def walked(
    rng: np.random.Generator, rule: str, kind: str = "different", power: int = 1, times: Sequence[int] = TIMES
) -> np.ndarray:
    """Where the package's sampler ends, placed on [0, 1] by the law that it should have; ``rule`` as in ``words``."""
    generator = f.torch_generator(rng)
    predict = Rewrite(exact_logits(kind, power), exactly=rule == "improved", generator=generator)
    fresh = float(rule == "naive")
    run = sample(
        predict, PROCESSES[kind], start(kind, generator), torch.tensor(times), fresh=fresh, generator=generator
    )
    return w.placed(rng, run.x.numpy(), w.ends(kind, rule))


def uniform(x: np.ndarray) -> np.ndarray:
    """Distribution function on [0, 1]."""
    return stats.uniform.cdf(x)


@functools.cache
def by_package(kind: str, rule: str) -> Fraction:
    """How much of the package's law at the end is on words of the data."""
    words = Words(w.EVEN, 2, kind)
    guess = "exactly" if (kind, rule) == ("different", "improved") else "joint" if rule == "joint" else "places"
    return words.valid(words.ends(words.stepper(guess, fresh=rule == "naive")))


@functools.cache
def kept(kind: str, rule: str) -> Fraction:
    """The same from matrices."""
    law = w.ends(kind, rule, exact=True)
    return sum((share for share, data in zip(law, w.share_of(w.EVEN, 2), strict=True) if data), start=Fraction(0))


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


v = sp.symbols("V", positive=True)

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
    Entry(
        id="9271.alg2.quatrains",
        kind="experiment",
        latex="",
        says="on quatrains the baseline undoes its own work: less of what stands half way is there at the end",
        section=SECTION,
        timeout=240.0,
        evidence=(
            Experiment(
                statement=kept_improved,
                against=kept_naive,
                side="above",
                shares={"blogtools.*": "the claim compares two settings of one sampler with one network"},
                mutants={"the end of another stanza": lambda seed: left_at_the_end(seed, "alg2", shuffled=True)},
                about="eight stanzas in twenty steps by the network that ships",
            ),
        ),
    ),
]
