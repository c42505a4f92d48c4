"""Ask the SSO itself what holds of an account now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import clock
from app.domain.sso_accounts import news_of_account, news_of_nobody
from app.gateways.sso.company import sso

if TYPE_CHECKING:
    from app.domain.sso_events import UserNews


async def current_news(user_id: str) -> UserNews:
    """Return what the SSO says of an account, or that it has none; raises SsoDown, SsoRefused."""
    at = clock.now()  # Taken before asking: what changes meanwhile is newer.
    account = await sso().user(user_id)
    return news_of_nobody(user_id, at) if account is None else news_of_account(account, at)
