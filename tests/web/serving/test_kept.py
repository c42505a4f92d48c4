"""What was drawn is shown again only while it would be drawn the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from app.contracts.activity_log import ActivityLog
from app.core import clock
from app.domain.timeline import Entry
from app.services.activities import log_activity
from app.store import cursor
from app.web import formats, respond, templating
from app.web.ageing import FOR_EVER, Age
from app.web.board import cards
from app.web.serving.kept import MOST, Memory, Pages, Pieces
from app.web.templating import TEMPLATES, Reader
from tests import make
from tests.web import samples

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient as Client

    from tests.cast import Cast

    SignedIn = Callable[[str], Awaitable[Client]]

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")
SECOND = timedelta(seconds=1)
DISTANCES = [
    timedelta(**{unit: sign * count})
    for unit, counts in (
        ("seconds", (0, 1, 59, 60, 61, 3599)),
        ("hours", (1, 23, 24, 25)),
        ("days", (2, 29, 30, 364, 800)),
    )
    for count in counts
    for sign in (-1, 1)
]
WORDS: list[Callable[[datetime], str]] = [
    formats.ago,
    formats.since,
    formats.until,
    lambda moment: formats.appointment(moment, TOKYO),
    lambda moment: formats.day_heading(moment, TOKYO),
    lambda moment: str(cards.describe(samples.lead(follow_up_at=moment), TOKYO)),
    lambda moment: str(cards.describe(samples.lead(follow_up_at=None, stage_entered_at=moment), TOKYO)),
]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Return what sets the clock."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.mark.parametrize("say", WORDS)
@pytest.mark.parametrize("distance", DISTANCES)
def test_words_about_time_are_true_until_they_say(
    say: Callable[[datetime], str], distance: timedelta, at: Callable[[datetime], None]
) -> None:
    at(NOON)
    with Age() as age:
        words = say(NOON + distance)
    left = timedelta(days=9999) if age.until == FOR_EVER else datetime.fromtimestamp(age.until, UTC) - NOON
    assert left >= timedelta(0)
    for part in (0.01, 0.5, 0.9, 0.999999):
        at(NOON + left * part)
        assert say(NOON + distance) == words, part


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_distance_is_not_drawn_before_it_is_another(
    distance: timedelta, at: Callable[[datetime], None]
) -> None:
    at(NOON)
    with Age() as age:
        words = formats.ago(NOON + distance)
    at(datetime.fromtimestamp(age.until, UTC) + SECOND)
    assert formats.ago(NOON + distance) != words


def test_what_is_drawn_around_something_ages_with_it() -> None:
    with Age() as page:
        with Age() as card:
            formats.since(clock.now())
        assert card.until < FOR_EVER
    assert page.until == card.until


@pytest.fixture
async def url(owner: asyncpg.Connection, cast: Cast) -> str:
    """Return the page of rita's customer, whom she called."""
    lead = await make.lead(owner, cast.rita)
    customer: Any = await owner.fetchval("SELECT customer_id FROM lead")
    await make.activity(owner, customer, cast.rita, lead_id=lead)
    return f"/customers/{customer}"


@pytest.mark.parametrize("elsewhere", ["", "?look=1"])
async def test_a_page_asked_for_again_is_the_same_with_tokens_of_its_own(
    url: str, elsewhere: str, signed_in: SignedIn
) -> None:
    rita = await signed_in("rita")
    first, again = [(await rita.get(address)).text for address in (url, url + elsewhere)]
    tokens = [
        set(re.findall(r'name="(?:key|_csrf_token|csrf-token)" (?:value|content)="([^"]+)"', html))
        for html in (first, again)
    ]
    assert len(tokens[0]) >= 3
    assert not tokens[0] & tokens[1]
    for html, own in ((first, tokens[0]), (again, tokens[1])):
        keys = re.findall(r'name="key" value="([^"]+)"', html)
        assert len(set(keys)) == len(keys) <= len(own)
    same = [re.sub("|".join(own), "", html) for html, own in zip((first, again), tokens, strict=True)]
    assert same[0] == same[1]


async def test_a_note_about_a_key_stays_as_it_was_written(
    url: str, owner: asyncpg.Connection, cast: Cast, signed_in: SignedIn
) -> None:
    written = 'name="key" value="of the safe'
    about = await owner.fetchrow("SELECT id, customer_id FROM lead")
    assert about
    note = ActivityLog(about["customer_id"], cast.rita.id, "Note", written)
    rita = await signed_in("rita")
    await log_activity(cast.rita, note, None)
    for address in (url, f"/leads/{about['id']}"):
        assert f"<p>{written}</p>" in (await rita.get(address)).text


