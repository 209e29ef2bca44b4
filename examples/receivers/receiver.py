"""Receives signed webhooks and calls, with what Python 3.9 and newer have.

    WEBHOOK_SECRETS=whsec_… PORT=8787 python3 receiver.py

WEBHOOK_SECRETS may hold several, with commas between: the new one and the old one, while one replaces the other.
Where a secret comes from, how to start acceptd and what to submit is in the README.md beside this file.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_SECONDS = 5 * 60
MAX_BYTES = 1024 * 1024


def key_of(secret):
    key = base64.b64decode(secret.strip().removeprefix("whsec_"), validate=True)
    # A key of nothing would take what anybody signs.
    if len(key) < 24:
        raise SystemExit("Set WEBHOOK_SECRETS to whsec_… of 24 bytes or more")
    return key


KEYS = [key_of(secret) for secret in os.environ.get("WEBHOOK_SECRETS", "").split(",")]


def decoded(signature):
    try:
        return base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return b""


def is_genuine(headers, body):
    """Whether somebody who knows one of the secrets sent exactly these bytes, lately."""
    webhook_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "")
    # Whoever records a request must not be able to send it again next week.
    if not webhook_id or not re.fullmatch(r"[0-9]{1,12}", timestamp):
        return False
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    given = [decoded(each[3:]) for each in signatures.split(" ") if each.startswith("v1,")]
    # The bytes as they came: JSON that was parsed and written anew is other bytes.
    signed = f"{webhook_id}.{timestamp}.".encode("latin-1") + body
    wanted = [hmac.new(key, signed, hashlib.sha256).digest() for key in KEYS]
    # In constant time, or the answer's delay tells how much of a guess is right.
    return any(hmac.compare_digest(each, one) for each in given for one in wanted)


# In place of a table with a unique column: what is sent again after a restart must be known, too. A webhook is sent
# again for some days.
seen = set()
lock = threading.Lock()


def keep(webhook_id, body):
    """Keeps it, for somebody to act on afterwards: the sender waits. What raises here is sent again."""
    print(f"kept {webhook_id}: {len(body)} bytes", flush=True)


class Receiver(BaseHTTPRequestHandler):
    # Seconds for a sender that says no more.
    timeout = 30

    def do_POST(self):
        self.send_response(self.answer())
        self.send_header("Content-Length", "0")
        self.end_headers()

    def answer(self):
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch(r"[0-9]{1,12}", length):
            return 411
        if int(length) > MAX_BYTES:
            return 413
        body = self.rfile.read(int(length))
        if not is_genuine(self.headers, body):
            return 401
        webhook_id = self.headers["webhook-id"]
        with lock:
            # The same thing once more, because the answer to the first got lost.
            if webhook_id in seen:
                return 204
            try:
                keep(webhook_id, body)
            except Exception:
                return 500
            seen.add(webhook_id)
        return 204

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8787"))), Receiver)
print(f"listening at http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
