#include "mentara/api/messaging_routes.h"

namespace mentara::api {

namespace route = contract::route;
using requests::MessagingRequests;

void add_messaging_routes(RouteTable& routes, MessagingRequests& requests) {
  routes.add(route::list_conversations, requests, &MessagingRequests::list);
  routes.add(route::create_conversation, requests, &MessagingRequests::create);
  routes.add(route::get_conversation, requests, &MessagingRequests::open);
  routes.add(route::update_conversation, requests, &MessagingRequests::update);
  routes.add(route::change_settings, requests, &MessagingRequests::change_settings);
  routes.add(route::history, requests, &MessagingRequests::history);
  routes.add(route::send_message, requests, &MessagingRequests::send);
  routes.add(route::read_messages, requests, &MessagingRequests::read);
  routes.add(route::add_participant, requests, &MessagingRequests::add_participant);
  routes.add(route::remove_participant, requests, &MessagingRequests::remove_participant);
  routes.add(route::set_role, requests, &MessagingRequests::set_role);
  routes.add(route::edit_message, requests, &MessagingRequests::edit);
  routes.add(route::delete_message, requests, &MessagingRequests::erase);
  routes.add(route::list_edits, requests, &MessagingRequests::edits);
  routes.add(route::add_reaction, requests, &MessagingRequests::add_reaction);
  routes.add(route::remove_reaction, requests, &MessagingRequests::remove_reaction);
  routes.add(route::search, requests, &MessagingRequests::search);
  routes.add(route::block_user, requests, &MessagingRequests::block);
  routes.add(route::unblock_user, requests, &MessagingRequests::unblock);
}

} // namespace mentara::api
