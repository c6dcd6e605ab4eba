"""The verdict on one entry, in this process: what the runner's workers, a notebook and a test call."""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from blogtools.ledger.entry import CLAIMS, Entry, entries
from blogtools.ledger.evidence import Evidence, Outcome
from blogtools.ledger.mutants import equivalent, mutants_of

FAMILY_LEVEL = 1e-4
_DRAWS = 3
VERDICTS = ("proved", "supported", "refuted", "open", "falls")


@dataclass(frozen=True)
class Tried:
    """One form of a statement put to one piece of evidence. ``form``: "statement", "as printed" or a mutant's name."""

    evidence: int
    form: str
    outcome: Outcome
    seconds: float
    automatic: bool = False
    status: str = ""
    """For a mutant: "killed", "survived", "equivalent" or "excused"."""


@dataclass(frozen=True)
class Result:
    """The verdict on an entry with all that was tried."""

    entry: Entry
    verdict: str
    message: str = ""
    tried: tuple[Tried, ...] = ()
    mutants: tuple[Tried, ...] = field(default=())
    mutants_run: bool = False

    @property
    def falls(self) -> bool:
        """Whether this entry alone makes the run fail."""
        return self.verdict == "falls"

    @property
    def seconds(self) -> float:
        """Time that the evidence took, without the mutants."""
        return sum(t.seconds for t in self.tried)

    @property
    def killed(self) -> int:
        """How many mutants were refuted."""
        return sum(t.status == "killed" for t in self.mutants)

    @property
    def real_mutants(self) -> int:
        """How many mutants had to be refuted: all but the equivalent and the excused."""
        return sum(t.status in ("killed", "survived") for t in self.mutants)


def level_of(ledger: Iterable[Entry], family: float = FAMILY_LEVEL) -> float:
    """False-alarm rate of one p-value such that all of the ledger's together give at most ``family`` (Bonferroni)."""
    return family / max(1, sum(evidence.p_values for entry in ledger for evidence in entry.evidence))


def generator(seed: int, entry_id: str, evidence: int, draw: int = 0) -> np.random.Generator:
    """The stream of one piece of evidence: it depends on nothing but the seed, the id, the place and the draw."""
    name = int.from_bytes(hashlib.sha256(entry_id.encode()).digest()[:8])
    return np.random.default_rng(np.random.SeedSequence([seed, name, evidence] + [draw] * (draw > 0)))


def static_problem(entry: Entry) -> str:
    """Why an entry falls before anything is run; empty when nothing is wrong with its form."""
    if entry.open is not None:
        return ""
    if not entry.evidence:
        return "no evidence, and not declared open"
    for number, evidence in enumerate(entry.evidence, start=1):
        if entry.erratum != (evidence.amended is not None):
            return f"evidence {number}: an erratum, and only an erratum, carries an amended form"
        if unknown := set(evidence.excused) - set(mutants_of(evidence)):
            return f"evidence {number}: excused mutants that do not exist: {', '.join(sorted(unknown))}"
        if not all(reason.strip() for reason in evidence.excused.values()):
            return f"evidence {number}: a mutant is excused without a reason"
        if not all(reason.strip() for reason in evidence.shares.values()):
            return f"evidence {number}: a function is shared without a reason"
    if not any(mutants_of(evidence) for evidence in entry.evidence):
        return "no mutant: nothing shows that the check can fail"
    return ""


def _timed(entry: Entry, number: int, form: str, statement: Any, seed: int, level: float) -> Tried:
    start = time.perf_counter()
    outcome = entry.evidence[number].run(statement, generator(seed, entry.id, number), level)
    return Tried(number, form, outcome, time.perf_counter() - start)


def _refuted(entry: Entry, number: int, wrong: Any, seed: int, level: float) -> Outcome:
    """A wrong statement put to its check, at further draws while it gets through: chance may hide it once."""
    for draw in range(_DRAWS):
        outcome = entry.evidence[number].run(wrong, generator(seed, entry.id, number, draw), level)
        if outcome.refuted:
            break
    return outcome


def try_statements(entry: Entry, seed: int, level: float) -> list[Tried]:
    """The statement of each piece of evidence; for an erratum the right form and the printed one."""
    tried = []
    for number, evidence in enumerate(entry.evidence):
        if entry.erratum:
            tried.append(_timed(entry, number, "amended", evidence.amended, seed, level))
            start = time.perf_counter()
            outcome = _refuted(entry, number, evidence.statement, seed, level)
            tried.append(Tried(number, "as printed", outcome, time.perf_counter() - start))
        else:
            tried.append(_timed(entry, number, "statement", evidence.statement, seed, level))
    return tried


