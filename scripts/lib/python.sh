# Sourced by setup.sh: the virtual environment .deps/venv, which holds LibTorch and what converts models.
# Not for: running Python of our own: udrl is C++.
#
# UDRL_TORCH chooses where LibTorch comes from, and is remembered in .deps/torch-choice:
#   not set              the version pinned in scripts/requirements.txt, from pip's own index
#   http(s)://… file:…   the pinned version, from this index (a CPU-only or another CUDA build has its own index)
#   none                 none: CMAKE_PREFIX_PATH names an unpacked LibTorch of yours
#   anything else        a pip requirement: torch==2.12.0, a wheel file
# shellcheck shell=bash

torch_choice() {
  if [[ -n "${UDRL_TORCH+set}" ]]; then
    printf '%s' "$UDRL_TORCH"
  elif [[ -r "$DEPS/torch-choice" ]]; then
    cat "$DEPS/torch-choice"
  fi
}

python_stamp() {
  local files=("$ROOT/scripts/requirements.txt")
  [[ "$1" == with-tests ]] && files+=("$ROOT/scripts/requirements-test.txt")
  printf '%s/.udrl-%s' "$VENV" "$( (cat "${files[@]}"; torch_choice) | sha256sum | cut -c1-12)"
}

python_is_ready() {
  [[ -x "$VENV/bin/python" ]] || return 1
  [[ -e "$(python_stamp with-tests)" ]] || { [[ "$1" != with-tests ]] && [[ -e "$(python_stamp plain)" ]]; }
}

pinned_torch() { sed -n 's/^\(torch==[^ ]*\).*/\1/p' "$ROOT/scripts/requirements.txt"; }

# The arguments of `pip install` that bring LibTorch, one a line; none where the user has their own.
torch_arguments() {
  local choice
  choice="$(torch_choice)"
  case "$choice" in
    "") pinned_torch ;;
    none) ;;
    http://* | https://* | file:*) printf '%s\n' --index-url "$choice" "$(pinned_torch)" ;;
    *) printf '%s\n' "$choice" ;;
  esac
}

# install_python plain|with-tests
install_python() {
  if ! python_is_ready "$1"; then
    step "Python environment .deps/venv ($(torch_arguments | tr '\n' ' '))"
    [[ -x "$VENV/bin/python" ]] || quietly "$DEPS/venv.log" python3 -m venv "$VENV" \
      || die "python3 could not make a virtual environment" "Install python3-venv, then run this script again."
    printf '%s' "$(torch_choice)" > "$DEPS/torch-choice"
    pip_install_all "$1"
    touch "$(python_stamp "$1")"
  fi
  test_torch
  report_torch
}

pip_install_all() {
  local arguments rest
  mapfile -t arguments < <(torch_arguments)
  mapfile -t rest < <(grep -vE '^(torch==|#)' "$ROOT/scripts/requirements.txt" | sed 's/ *#.*//')
  [[ ${#arguments[@]} -eq 0 ]] || pip_install "${arguments[@]}"
  pip_install "${rest[@]}"
  [[ "$1" != with-tests ]] || pip_install -r "$ROOT/scripts/requirements-test.txt"
}

pip_install() {
  quietly "$DEPS/pip-install.log" "$VENV/bin/python" -m pip install --no-cache-dir "$@" \
    || die "pip could not install: $*" \
      "The whole log is .deps/pip-install.log. Is there a network? Then run this script again." \
      "For another build of LibTorch set UDRL_TORCH: a pip requirement, a wheel file, an index URL, or none."
}

# Products of LibTorch in both precisions that udrl trains in, beside the same in double, in a process of their own; once for
# each kind of processor.
test_torch() {
  local log="$DEPS/torch-test.log" status=0 tested
  tested="$VENV/.udrl-tested-$(torch_choice | sha256sum | cut -c1-12)-$("$ROOT/scripts/llama_key.sh" --processor)"
  [[ ! -e "$tested" ]] || return 0
  compgen -G "$VENV/lib/python3*/site-packages/torch" > /dev/null || return 0  # UDRL_TORCH=none
  ("$VENV/bin/python" "$ROOT/scripts/lib/check_torch.py"; exit $?) > "$log" 2>&1 < /dev/null || status=$?
  ((status == 0)) || die "LibTorch does not multiply rightly on this processor (status $status): $(tail -n 1 "$log" | cut -c -200)" \
    "processor: $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)" \
    "Leave out its newest instruction sets, here and whenever you train: export ONEDNN_MAX_CPU_ISA=AVX512_CORE (or AVX2)" \
    "and ATEN_CPU_CAPABILITY=avx2. Or choose another build of LibTorch with UDRL_TORCH. Then run this script again."
  touch "$tested"
}

# Says which LibTorch it is, for pip's index decides: a plain Linux wheel is often a CUDA build of several GB.
report_torch() {
  local file version cuda
  file="$(find "$VENV"/lib/python3*/site-packages/torch -maxdepth 1 -name version.py 2> /dev/null | head -1)"
  if [[ -z "$file" ]]; then
    say "LibTorch: none in .deps/venv (UDRL_TORCH=none): CMAKE_PREFIX_PATH must name yours"
    return
  fi
  version="$(sed -n "s/^__version__ = '\(.*\)'.*/\1/p" "$file")"
  cuda="$(sed -n "s/^cuda[^=]*= '\(.*\)'.*/\1/p" "$file")"
  if [[ -n "$cuda" ]]; then
    say "LibTorch $version: a CUDA $cuda build. It works without a GPU too, but is several GB. For a CPU build give"
    say "  UDRL_TORCH the URL of an index that has one (or a wheel file) and run this again."
  else
    say "LibTorch $version: a CPU build. To train on a GPU set UDRL_TORCH to a CUDA build (a pip requirement, a"
    say "  wheel file or an index URL) and run this again."
  fi
}
