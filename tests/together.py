"""Which tests stay on one worker, in their order: they share a system that takes long to start."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

TOGETHER = ("tests/e2e/", "tests/cli/test_up.py", "tests/web/login/test_third_party_sso.py")


class Together(LoadScopeScheduling):
    """Hands out the groups first, the biggest before all others, then every other test on its own.

    By path, because the names that xdist 3.8 gives its groups are lost under pytest 9.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next(filter(nodeid.startswith, TOGETHER), nodeid)
