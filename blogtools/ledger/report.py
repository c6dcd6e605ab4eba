"""The verdicts as a table in the terminal and as JSON."""

import json
import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from blogtools.ledger.check import Result, Tried, count
from blogtools.ledger.evidence import Outcome

SCHEMA = 1


@dataclass(frozen=True)
class Run:
    """All results of one run with what makes it repeatable."""

    results: tuple[Result, ...]
    seed: int
    level: float
    mutants_run: bool
    seconds: float

    @property
    def counts(self) -> dict[str, int]:
        """How many entries have each verdict."""
        return count(result.verdict for result in self.results)


def measure(outcome: Outcome) -> str:
    """Error beside tolerance, or the p-value, in a few characters."""
    if outcome.p_value is not None:
        return f"p = {outcome.p_value:.2g}"
    if outcome.error is None or outcome.tolerance is None:
        return "-"
    if outcome.error == 0 and outcome.tolerance == 0:
        return "exact"
    return f"{outcome.error:.1e} {'≤' if outcome.error <= outcome.tolerance else '>'} {outcome.tolerance:.0e}"


def weakest(result: Result) -> Outcome | None:
    """The outcome nearest to failing, which the table shows for the entry."""
    forms = [t.outcome for t in result.tried if t.form != "as printed"]
    failing = [outcome for outcome in forms if not outcome.holds]
    if failing:
        return failing[0]

    def room(outcome: Outcome) -> float:
        if outcome.p_value is not None:
            return -outcome.p_value
        return (outcome.error or 0) / outcome.tolerance if outcome.tolerance else -1.0

    return max(forms, key=room, default=None)


def killed_of(result: Result) -> str:
    """Refuted mutants of those that had to be refuted."""
    return f"{result.killed}/{result.real_mutants}" if result.mutants_run and result.entry.open is None else "-"


def sentence(run: Run) -> str:
    """The run in one line."""
    counts = ", ".join(f"{n} {'fall' if v == 'falls' and n != 1 else v}" for v, n in run.counts.items() if n)
    parts = [f"{len(run.results)} {'entry' if len(run.results) == 1 else 'entries'}: {counts}"]
    if run.mutants_run:
        killed, real = (sum(getattr(r, name) for r in run.results) for name in ("killed", "real_mutants"))
        same = sum(t.status == "equivalent" for r in run.results for t in r.mutants)
        excused = sum(t.status == "excused" for r in run.results for t in r.mutants)
        parts.append(f"{killed} of {real} mutants refuted ({same} equivalent and {excused} excused left out)")
    parts += [f"seed {run.seed}", f"level {run.level:.1e} for each p-value", f"{run.seconds:.1f} s"]
    return " · ".join(parts)


def print_table(run: Run, out: TextIO) -> None:
    """One row for each entry, then what falls and what is open with the reasons, then the run in one line."""
    head = ("id", "kind", "verdict", "error or p", "points", "mutants", "seconds", "says")
    rows = [head]
    for result in run.results:
        worst = weakest(result)
        points = sum(t.outcome.points for t in result.tried)
        rows.append(
            (
                result.entry.id,
                result.entry.kind,
                result.verdict.upper() if result.falls else result.verdict,
                measure(worst) if worst else "-",
                str(points) if points else "-",
                killed_of(result),
                f"{result.seconds:.2f}" if result.tried else "-",
                result.entry.says,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(head) - 1)]
    right = {4, 5, 6}
    for row in rows:
        cells = [
            cell.rjust(w) if i in right else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=False))
        ]
        print("  ".join((*cells, row[-1])).rstrip(), file=out)
    print(file=out)
    for result in run.results:
        if result.falls:
            print(f"{result.entry.id} falls: {result.message}", file=out)
        elif result.entry.open is not None:
            print(f"{result.entry.id} is open: {result.entry.open.reason} {settled(result)}", file=out)
        elif result.entry.erratum:
            corrected = result.entry.corrected_by
            print(f"{result.entry.id} does not hold as printed or read; the right form is {corrected}", file=out)
    print(sentence(run), file=out)