async def test_each_reader_has_pages_of_their_own(url: str, signed_in: SignedIn) -> None:
    rita, ada, omar = [await signed_in(name) for name in ("rita", "ada", "omar")]
    pages = [(await client.get(url)).text for client in (rita, ada, rita)]
    assert ["Ada Andersson" in page for page in pages] == [False, True, False]
    assert (await omar.get(url)).status_code == 404
    rita.cookies.set("theme", "dark")
    assert 'data-theme="dark"' in (await rita.get(url)).text


async def test_the_top_bar_is_of_its_reader_its_session_and_its_section(
    url: str, signed_in: SignedIn
) -> None:
    seen: list[tuple[str, str, str]] = []
    for name, path in (("rita", "/board"), ("rita", "/board"), ("rita", url), ("ada", "/board")):
        html = (await (await signed_in(name)).get(path)).text
        bar = html[html.index("<header") : html.index("</header>")]
        (token,) = set(re.findall(r'name="_csrf_token" value="([^"]+)"', bar))
        assert f'<meta name="csrf-token" content="{token}">' in html
        (here,) = re.findall(r'<a href="([^"]+)" aria-current="page"', bar)
        seen.append((token, here, re.findall(r'<p class="menu-title">([^<]+)', bar)[0]))
    assert len({token for token, _, _ in seen}) == 4
    assert [here for _, here, _ in seen] == ["/board", "/board", "/customers", "/board"]
    assert [who for _, _, who in seen] == ["Rita Reyes"] * 3 + ["Ada Andersson"]


async def test_what_somebody_typed_is_not_kept(
    url: str, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    keep = Memory.keep

    def noted(memory: Memory, key: Any, draw: Callable[[], Any], size: Callable[[Any], int]) -> Any:
        drawn = keep(memory, key, draw, size)
        kept.append(f"{key} {drawn}")
        return drawn

    monkeypatch.setattr(Memory, "keep", noted)
    rita, sam = [await signed_in(name) for name in ("rita", "sam")]
    page, typed = (await rita.get(url)).text, {"notes": "My words", "description": "My words"}
    lead = {"lead_id": re.findall(r'name="lead_id" value="([^"]+)"', page)[0], "version": "0"}
    for client, path, form, status in (
        (rita, "activities", {"activity_type": "Song"}, 422),
        (rita, "activities", {"activity_type": "Call", "move_to": "qualified", **lead}, 409),
        (sam, "tickets", {"subject": ""}, 422),
    ):
        answer = await client.post(f"{url}/{path}", data=typed | form)
        assert (answer.status_code, "My words" in answer.text) == (status, True)
    assert kept
    assert not [each for each in kept if "My words" in each]


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ("UPDATE customer SET company = 'Elsewhere Ltd'", "Elsewhere Ltd"),
        ("UPDATE staff SET name = 'Rita Renamed' WHERE name = 'Rita Reyes'", "by Rita Renamed"),
        ("UPDATE lead SET follow_up_note = 'Send the offer', follow_up_at = now()", "Send the offer"),
        ("UPDATE lead SET version = 77", 'name="version" value="77"'),
        ("UPDATE lead SET stage = 'negotiation'", '<option value="lead">'),
    ],
)
async def test_a_change_shows_at_once(
    url: str, change: str, shown: str, owner: asyncpg.Connection, signed_in: SignedIn
) -> None:
    rita = await signed_in("rita")
    assert shown not in (await rita.get(url)).text
    await owner.execute(change)
    for address in (f"{url}?look=1", url):
        assert shown in (await rita.get(address)).text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?kind=conversations", 'aria-current="true">Conversations<'),
        ("?all=1", ">Fold</a>"),
    ],
)
async def test_the_same_entries_are_shown_below_what_narrows_them(
    url: str, query: str, shown: str, signed_in: SignedIn
) -> None:
    rita = await signed_in("rita")
    assert [shown in (await rita.get(url + asked)).text for asked in ("", query, "")] == [False, True, False]


