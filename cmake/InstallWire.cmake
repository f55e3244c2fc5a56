# `cmake --install BUILD --component wire` installs the library: headers, archives, and a package for find_package(wire),
# whose target is wire::wire. docs/library.md shows how it is used.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(wire_folders base net http ws eio sio redis cluster)
set(wire_targets wire)
foreach(folder ${wire_folders})
  set_target_properties(wire_${folder} PROPERTIES EXPORT_NAME ${folder})
  target_compile_features(wire_${folder} PUBLIC cxx_std_20)
  target_include_directories(wire_${folder} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  list(APPEND wire_targets wire_${folder})
endforeach()

add_library(wire INTERFACE)
add_library(wire::wire ALIAS wire)
target_link_libraries(wire INTERFACE wire_cluster)

install(TARGETS ${wire_targets} EXPORT wire COMPONENT wire)
install(FILES ${PROJECT_SOURCE_DIR}/wire/wire.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/wire COMPONENT wire)
foreach(folder ${wire_folders})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/wire/${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/wire COMPONENT wire
          FILES_MATCHING PATTERN "*.h" PATTERN "test_*.h" EXCLUDE PATTERN "native.h" EXCLUDE)
endforeach()

set(wire_package ${CMAKE_INSTALL_LIBDIR}/cmake/wire)
install(EXPORT wire NAMESPACE wire:: FILE wireTargets.cmake DESTINATION ${wire_package} COMPONENT wire)
write_basic_package_version_file(wireConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_SOURCE_DIR}/cmake/wireConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/wireConfigVersion.cmake
        DESTINATION ${wire_package} COMPONENT wire)
