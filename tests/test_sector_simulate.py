"""Throwing points (9324): three routes against the exact law, streams, intervals, workers, interruption, bad input."""

import importlib
import io
import itertools
import math
import signal
import socket
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import psutil  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from blogtools.sector import ROUTES, Estimate, exact_probability, running, simulate

throwing = importlib.import_module("blogtools.sector.simulate")
workers = importlib.import_module("blogtools.sector.workers")
FALSE_ALARMS = 1e-4

# (n, θ/2π, trials): θ ≤ π, where one term is the law; x < 1/2 and n·x > 1, where several are; numbers of points that
# fill the groups of the exponentials, and that do not.
POINTS = [
    (2, Fraction(1, 3), 200_000),
    (4, Fraction(1, 2), 200_000),
    (3, Fraction(1, 20), 400_000),
    (3, Fraction(31, 50), 200_000),
    (4, Fraction(7, 10), 200_000),
    (5, Fraction(7, 10), 200_000),
    (10, Fraction(3, 4), 100_000),
    (16, Fraction(4, 5), 60_000),
    (17, Fraction(4, 5), 60_000),
    (35, Fraction(9, 10), 30_000),
    (100, Fraction(19, 20), 10_000),
    (1000, Fraction(993, 1000), 3_000),
]


def theta(turn: Fraction) -> float:
    return float(turn) * math.tau


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(("n", "turn", "trials"), POINTS)
def test_every_route_meets_the_exact_law(n: int, turn: Fraction, trials: int, route: str) -> None:
    estimate = simulate(n, theta(turn), trials, route=route, seed=9324)
    exact = float(exact_probability(n, turn))
    assert 0.001 < exact < 0.999, "a point that cannot tell"
    assert stats.binomtest(estimate.hits, trials, exact).pvalue > FALSE_ALARMS / (len(POINTS) * len(ROUTES))


def test_the_points_see_more_than_one_term() -> None:
    several = [(n, turn) for n, turn, _ in POINTS if 1 - turn < Fraction(1, 2) and n * (1 - turn) > 1]
    assert len(several) >= 6
    for n, turn in several:
        assert n * turn ** (n - 1) - exact_probability(n, turn) > Fraction(1, 100)


@pytest.mark.parametrize("route", ROUTES)
def test_a_million_points(route: str) -> None:
    x = (math.log(10**6) + 0.4) / 10**6
    hits = simulate(10**6, math.tau * (1 - x), 8, route=route, seed=2).hits
    assert 0 < hits < 8


@pytest.mark.parametrize("route", ROUTES)
@settings(max_examples=20, deadline=None)
@given(n=st.integers(1, 40), angles=st.tuples(st.floats(0, math.tau), st.floats(0, math.tau)), seed=st.integers(0))
def test_one_seed_throws_the_same_points_for_every_angle(
    route: str, n: int, angles: tuple[float, float], seed: int
) -> None:
    narrow, wide = (simulate(n, angle, 300, route=route, seed=seed).hits for angle in sorted(angles))
    assert narrow <= wide


@pytest.mark.parametrize("route", ROUTES)
def test_the_ends(route: str) -> None:
    for n in (1, 2, 5, 40):
        assert simulate(n, math.tau, 1000, route=route, seed=0).value == 1
        assert simulate(n, 0, 1000, route=route, seed=0).value == (n == 1)
    assert simulate(2, math.pi, 1000, route=route, seed=0).value == 1
    assert simulate(1, 1e-300, 1000, route=route, seed=0).value == 1


@pytest.mark.parametrize("route", ROUTES)
def test_the_count_does_not_depend_on_the_workers(route: str) -> None:
    alone = simulate(5, 4.0, 1_500_000 if route == "exponentials" else 300_000, route=route, seed=7)
    for many in (2, 5):
        assert simulate(5, 4.0, alone.trials, route=route, seed=7, workers=many) == alone
    assert simulate(5, 4.0, alone.trials, route=route, seed=8).hits != alone.hits


