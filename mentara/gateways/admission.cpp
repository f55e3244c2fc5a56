#include "mentara/gateways/admission.h"

#include <memory>
#include <optional>
#include <utility>

#include "mentara/config/version.h"
#include "mentara/connections/rooms.h"
#include "mentara/contract/decode.h"
#include "mentara/contract/event_table.h"
#include "mentara/domain/cursor.h"
#include "mentara/events/events.h"
#include "mentara/gateways/caller.h"
#include "mentara/gateways/departure.h"
#include "wire/base/address.h"
#include "wire/base/log.h"
#include "wire/base/log_scope.h"
#include "wire/sio/server.h"

namespace mentara::gateways {
namespace {

constexpr std::string_view default_device = "default"; // clients that name no device share one place in the stream

wire::sio::ConnectError to_connect_error(const Failure& failure) {
  wire::sio::ConnectError error{failure.error, {}};
  wire::JsonObjectWriter data(error.data);
  data.member("code", to_string(failure.code));
  if (failure.retry_after_ms) data.member("retryAfterMs", *failure.retry_after_ms);
  data.end();
  return error;
}

// A value of another type is not the same as none: as text it fails where the text is checked.
std::string text_member(wire::JsonView object, std::string_view key) {
  const auto value = object.find(key);
  if (!value || value->is_null()) return {};
  const auto text = value->string();
  return text ? std::string(*text) : value->to_text();
}

} // namespace

Admission::Admission(const Parts& parts, Feed& feed, Channel channel) : parts_(parts), feed_(feed), channel_(channel) {
  tally_.expect(contract::client_event::all);
  switch (channel) {
    case Channel::MESSAGING:
      tally_.expect(contract::messaging::client_event::all);
      break;
    case Channel::NOTIFICATIONS:
      tally_.expect(contract::notifications::client_event::all);
      break;
    case Channel::VIDEO_CALLS:
      tally_.expect(contract::video_calls::client_event::all);
      break;
  }
}

void Admission::refuse(wire::sio::Next& next, const Failure& failure) {
  tally_.refused_connect(failure.code);
  next.refuse(to_connect_error(failure));
}

std::uint64_t Admission::connection_of(wire::sio::Socket& socket) {
  return socket.handshake().request().connection_id();
}

void Admission::guard(wire::sio::Namespace& nsp) {
  parts_.disconnector.add(nsp);
  nsp.use([this](wire::sio::Socket& socket, wire::sio::Next next) { authenticate(socket, std::move(next)); });
  nsp.on_connection([this](wire::sio::Socket& socket) { welcome(socket); });
  nsp.on(contract::client_event::auth_refresh.name,
         [this](wire::sio::Socket& socket, const wire::sio::Args& args, wire::sio::Ack ack) {
           Answer answer(socket, contract::client_event::auth_refresh.name, std::move(ack));
           const auto limited = throttle(socket, contract::client_event::auth_refresh.name);
           if (limited) return answer.failure(*limited);
           const auto request = contract::decode<contract::RefreshToken>(
               args.empty() ? std::nullopt : std::optional(args[0]), caller_of(socket).user());
           if (!request) return answer.failure(request.error());
           refresh(socket, *request, std::move(answer));
         });
  nsp.on_disconnect([this](wire::sio::Socket& socket, wire::sio::DisconnectReason reason) { forget(socket, reason); });
}

void Admission::authenticate(wire::sio::Socket& socket, wire::sio::Next next) {
  const std::string address = wire::limited_as(socket.handshake().request().address());
  const wire::TimePoint now = socket.loop().now();
  if (const auto wait = parts_.failures.before_try(address, now)) {
    return refuse(next, auth::too_many_failures(*wait));
  }
  std::string token, device, cursor;
  if (const auto auth = json_.parse(socket.handshake().auth())) {
    token = text_member(*auth, "token");
    device = text_member(*auth, "deviceId");
    cursor = text_member(*auth, "cursor");
  }
  const std::string query_token = socket.handshake().query("token").value_or(std::string());
  const auto identity = parts_.authenticator.authenticate(
      {token, socket.handshake().header("authorization").value_or(std::string_view()), query_token});
  socket.handshake().forget_auth();
  if (!identity) {
    const auto wait = parts_.failures.failed(address, now);
    return refuse(next, wait ? auth::too_many_failures(*wait) : identity.error());
  }
  if (device.empty()) device = default_device;
  if (!is_well_formed_id(device)) {
    return refuse(next, invalid("deviceId", "auth.deviceId must be 1 to 128 of A-Z a-z 0-9 _ - . :"));
  }
  admit(socket, *identity, Listener{identity->user.id, {device}, channel_}, std::move(cursor), std::move(next));
}

// There is room for the socket, and it is known where its replay begins.
void Admission::admit(wire::sio::Socket& socket, Identity identity, Listener listener, std::string cursor,
                      wire::sio::Next next) {
  connections::ConnectedSocket connected{socket.id(), socket.nsp().name(), listener.user_id, listener.device_id};
  auto done = parts_.home.answer_on<services::Opened>(
      socket.loop(), [this, weak = socket.weak_from_this(), &loop = socket.loop(), id = socket.id(), identity, listener,
                      next = std::move(next)](wire::Result<services::Opened, Failure> opened) mutable {
        if (!opened) {
          refuse(next, opened.error());
        } else if (const auto revoked = parts_.authenticator.why_revoked(identity)) {
          refuse(next, *revoked);
        } else if (const auto waiting = weak.lock()) {
          const storage::Position begin = opened->cursor.position;
          waiting->state = Caller{std::move(identity), listener.device_id, std::make_shared<Stream>(listener, begin),
                                  std::move(*opened)};
          caller_of(*waiting).tally = &tally_;
          next();
        }
        const auto accepted = weak.lock();
        if (accepted && accepted->connected()) return;
        // Whoever was refused or left meanwhile is not connected, so nobody hears of his end.
        parts_.home.run(loop, [this, id = std::move(id), listener = std::move(listener)] {
          parts_.connections.unregister_connection(id);
          parts_.sync.close(listener, id);
        });
      });
  parts_.home.run(socket.loop(),
                  [this, id = socket.id(), connected = std::move(connected), user = identity.user,
                   listener = std::move(listener), cursor = std::move(cursor), done = std::move(done)]() mutable {
                    if (!parts_.connections.register_connection(std::move(connected), user)) {
                      return done(connections::too_many_sockets());
                    }
                    parts_.store.learn_user(user);
                    parts_.sync.open(std::move(listener), std::move(id), std::move(cursor), std::move(done));
                  });
}

void Admission::welcome(wire::sio::Socket& socket) {
  const wire::LogScope scope(connection_of(socket));
  Caller& caller = caller_of(socket);
  socket.join(connections::user_room(caller.user().id));
  const std::string cursor = to_text(caller.opened.cursor);
  contract::Connected connected{.userId = caller.user().id.value,
                                .user = contract::UserShape(caller.user()),
                                .socketId = socket.id(),
                                .deviceId = caller.device_id.value,
                                .serverTime = parts_.clock.now(),
                                .recovered = socket.recovered(),
                                .cursor = cursor,
                                .limits = {.maxPayload = socket.nsp().server().options().max_http_buffer_size},
                                .version = version()};
  Feed::say(socket, contract::server_event::connected.name, connected);
  caller.token_watch = std::make_shared<TokenWatch>(socket);
  caller.token_watch->begin(caller.identity.expires_at, parts_.clock.now());
  feed_.begin(socket, caller.opened);
  wire::log(wire::LogLevel::debug, "socket connected",
            {{"socket", socket.id()}, {"nsp", socket.nsp().name()}, {"user", caller.user().id.value}});
  parts_.home.run(socket.loop(), [this, event = events::UserConnectedEvent{metadata(socket), caller.device_id,
                                                                           socket.nsp().name()}]() mutable {
    parts_.bus.publish(std::move(event));
  });
}

void Admission::refresh(wire::sio::Socket& socket, const contract::RefreshToken& request, Answer answer) {
  auto identity = parts_.authenticator.verify_token(request.token.value);
  if (!identity) return answer.failure(identity.error());
  Caller& caller = caller_of(socket);
  if (identity->user.id != caller.user().id) {
    return answer.failure({Code::forbidden, "This token is somebody else's: connect anew with it."});
  }
  caller.identity = std::move(*identity);
  caller.token_watch->begin(caller.identity.expires_at, parts_.clock.now());
  parts_.home.run(socket.loop(), [this, user = caller.user()] { parts_.store.learn_user(user); });
  answer.success(contract::RefreshAck{.expiresAt = caller.identity.expires_at});
}

void Admission::forget(wire::sio::Socket& socket, wire::sio::DisconnectReason reason) {
  const wire::LogScope scope(connection_of(socket));
  const Caller& caller = caller_of(socket);
  wire::log(wire::LogLevel::debug, "socket disconnected", {{"socket", socket.id()}, {"why", to_string(reason)}});
  parts_.home.run(socket.loop(),
                  [this, id = socket.id(), listener = caller.stream->listener(),
                   event = events::UserDisconnectedEvent{metadata(socket), caller.device_id, socket.nsp().name(),
                                                         std::string(to_string(reason))}]() mutable {
                    parts_.connections.unregister_connection(id);
                    parts_.sync.close(listener, id);
                    parts_.bus.publish(std::move(event));
                  });
}

std::optional<Failure> Admission::throttle(wire::sio::Socket& socket, std::string_view event) {
  constexpr auth::Rate forgiven{limits::refusals_per_second, limits::refusals_burst};
  const wire::TimePoint now = socket.loop().now();
  Caller& caller = caller_of(socket);
  if (caller.leaving) return Departure::leaving();
  auto refused = parts_.event_limits.take(caller.user().id, event, now);
  if (!refused || caller.patience.take(forgiven, now)) return refused;
  wire::log(wire::LogLevel::info, "a socket was cut: it went on with more than it may",
            {{"socket", socket.id()}, {"nsp", socket.nsp().name()}, {"user", caller.user().id.value}});
  tally_.cut();
  Disconnector::expel(socket, {std::string(to_string(Code::rate_limited)), refused->error});
  return refused;
}

events::Metadata Admission::metadata(const wire::sio::Socket& socket) const {
  return {caller_of(socket).user().id, socket.id(), parts_.clock.now()};
}

} // namespace mentara::gateways
