#include "tests/simulation/simulation.h"

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <utility>

#include "mentara/cli/make_token.h"
#include "tests/simulation/device.h"
#include "tests/simulation/payload.h"
#include "wire/base/hash.h"
#include "wire/base/log.h"
#include "wire/base/seeded_random.h"

namespace mentara::simulation {

namespace {

using wire::seconds;

constexpr std::size_t node_count = 3, user_count = 10, devices_per_user = 2;
constexpr Duration trouble_begins = seconds(3), trouble_ends = seconds(18);
constexpr Duration back_within = seconds(60); // after healing
constexpr Duration rest = seconds(12);        // more than calls and leases take to end

Config config_of(Dice& dice) {
  Config config;
  config.auth.secret = std::string(32, 's');
  config.engine.ping_interval = milliseconds(3000);
  config.engine.ping_timeout = milliseconds(2000);
  config.calls.ring_time = milliseconds(5000);
  config.calls.caller_grace = milliseconds(2000);
  config.calls.reconnect_grace = milliseconds(3000);
  if (dice.chance(0.2)) config.replay.events_max = 30; // then some devices have to load anew
  return config;
}

class World {
 public:
  explicit World(const Options& options);
  Outcome run();

 private:
  struct Conversation {
    std::string id, creator;
    bool is_direct = false;
    std::vector<std::string> members;
  };

  void make_site();
  void make_devices();
  void make_conversations();
  void create(const Conversation& conversation);
  void tell_lies();
  void act_later(Device& device);
  void act(Device& device);
  void change_members(Device& device);
  void block(Device& device);
  void trouble_later();
  void trouble();
  void heal();
  void calm(Device& device);
  bool all_at_rest() const;
  void probe_calls();
  void probe_presence();
  void fetch_all();

  void say(std::string_view what) { history_.add("world", what); }
  Device& first_device_of(const std::string& user);
  SimulatedNode& some_node() { return *nodes_[dice_.below(nodes_.size())]; }

