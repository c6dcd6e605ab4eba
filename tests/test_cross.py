"""The cross and its relatives: all routes to a count against each other, plain brute force and a model counter."""

import math
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import islice, permutations, product
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from pysdd.sdd import SddManager, WmcManager
from scipy.stats import chi2

from blogtools import cross
from blogtools.cross import CROSS, Shape

Place = tuple[int, int]


@cache
def brute(squares: tuple[Place, ...], k: int, rule: str) -> set[frozenset[tuple[frozenset[Place], int]]]:
    """All valid colourings, each a set of (edge, colour), an edge being its two end points; no code of the package."""
    corners = [((r, c), (r, c + 1), (r + 1, c + 1), (r + 1, c)) for r, c in squares]
    around = [[frozenset((p[i], p[(i + 1) % 4])) for i in range(4)] for p in corners]
    edges = sorted({edge for four in around for edge in four}, key=sorted)
    found = set()
    for colours in product(range(k), repeat=len(edges)):
        colour = dict(zip(edges, colours, strict=True))
        who = {}
        for square, four in zip(squares, around, strict=True):
            times = Counter(colour[edge] for edge in four)
            if sorted(times.values()) != [1, 1, 2]:
                break
            who[square] = times.most_common(1)[0][0]
        else:
            if all(who[s] != who[t] for s, t in rivals(squares, rule)):
                found.add(frozenset(colour.items()))
    return found


def rivals(squares: tuple[Place, ...], rule: str) -> Iterator[tuple[Place, Place]]:
    for r, c in squares:
        for dr, dc in ((0, 1), (1, 0)):
            far = 1
            while (r + far * dr, c + far * dc) in squares and (rule == "line" or far == 1):
                yield (r, c), (r + far * dr, c + far * dc)
                far += 1


def models(shape: Shape, k: int, rule: str) -> int:
    """The clauses' models, counted by compiling them into a sentential decision diagram."""
    variables, clauses = cross.cnf(shape, k, rule)
    manager = SddManager(var_count=variables, auto_gc_and_minimize=True)
    formula = manager.true()
    formula.ref()
    for clause in clauses:
        part = manager.false()
        for literal in clause:
            part = part | manager.literal(literal)
        formula, old = formula & part, formula
        formula.ref()
        old.deref()
    return round(WmcManager(formula, log_mode=False).propagate())


@st.composite
def polyominoes(draw: st.DrawFn, most: int = 4) -> Shape:
    squares = [(0, 0)]
    for _ in range(draw(st.integers(0, most - 1))):
        near = {(r + dr, c + dc) for r, c in squares for dr, dc in ((0, 1), (1, 0), (0, -1), (-1, 0))}
        squares.append(draw(st.sampled_from(sorted(near - set(squares)))))
    return Shape(squares)


RULE = st.sampled_from(("line", "adjacent"))


# One square


def test_who_dominates() -> None:
    assert [cross.dominating(four) for four in ((0, 0, 1, 2), (1, 0, 2, 1), (5, 3, 5, 0))] == [0, 1, 5]
    assert all(cross.dominating(four) is None for four in ((0, 0, 1, 1), (0, 0, 0, 1), (2, 2, 2, 2), (0, 1, 2, 3)))
    assert cross.dominating((0, 0, 1, -1)) is None
    for k in (3, 4, 5):
        assert (
            sum(cross.dominating(four) is not None for four in product(range(k), repeat=4))
            == 6 * k * math.comb(k - 1, 2) * 2
        )


# The shape


def test_the_cross() -> None:
    assert CROSS == Shape.from_text(".#.\n###\n.#.") == Shape([(5, -2), (6, -3), (6, -2), (6, -1), (7, -2)])
    assert CROSS.squares == ((0, 1), (1, 0), (1, 1), (1, 2), (2, 1))
    assert len(CROSS.edges) == 16
    assert CROSS.edges[:4] == (((0, 1), "h"), ((0, 1), "v"), ((0, 2), "v"), ((1, 0), "h"))
    assert CROSS.lines == ((1, 2, 3), (0, 2, 4))
    assert CROSS.neighbours == ((0, 2), (1, 2), (2, 3), (2, 4))
    centre = CROSS.sides[2].tolist()
    assert [set(CROSS.sides[s]) & set(centre) for s in (0, 3, 4, 1)] == [{e} for e in centre]


