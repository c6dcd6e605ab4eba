"""Verdicts in a notebook: one equation with its verdict, a mutant in its place, the table of a post."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from blogtools.ledger.check import Result, Tried, count, level_of, try_mutant, verdict_on
from blogtools.ledger.entry import CLAIMS, Entry, entries, get, near
from blogtools.ledger.mutants import mutants_of
from blogtools.ledger.page import COLOURS
from blogtools.ledger.report import measure, weakest
from blogtools.ledger.runner import select
from blogtools.ledger.values import is_expression

TRUTH = "as in the post"
_SIGNS = {"proved": "✔", "supported": "✔", "refuted": "✘", "open": "?", "falls": "✘"}


_seen: dict[tuple[Entry, int, float], Result] = {}
"""Results of this process, so that the table at the end of a notebook does not repeat what its cells have shown."""


@dataclass(frozen=True)
class View:
    """Something that a notebook shows as markdown and a terminal as text."""

    markdown: str
    text: str
    widget: Any = None

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": self.text, "text/markdown": self.markdown}
        if self.widget is not None:
            bundle |= {k: v for k, v in self.widget._repr_mimebundle_().items() if k not in bundle}
        return bundle

    def __repr__(self) -> str:
        return self.text


def show(
    entry_id: str, mutant: str | None = None, *, switch: bool = False, seed: int = 0, source: str = CLAIMS
) -> View:
    """The equation with its verdict, the error beside the tolerance, and the time; computed when called.

    Parameters
    ----------
    mutant : name of a mutant, hand-written or automatic, to put in place of the true form.
    switch : a menu to choose between the truth and its mutants, live in a notebook, with the truth as the still.

    Raises ``ValueError`` for an id or a mutant that does not exist, naming near ones.
    """
    entry = get(entry_id, source)
    level = level_of(entries(source))
    if mutant is not None:
        view = _mutant_view(entry, mutant, seed, level)
    else:
        _seen.pop((entry, seed, level), None)
        result = _verdict(entry, seed, level)
        lines = _verdict_lines(result)
        view = View(_markdown(entry, lines, result.verdict), _text(entry, lines))
    return View(view.markdown, view.text, _switch(entry, mutant, seed, level)) if switch else view


def mutant_names(entry: Entry) -> dict[str, int]:
    """Names of an entry's mutants with the place of the evidence that has to refute them; the first counts."""
    names: dict[str, int] = {}
    for number, evidence in enumerate(entry.evidence):
        for name in mutants_of(evidence):
            names.setdefault(name, number)
    return names


def _verdict(entry: Entry, seed: int, level: float) -> Result:
    """The verdict, computed once in this process."""
    if (entry, seed, level) not in _seen:
        _seen[entry, seed, level] = verdict_on(entry, seed=seed, level=level)
    return _seen[entry, seed, level]


