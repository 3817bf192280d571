# Compiler options of udrl's own code: target udrl_options, which every room and tool links privately.
#
# Not for: outside code compiled here (llama_jinja), which keeps its own warnings to itself.
# UDRL_WERROR and UDRL_SANITIZE are declared by the top-level CMakeLists.txt. Sets UDRL_THREADS_ONLY, and with it
# UDRL_TSAN_OPTIONS for the tests.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

function(_udrl_check_compiler)
  set(oldest_GNU 12)
  set(oldest_Clang 14)
  set(oldest ${oldest_${CMAKE_CXX_COMPILER_ID}})
  if(oldest AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS oldest)
    message(FATAL_ERROR "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} is too old: udrl needs g++ >= 12 or "
                        "clang >= 14. Set CMAKE_CXX_COMPILER (or CXX) to a newer one.")
  endif()
endfunction()

# ccache, told to treat a clone in another folder as the same code, and precompiled headers as cacheable.
function(_udrl_use_ccache)
  find_program(UDRL_CCACHE ccache)
  mark_as_advanced(UDRL_CCACHE)
  if(UDRL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
        CCACHE_SLOPPINESS=pch_defines,time_macros ${UDRL_CCACHE} PARENT_SCOPE)
  endif()
endfunction()

_udrl_check_compiler()
_udrl_use_ccache()

add_library(udrl_options INTERFACE)
target_compile_options(udrl_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough)
if(UDRL_WERROR)
  target_compile_options(udrl_options INTERFACE -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # g++ 12 and 13 see these inside the standard library when they optimise: shown, never fatal.
    target_compile_options(udrl_options INTERFACE
      -Wno-error=maybe-uninitialized -Wno-error=restrict -Wno-error=stringop-overflow -Wno-error=stringop-overread
      -Wno-error=array-bounds -Wno-error=dangling-pointer -Wno-error=free-nonheap-object)
  endif()
endif()

if(UDRL_SANITIZE)
  # For everything compiled here, not for our code alone: a container annotated on one side only is a false alarm.
  add_compile_options(-fsanitize=${UDRL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${UDRL_SANITIZE})
endif()

# LibTorch and the tools are left out of a build for the thread sanitizer: their own threads are libgomp's, whose barriers
# it cannot see, and what we run in threads is tested without them.
set(UDRL_THREADS_ONLY FALSE)
if(UDRL_SANITIZE MATCHES thread)
  set(UDRL_THREADS_ONLY TRUE)
  set(UDRL_TSAN_OPTIONS "suppressions=${CMAKE_CURRENT_LIST_DIR}/tsan.supp:die_after_fork=0:halt_on_error=1")
endif()
