#pragma once

#include <optional>
#include <string_view>

#include "wire/http/cors.h"
#include "wire/http/static_files.h"

namespace wire::sio {

// The JavaScript client, for pages that load it from here: socket.io.js, .min.js, .esm.min.js, .msgpack.min.js and
// their source maps, below `path`. Empty in a build without the bundles (MENTARA_CLIENT_DIST).
http::StaticFiles client_bundle(std::string_view path, const std::optional<http::CorsOptions>& cors);

// Of the bundles, e.g. "4.8.4"; empty without them.
std::string_view client_bundle_version();

} // namespace wire::sio
