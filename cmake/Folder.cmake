# A fifth of a library's compile time is the standard library's headers: one precompiled header for all. Of what others
# wrote these alone: they say themselves that they are a system's, which g++ 12 forgets of any other.
set(standard_headers <algorithm> <array> <charconv> <chrono> <cstddef> <cstdint> <functional> <map> <memory> <optional>
    <set> <span> <stdexcept> <string> <string_view> <unordered_map> <utility> <variant> <vector>)
file(WRITE ${CMAKE_BINARY_DIR}/generated/library_headers.cpp "")
add_library(library_headers OBJECT ${CMAKE_BINARY_DIR}/generated/library_headers.cpp)
target_link_libraries(library_headers PRIVATE project_flags)
target_precompile_headers(library_headers PRIVATE ${standard_headers})

# Most of a test's compile time is GoogleTest's headers, and its templates in optimized form take longer to compile than
# the tests run: one precompiled header for all, and little optimization.
if(MENTARA_TESTS)
  set(test_options $<$<CONFIG:Release>:-O1>)
  file(WRITE ${CMAKE_BINARY_DIR}/generated/test_headers.cpp "")
  add_library(test_headers OBJECT ${CMAKE_BINARY_DIR}/generated/test_headers.cpp)
  target_link_libraries(test_headers PRIVATE project_flags GTest::gmock)
  target_compile_options(test_headers PRIVATE ${test_options})
  target_precompile_headers(test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h> ${standard_headers})
endif()

# How long a folder's tests may take, and those that take their time.
set(test_seconds 120)
set(long_test_seconds 300)
set(simulation_seconds 1200)
set(simulation_seeds 1000)
if(MENTARA_SANITIZE)
  set(test_seconds 900)
  set(long_test_seconds 1800)
  set(simulation_seconds 7200)
  set(simulation_seeds 40)
endif()

# project_folder(NAME DEPS target...) turns the folder that calls it into a library NAME (every .cpp that is not a test) and a
# test NAME_test (every *_test.cpp, and the fixtures test_*.cpp), so that a new file needs no line in any list.
function(project_folder name)
  cmake_parse_arguments(arg "" "" "DEPS;PRIVATE_DEPS;TEST_DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  file(GLOB test_sources CONFIGURE_DEPENDS *_test.cpp test_*.cpp)
  list(REMOVE_ITEM sources "" ${test_sources} ${CMAKE_CURRENT_SOURCE_DIR}/main.cpp)

  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC $<BUILD_INTERFACE:project_flags> ${arg_DEPS} PRIVATE ${arg_PRIVATE_DEPS})
    target_precompile_headers(${name} REUSE_FROM library_headers)
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE $<BUILD_INTERFACE:project_flags> ${arg_DEPS})
  endif()

  if(MENTARA_TESTS AND test_sources)
    add_executable(${name}_test ${test_sources})
    target_link_libraries(${name}_test PRIVATE ${name} ${arg_PRIVATE_DEPS} ${arg_TEST_DEPS} GTest::gmock GTest::gtest_main)
    target_compile_options(${name}_test PRIVATE ${test_options})
    target_precompile_headers(${name}_test REUSE_FROM test_headers)
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES TIMEOUT ${test_seconds})
  endif()
endfunction()
