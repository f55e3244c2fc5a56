#include "mentara/connections/user_endings.h"

#include <algorithm>
#include <utility>

#include "mentara/limits_of_nodes.h"

namespace mentara::connections {

UserEndings::UserEndings(services::LiveSockets& here, const ConnectionManager& connections, wire::net::Loop& loop,
                         std::optional<Site> site)
    : here_(here), connections_(connections), loop_(loop), site_(site), timer_(loop, [this] {
        gathering_.on_time(loop_.now());
        watch();
      }) {
  if (!site_) return;
  site_->news.on<cluster::UserDisconnected>([this](const cluster::UserDisconnected& news) { on_asked(news); });
  site_->news.on<cluster::SocketsEnded>(
      [this](const cluster::SocketsEnded& news) { gathering_.on_answer(news.request, news.node, news.sockets); });
  site_->users.on_node_lost([this](const std::string& node) { gathering_.on_node_lost(node); });
}

void UserEndings::end(const UserId& user, services::Ending ending, wire::UniqueFunction<void(Ended)> done) {
  const std::size_t own = connections_.get_socket_ids(user).size();
  if (!site_) {
    here_.disconnect_user(user, std::move(ending));
    return done({own, {}});
  }
  const std::string request =
      gathering_.begin(own, site_->users.roster().node_names(), site_->nodes.ready(),
                       loop_.now() + limits::ended_answers_max, [done = std::move(done)](auto sum) mutable {
                         Ended ended{sum.number, {}};
                         for (const std::string& node : sum.missing) {
                           ended.missing.push_back({std::string(cluster::called(node))});
                         }
                         done(std::move(ended));
                       });
  site_->news.publish(cluster::UserDisconnected{user, ending.reason, ending.error, request});
  here_.disconnect_user(user, std::move(ending));
  watch();
}

void UserEndings::on_asked(const cluster::UserDisconnected& news) {
  const std::size_t sockets = connections_.get_socket_ids(news.user_id).size();
  here_.disconnect_user(news.user_id, {news.reason, news.error});
  if (!news.request.empty()) site_->news.publish(cluster::SocketsEnded{news.user_id, news.request, sockets});
}

void UserEndings::watch() {
  if (gathering_.waiting() == 0 || timer_.armed()) return;
  timer_.arm(std::max<wire::Duration>(gathering_.next() - loop_.now(), wire::Duration(0)));
}

} // namespace mentara::connections
