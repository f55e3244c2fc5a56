#include "mentara/cluster/roster.h"
#include "mentara/limits_of_nodes.h"

#include <algorithm>

namespace mentara::cluster {

using wire::TimePoint;

namespace {

// {"v":1,"kind":"news","node":"…","number":7,"to":"…","last":true,"count":1,"users":[["ada",5,2,0,1],…]}: what she
// does, and how many sockets she has in each namespace; from nodes of an older version only what she does
constexpr std::int64_t version = 1;
constexpr std::string_view kind_hello = "hello"; // who is there?
constexpr std::string_view kind_beat = "beat";   // I am, and so far is what I told
constexpr std::string_view kind_news = "news";   // this has changed
constexpr std::string_view kind_ask = "ask";     // tell me everything
constexpr std::string_view kind_all = "all";     // here it is, in parts
constexpr std::string_view kind_bye = "bye";

std::optional<OnNode> read(wire::JsonView user) {
  const auto here = user[1].integer();
  if (!here || *here < 0 || *here > static_cast<std::int64_t>(here_max)) return std::nullopt;
  const OnNode plain(static_cast<Here>(*here));
  if (user.size() == 2) return plain;
  const auto count = [&](std::size_t index) -> std::optional<std::size_t> {
    const auto number = user[index].integer();
    if (!number || *number < 0 || *number > limits::roster_sockets_max) return std::nullopt;
    return static_cast<std::size_t>(*number);
  };
  const auto messaging = count(2), notifications = count(3), video_calls = count(4);
  if (!messaging || !notifications || !video_calls) return std::nullopt;
  const OnNode there({*messaging, *notifications, *video_calls}, has(plain.here, Here::in_call));
  return there.here == plain.here ? std::optional(there) : std::nullopt;
}

} // namespace

SocketCounts& SocketCounts::operator+=(const SocketCounts& more) {
  messaging += more.messaging;
  notifications += more.notifications;
  video_calls += more.video_calls;
  return *this;
}

OnNode::OnNode(Here what) : here(what) {
  const auto one_if = [&](Here nsp) -> std::size_t { return has(what, nsp) ? 1 : 0; };
  sockets = {one_if(Here::messaging), one_if(Here::notifications), one_if(Here::video_calls)};
}

OnNode::OnNode(SocketCounts of, bool in_call) : here(in_call ? Here::in_call : Here::nothing), sockets(of) {
  if (of.messaging > 0) here = here | Here::messaging;
  if (of.notifications > 0) here = here | Here::notifications;
  if (of.video_calls > 0) here = here | Here::video_calls;
}

Here Roster::Count::all() const {
  Here all = Here::nothing;
  for (const auto& [node, there] : by_node) all = all | there.here;
  return all;
}

// --- what happens here ---

void Roster::set_own(const UserId& user, OnNode own) {
  const auto known = own_.find(user);
  if ((known == own_.end() ? OnNode() : known->second) == own) return;
  if (own == OnNode()) {
    own_.erase(user);
  } else {
    own_[user] = own;
  }
  dirty_.insert(user);
}

void Roster::leave() {
  if (ready_) say(kind_bye, {}, nullptr, true);
}

void Roster::say(std::string_view kind, std::string_view to, const Users* users, bool last) {
  std::string out;
  wire::JsonObjectWriter message(out);
  message.member("v", version).member("kind", kind).member("node", node_).member("number", number_);
  message.member("to", to).member("last", last).member("count", own_.size()).key("users");
  out += '[';
  for (std::size_t i = 0; users && i < users->size(); ++i) {
    if (i > 0) out += ',';
    out += '[';
    wire::append_json(out, (*users)[i].first.value);
    const OnNode& own = (*users)[i].second;
    for (const std::size_t number : {static_cast<std::size_t>(own.here), own.sockets.messaging,
                                     own.sockets.notifications, own.sockets.video_calls}) {
      out += ',';
      wire::append_json(out, number);
    }
    out += ']';
  }
  out += ']';
  message.end();
  outbox_.publish(std::move(out));
}

void Roster::flush() {
  if (dirty_.empty()) return;
  Users users;
  const auto tell = [&] {
    ++number_;
    if (ready_) say(kind_news, {}, &users, true);
    users.clear();
  };
  for (const UserId& user : dirty_) {
    const auto own = own_.find(user);
    users.emplace_back(user, own == own_.end() ? OnNode() : own->second);
    if (users.size() == limits::roster_message_users) tell();
  }
  if (!users.empty()) tell();
  dirty_.clear();
}

void Roster::tell_everything(std::string_view to) {
  flush(); // so that `number_` stands for what is told
  Users users;
  for (const auto& [user, own] : own_) {
    users.emplace_back(user, own);
    if (users.size() < limits::roster_message_users) continue;
    say(kind_all, to, &users, false);
    users.clear();
  }
  say(kind_all, to, &users, true);
}

// --- the bus ---

void Roster::on_ready(TimePoint now) {
  ready_ = true;
  for (auto& [node, other] : others_) other.heard_at = now; // they could not be heard, whatever they said
  say(kind_hello, {}, nullptr, true);
  beat_at_ = now + limits::roster_beat;
}

void Roster::on_time(TimePoint now) {
  flush();
  if (!ready_ || (beat_at_ && now < *beat_at_)) return;
  say(kind_beat, {}, nullptr, true);
  beat_at_ = now + limits::roster_beat;
  std::vector<std::string> lost;
  for (const auto& [node, other] : others_) {
    if (now - other.heard_at >= limits::roster_lease) lost.push_back(node);
  }
  for (const std::string& node : lost) forget(node);
}

void Roster::on_message(std::string_view bytes, TimePoint now) {
  const auto refuse = [&] { ++refused_; };
  const auto message = parser_.parse(bytes);
  if (!message || !message->is_object()) return refuse();
  const auto text = [&](std::string_view key) {
    const auto member = message->find(key);
    return member ? member->string() : std::nullopt;
  };
  const auto number_of = [&](std::string_view key) {
    const auto member = message->find(key);
    return member ? member->integer() : std::nullopt;
  };
  const auto kind = text("kind"), node = text("node"), to = text("to");
  const auto number = number_of("number"), count = number_of("count");
  const auto last = message->find("last");
  const auto listed = message->find("users");
  if (number_of("v") != version || !kind || !node || node->empty() || !to || !number || *number < 0 || !count ||
      !last || !last->boolean() || !listed || !listed->is_array()) {
    return refuse();
  }
  if (*node == node_) return;
  Users users;
  bool well_formed = true;
  listed->for_each_element([&](wire::JsonView one) {
    const auto id = one[0].string();
    const auto there = read(one);
    well_formed = well_formed && id && there;
    if (well_formed) users.emplace_back(UserId{std::string(*id)}, *there);
  });
  if (!well_formed) return refuse();

  const std::string name(*node);
  if (*kind == kind_bye) return forget(name);
  if (!others_.contains(name) && others_.size() >= limits::roster_nodes_max) return refuse();
  Other& other = others_[name];
  other.heard_at = now;
  if (*kind == kind_ask) {
    if (*to == node_) tell_everything(name);
  } else if (*kind == kind_hello) {
    if (ready_) say(kind_beat, {}, nullptr, true);
    if (other.number != *number) ask(name, other, now);
  } else if (*kind == kind_beat) {
    if (other.number != *number) ask(name, other, now);
  } else if (*kind == kind_news) {
    if (*number <= other.number) return; // once more
    if (other.number < 0 || *number != other.number + 1) return ask(name, other, now);
    other.number = *number;
    for (const auto& [user, there] : users) set(name, other, user, there);
  } else if (*kind == kind_all) {
    if (*number < other.number) return; // it is older than what is known
    std::move(users.begin(), users.end(), std::back_inserter(other.collecting));
    if (!*last->boolean()) return;
    const Users all = std::exchange(other.collecting, {});
    other.asked_at.reset();
    if (all.size() != static_cast<std::size_t>(*count)) return ask(name, other, now); // a part is missing
    other.number = *number;
    std::unordered_set<UserId, IdHash> named;
    for (const auto& [user, there] : all) {
      named.insert(user);
      set(name, other, user, there);
    }
    std::vector<UserId> gone;
    for (const auto& [user, there] : other.users) {
      if (!named.contains(user)) gone.push_back(user);
    }
    for (const UserId& user : gone) set(name, other, user, {});
  } else {
    refuse();
  }
}

void Roster::ask(const std::string& node, Other& other, TimePoint now) {
  if (other.asked_at && now - *other.asked_at < limits::roster_beat) return;
  other.asked_at = now;
  other.collecting.clear();
  if (ready_) say(kind_ask, node, nullptr, true);
}

void Roster::set(const std::string& node, Other& other, const UserId& user, const OnNode& there) {
  Count& count = elsewhere_[user];
  const Here before = count.all();
  const SocketCounts sockets = count.by_node[node].sockets;
  if (there == OnNode()) {
    other.users.erase(user);
    count.by_node.erase(node);
  } else {
    other.users[user] = there;
    count.by_node[node] = there;
  }
  const Here after = count.all();
  if (count.by_node.empty()) elsewhere_.erase(user);
  if (before != after) outbox_.changed(user, before, after);
  if (sockets != there.sockets) outbox_.sockets_changed(user);
}

void Roster::forget(const std::string& node) {
  const auto found = others_.find(node);
  if (found == others_.end()) return;
  std::vector<UserId> users;
  for (const auto& [user, there] : found->second.users) users.push_back(user);
  for (const UserId& user : users) set(node, found->second, user, {});
  others_.erase(found);
  outbox_.node_lost(node);
}

std::vector<std::string> Roster::node_names() const {
  std::vector<std::string> names;
  for (const auto& [node, other] : others_) names.push_back(node);
  return names;
}

Here Roster::own(const UserId& user) const {
  const auto found = own_.find(user);
  return found == own_.end() ? Here::nothing : found->second.here;
}

Here Roster::elsewhere(const UserId& user) const {
  const auto found = elsewhere_.find(user);
  return found == elsewhere_.end() ? Here::nothing : found->second.all();
}

SocketCounts Roster::sockets_elsewhere(const UserId& user) const {
  SocketCounts all;
  const auto found = elsewhere_.find(user);
  if (found == elsewhere_.end()) return all;
  for (const auto& [node, there] : found->second.by_node) all += there.sockets;
  return all;
}

SocketCounts Roster::sockets_that_go_first(const UserId& user) const {
  SocketCounts all;
  const auto found = elsewhere_.find(user);
  if (found == elsewhere_.end()) return all;
  for (const auto& [node, there] : found->second.by_node) {
    if (node < node_) all += there.sockets;
  }
  return all;
}

} // namespace mentara::cluster