  const Options options_;
  wire::SeededRandom random_; // of the nodes
  Dice dice_;
  Scheduler time_;
  History history_;
  Promises promises_;
  const Config config_;
  SharedDatabase database_;
  StoreFaults store_faults_;
  BusFaults bus_faults_;
  SimulatedBus bus_;
  Site site_;
  std::vector<std::unique_ptr<SimulatedNode>> nodes_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::vector<std::string> users_;
  std::vector<Conversation> conversations_;
  std::vector<std::pair<std::pair<std::string, std::string>, std::string>> fetched_; // user and conversation, the ack
  std::set<std::string> hidden_; // of a pair that has a block between them
  bool in_trouble_ = false;
};

World::World(const Options& options)
    : options_(options),
      random_(options.seed),
      dice_(options.seed),
      history_(time_, options.verbose),
      promises_(time_, history_),
      config_(config_of(dice_)),
      bus_(time_, dice_, bus_faults_),
      site_{time_, dice_, history_, config_, database_, bus_, store_faults_} {
  make_site();
  make_devices();
  make_conversations();
}

void World::make_site() {
  for (std::size_t i = 0; i < node_count; ++i) {
    nodes_.push_back(std::make_unique<SimulatedNode>(site_, i));
    SimulatedNode& node = *nodes_.back();
    if (options_.faults) node.clock().skew_ms = static_cast<std::int64_t>(dice_.below(1'200'000)) - 600'000;
    node.committed = [this, &node] {
      for (const auto& other : nodes_) {
        if (other.get() != &node) other->on_commit_elsewhere();
      }
    };
  }
  // By the database's own clock leases run.
  database_.set_clock(SkewedClock::begin_ms);
  tell_lies();
}

void World::make_devices() {
  for (std::size_t i = 0; i < user_count; ++i) {
    const std::string user = "user" + std::to_string(i);
    users_.push_back(user);
    // Well within its life, whatever the node's clock says.
    const auto token = cli::make_token({.subject = user, .name = user}, std::chrono::hours(20), config_.auth,
                                       {SkewedClock::begin_ms - 3'600'000});
    for (std::size_t j = 0; j < devices_per_user; ++j) {
      Device::Traits traits{.user = user, .name = "device" + std::to_string(j), .token = *token};
      traits.where = {Promises::Space::messaging};
      if (j == 0 || dice_.chance(0.5)) traits.where.push_back(Promises::Space::calls);
      if (dice_.chance(0.5)) traits.where.push_back(Promises::Space::notifications);
      traits.brings_cursor = dice_.chance(0.4);
      traits.nature.latency = dice_.between(milliseconds(1), milliseconds(80));
      traits.nature.jitter = dice_.between({}, milliseconds(20));
      devices_.push_back(std::make_unique<Device>(
          Device::World{time_, dice_, history_, promises_, [this]() -> SimulatedNode& { return some_node(); },
                        config_.engine.ping_interval + config_.engine.ping_timeout},
          std::move(traits)));
    }
  }
}

void World::make_conversations() {
  for (std::size_t i = 0; i < 4; ++i) {
    Conversation group{.id = "group" + std::to_string(i), .creator = users_[i], .is_direct = false, .members = {}};
    for (const std::string& user : users_) {
      if (user != group.creator && dice_.chance(0.5)) group.members.push_back(user);
    }
    for (const auto& device : devices_) device->may_meet.push_back(group.id);
    conversations_.push_back(std::move(group));
  }
  for (std::size_t i = 0; i < user_count; i += 2) {
    Conversation direct{
        .id = "direct" + std::to_string(i), .creator = users_[i], .is_direct = true, .members = {users_[i + 1]}};
    promises_.on_direct(direct.id, users_[i], users_[i + 1]);
    for (const auto& device : devices_) {
      if (device->user() == users_[i]) device->may_call.push_back(users_[i + 1]);
      if (device->user() == users_[i + 1]) device->may_call.push_back(users_[i]);
    }
    conversations_.push_back(std::move(direct));
  }
}

Device& World::first_device_of(const std::string& user) {
  return **std::find_if(devices_.begin(), devices_.end(), [&](const auto& one) { return one->user() == user; });
}

void World::create(const Conversation& conversation) {
  std::string members;
  for (const std::string& member : conversation.members) members += (members.empty() ? "\"" : ",\"") + member + '"';
  const std::string payload = R"({"type":")" + std::string(conversation.is_direct ? "DIRECT" : "GROUP") +
                              R"(","conversationId":")" + conversation.id + R"(","participantIds":[)" + members + "]}";
  Device& device = first_device_of(conversation.creator);
  device.ask(Promises::Space::messaging, "conversation:create", payload,
             [this, &conversation](std::optional<wire::JsonView> ack) {
               if (ack) return; // made, or it was there
               time_.after(milliseconds(400), [this, &conversation] { create(conversation); });
             });
}

void World::tell_lies() {
  switch (options_.lie) {
    case Lie::none:
      return;
    case Lie::store_loses_commits:
      site_.swallow_commit = [this](const std::string&) { return in_trouble_ && dice_.chance(0.05); };
      return;
    case Lie::bus_moves_positions:
      bus_.forge = [this](std::string_view channel, std::string_view bytes) {
        std::string carried(bytes);
        const std::string key = R"("position":)";
        const std::size_t at = carried.find(key);
        if (!in_trouble_ || channel.find("#log") == channel.npos || at == carried.npos || !dice_.chance(0.2)) {
          return carried;
        }
        const std::size_t begin = at + key.size();
        std::size_t end = begin;
        while (end < carried.size() && carried[end] >= '0' && carried[end] <= '9') ++end;
        const std::string moved = std::to_string(std::stoll(carried.substr(begin, end - begin)) + 1);
        return carried.replace(begin, end - begin, moved);
      };
      return;
    case Lie::bus_changes_texts:
      bus_.forge = [this](std::string_view channel, std::string_view bytes) {
        std::string carried(bytes);
        const std::size_t at = carried.find("text user");
        if (in_trouble_ && channel.find("#log") != channel.npos && at != carried.npos) carried[at] = 'T';
        return carried;
      };
      return;
  }
}