def test_sides_and_segments_agree() -> None:
    """Top above bottom, left of right, each of length 1 and about the middle of its square."""
    for shape in (CROSS, Shape.board(2, 3), Shape.from_text("##\n.#\n.##")):
        middle = shape.segments.mean(1)
        height = max(r for r, _ in shape.squares) + 1
        assert np.allclose(np.abs(shape.segments[:, 0] - shape.segments[:, 1]).sum(1), 1)
        for (r, c), sides in zip(shape.squares, shape.sides, strict=True):
            centre = np.array([c + 0.5, height - r - 0.5])
            assert np.allclose(middle[sides] - centre, [[0, 0.5], [0.5, 0], [0, -0.5], [-0.5, 0]])


def test_lines_end_at_gaps() -> None:
    ring = Shape.from_text("###\n#.#\n###")
    assert sorted(map(len, ring.lines)) == [3, 3, 3, 3]
    assert Shape.board(2, 2).lines == ((0, 1), (2, 3), (0, 2), (1, 3))
    assert Shape.strip(1).lines == ()


def test_valid_names_the_rule() -> None:
    x = next(x for x in cross.colourings(rule="adjacent") if not cross.valid(CROSS, x))
    assert cross.valid(CROSS, x, "adjacent", k=3)
    top, left, centre, right, bottom = cross.dominance(CROSS, x)
    assert centre not in (top, left, right, bottom)
    assert top == bottom or left == right
    blank = (-1, *x[1:])
    assert cross.dominance(CROSS, blank)[0] is None
    assert not cross.valid(CROSS, blank, "adjacent")


# Counting


def test_27216_by_every_route() -> None:
    routes = {method: cross.count(method=method) for method in ("enumerate", "centre", "contraction", "transfer")}
    routes |= {
        "one by one": sum(1 for _ in cross.colourings()),
        "model counter": models(CROSS, 3, "line"),
        "polynomial": int(cross.closed_form().subs("k", 3)),
        "cases": sum(case.total for case in cross.centre_cases()),
    }
    assert set(routes.values()) == {27216}, routes


def test_model_counter_on_other_shapes() -> None:
    for shape, k, rule in ((CROSS, 3, "adjacent"), (Shape.board(2, 2), 3, "adjacent"), (Shape.strip(3), 4, "line")):
        assert models(shape, k, rule) == cross.count(shape, k, rule)


def test_dimacs_says_the_same_as_the_clauses() -> None:
    head, *lines = cross.dimacs(Shape.strip(2), 3, "line").splitlines()
    variables, clauses = cross.cnf(Shape.strip(2), 3, "line")
    assert head == f"p cnf {variables} {len(clauses)}"
    assert [tuple(map(int, line.split()))[:-1] for line in lines] == clauses
    assert {abs(v) for clause in clauses for v in clause} == set(range(1, variables + 1))


@settings(max_examples=25, deadline=None)
@given(polyominoes(3), RULE)
def test_routes_agree_with_brute_force(shape: Shape, rule: str) -> None:
    found = brute(shape.squares, 3, rule)
    for method in ("enumerate", "contraction", "transfer"):
        assert cross.count(shape, 3, rule, method) == len(found)
    ends = [frozenset(map(tuple, end.astype(int).tolist())) for end in shape.segments]
    height = max(r for r, _ in shape.squares) + 1
    edges = [frozenset((height - y, x) for x, y in end) for end in ends]
    assert {frozenset(zip(edges, x, strict=True)) for x in cross.colourings(shape, 3, rule)} == found


@settings(max_examples=40, deadline=None)
@given(polyominoes(), st.integers(3, 5), RULE)
def test_contraction_and_transfer_agree(shape: Shape, k: int, rule: str) -> None:
    assert cross.count(shape, k, rule, "contraction") == cross.count(shape, k, rule, "transfer")
    if k == 3:
        assert cross.count(shape, k, rule, "enumerate") == cross.count(shape, k, rule, "transfer")


@settings(max_examples=20, deadline=None)
@given(polyominoes(), st.integers(3, 4), RULE, st.integers(-9, 9), st.integers(-9, 9))
def test_counts_do_not_see_where_a_shape_lies(shape: Shape, k: int, rule: str, down: int, right: int) -> None:
    ways = cross.count(shape, k, rule)
    assert Shape((r + down, c + right) for r, c in shape.squares) == shape
    for turned in ([(c, -r) for r, c in shape.squares], [(r, -c) for r, c in shape.squares]):
        assert cross.count(Shape(turned), k, rule) == ways


