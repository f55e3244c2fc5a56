#include <string_view>

#include "mentara/schema/formats.h"
#include "mentara/schema/type_text.h"

// The page at /docs: the same tables as the Markdown, to be read in a browser.
namespace mentara::schema {
namespace {

constexpr std::string_view head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Mentara: the contract</title><link rel="icon" href="/icon.svg">
<style>
:root { color-scheme: light dark; --ink: #1c2422; --quiet: #55605d; --line: #dde3e1; --accent: #23685a; --paper: #fff; --side: #f6f8f7; --code: #eef2f0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7edeb; --quiet: #a3b0ac; --line: #2a3331; --accent: #6cc3ae; --paper: #151a19; --side: #1a201f; --code: #232c2a; } }
* { box-sizing: border-box; } html { scroll-padding-top: 1rem; }
body { font: 15px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0; }
.columns { display: grid; grid-template-columns: 15rem minmax(0, 1fr); }
nav { position: sticky; top: 0; align-self: start; height: 100vh; overflow-y: auto; padding: 1.4rem 1.2rem; background: var(--side); border-right: 1px solid var(--line); font-size: .92rem; }
nav ul { list-style: none; margin: .2rem 0 1rem; padding: 0; } nav li { padding: .12rem 0; overflow-wrap: anywhere; } nav strong { display: block; }
main { max-width: 70rem; padding: 1.4rem 2.2rem 4rem; }
h1 { font-size: 1.8rem; line-height: 1.25; margin: .2rem 0 .8rem; } h2 { margin: 2.6rem 0 .6rem; font-size: 1.35rem; } h3 { margin: 1.9rem 0 .4rem; font-size: 1.05rem; }
a { color: var(--accent); text-underline-offset: .15em; } nav a { text-decoration: none; } nav a:hover { text-decoration: underline; }
a:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code { background: var(--code); border-radius: 5px; padding: .1rem .3rem; font-size: .9em; }
.table { overflow-x: auto; margin-bottom: 1rem; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .42rem .6rem; border-bottom: 1px solid var(--line); } td:first-child code { white-space: nowrap; } td:first-child code.path { white-space: normal; display: inline-block; min-width: 15rem; }
tr:target { background: var(--code); } th { color: var(--quiet); font-weight: 600; font-size: .85rem; } .quiet { color: var(--quiet); }
.files { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; list-style: none; } .files a { display: inline-block; border: 1px solid var(--line); border-radius: 999px; padding: .2rem .8rem; text-decoration: none; } .files a:hover { border-color: var(--accent); }
@media (max-width: 55rem) { .columns { display: block; } nav { position: static; height: auto; border: 0; border-bottom: 1px solid var(--line); } nav .names { display: none; } nav ul { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: 0; } main { padding: 1rem 1rem 3rem; } h1 { font-size: 1.5rem; } }
</style></head><body><div class="columns">
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

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

std::string code(std::string_view text) { return "<code>" + escaped(text) + "</code>"; }

std::string link(const Type& type) {
  return std::string("<a href=\"#").append(type.name).append("\">").append(type.name).append("</a>");
}

const TypeWords words{.code = &code, .link = &link};

void append_row(std::string& out, std::initializer_list<std::string> cells) {
  out += "<tr>";
  for (const std::string& cell : cells) out.append("<td>").append(cell).append("</td>");
  out += "</tr>\n";
}

// A table that is wider than a phone scrolls by itself, with the keyboard as well.
void append_table_head(std::string& out, std::string_view about, std::initializer_list<std::string_view> cells) {
  out.append("<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"").append(about);
  out += "\"><table><thead><tr>";
  for (const std::string_view cell : cells) out.append("<th scope=\"col\">").append(cell).append("</th>");
  out += "</tr></thead><tbody>\n";
}

constexpr std::string_view table_end = "</tbody></table></div>\n";

std::string anchor(const Namespace& nsp) { return nsp.name.substr(1); }

void append_navigation(std::string& out, const Contract& contract) {
  out += "<nav aria-label=\"Contents\"><ul>";
  for (const Namespace& nsp : contract.namespaces) {
    out.append("<li><a href=\"#").append(anchor(nsp)).append("\">").append(nsp.name).append("</a></li>");
  }
  out +=
      "<li><a href=\"#rest\">REST</a></li><li><a href=\"/\">The console</a></li></ul>\n<div "
      "class=\"names\"><strong>Payloads</strong><ul>\n";
  for (const Type* type : named_types(contract)) {
    if (type->kind == Kind::object) out.append("<li>").append(link(*type)).append("</li>\n");
  }
  out += "</ul></div></nav>\n";
}

void append_introduction(std::string& out) {
  out +=
      "<h1>Every event, every request and its payload</h1>\n<p>Connect with the stock Socket.IO client and "
      "<code>auth: { token }</code>. An ack is what stands here with <code>success: true</code>, or a "
      "<a href=\"#FailureAck\">FailureAck</a>. Times are ISO-8601 in UTC; words in capitals are read in any case.</p>\n"
      "<p>The same for programs:</p>\n<ul class=\"files\">";
  for (const Format& format : formats()) {
    if (format.file == "index.html") continue;
    out.append("<li><a href=\"/docs/").append(format.file).append("\">").append(format.file).append("</a></li>");
  }
  out += "</ul>\n";
}

void append_namespace(std::string& out, const Namespace& nsp) {
  out.append("<h2 id=\"").append(anchor(nsp)).append("\">").append(nsp.name).append("</h2>\n");
  append_table_head(out, "From clients in " + nsp.name, {"client → server", "payload", "ack", "what for"});
  for (const Event& event : nsp.client_events) {
    append_row(out, {code(event.name), link(*event.payload), link(*event.ack), escaped(event.summary)});
  }
  out += table_end;
  append_table_head(out, "From the server in " + nsp.name, {"server → client", "payload", "when"});
  for (const Event& event : nsp.server_events) {
    append_row(out, {code(event.name), link(*event.payload), escaped(event.summary)});
  }
  out += table_end;
}

// A long path breaks before its slashes.
std::string path_code(const Route& route) {
  std::string out = "<code class=\"path\">" + route.method + " ";
  for (const char c : route.path) {
    if (c == '/') out += "<wbr>";
    out += c;
  }
  return out += "</code>";
}

void append_rest(std::string& out, const Contract& contract) {
  out +=
      "<h2 id=\"rest\">REST</h2>\n<p>With <code>Authorization: Bearer TOKEN</code>. The fields of a payload stand in "
      "the path, the query (<code>GET</code>, <code>DELETE</code>) or the body. The answer is "
      "<code>{success: true, data}</code> with what the ack has beside <code>success</code>, or a "
      "<a href=\"#FailureAck\">FailureAck</a> with a status that fits it.</p>\n";
  append_table_head(out, "Requests of REST", {"request", "payload", "data", "what for"});
  for (const Route& route : contract.routes) {
    std::string summary = escaped(route.summary);
    if (route.for_services) summary += " <span class=\"quiet\">For backends.</span>";
    if (route.is_repeatable) summary += " <span class=\"quiet\">Takes an <code>Idempotency-Key</code>.</span>";
    append_row(out, {path_code(route), link(*route.payload), link(*route.ack), summary});
  }
  out += table_end;
}

void append_payload(std::string& out, const Type& type) {
  out.append("<h3 id=\"").append(type.name).append("\">").append(type.name).append("</h3>\n");
  if (type.fields.empty()) {
    out += "<p class=\"quiet\">No fields.</p>\n";
    return;
  }
  append_table_head(out, "Fields of " + type.name, {"field", "type", "when it is absent"});
  for (const Field& field : type.fields) {
    append_row(out, {code(field.name), type_text(*field.type, words),
                     field.fallback   ? "counts as " + code(*field.fallback)
                     : field.required ? ""
                                      : "may be absent"});
  }
  out += table_end;
}

} // namespace

std::string html(const Contract& contract) {
  std::string out(head);
  append_navigation(out, contract);
  out += "<main>\n";
  append_introduction(out);
  for (const Namespace& nsp : contract.namespaces) append_namespace(out, nsp);
  append_rest(out, contract);
  out += "<h2>Payloads</h2>\n";
  for (const Type* type : named_types(contract)) {
    if (type->kind == Kind::object) append_payload(out, *type);
  }
  out += "</main></div></body></html>\n";
  return out;
}

} // namespace mentara::schema
