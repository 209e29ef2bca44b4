#!/bin/sh
# Submits a job, waits for its end and prints its result, with a POSIX shell and curl.
#
#   sh submit-and-poll.sh
#   sh submit-and-poll.sh http://localhost:3000 word-count '{"text":"to be or not to be"}'
#   WAIT=30 sh submit-and-poll.sh                    lets the server wait with its answers, up to 30 s
#   IDEMPOTENCY_KEY=hamlet-3-1 sh submit-and-poll.sh is about the same job, however often it is run
#   API_KEY=… sh submit-and-poll.sh                  for a server that asks for a key
#
# Exit code: 0 completed, 1 failed, 3 canceled; 2 where the server refuses, or gives no answer in TRIES (8) tries.
set -eu

example='{"text":"to be or not to be"}'
url=${1:-http://localhost:3000}
task=${2:-word-count}
input=${3:-$example}
# One key for all tries: however many of them arrive, there is one job.
key=${IDEMPOTENCY_KEY:-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')}
wait=${WAIT:-}
tries=${TRIES:-8}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

# In a file, as everybody on the machine can read the words of a command.
: > "$scratch/headers"
[ -z "${API_KEY:-}" ] || echo "Authorization: Bearer $API_KEY" >> "$scratch/headers"
[ -z "$wait" ] || echo "Prefer: wait=$wait" >> "$scratch/headers"

give_up() {
  printf '%s\n' "$1" >&2
  exit 2
}

# Sends a request until it has an answer that will stay so; leaves $status, and the answer in two files.
ask() {
  try=1
  while :; do
    status=$(curl -sS --connect-timeout 10 --max-time 60 -H "@$scratch/headers" \
      -D "$scratch/head" -o "$scratch/body" -w '%{http_code}' "$@" 2> "$scratch/error") || status=000
    case $status in
      200 | 202 | 304) return ;;
      000) why="No answer from $url: $(cat "$scratch/error")" ;;
      408 | 409 | 429 | 500 | 502 | 503 | 504) why="$url is not able to: $(cat "$scratch/body")" ;;
      *) give_up "Refused with $status: $(cat "$scratch/body")" ;;
    esac
    [ "$try" -lt "$tries" ] || give_up "$why"
    # All the tries take minutes, in which somebody should know what is waited for.
    if [ "$try" -eq 1 ]; then
      case $status in
        000) echo "No answer from $url, trying again" >&2 ;;
        *) echo "$url answered $status, trying again" >&2 ;;
      esac
    fi
    # 1, 2, 4, 8, 16, 30, 30 … seconds, unless the server says when.
    if [ "$try" -le 5 ]; then pause=$((1 << (try - 1))); else pause=30; fi
    [ "$status" = 000 ] || pause=$(seconds_until_retry "$pause")
    sleep "$pause"
    try=$((try + 1))
  done
}

# A header of the last answer. Over HTTP/2 names are in lower case, and a 100 Continue has a head of its own before it.
header() {
  tr -d '\r' < "$scratch/head" | awk -v name="$1" '
    /^HTTP\// { value = "" }
    tolower($0) ~ "^" name ":" { value = substr($0, length(name) + 2); sub(/^[ \t]+/, "", value) }
    END { print value }'
}

# What Retry-After says, or $1 where it is missing or a date.
seconds_until_retry() {
  said=$(header retry-after)
  case $said in
    '' | *[!0-9]*) echo "$1" ;;
    *) echo "$said" ;;
  esac
}

# A text, number or boolean of the JSON $2. The first of that name: a job says how it is before it says what came of it.
member() {
  case $2 in
    *"\"$1\":"*) value=${2#*"\"$1\":"} ;;
    *) return ;;
  esac
  value=${value#\"}
  printf '%s\n' "${value%%[\",\}]*}"
}

# An address as the server wrote it, made absolute.
absolute() {
  case $1 in
    http://* | https://*) echo "$1" ;;
    *)
      host=${url#*://}
      echo "${url%%://*}://${host%%/*}$1"
      ;;
  esac
}

# --data-raw, as --data takes what begins with @ for the name of a file.
ask "${url%/}/tasks/$task" -H "Idempotency-Key: \"$key\"" -H 'Content-Type: application/json' --data-raw "$input"
location=$(absolute "$(header location)")
job=$(cat "$scratch/body")
etag='""'
echo "$location" >&2

while [ "$(member 'done' "$job")" != true ]; do
  # Where the server does the waiting, a second is left: one that is stopping answers at once.
  if [ -n "$wait" ]; then pause=1; else pause=$(seconds_until_retry 1); fi
  sleep "$pause"
  ask "$location" -H "If-None-Match: $etag"
  # 304: nothing has changed, and there is no body.
  [ "$status" != 304 ] || continue
  job=$(cat "$scratch/body")
  etag=$(header etag)
  progress=$(member progress "$job")
  echo "$(member status "$job")${progress:+, $progress %}" >&2
done

case $(member status "$job") in
  completed)
    # From the links, which come last; the document itself has no large results and no files.
    ask "$(absolute "$(member result "${job##*"\"links\":"}")")"
    cat "$scratch/body"
    ;;
  failed)
    printf '%s\n' "$job" >&2
    exit 1
    ;;
  canceled) exit 3 ;;
  *) give_up "Not a job: $job" ;;
esac
