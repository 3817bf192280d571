# Target llama_jinja: the Jinja engine of llama.cpp (its common/jinja), which renders models' chat templates.
#
# For: the lm room. #include "jinja/lexer.h", "jinja/parser.h", "jinja/runtime.h"; "json.h" is its common_json.
# Not for: the rest of common/ (chat parsing, sampling, downloads): nothing of it is compiled.
#
# The sources come from the llama-cpp-python source package that set-up unpacked (scripts/lib/llama.sh).

execute_process(COMMAND ${PROJECT_SOURCE_DIR}/scripts/llama_key.sh --version
                OUTPUT_VARIABLE _llama_version OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set(_llama_source ${PROJECT_SOURCE_DIR}/.deps/llama-src-${_llama_version}/vendor/llama.cpp)
set(UDRL_LLAMA_SOURCE "" CACHE PATH "A llama.cpp source tree to take common/jinja from, instead of set-up's")
if(UDRL_LLAMA_SOURCE)
  set(_llama_source ${UDRL_LLAMA_SOURCE})
endif()
set(_llama_common ${_llama_source}/common)
if(NOT EXISTS ${_llama_common}/jinja/runtime.cpp)
  message(FATAL_ERROR "No llama.cpp source in ${_llama_source}. Run scripts/setup.sh, which unpacks it, "
                      "or set UDRL_LLAMA_SOURCE to your own.")
endif()

add_library(llama_jinja STATIC
  ${_llama_common}/jinja/caps.cpp
  ${_llama_common}/jinja/lexer.cpp
  ${_llama_common}/jinja/parser.cpp
  ${_llama_common}/jinja/runtime.cpp
  ${_llama_common}/jinja/string.cpp
  ${_llama_common}/jinja/value.cpp
  ${_llama_common}/json.cpp
  ${_llama_common}/unicode.cpp)
target_compile_options(llama_jinja PRIVATE -w)
target_include_directories(llama_jinja SYSTEM PUBLIC ${_llama_common} PRIVATE ${_llama_source}/vendor)
target_link_libraries(llama_jinja PUBLIC ggml::base)
