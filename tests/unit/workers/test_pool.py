"""Whatever happens to a worker, its job ends with a typed error and the next job is done."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest
from workers_case import MEGABYTE, Toy, broken, call, telling, toys

from docflow.errors import Busy, DocFlowError, LanguageMissing, OutOfMemory, WorkerCrashed, WorkerUnavailable
from docflow.workers import Ending, Pool, ProgressTimeout, TotalTimeout, WorkerLimits


@pytest.fixture
def endings() -> list[Ending]:
    return []


@pytest.fixture
def pool(endings: list[Ending]) -> Iterator[Pool]:
    with toys(on_end=endings.append) as opened:
        yield opened


def eventually(condition: Callable[[], bool], *, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def gone(pid: int) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


def test_results_come_one_by_one_while_the_job_goes_on(pool: Pool) -> None:
    results = pool.run("count", 1000, pause=0.02, total=60, progress=30)
    assert [next(results), next(results)] == [0, 1]
    results.close()  # type: ignore[attr-defined]


def test_a_worker_does_many_jobs(pool: Pool, endings: list[Ending]) -> None:
    pids = {pid for _ in range(20) for pid in call(pool, "pid")}
    assert pids == set(pool.pids)
    assert pids != {os.getpid()}
    assert endings == []


@pytest.mark.parametrize(
    ("method", "arguments", "error", "ending"),
    [
        ("segfault", (), WorkerCrashed, Ending.CRASHED),
        ("exit", (), WorkerCrashed, Ending.CRASHED),
        ("killed", (), OutOfMemory, Ending.MEMORY),
        ("eat", (2000,), OutOfMemory, Ending.MEMORY),
        ("grab", (5000,), OutOfMemory, Ending.MEMORY),
        ("hang", (), ProgressTimeout, Ending.STALLED),
        ("answer_a_function", (), WorkerCrashed, Ending.CRASHED),
    ],
)
def test_what_ends_a_worker_is_told_and_the_next_job_is_done(
    pool: Pool, endings: list[Ending], method: str, arguments: tuple[int, ...], error: type[Exception], ending: Ending
) -> None:
    (before,) = call(pool, "pid")
    with pytest.raises(error):
        call(pool, method, *arguments, progress=1 if method == "hang" else 30)
    assert endings == [ending]
    (after,) = call(pool, "pid")
    assert before != after
    assert gone(before)


def test_a_crash_names_its_signal(pool: Pool) -> None:
    with pytest.raises(WorkerCrashed, match="SIGSEGV"):
        call(pool, "segfault")


def test_a_job_that_goes_on_too_long_is_ended_though_it_makes_progress(pool: Pool, endings: list[Ending]) -> None:
    with pytest.raises(TotalTimeout):
        call(pool, "count", 1000, pause=0.05, total=1)
    assert endings == [Ending.TIMEOUT]
    assert call(pool, "count", 2) == [0, 1]


def test_a_job_that_makes_no_progress_keeps_the_results_before(pool: Pool) -> None:
    results = pool.run("hang", after=2, total=60, progress=0.5)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ProgressTimeout):
        next(results)


def test_errors_of_the_job_do_not_cost_the_worker(pool: Pool, endings: list[Ending]) -> None:
    (before,) = call(pool, "pid")
    with pytest.raises(LanguageMissing) as typed:
        call(pool, "raise_typed")
    assert typed.value.to_dict() == {
        "code": "language_missing", "message": "no data", "next_step": "Install it.", "detail": {"missing": ["xyz"]},
    }  # fmt: skip
    with pytest.raises(WorkerCrashed) as untyped:
        call(pool, "raise_untyped")
    assert "ValueError" in untyped.value.message
    assert "/secret/path" not in str(untyped.value.to_dict())
    with pytest.raises(WorkerCrashed, match="SystemExit"):
        call(pool, "leave")
    with pytest.raises(WorkerCrashed, match="ConnectionResetError"):
        call(pool, "lose_its_own_connection")
    assert call(pool, "pid") == [before]
    assert endings == []


@pytest.mark.parametrize("message", [("zzz", 1), ("error", 5), ("fault", None), ("ready", None), 5], ids=repr)
def test_a_worker_that_says_nonsense_is_replaced_and_the_job_has_crashed(
    pool: Pool, endings: list[Ending], message: object
) -> None:
    (before,) = call(pool, "pid")
    with pytest.raises(WorkerCrashed, match="nonsense"):
        call(pool, "say", message)
    assert endings == [Ending.CRASHED]
    assert call(pool, "pid") != [before]


def test_what_is_said_after_a_job_is_no_result_of_the_next(pool: Pool, endings: list[Ending]) -> None:
    (before,) = call(pool, "say", ("result", "stale"), after=0.2)
    time.sleep(1.0)
    assert call(pool, "echo", "mine") == ["mine"]
    assert call(pool, "pid") != [before]
    assert endings == [Ending.CRASHED]


def test_text_that_is_no_unicode_goes_both_ways(pool: Pool) -> None:
    assert call(pool, "echo", "caf\udce9 \x00") == ["caf\udce9 \x00"]


def test_only_the_worker_that_eats_is_ended() -> None:
    with toys(workers=2) as pool, pytest.raises(OutOfMemory):
        slow = pool.run("count", 40, pause=0.05, total=60, progress=30)
        assert next(slow) == 0
        try:
            call(pool, "eat", 2000)
        finally:
            assert list(slow) == list(range(1, 40))


def test_a_worker_is_replaced_after_so_many_results(endings: list[Ending]) -> None:
    with toys(results=3, on_end=endings.append) as pool:
        pids = [pid for _ in range(9) for pid in call(pool, "pid")]
        assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 3]
        assert eventually(lambda: len(endings) == 3)
    assert set(endings) == {Ending.RECYCLED}


def test_a_worker_that_dies_while_idle_costs_nothing(pool: Pool, endings: list[Ending]) -> None:
    for _ in range(3):
        (pid,) = call(pool, "pid")
        os.kill(pid, signal.SIGKILL)
        assert call(pool, "count", 2) == [0, 1]
    assert endings == [Ending.MEMORY] * 3


def test_a_worker_that_was_ready_long_ago_is_used_though_nobody_heard_it(endings: list[Ending], tmp_path: Path) -> None:
    made = tmp_path / "made"
    limits = WorkerLimits(memory_bytes=400 * MEGABYTE, results=1000, start_seconds=0.5)
    with Pool(partial(telling, made), workers=1, queue=1, limits=limits, on_end=endings.append) as pool:
        pool.start()
        assert eventually(made.exists)
        time.sleep(0.7)
        started = pool.pids
        assert call(pool, "pid") == started
    assert endings == []


def test_a_full_queue_refuses_at_once_and_takes_more_when_it_is_not() -> None:
    with toys(workers=1, queue=2) as pool:
        jobs = [pool.run("count", 3, pause=0.2, total=60, progress=30) for _ in range(3)]
        started = time.perf_counter()
        with pytest.raises(Busy) as refused:
            pool.run("pid", total=60, progress=30)
        assert time.perf_counter() - started < 0.1
        assert refused.value.retryable
        assert [list(job) for job in jobs] == [[0, 1, 2]] * 3
        assert len(call(pool, "pid")) == 1


def test_an_express_job_does_not_wait_for_long_ones() -> None:
    with toys(workers=1) as pool:
        long = pool.run("count", 1000, pause=0.05, total=60, progress=30)
        assert next(long) == 0
        (quick,) = call(pool, "pid", express=True)
        assert next(long) >= 1
        assert quick in pool.pids
        long.close()  # type: ignore[attr-defined]


def test_express_jobs_are_taken_while_no_other_may_wait() -> None:
    with toys(workers=1, queue=0) as pool:
        long = pool.run("count", 1000, pause=0.05, total=60, progress=30)
        assert next(long) == 0
        with pytest.raises(Busy):
            pool.run("pid", total=60, progress=30)
        assert len(call(pool, "pid", express=True)) == 1
        long.close()  # type: ignore[attr-defined]


def test_no_more_processes_are_started_than_there_is_work_for() -> None:
    with toys(workers=4) as pool:
        pool.start()
        for _ in range(5):
            call(pool, "count", 3)
        assert len(pool.pids) == 1


def test_many_threads_share_the_workers_and_get_their_own_results() -> None:
    with toys(workers=2, queue=40) as pool:
        seen: dict[int, list[int]] = {}

        def ask(number: int) -> None:
            seen[number] = call(pool, "echo", number)

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(32)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert seen == {n: [n] for n in range(32)}
        assert len(pool.pids) <= 2


def test_a_job_that_nobody_waits_for_is_ended(pool: Pool, endings: list[Ending]) -> None:
    results = pool.run("count", 1000, pause=0.05, total=60, progress=30)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert eventually(lambda: endings == [Ending.ABANDONED])
    assert call(pool, "count", 1) == [0]


def test_a_job_is_ended_too_where_nobody_ever_asked_for_its_results(pool: Pool, endings: list[Ending]) -> None:
    call(pool, "pid")
    results = pool.run("count", 1000, pause=0.05, total=60, progress=30)
    time.sleep(0.3)
    results.close()  # type: ignore[attr-defined]
    assert eventually(lambda: endings == [Ending.ABANDONED])


def test_what_a_worker_started_ends_with_it(pool: Pool) -> None:
    with pytest.raises(ProgressTimeout):
        results = pool.run("child_and_hang", total=60, progress=1)
        child = next(results)
        next(results)
    assert eventually(lambda: gone(child))


def test_closing_ends_the_processes_and_what_waits() -> None:
    pool = toys(workers=1)
    running = pool.run("count", 1000, pause=0.05, total=60, progress=30)
    next(running)
    waiting = pool.run("pid", total=60, progress=30)
    pids = pool.pids
    pool.close()
    for job in (running, waiting):
        with pytest.raises(WorkerUnavailable):
            list(job)
    with pytest.raises(WorkerUnavailable):
        pool.run("pid", total=60, progress=30)
    assert pids
    assert all(gone(pid) for pid in pids)


def test_closing_does_not_wait_for_a_worker_that_does_not_read() -> None:
    with toys() as pool:
        (pid,) = call(pool, "pid")
        os.kill(pid, signal.SIGSTOP)
        large = pool.run("echo", b"x" * 20 * MEGABYTE, total=60, progress=30)
        time.sleep(0.3)
        started = time.perf_counter()
        pool.close()
        assert time.perf_counter() - started < 5
        with pytest.raises(WorkerUnavailable):
            list(large)
    assert gone(pid)


@pytest.fixture
def threadless(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The threads of these names do not start, once for each time that a name is in the list."""
    names: list[str] = []
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name in names:
            names.remove(thread.name)
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    return names


