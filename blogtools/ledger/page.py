"""The verdicts as one page."""

import html
from pathlib import Path

from blogtools.ledger.check import Result
from blogtools.ledger.report import Run, killed_of, line, sentence, settled, write_whole

COLOURS = {"proved": "#00694c", "supported": "#00568a", "refuted": "#7a4100", "open": "#555555", "falls": "#b32d00"}
"""Dark forms of the Okabe-Ito hues, readable on white; a verdict is always written out as well."""
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #111; background: #fff }
body { margin: 2rem auto; max-width: 80rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top }
th { position: sticky; top: 0; background: #fff }
td.n { text-align: right; white-space: nowrap }
code { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85em }
summary { cursor: pointer }
.m { color: #444; font-size: .9em }
"""
_COLUMNS = ("id", "kind", "verdict", "statement and evidence", "mutants", "seconds")


def write_html(run: Run, path: Path) -> None:
    """The report as one page that needs nothing else."""
    style = _STYLE + "".join(
        f".{verdict} {{ color: {colour}; font-weight: 600 }}\n" for verdict, colour in COLOURS.items()
    )
    head = "".join(f"<th>{column}</th>" for column in _COLUMNS)
    rows = "\n".join(_html_row(result) for result in run.results)
    write_whole(
        path,
        f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Ledger: verdicts</title><style>{style}</style></head><body>
<h1>Verdicts</h1><p>{html.escape(sentence(run))}</p>
<table><thead><tr>{head}</tr></thead>
<tbody>
{rows}
</tbody></table></body></html>
""",
    )


def _html_row(result: Result) -> str:
    entry, text = result.entry, html.escape
    about = [text(entry.says)]
    if entry.latex:
        about.append(f"<br><code>{text(entry.latex)}</code>")
    note = result.message or (f"{entry.open.reason} {settled(result)}" if entry.open else "")
    if entry.erratum:
        note = f"{note} The right form is {entry.corrected_by}.".strip()
    if note:
        about.append(f'<div class="m">{text(note)}</div>')
    for title, forms in (("forms put to the evidence", result.tried), ("mutants", result.mutants)):
        items = "".join(f"<li>{text(line(t, result))}</li>" for t in forms)
        about.append(
            f'<details class="m"><summary>{len(forms)} {title}</summary><ul>{items}</ul></details>' if items else ""
        )
    return (
        f'<tr id="{text(entry.id)}"><td>{text(entry.id)}</td><td>{entry.kind}</td>'
        f'<td class="{result.verdict}">{result.verdict}</td><td>{"".join(about)}</td>'
        f'<td class="n">{killed_of(result)}</td><td class="n">{result.seconds:.2f}</td></tr>'
    )
