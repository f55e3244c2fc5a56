#include "wire/sio/client_bundle.h"

#include <array>
#include <cstddef>
#include <string>

namespace wire::sio {
namespace {

struct BundledFile {
  std::string_view name;
  const char *begin, *end, *gzip_begin, *gzip_end;
};

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

} // namespace

// bundle_version and bundled_files, by cmake/ClientBundle.cmake
#include "wire/sio/client_bundle.inc"

std::string_view client_bundle_version() { return bundle_version; }

http::StaticFiles client_bundle(std::string_view path, const std::optional<http::CorsOptions>& cors) {
  http::StaticFiles files(cors);
  const std::string etag = std::string("\"").append(bundle_version).append("\"");
  for (const BundledFile& file : bundled_files) {
    std::string at(path);
    if (!at.ends_with('/')) at += '/';
    const char* type =
        file.name.ends_with(".map") ? "application/json; charset=utf-8" : "application/javascript; charset=utf-8";
    files.add(
        {at.append(file.name), type, etag, between(file.begin, file.end), between(file.gzip_begin, file.gzip_end)});
  }
  return files;
}

} // namespace wire::sio
