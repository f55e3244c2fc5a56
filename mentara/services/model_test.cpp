#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "mentara/services/test_fixture.h"
#include "mentara/services/test_model.h"

// Random requests to the services and to a model of them (P2): every answer and, after every step, everything that each
// user can see must be the same. And whoever keeps a state and applies the events that follow has what is there (P3).
namespace mentara::services {
namespace {

enum class Kind { create_group, create_direct, send, retry, edit, erase, react, unreact, read, restart };

struct Step {
  Kind kind;
  int user, other, conversation, message, text;
};

std::ostream& operator<<(std::ostream& out, const Step& step) {
  constexpr const char* names[] = {"create_group", "create_direct", "send",    "retry", "edit",
                                   "erase",        "react",         "unreact", "read",  "restart"};
  return out << names[static_cast<int>(step.kind)] << "(user " << step.user << ", other " << step.other
             << ", conversation " << step.conversation << ", message " << step.message << ", text " << step.text << ")";
}

constexpr int users = 4, conversations = 4;

std::vector<Step> random_steps(std::mt19937& random, int count) {
  constexpr Kind kinds[] = {Kind::create_group, Kind::create_direct, Kind::send, Kind::send,  Kind::send,  Kind::send,
                            Kind::retry,        Kind::edit,          Kind::edit, Kind::erase, Kind::react, Kind::react,
                            Kind::react,        Kind::unreact,       Kind::read, Kind::read};
  const auto below = [&](int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); };
  std::vector<Step> steps;
  for (int i = 0; i < count; ++i) {
    const Kind kind = below(40) == 0 ? Kind::restart : kinds[below(std::size(kinds))];
    steps.push_back({kind, below(users), below(users), below(conversations), below(12), below(3)});
  }
  return steps;
}

std::string name(int user) { return std::string("user-").append(std::to_string(user)); }

// What one user knows of a message; made from the history, or from events alone.
struct Seen {
  std::string sender{}, content{};
  bool edited = false, deleted = false;
  std::vector<Reaction> reactions{};
  friend bool operator==(const Seen&, const Seen&) = default;
};
using View = std::map<std::pair<std::string, std::int64_t>, Seen>; // conversation and seq → message

class Trial {
 public:
  // What was wrong after the last of these steps, or nothing.
  std::string run(const std::vector<Step>& steps, std::size_t keep_state_at) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (i == keep_state_at) {
        kept_ = view_of(name(0));
        kept_at_ = world_.store->end_of_log().position;
      }
      world_.clock.now_.ms += 1;
      take(steps[i]);
      compare();
      if (!wrong_.str().empty()) return "step " + std::to_string(i) + ": " + wrong_.str();
    }
    if (keep_state_at < steps.size() && after_events(name(0)) != view_of(name(0))) {
      return "what was kept at position " + std::to_string(kept_at_) + ", with the events since, is not what is there";
    }
    return {};
  }

 private:
  void take(const Step& step) {
    const std::string user = name(step.user);
    const std::string id = "c" + std::to_string(step.conversation);
    switch (step.kind) {
      case Kind::create_group: {
        std::vector<std::string> members{user};
        for (int i = 0; i < users; ++i) {
          if (i != step.user && (step.text + i) % 3 != 0) members.push_back(name(i));
        }
        NewConversation request{.type = ConversationType::GROUP, .conversation_id = {id}};
        for (const std::string& member : members) request.participant_ids.push_back({member});
        return expect(model_.create(id, ConversationType::GROUP, members), world_.create(user, request));
      }
      case Kind::create_direct: {
        if (step.user == step.other) return;
        const std::string other = name(step.other);
        const auto made = world_.create(user, NewConversation{.participant_ids = {{other}}, .conversation_id = {id}});
        if (const auto there = model_.direct_of(user, other)) {
          if (!made || made->created || made->conversation.conversation.id.value != *there) wrong_ << "another DIRECT";
          return;
        }
        return expect(model_.create(id, ConversationType::DIRECT, {user, other}), made);
      }
      case Kind::send:
        return send(user, id, "text " + std::to_string(step.text), {});
      case Kind::retry: // or the same id for something else
        return send(user, id, "text " + std::to_string(step.text), "retry-" + std::to_string(step.message % 3));
      case Kind::read:
        return expect(model_.read(user, id, step.message),
                      world_.read(user, {.conversation_id = {id}, .seq = step.message}));
      case Kind::restart:
        return world_.restart();
      default:
        return change(step, user, id);
    }
  }

  void send(const std::string& user, const std::string& id, const std::string& content, const std::string& client_id) {
    const auto sent =
        world_.send(user, {.conversation_id = {id}, .content = content, .client_message_id = {client_id}});
    const Model::Sent expected = model_.send(user, id, content, client_id);
    expect(expected.refusal, sent);
    if (!sent || expected.refusal) return;
    if (sent->message.seq != expected.seq || sent->duplicate != expected.duplicate) wrong_ << "another seq";
    ModelMessage& message = model_.conversations[id].messages[static_cast<std::size_t>(expected.seq - 1)];
    if (message.id.empty()) message.id = sent->message.id.value;
    if (message.id != sent->message.id.value) wrong_ << "another message for the same clientMessageId";
  }

  void change(const Step& step, const std::string& user, const std::string& id) {
    const auto found = model_.conversations.find(id);
    if (found == model_.conversations.end() || found->second.messages.empty()) return;
    auto& messages = found->second.messages;
    ModelMessage& message = messages[static_cast<std::size_t>(step.message) % messages.size()];
    const MessageId message_id{message.id};
    const std::string emoji = "emoji " + std::to_string(step.text);
    if (step.kind == Kind::edit) {
      const std::string content = "edited " + std::to_string(step.text);
      expect(model_.edit(user, id, message, content), world_.edit(user, message_id, content));
    } else if (step.kind == Kind::erase) {
      expect(model_.erase(user, id, message), world_.erase(user, message_id));
    } else if (step.kind == Kind::react) {
      expect(model_.react(user, id, message, emoji), world_.add_reaction(user, message_id, emoji));
    } else {
      expect(model_.unreact(user, id, message, emoji), world_.remove_reaction(user, message_id, emoji));
    }
  }

  template <class T>
  void expect(const Refusal& expected, const wire::Result<T, Failure>& answer) {
    const Refusal given = answer ? Refusal{} : Refusal{answer.error().code};
    const auto text = [](const Refusal& refusal) { return refusal ? to_string(*refusal) : "success"; };
    if (given != expected) wrong_ << text(given) << ", but the model says " << text(expected) << ". ";
  }

  void compare() {
    for (int i = 0; i < users; ++i) {
      const std::string user = name(i);
      View expected;
      std::map<std::string, std::pair<std::int64_t, std::int64_t>> marks; // conversation → read, unread
      for (const auto& [id, conversation] : model_.conversations) {
        if (!conversation.has(user)) continue;
        const auto read = conversation.read.find(user);
        marks[id] = {read == conversation.read.end() ? 0 : read->second, conversation.unread(user)};
        for (std::int64_t seq = 1; seq <= conversation.last_seq(); ++seq) {
          const ModelMessage& message = conversation.messages[static_cast<std::size_t>(seq - 1)];
          expected[{id, seq}] = {message.sender, message.content, message.edited && !message.deleted, message.deleted,
                                 message.reactions};
        }
      }
      if (view_of(user) != expected) wrong_ << user << " sees other messages than in the model. ";
      const auto page = world_.list(user, {.limit = 100});
      std::map<std::string, std::pair<std::int64_t, std::int64_t>> listed;
      for (const ConversationView& view : page->conversations) {
        const auto& members = view.conversation.members;
        const auto own = std::find_if(members.begin(), members.end(),
                                      [&](const Member& member) { return member.user.id.value == user; });
        listed[view.conversation.id.value] = {own->read_seq, view.unread_count};
      }
      if (listed != marks) wrong_ << user << " has other conversations or watermarks than in the model. ";
    }
  }

  static Seen seen(const Message& message) {
    return {message.sender.id.value, message.content, message.edited_at.has_value() && !message.deleted_at,
            message.deleted_at.has_value(), message.reactions};
  }

  View view_of(const std::string& user) {
    View view;
    for (int i = 0; i < conversations; ++i) {
      const std::string id = "c" + std::to_string(i);
      const auto page = world_.history(user, {.conversation_id = {id}, .after_seq = 0, .limit = 1000});
      if (!page) continue;
      for (const Message& message : page->messages) view[{id, message.seq}] = seen(message);
    }
    return view;
  }

  template <class Event>
  static bool concerns(const Event& event, const std::string& user) {
    return std::find(event.members->begin(), event.members->end(), UserId{user}) != event.members->end();
  }

  // The state that was kept, changed by nothing but the events since.
  View after_events(const std::string& user) {
    std::map<std::int64_t, std::function<void(View&)>> changes; // in the order of the log
    std::map<std::string, std::pair<std::string, std::int64_t>> places;
    for (const auto& event : world_.sent) {
      places[event.message.id.value] = {event.message.conversation_id.value, event.message.seq};
      if (!concerns(event, user)) continue;
      changes[event.cursor.position] = [&event](View& view) {
        view[{event.message.conversation_id.value, event.message.seq}] = seen(event.message);
      };
    }
    for (const auto& event : world_.updated) {
      if (!concerns(event, user)) continue;
      changes[event.cursor.position] = [&event](View& view) {
        Seen& message = view[{event.message.conversation_id.value, event.message.seq}];
        message.content = event.message.content;
        message.edited = true;
      };
    }
    for (const auto& event : world_.deleted) {
      if (!concerns(event, user)) continue;
      changes[event.cursor.position] = [&event](View& view) {
        Seen& message = view[{event.conversation_id.value, event.seq}];
        message = {message.sender, {}, false, true, {}};
      };
    }
    for (const auto& event : world_.reacted) {
      if (!concerns(event, user)) continue;
      changes[event.cursor.position] = [&event, place = places[event.message_id.value]](View& view) {
        view[place].reactions = event.reactions;
      };
    }
    View view = kept_;
    for (auto change = changes.upper_bound(kept_at_); change != changes.end(); ++change) change->second(view);
    return view;
  }

  World world_;
  Model model_;
  std::ostringstream wrong_;
  View kept_;
  std::int64_t kept_at_ = 0;
};

