"""What a claim is, the kinds of evidence for it, the runner and the reports.

>>> from blogtools.ledger import Entry, Symbolic, verify, show
"""

from blogtools.ledger.check import Result, expected_counts, verdict_on
from blogtools.ledger.entry import KINDS, Entry, Open, entries, get
from blogtools.ledger.evidence import Evidence, Exact, Numeric, Outcome, Symbolic
from blogtools.ledger.mutants import automatic_mutants
from blogtools.ledger.notebook import show, summary
from blogtools.ledger.report import counts
from blogtools.ledger.runner import verify
from blogtools.ledger.statistics import Experiment, Law, Slope

__all__ = [
    "KINDS",
    "Entry",
    "Evidence",
    "Exact",
    "Experiment",
    "Law",
    "Numeric",
    "Open",
    "Outcome",
    "Result",
    "Slope",
    "Symbolic",
    "automatic_mutants",
    "counts",
    "entries",
    "expected_counts",
    "get",
    "show",
    "summary",
    "verdict_on",
    "verify",
]
