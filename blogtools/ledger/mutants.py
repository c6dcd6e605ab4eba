"""Wrong forms of a statement, derived from its expression by one small change at a time."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy as sp

from blogtools.ledger.algebra import counterexample, is_zero, proportional
from blogtools.ledger.evidence import Evidence
from blogtools.ledger.values import is_expression

_SWAPS: dict[Any, Any] = {}
for _one, _other in (
    (sp.sin, sp.cos),
    (sp.sinh, sp.cosh),
    (sp.log, sp.exp),
    (sp.tan, sp.tanh),
    (sp.erf, sp.erfc),
    (sp.floor, sp.ceiling),
    (sp.gamma, sp.factorial),
    (sp.Min, sp.Max),
    (sp.besseli, sp.besselj),
):
    _SWAPS |= {_one: _other, _other: _one}


def automatic_mutants(expression: Any) -> dict[str, Any]:
    """One-change mutants of a sympy expression or matrix by name, without repetition, in a fixed order.

    Changes: drop a term or a factor, flip a sign, shift an exponent, an integer in a sum of an index, an order of a
    derivative or a bound of a sum by one, drop a root, swap a function for its sibling.
    """
    if isinstance(expression, sp.MatrixBase):
        expression = expression.as_immutable()
    found: dict[str, Any] = {}
    seen = {expression}
    for name, mutant in _changes(expression, root=True):
        if mutant in seen or mutant.has(sp.nan, sp.zoo):
            continue
        seen.add(mutant)
        unique, count = name, 1
        while unique in found:
            count += 1
            unique = f"{name} ({count})"
        found[unique] = mutant
    return found


def _changes(node: Any, root: bool = False) -> Iterator[tuple[str, Any]]:
    """Each changed form of ``node`` with the name of the change."""
    if root and not isinstance(node, sp.MatrixBase):
        yield f"flip sign of {_brief(node)}", -node
    yield from _own_changes(node)
    if isinstance(node, sp.Sum | sp.Product | sp.Integral | sp.Derivative):
        yield from _bound_changes(node)
        inner: tuple[Any, ...] = node.args[:1]
    else:
        inner = node.args
    for position, child in enumerate(inner):
        for name, changed in _changes(child):
            yield name, node.func(*node.args[:position], changed, *node.args[position + 1 :])


def _own_changes(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, sp.Add | sp.Mul):
        part = "term" if isinstance(node, sp.Add) else "factor"
        for position, child in enumerate(node.args):
            others = node.args[:position] + node.args[position + 1 :]
            if part == "factor" and child == -1:
                continue
            yield f"drop {part} {_brief(child)} of {_brief(node)}", node.func(*others)
            if part == "term":
                yield f"flip sign of {_brief(child)} in {_brief(node)}", node.func(*others, -child)
                if child.is_Integer:
                    for shift in (1, -1):
                        yield f"{child} -> {child + shift} in {_brief(node)}", node.func(*others, child + shift)
    elif isinstance(node, sp.Pow):
        base, exponent = node.args
        if exponent.is_Rational and not exponent.is_Integer:
            yield f"drop root of {_brief(node)}", base ** (exponent * exponent.q)
        for shift in (1, -1):
            changed = base ** (exponent + shift)
            yield f"exponent {_brief(exponent)} -> {_brief(exponent + shift)} of {_brief(base)}", changed
    elif node.func in _SWAPS:
        sibling = _SWAPS[node.func]
        yield f"{node.func.__name__} -> {sibling.__name__} in {_brief(node)}", sibling(*node.args)
    if isinstance(node, sp.Function) and node.args and not isinstance(node, sp.exp):
        for position, child in enumerate(node.args):
            if child.is_Integer:
                changed = node.func(*node.args[:position], child + 1, *node.args[position + 1 :])
                yield f"index {child} -> {child + 1} in {_brief(node)}", changed


def _bound_changes(node: Any) -> Iterator[tuple[str, Any]]:
    """Orders of derivatives and bounds of sums and products shifted by one; bounds of integrals with sign flipped."""
    for position, bound in enumerate(node.args[1:], start=1):
        before, after = node.args[:position], node.args[position + 1 :]
        if isinstance(node, sp.Derivative):
            variable, order = bound
            yield f"order {order} -> {order + 1} in {variable}", node.func(*before, (variable, order + 1), *after)
        elif len(bound) == 3:
            variable, low, high = bound
            for which, end in (("lower", low), ("upper", high)):
                if end.is_infinite or (isinstance(node, sp.Integral) and end == 0):
                    continue
                new = -end if isinstance(node, sp.Integral) else end + 1
                limits = (variable, new, high) if which == "lower" else (variable, low, new)
                yield f"{which} bound {end} -> {new} of {variable}", node.func(*before, limits, *after)


def _brief(node: Any) -> str:
    text = str(node)
    return text if len(text) <= 40 else text[:37] + "..."


def mutants_of(evidence: Evidence) -> dict[str, tuple[Any, bool]]:
    """All mutants of one piece of evidence by name, each with whether it was derived automatically.

    They are wrong forms of ``amended`` where there is one, and the printed form is then the first of them.
    """
    erratum = evidence.amended is not None
    truth = evidence.truth
    found: dict[str, tuple[Any, bool]] = {"as printed": (evidence.statement, False)} if erratum else {}
    found |= {name: (mutant, False) for name, mutant in evidence.mutants.items()}
    if is_expression(truth) and not evidence.no_automatic:
        for name, mutant in automatic_mutants(truth).items():
            if not (erratum and mutant == evidence.statement):
                found.setdefault(name, (mutant, True))
    return found


def equivalent(mutant: Any, evidence: Evidence, rng: np.random.Generator) -> bool:
    """Whether an automatic mutant says the same as the true form, so that no check could refute it."""
    truth = evidence.truth
    domain = getattr(evidence, "domain", {})
    if scale := getattr(evidence, "up_to_scale", False):
        return proportional(mutant, truth, scale, rng, domain)[0] is True
    return not counterexample(mutant, truth, rng, domain) and is_zero(mutant - truth)