def test_the_first_block_is_the_spawned_stream() -> None:
    stream = np.random.SeedSequence(5).spawn(3)[list(ROUTES).index("angles")].spawn(1)[0]
    turns = np.sort(np.random.Generator(np.random.SFC64(stream)).random((64, 6)), axis=1)
    longest = np.diff(turns, axis=1, append=turns[:, :1] + 1).max(axis=1)
    first = next(running(6, 4.0, 10**6, route="angles", seed=5))
    assert first == Estimate(int((longest > 1 - 4.0 / math.tau).sum()), 64)


def test_no_two_streams_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []

    def spy(rng: np.random.Generator, n: int, x: float, size: int) -> int:
        drawn.append(rng.random(400))
        return 0

    for route in ROUTES:
        monkeypatch.setitem(ROUTES, route, spy)
    for route, seed in itertools.product(ROUTES, range(12)):
        simulate(4, 3.0, 2_000, route=route, seed=seed)
    assert len(drawn) >= 12 * 3 * 20
    assert np.unique(drawn).size == np.size(drawn)


@pytest.mark.parametrize("confidence", [0.5, 0.99, 0.999999])
@pytest.mark.parametrize(("hits", "trials"), [(0, 1), (1, 1), (0, 64), (64, 64), (1, 30), (17, 30), (4321, 10**6)])
def test_the_interval_is_the_exact_binomial_one(hits: int, trials: int, confidence: float) -> None:
    ours = Estimate(hits, trials, confidence).interval
    theirs = stats.binomtest(hits, trials).proportion_ci(confidence, "exact")
    assert ours == pytest.approx((theirs.low, theirs.high), rel=1e-9, abs=5e-12)  # binomtest stops at 2e-12


@pytest.mark.parametrize("hits", [1, 12_345, 5 * 10**9, 10**10 - 12_345])
def test_the_interval_holds_at_ten_thousand_million_trials(hits: int) -> None:
    low, high = Estimate(hits, 10**10, 0.99).interval
    assert low < hits / 10**10 < high
    assert stats.binom.sf(hits - 1, 10**10, low) == pytest.approx(0.005, rel=1e-5)
    assert stats.binom.cdf(hits, 10**10, high) == pytest.approx(0.005, rel=1e-5)


def test_the_interval_covers() -> None:
    runs, confidence = 600, 0.9
    estimates = [simulate(4, math.pi, 64, route="exponentials", seed=i, confidence=confidence) for i in range(runs)]
    missed = sum(not low <= 0.5 <= high for low, high in (estimate.interval for estimate in estimates))
    # For 64 trials of probability 1/2, the discrete interval misses less often than one run in ten.
    law = stats.binom(64, 0.5)
    rate = sum(law.pmf(k) for k in range(65) if not np.prod(np.subtract(Estimate(k, 64, 0.9).interval, 0.5)) <= 0)
    assert 0.05 < rate <= 0.1
    assert stats.binomtest(missed, runs, rate).pvalue > FALSE_ALARMS


@pytest.mark.parametrize("many", [1, 2])
def test_running_ends_where_simulate_does(many: int) -> None:
    estimates = list(running(4, 3.0, 50_000, route="angles", seed=3, workers=many, confidence=0.9))
    trials, hits = [e.trials for e in estimates], [e.hits for e in estimates]
    assert trials[0] == 64
    assert all(0 < later - before <= max(64, before / 8) for before, later in itertools.pairwise(trials))
    assert hits == sorted(hits)
    assert estimates[-1] == simulate(4, 3.0, 50_000, route="angles", seed=3, confidence=0.9)
    assert len(estimates) < 100


def test_a_stop_on_the_way_is_a_shorter_run() -> None:
    *_, on_the_way = itertools.islice(running(4, 3.0, 10**10, seed=3), 30)
    assert simulate(4, 3.0, on_the_way.trials, seed=3) == on_the_way


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(("n", "steps", "megabytes"), [(4, 90, 6), (1000, 40, 6), (200_000, 1, 30)])
def test_memory_is_bounded(route: str, n: int, steps: int, megabytes: int) -> None:
    start = running(n, 3.0, 10**10, route=route, seed=1)
    next(start)
    tracemalloc.start()
    for _ in itertools.islice(start, steps):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < megabytes * 2**20


