#include <string_view>

#include "mentara/config/version.h"
#include "mentara/schema/formats.h"
#include "mentara/schema/json_text.h"
#include "wire/base/json.h"

// AsyncAPI 3.0 seen from the server, as the document is the server's: it receives what clients send and sends the rest.
// A channel is a namespace; the reply of an operation is the ack.
namespace mentara::schema {
namespace {

using wire::JsonObjectWriter;

constexpr std::string_view schemas = "#/components/schemas/";

std::string channel_name(const Namespace& nsp) { return nsp.name.substr(1); }

std::string message_name(std::string_view direction, const Event& event) {
  return std::string(direction).append(".").append(event.name);
}

void append_reference(std::string& out, std::string_view to) { JsonObjectWriter(out).member("$ref", to).end(); }

void append_message(std::string& out, const Event& event, const Type& payload, std::string_view summary) {
  JsonObjectWriter message(out);
  message.member("name", event.name);
  if (!summary.empty()) message.member("summary", summary);
  message.member("contentType", "application/json");
  message.key("payload");
  append_schema(out, payload, schemas);
  message.end();
}

// The ack: what succeeded, or why not.
void append_ack_message(std::string& out, const Event& event) {
  JsonObjectWriter message(out);
  message.member("name", event.name).member("title", event.name + " (ack)").member("contentType", "application/json");
  message.key("payload");
  out += "{\"oneOf\":[";
  append_schema(out, *event.ack, schemas);
  out += ',';
  Type failure{.kind = Kind::object, .name = "FailureAck"};
  append_schema(out, failure, schemas);
  out += "]}";
  message.end();
}

void append_channels(std::string& out, const Contract& contract) {
  JsonObjectWriter channels(out);
  for (const Namespace& nsp : contract.namespaces) {
    channels.key(channel_name(nsp));
    JsonObjectWriter channel(out);
    channel.member("address", nsp.name).member("description", "The Socket.IO namespace " + nsp.name + ".");
    channel.key("messages");
    JsonObjectWriter messages(out);
    for (const Event& event : nsp.client_events) {
      messages.key(message_name("client", event));
      append_message(out, event, *event.payload, event.summary);
      messages.key(message_name("ack", event));
      append_ack_message(out, event);
    }
    for (const Event& event : nsp.server_events) {
      messages.key(message_name("server", event));
      append_message(out, event, *event.payload, event.summary);
    }
    messages.end();
    channel.end();
  }
  channels.end();
}

void append_operation(std::string& out, const Namespace& nsp, const Event& event, bool from_client) {
  const std::string channel = "#/channels/" + channel_name(nsp);
  const std::string messages = channel + "/messages/";
  JsonObjectWriter operation(out);
  operation.member("action", from_client ? "receive" : "send").member("summary", event.summary);
  operation.key("channel");
  append_reference(out, channel);
  operation.key("messages");
  out += '[';
  append_reference(out, messages + message_name(from_client ? "client" : "server", event));
  out += ']';
  if (from_client) {
    operation.key("reply");
    JsonObjectWriter reply(out);
    reply.key("channel");
    append_reference(out, channel);
    reply.key("messages");
    out += '[';
    append_reference(out, messages + message_name("ack", event));
    out += ']';
    reply.end();
  }
  operation.end();
}

void append_operations(std::string& out, const Contract& contract) {
  JsonObjectWriter operations(out);
  for (const Namespace& nsp : contract.namespaces) {
    for (const Event& event : nsp.client_events) {
      operations.key(channel_name(nsp).append(".client.").append(event.name));
      append_operation(out, nsp, event, true);
    }
    for (const Event& event : nsp.server_events) {
      operations.key(channel_name(nsp).append(".server.").append(event.name));
      append_operation(out, nsp, event, false);
    }
  }
  operations.end();
}

} // namespace

std::string asyncapi(const Contract& contract) {
  std::string out;
  JsonObjectWriter document(out);
  document.member("asyncapi", "3.0.0");
  document.key("info");
  JsonObjectWriter(out)
      .member("title", "Mentara Realtime")
      .member("version", version())
      .member(
          "description",
          "Messages, notifications and video calls for Socket.IO clients. Connect with `auth: {token}`. Every event "
          "of a client takes an ack: `{success:true, …}`, or a FailureAck.")
      .end();
  document.member("defaultContentType", "application/json");
  document.key("servers");
  out += R"({"local":{"host":"localhost:3001","pathname":"/socket.io/","protocol":"socket.io"}})";
  document.key("channels");
  append_channels(out, contract);
  document.key("operations");
  append_operations(out, contract);
  document.key("components");
  out += "{\"schemas\":";
  JsonObjectWriter definitions(out);
  for (const Type* type : types_of_events(contract)) {
    definitions.key(type->name);
    append_definition(out, *type, schemas);
  }
  definitions.end();
  out += '}';
  document.end();
  return indented(out);
}

} // namespace mentara::schema