@settings(max_examples=20, deadline=None)
@given(polyominoes(), RULE, st.permutations(range(5)), st.integers(0, 2**32))
def test_validity_does_not_see_names_of_colours(shape: Shape, rule: str, names: list[int], seed: int) -> None:
    for x in cross.sample(shape, 5, rule, 5, np.random.default_rng(seed)):
        assert cross.valid(shape, x, rule, k=5)
        assert cross.valid(shape, [names[c] for c in x], rule)


@pytest.mark.parametrize("rule", ["line", "adjacent"])
def test_crosses_with_longer_arms(rule: str) -> None:
    for arm, k in ((1, 4), (2, 4), (2, 5)):
        ways = {cross.count(Shape.cross(arm), k, rule, method) for method in ("centre", "transfer", "contraction")}
        assert len(ways) == 1
    assert cross.count(Shape.cross(2), 4, "line") == 0 < cross.count(Shape.cross(2), 5, "line")


def test_boards_to_six_by_six() -> None:
    """The largest by transfer alone within a suite's time; by contraction to 4 × 4."""
    ways = [cross.count(Shape.board(n, n), 3, "adjacent") for n in range(1, 7)]
    assert ways == [36, 3168, 397656, 37322184, 3449182248, 489099911352]
    for n in range(1, 5):
        assert cross.count(Shape.board(n, n), 3, "adjacent", "contraction") == ways[n - 1]


def test_counts_beyond_64_bits() -> None:
    """A strip under "adjacent" by a power of a matrix in Python's integers."""
    k, n = 5, 40
    step: Counter[tuple[int, int, int]] = Counter()
    for left, top, right, bottom in product(range(k), repeat=4):
        m = cross.dominating((left, top, right, bottom))
        if m is not None:
            step[left, m, right] += 1
    state = Counter({(-1, c): 1 for c in range(k)})
    for _ in range(n):
        after: Counter[tuple[int, int]] = Counter()
        for ((before, shared), ways), ((left, m, right), more) in product(state.items(), step.items()):
            if shared == left and before != m:
                after[m, right] += ways * more
        state = after
    assert cross.count(Shape.strip(n), k, "adjacent") == sum(state.values()) > 2**64
    assert cross.count(Shape.strip(n), k, "adjacent", "contraction") == sum(state.values())


def test_measured_costs_are_of_right_counts() -> None:
    """All methods of a row's shape found one number, and it is the one found here where that is quick."""
    counted = [row for row in cross.measured_costs() if "count" in row and not row["method"].startswith("classes")]
    found: dict[tuple, set[int]] = {}
    for row in counted:
        found.setdefault(tuple(row[key] for key in ("family", "size", "k", "rule")), set()).add(row["count"])
    assert found["cross", 1, 3, "line"] == {27216}
    assert found["board", 6, 3, "adjacent"] == {489099911352}
    assert all(len(numbers) == 1 for numbers in found.values())
    for (family, size, k, rule), (number,) in found.items():
        if family == "strip":
            assert cross.count(Shape.strip(size), k, rule) == number


# The sum by hand


def test_the_tree_of_cases_is_the_posts() -> None:
    adjacent, opposite = cross.centre_cases()
    assert (adjacent.centres, adjacent.column.total, adjacent.row.total, adjacent.total) == (24, 27, 27, 17496)
    assert (opposite.centres, opposite.column.total, opposite.row.total, opposite.total) == (12, 18, 45, 9720)
    assert sorted(choice.product for choice in adjacent.column.choices) == [9, 18]
    assert [sorted(choice.product for choice in axis.choices) for axis in (opposite.column, opposite.row)] == [
        [9, 9],
        [9, 36],
    ]


