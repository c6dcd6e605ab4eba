"""Each exercise accepts its truth, names each of its mistakes, and survives whatever a reader writes."""

import numpy as np
import pytest

from blogtools.exercises import Exercise, check, exercises

ALL = list(exercises().values())


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)
def test_truth_is_right(exercise: Exercise) -> None:
    answer = exercise.truth if exercise.trials[0] else exercise.truth()
    assert check(exercise.id, answer).right


@pytest.mark.parametrize(
    ("exercise", "remark"),
    [(e, remark) for e in ALL for remark in e.mistakes],
    ids=lambda value: getattr(value, "id", ""),
)
def test_each_mistake_is_named(exercise: Exercise, remark: str) -> None:
    mistake = exercise.mistakes[remark]
    answer = mistake if exercise.trials[0] else mistake()
    with np.errstate(all="ignore"):
        said = check(exercise.id, answer)
    assert not said.right
    assert said.text == remark


def test_a_post_has_at_least_five() -> None:
    assert sum(exercise.id.startswith("9305.") for exercise in ALL) >= 5


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "not answered yet"),
        (..., "not answered yet"),
        (lambda x, y: None, "not answered yet"),
        (lambda x, y: 1 / 0, "ZeroDivisionError"),
        (lambda x: x, "TypeError"),
        (lambda x, y: "far", "'far' is text, not a number"),
        ("3/4", "'3/4' is text, not a number"),
        ("0.75", "'0.75' is text, not a number"),
        (lambda x, y: {1}, "no number"),
        (lambda x, y: x * np.nan, "NaN"),
        (lambda x, y: 1.0, "shape"),
        (lambda x, y: 2 * x, "not a mistake that is known here"),
    ],
)
def test_whatever_a_reader_writes_gets_a_remark(answer: object, said: str) -> None:
    remark = check("9305.pull", answer)
    assert not remark.right
    assert said in str(remark)


def test_wrong_id_names_the_right_ones() -> None:
    with pytest.raises(ValueError, match=r"9305\.pul'.*9305\.pull"):
        check("9305.pul", 1)


def test_a_mistake_that_raises_is_named_too() -> None:
    """Rows taken for columns run out of the matrix, and an oblong block has no inverse: both are known."""
    swapped = check("9336.core", lambda S, V, U: S[:, V] @ np.linalg.pinv(S[U][:, V]) @ S[U])
    assert "the other way round" in swapped.text
    inverted = check("9336.core", lambda S, V, U: S[:, U] @ np.linalg.inv(S[np.ix_(V, U)]) @ S[V])
    assert "np.linalg.pinv holds for every block" in inverted.text
    assert check("9336.core", lambda S, V, U: S[:, U] @ nowhere @ S[V]).text.startswith("it raised NameError")  # noqa: F821
