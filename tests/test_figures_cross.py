"""The figures of 9291: each ``compute`` and ``react`` against facts that do not pass through it, and in a browser."""

import io
import itertools
import math
import re
from typing import Any

import lab
import numpy as np
import pytest
from PIL import Image

from blogtools.cross import CROSS, arm_ways, completions, count, dominance, valid
from blogtools.cross.costs import measured_costs
from blogtools.cross.misreadings import misreadings
from blogtools.figures import figure
from blogtools.figures.cross_counting import answers, cells, centres, costs, drawing, game, tree
from blogtools.live import Live

CENTRE_SQUARE = drawing.SQUARES.index("centre")


def plain(text: str) -> str:
    return text.replace("\u2009", "")


def coloured(shown: dict[str, Any], name: str) -> dict[tuple[float, ...], str]:
    """From what a pen shows: the colour of each edge, by its end points."""
    edges = shown[f"{name} edges"]
    return {
        tuple(np.round(segment, 6).ravel().tolist()): colour
        for segment, colour in zip(edges["data"], edges["color"], strict=True)
    }


def expected(segments: np.ndarray, colours: Any) -> dict[tuple[float, ...], str]:
    paint = [drawing.COLOURS[c] if c >= 0 else "#D9D9D9" for c in colours]
    return {tuple(np.round(s, 6).ravel().tolist()): c for s, c in zip(segments, paint, strict=True)}


# ---- drawing


def test_squares_of_the_cross_are_where_their_sides_are() -> None:
    for s, middle in enumerate(drawing.CENTRE):
        around = CROSS.segments[CROSS.sides[s]]
        assert around.reshape(-1, 2).mean(0).tolist() == middle.tolist()
        for side, segment in zip(drawing.sides_of(middle[None])[0], around, strict=True):
            assert sorted(side.tolist()) == sorted(segment.tolist())
    assert drawing.middles(CROSS.squares).tolist() == drawing.CENTRE.tolist()
    top, bottom = drawing.SQUARES.index("top"), drawing.SQUARES.index("bottom")
    assert drawing.CENTRE[top, 1] > drawing.CENTRE[bottom, 1]


def test_every_edge_has_a_name_of_its_own() -> None:
    names = drawing.edge_names()
    assert len(set(names)) == 16
    assert sorted(n for n in names if n.startswith("between")) == [
        "between centre and bottom", "between centre and right", "between left and centre", "between top and centre",
    ]  # fmt: skip
    for e, name in enumerate(names):
        if not name.startswith("between"):
            side, square = name.split(" of ")
            offset = CROSS.segments[e].mean(0) - drawing.CENTRE[drawing.SQUARES.index(square)]
            assert offset.tolist() == {"top": [0, 0.5], "right": [0.5, 0], "bottom": [0, -0.5], "left": [-0.5, 0]}[side]


def test_the_pen_shows_every_edge_and_square_once() -> None:
    colours = np.arange(16) % 4 - 1
    who = [0, 1, 2, drawing.UNDECIDED, drawing.WRONG]
    shown = drawing.Pen("p").show(CROSS.segments, colours, drawing.CENTRE, who, 50.0, [1, 4])
    assert coloured(shown, "p") == expected(CROSS.segments, colours)
    halfway = CROSS.segments.mean(1)
    for c in range(3):
        assert shown[f"p edge {c}"]["offsets"].tolist() == halfway[colours == c].tolist()
    for s, state in enumerate(who):
        assert shown[f"p square {state}"]["offsets"].tolist() == [drawing.CENTRE[s].tolist()]
    assert len(shown["p discs"]["offsets"]) == (colours >= 0).sum()
    assert [box.mean(0).tolist() for box in shown["p wrong"]["data"]] == drawing.CENTRE[[1, 4]].tolist()
    assert len(shown["p tints"]["data"]) == 3


def test_colours_and_letters_are_told_apart() -> None:
    assert len(set(drawing.COLOURS)) == len(set(drawing.LETTERS)) == len(set(drawing.WORDS)) == 5
    assert "#D55E00" not in drawing.COLOURS


