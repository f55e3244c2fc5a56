#include <string_view>

#include "mentara/schema/formats.h"
#include "mentara/schema/type_text.h"

// The page at /docs: the same tables as the Markdown, to be read in a browser.
namespace mentara::schema {
namespace {

constexpr std::string_view head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Mentara: the contract</title>
<style>
:root { color-scheme: light dark; --ink: #1c2422; --quiet: #5b6663; --line: #dde3e1; --accent: #23685a; --paper: #fff; --code: #f3f5f4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7edeb; --quiet: #9eaba7; --line: #2a3331; --accent: #6cc3ae; --paper: #171c1b; --code: #222a28; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 68rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.7rem; } h2 { margin-top: 2.5rem; } h3 { margin-top: 1.8rem; scroll-margin-top: 1rem; }
a { color: var(--accent); } code { background: var(--code); border-radius: 5px; padding: .1rem .3rem; font-size: .9em; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line); }
th { color: var(--quiet); font-weight: 600; font-size: .85rem; } .quiet { color: var(--quiet); }
</style></head><body><main>
)";

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
}

std::string code(std::string_view text) {
  std::string out = "<code>";
  append_escaped(out, text);
  return out += "</code>";
}

std::string link(const Type& type) {
  return std::string("<a href=\"#").append(type.name).append("\">").append(type.name).append("</a>");
}

const TypeWords words{.code = &code, .link = &link};

void append_row(std::string& out, std::initializer_list<std::string> cells) {
  out += "<tr>";
  for (const std::string& cell : cells) out.append("<td>").append(cell).append("</td>");
  out += "</tr>\n";
}

void append_table_head(std::string& out, std::initializer_list<std::string_view> cells) {
  out += "<div class=\"table\"><table><thead><tr>";
  for (const std::string_view cell : cells) out.append("<th scope=\"col\">").append(cell).append("</th>");
  out += "</tr></thead><tbody>\n";
}

constexpr std::string_view table_end = "</tbody></table></div>\n";

} // namespace

std::string html(const Contract& contract) {
  std::string out(head);
  out +=
      "<h1>Every event and its payload</h1>\n<p>Connect with the stock client and <code>auth: { token }</code>. An ack "
      "is what stands here with <code>success: true</code>, or a <a href=\"#FailureAck\">FailureAck</a>.</p>\n"
      "<p>The same for programs:";
  for (const Format& format : formats()) {
    if (format.file == "index.html") continue;
    out.append(" <a href=\"/docs/").append(format.file).append("\">").append(format.file).append("</a>");
  }
  out += "</p>\n";
  for (const Namespace& nsp : contract.namespaces) {
    out.append("<h2>").append(nsp.name).append("</h2>\n");
    append_table_head(out, {"client → server", "payload", "ack", "what for"});
    for (const Event& event : nsp.client_events) {
      std::string summary;
      append_escaped(summary, event.summary);
      append_row(out, {code(event.name), link(*event.payload), link(*event.ack), summary});
    }
    out += table_end;
    append_table_head(out, {"server → client", "payload", "when"});
    for (const Event& event : nsp.server_events) {
      std::string summary;
      append_escaped(summary, event.summary);
      append_row(out, {code(event.name), link(*event.payload), summary});
    }
    out += table_end;
  }
  out += "<h2>Payloads</h2>\n";
  for (const Type* type : named_types(contract)) {
    if (type->kind != Kind::object) continue;
    out.append("<h3 id=\"").append(type->name).append("\">").append(type->name).append("</h3>\n");
    append_table_head(out, {"field", "type", "when it is absent"});
    for (const Field& field : type->fields) {
      append_row(out, {code(field.name), type_text(*field.type, words),
                       field.fallback   ? "counts as " + code(*field.fallback)
                       : field.required ? ""
                                        : "may be absent"});
    }
    out += table_end;
  }
  out += "</main></body></html>\n";
  return out;
}

} // namespace mentara::schema
