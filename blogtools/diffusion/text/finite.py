"""Exact laws of the ways back from masked and edited words, on alphabets so small that all words can be listed.

A law is a dict from words (tuples of whole numbers) to fractions that sum to 1. What the sampler draws, this adds up.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from blogtools.diffusion.check import require_choice

Word = tuple[int, ...]
Law = dict[Word, Fraction]

KINDS = ("mask", "different", "any")
GUESSES = ("joint", "places", "exactly")


def total(parts: Iterable[tuple[Word, Fraction]]) -> Law:
    """The law that these shares add up to."""
    law: Law = {}
    for word, share in parts:
        law[word] = law.get(word, Fraction(0)) + share
    return law


def pairs(size: int) -> Law:
    """The words aabb: x1 = x2 and x3 = x4, all alike; no guess that takes the places one by one can know this."""
    return {(a, a, b, b): Fraction(1, size**2) for a in range(size) for b in range(size)}


@dataclass(frozen=True, eq=False)
class Words:
    """A law ``data`` of words over 0 … ``size`` − 1, destroyed by ``kind``: "mask" (the mask is the token ``size``),
    "different" (edited, each time to another token) or "any".

    ``ValueError`` for an unknown kind, words of unequal length or outside the alphabet, and shares that do not add up.
    """

    data: Mapping[Word, Fraction]
    size: int
    kind: str

    def __post_init__(self) -> None:
        require_choice("kind", self.kind, KINDS)
        if len({len(word) for word in self.data}) != 1 or not self.length:
            raise ValueError("data must hold words of one length of at least 1")
        if any(not 0 <= token < self.size for word in self.data for token in word):
            raise ValueError(f"data has tokens outside 0 … {self.size - 1}")
        if sum(self.data.values()) != 1 or min(self.data.values()) < 0:
            raise ValueError(f"data has shares that add up to {sum(self.data.values())}, not to 1, or a negative one")

    @cached_property
    def length(self) -> int:
        """L."""
        return len(next(iter(self.data)))

    def destroyed(self, x0: Word, t: int) -> Law:
        """p(x_t | x_0)."""
        places = list(itertools.combinations(range(self.length), t))
        shares = []
        for chosen in places:
            options = [self._replacements(x0[i]) if i in chosen else [x0[i]] for i in range(self.length)]
            words = list(itertools.product(*options))
            shares += [(word, Fraction(1, len(places) * len(words))) for word in words]
        return total(shares)

    def posterior(self, x: Word, t: int) -> Law:
        """p(x_0 | x_t = x). The naive way back comes to an x that no word of the data leads to; what a network would
        say there is not settled by the data, and here all words that lead to x are alike, each by its p(x | x_0).
        """
        if (x, t) not in self._found:
            everything = dict.fromkeys(itertools.product(range(self.size), repeat=self.length), Fraction(1))
            for among in (self.data, everything):
                joint = {x0: share * self._chances(x0, t).get(x, Fraction(0)) for x0, share in among.items()}
                whole = sum(joint.values())
                if whole:
                    break
            else:
                raise ValueError(f"x = {x} comes of no word at t = {t}")
            self._found[x, t] = {x0: share / whole for x0, share in joint.items() if share}
        return self._found[x, t]

    def places(self, x: Word, t: int) -> list[dict[int, Fraction]]:
        """The law of each place alone under the posterior: all that a network with one answer a place can know."""
        law = self.posterior(x, t)
        each: list[dict[int, Fraction]] = [{} for _ in range(self.length)]
        for word, share in law.items():
            for one, token in zip(each, word, strict=True):
                one[token] = one.get(token, Fraction(0)) + share
        return each

    def guesses(self, x: Word, t: int, guess: str) -> Law:
        """The law of x̂_0: the "joint" posterior, its "places" each for itself, or these given "exactly" t changes."""
        require_choice("guess", guess, GUESSES)
        if guess == "joint":
            return self.posterior(x, t)
        each = self.places(x, t)
        law = total(
            (tuple(word), math.prod((p[token] for p, token in zip(each, word, strict=True)), start=Fraction(1)))
            for word in itertools.product(*each)
        )
        if guess == "exactly":
            law = {word: share for word, share in law.items() if changes(word, x) == t}
            whole = sum(law.values())
            law = {word: share / whole for word, share in law.items()}
        return law

    def revised(self, x0: Word, x: Word, t: int, *, fresh: bool) -> Law:
        """The law of x_{t−1} from x_0 and x_t: destroyed anew (eq3), or one of t destroyed places set right (eq4)."""
        if fresh:
            return self._chances(x0, t - 1)
        differing = [i for i in range(self.length) if x[i] != x0[i]]
        if self.kind != "any" and len(differing) != t:
            raise ValueError(f"x_0 = {x0} and x_t = {x} differ in {len(differing)} places, not in t = {t}")
        shares = [((*x[:i], x0[i], *x[i + 1 :]), Fraction(1, t)) for i in differing]
        # Of the t replaced places the others were replaced by what had been there: to set one right changes nothing.
        return total([*shares, (x, Fraction(t - len(differing), t))] if len(differing) < t else shares)

    def merged(self, x: Word, t: int) -> Law:
        """One step of alg5: a masked place chosen at random is filled from its own law."""
        hidden, each = [i for i in range(self.length) if x[i] == self.size], self.places(x, t)
        return total(
            ((*x[:i], token, *x[i + 1 :]), share / len(hidden)) for i in hidden for token, share in each[i].items()
        )

    def ends(self, step: Callable[[Word, int], Law], start: Mapping[Word, Fraction] | None = None) -> Law:
        """The law of x_0 after l steps ``step(x, t)``, from ``start`` or the law of x_l."""
        law = dict(self.destroyed_data() if start is None else start)
        for t in range(self.length, 0, -1):
            law = total((word, p * q) for x, p in law.items() for word, q in step(x, t).items())
        return law

    def stepper(self, guess: str, *, fresh: bool) -> Callable[[Word, int], Law]:
        """Predict by ``guess``, then revise: a step for ``ends``."""

        def step(x: Word, t: int) -> Law:
            return total(
                (word, p * q)
                for x0, p in self.guesses(x, t, guess).items()
                for word, q in self.revised(x0, x, t, fresh=fresh).items()
            )

        return step

    def destroyed_data(self, t: int | None = None) -> Law:
        """The law of x_t, by default at t = l."""
        t = self.length if t is None else t
        return total((x, p * q) for x0, p in self.data.items() for x, q in self._chances(x0, t).items())

    def valid(self, law: Mapping[Word, Fraction]) -> Fraction:
        """How much of ``law`` is on words that the data have."""
        return sum((share for word, share in law.items() if self.data.get(word)), start=Fraction(0))

    @cached_property
    def _found(self) -> dict[tuple[Word, int], Law]:
        return {}

    @cached_property
    def _kept(self) -> dict[tuple[Word, int], Law]:
        return {}

    def _chances(self, x0: Word, t: int) -> Law:
        if (x0, t) not in self._kept:
            self._kept[x0, t] = self.destroyed(x0, t)
        return self._kept[x0, t]

    def _replacements(self, token: int) -> list[int]:
        if self.kind == "mask":
            return [self.size]
        return [other for other in range(self.size) if other != token or self.kind == "any"]


def changes(one: Word, other: Word) -> int:
    """In how many places two words differ."""
    return sum(a != b for a, b in zip(one, other, strict=True))
