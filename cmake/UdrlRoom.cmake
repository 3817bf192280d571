# How a room (a static library) and its tests are declared.

# udrl_shared_headers(udrl_json_headers HEADERS <map> <nlohmann/json.hpp> LIBRARIES nlohmann_json::nlohmann_json OPTIONS …)
#   Large headers, compiled once for all targets that reuse them (not in debug builds, which find a forgotten include).
function(udrl_shared_headers name)
  cmake_parse_arguments(ARG "" "" "HEADERS;LIBRARIES;OPTIONS" ${ARGN})
  add_library(${name} OBJECT ${PROJECT_SOURCE_DIR}/cmake/shared_headers.cpp)
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES} udrl_options)
  target_compile_options(${name} PRIVATE ${ARG_OPTIONS})
  target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()

# udrl_room(data SOURCES a.cpp b.cpp USES base PUBLIC nlohmann_json::nlohmann_json PRIVATE ZLIB::ZLIB)
#   USES: other rooms; PUBLIC / PRIVATE: outside libraries; JSON: most files read nlohmann/json, which is large: they
#   share it compiled; HEADERS: public headers, where they are not all of include/udrl/NAME but those WITHOUT which the
#   library does.
function(udrl_room name)
  cmake_parse_arguments(ARG "JSON" "" "SOURCES;USES;PUBLIC;PRIVATE;HEADERS;WITHOUT" ${ARGN})
  add_library(udrl_${name} STATIC ${ARG_SOURCES})
  target_include_directories(udrl_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  # Each public header compiles alone: cmake --build build/release --target all_verify_interface_header_sets
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/udrl/${name}/*.hpp)
  list(TRANSFORM ARG_WITHOUT PREPEND ${PROJECT_SOURCE_DIR}/include/udrl/)
  list(REMOVE_ITEM headers "" ${ARG_WITHOUT})
  list(TRANSFORM ARG_HEADERS PREPEND ${PROJECT_SOURCE_DIR}/include/udrl/)
  list(APPEND headers ${ARG_HEADERS})
  target_sources(udrl_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${headers})
  set_target_properties(udrl_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  list(TRANSFORM ARG_USES PREPEND udrl_)
  target_link_libraries(udrl_${name} PUBLIC ${ARG_USES} ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} udrl_options)
  if(ARG_JSON)
    target_precompile_headers(udrl_${name} REUSE_FROM udrl_json_headers)
  endif()
endfunction()

# udrl_test(data SOURCES a_test.cpp USES data [LABELS fast] [ENVIRONMENT NAME=value])
#   One executable a room, every Catch2 test case its own ctest. Tests are compiled for a short build, not for speed.
function(udrl_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES;LABELS;ENVIRONMENT" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_USES PREPEND udrl_)
  # What is inside a room is tested from inside.
  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME room)
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/src/${room})
  target_compile_definitions(test_${name} PRIVATE UDRL_SOURCE_DIR="${UDRL_TEST_ROOT}"
                                                  UDRL_BINARY_DIR="${PROJECT_BINARY_DIR}")
  target_link_libraries(test_${name} PRIVATE ${ARG_USES} ${ARG_LIBRARIES} udrl_test_main udrl_options)
  target_compile_options(test_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  target_precompile_headers(test_${name} REUSE_FROM udrl_test_headers)
  if(NOT ARG_LABELS)
    set(ARG_LABELS fast)
  endif()
  set(environment ${ARG_ENVIRONMENT})
  if(UDRL_THREADS_ONLY)
    list(APPEND environment "TSAN_OPTIONS=${UDRL_TSAN_OPTIONS}")
  endif()
  if(environment)
    list(PREPEND environment ENVIRONMENT)
  endif()
  # Tests that run elsewhere may lack the libraries that they need to be asked for their names here.
  if(UDRL_TEST_ROOT STREQUAL PROJECT_SOURCE_DIR)
    catch_discover_tests(test_${name} TEST_PREFIX "${name}: " PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 900 ${environment})
  endif()
endfunction()
