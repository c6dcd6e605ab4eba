"""What a claim is: one entry for every displayed equation, claim, algorithm, table and figure of a post."""

import difflib
import importlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from blogtools.ledger.evidence import Evidence

KINDS = ("identity", "limit", "order", "law", "algorithm", "table", "figure", "experiment")
CLAIMS = "blogtools.claims"
_ID = re.compile(r"[0-9a-z]+(\.[0-9a-zA-Z_-]+)+")


@dataclass(frozen=True)
class Open:
    """Why a claim is not decided here, and what would decide it."""

    reason: str
    settled_by: str

    def __post_init__(self) -> None:
        for name in ("reason", "settled_by"):
            if not getattr(self, name).strip():
                raise ValueError(f"{name} = '' but an open claim says why it is open and what would settle it")


@dataclass(frozen=True, eq=False)
class Entry:
    r"""One statement of a post with the evidence for it.

    Parameters
    ----------
    id : permanent, written out in full, the post first: ``"9305.eq4"``.
    kind : one of ``KINDS``.
    latex : the statement as displayed, without dollar signs; empty where the post displays no formula.
    says : one line in words.
    evidence : the checks; all of them must hold.
    section : heading of the notebook section that treats the statement.
    open : why it is undecided and what would settle it; such an entry needs no evidence and has the verdict "open".
    corrected_by : id of the right form. The entry is then an erratum: its evidence carries the printed form as
        ``statement`` and the right one as ``amended``, must refute the first and must hold for the second.
    timeout : seconds allowed for all its evidence together, and again for each single mutant.

    Raises ``ValueError`` for an id, kind or timeout that cannot be meant.
    """

    id: str
    kind: str
    latex: str
    says: str
    evidence: tuple["Evidence", ...] = ()
    section: str = ""
    open: Open | None = None
    corrected_by: str = ""
    timeout: float = 60.0

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"id = {self.id!r} is not of the form '9305.eq4'")
        if self.kind not in KINDS:
            raise ValueError(f"{self.id}: kind = {self.kind!r} is not one of {', '.join(KINDS)}")
        if not self.says.strip() or "\n" in self.says:
            raise ValueError(f"{self.id}: says = {self.says!r} is not one line in words")
        if not self.timeout > 0:
            raise ValueError(f"{self.id}: timeout = {self.timeout!r} is not a positive number of seconds")
        if self.open is not None and self.evidence:
            raise ValueError(f"{self.id}: open = {self.open!r} but there is evidence; an open claim has none")
        object.__setattr__(self, "evidence", tuple(self.evidence))

    @property
    def post(self) -> str:
        """Number of the post, the part of the id before the first dot."""
        return self.id.partition(".")[0]

    @property
    def erratum(self) -> bool:
        """Whether the entry records a slip of the post."""
        return bool(self.corrected_by)


def near(word: str, words: Iterable[str]) -> str:
    """Up to five of ``words`` that look like ``word``, or all of a short list, as a phrase for an error message."""
    known = list(dict.fromkeys(words))
    close = difflib.get_close_matches(word, known, n=5, cutoff=0.5)
    if close:
        return "near: " + ", ".join(close)
    return "known: " + ", ".join(known) if 0 < len(known) <= 12 else f"none of the {len(known)} known is near"


def entries(source: str = CLAIMS) -> list[Entry]:
    """All entries, post by post and in a post as its file has them.

    ``source`` is the dotted name of a module with a list ``ENTRIES`` or, like ``blogtools.claims``, a function
    ``entries()``. It is loaded by name so that the ledger stands below the claims and worker processes find the same.
    ``ValueError`` when two entries bear one id or an erratum points to an id that does not exist.
    """
    module = importlib.import_module(source)
    found: Sequence[Entry] = module.entries() if hasattr(module, "entries") else module.ENTRIES
    by_id: dict[str, Entry] = {}
    for entry in found:
        if entry.id in by_id:
            raise ValueError(f"id = {entry.id!r} is borne by two entries; an id is permanent and unique")
        by_id[entry.id] = entry
    for entry in found:
        if entry.corrected_by and (entry.corrected_by not in by_id or by_id[entry.corrected_by].erratum):
            raise ValueError(f"{entry.id}: corrected_by = {entry.corrected_by!r} is not the id of a right form")
    return sorted(found, key=lambda entry: entry.post)


def get(entry_id: str, source: str = CLAIMS) -> Entry:
    """The entry with this id; ``ValueError`` names near ones."""
    known = {entry.id: entry for entry in entries(source)}
    if entry_id not in known:
        raise ValueError(f"id = {entry_id!r} is not in the ledger; {near(entry_id, known)}")
    return known[entry_id]
