"""Evidence that decides: symbolic, exact and numerical. What chance or a slope decides is in ``statistics``."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import mpmath
import numpy as np
import sympy as sp

from blogtools.ledger.algebra import counterexample, is_zero, proportional
from blogtools.ledger.independence import Traced, same_code, shared_functions
from blogtools.ledger.values import (
    Witnesses,
    apply,
    as_float,
    describe,
    draw,
    exact,
    finite,
    is_expression,
    numbers,
)


@dataclass(frozen=True)
class Outcome:
    """What a check found.

    ``holds`` and ``refuted`` are never both true; both are false when the check could not decide (an exception, a NaN,
    no witness), which is a failure of the true form and no refutation of a mutant.
    """

    holds: bool
    refuted: bool
    detail: str = ""
    error: float | None = None
    tolerance: float | None = None
    p_value: float | None = None
    points: int = 0

    @classmethod
    def undecided(cls, detail: str, points: int = 0) -> "Outcome":
        """A check that could not decide, and why."""
        return cls(False, False, detail, points=points)


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """What all kinds of evidence have in common.

    Parameters
    ----------
    statement : what the post says, as a sympy expression or a callable.
    against : the independent other side: an expression, a callable or a known value.
    witnesses : the settings both are tried on, or a callable that draws them from a ``numpy.random.Generator``.
        A mapping is passed by name, a tuple by position, anything else as the one argument. None is a failure.
    mutants : wrong forms of the statement by name, each of which the check must refute.
    amended : for an erratum, the right form; ``statement`` is then the printed one.
    about : what this evidence shows, where that is not plain from the entry.
    partial : true when it covers only a part of the statement, so that it alone cannot prove it.
    no_automatic : why no mutants are derived from an expression; empty derives them.
    excused : automatic mutants by name that are true as well, each with the reason.
    shares : functions of this project that both sides may run, each with the reason: "blogtools.data.digits", or a
        pattern with ``*``. Any other function that both sides run and that returns something makes the check void.
    """

    statement: Any
    against: Any
    witnesses: Witnesses = ()
    mutants: Mapping[str, Any] = field(default_factory=dict)
    amended: Any = None
    about: str = ""
    partial: bool = False
    no_automatic: str = ""
    excused: Mapping[str, str] = field(default_factory=dict)
    shares: Mapping[str, str] = field(default_factory=dict)

    strong: ClassVar[bool] = False

    @property
    def truth(self) -> Any:
        """The form that must hold: the statement, or for an erratum the amended one."""
        return self.statement if self.amended is None else self.amended

    @property
    def name(self) -> str:
        """Kind of the evidence in lower case."""
        return type(self).__name__.lower()

    @property
    def p_values(self) -> int:
        """How many p-values one run compares with the level."""
        return 0

    def check(self, statement: Any, rng: np.random.Generator, level: float) -> Outcome:
        """Try ``statement`` in place of the post's; ``level`` is the false-alarm rate of a single p-value."""
        raise NotImplementedError

    def run(self, statement: Any, rng: np.random.Generator, level: float) -> Outcome:
        """``check`` with everything that makes it void told as a failure: one code on both sides, an exception."""
        if same_code(statement, self.against):
            return Outcome.undecided(
                "void: both sides are the same code; write the other side independently"
                + (", or unevaluated (Derivative, Integral, Sum)" if is_expression(statement) else "")
            )
        try:
            if statement is self.truth and not any(
                is_expression(s) or not callable(s) for s in (statement, self.against)
            ):
                return self._check_traced(statement, rng, level)
            return self.check(statement, rng, level)
        except Exception as problem:
            return Outcome.undecided(f"raises {type(problem).__name__}: {problem}")

    def _check_traced(self, statement: Any, rng: np.random.Generator, level: float) -> Outcome:
        one, other = Traced(statement), Traced(self.against)
        outcome = replace(self, against=other).check(one, rng, level)
        if both := shared_functions(one, other, self.shares):
            return Outcome.undecided(
                f"void: both sides run {', '.join(both)}; write one side independently, or say in shares why it may be"
            )
        return outcome


