"""The key cache: rotation is noticed, slowness and absence are not."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from jwt.algorithms import RSAAlgorithm

from app.gateways.sso.http import SsoDown
from app.gateways.sso.keys import KeyCache, read_keys
from tests.fakes import private_key
from tests.wait import PATIENCE


def jwk(kid: str, **changed: Any) -> dict[str, Any]:
    known = json.loads(RSAAlgorithm.to_jwk(private_key("key-1").public_key()))
    return {**known, "kid": kid, "use": "sig", "alg": "RS256", **changed}


class Sso:
    """Publishes `kids`, counts how often it is asked, and answers when `open` is set."""

    def __init__(self, *kids: str) -> None:
        self.kids = kids
        self.asked = 0
        self.down = False
        self.time = 0.0
        self.open = asyncio.Event()
        self.open.set()
        self.keys = KeyCache(self.load, lambda: self.time)

    async def load(self) -> dict[str, Any]:
        self.asked += 1
        await self.open.wait()
        if self.down:
            raise SsoDown
        return {"keys": [jwk(kid) for kid in self.kids]}


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_many_requests_ask_once() -> None:
    sso = Sso("a")
    found = await asyncio.gather(*(sso.keys.find("a") for _ in range(50)))
    assert all(found)
    assert sso.asked == 1


async def test_a_rotated_key_is_known_within_ten_seconds_and_the_old_one_gone() -> None:
    sso = Sso("old")
    assert await sso.keys.find("old")
    sso.kids, sso.time = ("new",), 10.0
    assert await sso.keys.find("new")
    assert await sso.keys.find("old") is None


async def test_a_thousand_invented_names_ask_once_in_ten_seconds() -> None:
    sso = Sso("a")
    await sso.keys.find("a")
    sso.time = 10.0
    for number in range(1000):
        assert await sso.keys.find(f"invented-{number}") is None
    assert sso.asked == 2


async def test_a_known_key_does_not_wait_for_a_slow_sso() -> None:
    sso = Sso("a")
    await sso.keys.find("a")
    sso.time = 301.0
    sso.open.clear()
    async with asyncio.timeout(PATIENCE):
        assert await sso.keys.find("a")
        unknown = asyncio.create_task(sso.keys.find("b"))
        await settled()
        assert await sso.keys.find("a")
    sso.open.set()
    assert await unknown is None


async def test_known_keys_last_a_day_without_the_sso_and_no_longer() -> None:
    sso = Sso("a")
    await sso.keys.find("a")
    sso.down, sso.time = True, 24 * 3600.0
    assert await sso.keys.find("a")
    await settled()
    sso.time += 20
    with pytest.raises(SsoDown):
        await sso.keys.find("a")


async def test_an_sso_that_was_never_reached_is_asked_again_after_a_pause() -> None:
    sso = Sso("a")
    sso.down = True
    for _ in range(20):
        with pytest.raises(SsoDown):
            await sso.keys.find("a")
    assert sso.asked == 1
    sso.down, sso.time = False, 10.0
    assert await sso.keys.find("a")


async def test_who_gives_up_waiting_does_not_stop_the_others() -> None:
    sso = Sso("a")
    sso.open.clear()
    impatient, patient = (asyncio.create_task(sso.keys.find("a")) for _ in range(2))
    await settled()
    impatient.cancel()
    sso.open.set()
    assert await patient


@pytest.mark.parametrize(
    "wrong",
    [
        {"kty": "oct", "kid": "x", "k": "AAAA"},
        jwk("x", use="enc"),
        jwk("x", alg="RS512"),
        jwk("x", n="AQAB"),
        {**jwk("x"), "kid": 7},
        {"kty": "EC", "kid": "x", "crv": "P-384", "x": "AA", "y": "AA"},
        {"kid": "x"},
        "not an object",
        None,
    ],
)
def test_a_key_that_is_not_for_signing_is_left_out(wrong: Any) -> None:
    assert list(read_keys({"keys": [wrong, jwk("good")]})) == ["good"]


@pytest.mark.parametrize("document", [{}, {"keys": []}, {"keys": "x"}, {"keys": [{}]}, {"keys": None}])
def test_a_document_without_keys_replaces_nothing(document: dict[str, Any]) -> None:
    with pytest.raises(SsoDown):
        read_keys(document)


async def test_a_key_without_a_name_is_found_where_it_is_the_only_one() -> None:
    sso = Sso("a")
    only = await sso.keys.sole()
    assert only is not None
    sso.kids, sso.time = ("b",), 10.0
    assert await sso.keys.sole(again=True) not in {None, only}
    sso.kids, sso.time = ("b", "c"), 20.0
    assert await sso.keys.sole(again=True) is None


async def test_its_name_may_be_missing_in_the_document_too() -> None:
    nameless = {name: value for name, value in jwk("a").items() if name != "kid"}
    assert list(read_keys({"keys": [nameless]})) == [""]


async def test_health_asks_the_sso_when_it_is_due_and_says_when_it_is_away() -> None:
    sso = Sso("a")
    await sso.keys.check()
    await sso.keys.check()
    assert sso.asked == 1
    sso.down, sso.time = True, 311.0
    with pytest.raises(SsoDown):
        await sso.keys.check()
    assert await sso.keys.find("a")