async def test_only_the_newest_entries_are_followed(url: str, signed_in: SignedIn) -> None:
    rita = await signed_in("rita")
    below = f"?cursor={cursor.encode(clock.now(), 99, url.rpartition('/')[2])}"
    pages = [(await rita.get(url + asked)).text for asked in ("", below)]
    assert ['data-kind="call_logged"' in page for page in pages] == [True, True]
    assert ['id="news"' in page for page in pages] == [True, False]


def test_a_part_is_of_one_reader_at_one_path(cast: Cast) -> None:
    pages, readers = Pages(), [Reader(cast.rita), Reader(cast.omar), Reader(cast.rita, path="/leads/1")]
    names = [
        pages.draw(
            reader,
            b"",
            1,
            lambda blank, part: f"It is {part('it', 1, lambda: f'{blank.viewer}{blank.path}')}",
        )
        for reader in readers
    ]
    assert names == [f"It is {reader.viewer}{reader.path}".encode() for reader in readers]


@pytest.mark.parametrize("page", ["customer", "customer?look", "lead"])
async def test_a_page_grows_old_with_its_words(
    url: str, page: str, owner: asyncpg.Connection, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    rita, start = await signed_in("rita"), clock.now()
    place = url if page != "lead" else f"/leads/{await owner.fetchval('SELECT id FROM lead')}"
    await owner.execute(
        "UPDATE lead SET follow_up_at = now() + interval '100 minutes', follow_up_note = 'Ring'"
    )
    drawn: list[str] = []
    for minutes in (0, 1, 2, 59, 61, 90, 99, 101, 130):
        later = start + timedelta(minutes=minutes, seconds=5)
        monkeypatch.setattr(clock, "now", lambda now=later: now)
        address = f"{place}?look={minutes}" if "look" in page else place
        kept = (await rita.get(address)).text
        monkeypatch.setattr(respond, "_pages", Pages())
        monkeypatch.setattr(templating, "_pieces", Pieces())
        drawn += [unchanging(kept)]
        await rita.get(f"{place}?parts")  # draws what the next answer is put together from
        assert drawn[-1] == unchanging((await rita.get(address)).text), minutes
    assert len(set(drawn)) > len(drawn) // 2


def unchanging(html: str) -> str:
    return re.sub(r'(name="(?:key|_csrf_token|csrf-token)" (?:value|content)=)"[^"]+"', r"\1", html)


def test_pieces_of_any_reader_look_at_nobody() -> None:
    calls = [
        call for file in TEMPLATES.rglob("*.jinja2") for call in re.findall(r"kept\((\w+)", file.read_text())
    ]
    assert len(calls) >= 4
    for file in TEMPLATES.rglob("*.jinja2"):
        for name, body in re.findall(
            r"{% macro (\w+)\(.*?%}(.*?){% endmacro %}", file.read_text(), re.DOTALL
        ):
            if name in calls:
                assert not re.search(r"reader\(|permissions|csrf|new_key|include", body), (
                    f"{file.name}: {name}"
                )


def test_what_may_change_about_an_entry_is_known() -> None:
    """Its hash covers the rest: whoever adds a field decides here and in `kept._identity` whether it can change."""
    hashed = {"id", "customer_id", "lead_id", "seq", "kind", "actor_id", "on_behalf_of", "occurred_at", "recorded_at",
              "data", "corrects_id", "text", "hash"}  # fmt: skip
    assert {field.name for field in structs.fields(Entry)} - hashed == {
        "actor_name",
        "corrected_by_id",
        "erased",
        "given_to_name",
        "taken_from_name",
    }


def test_what_is_kept_is_bounded_by_its_size() -> None:
    memory = Memory()
    for number in range(9):
        memory.now()
        memory.keep(number, lambda: "x" * (MOST // 4), len)
    assert memory.find(0, 0) is None
    assert memory.find(8, 0) is not None


def test_a_part_is_counted_once_however_many_pages_show_it() -> None:
    pages, drawn = Pages(), list[str]()

    def long() -> str:
        drawn.append("x" * (MOST // 4))
        return drawn[-1]

    for number in range(9):
        page = pages.draw(Reader(), b"%d" % number, 1, lambda _, part: f"It is {part('it', 1, long)}")
        assert page == b"It is " + b"x" * (MOST // 4)
    assert len(drawn) == 1


def test_a_page_may_have_many_parts() -> None:
    names = [f"<p>{number}</p>" for number in range(12)]
    page = Pages().draw(
        Reader(), b"", 1, lambda _, part: "".join(part(name, 1, lambda it=name: it) for name in names)
    )
    assert page.decode() == "".join(names)
