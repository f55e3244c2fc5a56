#include "mentara/cluster/roster.h"
#include "mentara/limits_of_nodes.h"

#include <algorithm>

namespace mentara::cluster {

using wire::TimePoint;

namespace {

// {"v":1,"kind":"news","node":"…","number":7,"to":"…","last":true,"count":1,"users":[["ada",5],…]}
constexpr std::int64_t version = 1;
constexpr std::string_view kind_hello = "hello"; // who is there?
constexpr std::string_view kind_beat = "beat";   // I am, and so far is what I told
constexpr std::string_view kind_news = "news";   // this has changed
constexpr std::string_view kind_ask = "ask";     // tell me everything
constexpr std::string_view kind_all = "all";     // here it is, in parts
constexpr std::string_view kind_bye = "bye";

} // namespace

Here Roster::Count::all() const {
  Here all = Here::nothing;
  for (const auto& [node, here] : by_node) all = all | here;
  return all;
}

// --- what happens here ---

void Roster::set_own(const UserId& user, Here here) {
  const auto known = own_.find(user);
  if ((known == own_.end() ? Here::nothing : known->second) == here) return;
  if (here == Here::nothing) {
    own_.erase(user);
  } else {
    own_[user] = here;
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
    out += ',';
    wire::append_json(out, static_cast<unsigned>((*users)[i].second));
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
    users.emplace_back(user, own == own_.end() ? Here::nothing : own->second);
    if (users.size() == limits::roster_message_users) tell();
  }
  if (!users.empty()) tell();
  dirty_.clear();
}

void Roster::tell_everything(std::string_view to) {
  flush(); // so that `number_` stands for what is told
  Users users;
  for (const auto& [user, here] : own_) {
    users.emplace_back(user, here);
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
    const auto here = one[1].integer();
    well_formed = well_formed && id && here && *here >= 0 && *here <= static_cast<std::int64_t>(here_max);
    if (well_formed) users.emplace_back(UserId{std::string(*id)}, static_cast<Here>(*here));
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
    for (const auto& [user, here] : users) set(name, other, user, here);
  } else if (*kind == kind_all) {
    if (*number < other.number) return; // it is older than what is known
    std::move(users.begin(), users.end(), std::back_inserter(other.collecting));
    if (!*last->boolean()) return;
    const Users all = std::exchange(other.collecting, {});
    other.asked_at.reset();
    if (all.size() != static_cast<std::size_t>(*count)) return ask(name, other, now); // a part is missing
    other.number = *number;
    std::unordered_set<UserId, IdHash> named;
    for (const auto& [user, here] : all) {
      named.insert(user);
      set(name, other, user, here);
    }
    std::vector<UserId> gone;
    for (const auto& [user, here] : other.users) {
      if (!named.contains(user)) gone.push_back(user);
    }
    for (const UserId& user : gone) set(name, other, user, Here::nothing);
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

void Roster::set(const std::string& node, Other& other, const UserId& user, Here here) {
  if (here == Here::nothing) {
    other.users.erase(user);
  } else {
    other.users[user] = here;
  }
  Count& count = elsewhere_[user];
  const Here before = count.all();
  if (here == Here::nothing) {
    count.by_node.erase(node);
  } else {
    count.by_node[node] = here;
  }
  const Here after = count.all();
  if (count.by_node.empty()) elsewhere_.erase(user);
  if (before != after) outbox_.changed(user, before, after);
}

void Roster::forget(const std::string& node) {
  const auto found = others_.find(node);
  if (found == others_.end()) return;
  std::vector<UserId> users;
  for (const auto& [user, here] : found->second.users) users.push_back(user);
  for (const UserId& user : users) set(node, found->second, user, Here::nothing);
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
  return found == own_.end() ? Here::nothing : found->second;
}

Here Roster::elsewhere(const UserId& user) const {
  const auto found = elsewhere_.find(user);
  return found == elsewhere_.end() ? Here::nothing : found->second.all();
}

} // namespace mentara::cluster
