#include "mentara/connections/connection_manager.h"

#include <gtest/gtest.h>

namespace mentara::connections {
namespace {

ConnectedSocket socket(std::string id, std::string user, std::string nsp = "/messaging") {
  return {std::move(id), std::move(nsp), UserId{std::move(user)}, DeviceId{"default"}};
}

const UserId alice{"alice"};

struct ConnectionManagerTest : testing::Test {
  bool connect(std::string id, std::string user, std::string nsp = "/messaging") {
    const User info{UserId{user}, "Name of " + user};
    return manager.register_connection(socket(std::move(id), std::move(user), std::move(nsp)), info);
  }
  ConnectionManager manager{{.sockets_per_user = 2}};
};

TEST_F(ConnectionManagerTest, knows_the_user_of_a_socket_and_the_sockets_of_a_user) {
  connect("s1", "alice");
  connect("s2", "alice");
  connect("s3", "bob");
  EXPECT_EQ(manager.get_user_id("s1"), alice);
  EXPECT_EQ(manager.get_user_id("s3"), UserId{"bob"});
  EXPECT_EQ(manager.get_socket_ids(alice), (std::vector<std::string>{"s1", "s2"}));
  EXPECT_EQ(manager.get_socket_id(alice), "s2") << "the one that connected last";
  EXPECT_EQ(manager.get_user_info(alice)->name, "Name of alice");
  EXPECT_EQ(ConnectionManager::get_user_room(alice), "user_alice");
}

TEST_F(ConnectionManagerTest, knows_nothing_of_strangers) {
  EXPECT_EQ(manager.get_user_id("s1"), std::nullopt);
  EXPECT_EQ(manager.get_socket_id(alice), std::nullopt);
  EXPECT_TRUE(manager.get_socket_ids(alice).empty());
  EXPECT_EQ(manager.get_user_info(alice), std::nullopt);
  EXPECT_EQ(manager.unregister_connection("s1"), std::nullopt);
}

TEST_F(ConnectionManagerTest, forgets_a_socket_and_with_the_last_one_its_user) {
  connect("s1", "alice");
  connect("s2", "alice");
  EXPECT_EQ(manager.unregister_connection("s2")->user_id, alice);
  EXPECT_EQ(manager.get_socket_id(alice), "s1");
  manager.unregister_connection("s1");
  EXPECT_EQ(manager.socket_count(), 0u);
  EXPECT_EQ(manager.user_count(), 0u);
}

TEST_F(ConnectionManagerTest, takes_as_many_sockets_of_a_user_in_a_namespace_as_it_may_and_not_one_more) {
  EXPECT_TRUE(connect("s1", "alice"));
  EXPECT_TRUE(connect("s2", "alice"));
  EXPECT_FALSE(connect("s3", "alice"));
  EXPECT_EQ(manager.get_user_id("s3"), std::nullopt) << "what was refused left nothing behind";
  EXPECT_TRUE(connect("s3", "alice", "/notifications")) << "each namespace counts for itself";
  EXPECT_TRUE(connect("s4", "bob")) << "each user counts for himself";
  manager.unregister_connection("s1");
  EXPECT_TRUE(connect("s5", "alice"));
}

TEST_F(ConnectionManagerTest, R3_counts_the_sockets_that_a_user_has_on_other_nodes) {
  std::size_t elsewhere = 1;
  std::vector<UserId> told;
  manager.join(
      {[&](const UserId& user, std::string_view nsp) { return user == alice && nsp == "/messaging" ? elsewhere : 0; },
       [&](const UserId& user) { told.push_back(user); }});
  EXPECT_TRUE(connect("s1", "alice"));
  EXPECT_FALSE(connect("s2", "alice")) << "two are two, wherever they are";
  EXPECT_TRUE(connect("s3", "alice", "/notifications"));
  EXPECT_TRUE(connect("s4", "bob"));
  elsewhere = 0;
  EXPECT_TRUE(connect("s5", "alice"));
  EXPECT_TRUE(told.empty());
  manager.unregister_connection("s5");
  EXPECT_EQ(told, (std::vector<UserId>{alice}));
}

TEST_F(ConnectionManagerTest, R3_knows_which_came_last_when_there_are_too_many) {
  connect("s1", "alice");
  connect("n1", "alice", "/notifications");
  connect("s2", "alice");
  EXPECT_TRUE(manager.sockets_beyond(alice, "/messaging", 2).empty());
  EXPECT_EQ(manager.sockets_beyond(alice, "/messaging", 1), (std::vector<std::string>{"s2"}));
  EXPECT_EQ(manager.sockets_beyond(alice, "/messaging", 0), (std::vector<std::string>{"s1", "s2"}));
  EXPECT_TRUE(manager.sockets_beyond({"bob"}, "/messaging", 0).empty());
}

} // namespace
} // namespace mentara::connections
