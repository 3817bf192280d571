# Sourced by benchmarks: llama-server from the same source, with the same flags, as the library that udrl links.
# Not for: set-up; udrl itself needs no server.
# shellcheck shell=bash
source "$ROOT/scripts/lib/llama.sh"

llama_server() { printf '%s/llama-server-%s/bin/llama-server' "$DEPS" "$("$ROOT/scripts/llama_key.sh")"; }

# Builds it unless it is there (several minutes).
install_llama_server() {
  local folder="$DEPS/llama-server-build" log="$DEPS/llama-server-build.log" options
  [[ ! -x "$(llama_server)" ]] || return 0
  step "llama-server, to compare with (several minutes, once; log in .deps/llama-server-build.log)" >&2
  mapfile -t options < <(variant_options "$(cat "$(llama_prefix)/variant")")
  configure_llama "$log" "$folder" "${options[@]}" -DBUILD_SHARED_LIBS=OFF -DLLAMA_BUILD_{COMMON,TOOLS,SERVER}=ON -DLLAMA_BUILD_UI=OFF \
    -DLLAMA_USE_PREBUILT_UI=OFF
  compile_llama "$log" "$folder" --target llama-server
  mkdir -p "$(dirname "$(llama_server)")"
  mv "$folder/bin/llama-server" "$(llama_server)"
  rm -rf "$folder"
}

# start_llama_server MODEL SLOTS PORT: returns when it answers; SERVER_PID is its process.
start_llama_server() {
  "$(llama_server)" -m "$1" -np "$2" -c $(($2 * 640)) -b 512 -ub 512 -t "$(nproc)" -tb "$(nproc)" \
    --host 127.0.0.1 --port "$3" > "$DEPS/llama-server.log" 2>&1 &
  SERVER_PID=$!
  for _ in $(seq 120); do
    ! curl -sf "http://127.0.0.1:$3/health" > /dev/null || return 0
    kill -0 "$SERVER_PID" 2> /dev/null || break
    sleep 0.5
  done
  die "llama-server does not start (log: .deps/llama-server.log)"
}
