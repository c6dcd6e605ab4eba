"""Square by square with a short memory: the transfer matrix, for any shape, and with it completions and fair draws.

After some squares, all that matters for the rest is the colours of the edges that lie between done and open squares,
and, for each line (or pair) begun and not ended, which colours already dominate in it. Colourings that agree on that
are counted together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

from blogtools.cross.shape import BLANK, Shape

BITS = 62


@dataclass(frozen=True)
class Step:
    """One square: the candidates for its four edges, sorted by what the memory must say of the known ones."""

    sides: np.ndarray
    known: tuple[tuple[int, int], ...]
    start: np.ndarray
    number: np.ndarray
    four: np.ndarray
    forbid: np.ndarray
    add: np.ndarray
    keep: int


def squares_of(k: int) -> np.ndarray:
    """Integers [6 k (k−1)(k−2), 5]: dominated colourings (top, right, bottom, left) of a square, then who dominates."""
    places = sorted(set(permutations((0, 0, 1, 2))))
    colours = [(m, a, b) for m, a, b in permutations(range(k), 3) if a < b]
    return np.array([[*(three[i] for i in place), three[0]] for three, place in product(colours, places)])


class Sweep:
    """The memory's states after each square, with the ways that lead on: exact, as Python integers of any size."""

    def __init__(self, shape: Shape, k: int, rule: str, given: Sequence[int] | None = None) -> None:
        self.shape, self.k = shape, k
        given = [BLANK] * len(shape.edges) if given is None else given
        by_column = sorted(range(len(shape.squares)), key=lambda s: shape.squares[s][::-1])
        plans = [_plan(shape, k, rule, order) for order in (range(len(shape.squares)), by_column)]
        bits, plan = min(plans, key=lambda found: found[0])
        if bits > BITS:
            raise ValueError(f"k = {k} and a shape this wide need {bits} bits of memory, but there are {BITS}")
        four = squares_of(k)
        self.steps = [_step(k, four, np.asarray(given), *entry) for entry in plan]

    def expand(self, step: Step, states: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """From states [n]: for each allowed candidate the index of its state, the state after, and the candidate."""
        width = (self.k - 1).bit_length()
        key = np.zeros(len(states), dtype=np.int64)
        for shift, _ in step.known:
            key = key * self.k + (states >> shift & (1 << width) - 1)
        number = step.number[key]
        before = np.repeat(np.arange(len(states)), number)
        first = np.cumsum(number) - number
        candidate = np.arange(len(before)) - np.repeat(first - step.start[key], number)
        old = states[before]
        fits = (old & step.forbid[candidate]) == 0
        before, candidate, old = before[fits], candidate[fits], old[fits]
        return before, old & step.keep | step.add[candidate], candidate

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
        """Before each square and after the last: the states, sorted, and how many ways each can be finished."""
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


def _plan(shape: Shape, k: int, rule: str, order: Sequence[int]) -> tuple[int, list[tuple]]:
    """Where each edge and each group lives in the memory's word while it is open, and the bits needed in all."""
    width = (k - 1).bit_length()
    rank = {square: i for i, square in enumerate(order)}
    sides = shape.sides.tolist()
    members = {("edge", e): [s for s in rank if e in sides[s]] for e in range(len(shape.edges))}
    members |= {("group", g): list(squares) for g, squares in enumerate(shape.groups(rule))}
    last = {item: max(rank[s] for s in squares) for item, squares in members.items()}
    free: dict[int, list[int]] = {width: [], k: []}
    place: dict[tuple[str, int], int] = {}
    bits, plan = 0, []
    for now, s in enumerate(order):
        here = [item for item, squares in members.items() if s in squares]
        known = {item: place[item] for item in here if item in place}
        for item in here:
            if item not in place and last[item] > now:
                size = width if item[0] == "edge" else k
                if free[size]:
                    place[item] = free[size].pop()
                else:
                    place[item], bits = bits, bits + size
        plan.append((sides[s], known, {item: place[item] for item in here if last[item] > now}, here))
        for item in here:
            if item in place and last[item] == now:
                free[width if item[0] == "edge" else k].append(place.pop(item))
    return bits, plan


def _step(k: int, four: np.ndarray, given: np.ndarray, sides: list[int], known: dict, after: dict, here: list) -> Step:
    width = (k - 1).bit_length()
    fixed = given[sides]
    four = four[((fixed == BLANK) | (four[:, :4] == fixed)).all(1)]
    seen = [(known["edge", e], i) for i, e in enumerate(sides) if ("edge", e) in known]
    key = np.zeros(len(four), dtype=np.int64)
    for _, i in seen:
        key = key * k + four[:, i]
    order = np.argsort(key, kind="stable")
    four, key = four[order], key[order]
    number = np.bincount(key, minlength=k ** len(seen))
    forbid, add, lost = np.zeros(len(four), dtype=np.int64), np.zeros(len(four), dtype=np.int64), 0
    for item in here:
        mark = four[:, sides.index(item[1])] if item[0] == "edge" else np.int64(1) << four[:, 4]
        if item[0] == "group" and item in known:
            forbid |= mark << known[item]
        if item in after and (item[0] == "group" or item not in known):
            add |= mark << after[item]
        if item in known and item not in after:
            lost |= ((1 << (width if item[0] == "edge" else k)) - 1) << known[item]
    return Step(np.array(sides), tuple(seen), np.cumsum(number) - number, number, four[:, :4], forbid, add, ~lost)
