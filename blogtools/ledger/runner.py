"""Verifying the ledger in worker processes: selection, time limits, exit status."""

import multiprocessing
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TextIO

from pebble import ProcessExpired, ProcessPool
from tqdm import tqdm

from blogtools.ledger.check import (
    Result,
    Tried,
    conclude,
    level_of,
    static_problem,
    try_mutant,
    try_statements,
)
from blogtools.ledger.entry import CLAIMS, KINDS, Entry, entries, near
from blogtools.ledger.evidence import Outcome
from blogtools.ledger.mutants import mutants_of
from blogtools.ledger.page import write_html
from blogtools.ledger.report import Run, print_table, write_json
from blogtools.posts import POSTS

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Task:
    """What one worker does in one go: all statements of an entry, or one mutant (``mutant`` named)."""

    entry: str
    evidence: int = 0
    mutant: str | None = None


def select(
    ledger: Sequence[Entry], ids: Sequence[str] = (), post: str | None = None, kind: str | None = None
) -> list[Entry]:
    """The entries asked for, in the order of the ledger; ``ValueError`` names near ones for a wrong one."""
    known = {entry.id: entry for entry in ledger}
    for wanted in ids:
        if wanted not in known:
            raise ValueError(f"id = {wanted!r} is not in the ledger; {near(wanted, known)}")
    posts = [p.id for p in POSTS] + [entry.post for entry in ledger]
    if post is not None and post not in posts:
        raise ValueError(f"post = {post!r} is not a post; {near(post, posts)}")
    if kind is not None and kind not in KINDS:
        raise ValueError(f"kind = {kind!r} is not a kind; {near(kind, KINDS)}")
    chosen = [
        entry
        for entry in ledger
        if (not ids or entry.id in ids) and post in (None, entry.post) and kind in (None, entry.kind)
    ]
    if not chosen:
        raise ValueError("no entry of the ledger is selected, so nothing would be checked")
    return chosen


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Worker processes started inside inherit an environment that gives each of them one thread."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


_worker_entries: dict[str, Entry] = {}


def _start_worker(source: str) -> None:
    """Load the claims once in a worker, outside the time limit of any task."""
    _worker_entries.update((entry.id, entry) for entry in entries(source))


def _work(task: Task, seed: int, level: float) -> list[Tried]:
    entry = _worker_entries[task.entry]
    if task.mutant is None:
        return try_statements(entry, seed, level)
    return [try_mutant(entry, task.evidence, task.mutant, seed, level)]


def run_entries(
    chosen: Sequence[Entry],
    *,
    level: float,
    seed: int = 0,
    jobs: int = 1,
    mutants: bool = False,
    source: str = CLAIMS,
    progress: bool = False,
) -> list[Result]:
    """Results of the entries in their order, computed in ``jobs`` worker processes that load ``source`` anew.

    An entry or mutant that exceeds its time is stopped and counts as undecided; the others are not disturbed.
    """
    runnable = [entry for entry in chosen if entry.open is None and not static_problem(entry)]
    tasks = {Task(entry.id): entry.timeout for entry in runnable}
    if mutants:
        for entry in runnable:
            for number, evidence in enumerate(entry.evidence):
                tasks.update((Task(entry.id, number, name), entry.timeout) for name in mutants_of(evidence))
    tried: dict[str, list[Tried]] = {entry.id: [] for entry in chosen}
    killed: dict[str, list[Tried]] = {entry.id: [] for entry in chosen}
    if tasks:
        for task, outcome in _in_workers(tasks, seed, level, jobs, source, progress):
            (tried if task.mutant is None else killed)[task.entry].extend(outcome)
    return [conclude(entry, tried[entry.id], killed[entry.id] if mutants else None) for entry in chosen]


