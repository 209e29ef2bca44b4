"""Runs a job and waits for its result, with what Python 3.9 and newer have.

    python3 run_job.py word-count '{"text": "to be or not to be"}' --url http://localhost:3000

    from run_job import run
    words = run("word-count", {"text": "to be or not to be"})["words"]

API_KEY is the key of a server that asks for one. Exit code: 0 completed, 1 failed, 3 canceled; 2 where the server
refuses, gives no answer, or the job has not ended in time.
"""

import argparse
import email.utils
import http.client
import json
import os
import random
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

# What a server answers that will be able to later. 409: another request with the same key is being answered just now.
FOR_THE_MOMENT = {408, 409, 429, 500, 502, 503, 504}
TRIES = 8
LONGEST_PAUSE_SECONDS = 30


class JobFailed(Exception):
    """The job ended without a result; `job` is its document, and says why as `error`."""

    def __init__(self, job):
        super().__init__(f"{job['links']['self']} failed: {job['error']['detail']}")
        self.job = job


class JobCanceled(Exception):
    """Somebody canceled the job; `job` is its document."""

    def __init__(self, job):
        super().__init__(f"{job['links']['self']} was canceled")
        self.job = job


class NoAnswer(Exception):
    """The server cannot be reached, or refuses."""


def ignore(news):
    pass


def run(
    task,
    data,
    url="http://localhost:3000",
    *,
    key=None,
    api_key=None,
    deadline_seconds=600,
    on_change=ignore,
    on_trouble=ignore,
):
    """The result of a job: JSON, or the bytes of a file.

    Raises JobFailed, JobCanceled, NoAnswer, or TimeoutError when the job has not ended by the deadline; it goes on all
    the same. A `key` of one's own makes it the same job, however often this is called. `on_change` is called with the
    job document each time that has changed, `on_trouble` with a sentence where a first try fails and others are made.
    """
    server = Server(api_key, time.monotonic() + deadline_seconds, on_trouble)
    # One key for all tries: however many of them arrive, there is one job.
    headers = {"Content-Type": "application/json", "Idempotency-Key": f'"{key or uuid.uuid4()}"'}
    submission = f"{url.rstrip('/')}/tasks/{urllib.parse.quote(task)}"
    answer = server.ask(submission, headers, json.dumps(data).encode())
    address = urllib.parse.urljoin(submission, answer.headers["Location"])
    job, etag = json.loads(answer.body), '""'
    on_change(job)
    while not job["done"]:
        server.pause(seconds_until_retry(answer.headers, 1), f"{address} has not ended")
        answer = server.ask(address, {"If-None-Match": etag})
        # 304: nothing has changed, and there is no body.
        if answer.status != 304:
            job, etag = json.loads(answer.body), answer.headers["ETag"]
            on_change(job)
    if job["status"] == "canceled":
        raise JobCanceled(job)
    if job["status"] == "failed":
        raise JobFailed(job)
    # From the link: the document itself has no large results and no files.
    result = server.ask(urllib.parse.urljoin(address, job["links"]["result"]), {})
    return json.loads(result.body) if result.headers.get_content_type() == "application/json" else result.body


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class Server:
    def __init__(self, api_key, deadline, on_trouble):
        self.authorization = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self.deadline = deadline
        self.on_trouble = on_trouble

    def ask(self, address, headers, body=None):
        """Sends a request until it has an answer that will stay so."""
        request = urllib.request.Request(address, body, {**headers, **self.authorization})
        for attempt in range(TRIES):
            # At random, so that those who failed together do not come back together.
            seconds = min(LONGEST_PAUSE_SECONDS, 2**attempt) * random.uniform(0.5, 1)
            try:
                with urllib.request.urlopen(request, timeout=max(1, min(30, self.seconds_left()))) as response:
                    return Answer(response.status, response.headers, response.read())
            except urllib.error.HTTPError as error:
                if error.code == 304:
                    return Answer(304, error.headers, b"")
                why = f"{address} answered {error.code}: {text_of(error)}"
                if error.code not in FOR_THE_MOMENT:
                    raise NoAnswer(why) from None
                seconds = seconds_until_retry(error.headers, seconds)
            # A connection that is refused or breaks, at whatever point, is one of these.
            except (OSError, http.client.HTTPException) as error:
                why = f"No answer from {address}: {getattr(error, 'reason', error)}"
            # All the tries take minutes, in which somebody should know what is waited for.
            if attempt == 0:
                self.on_trouble(f"{why}; trying again")
            if attempt < TRIES - 1:
                self.pause(seconds, why)
        raise NoAnswer(why)

    def seconds_left(self):
        return self.deadline - time.monotonic()

    def pause(self, seconds, why):
        if seconds > self.seconds_left():
            raise TimeoutError(f"{why} (the time is over)")
        time.sleep(seconds)


def text_of(error):
    try:
        return error.read().decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return "(the rest got lost)"


def seconds_until_retry(headers, otherwise):
    """What Retry-After says, in either of its forms."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return int(said)
    then = email.utils.parsedate_tz(said)
    if then is None:
        return otherwise
    # By the server's own clock, which need not be ours.
    now = email.utils.parsedate_tz(headers.get("Date", ""))
    return max(0, email.utils.mktime_tz(then) - (email.utils.mktime_tz(now) if now else time.time()))


def main():
    parser = argparse.ArgumentParser(description="Run a job and print its result")
    parser.add_argument("task", nargs="?", default="word-count")
    parser.add_argument("input", nargs="?", default='{"text": "to be or not to be"}', type=json.loads, help="as JSON")
    parser.add_argument("--url", default="http://localhost:3000")
    parser.add_argument("--key", help="makes it the same job, however often this is run")
    parser.add_argument("--deadline", type=float, default=600, metavar="SECONDS")
    given = parser.parse_args()

    def tell(trouble):
        print(trouble, file=sys.stderr, flush=True)

    def show(job):
        print(job["status"], job.get("progress", ""), job.get("progressNote", ""), file=sys.stderr, flush=True)

    try:
        result = run(
            given.task,
            given.input,
            given.url,
            key=given.key,
            api_key=os.environ.get("API_KEY"),
            deadline_seconds=given.deadline,
            on_change=show,
            on_trouble=tell,
        )
    except (JobFailed, JobCanceled, NoAnswer, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1 if isinstance(error, JobFailed) else 3 if isinstance(error, JobCanceled) else 2
    if isinstance(result, bytes):
        sys.stdout.buffer.write(result)
    else:
        print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