def _duration(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _try(entry: Entry, mutant: str, seed: int, level: float) -> Tried:
    names = mutant_names(entry)
    if mutant not in names:
        raise ValueError(f"mutant = {mutant!r} is not one of {entry.id}; {near(mutant, names)}")
    return try_mutant(entry, names[mutant], mutant, seed, level)


def _verdict_lines(result: Result) -> list[str]:
    """The verdict first, then a line for each piece of evidence."""
    entry, evidence = result.entry, result.entry.evidence
    first = f"{_SIGNS[result.verdict]} {result.verdict}"
    if entry.open is not None:
        return [first, entry.open.reason, f"To settle it: {entry.open.settled_by}"]
    if entry.erratum:
        first += f" as printed; the right form is {entry.corrected_by}"
    if result.message:
        first += f": {result.message}"
    lines = [f"{first} · {_duration(result.seconds)}"]
    for tried in result.tried:
        kind = evidence[tried.evidence]
        form = "" if tried.form == "statement" else f" ({tried.form})"
        lines.append(kind.name + form + ": " + _finding(tried, kind.about))
    return lines


def _finding(tried: Tried, about: str) -> str:
    number, points = measure(tried.outcome), tried.outcome.points
    parts = [about, tried.outcome.detail, "" if number == "-" else number]
    return " · ".join(p for p in parts if p) + (f" · {points} point{'s' * (points != 1)}" if points else "")


def _mutant_lines(entry: Entry, tried: Tried) -> list[str]:
    evidence = entry.evidence[tried.evidence]
    if tried.status == "killed":
        first = "✘ refuted, as it must be"
    elif tried.status == "survived":
        first = "survives: the check cannot tell it from the truth"
    else:
        first = f"no real mutant ({tried.status})"
    return [
        f"{first} · {_duration(tried.seconds)}",
        f"mutant: {tried.form}",
        f"{evidence.name}: {_finding(tried, evidence.about)}",
    ]


def _mutant_view(entry: Entry, mutant: str, seed: int, level: float) -> View:
    tried = _try(entry, mutant, seed, level)
    lines = _mutant_lines(entry, tried)
    form = mutants_of(entry.evidence[tried.evidence])[mutant][0]
    latex = sp.latex(form) if is_expression(form) else ""
    shown = _markdown(entry, lines, "falls", latex)
    return View(shown, _text(entry, lines, latex))


def _markdown(entry: Entry, lines: Sequence[str], verdict: str, mutated: str = "") -> str:
    """Title, equation, mutated side if any, and the lines; the first is coloured and says the same in words."""
    parts = [f"**{entry.id}** — {entry.says}"]
    if entry.latex:
        parts.append(f"$${entry.latex}$$")
    if mutated:
        parts += ["with this side changed to", f"$${mutated}$$"]
    parts.append(f'<span style="color:{COLOURS[verdict]}">**{_escape(lines[0])}**</span>')
    parts.append("\n".join(f"- {_escape(text)}" for text in lines[1:]))
    return "\n\n".join(p for p in parts if p)


def _escape(text: str) -> str:
    """Text whose signs mean themselves in markdown."""
    for sign in "\\`*_$<>|":
        text = text.replace(sign, "\\" + sign)
    return text


def _text(entry: Entry, lines: Sequence[str], mutated: str = "") -> str:
    head = [f"{entry.id}  {entry.says}", *([entry.latex] if entry.latex else []), *([mutated] if mutated else [])]
    return "\n  ".join([*head, *lines])


def _switch(entry: Entry, mutant: str | None, seed: int, level: float) -> Any:
    """A menu of the truth and the mutants over the verdict that it leads to."""
    import ipywidgets

    verdict = ipywidgets.HTML()
    menu = ipywidgets.Dropdown(
        options=[TRUTH, *mutant_names(entry)],
        value=mutant or TRUTH,
        description=entry.id,
        layout={"width": "max-content", "max_width": "100%"},
        style={"description_width": "initial"},
    )

    def render(choice: str) -> str:
        if choice == TRUTH:
            result = _verdict(entry, seed, level)
            lines, colour = _verdict_lines(result), COLOURS[result.verdict]
        else:
            lines, colour = _mutant_lines(entry, _try(entry, choice, seed, level)), COLOURS["falls"]
        rest = "".join(f"<li>{html.escape(text)}</li>" for text in lines[1:])
        return f'<b style="color:{colour}">{html.escape(lines[0])}</b><ul>{rest}</ul>'

    def on_choice(change: Mapping[str, Any]) -> None:
        verdict.value = render(change["new"])

    verdict.value = render(menu.value)
    menu.observe(on_choice, names="value")
    title = f"<b>{html.escape(entry.id)}</b> — {html.escape(entry.says)}"
    equation = ipywidgets.HTMLMath(title + (f" $${html.escape(entry.latex)}$$" if entry.latex else ""))
    return ipywidgets.VBox([equation, menu, verdict])


def summary(
    post: str, *, sections: Sequence[str] = (), leave_out: Sequence[str] = (), seed: int = 0, source: str = CLAIMS
) -> View:
    """The verdicts on all entries of a post as a table with their counts.

    ``sections`` takes only the entries of these sections, ``leave_out`` all but these, for a post in two notebooks.
    What ``show`` has found in this process is taken over, the rest is computed when called.
    Raises ``ValueError`` for a post that has no entry, and for a section that none of its entries names.
    """
    ledger = entries(source)
    level = level_of(ledger)
    chosen = select(ledger, post=post)
    known = {entry.section for entry in chosen}
    for name in (*sections, *leave_out):
        if name not in known:
            raise ValueError(f"section {name!r} is not one of {post}; {near(name, known)}")
    wanted = (set(sections) or known) - set(leave_out)
    results = [_verdict(entry, seed, level) for entry in chosen if entry.section in wanted]
    counted = count(result.verdict for result in results)
    total = f"{len(results)} entries: " + ", ".join(f"{n} {verdict}" for verdict, n in counted.items() if n)
    rows, plain = ["| id | says | verdict | error or p | mutants |", "|---|---|---|---|---|"], []
    for result in results:
        worst = weakest(result)
        number, broken = (measure(worst) if worst else "-"), len(mutant_names(result.entry))
        colour = COLOURS[result.verdict]
        verdict = f'<span style="color:{colour}">{_SIGNS[result.verdict]} {result.verdict}</span>'
        rows.append(f"| {result.entry.id} | {_escape(result.entry.says)} | {verdict} | {number} | {broken} |")
        plain.append(f"{result.entry.id}  {result.verdict}  {number}  {broken} mutants  {result.entry.says}")
        if result.falls:
            plain.append(f"  {result.message}")
    return View("\n".join(rows) + f"\n\n{total}", "\n".join([*plain, total]))