def test_whoever_stops_listening_leaves_no_thread() -> None:
    estimates = running(4, 3.0, 10**10, route="exponentials", seed=1, workers=3)
    before = threading.active_count()
    next(estimates)
    assert threading.active_count() > before
    estimates.close()
    assert threading.active_count() == before


@pytest.fixture(autouse=True)
def ctrl_c_is_heard() -> Iterator[None]:
    """A shell lets what it starts in the background ignore Ctrl-C, and the tests with it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def send_ctrl_c(monkeypatch: pytest.MonkeyPatch, at_block: int) -> None:
    """The main thread gets Ctrl-C while this block is thrown, whoever throws it."""
    route, blocks, main = ROUTES["exponentials"], itertools.count(1), threading.main_thread().ident
    assert main is not None

    def throw(rng: np.random.Generator, n: int, x: float, size: int) -> int:
        if next(blocks) == at_block:
            signal.pthread_kill(main, signal.SIGINT)
        return route(rng, n, x, size)

    monkeypatch.setitem(ROUTES, "exponentials", throw)


@pytest.mark.parametrize("many", [1, 2])
def test_ctrl_c_keeps_what_was_counted(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    send_ctrl_c(monkeypatch, at_block=40)
    with pytest.warns(RuntimeWarning, match=r"stopped after [\d,]+ of 10,000,000,000 trials"):
        estimate = simulate(4, math.pi, 10**10, route="exponentials", seed=4, workers=many)
    assert 64 < estimate.trials < 10**10
    assert simulate(4, math.pi, estimate.trials, route="exponentials", seed=4, workers=2) == estimate


def test_ctrl_c_before_the_first_count_is_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(rng: np.random.Generator, n: int, x: float, size: int) -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(ROUTES, "disc", interrupted)
    with pytest.raises(KeyboardInterrupt):
        simulate(4, math.pi, 100, seed=1)


def test_a_failing_worker_leaves_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    angles = ROUTES["angles"]

    def failing(rng: np.random.Generator, n: int, x: float, size: int) -> int:
        if size > 64:
            raise MemoryError("no more")
        return angles(rng, n, x, size)

    monkeypatch.setitem(ROUTES, "angles", failing)
    with pytest.raises(MemoryError, match="no more") as failure:
        simulate(4, math.pi, 10_000, route="angles", seed=1, workers=2)
    assert "counted before this" in failure.value.__notes__[0]
    assert "of 576)" in failure.value.__notes__[0]


def test_progress_shows_the_running_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(importlib.import_module("blogtools.progress"), "SECONDS_UNSEEN", 0.0)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    estimate = simulate(4, math.pi, 5000, seed=1)
    assert "4 points, disc: 100%" in terminal.getvalue()
    assert f"{estimate.value:.6g}" in terminal.getvalue()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two workers of a real scheduler in this process, reached over the loopback interface."""
    from distributed import LocalCluster

    before = psutil.Process().children()  # other tests may have left some, such as the tracker of multiprocessing
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    ) as local:
        assert local.scheduler_address.startswith("tcp://127.0.0.1:")
        yield local
    assert set(psutil.Process().children()) <= set(before)


@pytest.mark.parametrize("route", ROUTES)
def test_a_cluster_counts_the_same(cluster: Any, route: str) -> None:
    alone = simulate(5, 4.0, 200_000, route=route, seed=7)
    assert simulate(5, 4.0, 200_000, route=route, seed=7, scheduler=cluster.scheduler_address) == alone


def test_a_cluster_run_can_be_left(cluster: Any) -> None:
    estimates = running(4, 3.0, 10**10, route="angles", seed=1, scheduler=cluster.scheduler_address)
    assert next(estimates).trials == 64
    estimates.close()
    patience = time.monotonic() + 10
    while any(name.startswith("Client") for name in cluster.scheduler.clients):
        assert time.monotonic() < patience, "the client is still there"
        time.sleep(0.01)