# ---- 9291.fig1


def random_crosses(number: int, blank: float) -> list[list[int]]:
    rng = np.random.default_rng(9291)
    found = rng.integers(0, 3, (number, 16))
    return np.where(rng.uniform(size=found.shape) < blank, -1, found).tolist()


class TestGame:
    def shown(self, edges: Any, past: Any = ()) -> dict[str, Any]:
        return game.game_compute(np.asarray(edges), past)

    def test_it_begins_with_the_centre_of_fig3(self) -> None:
        last = game.START[-1]
        assert [last[e] for e in CROSS.sides[CENTRE_SQUARE]] == [0, 0, 1, 2]
        assert sum(c >= 0 for c in last) == 4
        assert "729 ways remain" in self.shown(last)["readout"]
        assert [sum(c >= 0 for c in state) for state in game.START] == [0, 1, 2, 3, 4]

    @pytest.mark.parametrize("blank", [0.0, 0.3, 0.7])
    def test_verdicts(self, blank: float) -> None:
        """Against brute force over the blank edges, and against ``valid``."""
        for colouring in random_crosses(60, blank):
            words, squares = game.troubles(colouring)
            shown = self.shown(colouring)
            assert shown["readout"].startswith("not valid") == bool(words)
            assert len(shown["cross wrong"]["data"]) == len(squares)
            assert coloured(shown, "cross") == expected(CROSS.segments, colouring)
            if blank == 0:
                assert valid(CROSS, colouring) == (not words)
            if words:
                assert game.ways_left(tuple(colouring)) == 0

    def test_conflicts_in_words(self) -> None:
        colouring = np.full(16, -1)
        colouring[CROSS.sides[drawing.SQUARES.index("left")]] = 0, 1, 0, 2
        colouring[CROSS.sides[drawing.SQUARES.index("right")]] = 0, 1, 2, 0
        assert game.troubles(colouring.tolist()) == (["left and right are both R"], [1, 3])
        colouring[CROSS.sides[drawing.SQUARES.index("top")]] = 0, 1, 0, 1
        assert game.troubles(colouring.tolist()) == (
            ["top: no colour dominates", "left and right are both R"],
            [0, 1, 3],
        )

    def test_a_dead_end_without_a_conflict_is_named(self) -> None:
        found = next(
            c for c in random_crosses(500, 0.45) if not game.troubles(c)[0] and not completions(CROSS, 3, "line", c)
        )
        shown = self.shown(found)
        assert "no way is left" in shown["readout"]
        assert len(shown["dead"]) == 1
        assert len(shown["here"]) == 0

    def test_a_whole_one_is_valid(self) -> None:
        edges = game.game_react(*self.pressed("random"))["edges"]
        assert self.shown(edges)["readout"] == "valid: one of the 27\u2009216 colourings"

    def test_the_line_is_the_number_of_completions(self) -> None:
        shown = self.shown(game.START[-1], game.START[:-1])
        by_hand = []
        for n in range(5):
            fixed = list(zip(CROSS.sides[CENTRE_SQUARE][:n].tolist(), (0, 0, 1, 2), strict=False))
            given = [dict(fixed).get(e, -1) for e in range(16)]
            by_hand.append((n, math.log10(completions(CROSS, 3, "line", given))))
        assert shown["path"] == pytest.approx(np.array(by_hand))
        assert shown["left"]["text"] == "729"

    def test_only_the_last_run_is_drawn(self) -> None:
        few, more = game.START[1], game.START[3]
        assert list(game._run((game.START[0], more, few, more))) == [few, more]
        assert list(game._run((few, few, more))) == [few, few, more]

    def pressed(self, *buttons: str, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        before: dict[str, Any] = {"edges": np.array(game.START[-1]), "past": game.START[:-1]}
        before |= dict.fromkeys(("undo", "clear", "complete", "random"), 0)
        after = before | {name: before[name] + buttons.count(name) for name in buttons} | changes
        return before, after

    def test_completing_keeps_what_is_there(self) -> None:
        seen = set()
        for seed in range(1, 30):
            before, after = self.pressed("complete", complete=seed)
            outcome = game.game_react(before, after)
            assert valid(CROSS, outcome["edges"])
            fixed = before["edges"] >= 0
            assert (outcome["edges"][fixed] == before["edges"][fixed]).all()
            assert outcome["past"] == game.START
            seen.add(tuple(outcome["edges"].tolist()))
        assert len(seen) > 20

    def test_what_cannot_be_completed_stays(self) -> None:
        dead = np.full(16, -1)
        dead[CROSS.sides[0]] = 0
        before, after = self.pressed("complete", edges=dead)
        outcome = game.game_react(before | {"edges": dead}, after)
        assert outcome["edges"].tolist() == dead.tolist()

    def test_random_forgets_what_was_there_and_differs(self) -> None:
        drawn = {tuple(game.game_react(*self.pressed("random", random=n))["edges"].tolist()) for n in range(1, 30)}
        assert len(drawn) == 29
        assert all(valid(CROSS, colouring) for colouring in drawn)
        assert any(colouring[4] != game.START[-1][4] for colouring in drawn)

    def test_undo_takes_back_one_step_a_press(self) -> None:
        before, after = self.pressed("undo", "undo")
        outcome = game.game_react(before, after)
        assert tuple(outcome["edges"].tolist()) == game.START[2]
        assert outcome["past"] == game.START[:2]
        everything = game.game_react(*self.pressed(*["undo"] * 9))
        assert (set(everything["edges"].tolist()), everything["past"]) == ({-1}, ())

    def test_clear_can_be_taken_back(self) -> None:
        live = figure("9291.fig1")
        live.set(clear=1)
        assert set(live.parameters["edges"].tolist()) == {-1}
        live.set(undo=1)
        assert tuple(live.parameters["edges"].tolist()) == game.START[-1]

    def test_memory_is_bounded(self) -> None:
        live = figure("9291.fig1")
        for n in range(1, 140):
            live.set(edges=np.full(16, n % 3 - 1))
        assert len(live.parameters["past"]) == game.STEPS


# ---- 9291.fig2


@pytest.mark.parametrize("shape", list(cells.SHAPES))
def test_cells_of_every_shape(shape: str) -> None:
    form = cells.SHAPES[shape]
    for k, (rule, told) in itertools.product((3, 4), cells.RULES.items()):
        ways = count(form, k, told)
        whole = cells.cells_compute(shape, k, rule, 0.0, 5)
        apart = cells.cells_compute(shape, k, rule, 1.0, 5)
        assert plain(whole["valid"]) == f"{ways}"
        assert whole["sum"] == f"4 · {len(form.squares)} − {len(form.neighbours)} = {len(form.edges)} edges"
        assert len(whole["cell edges"]["data"]) == 4 * len(form.squares)
        # Together, the two copies of a shared edge lie on each other and have one colour.
        assert len(coloured(whole, "cell")) == len(form.edges)
        assert len(coloured(apart, "cell")) == 4 * len(form.squares)
        assert len(apart["ties"]) == len(form.neighbours)
        assert whole["ties"] == []
        drawn = cells.drawn(shape, k, told, 0)[5]
        assert valid(form, drawn, told) == bool(ways)
        if not ways:
            assert "need" in whole["readout"]
            assert whole["share"] == "none"


def test_cells_lie_within_the_sheet_at_any_distance() -> None:
    for shape, apart in itertools.product(cells.SHAPES, (0.0, 0.4, 1.0)):
        shown = cells.cells_compute(shape, 3, next(iter(cells.RULES)), apart, 0)
        ends = np.array(shown["cell edges"]["data"]).reshape(-1, 2)
        assert (ends > (3.4, 0.15)).all()
        assert (ends < (cells.WIDTH - 0.15, cells.HEIGHT - 0.15)).all()


def test_letters_of_a_shared_edge_stand_as_one_until_there_is_room() -> None:
    options: dict[str, Any] = {"shape": "cross", "k": 3, "rule": next(iter(cells.RULES)), "draw": 0}
    near, far = (cells.cells_compute(apart=apart, **options)["cell discs"]["offsets"] for apart in (0.2, 0.6))
    assert len({tuple(np.round(place, 6)) for place in near.tolist()}) == 16
    assert len({tuple(np.round(place, 6)) for place in far.tolist()}) == 20


def test_another_colouring_is_another() -> None:
    options: dict[str, Any] = {"shape": "cross", "k": 3, "rule": next(iter(cells.RULES)), "apart": 0.0}
    seen = {tuple(coloured(cells.cells_compute(draw=n, **options), "cell").items()) for n in range(70)}
    assert len(seen) > 65


# ---- 9291.fig3 and fig4


def whole_inside(discs: dict[str, Any], right: float, top: float, left: float = 0.0) -> None:
    """Discs with their rims, on a sheet in inches."""
    radius = (math.sqrt(max(discs["sizes"])) + 1) / 2 / drawing.INCH
    assert (discs["offsets"] > (left + radius, radius)).all()
    assert (discs["offsets"] < (right - radius, top - radius)).all()


class TestCentres:
    def test_there_are_twice_as_many_adjacent_ones(self) -> None:
        assert len(centres.centres("adjacent")) == 24
        assert len(centres.centres("opposite")) == 12
        assert centres.centres("adjacent")[0] == (0, 0, 1, 2)
        assert centres.centres("opposite")[0] == (0, 1, 0, 2)

    @pytest.mark.parametrize(("arm", "shared", "wanted"), [*itertools.product(centres.TOWARDS, range(3), range(3))])
    def test_an_arm_has_three_or_six(self, arm: str, shared: int, wanted: int) -> None:
        options = centres.arm_options(arm, shared, wanted)
        assert len(set(options)) == len(options) == arm_ways(shared, wanted)

    @pytest.mark.parametrize("kind", ["adjacent", "opposite"])
    def test_every_centre_and_every_row(self, kind: str) -> None:
        each = {"adjacent": 729, "opposite": 810}[kind]
        for number, four in enumerate(centres.centres(kind), 1):
            given = np.full(16, -1)
            given[CROSS.sides[CENTRE_SQUARE]] = four
            assert completions(CROSS, 3, "line", given.tolist()) == each
            for draw, rows in enumerate(itertools.product([(1, 0), (0, 1)], repeat=2)):
                chosen = np.array(rows).ravel()
                shown = centres.centres_compute(kind, number, chosen, draw)
                painted = coloured(shown, "cross")
                paint = {tuple(np.round(s * centres.UNIT + centres.CORNER, 6).ravel().tolist()): e
                         for e, s in enumerate(CROSS.segments)}  # fmt: skip
                colouring = [0] * 16
                for place, colour in painted.items():
                    colouring[paint[place]] = drawing.COLOURS.index(colour)
                assert valid(CROSS, colouring)
                assert [colouring[e] for e in CROSS.sides[CENTRE_SQUARE]] == list(four)
                dominating = dominance(CROSS, colouring)
                for axis, row in enumerate(np.flatnonzero(chosen)):
                    for line, arm in zip(shown[f"who {row}"].split("\n"), centres.ARMS[axis], strict=True):
                        who = dominating[drawing.SQUARES.index(arm)]
                        assert who is not None
                        assert line == f"{arm} {drawing.LETTERS[who]}"
                assert len(shown["rings"]) == 4
                assert f"= {each} colourings" in shown["readout"]

    def test_the_small_squares_are_all_the_arms(self) -> None:
        for kind, numbers in (("adjacent", [9, 18, 9, 18]), ("opposite", [9, 9, 9, 36])):
            shown = centres.centres_compute(kind, 1, np.array([0, 1, 0, 1]), 0)
            products = [re.fullmatch(r"(\d) × (\d) = (\d+)", shown[f"times {r}"]) for r in range(4)]
            found = [[int(number) for number in match.groups()] for match in products if match]
            assert [one * other for one, other, _ in found] == [whole for _, _, whole in found] == numbers
            assert len(shown["small"]["data"]) == 4 * sum(one + other for one, other, _ in found)
            assert len(shown["small"]["color"]) == len(shown["small"]["linewidths"]) == len(shown["small"]["data"])
        assert shown["sum 0"] == "top and bottom: 9 + 9 = 18"
        assert shown["sum 1"] == "left and right: 9 + 36 = 45"
        assert plain(shown["readout"]).endswith("all 12 centres: 9720")

    def test_no_two_small_squares_touch(self) -> None:
        for kind in centres.KINDS:
            segments = np.array(centres.centres_compute(kind, 1, np.array([1, 0, 1, 0]), 0)["small"]["data"])
            middles = segments.reshape(-1, 8, 2).mean(1)
            gaps = np.abs(middles[:, None] - middles).max(-1) + 9 * np.eye(len(middles))
            assert gaps.min() > centres.SMALL + 0.1
            assert (segments > (centres.GROUPS[0] - 0.1, 0.05)).all()

    def test_one_choice_for_each_axis(self) -> None:
        live = figure("9291.fig3")
        assert live.parameters["rows"].tolist() == [0, 1, 0, 1]
        for clicked, after in (
            ([1, 1, 0, 1], [1, 0, 0, 1]),
            ([1, 0, 0, 0], [1, 0, 1, 0]),
            ([0, 0, 1, 0], [0, 1, 1, 0]),
        ):
            live.set(rows=clicked)
            assert live.parameters["rows"].tolist() == after

    @pytest.mark.parametrize("kind", ["adjacent", "opposite"])
    def test_the_discs_of_the_letters_are_whole(self, kind: str) -> None:
        discs = centres.centres_compute(kind, 1, np.array([0, 1, 0, 1]), 0)["cross discs"]
        assert len(discs["offsets"]) == 16
        whole_inside(discs, 4.15, centres.HEIGHT)

    def test_another_example_is_another(self) -> None:
        rows = np.array([0, 1, 0, 1])
        pictures = {tuple(coloured(centres.centres_compute("adjacent", 1, rows, n), "cross").items()) for n in range(9)}
        assert len(pictures) > 5


# ---- 9291.cases


class TestTree:
    def test_the_discs_of_the_letters_are_whole_and_beside_the_tree(self) -> None:
        boxes_end = tree.COLUMNS[3] + tree.HALF[3][0]
        for chosen in range(len(tree.nodes())):
            shown = tree.tree_compute(np.ones(len(tree.nodes())), chosen)
            whole_inside(shown["example discs"], tree.WIDTH, tree.HEIGHT, boxes_end)

    def test_the_numbers_are_those_of_the_post(self) -> None:
        by_depth = [[node.number for node in tree.nodes() if node.depth == depth] for depth in range(4)]
        assert by_depth == [[27216], [17496, 9720], [27, 27, 18, 45], [9, 18, 9, 18, 9, 9, 9, 36]]
        assert tree.nodes()[0].title == "36 = 24 + 12 centres"

    def test_what_is_written_is_true(self) -> None:
        for node in tree.nodes():
            parts = [int(number) for number in re.findall(r"\d+", plain(node.sum))]
            assert (sum if "+" in node.sum else math.prod)(parts) == node.number

    def test_children_make_their_parent(self) -> None:
        nodes = tree.nodes()
        for i, node in enumerate(nodes):
            children = [child for child in nodes[1:] if nodes[child.parent] is node]
            assert [child.depth for child in children] == [node.depth + 1] * 2 * (node.depth < 3)
            if node.depth in (0, 2):
                assert sum(child.number for child in children) == node.number
            if node.depth == 1:
                assert node.number % math.prod(child.number for child in children) == 0
            assert i == 0 or node.parent < i

    def test_examples_are_completed_as_often_as_is_said(self) -> None:
        nodes = tree.nodes()
        assert valid(CROSS, nodes[0].example)
        assert [node.example[e] for node in nodes for e in CROSS.sides[CENTRE_SQUARE]] == [
            *[0, 0, 1, 2] * 8, *[0, 1, 0, 2] * 7,
        ]  # fmt: skip
        for node in nodes[1:]:
            ways = completions(CROSS, 3, "line", node.example)
            if node.depth == 1:
                assert ways * (24 if node.title == "adjacent" else 12) == node.number
            if node.depth == 3:
                kind = nodes[nodes[node.parent].parent]
                lines = [n.number for n in nodes if n.depth == 2 and nodes[n.parent] is kind]
                lines.remove(nodes[node.parent].number)
                assert ways == lines[0]
                assert drawing.UNNAMED in node.who
            dominating = dominance(CROSS, node.example)
            assert [w for w in node.who if w >= 0] == [w for w in dominating if w is not None]

    def test_boxes_do_not_touch(self) -> None:
        boxes = [tree._box(node) for node in tree.nodes()]
        for one, other in itertools.combinations(boxes, 2):
            apart = np.maximum(one.min(0) - other.max(0), other.min(0) - one.max(0))
            assert apart.max() > 0.05
        assert np.min(boxes) > 0.05
        assert max(box[:, 0].max() for box in boxes) < tree.CORNER[0] - 0.1

    def test_covered_nodes_keep_their_secret(self) -> None:
        shown = tree.tree_compute(np.zeros(15, int), 3)
        texts = [shown[f"node {i}"] for i in range(15)]
        assert all("?" in text and not re.search(r"\d", text) for text in texts)
        assert not re.search(r"\d", shown["readout"])
        assert shown["rest"] == "15 covered"
        assert set(coloured(shown, "example").values()) == {"#D9D9D9"}
        whole = tree.tree_compute(np.ones(15, int), 0)
        assert "27\u2009216" in whole["node 0"]
        assert whole["rest"] == "all open"

    def test_clicks(self) -> None:
        live = figure("9291.cases")
        opened = live.parameters["opened"]
        assert opened.tolist() == [1] * 8 + [0] * 7
        hidden = opened.copy()
        hidden[9] = 1
        live.set(opened=hidden)
        assert live.parameters["opened"][9] == 1
        assert live.parameters["chosen"] == 9
        elsewhere = live.parameters["opened"].copy()
        elsewhere[2] = 0
        live.set(opened=elsewhere)
        assert live.parameters["opened"][2] == 1
        assert live.parameters["chosen"] == 2
        live.set(opened=elsewhere)
        assert live.parameters["opened"][2] == 0
        assert live.readout.startswith("covered")
        live.set(all=1)
        assert live.parameters["opened"].tolist() == [1] * 15
        live.set(none=1)
        assert live.parameters["opened"].tolist() == [0] * 15


# ---- 9291.answers


class TestAnswers:
    def test_every_row_of_the_package_is_in_one_group(self) -> None:
        stated, *others = misreadings()
        shown = [row for group in answers.GROUPS for row in answers.rows(group)[1:]]
        assert sorted(shown) == sorted(others)
        assert all(answers.rows(group)[0] == stated for group in answers.GROUPS)
        assert max(len(answers.rows(group)) for group in answers.GROUPS) == answers.ROWS

    @pytest.mark.parametrize("group", answers.GROUPS)
    def test_dots_and_numbers(self, group: str) -> None:
        shown = answers.answers_compute(group, np.eye(13, dtype=int)[0])
        dots = sorted([*shown["known"].tolist(), *shown["guess"].tolist()], key=lambda dot: -dot[1])
        written = [int(plain(shown[f"number {i}"]["text"])) for i in range(13) if shown[f"number {i}"]["text"]]
        assert len(dots) == len(written) == len(answers.rows(group))
        assert [round(10 ** dot[0]) for dot in dots] == pytest.approx(written)
        assert written[0] == 27216
        assert written[1:] == sorted(written[1:])
        assert all(answers.LOW < dot[0] < answers.HIGH for dot in dots)
        assert [round(10 ** dot[0]) for dot in shown["guess"].tolist()] == [n for n in written if n == 54432]

    def test_no_reading_gives_the_larger_number_and_slips_do(self) -> None:
        readings, slips = (len(answers.answers_compute(g, np.eye(13, dtype=int)[0])["guess"]) for g in answers.GROUPS)
        assert readings == 0
        assert slips >= 2

    def test_what_is_known_and_what_a_guess(self) -> None:
        for group in answers.GROUPS:
            for row in answers.rows(group):
                said = answers.status(row)
                assert ("guess" in said) == (row.number == 54432)
                assert said.startswith("known")
        assert "as it stands" in answers.status(misreadings()[0])

    def test_one_row_is_picked(self) -> None:
        live = figure("9291.answers")
        assert live.readout.startswith("72 centres")
        picked = live.parameters["picked"]
        picked[2] = 1
        live.set(picked=picked)
        assert np.flatnonzero(live.parameters["picked"]).tolist() == [2]
        picked = live.parameters["picked"]
        picked[12] = 1
        live.set(picked=picked)
        assert np.flatnonzero(live.parameters["picked"]).tolist() == [2], "there is no such row in this group"
        live.set(picked=np.zeros(13, int))
        assert np.flatnonzero(live.parameters["picked"]).tolist() == [2]
        live.set(group=answers.GROUPS[0])
        live.set(picked=np.eye(13, dtype=int)[12] + live.parameters["picked"])
        assert live.readout.startswith("five squares apart")
        live.set(group=answers.GROUPS[1])
        assert np.flatnonzero(live.parameters["picked"]).tolist() == [len(answers.rows(answers.GROUPS[1])) - 1]


# ---- 9291.costs


class TestCosts:
    def test_points_are_those_of_the_measurement(self) -> None:
        by_hand = {
            r["edges"]: r["seconds"]
            for r in measured_costs()
            if (r["family"], r["k"], r["rule"], r["method"]) == ("board", 3, "adjacent", "transfer") and "seconds" in r
        }
        assert dict(costs.curve("boards n × n", "transfer").tolist()) == by_hand
        shown = costs.costs_compute("boards n × n", 1.0)
        assert 10 ** shown["transfer"][:, 0] == pytest.approx(sorted(by_hand))
        within = max(edges for edges, seconds in by_hand.items() if seconds <= 1.0)
        assert f"transfer {within}" in shown["readout"]

    def test_every_view_has_its_methods(self) -> None:
        for view in costs.VIEWS:
            shown = costs.costs_compute(view, 0.1)
            named = [m for m in costs.METHODS if shown[f"name {m}"]["text"]]
            assert ("centre" in named) == ("cross" in view)
            assert {"enumerate", "contraction", "transfer"} <= set(named)
            assert all((np.diff(shown[m][:, 0]) > 0).all() for m in named)
            right = [shown[f"name {m}"]["position"] for m in named if m != "enumerate"]
            heights = sorted(math.log10(y) for x, y in right if x == max(x for x, _ in right))
            assert len(heights) < 2 or min(np.diff(heights)) > 0.499

    def test_a_name_ends_left_of_the_cross_that_ends_its_line(self) -> None:
        shown = costs.costs_compute("boards n × n", 0.1)
        low, high = shown["pane"]["xlim"]
        assert shown["name contraction"]["ha"] == "right"
        assert shown["stopped"][0, 0] - shown["name contraction"]["position"][0] > 0.012 * (high - low)

    def test_brute_force_at_the_measured_pace(self) -> None:
        for view in costs.VIEWS:
            for (size, seconds), row in zip(costs.brute(view), costs.rows(view, "enumerate"), strict=True):
                assert size == row[costs.VIEWS[view].against]
                assert seconds * costs.speed() == pytest.approx(float(row["k"]) ** row["edges"])
        largest = [r for r in measured_costs() if r["method"] == "enumerate" and r["edges"] == 16 and "seconds" in r]
        assert 3**16 / max(r["seconds"] for r in largest) * 0.99 < costs.speed()
        assert costs.speed() < 3**16 / min(r["seconds"] for r in largest) * 1.01

    def test_what_is_refused_is_marked(self) -> None:
        assert 10 ** costs.costs_compute("boards n × n", 1.0)["stopped"][:, 0] == pytest.approx([60])
        assert len(costs.costs_compute("strips", 1.0)["stopped"]) == 0

    def test_durations_in_words(self) -> None:
        assert [costs.duration(s) for s in (0.001, 59.0, 60.0, 5400.0, 86400.0, 3.15576e7, 3.15576e17)] == [
            "0.001 s", "59 s", "1 minutes", "1.5 hours", "1 days", "1 years", "10^10 years",
        ]  # fmt: skip


# ---- in a browser


def middle_of_edge(shown: lab.InPage, name: str) -> tuple[float, float]:
    box = shown.page.get_by_role("button", name=re.compile(f"^{name}:")).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def ink(shown: lab.InPage, x: float, y: float) -> tuple[int, ...]:
    """Colour of the canvas at a place of the page."""
    return tuple(
        shown.page.evaluate(
            """([x, y]) => {
              const canvas = document.querySelector("canvas"), box = canvas.getBoundingClientRect();
              const scale = canvas.width / box.width;
              const at = [Math.round((x - box.left) * scale), Math.round((y - box.top) * scale)];
              return Array.from(canvas.getContext("2d").getImageData(...at, 1, 1).data).slice(0, 3);
            }""",
            [x, y],
        )
    )


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def test_the_game_is_played_in_the_page(show: lab.Show) -> None:
    live = figure("9291.fig1")
    shown = show(live)
    x, y = middle_of_edge(shown, "top of left")
    # A third along the edge, beside its letter.
    for colour in (*drawing.COLOURS[:3], "#D9D9D9"):
        shown.page.mouse.click(x + 18, y)
        shown.page.wait_for_timeout(200)
        assert ink(shown, x + 26, y) == rgb(colour)
    readout = shown.page.locator(".readout")
    assert plain(readout.inner_text()) == "4 of 16 edges coloured: 729 ways remain to complete it"
    press = {b.inner_text(): b for b in shown.page.locator(".row.button button").all()}
    press["complete it for me"].click()
    shown.page.wait_for_timeout(200)
    assert plain(readout.inner_text()) == "valid: one of the 27216 colourings"
    press["undo"].click()
    press["undo"].click()
    shown.page.wait_for_timeout(300)
    assert "15" not in readout.inner_text()
    assert live.parameters["edges"][drawing.edge_names().index("top of left")] == 2
    press["clear"].click()
    press["random valid colouring"].click()
    shown.page.wait_for_timeout(300)
    assert "valid" in readout.inner_text()
    assert lab.mean_difference(shown.pixels(), live.still()) < 1
    assert not live.errors


def coarse(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB").reduce(16), float)


@pytest.mark.parametrize("name", ["9291.fig2", "9291.fig3", "9291.fig4", "9291.cases", "9291.answers", "9291.costs"])
def test_the_page_shows_the_still(show: lab.Show, name: str) -> None:
    live: Live = figure(name)
    shown = show(live, width=1100)
    for mark in shown.page.locator(".pick").all()[:3]:
        lab.click_place(shown.page, mark)
        shown.page.wait_for_timeout(150)
    # Seen from far, so that the rims of letters, which a canvas draws otherwise, do not count.
    page, still, bare = (coarse(png) for png in (shown.pixels(), live.still(), live.widget.background))
    page, still, bare = page[:-1], still[: len(page) - 1], bare[:-1]
    assert np.abs(page - still).max() < 60
    assert np.abs(bare - still).max() > 180
    assert not live.errors