def try_mutant(entry: Entry, number: int, name: str, seed: int, level: float) -> Tried:
    """One mutant put to its check: killed, survived, or not counted because it is equivalent or excused."""
    evidence = entry.evidence[number]
    mutant, automatic = mutants_of(evidence)[name]
    start = time.perf_counter()
    if name in evidence.excused:
        outcome, status = Outcome.undecided(evidence.excused[name]), "excused"
    elif automatic and _same(mutant, evidence):
        outcome, status = Outcome.undecided("says the same as the statement"), "equivalent"
    else:
        outcome = _refuted(entry, number, mutant, seed, level)
        status = "killed" if outcome.refuted else "survived"
    return Tried(number, name, outcome, time.perf_counter() - start, automatic, status)


def _same(mutant: Any, evidence: Evidence) -> bool:
    try:
        return equivalent(mutant, evidence, np.random.default_rng(0))
    except (ValueError, TypeError, NotImplementedError, RecursionError):
        return False


def conclude(entry: Entry, tried: Iterable[Tried], mutants: Iterable[Tried] | None = None) -> Result:
    """The verdict from what was tried; ``mutants`` is ``None`` when none were put to the check."""
    tried, run = tuple(tried), mutants is not None
    killed = tuple(mutants or ())
    problem = static_problem(entry) or _problem_with(tried) or _problem_with_mutants(killed, run)
    verdict = "falls" if problem and entry.open is None else expected_verdict(entry)
    return Result(entry, verdict, problem, tried, killed, run)


def expected_verdict(entry: Entry) -> str:
    """The verdict if nothing falls, read from the form of the entry without running anything."""
    if entry.open is not None:
        return "open"
    if entry.erratum:
        return "refuted"
    strong = [e for e in entry.evidence if e.strong]
    whole = any(not e.partial for e in strong) or len(strong) == len(entry.evidence)
    return "proved" if strong and whole else "supported"


def count(verdicts: Iterable[str]) -> dict[str, int]:
    """How often each verdict occurs, all of them in a fixed order."""
    seen = list(verdicts)
    return {verdict: seen.count(verdict) for verdict in VERDICTS}


def expected_counts(post: str | None = None, source: str = CLAIMS) -> dict[str, int]:
    """How many entries (of one post) will have each verdict if nothing falls; nothing is run."""
    return count(expected_verdict(entry) for entry in entries(source) if post in (None, entry.post))


def _problem_with(tried: tuple[Tried, ...]) -> str:
    for t in tried:
        name = f"evidence {t.evidence + 1}"
        if t.form == "as printed":
            if t.outcome.holds:
                return f"{name}: the printed form holds, so it is no erratum"
            if not t.outcome.refuted:
                return f"{name}: the printed form is not refuted: {t.outcome.detail}"
        elif not t.outcome.holds:
            amended = "the amended form: " if t.form == "amended" else ""
            return f"{name}: {amended}{t.outcome.detail}"
    return ""


def _problem_with_mutants(mutants: tuple[Tried, ...], run: bool) -> str:
    survivors = [t for t in mutants if t.status == "survived"]
    if survivors:
        first = survivors[0]
        how = "passes the check" if first.outcome.holds else f"is not refuted: {first.outcome.detail}"
        more = f" (and {len(survivors) - 1} more)" if len(survivors) > 1 else ""
        return f"evidence {first.evidence + 1}: mutant '{first.form}' {how}{more}"
    if run and not any(t.status == "killed" for t in mutants):
        return "no mutant was refuted: nothing shows that the check can fail"
    return ""


def verdict_on(entry: Entry, *, seed: int = 0, level: float = FAMILY_LEVEL, mutants: bool = False) -> Result:
    """The verdict on one entry, computed here and without a time limit."""
    if entry.open is not None or static_problem(entry):
        return conclude(entry, ())
    tried = try_statements(entry, seed, level)
    if not mutants:
        return conclude(entry, tried)
    return conclude(
        entry,
        tried,
        [try_mutant(entry, i, name, seed, level) for i, e in enumerate(entry.evidence) for name in mutants_of(e)],
    )
