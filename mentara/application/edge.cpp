#include "mentara/application/edge.h"

#include <ctime>
#include <stdexcept>
#include <utility>
#include <vector>

#include "wire/base/address.h"
#include "wire/base/check.h"
#include "wire/base/log.h"
#include "wire/net/tls.h"

namespace mentara {
namespace {

wire::net::TlsOptions tls_options(const TlsConfig& config) {
  return {.certificate_file = config.certificate,
          .key_file = config.key,
          .handshake_timeout = config.handshake_timeout,
          .handshakes_per_second = config.handshakes_per_second};
}

void warn_of_expiry(const wire::net::TlsContext& tls) {
  if (tls.expires_unix_seconds() > std::time(nullptr)) return;
  wire::log(wire::LogLevel::warn, "the certificate has expired: clients will refuse it",
            {{"file", tls.options().certificate_file}});
}

} // namespace

void set_edge_options(wire::http::Options& options, const Config& config) {
  std::vector<wire::AddressRange> proxies;
  for (const std::string& text : config.server.trusted_proxies) {
    const auto range = wire::AddressRange::parse(text);
    wire::check(range.has_value(), "the options let no other text pass");
    proxies.push_back(*range);
  }
  options.trusted_proxies = wire::AddressRanges(std::move(proxies));
  options.forwarded_header = config.server.forwarded_header == ForwardedHeader::forwarded
                                 ? wire::http::ForwardedHeader::forwarded
                                 : wire::http::ForwardedHeader::x_forwarded_for;
  options.connections_per_address_max = config.limits.connections_per_address;
}

std::shared_ptr<wire::net::TlsContext> open_tls(const TlsConfig& config) {
  if (!config.is_on()) return nullptr;
  auto opened = wire::net::TlsContext::open(tls_options(config));
  if (!opened) throw std::runtime_error(opened.error().text);
  warn_of_expiry(**opened);
  return *std::move(opened);
}

void reload_tls(wire::net::TlsContext& tls) {
  if (const auto read = tls.reload(); !read) {
    wire::log(wire::LogLevel::error, "the certificate stays as it was", {{"why", read.error().text}});
    return;
  }
  wire::log(wire::LogLevel::info, "the certificate was read again", {{"file", tls.options().certificate_file}});
  warn_of_expiry(tls);
}

std::string why_no_tls(const Config& config) {
  if (!config.tls.is_on()) return {};
  const auto opened = wire::net::TlsContext::open(tls_options(config.tls));
  return opened ? std::string() : opened.error().text;
}

} // namespace mentara
