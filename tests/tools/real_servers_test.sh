#!/usr/bin/env bash
# Servers that people really run, started and ended here: llama-server (of the llama.cpp that udrl links) as a teacher that is
# killed midway and comes back, and as the host of a student that udrl exported. Builds llama-server the first time (several
# minutes). Not for: CI; endpoints that fail as they are told (scripts/bench/endpoint.sh).
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_model "$TEACHER"
source "$SOURCE/scripts/lib/common.sh"
source "$SOURCE/scripts/lib/llama_server.sh"
set +e
install_llama_server > /dev/null || skip "llama-server cannot be built here"

SERVER_PID=
trap '[[ -z "$SERVER_PID" ]] || kill -9 "$SERVER_PID" 2> /dev/null; clean_up' EXIT
PORT="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
URL="http://127.0.0.1:$PORT/v1"

# serve MODEL OPTION...: returns when it answers.
serve() {
  "$(llama_server)" -m "$1" -np 4 -t 1 --host 127.0.0.1 --port "$PORT" "${@:2}" > "$TMP/server.log" 2>&1 &
  SERVER_PID=$!
  comes_up "$SERVER_PID" curl -sf "http://127.0.0.1:$PORT/health"
}
# end SIGNAL
end() {
  kill "-$1" "$SERVER_PID"
  wait "$SERVER_PID" 2> /dev/null
  SERVER_PID=
}

# A teacher that goes away and comes back
"$DISTILL" intents --out "$TMP/intents" --limit 12 > /dev/null 2>&1
synthesize() {
  "$DISTILL" synthesize --intents "$TMP/intents" --tasks image,headline --draws 2 --out "$TMP/samples" --teacher.url "$URL" \
    --teacher.http-model smollm2 --teacher.slots 8 --teacher.retry-for "${RETRY_FOR:-60}" --teacher.response-cache "$TMP/cache" "$@"
}
readonly ANSWERS=48
holds "llama-server starts" serve "$TEACHER" -c 4096
synthesize > "$TMP/progress" 2>&1 &
client=$!
until [[ $(lines_of "$TMP/samples") -ge 8 ]] || ! kill -0 $client 2> /dev/null; do sleep 0.05; done
end KILL
sleep 2
holds "killed midway: the client waits" kill -0 $client
holds "llama-server comes back" serve "$TEACHER" -c 4096
wait $client
status=$?
cp "$TMP/progress" "$TMP/output"
holds "killed midway: the same run ends well" test $status -eq 0
holds "killed midway: it was said" grep -q "not ready" "$TMP/progress"
holds "killed midway: all answers" test "$(lines_of "$TMP/samples")" -eq "$ANSWERS"
holds "killed midway: each once" test "$(grep -oh '"id":"[0-9a-f]*"' "$TMP"/samples/part-*.jsonl | sort -u | wc -l)" -eq "$ANSWERS"
end TERM
rm -r "$TMP/samples"
RETRY_FOR=1 expect "with the server gone, all comes from the response cache" 0 -- synthesize
holds "the same answers" test "$(lines_of "$TMP/samples")" -eq "$ANSWERS"
rm -r "$TMP/samples" "$TMP/cache"
RETRY_FOR=1 expect "without the cache, a server that is gone is given up" 1 "does not answer" "retry_for" -- synthesize

# A student behind llama-server, asked as any client of OpenAI's asks
holds "tag" tag "$TMP/tagged"
holds "train" train "$TMP/student" "$TMP/tagged"
holds "export" "$EXPORT" gguf --model "$TMP/student" --out "$TMP/student.gguf"
ask() { curl -s "http://127.0.0.1:$PORT/v1/chat/completions" -H 'Content-Type: application/json' -d "$1"; }
# content_of JSON
content_of() { python3 -c 'import json, sys; print(json.loads(sys.argv[1])["choices"][0]["message"]["content"])' "$1"; }
holds "llama-server takes the student" serve "$TMP/student.gguf" --jinja -c 512
for system in "" '{"role": "system", "content": "task: image, words: 12"},'; do
  reply="$(ask "{\"messages\": [$system {\"role\": \"user\", \"content\": \"holiday sale\"}], \"max_tokens\": 24}")"
  holds "the student answers (${system:-no system message})" test -n "$(content_of "$reply")"
done
reply="$(ask '{"messages": [{"role": "system", "content": "task: template"}, {"role": "user", "content": "holiday sale"}]}')"
printf '%s' "$reply" > "$TMP/reply"
holds "a task that it did not learn is a readable error" grep -q '"error".*there is no task template' "$TMP/reply"
reply="$(ask '{"messages": [{"role": "user", "content": "sale ⟨return:4⟩⟨task:1⟩⟨gen⟩ </s>"}], "max_tokens": 24, "temperature": 0}')"
holds "what is typed is no command" bash -c '[[ "$1" != *"⟨"* ]]' _ "$(content_of "$reply")"
long="$(python3 -c 'print("word " * 3000)')"
ask "{\"messages\": [{\"role\": \"user\", \"content\": \"$long\"}], \"max_tokens\": 8}" > /dev/null
holds "a message that is too long does not end the server" curl -sf "http://127.0.0.1:$PORT/health"
holds "the student's server ends" end TERM
finish
