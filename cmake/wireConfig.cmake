# find_package(wire) comes here. The libraries are static, so who links them needs what they are made with.
include(CMakeFindDependencyMacro)
find_dependency(Boost 1.81) # headers alone
find_dependency(OpenSSL)
find_dependency(simdjson)
find_dependency(Threads)
find_dependency(ZLIB)
include(${CMAKE_CURRENT_LIST_DIR}/wireTargets.cmake)
