# llama.cpp, as scripts/setup.sh built it for this very processor, or a user's own.
#
# Targets: llama::llama (llama.h, brings ggml with it), ggml::base (ggml.h, gguf.h: the GGUF reader and writer),
# ggml::cpu (ggml-cpu.h).
# Not for: llama.cpp's common/ library; its Jinja engine is in LlamaJinja.cmake.
#
# Looked for in: UDRL_LLAMA_ROOT, then .deps/llama-<key of this processor>. Nothing is cached, so that a build
# folder configured again on another processor moves on to that one's llama.cpp.

set(UDRL_LLAMA_ROOT "" CACHE PATH "An installed llama.cpp (include/llama.h, lib/libllama.so) instead of set-up's")

function(_llama_find_root out)
  if(UDRL_LLAMA_ROOT)
    set(${out} ${UDRL_LLAMA_ROOT} PARENT_SCOPE)
    return()
  endif()
  execute_process(COMMAND ${PROJECT_SOURCE_DIR}/scripts/llama_key.sh
                  OUTPUT_VARIABLE key OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(${out} ${PROJECT_SOURCE_DIR}/.deps/llama-${key} PARENT_SCOPE)
endfunction()

function(_llama_import target name)
  set(library ${Llama_ROOT_DIR}/lib/lib${name}${CMAKE_SHARED_LIBRARY_SUFFIX})
  if(EXISTS ${library} AND NOT TARGET ${target})
    add_library(${target} SHARED IMPORTED GLOBAL)
    # Its folder becomes the RPATH of what is linked; each library finds the others beside it.
    set_target_properties(${target} PROPERTIES
      IMPORTED_LOCATION ${library}
      INTERFACE_INCLUDE_DIRECTORIES ${Llama_ROOT_DIR}/include
      INTERFACE_LINK_LIBRARIES "${ARGN}")
  endif()
endfunction()

_llama_find_root(Llama_ROOT_DIR)
_llama_import(ggml::base ggml-base)
_llama_import(ggml::cpu ggml-cpu ggml::base)
_llama_import(ggml::ggml ggml ggml::base)
_llama_import(llama::llama llama ggml::ggml ggml::base)

if(TARGET llama::llama AND EXISTS ${Llama_ROOT_DIR}/include/llama.h)
  set(Llama_COMPLETE TRUE)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Llama REQUIRED_VARS Llama_ROOT_DIR Llama_COMPLETE
  REASON_FAILURE_MESSAGE "No llama.cpp for this processor in ${Llama_ROOT_DIR}. Run scripts/setup.sh (it builds one \
in a few minutes), or set UDRL_LLAMA_ROOT to your own.")
