"""Exercises whose checks say what is probably wrong.

An exercise knows the right answer and the likely mistakes, each as a callable that makes it. An answer that agrees with
a mistake on every trial is told which mistake it is. ``exercises/<topic>.py`` exports ``EXERCISES``; ids end in the
post's number and a word, such as ``"9305.far"``.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Exercise:
    """A question with its right answer ``truth(*trial)`` on each of ``trials``, and what wrong answers mean.

    ``mistakes`` maps a remark ("the exponent is d, not 3") to the callable that makes the mistake. Two answers agree
    when they are equal to ``rtol`` of the largest number in them. An exercise whose answer is one number has the
    single trial ``()``.
    """

    id: str
    truth: Callable[..., Any]
    trials: Sequence[tuple[Any, ...]]
    mistakes: Mapping[str, Callable[..., Any]]
    rtol: float = 1e-6


@dataclass(frozen=True)
class Remark:
    """What the check has to say: ``right`` or not, and a sentence."""

    id: str
    right: bool
    text: str

    def __repr__(self) -> str:
        return f"{'✓' if self.right else '✗'} {self.id}: {self.text}"


def exercises() -> dict[str, Exercise]:
    """All exercises by id, from the modules of this package."""
    found = [
        exercise
        for module in pkgutil.iter_modules(__path__)
        for exercise in importlib.import_module(f"{__name__}.{module.name}").EXERCISES
    ]
    return {exercise.id: exercise for exercise in found}


def check(exercise_id: str, answer: Any) -> Remark:
    """Compare an answer (a number, or a function for exercises that ask for one) with the truth and with the mistakes.

    Never raises for a wrong answer, whatever it does; ``ValueError`` for an id that is not there.
    """
    known = exercises()
    if exercise_id not in known:
        raise ValueError(f"exercise_id = {exercise_id!r} is not one of {', '.join(known)}")
    exercise = known[exercise_id]
    given = answer if callable(answer) else (lambda *trial: answer)
    right, not_finite = True, False
    results: list[Any] = []
    for trial in exercise.trials:
        result = _outcome(given, trial)
        if result is None or result is Ellipsis:
            return Remark(exercise_id, False, "not answered yet")
        if isinstance(result, str):
            return Remark(exercise_id, False, f"{result!r} is text, not a number: leave out the quotation marks")
        results.append(result)
        right &= _agree(result, exercise.truth(*trial), exercise.rtol)
        if isinstance(result, Exception):
            break
        not_finite |= not _finite(result)
    if right:
        return Remark(exercise_id, True, "right")
    for remark, mistake in exercise.mistakes.items():
        made = [_outcome(mistake, trial) for trial in exercise.trials[: len(results)]]
        if all(_agree(r, m, exercise.rtol) for r, m in zip(results, made, strict=True)):
            return Remark(exercise_id, False, remark)
    if isinstance(results[-1], Exception):
        return Remark(exercise_id, False, f"it raised {type(results[-1]).__name__}: {results[-1]}")
    if not_finite:
        return Remark(exercise_id, False, "it gave NaN or infinity, or something that is no number")
    shapes = {np.shape(r) == np.shape(exercise.truth(*t)) for r, t in zip(results, exercise.trials, strict=True)}
    if shapes != {True}:
        return Remark(exercise_id, False, "the shape is not that of the answer")
    return Remark(exercise_id, False, "not right, and not a mistake that is known here")


def _outcome(function: Callable[..., Any], trial: tuple[Any, ...]) -> Any:
    """What it returns, or what it raises: whatever the reader's function raises is something to tell the reader."""
    try:
        return function(*trial)
    except Exception as error:
        return error


def _finite(value: Any) -> bool:
    try:
        return bool(np.isfinite(np.asarray(value, dtype=float)).all())
    except (TypeError, ValueError):
        return False


def _agree(one: Any, other: Any, rtol: float) -> bool:
    """Equal to ``rtol`` of the largest; NaN and infinity agree with the like, an error with one of its kind, and what
    is no number with nothing.
    """
    if isinstance(one, Exception) or isinstance(other, Exception):
        return type(one) is type(other)
    try:
        first, second = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    except (TypeError, ValueError):
        return False
    if first.shape != second.shape:
        return False
    scale = float(np.abs(second[np.isfinite(second)]).max(initial=0.0)) or 1.0
    return bool(np.allclose(first, second, rtol=0, atol=rtol * scale, equal_nan=True))
