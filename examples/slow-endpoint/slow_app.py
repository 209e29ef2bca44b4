"""An application with an endpoint that is slow, and at first busy; with what Python 3.9 and newer have.

    python3 slow_app.py

PORT (8000), SECONDS that a report takes (5), and how many calls at first find it BUSY (2), from the environment.
"""

import json
import os
import threading
import time
from http import HTTPStatus
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

SECONDS = float(os.environ.get("SECONDS", "5"))
BUSY = int(os.environ.get("BUSY", "2"))

calls = 0
# In place of a table with a unique column: what was asked for twice is done once.
made = {}
lock = threading.Lock()


# With Flask this were
#
#     @app.post("/reports")
#     def reports():
#         data, key = request.json, request.headers.get("Idempotency-Key")
#
# and the rest the same: acceptd needs nothing of the application but that it answers, some time.
def reports(data, key):
    global calls
    with lock:
        calls += 1
        this = calls
    print(f"call {this}", flush=True)
    if this <= BUSY:
        return {"error": "all connections to the database are in use"}, 503, {"Retry-After": "1"}
    # The same on every attempt of a job, so one whose answer got lost is answered at once.
    if key not in made:
        time.sleep(SECONDS)
        made[key] = {"month": data["month"], "rows": 1042}
    return made[key], 200, {}


def app(environ, start_response):
    if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == ("POST", "/reports"):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        answer, status, headers = reports(json.loads(body), environ.get("HTTP_IDEMPOTENCY_KEY"))
    else:
        answer, status, headers = {"error": "there is nothing here"}, 404, {}
    start_response(f"{status} {HTTPStatus(status).phrase}", [("Content-Type", "application/json"), *headers.items()])
    return [json.dumps(answer).encode()]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *_):
        pass


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "8000"))
    with make_server("127.0.0.1", port, app, Server, QuietHandler) as server:
        print(f"listening at http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
