"""The worker's settings for arq: its jobs, and the sweeps that keep every promise without a wake-up."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from arq import cron
from arq.connections import RedisSettings
from arq.worker import get_kwargs

from app.core.log import configure
from app.core.settings import settings
from app.gateways import queue
from jobs.anchor_timeline import anchor_timeline
from jobs.apply_sso_events import apply_sso_events
from jobs.clear_erased import clear_erased
from jobs.import_leads import import_leads
from jobs.life import name_job, start, stop
from jobs.punctual import PunctualWorker
from jobs.reassign_leads import reassign_leads
from jobs.reconcile_users import owe_reconcile, reconcile_users
from jobs.relay_outbox import relay_outbox
from jobs.relay_webhooks import relay_webhooks
from jobs.republish_lost import republish_lost
from jobs.score_leads import score_leads
from jobs.send_digests import send_digests
from jobs.sweep import sweep, tidy
from jobs.train_scoring import train_scoring

EVERY_SECOND: Final = set(range(60))
EVERY_OTHER_SECOND: Final = set(range(0, 60, 2))
EVERY_TEN_SECONDS: Final = set(range(0, 60, 10))
FOR_EVER: Final = 10**9


class WorkerSettings:
    """What `crm worker` runs."""

    functions: ClassVar[list[Any]] = [
        score_leads,
        relay_outbox,
        apply_sso_events,
        sweep,
        reassign_leads,
        reconcile_users,
        import_leads,
        clear_erased,
        send_digests,
    ]
    cron_jobs: ClassVar[list[Any]] = [
        cron(relay_outbox, second=EVERY_SECOND, run_at_startup=True),
        cron(apply_sso_events, second=EVERY_OTHER_SECOND, run_at_startup=True),
        cron(sweep, second=EVERY_OTHER_SECOND, run_at_startup=True),
        cron(reassign_leads, second=EVERY_OTHER_SECOND, run_at_startup=True),
        cron(reconcile_users, second=EVERY_OTHER_SECOND, run_at_startup=True),
        cron(owe_reconcile, hour={3}, minute={11}, second=0),
        cron(relay_webhooks, second=EVERY_SECOND),
        cron(anchor_timeline, hour={2}, minute={17}, second=0, run_at_startup=True),
        cron(clear_erased, second={30}),
        cron(republish_lost, second={40}),
        cron(send_digests, second=EVERY_TEN_SECONDS, run_at_startup=True),
        cron(tidy, minute={7}, second=0),
        cron(import_leads, second=EVERY_OTHER_SECOND, run_at_startup=True),
        cron(train_scoring, hour={1}, minute={41}, second=0),
    ]
    on_startup = start
    on_shutdown = stop
    on_job_start = name_job
    job_serializer = queue.encode
    job_deserializer = queue.decode
    keep_result = 0
    job_timeout = 20  # a killed worker's job runs again after this and ten seconds more
    max_jobs = 10
    max_tries = 3
    poll_delay = 0.1
    health_check_interval = 10
    log_results = False


def run() -> None:
    """Work until a signal, or until Redis is lost; a supervisor starts the process again."""
    configure()
    for variable in ("DATABASE_URL", "SSO_ISSUER"):
        settings().must_have(variable)
    PunctualWorker(**get_kwargs(WorkerSettings), redis_settings=redis_settings()).run()  # pyright: ignore[reportArgumentType]


def redis_settings() -> RedisSettings:
    """Return where the queue is; a worker that starts before Redis waits for it."""
    found = RedisSettings.from_dsn(settings().must_have("REDIS_URL"))
    found.conn_retries, found.conn_retry_delay = FOR_EVER, 1
    return found