@pytest.mark.parametrize("k", [3, 4, 5])
def test_cases_and_arms_by_brute_force(k: int) -> None:
    squares = [four for four in product(range(k), repeat=4) if sorted(Counter(four).values()) == [1, 1, 2]]
    arms = Counter((four[0], Counter(four).most_common(1)[0][0]) for four in squares)
    assert all(cross.arm_ways(c, m, k) == arms[c, m] for c in range(k) for m in range(k))
    facing = sum(four[0] == four[2] or four[1] == four[3] for four in squares)
    adjacent, opposite = cross.centre_cases(k)
    assert (adjacent.centres, opposite.centres) == (len(squares) - facing, facing)
    assert adjacent.total + opposite.total == cross.count(k=k, method="transfer")
    for case in (adjacent, opposite):
        assert cross.dominating(case.example) == 0
        top, right, bottom, left = case.example
        assert (case.column.shared, case.row.shared) == ((top, bottom), (left, right))
        blank = [-1] * 16
        for edge, c in zip(CROSS.sides[2], case.example, strict=True):
            blank[edge] = c
        assert cross.completions(given=blank, k=k) == case.column.total * case.row.total


@pytest.mark.parametrize("rule", ["line", "adjacent"])
def test_the_polynomial_is_interpolated_and_summed(rule: str) -> None:
    form = cross.closed_form(rule)
    assert sympy.expand(form - cross.interpolated_form(rule)) == 0
    assert sympy.degree(form) == 11
    for k in (3, 5, 7):
        assert form.subs("k", k) == cross.count(k=k, rule=rule, method="transfer")


def test_readings_and_slips() -> None:
    """The readings that lists of all 43 million colourings decide were counted once so; here: what gives 54432."""
    found = {name: number for name, _, number in cross.misreadings()}
    assert found["as stated"] == 27216
    assert found["neighbours differ"] == cross.count(rule="adjacent")
    assert [name for name, number in found.items() if number == 54432] == ["72 centres", "row first, column first"]
    assert found["told apart everywhere"] == 2**5 * 27216
    assert found["up to colours as well"] == cross.count_up_to_symmetry()


def test_readings_by_brute_force() -> None:
    """All 3^16 colourings in blocks, by how often each colour occurs on each square."""
    free = list(product(range(3), repeat=2))
    differ = {m: [(p, q) for p, q in free if len({p, m, q}) == 3] for m in range(3)}
    some = {m: [(p, q) for p, q in free if (p, q) != (m, m)] for m in range(3)}
    tail = np.indices((3,) * 10, dtype=np.int8).reshape(10, -1)
    wanted = Counter[str]()

    def add(name: str, who: list[list[np.ndarray]], column: dict, row: dict) -> None:
        top, left, centre, right, bottom = who
        for m in range(3):
            fits = np.any([top[p] & bottom[q] for p, q in column[m]], 0)
            wanted[name] += int((centre[m] & fits & np.any([left[p] & right[q] for p, q in row[m]], 0)).sum())

    for head in product(range(3), repeat=6):
        colours = [*(np.full(tail.shape[1], c, dtype=np.int8) for c in head), *tail]
        times = [[sum((colours[e] == m).astype(np.int8) for e in sides) for m in range(3)] for sides in CROSS.sides]
        once = [np.minimum(np.minimum(*square[:2]), square[2]) == 1 for square in times]
        meets = [np.any([colours[sides[i]] == colours[sides[i - 1]] for i in range(4)], 0) for sides in CROSS.sides]
        who = [[(n == 2) & three for n in square] for square, three in zip(times, once, strict=True)]
        add("row alone", who, dict.fromkeys(range(3), free), differ)
        add("row or column", who, differ, dict.fromkeys(range(3), free))
        add("row or column", who, {m: sorted({*free} - {*differ[m]}) for m in range(3)}, differ)
        add("not all alike", who, some, some)
        add("equal edges meet", [[w & meet for w in d] for d, meet in zip(who, meets, strict=True)], differ, differ)
        add("equal edges face", [[w & ~meet for w in d] for d, meet in zip(who, meets, strict=True)], differ, differ)
        most = [[(n > square[m - 1]) & (n > square[m - 2]) for m, n in enumerate(square)] for square in times]
        add("most frequent", most, differ, differ)
        for name, least in (("two and two", [[n == 2 for n in square] for square in times]),
                            ("two or more", [[n >= 2 for n in square] for square in times])):  # fmt: skip
            # Two colours may dominate the centre; a colouring still counts once.
            top, left, centre, right, bottom = least
            fits = [
                centre[m]
                & np.any([top[p] & bottom[q] for p, q in differ[m]], 0)
                & np.any([left[p] & right[q] for p, q in differ[m]], 0)
                for m in range(3)
            ]
            wanted[name] += int(np.any(fits, 0).sum())
    found = {name: number for name, _, number in cross.misreadings()}
    assert {name: found[name] for name in wanted} == wanted


