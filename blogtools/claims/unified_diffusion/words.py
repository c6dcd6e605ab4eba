"""Masked and edited words once more, as matrices of fractions: one side of the checks, written without the package.

Words are rows of digits; for masks the digit after the last letter is the mask. Rows of a matrix are what is known,
columns what comes of it.
"""

import functools
import itertools
from fractions import Fraction
from math import comb, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.int64]
Table = NDArray[Any]

SIZE, LENGTH = 3, 4
SHARES: dict[tuple[int, ...], Fraction] = {
    (a, a, b, b): Fraction(n, 15)
    for n, (a, b) in zip((1, 1, 2, 1, 4, 1, 1, 1, 3), itertools.product(range(SIZE), repeat=2), strict=True)
}
"""The words aabb, so that x1 = x2 and x3 = x4; bbbb comes most often, then cccc."""
EVEN: dict[tuple[int, ...], Fraction] = {(a, a, b, b): Fraction(1, 4) for a, b in itertools.product(range(2), repeat=2)}
"""Those of two letters, all alike."""


@functools.cache
def words(size: int, length: int = LENGTH) -> Words:
    """All words, [size^length, length]."""
    return np.array(list(itertools.product(range(size), repeat=length)))


@functools.cache
def chances(kind: str, t: int, size: int = SIZE, length: int = LENGTH) -> Table:
    """p(x_t | x_0) by the closed forms; columns with masks where ``kind`` is "mask"."""
    before, after = words(size, length), words(size + (kind == "mask"), length)
    moved = (before[:, None] != after).sum(-1)
    places = comb(length, t)
    if kind == "mask":
        fits = ((before[:, None] == after) | (after == size)).all(-1) & ((after == size).sum(-1) == t)
        return np.where(fits, np.array(Fraction(1, places)), np.array(Fraction(0)))
    if kind == "different":
        return np.where(moved == t, np.array(Fraction(1, places * (size - 1) ** t)), np.array(Fraction(0)))
    ways = np.array([Fraction(comb(length - k, t - k) if k <= t else 0, places * size**t) for k in range(length + 1)])
    return ways[moved]


def share_of(law: dict[tuple[int, ...], Fraction], size: int = SIZE) -> Table:
    """A law as a row over all words."""
    return np.array([law.get(tuple(w), Fraction(0)) for w in words(size).tolist()])


def posterior(forward: Table, data: Table) -> Table:
    """p(x_0 | x_t), rows x_t; where no word of the data leads to x_t, of all words alike, each by its chance."""
    joint, anyway = (forward * data[:, None]).T, forward.T
    joint = np.where(joint.sum(1, keepdims=True) == 0, anyway, joint)
    whole = joint.sum(1, keepdims=True)
    whole[whole == 0] = 1
    return joint / whole


def place_by_place(law: Table, size: int) -> Table:
    """Rows of laws of words, each replaced by the product of the laws of its places."""
    letters = words(size)
    one = np.stack([law[:, letters[:, i] == v].sum(1) for i in range(LENGTH) for v in range(size)], 1)
    return np.array(
        [[prod((row[size * i + v] for i, v in enumerate(w)), start=1) for w in letters.tolist()] for row in one]
    )


def exactly(guess: Table, t: int, size: int) -> Table:
    """Rows of guesses of x_0 for each x_t, given that they differ from it in t places."""
    differ = (words(size)[None] != words(size)[:, None]).sum(-1)
    kept = np.where(differ == t, guess, 0)
    whole = kept.sum(1, keepdims=True)
    whole[whole == 0] = 1
    return kept / whole


@functools.cache
def ends(kind: str, rule: str, *, exact: bool = False, power: int = 1) -> Table:
    """Law of x_0 after all steps from the law of x_l, in floating point; with ``exact`` of ``EVEN``, in fractions.

    ``rule`` is "naive", "improved" (place by place; for edits exactly t) or "joint"; ``power`` sharpens the guesses.
    """
    size, number = (2, object) if exact else (SIZE, float)
    data = share_of(EVEN if exact else SHARES, size).astype(number)

    def known(t: int) -> Table:
        return chances(kind, t, size).astype(number)

    now = data @ known(LENGTH)
    states = words(size + (kind == "mask"))
    index = {tuple(w): k for k, w in enumerate(states.tolist())}
    for t in range(LENGTH, 0, -1):
        guess = posterior(known(t), data)
        if rule != "joint":
            guess = place_by_place(guess, size)
        if power > 1:
            sharp = guess**power
            whole = sharp.sum(1, keepdims=True)
            guess = sharp / np.where(whole == 0, 1, whole)
        if rule == "naive":
            now = now @ guess @ known(t - 1)
            continue
        if kind == "different":
            guess = exactly(guess, t, size)
        after = 0 * now
        for x in np.flatnonzero(now != 0):
            for x0 in np.flatnonzero(guess[x] != 0):
                old, new = states[x], words(size)[x0]
                differing, share = np.flatnonzero(old != new), now[x] * guess[x, x0] / t
                for i in differing:
                    after[index[(*old[:i], new[i], *old[i + 1 :])]] += share
                after[x] += share * (t - len(differing))
        now = after
    if kind == "mask":
        now = np.array([now[index[tuple(w)]] for w in words(size).tolist()])
    return now


def placed(rng: np.random.Generator, drawn: Words, law: Table) -> NDArray[np.float64]:
    """Uniform on [0, 1] exactly if the words ``drawn`` [n, l] come by ``law``; −1 for words that it rules out.

    Each word has a stretch of [0, 1] as long as its share, and an arrival is put at an even place of it.
    """
    share = law.astype(float)
    start = np.cumsum(share) - share
    at = drawn @ SIZE ** np.arange(drawn.shape[1] - 1, -1, -1)
    return np.where(share[at] > 0, start[at] + rng.random(len(at)) * share[at], -1.0)
