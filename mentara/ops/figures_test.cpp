#include "mentara/ops/figures.h"

#include <gtest/gtest.h>

namespace mentara::ops {
namespace {

TEST(Figures, are_written_as_prometheus_reads_them) {
  Figures figures;
  figures.gauge("mentara_sockets", "Sockets that are connected.", 3, {{"nsp", "/messaging"}});
  figures.count("mentara_events_in_total", "Events.", 1'000'000, {{"nsp", "/m"}, {"event", "a\"b\\c\nd"}});
  figures.gauge("mentara_sockets", "Sockets that are connected.", 1, {{"nsp", "/notifications"}});
  figures.gauge("mentara_loop_lag_seconds", "Lag.", 0.25);
  EXPECT_EQ(to_prometheus(figures),
            "# HELP mentara_sockets Sockets that are connected.\n"
            "# TYPE mentara_sockets gauge\n"
            "mentara_sockets{nsp=\"/messaging\"} 3\n"
            "mentara_sockets{nsp=\"/notifications\"} 1\n"
            "# HELP mentara_events_in_total Events.\n"
            "# TYPE mentara_events_in_total counter\n"
            "mentara_events_in_total{nsp=\"/m\",event=\"a\\\"b\\\\c\\nd\"} 1000000\n"
            "# HELP mentara_loop_lag_seconds Lag.\n"
            "# TYPE mentara_loop_lag_seconds gauge\n"
            "mentara_loop_lag_seconds 0.25\n");
}

TEST(Figures, of_two_loops_are_added_up_where_their_labels_are_the_same) {
  Figures one, other;
  one.count("requests_total", "Requests.", 2, {{"status", "400"}});
  other.count("requests_total", "Requests.", 3, {{"status", "400"}});
  other.count("requests_total", "Requests.", 4, {{"status", "408"}});
  one.add(other);
  EXPECT_EQ(to_json(one),
            R"({"requests_total":[{"labels":{"status":"400"},"value":5},{"labels":{"status":"408"},"value":4}]})");
}

TEST(Figures, of_a_histogram_count_what_is_at_most_so_large_and_add_up_over_loops) {
  static constexpr double bounds[] = {.005, 1};
  Figures one, other;
  one.histogram("took_seconds", "Time.", 2.5, {bounds, {3, 1, 0}}, {{"event", "a"}});
  other.histogram("took_seconds", "Time.", 7, {bounds, {0, 1, 1}}, {{"event", "a"}});
  other.histogram("took_seconds", "Time.", 0.5, {bounds, {0, 1, 0}}, {{"event", "b"}});
  one.add(other);
  EXPECT_EQ(to_prometheus(one),
            "# HELP took_seconds Time.\n"
            "# TYPE took_seconds histogram\n"
            "took_seconds_bucket{event=\"a\",le=\"0.005\"} 3\n"
            "took_seconds_bucket{event=\"a\",le=\"1\"} 5\n"
            "took_seconds_bucket{event=\"a\",le=\"+Inf\"} 6\n"
            "took_seconds_sum{event=\"a\"} 9.5\n"
            "took_seconds_count{event=\"a\"} 6\n"
            "took_seconds_bucket{event=\"b\",le=\"0.005\"} 0\n"
            "took_seconds_bucket{event=\"b\",le=\"1\"} 1\n"
            "took_seconds_bucket{event=\"b\",le=\"+Inf\"} 1\n"
            "took_seconds_sum{event=\"b\"} 0.5\n"
            "took_seconds_count{event=\"b\"} 1\n");
  EXPECT_EQ(to_json(one), R"({"took_seconds":[{"labels":{"event":"a"},"sum":9.5,"count":6,"buckets":)"
                          R"([{"le":"0.005","count":3},{"le":"1","count":5},{"le":"+Inf","count":6}]},)"
                          R"({"labels":{"event":"b"},"sum":0.5,"count":1,"buckets":)"
                          R"([{"le":"0.005","count":0},{"le":"1","count":1},{"le":"+Inf","count":1}]}]})");
}

} // namespace
} // namespace mentara::ops
