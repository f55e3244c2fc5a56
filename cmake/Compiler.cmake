# One set of flags for everything that we compile; libraries of others are included as system headers.
add_library(project_flags INTERFACE)
target_compile_options(project_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
target_include_directories(project_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_include_directories(project_flags INTERFACE ${CMAKE_BINARY_DIR}/generated)

# g++ 12 takes what its optimizer makes of std::string for writing out of bounds where the header was precompiled.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(project_flags INTERFACE -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
endif()

if(MENTARA_SANITIZE)
  target_compile_options(project_flags INTERFACE -fsanitize=${MENTARA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(project_flags INTERFACE -fsanitize=${MENTARA_SANITIZE})
  # g++ 12 sees false "maybe uninitialized" paths, and Asio's fences are unknown to it, once a sanitizer rewrites the code.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(project_flags INTERFACE -Wno-maybe-uninitialized)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND MENTARA_SANITIZE MATCHES "thread")
    target_compile_options(project_flags INTERFACE -Wno-tsan)
  endif()
endif()

find_program(LLD_LINKER ld.lld)
if(LLD_LINKER)
  add_link_options(-fuse-ld=lld)
endif()
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