def test_a_thread_that_does_not_start_costs_its_job_and_the_next_is_done(threadless: list[str]) -> None:
    with toys(queue=0) as pool:
        threadless.append("docflow-worker-keeper")
        with pytest.raises(WorkerUnavailable, match="can't start new thread") as told:
            call(pool, "pid")
        assert told.value.retryable
        assert call(pool, "count", 2) == [0, 1]


def test_where_no_second_thread_starts_the_first_does_all_jobs(threadless: list[str]) -> None:
    with toys(workers=2) as pool:
        first = pool.run("count", 2, pause=0.2, total=60, progress=30)
        threadless.append("docflow-worker-keeper")
        second = pool.run("echo", "second", total=60, progress=30)
        assert threadless == []
        assert [list(first), list(second)] == [[0, 1], ["second"]]


def test_what_fails_around_a_job_leaves_none_waiting_and_the_next_is_done(caplog: pytest.LogCaptureFixture) -> None:
    def full(_: Ending) -> None:
        raise OSError(errno.ENOSPC, "no space left on the device")

    with toys(on_end=full) as pool:
        jobs = [pool.run("exit", total=60, progress=30), pool.run("pid", total=60, progress=30)]
        for job in jobs:
            with pytest.raises(WorkerUnavailable):
                list(job)
        assert call(pool, "count", 2) == [0, 1]
        assert len(pool.pids) == 1
    assert "no space left on the device" in caplog.text


