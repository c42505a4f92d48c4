"""Pages travel compressed, unless another site asked for them with words of its own."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any, cast

import brotli
import pytest

from app.web.serving.packed import accepted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from httpx import AsyncClient, Response

    SignIn = Callable[[str], Awaitable[AsyncClient]]

BROTLI = {"Accept-Encoding": "gzip, deflate, br, zstd"}
UNPACK = {"br": cast("Any", brotli).decompress, "gzip": gzip.decompress}


async def raw(client: AsyncClient, path: str, headers: dict[str, str]) -> tuple[Response, bytes]:
    """Return an answer with its body as it came over the wire."""
    async with client.stream("GET", path, headers=headers) as answer:
        return answer, b"".join([part async for part in answer.aiter_raw()])


@pytest.mark.parametrize(
    ("header", "encoding"),
    [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip;q=0.5", "gzip")],
)
async def test_a_page_comes_in_the_best_encoding_the_browser_takes(
    signed_in: SignIn, header: str, encoding: str
) -> None:
    rita = await signed_in("rita")
    answer, body = await raw(rita, "/board", {"Accept-Encoding": header})
    assert answer.headers["content-encoding"] == encoding
    assert int(answer.headers["content-length"]) == len(body) < 20_000
    assert "Accept-Encoding" in answer.headers["vary"]
    assert "HX-Request" in answer.headers["vary"]
    assert b'data-stage="qualified"' in UNPACK[encoding](body)


@pytest.mark.parametrize("header", ["", "identity", "br;q=0", "zstd"])
async def test_a_page_comes_plain_to_who_does_not_take_it_packed(signed_in: SignIn, header: str) -> None:
    rita = await signed_in("rita")
    answer, body = await raw(rita, "/board", {"Accept-Encoding": header})
    assert "content-encoding" not in answer.headers
    assert b'data-stage="qualified"' in body


@pytest.mark.parametrize(
    ("site", "path", "encoding"),
    [
        ("cross-site", "/board?q=guess", None),
        ("same-site", "/board?q=guess", None),
        ("same-origin", "/board?q=guess", "br"),
        ("none", "/board?q=guess", "br"),
        ("cross-site", "/board", "br"),
    ],
)
async def test_who_chooses_the_words_of_a_page_does_not_see_how_well_it_packs(
    signed_in: SignIn, site: str, path: str, encoding: str | None
) -> None:
    rita = await signed_in("rita")
    answer, _ = await raw(rita, path, BROTLI | {"Sec-Fetch-Site": site})
    assert answer.headers.get("content-encoding") == encoding


async def test_streams_and_data_stay_as_they_are(
    signed_in: SignIn, as_user: Any, client: AsyncClient
) -> None:
    rita = await signed_in("rita")
    for path in ("/customers/export", "/openapi.json"):
        answer, _ = await raw(rita, path, BROTLI)
        assert answer.is_success
        assert "content-encoding" not in answer.headers
    answer, _ = await raw(client, "/v1/leads", BROTLI | as_user("rita"))
    assert "content-encoding" not in answer.headers


def test_an_encoding_that_is_refused_is_not_taken() -> None:
    assert accepted("gzip;q=0, br; q=0.0, deflate") == {"deflate"}