# Completions and draws


@settings(max_examples=20, deadline=None)
@given(polyominoes(3), RULE, st.data())
def test_completions_are_the_colourings_that_agree(shape: Shape, rule: str, data: st.DataObject) -> None:
    edges = len(shape.edges)
    partial = data.draw(st.lists(st.integers(-1, 2), min_size=edges, max_size=edges))
    agree = [x for x in cross.colourings(shape, 3, rule) if all(g in (-1, c) for g, c in zip(partial, x, strict=True))]
    assert cross.completions(shape, 3, rule, partial) == len(agree)
    assert sorted(cross.colourings(shape, 3, rule, partial)) == sorted(agree)


def test_colourings_come_one_by_one() -> None:
    """The first ten of 4.9 · 10^11, at once."""
    board = Shape.board(6, 6)
    first = list(islice(cross.colourings(board, 3, "adjacent"), 10))
    assert len(set(first)) == 10
    assert all(cross.valid(board, x, "adjacent") for x in first)


def chi_square(draws: np.ndarray, colourings: list[tuple[int, ...]]) -> float:
    """The p-value of the draws' counts under equal chances; a draw that is not among the colourings fails."""
    met = Counter(map(tuple, draws.tolist()))
    assert set(met) <= set(colourings)
    expected = len(draws) / len(colourings)
    return float(chi2.sf(sum((met[x] - expected) ** 2 for x in colourings) / expected, len(colourings) - 1))


def test_draws_are_uniform() -> None:
    rng = np.random.default_rng(9291)
    partial = [-1] * 16
    partial[0], partial[5], partial[11] = 0, 1, 1
    for shape, k, rule, fixed in (
        (CROSS, 3, "line", None), (CROSS, 3, "line", partial), (Shape.strip(2), 4, "line", None),
        (Shape.board(2, 2), 3, "adjacent", None),
    ):  # fmt: skip
        every = list(cross.colourings(shape, k, rule, fixed))
        draws = cross.sample(shape, k, rule, 5 * len(every), rng, fixed)
        assert chi_square(draws, every) > 1e-6


def test_draws_on_a_board() -> None:
    board = Shape.board(4, 4)
    draws = cross.sample(board, 3, "adjacent", 200, np.random.default_rng(1))
    assert all(cross.valid(board, x, "adjacent") for x in draws)
    again = cross.sample(board, 3, "adjacent", 200, np.random.default_rng(1))
    assert np.array_equal(draws, again)
    assert cross.sample(board, 3, "adjacent", 0, np.random.default_rng(1)).shape == (0, 40)


def test_draws_beyond_64_bits() -> None:
    strip = Shape.strip(40)
    draws = cross.sample(strip, 5, "adjacent", 50, np.random.default_rng(2))
    assert all(cross.valid(strip, x, "adjacent") for x in draws)
    assert len({tuple(x) for x in draws.tolist()}) == 50


# Up to symmetry


def orbits(shape: Shape, k: int, rule: str, colours: bool) -> int:
    """Classes by picking up each colouring's images; turns and mirrors act on the segments' end points."""
    places = {frozenset(map(tuple, end)): e for e, end in enumerate((2 * shape.segments).tolist())}
    width, height = 2 * shape.segments.reshape(-1, 2).max(0)
    squares = {(2 * c + 1.0, height - 2 * r - 1) for r, c in shape.squares}
    moves = []
    for swap, flip_x, flip_y in product((False, True), repeat=3):

        def moved(
            x: float, y: float, swap: bool = swap, flip_x: bool = flip_x, flip_y: bool = flip_y
        ) -> tuple[float, float]:
            x, y = (width - x if flip_x else x), (height - y if flip_y else y)
            return (y, x) if swap else (x, y)

        if {moved(*square) for square in squares} == squares:
            moves.append([places[frozenset(moved(*point) for point in edge)] for edge in places])
    assert len(moves) == len(cross.symmetries(shape))
    assert sorted(moves) == sorted(cross.symmetries(shape).tolist())
    left, classes = set(cross.colourings(shape, k, rule)), 0
    while left:
        x = left.pop()
        classes += 1
        for move, names in product(moves, permutations(range(k)) if colours else [range(k)]):
            image = [0] * len(x)
            for e, c in enumerate(x):
                image[move[e]] = names[c]
            left.discard(tuple(image))
    return classes


