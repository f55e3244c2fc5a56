#include "mentara/services/search_service.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "mentara/limits.h"
#include "mentara/storage/message_changes.h"
#include "mentara/storage/search.h"

namespace mentara::services {
namespace {

using storage::Hit;
using storage::Membership;
using storage::Position;
using storage::Snapshot;
using storage::Transaction;
using wire::Result;

constexpr std::size_t conversations_at_once = 100;

std::optional<Position> parse_cursor(const std::string& text) {
  if (text.empty()) return std::numeric_limits<Position>::max();
  Position position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (error != std::errc{} || end != text.data() + text.size() || position < 0) return std::nullopt;
  return position;
}

// The newest hits of one conversation after the other, those with the newest activity first. As soon as there are
// enough, and all of them are newer than anything in the conversations that follow, these need not be looked at.
class NewestHits {
 public:
  explicit NewestHits(std::size_t count) : count_(count) {}

  bool is_settled_before(const Membership& next) const {
    return hits_.size() == count_ && hits_.back().position > next.activity;
  }
  void add(std::vector<Hit> hits) {
    std::move(hits.begin(), hits.end(), std::back_inserter(hits_));
    std::sort(hits_.begin(), hits_.end(), [](const Hit& a, const Hit& b) { return a.position > b.position; });
    if (hits_.size() > count_) hits_.resize(count_);
  }
  std::vector<Hit> take() { return std::move(hits_); }

 private:
  const std::size_t count_;
  std::vector<Hit> hits_;
};

std::vector<Hit> find_everywhere(Snapshot& snapshot, const UserId& user, const SearchQuery& query, Position before,
                                 std::size_t count) {
  NewestHits newest(count);
  Position activity = std::numeric_limits<Position>::max();
  for (;;) {
    const auto conversations = snapshot.find_memberships(user, activity, false, conversations_at_once);
    for (const Membership& reader : conversations) {
      if (newest.is_settled_before(reader)) return newest.take();
      newest.add(snapshot.message_search().find(reader, query.query, before, count));
    }
    if (conversations.size() < conversations_at_once) return newest.take();
    activity = conversations.back().activity;
  }
}

Result<SearchPage, Failure> find_messages(Snapshot& snapshot, const UserId& user, const SearchQuery& query) {
  const auto before = parse_cursor(query.before);
  if (!before) return invalid("before", "This is not the nextCursor of an earlier page.");
  const auto limit = static_cast<std::size_t>(std::max<std::int64_t>(query.limit, 1));
  std::vector<Hit> hits;
  if (query.conversation_id.empty()) {
    hits = find_everywhere(snapshot, user, query, *before, limit + 1);
  } else {
    const auto reader = snapshot.find_membership(query.conversation_id, user);
    if (!reader) return not_found("conversation");
    hits = snapshot.message_search().find(*reader, query.query, *before, limit + 1);
  }

  SearchPage page;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    auto message = snapshot.find_message(hits[i].message_id);
    if (!message) continue;
    bytes += message->content.size();
    if (i == limit || (i > 0 && bytes > limits::history_page_bytes_max)) {
      page.next_cursor = std::to_string(hits[i - 1].position);
      break;
    }
    message->reactions = snapshot.message_details().reactions(message->id);
    std::string excerpt = snippet(message->content, query.query);
    page.messages.push_back({*std::move(message), std::move(excerpt)});
  }
  return page;
}

// --- snippets ---

// Every code point in lower case, as far as case is simple: Latin, Greek, Cyrillic.
std::u32string fold(const std::string& text) {
  std::u32string folded;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t c = length == 1 ? lead : lead & (0xffu >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
      c = c << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3f);
    }
    i += length;
    const auto lies_in = [c](char32_t first, char32_t last) { return first <= c && c <= last; };
    if (lies_in('A', 'Z') || (lies_in(0xc0, 0xde) && c != 0xd7) || lies_in(0x391, 0x3a9) || lies_in(0x410, 0x42f)) {
      c += 0x20;
    } else if (lies_in(0x400, 0x40f)) {
      c += 0x50;
    }
    folded += c;
  }
  return folded;
}

std::size_t find_first_word(const std::u32string& content, const std::u32string& words) {
  std::size_t first = std::u32string::npos;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find(U' ', at), words.size());
    if (end > at) first = std::min(first, content.find(words.substr(at, end - at)));
    at = end + 1;
  }
  return first;
}

// Where the code point of that index begins, in bytes.
std::size_t byte_of(const std::string& text, std::size_t code_point) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) == 0x80) continue;
    if (seen++ == code_point) return i;
  }
  return text.size();
}

} // namespace

std::string snippet(const std::string& content, const std::string& words) {
  constexpr std::size_t code_points_max = 160, before_word = 40;
  const std::u32string folded = fold(content);
  const std::size_t word = find_first_word(folded, fold(words));
  const std::size_t begin = word == std::u32string::npos || word <= before_word ? 0 : word - before_word;
  const std::size_t end = std::min(folded.size(), begin + code_points_max);
  std::string text(begin > 0 ? "…" : "");
  const std::size_t first_byte = byte_of(content, begin);
  text.append(content, first_byte, byte_of(content, end) - first_byte);
  if (end < folded.size()) text += "…";
  return text;
}

void SearchService::search(Actor actor, SearchQuery query, Done<SearchPage> done) {
  index_rest_and_search(std::move(actor.user_id), std::move(query), std::move(done));
}

// Whatever was sent before the question is found: batch after batch, so that others' writes come in between.
void SearchService::index_rest_and_search(UserId user, SearchQuery query, Done<SearchPage> done) {
  store_.write<bool>(
      [](Transaction& transaction) -> Result<bool, Failure> {
        return transaction.search_index().index_more(limits::search_index_batch);
      },
      [this, user = std::move(user), query = std::move(query),
       done = std::move(done)](Result<bool, Failure> more) mutable {
        if (!more) return done(std::move(more.error()));
        if (*more) return index_rest_and_search(std::move(user), std::move(query), std::move(done));
        store_.read<SearchPage>([user = std::move(user), query = std::move(query)](
                                    Snapshot& snapshot) { return find_messages(snapshot, user, query); },
                                std::move(done));
      });
}

void SearchService::index_some() {
  if (!std::exchange(indexing_, true)) index_beside(limits::search_index_batch / 4);
}

// In small pieces: who sends meanwhile waits for one of them.
void SearchService::index_beside(std::size_t count) {
  constexpr std::size_t piece = limits::search_index_batch / 32;
  store_.write_beside<bool>(
      [](Transaction& transaction) -> Result<bool, Failure> { return transaction.search_index().index_more(piece); },
      [this, count](Result<bool, Failure> more) {
        indexing_ = more && *more && count > piece;
        if (indexing_) index_beside(count - piece);
      });
}

} // namespace mentara::services