// --- what users do ---

void World::act_later(Device& device) {
  time_.after(dice_.between(milliseconds(100), milliseconds(1400)), [this, &device] {
    if (!in_trouble_) return;
    act(device);
    act_later(device);
  });
}

void World::act(Device& device) {
  const Conversation& conversation = dice_.one_of(conversations_);
  const std::string of = R"({"conversationId":")" + conversation.id + '"';
  const auto nothing = [](std::optional<wire::JsonView>) {};
  const std::size_t what = dice_.below(100);
  if (what < 46) return device.send_message(conversation.id);
  if (what < 58 && !device.seen_messages.empty()) {
    const auto& [id, seq] = dice_.one_of(device.seen_messages);
    return device.ask(Promises::Space::messaging, "message:read",
                      R"({"conversationId":")" + id + R"(","seq":)" + std::to_string(seq) + "}", nothing);
  }
  if (what < 68 && !device.own_messages.empty()) {
    const std::string message = R"({"messageId":")" + dice_.one_of(device.own_messages) + '"';
    if (what < 62)
      return device.ask(Promises::Space::messaging, "message:edit", message + R"(,"content":"other"})", nothing);
    if (what < 64) return device.ask(Promises::Space::messaging, "message:delete", message + "}", nothing);
    return device.ask(Promises::Space::messaging, "reaction:add", message + R"(,"emoji":"+"})", nothing);
  }
  if (what < 69) return device.ask(Promises::Space::messaging, "conversation:join", of + "}", nothing);
  if (what < 72) return device.ask(Promises::Space::messaging, "typing:start", of + "}", nothing);
  if (what < 77) return change_members(device);
  if (what < 80) return block(device);
  if (what < 82) return device.reconnect(dice_.chance(0.5));
  device.act_on_calls(true);
}

void World::change_members(Device& device) {
  const auto own = std::find_if(conversations_.begin(), conversations_.end(),
                                [&](const auto& one) { return !one.is_direct && one.creator == device.user(); });
  if (own == conversations_.end()) return;
  const std::string& who = dice_.one_of(users_);
  if (who == device.user()) return;
  device.ask(Promises::Space::messaging, dice_.chance(0.5) ? "participant:add" : "participant:remove",
             R"({"conversationId":")" + own->id + R"(","userId":")" + who + "\"}", [](auto) {});
}

void World::block(Device& device) {
  if (device.may_call.empty()) return;
  const std::string whom = device.may_call[0], by = device.user();
  const std::string payload = R"({"userId":")" + whom + "\"}";
  if (dice_.chance(0.6)) {
    promises_.on_unblocking(by, whom);
    return device.ask(Promises::Space::messaging, "user:unblock", payload, [](auto) {});
  }
  // What is asked to be undone meanwhile, on another device, may come first or last.
  promises_.on_unblocking(by, whom);
  device.ask(Promises::Space::messaging, "user:block", payload, [](auto) {});
}

// --- what happens to the site ---

void World::trouble_later() {
  time_.after(dice_.between(milliseconds(100), milliseconds(1100)), [this] {
    if (!in_trouble_) return;
    trouble();
    trouble_later();
  });
}