def _is_function(side: Any) -> bool:
    return callable(side) and not is_expression(side)


@dataclass(frozen=True, kw_only=True, eq=False)
class Symbolic(Evidence):
    """Sympy reduces the difference of the two sides to zero, for all values that the symbols' assumptions allow.

    Witnesses, if given, are mappings from names to numbers or expressions put in first (an index that sympy needs as
    a number). ``domain`` bounds the random points at which a counterexample is looked for: name to (low, high).
    ``up_to_scale`` asks for a positive factor in place of equality: ``True`` for a number, or the names of the
    variables that the factor may not contain.
    """

    witnesses: Witnesses = ({},)
    domain: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    up_to_scale: bool | tuple[str, ...] = False

    strong: ClassVar[bool] = True

    def check(self, statement: Any, rng: np.random.Generator, level: float) -> Outcome:
        """See ``Evidence.check``."""
        witnesses = draw(self.witnesses, rng)
        if not witnesses:
            return Outcome.undecided("no witness: the check tries nothing")
        for setting in witnesses:
            one, other = (_put_in(side, setting) for side in (statement, self.against))
            where = f" at {describe(setting)}" if setting else ""
            if self.up_to_scale:
                verdict, found = proportional(one, other, self.up_to_scale, rng, self.domain)
            else:
                point = counterexample(one, other, rng, self.domain)
                verdict, found = (False, point) if point else (True if is_zero(one - other) else None, "")
            if verdict is False:
                return Outcome(False, True, f"differs{where}: {found}", points=len(witnesses))
            if verdict is None:
                return Outcome.undecided(f"unknown: sympy does not reduce the difference to zero{where}")
        return Outcome(True, False, "difference reduced to 0", error=0.0, tolerance=0.0, points=len(witnesses))


def _put_in(side: Any, setting: Mapping[str, Any]) -> Any:
    side = sp.sympify(side)
    return side.subs({s: sp.sympify(setting[str(s)]) for s in side.free_symbols if str(s) in setting})


@dataclass(frozen=True, kw_only=True, eq=False)
class Exact(Evidence):
    """Equality of integers, fractions, strings or nested sequences of them on every witness; a float is a failure."""

    strong: ClassVar[bool] = True

    def check(self, statement: Any, rng: np.random.Generator, level: float) -> Outcome:
        """See ``Evidence.check``."""
        witnesses = draw(self.witnesses, rng)
        if not witnesses:
            return Outcome.undecided("no witness: the check tries nothing")
        for witness in witnesses:
            one, other = (_exact_side(side, witness) for side in (statement, self.against))
            if one != other:
                detail = f"{_short(one)} is not {_short(other)} at {describe(witness)}"
                return Outcome(False, True, detail, points=len(witnesses))
        return Outcome(True, False, "equal", error=0.0, tolerance=0.0, points=len(witnesses))


def _exact_side(side: Any, witness: Any) -> Any:
    if is_expression(side):
        value = sp.simplify(_put_in(side, witness).doit())
        return exact(list(value) if isinstance(value, sp.MatrixBase) else value)
    return exact(apply(side, witness))


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


