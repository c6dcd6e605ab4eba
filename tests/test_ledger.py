"""The ledger itself: what holds, what falls and why, mutants, seeds, false alarms, reports, notebook views."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import ledger_sound
import ledger_unsound
import numpy as np
import pytest
import sympy as sp
from scipy import stats

from blogtools.ledger import (
    Entry,
    Exact,
    Experiment,
    Law,
    Numeric,
    Open,
    Slope,
    Symbolic,
    algebra,
    automatic_mutants,
    counts,
    entries,
    expected_counts,
    get,
    notebook,
    show,
    summary,
    verdict_on,
    verify,
)
from blogtools.ledger.check import FAMILY_LEVEL, generator, level_of, try_mutant
from blogtools.ledger.report import write_whole
from blogtools.ledger.runner import run_entries

x, T = sp.symbols("x T", positive=True)
d, n = sp.symbols("d n", integer=True, positive=True)
y = sp.symbols("y", real=True)

SOUND, UNSOUND = "ledger_sound", "ledger_unsound"


def lone(*evidence, **settings) -> Entry:
    """An entry around some evidence."""
    return Entry(id="9305.eq1", kind="identity", latex="", says="a test", evidence=evidence, **settings)


def outcome_of(evidence, statement=None, seed=0, level=1e-6):
    """What a piece of evidence finds about a statement."""
    return evidence.run(evidence.statement if statement is None else statement, np.random.default_rng(seed), level)


# --- the small sound ledger ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sound_run(tmp_path_factory) -> tuple[int, str, Path]:
    """One full run of the sound ledger with its table and reports."""
    folder, out = tmp_path_factory.mktemp("reports"), io.StringIO()
    status = verify(
        mutants=True,
        source=SOUND,
        stream=out,
        json_path=folder / "report.json",
        html_path=folder / "report.html",
    )
    return status, out.getvalue(), folder


def test_everything_sound_holds_and_every_mutant_dies(sound_run):
    status, table, folder = sound_run
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert status == 0 == report["status"], table
    verdicts = {e["id"]: e["verdict"] for e in report["entries"]}
    assert verdicts == {
        "9305.eq1": "proved",
        "9305.eq2": "proved",
        "9305.eq3": "proved",
        "9305.eq4": "supported",
        "9305.eq5": "supported",
        "9305.eq6": "supported",
        "9305.eq7": "supported",
        "9305.eq8": "supported",
        "9305.eq9": "refuted",
        "9305.eq9.corrected": "proved",
        "9305.claim10": "open",
    }
    for entry in report["entries"]:
        if entry["verdict"] != "open":
            assert {m["status"] for m in entry["mutants"]} >= {"killed"}
            assert not [m for m in entry["mutants"] if m["status"] == "survived"]


def test_table_names_every_entry_once_with_its_verdict_and_numbers(sound_run):
    _, table, _ = sound_run
    for entry in ledger_sound.ENTRIES:
        rows = [row for row in table.splitlines() if row.startswith(entry.id + " ") and entry.kind in row]
        assert len(rows) == 1, entry.id
    assert re.search(r"9305\.eq4 .* supported  .*e-\d+ ≤ 1e-30 ", table)
    assert re.search(r"9305\.eq7 .* p = 0?\.?\d", table)
    assert "9305.claim10 is open: It needs eight days of a GPU. To settle it: Train the released" in table
    assert "9305.eq9 does not hold as printed or read; the right form is 9305.eq9.corrected" in table
    assert "4 proved, 4 supported, 1 refuted, 1 open" not in table.splitlines()[0]
    assert re.search(r"11 entries: 4 proved, 5 supported, 1 refuted, 1 open · (\d+) of \1 mutants refuted", table)


def test_json_report_is_complete_and_counts_read_from_it(sound_run):
    _, _, folder = sound_run
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    expected = {"proved": 4, "supported": 5, "refuted": 1, "open": 1, "falls": 0}
    assert report["counts"] == expected == counts(folder / "report.json") == counts(report, post="9305")
    assert sum(counts(report, post="9271").values()) == 0
    law = next(e for e in report["entries"] if e["id"] == "9305.eq7")
    assert [e["kind"] for e in law["evidence"]] == ["law", "law", "law"]
    assert all(0 <= e["p_value"] <= 1 and e["tolerance"] == report["level"] for e in law["evidence"])
    assert law["latex"] == r"g/|h|\sim\mathrm{Cauchy}"
    with pytest.raises(ValueError, match="schema 0"):
        counts({"schema": 0, "entries": []})


def test_page_stands_alone_and_says_the_verdicts_in_words(sound_run):
    _, _, folder = sound_run
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"https?:|<script|<link|src=", page)
    for entry in ledger_sound.ENTRIES:
        assert f'<tr id="{entry.id}">' in page
    assert ">refuted</td>" in page
    assert r"<code>\sin^2 y = 1-\cos^2 y</code>" in page
    assert not list(folder.glob("*.html.*")), "a temporary file is left behind"


# --- the small unsound ledger -------------------------------------------------------------------------------------

REASONS = {
    "same-callable": "both sides are the same code",
    "same-partial": "both sides are the same code",
    "same-lambda": "both sides are the same code",
    "same-inside": r"both sides run ledger_unsound\.square; write one side independently",
    "shares-unsaid": "a function is shared without a reason",
    "same-expression": "both sides are the same code.*unevaluated",
    "no-witness": "no witness",
    "no-witness-drawn": "no witness",
    "no-witness-symbolic": "no witness",
    "no-witness-law": "no witness",
    "two-steps": "no witness: a slope needs three steps",
    "two-seeds": "no witness: an interval needs three seeds",
    "empty-sample": r"sample of shape \(0,\)",
    "raises": "raises ZeroDivisionError: nothing at 1",
    "times-out": "timed out after 1 s",
    "dies": "process died with exit code 7",
    "nan": "the statement has no finite value",
    "nan-both": "the other side is not finite",
    "nan-sample": "NaN",
    "shapes": r"shapes \(3,\) and \(\) do not match",
    "float": "not exact",
    "differs": "differ at 1",
    "unknown": "unknown: sympy does not reduce",
    "no-evidence": "no evidence, and not declared open",
    "no-mutant": "no mutant: nothing shows that the check can fail",
    "mutant-survives": "mutant 'unseen' passes the check",
    "mutant-raises": "mutant 'broken' is not refuted: raises ZeroDivisionError",
    "mutant-times-out": "mutant 'sleepy' is not refuted: timed out after 1 s",
    "mutant-is-other-side": "mutant 'square' is not refuted: void",
    "excuses-nothing": "excused mutants that do not exist: none",
    "erratum-holds": "the printed form holds, so it is no erratum",
    "erratum-amended-fails": "the amended form: differs",
    "erratum-not-amended": "an erratum, and only an erratum, carries an amended form",
}


@pytest.fixture(scope="module")
def unsound_run() -> tuple[int, str]:
    """One full run of the unsound ledger."""
    out = io.StringIO()
    return verify(mutants=True, jobs=2, source=UNSOUND, stream=out), out.getvalue()


def test_each_unsound_entry_has_its_reason():
    assert {e.id.removeprefix("bad.") for e in ledger_unsound.ENTRIES} == {"right", *REASONS}


@pytest.mark.parametrize("name", REASONS)
def test_unsound_entry_falls_with_a_clear_message(name, unsound_run):
    _, table = unsound_run
    assert re.search(rf"^bad\.{name} falls: .*{REASONS[name]}", table, re.MULTILINE), table


def test_unsound_run_fails_and_leaves_the_sound_entry_alone(unsound_run):
    status, table = unsound_run
    assert status == 1
    assert re.search(r"^bad\.right +identity +supported", table, re.MULTILINE)
    assert "1 supported, 33 fall" in table


def test_mutants_are_not_run_unless_asked_for():
    out = io.StringIO()
    assert verify(["bad.mutant-survives"], source=UNSOUND, stream=out) == 0
    assert verify(["bad.no-mutant"], source=UNSOUND, stream=out) == 1


def test_expected_counts_need_no_run():
    expected = {"proved": 4, "supported": 5, "refuted": 1, "open": 1, "falls": 0}
    assert expected_counts("9305", SOUND) == expected == expected_counts(source=SOUND)
    assert sum(expected_counts("9271", SOUND).values()) == 0


# --- arguments ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ids": ["9305.eq44"]}, "'9305.eq44' is not in the ledger; near: 9305.eq4"),
        ({"post": "9303"}, "'9303' is not a post; near: .*9305"),
        ({"kind": "laws"}, "'laws' is not a kind; near: law"),
        ({"post": "9271"}, "no entry of the ledger is selected"),
        ({"seed": -1}, "seed = -1 is neither"),
        ({"seed": "dice"}, "seed = 'dice' is neither"),
        ({"jobs": 0}, "jobs = 0 is not a positive number"),
        ({"json_path": "no/such/folder/report.json"}, "folder that does not exist"),
    ],
)
def test_wrong_argument_is_status_2(arguments, message):
    out = io.StringIO()
    assert verify(source=SOUND, stream=out, **arguments) == 2
    assert re.search(message, out.getvalue())


def test_random_seed_is_told_and_repeats():
    out = io.StringIO()
    assert verify(["9305.eq7"], seed="random", source=SOUND, stream=out) == 0
    drawn = re.search(r"seed (\d+)", out.getvalue()).group(1)
    again = io.StringIO()
    assert verify(["9305.eq7"], seed=drawn, source=SOUND, stream=again) == 0
    p_value = r"p = \S+"
    assert re.search(p_value, out.getvalue()).group() == re.search(p_value, again.getvalue()).group()


def test_get_names_near_ids():
    assert get("9305.eq4", SOUND).says == "area of the unit sphere"
    with pytest.raises(ValueError, match=r"near: 9305\.eq4"):
        get("9305.eq44", SOUND)


def test_two_entries_with_one_id_are_refused(tmp_path, monkeypatch):
    (tmp_path / "ledger_twice.py").write_text("from ledger_sound import ENTRIES as one\nENTRIES = [*one, one[0]]\n")
    (tmp_path / "ledger_dangling.py").write_text(
        "from ledger_sound import ENTRIES as one\nENTRIES = [e for e in one if e.id != '9305.eq9.corrected']\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    out = io.StringIO()
    assert verify(source="ledger_twice", stream=out) == 1
    assert "'9305.eq1' is borne by two entries" in out.getvalue()
    with pytest.raises(ValueError, match=r"9305\.eq9: corrected_by = '.*corrected' is not the id of a right"):
        entries("ledger_dangling")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"id": "eq4"}, "id = 'eq4'"),
        ({"kind": "theorem"}, "kind = 'theorem' is not one of identity"),
        ({"says": ""}, "says = ''"),
        ({"timeout": 0}, "timeout = 0"),
        ({"open": Open("a", "b"), "evidence": (ledger_sound.ENTRIES[0].evidence)}, "an open claim has none"),
    ],
)
def test_entry_that_cannot_be_meant(settings, message):
    plain = {"id": "9305.eq4", "kind": "identity", "latex": "", "says": "a test"}
    with pytest.raises(ValueError, match=message):
        Entry(**(plain | settings))


def test_open_says_why_and_what_would_settle_it():
    with pytest.raises(ValueError, match="settled_by = ''"):
        Open("no time", "")


# --- kinds of evidence ----------------------------------------------------------------------------------------------


def test_symbolic_puts_witnesses_in_and_takes_matrices():
    sums = Symbolic(
        statement=n * (n + 1) / 2, against=sp.Sum(sp.Symbol("k"), (sp.Symbol("k"), 1, n)), witnesses=({"n": 7}, {})
    )
    assert outcome_of(sums).holds
    assert outcome_of(sums, n * (n - 1) / 2).refuted
    turn = sp.ImmutableMatrix([[sp.cos(y), -sp.sin(y)], [sp.sin(y), sp.cos(y)]])
    rotation = Symbolic(statement=sp.simplify(turn.T), against=turn.inv(method="ADJ"))
    assert outcome_of(rotation).holds
    assert outcome_of(rotation, turn).refuted
    assert outcome_of(rotation, sp.ImmutableMatrix([1, 2])).refuted


def test_symbolic_up_to_scale_keeps_sign_and_names():
    field = Symbolic(
        statement=x * (x**2 + T**2) ** (-(d + 1) / 2),
        against=-sp.Derivative((x**2 + T**2) ** ((1 - d) / 2), x) * T,
        up_to_scale=("x",),
    )
    assert outcome_of(field).holds
    assert outcome_of(field, -field.statement).refuted
    assert outcome_of(field, field.statement * x).refuted
    number = Symbolic(statement=3 * sp.sin(y) ** 2, against=1 - sp.cos(y) ** 2, up_to_scale=True)
    assert outcome_of(number).holds
    assert outcome_of(number, y**2 * sp.sin(y) ** 2).refuted


@pytest.mark.parametrize(
    ("statement", "against"),
    [
        (sp.sin(y) ** 2 + sp.cos(y) ** 2 - 1, 0),
        ((x**2 - T**2) / (x - T), x + T),
        (1 / (d - 1) - 1 / (d + 1), 2 / (d**2 - 1)),
        (sp.Derivative(x ** (d - 1) * sp.Derivative(x ** (2 - d), x), x), 0),
        ((y - 1) ** 2 * sp.exp(x * (y - 1)), sp.Derivative(sp.Derivative(sp.exp(x * (y - 1)), x), x)),
        (sp.Matrix([2 * x, 2 * T]), sp.Matrix([sp.Derivative(x**2 + T**2, v) for v in (x, T)])),
    ],
    ids=[
        "zero by cancellation",
        "removable singularity",
        "pole on both sides",
        "second derivative",
        "two derivatives",
        "matrix",
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_symbolic_proves_what_looks_different_at_some_points(statement, against, seed):
    found = outcome_of(Symbolic(statement=statement, against=against), seed=seed)
    assert found.holds, found.detail


def test_point_where_an_inner_derivative_is_zero_is_passed_over():
    twice = sp.Derivative(T * sp.Derivative(sp.exp(x * (y - 1)), x), x)
    assert algebra.value_at(twice, {x: sp.Integer(2), y: sp.Integer(1), T: sp.Integer(3)}) is None


@pytest.mark.parametrize("wrong", [1 / (x - 1), sp.Integral(x, (x, 0, sp.oo)), sp.Integral(1 / x, (x, 0, 1))])
def test_symbolic_refutes_what_is_infinite(wrong):
    at_one = Symbolic(statement=x, against=sp.Derivative(x**2 / 2, x), witnesses=({"x": 1},))
    assert outcome_of(at_one).holds
    assert "no finite value" in outcome_of(at_one, wrong).detail
    assert outcome_of(at_one, wrong).refuted


def test_exact_takes_what_is_exact():
    table = Exact(statement=lambda k: [(k, {1, 2})], against=lambda k: ((k, frozenset({2, 1})),), witnesses=(1, 2))
    assert outcome_of(table).holds
    halves = Exact(statement=n / 2, against=lambda n: sp.Rational(n, 2), witnesses=({"n": 3},))
    assert outcome_of(halves).holds
    assert outcome_of(halves, n / 3).refuted
    integers = Exact(statement=np.arange, against=lambda k: list(range(k)), witnesses=(3,))
    assert outcome_of(integers).holds


def test_numeric_tolerances_are_those_of_its_formula():
    near = Numeric(statement=lambda v: v + 1e-4, against=lambda v: 1.0 * v, witnesses=(0.0, 10.0), rtol=1e-5, atol=1e-4)
    assert outcome_of(near).holds
    beyond = outcome_of(near, lambda v: v + 2.1e-4)
    assert beyond.refuted
    assert beyond.error == pytest.approx(2.1e-4 / 10)
    only = Numeric(statement=lambda v: v + 1e-4, against=lambda v: 1.0 * v, witnesses=(0.0,), rtol=0.0, atol=1.1e-4)
    assert outcome_of(only).holds
    assert outcome_of(only).error == pytest.approx(1e-4)


def test_numeric_works_at_the_digits_asked_for():
    third = Numeric(statement=1 / (x + 2), against=lambda x: sp.Rational(1, 3), witnesses=({"x": 1},), rtol=1e-45)
    assert outcome_of(third).holds
    assert outcome_of(third, 1 / (x + 2) + sp.Rational(1, 10**40)).refuted


def test_numeric_draws_its_witnesses_from_the_seed():
    drawn: list[float] = []

    def noted(v: float) -> float:
        drawn.append(v)
        return v * v

    random = Numeric(statement=noted, against=lambda v: v**2, witnesses=lambda rng: rng.uniform(size=3))
    for seed in (1, 1, 2):
        assert outcome_of(random, seed=seed).holds
    assert drawn[:3] == drawn[3:6] != drawn[6:]


def test_numeric_takes_tensors():
    torch = pytest.importorskip("torch")
    same = Numeric(statement=lambda v: torch.tensor(v).exp(), against=np.exp, witnesses=([0.0, 1.0],), rtol=1e-6)
    assert outcome_of(same).holds


def test_numeric_expression_at_a_pole_is_refuted_not_undecided():
    pole = Numeric(statement=1 / (x + 1), against=lambda x: 1 / (1 + x), witnesses=({"x": 1},))
    assert outcome_of(pole).holds
    assert outcome_of(pole, 1 / (x - 1)).refuted


def test_numeric_scale_is_positive_and_needs_two_values():
    row = Numeric(statement=lambda v: 3 * v, against=lambda v: 1.0 * v, witnesses=(np.arange(1, 4),), up_to_scale=True)
    assert outcome_of(row).holds
    assert outcome_of(row, lambda v: -3 * v).refuted
    assert outcome_of(row, lambda v: 3 * v**2).refuted
    one = Numeric(statement=lambda v: 3 * v, against=lambda v: 1.0 * v, witnesses=(2.0,), up_to_scale=True)
    assert "agrees with anything" in outcome_of(one).detail
    assert not outcome_of(one).holds


def test_slope_measures_the_order():
    order = Slope(statement=np.exp, against=lambda h: 1 + h, order=2, witnesses=(0.1, 0.05, 0.025))
    found = outcome_of(order)
    assert found.holds
    assert "slope 2.0" in found.detail
    assert outcome_of(order, lambda h: np.exp(h) + 0.1 * h).refuted
    assert "has no logarithm" in outcome_of(order, lambda h: (1 + h) * np.ones(()) if h > 0.05 else 1 + h).detail


@pytest.mark.parametrize(
    ("side", "mean", "expected"),
    [("above", 1.0, "holds"), ("above", -1.0, "refuted"), ("below", -1.0, "holds"), ("above", 0.01, "undecided")],
)
def test_experiment_reads_its_interval(side, mean, expected):
    noise = [0.1, -0.2, 0.15, 0.05, -0.1]
    found = outcome_of(Experiment(statement=lambda seed: mean + noise[seed], against=0.0, side=side))
    assert (found.holds, found.refuted) == (expected == "holds", expected == "refuted")


def test_experiment_may_be_paired():
    shared = np.random.default_rng(1).normal(size=5)
    paired = Experiment(statement=lambda s: shared[s] + 0.1 + 0.01 * s, against=lambda s: shared[s], side="above")
    assert outcome_of(paired).holds


def test_partial_evidence_alone_does_not_prove():
    half = Exact(statement=lambda k: k**2, against=lambda k: k * k, witnesses=(1, 2), partial=True, mutants={"k": abs})
    rest = Numeric(statement=lambda k: k**2.0, against=lambda k: k * k, witnesses=(1.5,), mutants={"k": abs})
    assert verdict_on(lone(half, rest)).verdict == "supported"
    assert verdict_on(lone(half)).verdict == "proved"


def scaled(v: float) -> float:
    """A step that two routes may have in common."""
    if v < 0:
        raise ValueError("v")
    return 2 * v


def refuse_negative(v: float) -> None:
    """Gives no value, so two sides may both call it."""
    if v < 0:
        raise ValueError("v")


def test_two_sides_that_run_one_function_are_void_unless_it_is_named_with_a_reason():
    sides = {
        "statement": lambda v: scaled(v) ** 2,
        "against": lambda v: 4 * (scaled(v) / 2) ** 2,
        "witnesses": (1.0, 3.0),
    }
    hidden = outcome_of(Numeric(**sides))
    assert not hidden.holds
    assert not hidden.refuted
    assert "both sides run test_ledger.scaled" in hidden.detail
    assert outcome_of(Numeric(**sides, shares={"test_ledger.scal*": "both start from the same length"})).holds
    assert not outcome_of(Numeric(**sides, shares={"blogtools.*": "another"})).holds
    slope = Slope(statement=lambda h: scaled(h) ** 2, against=lambda h: 0 * scaled(h), order=2, witnesses=(1, 2, 4))
    assert "both sides run" in outcome_of(slope).detail


def test_checks_of_arguments_and_libraries_may_be_shared():
    def product(v: float) -> float:
        refuse_negative(v)
        return float(np.exp(v) * np.mean([v, v]))

    def quotient(v: float) -> float:
        refuse_negative(v)
        return float(np.mean([v, v]) / np.exp(-v))

    assert outcome_of(Numeric(statement=product, against=quotient, witnesses=(1.0,))).holds


def test_a_profiler_that_was_there_is_there_afterwards():
    def profiler(frame, event, value):
        """Notes nothing."""

    sys.setprofile(profiler)
    try:
        assert outcome_of(Numeric(statement=lambda v: v * v, against=lambda v: v**2, witnesses=(1.0,))).holds
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(None)


# --- mutants ----------------------------------------------------------------------------------------------------------


def test_automatic_mutants_make_each_kind_of_change():
    area = 2 * sp.pi ** (d / 2) / sp.gamma(d / 2)
    names = " | ".join(automatic_mutants(area))
    for change in ("flip sign of", "drop factor 2 of", "exponent d/2 -> d/2 + 1 of pi", "gamma -> factorial"):
        assert change in names
    k = sp.Symbol("k", integer=True)
    series = " | ".join(automatic_mutants(sp.Sum(sp.sqrt(k + 1), (k, 0, n)) + sp.log(x)))
    for change in ("lower bound 0 -> 1 of k", "upper bound n -> n + 1 of k", "drop root of sqrt(k + 1)", "log -> exp"):
        assert change in series
    for change in ("drop term 1 of k + 1", "1 -> 2 in k + 1", "flip sign of 1 in k + 1"):
        assert change in series
    rate = " | ".join(automatic_mutants(sp.Derivative(sp.sin(x), x) + sp.Integral(y, (y, -1, x))))
    for change in ("order 1 -> 2 in x", "sin -> cos", "upper bound x -> -x of y", "lower bound -1 -> 1 of y"):
        assert change in rate


def test_automatic_mutants_differ_from_each_other_and_from_the_truth():
    truth = x**2 / (x**2 + T**2) ** ((d + 1) / 2)
    mutants = automatic_mutants(truth)
    assert len(set(mutants.values())) == len(mutants) > 10
    assert truth not in mutants.values()
    assert automatic_mutants(truth) == mutants


@pytest.mark.parametrize(
    "evidence",
    [
        Symbolic(statement=sp.exp(2 * y), against=sp.cosh(2 * y) + sp.sinh(2 * y)),
        Symbolic(statement=(x - T) * (x + T), against=x**2 - T**2),
        Symbolic(statement=sp.log(x) + sp.log(T), against=sp.log(x * T)),
        Symbolic(
            statement=sp.Integral(x / (x**2 + T**2) ** 2, (x, 0, sp.oo)),
            against=1 / (2 * T**2),
        ),
        Symbolic(statement=sp.gamma(n + 1), against=sp.Product(sp.Symbol("k"), (sp.Symbol("k"), 1, n))),
    ],
    ids=["exponential", "squares", "logarithm", "integral", "factorial"],
)
def test_automatic_mutants_of_true_identities_all_die(evidence):
    result = verdict_on(lone(evidence), mutants=True)
    assert result.verdict == "proved", result.message
    assert result.killed == result.real_mutants >= 3


def test_equivalent_mutant_is_skipped_and_told():
    shift = lone(Symbolic(statement=sp.cos(2 * sp.pi * (n + y)), against=1 - 2 * sp.sin(sp.pi * y) ** 2))
    result = verdict_on(shift, mutants=True)
    same = [t.form for t in result.mutants if t.status == "equivalent"]
    assert any("drop term 2*n" in name for name in same), [t.form for t in result.mutants]
    assert result.verdict == "proved", result.message
    assert result.real_mutants == len(result.mutants) - len(same)


def test_excused_mutant_needs_a_reason_and_is_not_counted():
    claim = {"statement": sp.Abs(y) ** 2, "against": y * sp.conjugate(y)}
    name = next(iter(automatic_mutants(claim["statement"])))
    result = verdict_on(lone(Symbolic(**claim, excused={name: "a matter of convention"})), mutants=True)
    assert [t.form for t in result.mutants if t.status == "excused"] == [name]
    assert "without a reason" in verdict_on(lone(Symbolic(**claim, excused={name: " "}))).message


@pytest.mark.parametrize(("wrong", "status"), [(0.2, "killed"), (1.0, "survived")])
def test_mutant_hidden_by_chance_is_tried_at_other_draws(wrong, status):
    def truth(u):
        return min(u, 1.0)

    def mutant(u):
        return min(u, wrong)

    often_hidden = Numeric(
        statement=truth, against=lambda u: u, witnesses=lambda rng: [{"u": rng.uniform()}], mutants={"cut": mutant}
    )
    found = {try_mutant(lone(often_hidden), 0, "cut", seed, 1e-6).status for seed in range(12)}
    assert found == {status}


def test_automatic_mutants_can_be_replaced_by_hand_written_ones():
    evidence = Symbolic(
        statement=sp.sin(y) ** 2,
        against=1 - sp.cos(y) ** 2,
        no_automatic="every change of it is tried by hand",
        mutants={"cube": sp.sin(y) ** 3},
    )
    assert [t.form for t in verdict_on(lone(evidence), mutants=True).mutants] == ["cube"]


def test_erratum_counts_its_printed_form_as_a_mutant():
    erratum = get("9305.eq9", SOUND)
    tried = try_mutant(erratum, 0, "as printed", 0, 1e-6)
    assert tried.status == "killed"


# --- chance -----------------------------------------------------------------------------------------------------------


def test_level_shares_the_family_level_among_all_p_values():
    assert level_of(ledger_sound.ENTRIES) == pytest.approx(FAMILY_LEVEL / 4)
    assert level_of([]) == FAMILY_LEVEL


def test_streams_depend_on_seed_id_and_place_only():
    def first(*key):
        return generator(*key).integers(2**60)

    assert first(0, "9305.eq7", 0) == first(0, "9305.eq7", 0)
    assert len({first(s, i, k) for s in (0, 1) for i in ("9305.eq7", "9305.eq8") for k in (0, 1)}) == 8


def test_verdicts_do_not_depend_on_jobs_or_order():
    chosen = [e for e in ledger_sound.ENTRIES if e.id in ("9305.eq5", "9305.eq7", "9305.eq8")]
    runs = [
        run_entries(order, level=1e-5, seed=3, jobs=jobs, source=SOUND)
        for jobs, order in ((1, chosen), (2, chosen[::-1]))
    ]
    alone = [verdict_on(e, seed=3, level=1e-5) for e in chosen]
    outcomes = [[[t.outcome for t in result.tried] for result in run] for run in (runs[0], runs[1][::-1], alone)]
    assert outcomes[0] == outcomes[1] == outcomes[2]


@pytest.mark.parametrize("test", ["cdf", "sampler", "mean"])
def test_false_alarms_of_the_family_are_as_rare_as_declared(test):
    """A ledger of eight true laws at fresh seeds gives a false alarm in at most the declared share of runs."""
    against = {
        "cdf": stats.expon.cdf,
        "sampler": lambda rng: -np.log(rng.uniform(size=400)),
        "mean": 1.0,
    }[test]
    law = Law(statement=lambda rng: rng.exponential(size=400), against=against, test=test, mutants={"none": abs})
    ledger = [Entry(id=f"9305.law{i}", kind="law", latex="", says="null", evidence=(law,)) for i in range(8)]
    family, runs = 0.2, 300
    level = level_of(ledger, family)
    assert level == pytest.approx(family / 8)
    alarms = sum(any(not outcome_of(law, None, 97 * seed + i, level).holds for i in range(8)) for seed in range(runs))
    # one-sided: more than this many would be met once in 10,000 times at the declared rate
    assert alarms <= stats.binom.ppf(1 - 1e-4, runs, family)
    assert alarms >= stats.binom.ppf(1e-4, runs, family / 4), "the level is far stricter than declared"


def test_law_refutes_a_wrong_law():
    law = Law(statement=lambda rng: rng.normal(size=4000), against=stats.norm.cdf)
    assert outcome_of(law).holds
    assert outcome_of(law, lambda rng: rng.normal(size=4000) * 1.2).refuted


def test_sample_without_spread_passes_no_test_of_its_mean():
    law = Law(statement=lambda rng: rng.normal(size=1000) + 1, against=1.0, test="mean")
    assert outcome_of(law).holds
    assert "no spread" in outcome_of(law, lambda rng: np.ones(1000)).detail
    assert not outcome_of(law, lambda rng: np.ones(1000)).holds
    assert outcome_of(law, lambda rng: np.full(1000, 2.0)).refuted


# --- files and the command in a terminal -----------------------------------------------------------------------------


def test_report_is_whole_or_not_there(tmp_path):
    target = tmp_path / "report.json"
    target.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(target, "new \ud800")
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]


def test_report_that_cannot_be_written_is_told(tmp_path):
    out = io.StringIO()
    assert verify(["9305.eq1"], source=SOUND, stream=out, json_path=tmp_path) == 1
    assert f"cannot write {tmp_path}" in out.getvalue()


def test_claims_are_discovered_and_importing_the_ledger_loads_neither_torch_nor_widgets():
    code = (
        "import sys, blogtools.ledger;"
        "assert not {'torch', 'ipywidgets', 'matplotlib', 'blogtools.claims'} & set(sys.modules);"
        "import blogtools.claims, pkgutil;"
        "files = [m.name for m in pkgutil.iter_modules(blogtools.claims.__path__)];"
        "assert bool(files) == bool(blogtools.ledger.entries())"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


# --- in a notebook ----------------------------------------------------------------------------------------------------


def test_show_gives_equation_verdict_error_and_time():
    view = show("9305.eq4", source=SOUND)
    bundle = view._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/markdown"}
    markdown = bundle["text/markdown"]
    assert r"$$S_d(1)=\frac{2\pi^{d/2}}{\Gamma(d/2)}$$" in markdown
    assert "✔ supported" in markdown
    assert re.search(r"\d+ ms", markdown)
    assert "≤ 1e-30" in markdown
    assert "supported" in repr(view)


def test_show_puts_a_mutant_in_place_of_the_truth():
    red = show("9305.eq4", mutant="drop factor 2 of 2*pi**(d/2)/gamma(d/2)", source=SOUND)
    assert "✘ refuted" in red.markdown
    assert r"\frac{\pi^{\frac{d}{2}}}{\Gamma\left(\frac{d}{2}\right)}" in red.markdown
    assert "✘ refuted" in show("9305.eq6", mutant="one-sided", source=SOUND).text
    assert "survives" in show("bad.mutant-survives", mutant="unseen", source=UNSOUND).text
    with pytest.raises(ValueError, match=r"mutant = 'one-side' is not one of .*; near: one-sided"):
        show("9305.eq6", mutant="one-side", source=SOUND)


def test_show_tells_open_errata_and_failures():
    assert "eight days" in show("9305.claim10", source=SOUND).markdown
    assert "the right form is 9305.eq9.corrected" in show("9305.eq9", source=SOUND).markdown
    fallen = show("bad.differs", source=UNSOUND).markdown
    assert "✘ falls: evidence 1: differ at 1" in fallen
    assert "1.0e-06 \\> 1e-09" in fallen


def test_switch_turns_red_and_back():
    view = show("9305.eq1", switch=True, source=SOUND)
    bundle = view._repr_mimebundle_()
    assert {"text/plain", "text/markdown", "application/vnd.jupyter.widget-view+json"} <= set(bundle)
    assert "proved" in bundle["text/markdown"]
    _, menu, verdict = view.widget.children
    assert "✔ proved" in verdict.value
    truth, *mutants = menu.options
    assert len(mutants) == 4
    for name in mutants:
        menu.value = name
        assert "✘ refuted, as it must be" in verdict.value
    menu.value = truth
    assert "✔ proved" in verdict.value


def test_switch_can_start_on_a_mutant():
    view = show("9305.eq6", mutant="one-sided", switch=True, source=SOUND)
    assert view.widget.children[1].value == "one-sided"
    assert "✘ refuted" in view.widget.children[2].value
    assert "✘ refuted" in view.markdown


def test_summary_takes_over_what_show_has_found():
    entry = get("9305.eq7", SOUND)
    level = level_of(entries(SOUND))
    show(entry.id, seed=12, source=SOUND)
    found = notebook._seen[entry, 12, level]
    summary("9305", seed=12, source=SOUND)
    assert notebook._seen[entry, 12, level] is found


@pytest.mark.parametrize(
    ("chosen", "ids"),
    [
        ({"sections": ("The circle",)}, ["9305.eq1"]),
        ({"sections": ("The potential", "The circle")}, ["9305.eq1", "9305.eq2"]),
        ({"leave_out": ("The circle",)}, [entry.id for entry in ledger_sound.ENTRIES[1:]]),
        ({"leave_out": ("The circle", "The potential")}, [entry.id for entry in ledger_sound.ENTRIES[2:]]),
        ({"sections": ("The circle", "The potential"), "leave_out": ("The circle",)}, ["9305.eq2"]),
    ],
)
def test_summary_takes_the_sections_it_is_asked_for(chosen, ids):
    view = summary("9305", source=SOUND, **chosen)
    assert re.findall(r"^\| (9305\.\S+) \|", view.markdown, re.M) == ids
    assert re.findall(r"^9305\.\S+", view.text, re.M) == ids
    assert f"\n\n{len(ids)} entries: " in view.markdown


@pytest.mark.parametrize("argument", ["sections", "leave_out"])
def test_summary_names_the_sections_near_one_that_is_not_there(argument):
    with pytest.raises(ValueError, match=r"section 'The circel' is not one of 9305; .*The circle"):
        summary("9305", source=SOUND, **{argument: ("The circel",)})


def test_summary_lists_all_verdicts_with_counts():
    view = summary("9305", source=SOUND)
    assert "11 entries: 4 proved, 5 supported, 1 refuted, 1 open" in view.markdown
    assert view.markdown.count("\n| 9305.") == 11
    assert "9305.eq9.corrected  proved" in view.text
    with pytest.raises(ValueError, match="post = '9306' is not a post"):
        summary("9306", source=SOUND)
