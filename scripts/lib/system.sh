# Sourced by setup.sh: packages of Debian 12 and Ubuntu 24.04, privileges, and the age of the compiler.
# Not for: other systems, whose users install the same libraries their own way; nothing is checked twice here
# that CMake checks anyway.
# shellcheck shell=bash

readonly SYSTEM_PACKAGES=(
  g++ cmake ninja-build ccache pkg-config git curl ca-certificates python3 python3-venv
  libsentencepiece-dev nlohmann-json3-dev libcli11-dev libspdlog-dev libtomlplusplus-dev libutf8proc-dev
  libcurl4-openssl-dev libcpp-httplib-dev libssl-dev zlib1g-dev libstemmer-dev libvalijson-dev libre2-dev libgloo-dev
  libsqlite3-dev libeigen3-dev
  catch2 clang-format-14
)
# What only the fuzzers need: clang and its libFuzzer, of the version that the distribution has.
# shellcheck disable=SC2034
readonly FUZZ_PACKAGES=(clang libclang-rt-dev)
MISSING_PACKAGES=()

# What only tests need, and are skipped without: so not where it takes a password. Not Ubuntu's chromium, a snap, which
# does not run in containers.
test_packages() {
  [[ -f /etc/os-release && "$(. /etc/os-release && echo "$ID")" == debian ]] || return 0
  if [[ $(id -u) -eq 0 ]] || sudo -n true 2> /dev/null; then echo chromium; fi
}

# find_missing_packages plain|with-tests [PACKAGE...]
find_missing_packages() {
  if ! command -v dpkg-query > /dev/null; then
    say "This is neither Debian nor Ubuntu: install what these packages hold yourself: ${SYSTEM_PACKAGES[*]} ${*:2}"
    return
  fi
  local package packages=("${SYSTEM_PACKAGES[@]}" "${@:2}")
  [[ "$1" != with-tests ]] || mapfile -t -O "${#packages[@]}" packages < <(test_packages)
  for package in "${packages[@]}"; do
    if ! dpkg-query -W -f='${Status}' "$package" 2> /dev/null | grep -q 'ok installed'; then
      MISSING_PACKAGES+=("$package")
    fi
  done
}

# How to become root, asked for once, before anything else is done: "", "sudo", or the end.
ask_for_privileges() {
  AS_ROOT=()
  [[ ${#MISSING_PACKAGES[@]} -gt 0 && $(id -u) -ne 0 ]] || return 0
  AS_ROOT=(sudo)
  command -v sudo > /dev/null || print_command_and_stop
  sudo -n true 2> /dev/null && return 0
  [[ -t 0 ]] || print_command_and_stop
  say "System packages are missing: ${MISSING_PACKAGES[*]}"
  say "Your password is asked for once, to install them."
  sudo -v || print_command_and_stop
}

print_command_and_stop() {
  die "system packages are missing, and this user may not install them" \
    "Have this run by someone who may, then run this script again:" \
    "" \
    "apt-get update && apt-get install -y ${MISSING_PACKAGES[*]}"
}

install_missing_packages() {
  [[ ${#MISSING_PACKAGES[@]} -gt 0 ]] || return 0
  step "system packages: ${MISSING_PACKAGES[*]}"
  command -v apt-get > /dev/null || print_command_and_stop
  local apt=("${AS_ROOT[@]}" env DEBIAN_FRONTEND=noninteractive apt-get)
  quietly "$DEPS/apt.log" "${apt[@]}" update -q \
    || die "apt-get update failed (whole log: .deps/apt.log)" "Is there a network? Then run this script again."
  quietly "$DEPS/apt.log" "${apt[@]}" install -y -q --no-install-recommends "${MISSING_PACKAGES[@]}" \
    || die "apt-get could not install the packages (whole log: .deps/apt.log)" \
      "Names are those of Debian 12 and Ubuntu 24.04; on another system install the same libraries your way."
}

# The compiler that CMake will take: CXX, else c++ or g++.
check_compiler() {
  local compiler="${CXX:-}" version oldest=12 name=g++
  [[ -n "$compiler" ]] || compiler="$(command -v c++ || command -v g++ || command -v clang++)" \
    || die "no C++ compiler" "Install g++ 12 or newer, or clang 14 or newer."
  if "$compiler" --version | grep -qi clang; then
    oldest=14 name=clang
  fi
  version="$("$compiler" -dumpversion | cut -d. -f1)"
  if ((version < oldest)); then
    die "$compiler is $name $version: udrl needs g++ >= 12 or clang >= 14" \
      "Set CXX to a newer one, for example: CXX=g++-12 $0"
  fi
  say "compiler: $compiler ($name $version)"
}
