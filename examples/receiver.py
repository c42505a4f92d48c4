"""A receiver of the CRM's webhook: checks the signature with the official library and acts once on each id.

    HANDOFF_WEBHOOK_SECRET=whsec_… python examples/receiver.py 8085

Then start the CRM with HANDOFF_WEBHOOK_URL=http://127.0.0.1:8085/ and the same secret.
"""

from __future__ import annotations

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SEEN: set[str] = set()  # a real one keeps them where a restart finds them


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to what is signed, 401 to everything else."""

    def do_POST(self) -> None:
        """Take one event."""
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            event: Any = Webhook(os.environ["HANDOFF_WEBHOOK_SECRET"]).verify(body, headers)
        except WebhookVerificationError:
            self.answer(401)
            return
        if event["id"] not in SEEN:
            SEEN.add(event["id"])
            print(f"{event['id']} {event['type']}", flush=True)
        self.answer(204)

    def answer(self, status: int) -> None:
        """Say only how it went."""
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
