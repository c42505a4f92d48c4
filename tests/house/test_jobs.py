"""A wake-up by name finds its job, and every job has a sweep or a wake-up that runs it."""

from __future__ import annotations

import re

from jobs.worker import WorkerSettings
from tests.house.files import files, words_in

WAKE = re.compile(r"\bwake\(\s*\"(\w+)\"")
NOT_JOBS = {"__init__", "worker", "life", "punctual"}


def _registered() -> set[str]:
    return {function.__name__ for function in WorkerSettings.functions}


def _swept() -> set[str]:
    return {job.coroutine.__name__ for job in WorkerSettings.cron_jobs}


def test_every_wake_up_names_a_registered_job() -> None:
    asked = set(WAKE.findall(words_in(".py", "app")))
    assert asked
    assert asked - _registered() == set()


def test_every_job_runs_without_any_wake_up() -> None:
    """Redis may be wiped: what a wake-up asks for is found by a sweep (docs/adr/0001)."""
    by_the_sweep = {"score_leads"}
    assert _registered() - _swept() - by_the_sweep == set()


def test_every_job_file_holds_the_job_it_is_named_after() -> None:
    named = {path.stem for path in files(".py", "jobs")} - NOT_JOBS
    life = words_in("life.py", "jobs")
    assert {name for name in named - _registered() - _swept() if f"{name}(" not in life} == set()


def test_no_sweep_has_an_id_of_its_own() -> None:
    """arq keeps a sweep's id for a minute after it ran; with one id for all its runs it would run once a minute."""
    assert [job.name for job in WorkerSettings.cron_jobs if job.job_id is not None] == []


def test_no_job_may_take_long() -> None:
    """A killed worker's jobs run again only after the longest time any job may take."""
    assert WorkerSettings.job_timeout <= 30
    assert WorkerSettings.keep_result == 0
