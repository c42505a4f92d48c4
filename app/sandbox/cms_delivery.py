"""How the CMS hands a submission to the CRM: kept first, sent with one key until it is answered."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

from app.core import clock
from app.core.ids import uuid7
from app.core.log import logger
from app.sandbox.jsonfile import JsonFile
from app.sandbox.sso.clients import CMS_ID

if TYPE_CHECKING:
    import httpx

    from app.core.settings import Settings

LOOK_AGAIN_AFTER: Final = 1.0
TOKEN_MARGIN: Final = 60
KEPT: Final = 50
TRY_AGAIN: Final = frozenset({401, 409, 425, 429})
SERVER_ERRORS: Final = range(500, 600)
UNAUTHORIZED: Final = 401

log = logger("sandbox.cms")


class Courier:
    """A spool on disk and the way to the CRM's capture endpoint."""

    def __init__(self, config: Settings, issuer: str, http: httpx.AsyncClient) -> None:
        self._capture_url = f"{config.public_url}/v1/leads/capture"
        self._token_url = f"{issuer}/token"
        self._secret = config.sso_client_secret or ""
        self._http = http
        self._file = JsonFile(config.home / "sandbox-cms.json")
        stored = self._file.read()
        self.waiting: list[dict[str, Any]] = stored.get("waiting", [])
        self.answered: list[dict[str, Any]] = stored.get("answered", [])
        self._token: tuple[str, float] | None = None
        self._new = asyncio.Event()

    def accept(self, submission: dict[str, Any]) -> None:
        """Keep a submission; it is on disk when this returns, and on its way."""
        self.waiting.append({"key": str(uuid7()), "tries": 0, "body": submission, "last": "on its way"})
        self._save()
        self._new.set()

    async def step(self) -> None:
        """Try to deliver each waiting submission once, then wait for news."""
        for entry in list(self.waiting):
            await self._deliver(entry)
        self._new.clear()
        try:
            await asyncio.wait_for(self._new.wait(), LOOK_AGAIN_AFTER)
        except TimeoutError:
            return

    async def _deliver(self, entry: dict[str, Any]) -> None:
        entry["tries"] += 1
        entry["last"] = "the CRM does not answer"
        headers = {"Authorization": f"Bearer {await self._access_token()}", "Idempotency-Key": entry["key"]}
        answer = await self._http.post(self._capture_url, json=entry["body"], headers=headers)
        entry["last"] = f"{answer.status_code} {answer.reason_phrase}"
        if answer.status_code == UNAUTHORIZED:
            self._token = None
        if answer.status_code in TRY_AGAIN or answer.status_code in SERVER_ERRORS:
            log.warning("capture_put_off", status=answer.status_code, key=entry["key"])
            return
        self.waiting.remove(entry)
        self.answered.insert(0, entry | {"answer": _outcome(answer), "at": clock.now().isoformat()})
        del self.answered[KEPT:]
        self._save()
        log.info("capture_answered", status=answer.status_code, key=entry["key"])

    async def _access_token(self) -> str:
        if self._token is None or self._token[1] <= time.monotonic():
            credentials = {"grant_type": "client_credentials", "scope": "leads:capture"}
            answer = await self._http.post(self._token_url, data=credentials, auth=(CMS_ID, self._secret))
            answer.raise_for_status()
            body: dict[str, Any] = answer.json()
            self._token = (body["access_token"], time.monotonic() + body["expires_in"] - TOKEN_MARGIN)
        return self._token[0]

    def _save(self) -> None:
        self._file.write({"waiting": self.waiting, "answered": self.answered})


def _outcome(answer: httpx.Response) -> str:
    try:
        body: dict[str, Any] = answer.json()
    except ValueError:
        return answer.reason_phrase
    return str(body.get("outcome") or body.get("detail") or body.get("title") or answer.reason_phrase)