void World::trouble() {
  SimulatedNode& node = some_node();
  Device& device = *devices_[dice_.below(devices_.size())];
  const auto start_again = [this, &node] {
    time_.after(dice_.between(milliseconds(200), milliseconds(4000)), [&node] { node.start(); });
  };
  switch (dice_.below(14)) {
    case 0:
      node.kill();
      return start_again();
    case 1:
      node.kill_at_next_commit(dice_.chance(0.7));
      return time_.after(milliseconds(1500), start_again);
    case 2:
      node.freeze();
      return time_.after(dice_.between(milliseconds(200), milliseconds(8000)), [&node] { node.thaw(); });
    case 3: {
      const bool all = dice_.chance(0.3);
      say(all ? "the bus is away" : "the bus is away from " + node.name());
      for (std::size_t i = 0; i < node_count; ++i) {
        if (!all && i != node.number()) continue;
        bus_.cut(i);
        time_.after(dice_.between(milliseconds(100), milliseconds(7000)), [this, i] { bus_.heal(i); });
      }
      return;
    }
    case 4: {
      say("the database is away from " + node.name());
      node.set_database_reachable(false);
      return time_.after(dice_.between(milliseconds(100), milliseconds(5000)),
                         [&node] { node.set_database_reachable(true); });
    }
    case 5:
      node.clock().skew_ms = static_cast<std::int64_t>(dice_.below(1'200'000)) - 600'000;
      return say("the clock of " + node.name() + " jumps");
    case 6:
    case 7:
      if (device.link()) device.link()->black();
      return;
    case 8:
      if (device.link()) device.link()->slow_down(0.2 + static_cast<double>(dice_.below(20)) / 10.0);
      return;
    case 9:
      store_faults_ = {.conflict = dice_.chance(0.5) ? 0.1 : 0,
                       .lost_before = dice_.chance(0.5) ? 0.05 : 0,
                       .lost_behind = dice_.chance(0.5) ? 0.05 : 0,
                       .notice_lost = dice_.chance(0.5) ? 0.5 : 0,
                       .slow = dice_.chance(0.3) ? milliseconds(400) : milliseconds(20)};
      return say("the database is in another mood");
    case 10:
    case 11:
      bus_faults_ = {.dropped = dice_.chance(0.5) ? 0.1 : 0,
                     .doubled = dice_.chance(0.5) ? 0.1 : 0,
                     .reordered = dice_.chance(0.5) ? 0.3 : 0,
                     .slow = dice_.chance(0.3) ? milliseconds(600) : milliseconds(20)};
      return say("the bus is in another mood");
    default:
      if (device.link()) device.link()->cut();
      return;
  }
}

void World::heal() {
  say("all is healed");
  in_trouble_ = false;
  store_faults_ = {};
  bus_faults_ = {};
  for (const auto& node : nodes_) {
    node->thaw();
    node->start();
    node->set_database_reachable(true);
    bus_.heal(node->number());
  }
  for (const auto& device : devices_) {
    if (device->link()) device->link()->slow_down(0);
    calm(*device);
  }
}

void World::calm(Device& device) {
  device.calm_down();
  device.act_on_calls(false);
  time_.after(milliseconds(400), [this, &device] { calm(device); });
}

bool World::all_at_rest() const {
  return std::all_of(devices_.begin(), devices_.end(), [](const auto& device) { return device->at_rest(); });
}

// Nobody is busy who is in no call.
void World::probe_calls() {
  for (std::size_t i = 0; i < user_count; ++i) {
    Device& device = first_device_of(users_[i]);
    const std::string call = "probe-" + users_[i];
    device.ask(Promises::Space::calls, "video:offer",
               R"({"callId":")" + call + R"(","toUserId":")" + device.may_call[0] + R"(","offer":{"sdp":"p"}})",
               [this, &device, call](std::optional<wire::JsonView> ack) {
                 const std::string code = ack ? text_of(*ack, "code") : "";
                 if (!ack) promises_.break_one("I9: nobody answers " + call);
                 if (code == "blocked") hidden_.insert(device.user());
                 if (!code.empty() && code != "blocked") promises_.break_one("I9: " + call + " is refused: " + code);
                 device.ask(Promises::Space::calls, "video:cancel-call", R"({"callId":")" + call + "\"}", [](auto) {});
               });
    time_.run_until(time_.now() + milliseconds(600));
  }
}