def _in_workers(
    tasks: Mapping[Task, float], seed: int, level: float, jobs: int, source: str, progress: bool
) -> Iterator[tuple[Task, list[Tried]]]:
    """Each task with what it gave, in the order of ``tasks``; those with the longest time limit start first."""
    pool = ProcessPool(
        max_workers=min(jobs, len(tasks)),
        initializer=_start_worker,
        initargs=(source,),
        context=multiprocessing.get_context("spawn"),
    )
    with _one_thread_each(), tqdm(total=len(tasks), disable=not progress, file=sys.stderr, unit="check") as bar:
        try:
            futures: dict[Task, Future[list[Tried]]] = {}
            for task in sorted(tasks, key=lambda task: -tasks[task]):
                futures[task] = pool.schedule(_work, args=(task, seed, level), timeout=tasks[task])
                futures[task].add_done_callback(lambda _: bar.update())
            for task, limit in tasks.items():
                yield task, _result_of(futures[task], task, limit)
            pool.close()
        except BaseException:
            pool.stop()
            raise
        finally:
            pool.join()


def _result_of(future: "Future[list[Tried]]", task: Task, limit: float) -> list[Tried]:
    start = time.perf_counter()
    try:
        return future.result()
    except Late:
        outcome, seconds = Outcome.undecided(f"timed out after {limit:g} s"), limit
    except ProcessExpired as death:
        outcome = Outcome.undecided(f"its process died with exit code {death.exitcode}")
        seconds = time.perf_counter() - start
    if task.mutant is None:
        return [Tried(0, "statement", outcome, seconds)]
    return [Tried(task.evidence, task.mutant, outcome, seconds, status="survived")]


def verify(
    ids: Sequence[str] = (),
    post: str | None = None,
    kind: str | None = None,
    jobs: int = 1,
    seed: int | str = 0,
    mutants: bool = False,
    json_path: str | PathLike[str] | None = None,
    html_path: str | PathLike[str] | None = None,
    stream: TextIO | None = None,
    source: str = CLAIMS,
) -> int:
    """Check the ledger or a part of it, print a table, write reports; the exit status of ``blogtools verify``.

    Parameters
    ----------
    ids, post, kind : what to check; everything when empty.
    jobs : worker processes, each with one thread.
    seed : a non-negative integer, or "random" to draw one, which is then printed.
    mutants : also put every mutant to its check.
    json_path, html_path : files to write, whole or not at all.
    stream : where the table goes, standard output by default. Progress goes to standard error when that is a terminal.
    source : where the entries come from, see ``entries``.

    Returns
    -------
    0 when every entry holds (an erratum: is refuted and amended) and every mutant that was tried dies, 1 when something
    falls or a report cannot be written, 2 when an argument is wrong. Open entries are listed and do not fall.
    """
    out = sys.stdout if stream is None else stream
    try:
        ledger = entries(source)
    except ValueError as problem:
        print(f"the ledger cannot be read: {problem}", file=out)
        return 1
    try:
        chosen = select(ledger, ids, post, kind)
        number = _seed(seed)
        if jobs < 1:
            raise ValueError(f"jobs = {jobs!r} is not a positive number of processes")
        for name, path in (("json_path", json_path), ("html_path", html_path)):
            if path is not None and not Path(path).absolute().parent.is_dir():
                raise ValueError(f"{name} = {str(path)!r} is in a folder that does not exist")
    except ValueError as problem:
        print(problem, file=out)
        return 2
    start = time.perf_counter()
    level = level_of(ledger)
    results = run_entries(
        chosen,
        level=level,
        seed=number,
        jobs=jobs,
        mutants=mutants,
        source=source,
        progress=sys.stderr.isatty(),
    )
    run = Run(tuple(results), number, level, mutants, time.perf_counter() - start)
    print_table(run, out)
    writers: tuple[tuple[Callable[[Run, Path], None], str | PathLike[str] | None], ...] = (
        (write_json, json_path),
        (write_html, html_path),
    )
    for write, path in writers:
        if path is not None:
            try:
                write(run, Path(path))
            except OSError as problem:
                print(f"cannot write {path}: {problem.strerror or problem}", file=out)
                return 1
    return 1 if any(result.falls for result in results) else 0


def _seed(seed: int | str) -> int:
    if seed == "random":
        return secrets.randbits(48)
    if isinstance(seed, str) and seed.isdecimal():
        return int(seed)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed = {seed!r} is neither a non-negative integer nor 'random'")
    return seed