// Fewer steps that go wrong too: without what came after, then without each step that does not matter.
std::vector<Step> shrink(std::vector<Step> steps, std::size_t keep_state_at) {
  const auto goes_wrong = [&](const std::vector<Step>& some) { return !Trial().run(some, keep_state_at).empty(); };
  for (std::size_t length = 1; length < steps.size(); ++length) {
    const std::vector<Step> prefix(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(length));
    if (!goes_wrong(prefix)) continue;
    steps = prefix;
    break;
  }
  for (std::size_t i = 0; i < steps.size();) {
    auto fewer = steps;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (goes_wrong(fewer)) {
      steps = std::move(fewer);
    } else {
      ++i;
    }
  }
  return steps;
}

TEST(ServicesModel, P2_P3_services_and_model_agree_after_every_step_and_events_lead_to_the_same_state) {
  for (int round = 0; round < 2; ++round) {
    const auto seed = std::random_device()();
    std::mt19937 random(seed);
    const auto steps = random_steps(random, 100);
    const std::size_t keep_state_at = random() % steps.size();
    const std::string wrong = Trial().run(steps, keep_state_at);
    if (wrong.empty()) continue;
    std::ostringstream shortest;
    for (const Step& step : shrink(steps, keep_state_at)) shortest << "\n  " << step;
    FAIL() << "seed " << seed << ", " << wrong << "\nThis is enough for it:" << shortest.str();
  }
}

} // namespace
} // namespace mentara::services
