"""What the benchmarks stored: complete, consistent with the single runs, and within the targets for memory."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from blogtools.optim import step_results, stored_assumption, training_results

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("optim_training", BENCHMARKS / "optim_training.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_slots_are_within_the_papers_share() -> None:
    rows = {(row["size"], row["method"]): row for row in step_results()["rows"]}
    for size in ("30M", "BERT-base"):
        assert rows[size, "Amos"]["share"] <= 0.003
        assert rows[size, "Amos momentum"]["share"] <= 0.505
    assert step_results() == json.loads((BENCHMARKS / "results" / "optim_step.json").read_text())


def test_tables_follow_from_the_runs(benchmark: ModuleType) -> None:
    assert benchmark.summary() == training_results()


def test_every_claim_rests_on_five_seeds() -> None:
    found = training_results()
    for content in found["tasks"].values():
        assert content["seeds"] >= 5
        assert found["base"] in content["methods"]
        for row in content["methods"].values():
            assert row["settings_tried"] >= 4
            assert row["reached"] <= content["seeds"]
            assert {len(curve) for curve in row["curves"]} == {content["steps"] // content["look"]}
            assert len(row["curves"]) == content["seeds"]


def test_intervals_are_students(benchmark: ModuleType) -> None:
    mean, half = benchmark.interval([1.0, 2.0, 4.0, 5.0, 3.0])
    assert mean == 3.0
    assert half == pytest.approx(2.776 * (2.5 / 5) ** 0.5, rel=3e-3)


def test_stored_assumptions_by_method_and_kind() -> None:
    run = training_results()["tasks"]["digits"]["assumptions"]["AdamW, cosine"][0]
    column = run["kinds"].index("norm gain")
    found = stored_assumption("digits", "AdamW, cosine", "q", "own", "norm gain")
    assert found[0].tolist() == [row[column] for row in run["own"]["q"]]
    assert stored_assumption("digits", "AdamW, cosine", "goal_norm").shape == (len(found),)
    assert stored_assumption("digits", "AdamW, cosine", "steps")[0].tolist() == run["steps"]
    for wrong in (("words", "AdamW, cosine", "q"), ("digits", "Lion, recipe 2", "q"), ("digits", "AdamW, cosine", "r")):
        with pytest.raises(ValueError, match="stored"):
            stored_assumption(*wrong)
    with pytest.raises(ValueError, match="kind = 'loop'"):
        stored_assumption("digits", "AdamW, cosine", "q", kind="loop")