def test_a_worker_has_no_variable_with_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    private = [
        "DOCFLOW_DATABASE_URL", "AWS_SECRET_ACCESS_KEY", "MLFLOW_TRACKING_PASSWORD", "PREFECT_API_KEY", "PGPASSWORD",
        "FSSPEC_S3_SECRET",
    ]  # fmt: skip
    for name in (*private, "TESSDATA_PREFIX"):
        monkeypatch.setenv(name, "secret")
    limits = WorkerLimits(memory_bytes=400 * MEGABYTE, results=10, environment={"OMP_THREAD_LIMIT": "1"})
    with Pool(Toy, workers=1, queue=1, limits=limits) as pool:
        (environment,) = call(pool, "environment")
    assert [name for name, value in environment.items() if value == "secret"] == ["TESSDATA_PREFIX"]
    assert environment["OMP_THREAD_LIMIT"] == "1"
    assert environment["PATH"] == os.environ["PATH"]


def test_an_object_that_cannot_be_made_is_told_and_not_tried_for_ever(endings: list[Ending]) -> None:
    limits = WorkerLimits(memory_bytes=400 * MEGABYTE, results=10)
    with Pool(broken, workers=1, queue=1, limits=limits, on_end=endings.append) as pool:
        with pytest.raises(WorkerUnavailable) as told:
            call(pool, "pid")
        assert told.value.retryable
    assert set(endings) == {Ending.NOT_STARTED}


