# How a room (a static library) and its tests are declared.

# udrl_room(data SOURCES a.cpp b.cpp USES base PUBLIC nlohmann_json::nlohmann_json PRIVATE ZLIB::ZLIB)
#   USES: other rooms; PUBLIC / PRIVATE: outside libraries.
function(udrl_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;PUBLIC;PRIVATE" ${ARGN})
  add_library(udrl_${name} STATIC ${ARG_SOURCES})
  target_include_directories(udrl_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include)
  list(TRANSFORM ARG_USES PREPEND udrl_)
  target_link_libraries(udrl_${name} PUBLIC ${ARG_USES} ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} udrl_options)
endfunction()

# udrl_test(data SOURCES a_test.cpp USES data [LABELS fast])
#   One executable a room, every Catch2 test case its own ctest.
function(udrl_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES;LABELS" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_USES PREPEND udrl_)
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(test_${name} PRIVATE UDRL_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                                  UDRL_BINARY_DIR="${PROJECT_BINARY_DIR}")
  target_link_libraries(test_${name} PRIVATE ${ARG_USES} ${ARG_LIBRARIES} udrl_test_main udrl_options)
  if(NOT ARG_LABELS)
    set(ARG_LABELS fast)
  endif()
  catch_discover_tests(test_${name} TEST_PREFIX "${name}: " PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 900)
endfunction()
