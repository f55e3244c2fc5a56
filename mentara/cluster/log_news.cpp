#include "mentara/cluster/log_news.h"

#include <utility>

namespace mentara::cluster {
namespace {

constexpr std::int64_t version = 1;
constexpr std::int64_t first_channel = 1, last_channel = 3;
static_assert(static_cast<int>(Channel::MESSAGING) == first_channel &&
              static_cast<int>(Channel::VIDEO_CALLS) == last_channel);

// False: it is there and no text.
bool read_text(wire::JsonView object, std::string_view key, std::string& text) {
  const auto member = object.find(key);
  const auto value = member ? member->string() : std::nullopt;
  if (value) text = *value;
  return value.has_value();
}

std::optional<std::int64_t> number_of(wire::JsonView object, std::string_view key) {
  const auto member = object.find(key);
  return member ? member->integer() : std::nullopt;
}

} // namespace

const char* describe(NewsError error) {
  switch (error) {
    case NewsError::not_json:
      return "it is no JSON";
    case NewsError::invalid:
      return "a field is missing or of another kind";
    case NewsError::other_version:
      return "it is of another version";
  }
  return "";
}

wire::Result<LogNews, NewsError> LogNewsParser::parse(std::string_view bytes) {
  const std::size_t line = bytes.find('\n');
  if (line == bytes.npos) return NewsError::not_json;
  LogNews news;
  {
    const auto head = parser_.parse(bytes.substr(0, line));
    if (!head) return NewsError::not_json;
    const auto said = number_of(*head, "v");
    if (!said) return NewsError::invalid;
    if (*said != version) return NewsError::other_version;
    const auto position = number_of(*head, "position"), channel = number_of(*head, "channel");
    const bool texts = read_text(*head, "node", news.node) && read_text(*head, "epoch", news.epoch) &&
                       read_text(*head, "event", news.event) && read_text(*head, "sender", news.sender_id.value);
    if (!texts || !position || *position <= 0 || !channel || *channel < first_channel || *channel > last_channel) {
      return NewsError::invalid;
    }
    news.position = *position;
    news.channel = static_cast<Channel>(*channel);
    const auto users = head->find("users");
    if (!users || !users->is_array()) return NewsError::invalid;
    bool all_texts = true;
    users->for_each_element([&](wire::JsonView user) {
      const auto id = user.string();
      all_texts = all_texts && id;
      if (id) news.users.push_back({std::string(*id)});
    });
    if (!all_texts) return NewsError::invalid;
    if (head->find("origin") && !read_text(*head, "origin", news.origin)) return NewsError::invalid;
    if (const auto seq = number_of(*head, "seq")) {
      storage::Delivered message{{}, *seq};
      if (!read_text(*head, "conversation", message.conversation_id.value)) return NewsError::invalid;
      news.message = std::move(message);
    }
  }
  const std::string_view payload = bytes.substr(line + 1);
  const auto body = parser_.parse(payload);
  if (!body) return NewsError::not_json;
  if (!body->is_object()) return NewsError::invalid;
  news.payload = payload;
  return news;
}

std::string beginning_of(std::string_view node) {
  std::string out;
  wire::JsonObjectWriter(out).member("v", version).member("node", node);
  return out;
}

std::string encode(const LogNews& news) {
  std::string out;
  wire::JsonObjectWriter head(out);
  head.member("v", version)
      .member("node", news.node) // as beginning_of() has it
      .member("epoch", news.epoch)
      .member("position", news.position)
      .member("channel", static_cast<std::int64_t>(news.channel))
      .member("event", news.event)
      .member("sender", news.sender_id.value);
  if (!news.origin.empty()) head.member("origin", news.origin);
  if (news.message) head.member("conversation", news.message->conversation_id.value).member("seq", news.message->seq);
  head.key("users");
  out += '[';
  for (std::size_t i = 0; i < news.users.size(); ++i) {
    if (i > 0) out += ',';
    wire::append_json(out, news.users[i].value);
  }
  out += ']';
  head.end();
  out += '\n';
  out += news.payload;
  return out;
}

} // namespace mentara::cluster