def test_noise_goes_to_the_debug_log_only_and_stops_nobody(
    pool: Pool, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        (first,) = call(pool, "shout", 20)
        assert call(pool, "pid") == [first]
    assert capfd.readouterr() == ("", "")
    assert "boxClipToRectangle" in caplog.text
    assert len(caplog.text) < 20_000


PARENT = """
import sys, time
sys.path[:0] = {path!r}
from workers_case import toys
if __name__ == "__main__":
    pool = toys(workers=2)
    jobs = [pool.run("hang", after=1, total=600, progress=600) for _ in range(2)]
    for job in jobs:
        next(job)
    print(*pool.pids, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    path = [str(Path(__file__).parent), *sys.path]
    command = [sys.executable, "-c", PARENT.format(path=path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as started:
        yield started
        started.kill()


def pids_of(parent: subprocess.Popen[str]) -> list[int]:
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(pids) == 2
    assert not any(gone(pid) for pid in pids)
    return pids


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_a_killed_parent_leaves_no_workers_though_they_hang(parent: subprocess.Popen[str]) -> None:
    pids = pids_of(parent)
    parent.kill()
    assert eventually(lambda: all(gone(pid) for pid in pids))


def test_ctrl_c_ends_everything_and_the_workers_print_nothing(parent: subprocess.Popen[str]) -> None:
    pids = pids_of(parent)
    os.killpg(parent.pid, signal.SIGINT)
    _, shown = parent.communicate(timeout=30)
    assert eventually(lambda: all(gone(pid) for pid in pids))
    assert shown.count("KeyboardInterrupt") == 1
    assert "docflow/workers" not in shown


def test_errors_of_the_pool_are_of_the_one_tree() -> None:
    for error in (Busy, OutOfMemory, WorkerCrashed, WorkerUnavailable):
        assert issubclass(error, DocFlowError)
