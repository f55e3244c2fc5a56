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

} // namespace
} // namespace mentara::ops
