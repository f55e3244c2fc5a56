#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wire/base/time.h"
#include "wire/http/session.h"

// For the tests of this folder.
namespace wire::http::test {

inline const TimePoint t0 = TimePoint{} + seconds(1000);

// The sample whole, byte by byte, and cut in two at each offset: `run` gets the pieces.
template <class Run>
void in_all_pieces(std::string_view sample, Run run) {
  using Pieces = std::vector<std::string>;
  run(Pieces{std::string(sample)});
  Pieces bytes;
  for (char c : sample) bytes.emplace_back(1, c);
  run(bytes);
  for (std::size_t cut = 1; cut < sample.size(); ++cut) {
    run(Pieces{std::string(sample.substr(0, cut)), std::string(sample.substr(cut))});
  }
}

// Reads `pieces` at one moment and answers each request with 200; tells what happened in one line: "GET /a; POST
// /b[body]; 400".
inline std::string story_of(const std::vector<std::string>& pieces, const Options& options = {}) {
  Session session(options, {}, t0);
  std::string story;
  std::string sent;
  const auto tell = [&](std::string_view what) { story.append(story.empty() ? "" : "; ").append(what); };
  for (const std::string& piece : pieces) {
    session.receive(piece, t0);
    for (auto step = session.next(t0); step != Session::Step::wait; step = session.next(t0)) {
      switch (step) {
        case Session::Step::request: {
          const Request& request = session.request();
          std::string line = std::string(request.method) + " " + std::string(request.target);
          if (!request.body.empty()) line.append("[").append(request.body).append("]");
          tell(line);
          session.answer({}, t0, "", sent);
          break;
        }
        case Session::Step::too_large:
          tell("413");
          session.answer({413, {}, {}}, t0, "", sent);
          break;
        case Session::Step::failed:
          tell(std::to_string(session.failure_status()));
          break;
        case Session::Step::expired:
          tell("expired");
          break;
        case Session::Step::head:
        case Session::Step::go_on:
        case Session::Step::wait:
          break;
      }
    }
  }
  return story;
}

} // namespace wire::http::test
