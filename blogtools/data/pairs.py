"""Sentence pairs with labels from the files in which STS-B, LCQMC, BQ, ATEC and PAWS-X are passed around."""

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

FORMATS = {"sts-b": "a number from 0 to 5", "lcqmc": "0 or 1", "bq": "0 or 1", "atec": "0 or 1", "paws-x": "0 or 1"}
"""Name of the data set to the labels that it allows."""
HEADERS = (
    ("sentence1", "text_a", "question1", "text1"),
    ("sentence2", "text_b", "question2", "text2"),
    ("label", "score", "similarity", "gold_label", "similarity_score"),
)
COLUMNS = {3: (0, 1, 2), 4: (1, 2, 3), 7: (5, 6, 4), 8: (5, 6, 4), 9: (5, 6, 4)}
"""Places of the two sentences and the label by the number of fields, where no header names them: pairs; an id before
them; the seven columns of STS-B's own distribution with up to two sources behind."""


@dataclass(frozen=True)
class SentencePairs:
    """``labels`` float64 (n,) of how alike ``first[i]`` and ``second[i]`` are."""

    first: list[str]
    second: list[str]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)


def load_pairs(path: str | Path, format: str | None = None) -> SentencePairs:
    """The pairs in a UTF-8 file; ``format`` ("sts-b", "lcqmc", "bq", "atec", "paws-x") says which labels are allowed.

    The layout shows in the file's first line: JSON lines; fields parted by ``||``, tabs or commas (these with CSV
    quotes); with a header that names the columns, or without one as sentence, sentence, label, with an id before them,
    or in the seven columns of STS-B's own distribution. Without ``format`` a label is any number from 0 to 5.

    Raises ``ValueError`` with the file and the line for fields too few or too many, an empty sentence, a label that is
    not allowed, text that is no UTF-8; also for an unknown ``format`` and a file without pairs.
    """
    if format is not None and format not in FORMATS:
        raise ValueError(f"format={format!r}: expected one of {', '.join(FORMATS)}")
    path = Path(path)
    first, second, labels = [], [], []
    for number, (one, other, label) in _triples(path):
        where = f"{path}, line {number}"
        if not one.strip() or not other.strip():
            raise ValueError(f"{where}: the {'first' if not one.strip() else 'second'} sentence is empty")
        first.append(one.strip())
        second.append(other.strip())
        labels.append(_label(label, format, where))
    if not labels:
        raise ValueError(f"{path}: no pairs in it")
    return SentencePairs(first, second, np.array(labels, dtype=np.float64))


def _label(text: str, format: str | None, where: str) -> float:
    allowed = FORMATS["sts-b" if format is None else format]
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (value in (0, 1) if allowed == "0 or 1" else 0 <= value <= 5):
        raise ValueError(f"{where}: the label is {text!r}, expected {allowed}")
    return value


def _triples(path: Path) -> Iterator[tuple[int, tuple[str, str, str]]]:
    """Line number and sentence, sentence, label as they stand in the file."""
    text = _text(path)
    if not text.strip():
        return
    lines = text.removesuffix("\n").split("\n")
    if lines[0].startswith("{"):
        yield from enumerate((_from_json(line, f"{path}, line {n}") for n, line in enumerate(lines, 1)), 1)
        return
    rows = _rows(lines, path)
    number, head = next(rows)
    header = _named(head, f"{path}, line {number}")
    if header is None and len(head) not in COLUMNS:
        raise ValueError(
            f"{path}, line {number}: {len(head)} fields, expected a header with sentence1, sentence2 and label, or "
            "3 fields (sentence, sentence, label), 4 (an id before them), 7 to 9 (STS-B)"
        )
    columns = header or COLUMNS[len(head)]
    sources = header is None and len(head) >= 7
    if header is None:
        yield number, _pick(head, columns)
    for number, row in rows:
        if len(row) != len(head) and not (sources and 7 <= len(row) <= 9):
            raise ValueError(f"{path}, line {number}: {len(row)} fields, expected {len(head)} as in the first line")
        yield number, _pick(row, columns)


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ValueError(f"{path}, line {line}: byte {raw[error.start]:#04x} is no UTF-8; convert the file") from error


def _rows(lines: list[str], path: Path) -> Iterator[tuple[int, list[str]]]:
    separator = next((mark for mark in ("\t", "||") if mark in lines[0]), None)
    if separator is not None:
        yield from ((number, line.split(separator)) for number, line in enumerate(lines, 1))
        return
    reader = csv.reader((line + "\n" for line in lines), strict=True)
    try:
        yield from ((reader.line_num, row) for row in reader)
    except csv.Error as error:
        raise ValueError(f"{path}, line {reader.line_num}: no CSV ({error})") from error


def _named(names: list[str], where: str) -> tuple[int, int, int] | None:
    """Places of the columns that a header names; None when it names none of them, and so is no header."""
    lower = [name.strip().lower() for name in names]
    found = [next((lower.index(name) for name in choices if name in lower), None) for choices in HEADERS]
    one, other, label = found
    if one is not None and other is not None and label is not None:
        return one, other, label
    if found == [None, None, None]:
        return None
    lacking = HEADERS[found.index(None)]
    raise ValueError(f"{where}: names no column {' or '.join(lacking)}")


def _pick(row: list[str], columns: tuple[int, int, int]) -> tuple[str, str, str]:
    one, other, label = (row[column] for column in columns)
    return one, other, label


def _from_json(line: str, where: str) -> tuple[str, str, str]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"{where}: no JSON ({error})") from error
    names = list(record) if isinstance(record, dict) else []
    columns = _named(names, where)
    if columns is None:
        raise ValueError(f"{where}: expected an object with sentence1, sentence2 and label")
    one, other, label = _pick([str(record[name]) for name in names], columns)
    return one, other, label