def settled(result: Result) -> str:
    """What would decide an open entry."""
    return f"To settle it: {result.entry.open.settled_by}" if result.entry.open else ""


def as_data(run: Run) -> dict[str, Any]:
    """The run as plain data, the content of the JSON report.

    ``{"schema": 1, "status": 0|1, "seed", "level", "mutants_run", "seconds", "counts": {verdict: n}, "entries"}``; each
    entry has ``id, post, kind, section, latex, says, verdict, falls, message, seconds, corrected_by,
    open: null | {reason, settled_by}, evidence: [tried], mutants: [tried]``; each tried form has ``evidence`` (its
    place, from 0), ``kind, about, form, status, automatic, holds, refuted, error, tolerance, p_value, points, detail,
    seconds``. ``status`` of a mutant is killed, survived, equivalent or excused. What is not finite is ``null``.
    """
    return {
        "schema": SCHEMA,
        "status": int(any(result.falls for result in run.results)),
        "seed": run.seed,
        "level": run.level,
        "mutants_run": run.mutants_run,
        "seconds": round(run.seconds, 3),
        "counts": run.counts,
        "entries": [_entry_data(result) for result in run.results],
    }


def _entry_data(result: Result) -> dict[str, Any]:
    entry = result.entry
    return {
        **{name: getattr(entry, name) for name in ("id", "post", "kind", "section", "latex", "says", "corrected_by")},
        "open": {"reason": entry.open.reason, "settled_by": entry.open.settled_by} if entry.open else None,
        "verdict": result.verdict,
        "falls": result.falls,
        "message": result.message,
        "seconds": round(result.seconds, 3),
        "evidence": [_tried_data(t, result) for t in result.tried],
        "mutants": [_tried_data(t, result) for t in result.mutants],
    }


def _tried_data(tried: Tried, result: Result) -> dict[str, Any]:
    evidence, outcome = result.entry.evidence[tried.evidence], tried.outcome
    return {
        "evidence": tried.evidence,
        "kind": evidence.name,
        "about": evidence.about,
        "form": tried.form,
        "status": tried.status,
        "automatic": tried.automatic,
        "holds": outcome.holds,
        "refuted": outcome.refuted,
        **{name: _number(getattr(outcome, name)) for name in ("error", "tolerance", "p_value")},
        "points": outcome.points,
        "detail": outcome.detail,
        "seconds": round(tried.seconds, 3),
    }


def _number(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def write_json(run: Run, path: Path) -> None:
    """The JSON report; see ``as_data`` for its schema."""
    write_whole(path, json.dumps(as_data(run), ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write a text file so that whoever reads it sees the old content or all of the new."""
    handle, name = tempfile.mkstemp(prefix=path.name + ".", dir=path.absolute().parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def counts(report: str | os.PathLike[str] | Mapping[str, Any], post: str | None = None) -> dict[str, int]:
    """How many entries (of one post) have each verdict, read from a JSON report or its parsed content."""
    data = report if isinstance(report, Mapping) else json.loads(Path(report).read_text(encoding="utf-8"))
    if data.get("schema") != SCHEMA:
        raise ValueError(f"report = {report!r} has schema {data.get('schema')!r}; this version reads {SCHEMA}")
    chosen: Sequence[Mapping[str, Any]] = [e for e in data["entries"] if post in (None, e["post"])]
    return count(entry["verdict"] for entry in chosen)


def line(tried: Tried, result: Result) -> str:
    """One tried form in words: kind of evidence, form, finding, error or p-value, points."""
    evidence, outcome = result.entry.evidence[tried.evidence], tried.outcome
    finding = tried.status or ("holds" if outcome.holds else "refuted" if outcome.refuted else "undecided")
    number = measure(outcome)
    parts = [
        f"{evidence.name}, {tried.form}: {finding}",
        evidence.about,
        outcome.detail,
        "" if number == "-" else number,
    ]
    return "; ".join(p for p in parts if p) + (f"; {outcome.points} points" if outcome.points else "")
