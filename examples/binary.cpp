// Binary: bytes are arguments like any others. Who uploads a file gets its size and checksum; everybody else gets the
// file; `files` answers with one or none, within an object.
#include <cstdint>
#include <map>
#include <mutex>
#include <numeric>

#include "examples/flags.h"
#include "wire/wire.h"

namespace {

// Shared by the loops of all threads.
class Files {
 public:
  void put(std::string_view name, std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    files_.insert_or_assign(std::string(name), std::string(bytes));
  }
  std::optional<std::string> get(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(name);
    return found == files_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> files_;
};

std::uint32_t sum_of(std::string_view bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), std::uint32_t{},
                         [](std::uint32_t sum, char byte) { return sum + static_cast<unsigned char>(byte); });
}

} // namespace

int main(int argc, char** argv) {
  const examples::Flags flags(argc, argv, "binary --port P [--threads N]");
  wire::NodeOptions options;
  options.threads = static_cast<int>(flags.number("threads", 1));
  options.server.max_http_buffer_size =
      1'000'000; // of one packet, bytes included; the largest file is a little smaller
  Files files;
  wire::Node node(options, [&files](wire::Server& io) {
    io.on("upload", [&files](wire::Socket& socket, std::string_view name, wire::Binary content, wire::Ack ack) {
      files.put(name, content.bytes);
      socket.broadcast().emit("file", name, content);
      ack(wire::json_object("size", content.bytes.size(), "sum", sum_of(content.bytes)));
    });
    io.on("download", [&files](std::string name, wire::Ack ack) {
      const auto content = files.get(name);
      if (!content) return ack(nullptr);
      wire::Payload answer; // bytes inside of an object: the object is written by hand
      std::string file;
      wire::JsonObjectWriter writer(file);
      writer.member("name", name).key("content");
      answer.append_attachment(file, *content);
      writer.end();
      answer.add(wire::RawJson{file});
      ack.send(answer);
    });
  });
  return examples::serve(node, flags.number("port", 3000));
}
