#include <string_view>

#include "mentara/schema/formats.h"

namespace mentara::schema {
namespace {

std::string type_text(const Type& type) {
  std::string text;
  switch (type.kind) {
    case Kind::boolean:
      text = "boolean";
      break;
    case Kind::always_true:
      text = "true";
      break;
    case Kind::always_false:
      text = "false";
      break;
    case Kind::integer:
      text = "number";
      break;
    case Kind::text:
    case Kind::timestamp:
      text = "string";
      break;
    case Kind::enumeration:
    case Kind::object:
      text = type.name;
      break;
    case Kind::any_object:
      text = "Record<string, unknown>";
      break;
    case Kind::map:
      text = "Record<string, " + type_text(*type.element) + ">";
      break;
    case Kind::list:
      text = type_text(*type.element);
      if (type.element->nullable) text.insert(0, "(").append(")");
      text += "[]";
      break;
  }
  if (type.nullable) text += " | null";
  return text;
}

void append_type(std::string& out, const Type& type) {
  if (type.kind == Kind::enumeration) {
    out.append("export type ").append(type.name).append(" = ");
    std::string_view separator;
    for (const std::string& word : type.words) {
      out.append(separator).append("'").append(word).append("'");
      separator = " | ";
    }
    out += ";\n\n";
    return;
  }
  out.append("export interface ").append(type.name).append(" {\n");
  for (const Field& field : type.fields) {
    out.append("  ").append(field.name).append(field.required ? ": " : "?: ").append(type_text(*field.type));
    out += ";\n";
  }
  out += "}\n\n";
}

// "/video-calls" is VideoCalls.
std::string prefix(const Namespace& nsp) {
  std::string name;
  bool upper = true;
  for (const char c : nsp.name.substr(1)) {
    if (c == '-') {
      upper = true;
      continue;
    }
    name += upper ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return name;
}

} // namespace

std::string typescript(const Contract& contract) {
  std::string out =
      "// The contract of Mentara Realtime, written by `mentara contract --format typescript`. For the stock client:\n"
      "//   import { io, type Socket } from 'socket.io-client';\n"
      "//   const socket: Socket<MessagingServerEvents, MessagingClientEvents> = io('…/messaging', { auth: { token } "
      "});\n\n"
      "// What an ack brings.\n"
      "export type Answer<Ack> = Ack | FailureAck;\n\n";
  for (const Type* type : named_types(contract)) append_type(out, *type);
  for (const Namespace& nsp : contract.namespaces) {
    out.append("// client → server in ").append(nsp.name).append("\n");
    out.append("export interface ").append(prefix(nsp)).append("ClientEvents {\n");
    for (const Event& event : nsp.client_events) {
      out.append("  /** ").append(event.summary).append(" */\n");
      out.append("  '").append(event.name).append("': (payload: ").append(type_text(*event.payload));
      out.append(", ack?: (answer: Answer<");
      out.append(type_text(*event.ack)).append(">) => void) => void;\n");
    }
    out += "}\n\n";
    out.append("// server → client in ").append(nsp.name).append("\n");
    out.append("export interface ").append(prefix(nsp)).append("ServerEvents {\n");
    for (const Event& event : nsp.server_events) {
      out.append("  /** ").append(event.summary).append(" */\n");
      out.append("  '").append(event.name).append("': (payload: ").append(type_text(*event.payload));
      out += ") => void;\n";
    }
    out += "}\n\n";
  }
  out +=
      "// REST: the fields that a request has in its path, its query and its body together, and the `data` of its "
      "answer.\n"
      "export interface RestRequests {\n";
  for (const Route& route : contract.routes) {
    out.append("  /** ").append(route.summary).append(" */\n");
    out.append("  '").append(route.method).append(" ").append(route.path).append("': { request: ");
    out.append(type_text(*route.payload))
        .append("; data: Omit<")
        .append(type_text(*route.ack))
        .append(", 'success'> };\n");
  }
  out += "}\n";
  return out;
}

} // namespace mentara::schema
