#pragma once

#include <memory>
#include <string>

#include "mentara/config/config.h"
#include "wire/http/server.h"

// What the configuration says about those who connect, in the words of the library.
namespace mentara {

void set_edge_options(wire::http::Options& options, const Config& config);

// Null: nothing is encrypted. Throws std::runtime_error: which file, and what is wrong with it.
std::shared_ptr<wire::net::TlsContext> open_tls(const TlsConfig& config);
// Reads its files again; when they cannot be used, all stays as it was, and the log says why.
void reload_tls(wire::net::TlsContext& tls);

std::string why_no_tls(const Config& config); // empty: its files can be used, or it is off

} // namespace mentara
