#!/usr/bin/env bash
# The server as a user meets it: started, asked by curl and by 64 clients at once, ended. Not for: what it says to each
# kind of request (tests/serve), or how fast it is (scripts/bench/serving.sh).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

holds "tag" tag "$TMP/tagged"
holds "train" train "$TMP/student" "$TMP/tagged"

student="$TMP/student"
# start OPTION...: sets $url and $server.
start() {
  rm -f "$TMP/url"
  "$SERVE" --model "$student" --port 0 "$@" > "$TMP/url" 2> "$TMP/notes" &
  server=$!
  comes_up "$server" test -s "$TMP/url"
  url="$(< "$TMP/url")"
}
# ended: waits for it; its exit status.
ended() { wait "$server"; }
post() { curl -sS --max-time 60 -H 'Content-Type: application/json' "$url$1" -d "$2"; }

start --task image
holds "its address is printed, and nothing else" grep -qx 'http://127\.0\.0\.1:[0-9]*' "$TMP/url"
expect "it lives" 0 '"status":"ok"' -- curl -sS "$url/health"
expect "an answer" 0 '"object":"text_completion"' '"words_asked":' '"task":"image"' -- post /v1/completions '{"prompt": "holiday sale"}'
expect "a chat in parts" 0 '"object":"chat.completion.chunk"' 'data: [DONE]' -- \
  post /v1/chat/completions '{"stream": true, "messages": [{"role": "user", "content": "holiday sale"}]}'
expect "type-ahead" 0 '"done":true' 'data: [DONE]' -- post /v1/typeahead '{"intent": "holiday sa", "client": "a"}'
expect "a wrong request" 0 '"error"' 'poster' -- post /v1/completions '{"prompt": "a", "task": "poster"}'
expect "figures" 0 'udrl_requests_total{route="/v1/completions",status="200"} 1' -- curl -sS "$url/metrics"
expect "the page" 0 '<!doctype html>' -- curl -sS "$url/"

# The same seed and intent give the same text, alone and among others.
ask() { post /v1/completions '{"prompt": "holiday sale", "seed": 7, "temperature": 0}' | grep -o '"text":"[^"]*"'; }
alone="$(ask)"
for i in {1..64}; do ask > "$TMP/of-$i" & asked[i]=$!; done
wait "${asked[@]}"
holds "64 clients at once are all answered" test "$(cat "$TMP"/of-* | wc -l)" -eq 64
holds "with what one alone is told, as far as arithmetic allows" test "$(cat "$TMP"/of-* | cut -b 1-20 | sort -u)" = "${alone:0:20}"

expect "a port that is taken" 2 "cannot listen" "--port" -- "$SERVE" --model "$TMP/student" --port "${url##*:}"
kill -INT "$server"
holds "Ctrl-C ends it well" ended
holds "and it says so" grep -q stopped "$TMP/notes"

UDRL_TEST_KEY=a-very-secret-key start --api-key-env UDRL_TEST_KEY
expect "without the key" 0 'Authorization' -- post /v1/completions '{"prompt": "a"}'
expect "with it" 0 '"text_completion"' -- curl -sS -H 'Authorization: Bearer a-very-secret-key' \
  -H 'Content-Type: application/json' "$url/v1/completions" -d '{"prompt": "a"}'
holds "the key stands nowhere" test -z "$(grep -r a-very-secret-key "$TMP/url" "$TMP/notes")"
kill -TERM "$server"
holds "a request to end ends it well" ended

# The student that comes with udrl has what the tiny one lacks: a table of ideas, a critic, five tasks.
student="$SOURCE/data/students/five-tasks" start
expect "the student of udrl answers" 0 '"text":"' '"mention":' '"task":"headline"' -- \
  post /v1/completions '{"prompt": "holiday sale", "task": "headline"}'
expect "in a chat" 0 '"content":"' -- post /v1/chat/completions '{"messages": [{"role": "user", "content": "holiday sale"}]}'
expect "as one types" 0 '"done":true' -- post /v1/typeahead '{"intent": "holiday sa", "client": "a"}'
expect "the best of many as one rests" 0 '"best_of":32' '"done":true' -- \
  post /v1/typeahead '{"intent": "holiday sale", "tasks": ["image", "search"], "best_of": 32}'
expect "as many as the page asks for" 0 '"best_of":32' -- curl -sS "$url/v1/student"
expect "several at once" 0 '"index":2' -- post /v1/completions '{"prompt": "holiday sale", "n": 3}'
expect "the best of some" 0 '"text":"' -- post /v1/completions '{"prompt": "holiday sale", "best_of": 4}'
expect "nothing failed" 0 'udrl_requests_total{route="/v1/completions",status="200"} 3' -- curl -sS "$url/metrics"
kill -INT "$server"
holds "Ctrl-C ends this one too" ended

expect "no student" 2 "udrl-train" -- "$SERVE" --model "$TMP/tagged" --port 0
expect "a task that there is not" 2 "poster" -- "$SERVE" --model "$TMP/student" --port 0 --task poster
expect "a key that is not set" 2 "--api-key-env" -- "$SERVE" --model "$TMP/student" --port 0 --api-key-env UDRL_NO_SUCH_KEY
finish
