#include "wire/base/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace wire {
namespace {

using namespace std::string_literals;

std::string times(std::size_t count, const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

// The compact text of what was read, or the error.
std::string read(const std::string& text, JsonLimits limits = {}) {
  JsonParser parser(limits);
  const auto view = parser.parse(text);
  return view ? view->to_text() : "error: " + std::string(to_string(view.error()));
}

const std::string not_json = "error: not valid JSON";

// --- Reading ---

TEST(JsonParser, reads_every_type) {
  JsonParser parser;
  const auto view = parser.parse(R"( {"n":null,"b":true,"i":-7,"d":1.5,"s":"x","a":[1,"2"],"o":{"k":{}}} )");
  ASSERT_TRUE(view);
  EXPECT_EQ(view->size(), 7u);
  EXPECT_TRUE(view->find("n")->is_null());
  EXPECT_EQ(view->find("b")->boolean(), true);
  EXPECT_EQ(view->find("i")->integer(), -7);
  EXPECT_EQ(view->find("d")->number(), 1.5);
  EXPECT_EQ(view->find("s")->string(), "x");
  EXPECT_EQ((*view->find("a"))[1].string(), "2");
  EXPECT_TRUE((*view->find("a"))[2].is_null());
  EXPECT_EQ(view->find("o")->find("k")->type(), JsonType::object);
  EXPECT_FALSE(view->find("x"));
  EXPECT_EQ(view->to_text(), R"({"n":null,"b":true,"i":-7,"d":1.5,"s":"x","a":[1,"2"],"o":{"k":{}}})");
}

TEST(JsonParser, reads_a_single_value_of_any_type) {
  for (const std::string text : {"null", "true", "false", "0", "-1", "1.5", "\"x\"", "[]", "{}", "\"\""}) {
    EXPECT_EQ(read(text), text);
    EXPECT_EQ(read(" \t\r\n" + text + "\n"), text);
  }
}

TEST(JsonParser, refuses_what_is_not_json) {
  for (const std::string& text :
       {""s,         " "s,          "[1"s,    "[1,]"s,      "[,1]"s,      "[1 2]"s,       "{\"a\"}"s,
        "{\"a\":}"s, "{\"a\":1,}"s, "{a:1}"s, "'a'"s,       "\"a"s,       "[1]]"s,        "[1][2]"s,
        "1 2"s,      "nul"s,        "nulll"s, "True"s,      "NaN"s,       "Infinity"s,    "-"s,
        "+1"s,       "01"s,         "-01"s,   ".5"s,        "1."s,        "1e"s,          "0x1"s,
        "1_0"s,      "// c\n1"s,    "[1]//"s, "\"\\x41\""s, "\"\\u12\""s, "\"\\u123g\""s, "\"\n\""s,
        "\"\t\""s,   "\"\x01\""s,   "\0"s,    "[1]\0"s,     "\"\0\""s,    "[\0]"s}) {
    EXPECT_EQ(read(text), not_json) << text;
  }
}

TEST(JsonParser, refuses_a_byte_order_mark) { EXPECT_EQ(read("\xef\xbb\xbf[1]"), not_json); }

TEST(JsonParser, refuses_invalid_utf8_wherever_it_stands) {
  for (const std::string& bytes : {"\x80"s, "\xff"s, "\xc0\x80"s, "\xc3"s, "\xe0\x80\x80"s, "\xed\xa0\x80"s,
                                   "\xf0\x9f\x98"s, "\xf4\x90\x80\x80"s}) {
    EXPECT_EQ(read("\"" + bytes + "\""), not_json);
    EXPECT_EQ(read("{\"" + bytes + "\":1}"), not_json);
    EXPECT_EQ(read("[1" + bytes + "]"), not_json);
    EXPECT_EQ(read("[" + times(200, "\"x\",") + "\"" + bytes + "\"]"), not_json);
  }
}

TEST(JsonParser, refuses_lone_surrogates) {
  for (const std::string escapes :
       {"\\ud800", "\\udbff", "\\udc00", "\\udfff", "\\ud800x", "\\ud800\\n", "\\ud800\\u0041", "\\ud800\\ud800",
        "\\ude00\\ud83d", "\\ud83d\\ude00\\ude00", "\\uD83D \\uDE00"}) {
    EXPECT_EQ(read("\"" + escapes + "\""), not_json) << escapes;
    EXPECT_EQ(read("{\"" + escapes + "\":1}"), not_json) << escapes;
  }
  EXPECT_EQ(read("\"\\uD83D\\uDE00\""), "\"\xf0\x9f\x98\x80\"");
}

TEST(JsonParser, keeps_an_escaped_nul) {
  JsonParser parser;
  EXPECT_EQ(parser.parse("\"a\\u0000b\"")->string(), "a\0b"s);
}

TEST(JsonParser, counts_32_levels) {
  const auto nested = [](std::size_t levels, const std::string& open, const std::string& core,
                         const std::string& close) { return times(levels, open) + core + times(levels, close); };
  const std::string too_deep = "error: nested too deeply";
  for (const std::string core : {"", "1", "\"]\""}) {
    EXPECT_EQ(read(nested(32, "[", core, "]")), nested(32, "[", core, "]"));
    EXPECT_EQ(read(nested(33, "[", core, "]")), too_deep) << core;
  }
  EXPECT_EQ(read(nested(32, "{\"a\":", "1", "}")), nested(32, "{\"a\":", "1", "}"));
  EXPECT_EQ(read(nested(33, "{\"a\":", "1", "}")), too_deep);
  EXPECT_EQ(read(nested(31, "{\"a\":", "{}", "}")), nested(31, "{\"a\":", "{}", "}"));
  EXPECT_EQ(read(nested(32, "{\"a\":", "{}", "}")), too_deep);
  EXPECT_EQ(read(nested(16, "[{\"a\":", "1", "}]")), nested(16, "[{\"a\":", "1", "}]"));
  EXPECT_EQ(read(nested(16, "[{\"a\":", "[]", "}]")), too_deep);
  EXPECT_EQ(read("[" + nested(31, "[", "", "]") + "," + nested(31, "[", "", "]") + "]").substr(0, 5), "[[[[[");
  EXPECT_NE(read(times(100'000, "[")).find("error"), std::string::npos);
  EXPECT_EQ(read(nested(3, "[", "", "]"), {.depth_max = 3}), "[[[]]]");
  EXPECT_EQ(read(nested(4, "[", "", "]"), {.depth_max = 3}), too_deep);
}

TEST(JsonParser, counts_20000_values) {
  const auto ones = [](std::size_t count) { return "[1" + times(count - 1, ",1") + "]"; };
  EXPECT_EQ(read(ones(19'999)), ones(19'999)); // and the array
  EXPECT_EQ(read(ones(20'000)), "error: too many values");
  EXPECT_EQ(read("[" + ones(9'999) + "," + ones(9'998) + "]").size(), 2 * 19'997 + 5u);
  EXPECT_EQ(read("[" + ones(9'999) + "," + ones(9'999) + "]"), "error: too many values");
}

TEST(JsonParser, counts_64_characters_of_a_number_wherever_it_stands) {
  const std::string too_long = "error: a number is too long";
  for (std::size_t before = 0; before < 200; ++before) {
    const std::string space(before, ' ');
    ASSERT_EQ(read(space + "0." + times(62, "1")), "0.1111111111111111") << before;
    ASSERT_EQ(read(space + "0." + times(63, "1")), too_long) << before;
    ASSERT_EQ(read("[\"" + space + "\",0." + times(63, "1") + "]"), too_long) << before;
  }
  EXPECT_EQ(read(times(64, "1")), "1.1111111111111112e+63");
  EXPECT_EQ(read(times(65, "1")), too_long);
  EXPECT_EQ(read("-" + times(400, "9")), too_long);
}

TEST(JsonParser, lets_strings_hold_long_numbers) {
  for (const std::string& text :
       {times(65, "7"), "\\\"" + times(70, "7"), "\\\\\\\"" + times(70, "7"), times(5000, "e")}) {
    EXPECT_EQ(read("[\"" + text + "\"]"), "[\"" + text + "\"]");
    EXPECT_EQ(read("{\"" + text + "\":1}"), "{\"" + text + "\":1}");
  }
  EXPECT_EQ(read("[\"" + times(70, "7") + "\"," + times(70, "7") + "]"), "error: a number is too long");
}

TEST(JsonParser, reads_integers_as_javascript_writes_them) {
  // JSON.stringify(1e20) has 21 digits; no 64-bit integer holds it.
  EXPECT_EQ(read("100000000000000000000"), "100000000000000000000");
  EXPECT_EQ(read("[-100000000000000000000,\"100000000000000000000\\\"\",1]"),
            "[-100000000000000000000,\"100000000000000000000\\\"\",1]");
  EXPECT_EQ(read("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(read("18446744073709551616"), "18446744073709552000");
  EXPECT_EQ(read("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(read("-9223372036854775809"), "-9223372036854776000");
  EXPECT_EQ(read("[100000000000000000000,1e999]"), not_json);
  EXPECT_EQ(read("00000000000000000000001"), not_json);
}

TEST(JsonParser, refuses_numbers_that_no_double_holds) {
  EXPECT_EQ(read("1e999"), not_json);
  EXPECT_EQ(read("-1e999"), not_json);
  EXPECT_EQ(read("1e-999"), "0");
  EXPECT_EQ(read("1.7976931348623157e308"), "1.7976931348623157e+308");
}

TEST(JsonParser, reads_minus_zero_as_zero) {
  EXPECT_EQ(read("-0"), "0");
  EXPECT_EQ(read("[-0.0,-0e5]"), "[0,0]");
}

TEST(JsonParser, refuses_duplicate_keys) { // E27
  const std::string twice = "error: an object has the same key twice";
  EXPECT_EQ(read(R"({"a":1,"a":1})"), twice);
  EXPECT_EQ(read(R"({"a":1,"b":2,"\u0061":1})"), twice);
  EXPECT_EQ(read(R"({"":1,"":2})"), twice);
  EXPECT_EQ(read(R"([{"x":{"a":1,"a":1}}])"), twice);
  EXPECT_EQ(read(R"({"a":{"a":{"a":1}},"A":[{"a":1},{"a":1}]})"), R"({"a":{"a":{"a":1}},"A":[{"a":1},{"a":1}]})");
}

TEST(JsonParser, refuses_duplicate_keys_among_many_wherever_the_two_stand) {
  constexpr std::size_t count = 40;
  for (std::size_t first = 0; first < count; ++first) {
    for (std::size_t second = first + 1; second < count; ++second) {
      std::string text = "{";
      for (std::size_t i = 0; i < count; ++i) {
        text += (i ? ",\"k" : "\"k") + std::to_string(i == second ? first : i) + "\":1";
      }
      ASSERT_EQ(read(text + "}"), "error: an object has the same key twice") << first << " and " << second;
    }
  }
}

TEST(JsonParser, takes_thousands_of_different_keys) {
  std::string text = "{";
  for (int i = 0; i < 19'999; ++i) text += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
  EXPECT_EQ(read(text + "}"), text + "}");
  EXPECT_EQ(read(text + ",\"k0\":1}"), "error: an object has the same key twice");
}

TEST(JsonParser, goes_on_after_a_fault_and_after_a_large_text) {
  JsonParser parser;
  const std::string large = "[\"" + times(1'000'000, "x") + "\"]";
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(parser.parse("[1,"));
    EXPECT_FALSE(parser.parse(times(50, "[")));
    EXPECT_EQ(parser.parse(large)->to_text(), large);
    EXPECT_EQ(parser.parse("100000000000000000000")->number(), 1e20);
    EXPECT_EQ(parser.parse("[1]")->to_text(), "[1]");
  }
}

TEST(JsonParser, cuts_at_every_offset_without_a_misreading) {
  const std::string whole = R"({"a":[1,-2.5e3,true,null,"x\"\u00e9\ud83d\ude00é"],"b":{"c":false}})";
  for (std::size_t cut = 0; cut < whole.size(); ++cut) EXPECT_EQ(read(whole.substr(0, cut)), not_json) << cut;
  EXPECT_EQ(read(whole), "{\"a\":[1,-2500,true,null,\"x\\\"é\xf0\x9f\x98\x80é\"],\"b\":{\"c\":false}}");
}

TEST(JsonView, reads_as_null_when_it_is_none) {
  const JsonView none;
  EXPECT_TRUE(none.is_null());
  EXPECT_FALSE(none.boolean() || none.string() || none.integer() || none.number() || none.find("a"));
  EXPECT_EQ(none.size(), 0u);
  EXPECT_TRUE(none[0].is_null());
  EXPECT_EQ(none.to_text(), "null");
  none.for_each_element([](JsonView) { FAIL(); });
  none.for_each_member([](std::string_view, JsonView) { FAIL(); });
}

TEST(JsonView, gives_a_value_only_as_its_own_type) {
  JsonParser parser;
  const auto view = parser.parse(R"(["1",1,true,null,[],{}])");
  ASSERT_TRUE(view);
  for (std::size_t i = 0; i < view->size(); ++i) {
    const JsonView value = (*view)[i];
    EXPECT_EQ(value.string().has_value(), i == 0);
    EXPECT_EQ(value.integer().has_value(), i == 1);
    EXPECT_EQ(value.number().has_value(), i == 1);
    EXPECT_EQ(value.boolean().has_value(), i == 2);
    EXPECT_FALSE(value.find("1"));
  }
}

TEST(JsonView, gives_integers_as_javascript_sees_them) {
  const auto integer = [parser = std::make_shared<JsonParser>()](const std::string& text) {
    return parser->parse(text)->integer();
  };
  EXPECT_EQ(integer("3.0"), 3);
  EXPECT_EQ(integer("1e3"), 1000);
  EXPECT_EQ(integer("-0.0"), 0);
  EXPECT_EQ(integer("9007199254740992.0"), 9'007'199'254'740'992);
  EXPECT_EQ(integer("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  for (const std::string none : {"0.5", "-1e-9", "1e16", "9223372036854775808", "18446744073709551615", "1e300"}) {
    EXPECT_EQ(integer(none), std::nullopt) << none;
  }
}

// --- Splitting ---

TEST(SplitJsonArray, gives_the_raw_text_of_each_element) {
  const auto split = [](const std::string& array) {
    EXPECT_NE(read(array), not_json);
    std::vector<std::string_view> views;
    split_json_array(array, views);
    return std::vector<std::string>(views.begin(), views.end());
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(split("[]"), Texts{});
  EXPECT_EQ(split(" [ \n ] "), Texts{});
  EXPECT_EQ(split("[1]"), Texts{"1"});
  EXPECT_EQ(split(" [ 1 , \"a,b\" ,\t[2,[3,4]]\r\n, {\"k\":[5,6],\"l\":{}} ] "),
            (Texts{"1", "\"a,b\"", "[2,[3,4]]", "{\"k\":[5,6],\"l\":{}}"}));
  EXPECT_EQ(split(R"(["\"",1])"), (Texts{R"("\"")", "1"}));
  EXPECT_EQ(split(R"(["\\",1])"), (Texts{R"("\\")", "1"}));
  EXPECT_EQ(split(R"(["\\\"],",1])"), (Texts{R"("\\\"],")", "1"}));
  EXPECT_EQ(split(R"(["[","]","{","}",""])"), (Texts{R"("[")", R"("]")", R"("{")", R"("}")", R"("")"}));
  EXPECT_EQ(split(R"([{"]":"["},[["]"]]])"), (Texts{R"({"]":"["})", R"([["]"]])"}));
  EXPECT_EQ(split(R"([" ",null])"), (Texts{R"(" ")", "null"}));
}

TEST(JsonValueEnd, finds_the_end_of_a_value_whatever_stands_in_it) {
  for (const std::string value : {"1", "-1.5e+3", "null", R"("")", R"("a,]}")", R"("\"")", R"("\\")", "[]", "{}",
                                  R"([1,[2,"]"],{"a":[]}])", R"({"}":"{","b":{"c":[1]}})"}) {
    for (const std::string after : {"", ",2]", "]", "}", " ,", "\n]"}) {
      const std::string text = "[" + value + after;
      EXPECT_EQ(json_value_end(text, 1), 1 + value.size()) << text;
    }
  }
}

// Every byte beside every special one, at each offset of the words in which strings are read.
TEST(JsonValueEnd, finds_a_quote_wherever_it_stands_among_any_bytes) {
  for (std::size_t offset = 0; offset < 20; ++offset) {
    for (int byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      if (c == '"' || c == '\\') continue;
      std::string value = "\"" + std::string(offset, c) + "\\\"" + c + "\\\\" + std::string(offset, c) + "\"";
      const std::string text = value + ",\"" + std::string(20, c);
      ASSERT_EQ(json_value_end(text, 0), value.size()) << byte << " at " << offset;
      const std::string array = "[" + value + "," + value + "]";
      std::vector<std::string_view> elements;
      split_json_array(array, elements);
      ASSERT_EQ(elements, (std::vector<std::string_view>{value, value})) << byte << " at " << offset;
    }
  }
}

// --- Writing ---

TEST(AppendJson, escapes_as_json_stringify_does) {
  const std::pair<std::string, std::string> escapes[] = {
      {"\"", "\\\""}, {"\\", "\\\\"},     {"\b", "\\b"},       {"\f", "\\f"},       {"\n", "\\n"},      {"\r", "\\r"},
      {"\t", "\\t"},  {"\0"s, "\\u0000"}, {"\x01", "\\u0001"}, {"\x0b", "\\u000b"}, {"\x1f", "\\u001f"}};
  for (const auto& [raw, escaped] : escapes) {
    EXPECT_EQ(to_json(raw), "\"" + escaped + "\"");
    EXPECT_EQ(to_json("a" + raw + raw + "b"), "\"a" + escaped + escaped + "b\"");
  }
  for (const std::string plain :
       {"", "/", "\x7f", "é", "\xc2\x80", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xf0\x9f\x98\x80", "<&'"}) {
    EXPECT_EQ(to_json(plain), "\"" + plain + "\"");
  }
}

TEST(AppendJson, escapes_the_same_wherever_it_stands_among_any_bytes) {
  for (std::size_t offset = 0; offset < 20; ++offset) {
    for (int byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      const std::string alone = to_json(std::string(1, c)), escaped = alone.substr(1, alone.size() - 2);
      for (const std::string beside : {"a", "\x7f", "\x80", "\xff", "!", "#", "[", "]"}) {
        std::string before, after;
        for (std::size_t i = 0; i < offset; ++i) before += beside;
        for (std::size_t i = 0; i < 20 - offset; ++i) after += beside;
        ASSERT_EQ(to_json(before + c + after), "\"" + before + escaped + after + "\"") << byte << " at " << offset;
      }
    }
  }
}

TEST(AppendJson, is_read_back_as_it_was) {
  std::string every;
  for (char c = 0; c < 127; ++c) every += c;
  every += "é\xe2\x80\xa8\xf0\x9f\x98\x80";
  JsonParser parser;
  EXPECT_EQ(parser.parse(to_json(every))->string(), every);
}

TEST(AppendJson, writes_numbers_as_javascript_does) {
  const std::pair<double, std::string> numbers[] = {
      {0, "0"},
      {-0.0, "0"},
      {1, "1"},
      {-1, "-1"},
      {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"},
      {-1.5, "-1.5"},
      {100, "100"},
      {123456789.125, "123456789.125"},
      {9007199254740993, "9007199254740992"},
      {1e20, "100000000000000000000"},
      {123456789012345680000.0, "123456789012345680000"},
      {1e21, "1e+21"},
      {-1.25e21, "-1.25e+21"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {1e-6, "0.000001"},
      {1.25e-6, "0.00000125"},
      {-0.0000012, "-0.0000012"},
      {1e-7, "1e-7"},
      {1.5e-7, "1.5e-7"},
      {5e-324, "5e-324"},
      {1.0 / 3, "0.3333333333333333"},
      {100.0 / 3, "33.333333333333336"},
      {std::nan(""), "null"},
      {std::numeric_limits<double>::infinity(), "null"},
      {-std::numeric_limits<double>::infinity(), "null"},
  };
  for (const auto& [value, text] : numbers) EXPECT_EQ(to_json(value), text);
}

TEST(AppendJson, writes_whole_numbers_exactly) {
  EXPECT_EQ(to_json(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(to_json(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(to_json(static_cast<short>(-7)), "-7");
  EXPECT_EQ(to_json(true), "true");
}

TEST(JsonObjectWriter, writes_members_in_order) {
  std::string out = "x";
  JsonObjectWriter(out)
      .member("a", 1)
      .member("b\"", std::vector<std::string>{"c", "d"})
      .member("none", std::optional<int>())
      .member("raw", RawJson{"[1]"})
      .member("null", nullptr)
      .end();
  EXPECT_EQ(out, R"(x{"a":1,"b\"":["c","d"],"none":null,"raw":[1],"null":null})");
  out.clear();
  JsonObjectWriter(out).end();
  EXPECT_EQ(out, "{}");
}

} // namespace
} // namespace wire
