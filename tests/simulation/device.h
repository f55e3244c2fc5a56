#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/history.h"
#include "tests/simulation/promises.h"
#include "tests/simulation/simulated_link.h"
#include "wire/base/json.h"

namespace mentara::simulation {

// A device of a user: a Socket.IO client by hand, with one connection at a time, which it makes anew, on any node, when
// it is lost. What it could not find out about a send it asks again, as clients do.
class Device final : public LinkUser {
 public:
  struct Traits {
    std::string user, name, token;
    std::vector<Promises::Space> where{}; // the namespaces that it joins
    bool brings_cursor = false;           // else the server knows its place
    LinkNature nature{};
  };
  struct World {
    Scheduler& time;
    Dice& dice;
    History& history;
    Promises& promises;
    std::function<SimulatedNode&()> choose_node;
    Duration heartbeat; // without a ping for so long the connection is dead
  };
  // None: nobody can say what became of it. The object is the ack.
  using Answer = std::function<void(std::optional<wire::JsonView>)>;

  Device(World world, Traits traits);
  ~Device();

  void start();
  bool ready() const { return ready_; } // connected, and told all that it missed
  bool at_rest() const { return ready_ && sends_.empty() && calls_.empty() && !room_; }
  const Traits& traits() const { return traits_; }
  bool has_calls() const;
  const std::string& user() const { return traits_.user; }
  Link* link() { return link_.get(); }

  void send_message(const std::string& conversation);
  // An event of /messaging, or of /video-calls: its payload is JSON.
  void ask(Promises::Space space, std::string_view event, const std::string& payload, Answer answer);
  void act_on_calls(bool lively);                                  // one step of whatever it does with calls
  void reconnect(bool with_goodbye);                               // of its own will
  void calm_down() { calm_ = true; }                               // no new calls, those that are there end
  std::vector<std::string> may_meet;                               // conversations
  std::vector<std::string> may_call;                               // users
  std::vector<std::pair<std::string, std::int64_t>> seen_messages; // conversation and seq, the newest last
  std::vector<std::string> own_messages;                           // ids

 private:
  struct Send {
    std::string conversation, content;
    bool is_asked = false;    // on this connection
    bool may_be_kept = false; // an attempt ended without a word that counts
  };
  struct Call {
    bool is_caller = false;
    enum class At { asked, ringing, answering, talking, ending } at = At::asked;
    TimePoint since{};
  };

  void on_packet(Link& link, std::string_view packet) override;
  void on_closed(Link& link) override;
  void connect();
  void connect_later(Duration least, Duration most);
  void lose();
  void watch();
  void on_connect(Promises::Space space, std::string_view json);
  void on_event(Promises::Space space, std::string_view json);
  void on_ack(Promises::Space space, std::string_view packet);
  void on_call_event(std::string_view name, wire::JsonView payload);
  void try_send(const std::string& client_message_id);
  void hang_up_everything();
  void meet(const std::string& room);
  void leave_room();
  void finish_call(const std::string& call, std::string_view event);
  void say(std::string_view what);

  World world_;
  const Traits traits_;
  const std::string who_;
  const std::size_t number_; // among the devices of the promises
  std::shared_ptr<Link> link_;
  bool ready_ = false, calm_ = false;
  std::optional<std::string> cursor_[Promises::spaces];
  bool complete_[Promises::spaces] = {};
  TimePoint heard_{};
  std::uint64_t connection_ = 0;
  std::int64_t last_ack_ = 0, last_message_ = 0, last_call_ = 0;
  std::map<std::int64_t, Answer> answers_, late_answers_; // that are waited for, and no more
  std::map<std::string, Send> sends_;                     // whose fate is unknown, by clientMessageId
  std::map<std::string, Call> calls_;
  std::optional<std::string> room_; // of a conference in which it may sit
  bool leaving_ = false;
  std::set<std::string> known_; // calls that it has ever heard of
  std::set<std::string> over_;  // calls that have ended
  wire::JsonParser parser_;
};

} // namespace mentara::simulation
