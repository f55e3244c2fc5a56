# client_bundle(OUTPUT) writes a piece of C++ for wire/sio/client_bundle.cpp, which takes the JavaScript client's bundles of
# MENTARA_CLIENT_DIST into the binary. Without that folder it names none, and the server serves no client.
include(Embed)
set(MENTARA_CLIENT_DIST "${CMAKE_SOURCE_DIR}/tests/journeys/node_modules/socket.io/client-dist" CACHE PATH
    "The folder client-dist of the npm package socket.io")

function(client_bundle output)
  set(files "")
  foreach(name socket.io.js socket.io.min.js socket.io.esm.min.js socket.io.msgpack.min.js)
    file(GLOB found CONFIGURE_DEPENDS ${MENTARA_CLIENT_DIST}/${name} ${MENTARA_CLIENT_DIST}/${name}.map)
    list(APPEND files ${found})
  endforeach()
  embed(wire_client FILES ${files})
  set(version "")
  if(files)
    list(GET files 0 first)
    file(READ ${first} head LIMIT 200)
    string(REGEX MATCH "Socket\\.IO v([0-9A-Za-z.-]+)" matched "${head}")
    set(version ${CMAKE_MATCH_1})
    if(NOT version)
      message(FATAL_ERROR "${MENTARA_CLIENT_DIST}: no version in the bundles")
    endif()
  else()
    message(STATUS "No client bundles in ${MENTARA_CLIENT_DIST}: serve_client will have nothing to serve")
  endif()
  string(CONCAT content
    "${wire_client_declarations}"
    "constexpr std::string_view bundle_version = \"${version}\";\n"
    "const std::array<BundledFile, ${wire_client_count}> bundled_files{{\n${wire_client_entries}}};\n")
  set_source_files_properties(client_bundle.cpp PROPERTIES OBJECT_DEPENDS "${files}")
  file(GENERATE OUTPUT ${output} CONTENT "${content}")
endfunction()