@pytest.mark.parametrize("colours", [True, False])
@pytest.mark.parametrize("rule", ["line", "adjacent"])
def test_burnside_against_orbits(rule: str, colours: bool) -> None:
    texts = ("#", "##", "##\n##", ".##\n##.", "##\n.#", "###\n.#.")
    for shape, k in [*((Shape.from_text(text), 3) for text in texts), (Shape.strip(1), 6), (Shape.strip(2), 4)]:
        assert cross.count_up_to_symmetry(shape, k, rule, colours) == orbits(shape, k, rule, colours)


def test_classes_of_the_cross() -> None:
    assert cross.count_up_to_symmetry() == orbits(CROSS, 3, "line", True) == 594
    assert cross.count_up_to_symmetry(colours=False) == orbits(CROSS, 3, "line", False) == 3402


def test_symmetries_keep_the_squares_not_only_the_edges() -> None:
    """A hole all of whose edges belong to its neighbours does not show in the edges."""
    holed = Shape.from_text("#####\n#.###\n#####")
    assert len(cross.symmetries(CROSS)) == 8
    assert len(cross.symmetries(Shape.board(2, 3))) == 4
    assert len(cross.symmetries(holed)) == 2


# Bad input


def wrong(value: Any) -> Any:
    """A value of a type that the signature does not allow."""
    return value


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Shape([]), "squares is empty"),
        (lambda: Shape([(0, 0), (1, 1)]), "disconnected"),
        (lambda: Shape(wrong([(0, 0.5)])), "column = 0.5"),
        (lambda: Shape([(True, 0)]), "row = True"),
        (lambda: Shape(wrong(7)), "squares = 7"),
        (lambda: Shape.cross(0), "arm = 0"),
        (lambda: Shape.board(2, -1), "columns = -1"),
        (lambda: Shape.from_text("#x"), "'x'"),
        (lambda: cross.count(wrong("cross")), "shape = 'cross'"),
        (lambda: cross.count(k=2), "k = 2"),
        (lambda: cross.count(k=wrong(3.0)), "k = 3.0"),
        (lambda: cross.count(k=31), "k = 31"),
        (lambda: cross.count(rule="corner"), "rule = 'corner' must be one of 'line', 'adjacent'"),
        (lambda: cross.count(method="magic"), "method = 'magic' must be one of 'auto', 'enumerate'"),
        (lambda: cross.count(Shape.strip(3), method="centre"), "needs a cross"),
        (lambda: cross.count(Shape.board(3, 3), method="enumerate"), "3\\^24 cases"),
        (lambda: cross.count(Shape.board(5, 5), 9), "bits"),
        (lambda: cross.count(Shape.cross(4), 9, "line", "transfer"), "fit in memory"),
        (lambda: cross.count(Shape.board(9, 9), rule="adjacent", method="contraction"), "entries"),
        (lambda: cross.completions(given=[-1] * 15), "given .* 16 colours"),
        (lambda: cross.completions(given=[3] + [-1] * 15), "given\\[0\\] = 3 must be a whole number from -1 to 2"),
        (lambda: cross.colourings(k=2), "k = 2"),
        (lambda: cross.valid(CROSS, [0] * 17), "16 colours"),
        (lambda: cross.valid(CROSS, [0] * 15 + [3], k=3), "colouring\\[15\\] = 3"),
        (lambda: cross.valid(CROSS, [0] * 15 + [wrong(math.nan)]), "colouring\\[15\\] = nan"),
        (lambda: cross.dominance(CROSS, wrong("x" * 16)), "colouring"),
        (lambda: cross.dominating((0, 1, 2)), "four edges"),
        (lambda: cross.sample(CROSS, 3, "line", -1, np.random.default_rng()), "size = -1"),
        (lambda: cross.sample(CROSS, 3, "line", 1, wrong(0)), "rng = 0"),
        (lambda: cross.sample(CROSS, 3, "line", 1, np.random.default_rng(), [0] * 16), "no valid completion"),
        (lambda: cross.count_up_to_symmetry(colours=wrong(1)), "colours = 1"),
        (lambda: cross.arm_ways(3, 0), "c = 3"),
        (lambda: cross.closed_form("lines"), "rule = 'lines'"),
        (lambda: cross.centre_cases(2), "k = 2"),
        (lambda: cross.cnf(CROSS, 3, "none"), "rule = 'none'"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()  # type: ignore[operator]
