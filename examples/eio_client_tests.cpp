// The server of the client's own test-suite: `hi` for each connection, special answers to three messages, an echo for
// all others, and cookies in the first answer.
#include <chrono>
#include <ctime>

#include "examples/engine_node.h"
#include "examples/flags.h"
#include "wire/base/json.h"
#include "wire/http/query.h"

namespace {

class Answers final : public wire::eio::SessionHandler {
 public:
  // Every request comes by here right before its packets do.
  void on_request(const wire::http::Request& request) {
    headers_.clear();
    wire::JsonObjectWriter writer(headers_);
    request.for_each_header([&](std::string_view name, std::string_view value) { writer.member(name, value); });
    writer.end();
  }

 private:
  void on_message(wire::eio::Session& session, std::string_view data, bool binary) override {
    if (binary) return session.send_binary(data);
    if (data == "give binary") return session.send_binary(std::string_view("\0\1\2\3\4", 5));
    if (data == "give utf8") return session.send_text("пойду спать всем спокойной ночи");
    if (data == "sendHeaders") return session.send_text(headers_);
    session.send_text(data);
  }
  void on_close(wire::eio::Session&, wire::eio::CloseReason) override {}

  std::string headers_ = "{}"; // JSON
};

std::string http_date_of_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

wire::eio::ServerOptions options() {
  wire::eio::ServerOptions options;
  options.ping_interval = wire::milliseconds(500);
  options.max_http_buffer_size = 100;
  options.allow_request = [](const wire::http::Request& request, wire::eio::AllowReply reply) {
    if (wire::http::Query(request.query).find("deny")) return reply.refuse("Forbidden");
    reply.allow();
  };
  options.initial_headers = [](const wire::http::Request&, wire::http::Headers& headers) {
    for (const std::string& cookie :
         {std::string("1=1; Max-Age=86400"), std::string("2=2; Path=/; HttpOnly; Secure; SameSite=Strict"),
          std::string("3=3; Max-Age=0"), "4=4; Expires=" + http_date_of_now()}) {
      headers.emplace_back("Set-Cookie", cookie);
    }
  };
  return options;
}

} // namespace

int main(int argc, char** argv) {
  const examples::Flags flags(argc, argv, "eio_client_tests --port P");
  Answers answers; // one for all sessions: it keeps nothing of them
  examples::EngineNode node(options());
  node.engine.use([&answers](const wire::http::Request& request, wire::eio::AllowReply reply) {
    answers.on_request(request);
    reply.allow();
  });
  node.engine.on_connection([&answers](wire::eio::Session& session, const wire::eio::HandshakeRequest&) {
    session.set_handler(answers);
    session.send_text("hi");
  });
  return examples::serve(node, flags.number("port", 3000));
}