// Whoever is there is seen, by who may see him.
void World::probe_presence() {
  for (const std::string& user : users_) {
    Device& device = first_device_of(user);
    const std::string other = device.may_call[0];
    device.ask(Promises::Space::messaging, "presence:subscribe", R"({"userIds":[")" + other + R"("]})",
               [this, user, other](std::optional<wire::JsonView> ack) {
                 const auto listed = ack ? ack->find("presence") : std::nullopt;
                 const std::string status = listed ? text_of((*listed)[0], "status") : "";
                 const bool is_hidden = hidden_.contains(user) || hidden_.contains(other);
                 if (status != "ONLINE" && !is_hidden) {
                   promises_.break_one("presence: " + other + " is there, and " + user + " sees: " + status);
                 }
               });
  }
  time_.run_until(time_.now() + seconds(1));
}

void World::fetch_all() {
  for (const std::string& user : users_) {
    for (const Conversation& conversation : conversations_) {
      const std::string id = conversation.id;
      first_device_of(user).ask(Promises::Space::messaging, "conversation:history",
                                R"({"conversationId":")" + id + R"(","limit":200})",
                                [this, user, id](std::optional<wire::JsonView> ack) {
                                  const auto messages = ack ? ack->find("messages") : std::nullopt;
                                  if (!ack) promises_.break_one("I1: " + user + " is not shown " + id);
                                  if (messages) fetched_.push_back({{user, id}, messages->to_text()});
                                });
    }
    time_.run_until(time_.now() + milliseconds(400));
  }
}

Outcome World::run() {
  // The database's own clock is right.
  const auto tick = [this](const auto& self) -> void {
    database_.set_clock(SkewedClock::begin_ms +
                        std::chrono::duration_cast<milliseconds>(time_.now() - Scheduler::begin).count());
    time_.after(milliseconds(50), [self] { self(self); });
  };
  tick(tick);
  for (const auto& node : nodes_) node->start();
  for (const auto& device : devices_) device->start();
  time_.run_until(Scheduler::begin + milliseconds(1500));
  for (const Conversation& conversation : conversations_) create(conversation);
  time_.run_until(Scheduler::begin + trouble_begins);

  say("trouble begins");
  in_trouble_ = true;
  for (const auto& device : devices_) act_later(*device);
  if (options_.faults) trouble_later();
  time_.run_until(Scheduler::begin + trouble_ends);
  heal();

  const TimePoint deadline = time_.now() + back_within;
  while (!all_at_rest() && time_.now() < deadline) time_.run_until(time_.now() + milliseconds(250));
  for (const auto& device : devices_) {
    if (!device->at_rest())
      promises_.break_one("liveness: " + device->user() + "/" + device->traits().name + " is not back");
  }
  say("all are back");
  time_.run_until(time_.now() + rest);
  probe_calls();
  probe_presence();
  fetch_all();
  time_.run_until(time_.now() + seconds(3));

  promises_.check_database(database_);
  wire::JsonParser parser;
  for (const auto& [what, text] : fetched_) {
    if (const auto messages = parser.parse(text)) promises_.check_fetched(what.first, what.second, *messages);
  }
  for (const auto& node : nodes_) node->kill();
  storage::sql::Statement end(database_.sqlite(), "SELECT last_position FROM log_state");
  storage::sql::Rows row = end.query();
  row.next();
  return {promises_.broken(), history_.digest(), history_.lines(), static_cast<std::size_t>(row.integer(0))};
}

} // namespace

Outcome simulate(const Options& options) {
  {
    const wire::SeededRandom of_all_seeds(0); // what is drawn once for the process: the key of hashes
    wire::seeded_hash({});
  }
  World world(options);
  return world.run();
}

} // namespace mentara::simulation
