#include "mentara/push/message_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mentara/limits.h"
#include "mentara/push/encryption.h"
#include "wire/base/json.h"
#include "wire/base/utf8.h"

namespace mentara::push {
namespace {

using testing::HasSubstr;
using testing::Not;

Notification notification() {
  return {.id = {"n1"},
          .user_id = {"ada"},
          .type = "REMINDER",
          .title = "Tomorrow",
          .message = "at ten",
          .priority = Priority::HIGH,
          .data = R"({"a":1})",
          .action_url = "/visits/7"};
}

TEST(MessageText, is_what_a_service_worker_needs_to_show_it) {
  EXPECT_EQ(message_text(notification()), R"({"id":"n1","tag":")" + topic_of(notification()) +
                                              R"(","type":"REMINDER","title":"Tomorrow","message":"at ten",)"
                                              R"("priority":"HIGH","data":{"a":1},"actionUrl":"/visits/7",)"
                                              R"("createdAt":"1970-01-01T00:00:00.000Z"})");
  EXPECT_EQ(cancelled_text({{"n1"}, "t"}), R"({"cancelled":true,"id":"n1","tag":"t"})");
}

TEST(MessageText, fits_whatever_the_notification_says) {
  Notification large = notification();
  large.data = "{\"x\":\"" + std::string(limits::notification_data_bytes_max - 8, 'x') + "\"}";
  std::string text = message_text(large);
  EXPECT_THAT(text, AllOf(Not(HasSubstr("\"data\"")), HasSubstr("at ten"), HasSubstr("/visits/7")));

  for (const std::string& character :
       {std::string("x"), std::string("ä"), std::string("😀"), std::string("\x01"), std::string("\"")}) {
    large = notification();
    const auto repeated = [&](std::size_t count) {
      std::string out;
      while (count-- > 0) out += character;
      return out;
    };
    large.title = repeated(limits::notification_title_chars_max);
    large.message = repeated(limits::notification_message_chars_max);
    large.action_url = repeated(limits::url_chars_max);
    text = message_text(large);
    EXPECT_LE(text.size(), plaintext_bytes_max);
    EXPECT_TRUE(wire::is_utf8(text)) << "no character is cut in two";
    wire::JsonParser parser;
    ASSERT_TRUE(parser.parse(text)) << text;
    EXPECT_EQ(parser.parse(text)->find("title")->string(), large.title);
  }
}

TEST(MessageText, has_a_topic_of_its_own_or_that_of_its_collapse_key) {
  Notification other = notification();
  other.id = {"n2"};
  EXPECT_NE(topic_of(notification()), topic_of(other));
  EXPECT_EQ(topic_of(other).size(), 32u) << "RFC 8030: at most 32 characters";
  Notification collapsed = notification();
  collapsed.collapse_key = other.collapse_key = "visit:7";
  EXPECT_EQ(topic_of(collapsed), topic_of(other));
}

} // namespace
} // namespace mentara::push
