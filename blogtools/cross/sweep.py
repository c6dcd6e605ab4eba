"""Square by square with a short memory: the transfer matrix, for any shape, and with it completions and fair draws.

After some squares, all that matters for the rest is the colours of the edges between done and open squares and, for
each line (or pair) begun and not ended, which colours dominate in it already. Colourings that agree on that are counted
together. The memory is one 62-bit word with a number for each open edge and k bits for each open line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

from blogtools.cross.shape import BLANK, Shape

BITS = 62
MOST_WAYS = 3 * 10**7


def squares_of(k: int) -> np.ndarray:
    """Integers [6 k (k−1)(k−2), 5]: dominated colourings (top, right, bottom, left) of a square, then who dominates."""
    places = sorted(set(permutations((0, 0, 1, 2))))
    colours = [(m, a, b) for m, a, b in permutations(range(k), 3) if a < b]
    return np.array([[*(three[i] for i in place), three[0]] for three, place in product(colours, places)])


@dataclass(frozen=True)
class Step:
    """One square: the candidates ``four`` for its edges ``sides``, sorted by the colours of the known edges.

    ``known``: shifts of the known edges in the word; ``start``, ``number``: the candidates that fit known colours;
    ``forbid`` and ``add`` [candidates]: bits that must be 0 before, and bits that are set after; ``keep``: bits that
    live on.
    """

    sides: list[int]
    known: list[int]
    start: np.ndarray
    number: np.ndarray
    four: np.ndarray
    forbid: np.ndarray
    add: np.ndarray
    keep: int


class Sweep:
    """The states of the memory and the ways that lead on; counts are Python integers, so of any size."""

    def __init__(self, shape: Shape, k: int, rule: str, given: Sequence[int] | None = None) -> None:
        self.k = k
        by_column = sorted(range(len(shape.squares)), key=lambda s: shape.squares[s][::-1])
        plans = [_plan(shape, k, rule, order) for order in (range(len(shape.squares)), by_column)]
        bits, plan = min(plans, key=lambda found: found[0])
        if bits > BITS:
            raise ValueError(f"k = {k} with this shape needs a memory of {bits} bits, but at most {BITS} are there")
        fixed = np.full(len(shape.edges), BLANK) if given is None else np.asarray(given)
        four = squares_of(k)
        self.steps = [
            _step(k, four[((fixed[sides] == BLANK) | (four[:, :4] == fixed[sides])).all(1)], sides, *slots)
            for sides, *slots in plan
        ]

    def expand(self, step: Step, states: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """From states [n]: for each way on, the index of its state, the state after, and the candidate taken."""
        key = np.zeros(len(states), dtype=np.int64)
        colour = (1 << _bits("edge", self.k)) - 1
        for shift in step.known:
            key = key * self.k + (states >> shift & colour)
        number = step.number[key]
        if number.sum() > MOST_WAYS:
            raise ValueError(f"this shape with k = {self.k} has {number.sum():.1e} ways on at one square, more than "
                             f"the {MOST_WAYS:.0e} that fit in memory")  # fmt: skip
        before = np.repeat(np.arange(len(states)), number)
        candidate = np.arange(len(before)) - np.repeat(np.cumsum(number) - number - step.start[key], number)
        fits = (states[before] & step.forbid[candidate]) == 0
        before, candidate = before[fits], candidate[fits]
        return before, states[before] & step.keep | step.add[candidate], candidate

    def total(self) -> int:
        """The number of colourings, forwards, one layer in memory at a time."""
        states, ways = np.zeros(1, dtype=np.int64), np.array([1], dtype=object)
        for step in self.steps:
            before, after, _ = self.expand(step, states)
            if not len(after):
                return 0
            order = np.argsort(after, kind="stable")
            after = after[order]
            first = np.flatnonzero(np.r_[True, after[1:] != after[:-1]])
            states, ways = after[first], np.add.reduceat(ways[before[order]], first)
        return int(ways[0])

    def layers(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """Before each square and after the last: the states, sorted, and in how many ways each can be finished."""
        reached = [np.zeros(1, dtype=np.int64)]
        for step in self.steps:
            reached.append(np.unique(self.expand(step, reached[-1])[1]))
        done = [np.ones(len(reached[-1]), dtype=object)]
        for step, states, later in zip(self.steps[::-1], reached[-2::-1], reached[:0:-1], strict=True):
            before, after, _ = self.expand(step, states)
            ways = np.zeros(len(states), dtype=object)
            np.add.at(ways, before, done[-1][np.searchsorted(later, after)])
            done.append(ways)
        return list(zip(reached, done[::-1], strict=True))


def _bits(kind: str, k: int) -> int:
    """Bits in the word of an open edge, which has one colour, or of an open group, which has any set of them."""
    return (k - 1).bit_length() if kind == "edge" else k


def _plan(shape: Shape, k: int, rule: str, order: Sequence[int]) -> tuple[int, list[tuple]]:
    """The bits needed, and for each square its sides, its groups, and the slots of both before and after it."""
    sides, groups = shape.sides.tolist(), shape.groups(rule)
    rank = {s: now for now, s in enumerate(order)}
    last: dict[tuple[str, int], int] = {}
    for s, now in rank.items():
        for e in sides[s]:
            last["edge", e] = max(now, last.get(("edge", e), 0))
    last |= {("group", i): max(rank[s] for s in group) for i, group in enumerate(groups)}
    place: dict[tuple[str, int], int] = {}
    free: dict[int, list[int]] = {_bits(kind, k): [] for kind in ("edge", "group")}
    used, plan = 0, []
    for s, now in rank.items():
        mine = [i for i, group in enumerate(groups) if s in group]
        here = [("edge", e) for e in sides[s]] + [("group", i) for i in mine]
        before = {item: place[item] for item in here if item in place}
        for item in here:
            if item not in place and last[item] > now:
                slots = free[_bits(item[0], k)]
                if not slots:
                    slots.append(used)
                    used += _bits(item[0], k)
                place[item] = slots.pop()
        plan.append((sides[s], mine, before, {item: place[item] for item in here if last[item] > now}))
        for item in before:
            if last[item] == now:
                free[_bits(item[0], k)].append(place.pop(item))
    return used, plan


def _step(k: int, four: np.ndarray, sides: list[int], groups: list[int], before: dict, after: dict) -> Step:
    known = [i for i, e in enumerate(sides) if ("edge", e) in before]
    key = np.zeros(len(four), dtype=np.int64)
    for i in known:
        key = key * k + four[:, i]
    four = four[np.argsort(key, kind="stable")]
    number = np.bincount(key, minlength=k ** len(known))
    forbid, add = np.zeros((2, len(four)), dtype=np.int64)
    for i, e in enumerate(sides):
        if ("edge", e) in after:
            add |= four[:, i] << after["edge", e]
    dominating = np.int64(1) << four[:, 4]
    for g in groups:
        if ("group", g) in before:
            forbid |= dominating << before["group", g]
        if ("group", g) in after:
            add |= dominating << after["group", g]
    over = sum(((1 << _bits(item[0], k)) - 1) << shift for item, shift in before.items() if item not in after)
    shifts = [before["edge", sides[i]] for i in known]
    return Step(sides, shifts, np.cumsum(number) - number, number, four[:, :4], forbid, add, ~over)
