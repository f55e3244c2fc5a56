#include "mentara/api/messaging_routes.h"

namespace mentara::api {

using requests::MessagingRequests;

void add_messaging_routes(RouteTable& routes, MessagingRequests& requests) {
  const auto add = [&](std::string_view method, std::string_view pattern, auto ask) {
    routes.add(method, pattern, requests, ask);
  };
  add("GET", "/messaging/conversations", &MessagingRequests::list);
  add("POST", "/messaging/conversations", &MessagingRequests::create);
  add("GET", "/messaging/conversations/{conversationId}", &MessagingRequests::open);
  add("PATCH", "/messaging/conversations/{conversationId}", &MessagingRequests::update);
  add("PATCH", "/messaging/conversations/{conversationId}/settings", &MessagingRequests::change_settings);
  add("GET", "/messaging/conversations/{conversationId}/messages", &MessagingRequests::history);
  add("POST", "/messaging/conversations/{conversationId}/messages", &MessagingRequests::send);
  add("POST", "/messaging/conversations/{conversationId}/read", &MessagingRequests::read);
  add("POST", "/messaging/conversations/{conversationId}/participants", &MessagingRequests::add_participant);
  add("DELETE", "/messaging/conversations/{conversationId}/participants/{userId}",
      &MessagingRequests::remove_participant);
  add("PATCH", "/messaging/conversations/{conversationId}/participants/{userId}", &MessagingRequests::set_role);
  add("PATCH", "/messaging/messages/{messageId}", &MessagingRequests::edit);
  add("DELETE", "/messaging/messages/{messageId}", &MessagingRequests::erase);
  add("GET", "/messaging/messages/{messageId}/edits", &MessagingRequests::edits);
  add("PUT", "/messaging/messages/{messageId}/reactions/{emoji}", &MessagingRequests::add_reaction);
  add("DELETE", "/messaging/messages/{messageId}/reactions/{emoji}", &MessagingRequests::remove_reaction);
  add("GET", "/messaging/search", &MessagingRequests::search);
  add("POST", "/messaging/blocks/{userId}", &MessagingRequests::block);
  add("DELETE", "/messaging/blocks/{userId}", &MessagingRequests::unblock);
}

} // namespace mentara::api