@dataclass(frozen=True, kw_only=True, eq=False)
class Numeric(Evidence):
    """Numbers that agree on every witness: ``|a - b| <= atol + rtol |b|`` in each component.

    Callables may return numbers, arrays or tensors; shapes must match. Expressions are evaluated with mpmath at
    ``digits`` digits, and mpmath numbers of a callable are compared at that precision. ``up_to_scale=True`` fits one
    positive factor: for each witness where the values are arrays, else for all witnesses together; names in place of
    ``True`` fit one for each setting of the other variables.
    The error told is ``max |a - b| / (|b| + atol/rtol)`` beside ``rtol``, or ``max |a - b|`` beside ``atol``.
    """

    rtol: float = 1e-9
    atol: float = 0.0
    digits: int = 50
    up_to_scale: bool | tuple[str, ...] = False

    def check(self, statement: Any, rng: np.random.Generator, level: float) -> Outcome:
        """See ``Evidence.check``."""
        witnesses = draw(self.witnesses, rng)
        if not witnesses:
            return Outcome.undecided("no witness: the check tries nothing")
        pairs: list[tuple[np.ndarray, np.ndarray]] = []
        with mpmath.workdps(self.digits):
            for witness in witnesses:
                one, other = (numbers(apply(side, witness)) for side in (statement, self.against))
                if problem := self._problem(one, other, is_expression(statement)):
                    return Outcome(False, problem[1], f"{problem[0]} at {describe(witness)}", points=len(witnesses))
                pairs.append((one.ravel(), other.ravel()))
            points = sum(one.size for one, _ in pairs)
            if self.up_to_scale:
                groups = _groups(witnesses, pairs, self.up_to_scale)
                if max(len(one) for _, one, _ in groups) < 2:
                    return Outcome.undecided("a factor fitted to single values agrees with anything", points)
                pairs, where = [(_scaled(one, other), other) for _, one, other in groups], [w for w, _, _ in groups]
            else:
                where = [describe(witness) for witness in witnesses]
            errors = [self._error(one, other) for one, other in pairs]
        worst = max(range(len(errors)), key=errors.__getitem__)
        tolerance = self.rtol if self.rtol > 0 else self.atol
        holds = errors[worst] <= tolerance
        detail = "agree" if holds else f"differ at {where[worst]}"
        return Outcome(holds, not holds, detail, errors[worst], tolerance, points=points)

    def _problem(self, one: np.ndarray, other: np.ndarray, expression: bool) -> tuple[str, bool] | None:
        """Why two values cannot be compared, and whether that refutes the statement."""
        if one.shape != other.shape:
            return f"shapes {one.shape} and {other.shape} do not match", False
        if one.size == 0:
            return "no number to compare", False
        if not finite(other).all():
            return "the other side is not finite", False
        if not finite(one).all():
            # An expression without a value where the other side has one is wrong; a callable may just be broken.
            return "the statement has no finite value", expression
        return None

    def _error(self, one: np.ndarray, other: np.ndarray) -> float:
        slack = self.atol / self.rtol if self.rtol > 0 else 0.0
        worst = 0.0
        for a, b in zip(one, other, strict=True):
            distance, size = abs(a - b), (abs(b) + slack if self.rtol > 0 else 1)
            worst = max(worst, as_float(distance / size) if size else (0.0 if distance == 0 else math.inf))
        return worst


Group = tuple[str, np.ndarray, np.ndarray]


def _groups(
    witnesses: list[Any], pairs: list[tuple[np.ndarray, np.ndarray]], scale: bool | tuple[str, ...]
) -> list[Group]:
    """Values that share one factor, with a description of where."""
    if scale is True and all(one.size > 1 for one, _ in pairs):
        return [(describe(w), one, other) for w, (one, other) in zip(witnesses, pairs, strict=True)]
    members: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for witness, pair in zip(witnesses, pairs, strict=True):
        names: Iterable[str] = () if scale is True or not isinstance(scale, tuple) else scale
        rest = {k: v for k, v in witness.items() if k not in names} if names else {}
        members.setdefault(describe(rest) or "all witnesses", []).append(pair)
    return [(k, np.concatenate([a for a, _ in v]), np.concatenate([b for _, b in v])) for k, v in members.items()]


def _scaled(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """``one`` times the positive factor that brings it to ``other``; unchanged where there is no such factor."""
    weight = sum(abs(a) ** 2 for a in one)
    factor = sum(
        (np.conj(a) * b).real if not isinstance(a, mpmath.mpf) else a * b for a, b in zip(one, other, strict=True)
    )
    return one * (factor / weight) if weight > 0 and factor > 0 else one
