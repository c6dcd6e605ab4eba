"""One function over many tasks by threads or by a Dask cluster: results in order, memory that does not grow."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

SECONDS_TO_ANSWER = 3


def shared(
    function: Callable[[Task], Result], tasks: Iterable[Task], workers: int = 1, scheduler: str | None = None
) -> Iterator[Result]:
    """``function`` of each task, in the order of the tasks; ``tasks`` may be endless, two a worker are under way.

    In this thread, in ``workers`` threads, or by the workers of the Dask scheduler at an address. Whoever leaves early
    leaves no thread and no connection behind. Raises ``ImportError`` without Dask, ``ValueError`` for what is no
    address, ``ConnectionError`` when no scheduler answers there within seconds or it has no workers.
    """
    if scheduler is not None:
        with _cluster(scheduler) as client:
            # Workers may come and go, so they are counted at each task (a third of a millisecond).
            yield from _in_order(
                lambda task: client.submit(function, task, pure=False),
                tasks,
                lambda: 2 * sum(client.nthreads().values()),
            )
    elif workers == 1:
        yield from map(function, tasks)
    else:
        pool = ThreadPoolExecutor(workers)
        try:
            yield from _in_order(lambda task: pool.submit(function, task), tasks, lambda: 2 * workers)
        finally:
            pool.shutdown(cancel_futures=True)


def _in_order(submit: Callable[[Task], Any], tasks: Iterable[Task], most: Callable[[], int]) -> Iterator[Any]:
    waiting: deque[Any] = deque()
    for task in tasks:
        waiting.append(submit(task))
        while len(waiting) >= most():
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


@contextmanager
def _cluster(scheduler: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError as missing:
        raise ImportError(f"scheduler = {scheduler!r} needs Dask: pip install blogtools[cluster]") from missing
    try:
        client = Client(scheduler, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except ValueError as error:
        raise ValueError(f"scheduler = {scheduler!r} must be an address such as 'tcp://host:8786': {error}") from error
    except OSError as error:
        raise ConnectionError(f"no Dask scheduler answers at scheduler = {scheduler!r}: {error}") from error
    try:
        try:
            client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
        except TimeoutError as error:
            raise ConnectionError(f"scheduler = {scheduler!r} answers, but has no workers") from error
        yield client
    finally:
        client.close()