def test_ctrl_c_keeps_what_a_cluster_counted(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throwing, "BLOCKS_A_TASK", 4)
    send_ctrl_c(monkeypatch, at_block=40)  # four tasks are under way at most, the others are counted
    with pytest.warns(RuntimeWarning, match="stopped after"):
        estimate = simulate(4, 3.0, 10**10, route="exponentials", seed=1, scheduler=cluster.scheduler_address)
    assert simulate(4, 3.0, estimate.trials, route="exponentials", seed=1) == estimate


def test_a_cluster_without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(workers, "SECONDS_TO_ANSWER", 0.5)
    with (
        LocalCluster(
            n_workers=0, processes=False, protocol="tcp", host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as empty,
        pytest.raises(ConnectionError, match="has no workers"),
    ):
        simulate(4, 3.0, 100, seed=1, scheduler=empty.scheduler_address)


def test_no_scheduler_at_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "SECONDS_TO_ANSWER", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    start = time.monotonic()
    with pytest.raises(ConnectionError, match=f"scheduler = '{address}'"):
        simulate(4, 3.0, 100, seed=1, scheduler=address)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("address", ["nonsense", "foo://host:1", "tcp://host"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(ValueError, match=f"scheduler = '{address}' must be an address"):
        simulate(4, 3.0, 100, seed=1, scheduler=address)


def test_without_dask_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ImportError, match=r"pip install blogtools\[cluster\]"):
        simulate(4, 3.0, 100, seed=1, scheduler="tcp://127.0.0.1:8786")


BAD = [
    ({"n": 0}, "n = 0 must be a whole number from 1 to 1000000"),
    ({"n": -3}, "n = -3"),
    ({"n": 4.0}, "n = 4.0"),
    ({"n": True}, "n = True"),
    ({"n": 10**6 + 1}, "n = 1000001"),
    ({"theta": math.nan}, "theta = nan must be an angle in radians from 0 to 2π"),
    ({"theta": -0.1}, "theta = -0.1"),
    ({"theta": 6.3}, "theta = 6.3"),
    ({"theta": math.inf}, "theta = inf"),
    ({"theta": True}, "theta = True"),
    ({"theta": "π"}, "theta = 'π'"),
    ({"theta": np.array([1.0, 2.0])}, "theta = array"),
    ({"trials": 0}, "trials = 0 must be a whole number of at least 1"),
    ({"trials": -5}, "trials = -5"),
    ({"trials": 1e6}, "trials = 1000000.0"),
    ({"route": "dice"}, "route = 'dice' must be one of 'disc', 'angles', 'exponentials'"),
    ({"route": ["disc"]}, "route = "),
    ({"seed": -1}, "seed = -1"),
    ({"seed": None}, "seed = None"),
    ({"seed": 1.5}, "seed = 1.5"),
    ({"workers": 0}, "workers = 0 must be a whole number of at least 1"),
    ({"workers": -2}, "workers = -2"),
    ({"workers": 2.0}, "workers = 2.0"),
    ({"workers": 2, "scheduler": "tcp://127.0.0.1:8786"}, "workers = 2 goes with scheduler = None"),
    ({"scheduler": 8786}, "scheduler = 8786 must be an address"),
    ({"scheduler": ""}, "scheduler = ''"),
    ({"confidence": 1}, "confidence = 1 must lie strictly between 0 and 1"),
    ({"confidence": 0.0}, "confidence = 0.0"),
    ({"confidence": math.nan}, "confidence = nan"),
    ({"confidence": "high"}, "confidence = 'high'"),
]


@pytest.mark.parametrize("function", [simulate, running])
@pytest.mark.parametrize(("wrong", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_arguments_are_refused_at_the_call(
    function: Callable[..., Any], wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as error:
        function(**{"n": 4, "theta": 3.0, "trials": 100, "seed": 1} | wrong)
    assert message in str(error.value)


@pytest.mark.parametrize(("hits", "trials"), [(5, 4), (-1, 4), (0, 0), (True, 4), (2.0, 4)])
def test_an_estimate_of_nothing(hits: int, trials: int) -> None:
    with pytest.raises(ValueError, match=r"hits = |trials = "):
        Estimate(hits, trials)


def test_an_estimate_in_words() -> None:
    assert str(Estimate(0, 1, 0.5)) == "0 in [0, 0.75] at 50 % (0 of 1)"
