#include "model/ledger_record.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/golden.h"

namespace model {
namespace {

using base::Instant;

LedgerRecord full_record() {
  LedgerRecord record;
  record.group = GroupName("web");
  record.incarnation = "k3x";
  record.counter = 9;
  record.revision = 21;
  record.writer = KeeperName("keeper-1");
  record.nonce = "n1";
  record.written_at = Instant::from_unix_ms(1000);
  record.no_launch_before = Instant::from_unix_ms(91'000);
  const Pool pool{InstanceType("c6i.large"), Zone("us-east-2a"), kLinux};
  record.holders[SlotName("web-a")] = {InstanceId("i-1"),        7, pool,
                                       Instant::from_unix_ms(5), 3, Lifecycle::kOnDemand};
  record.open.push_back({9,
                         pool,
                         Lifecycle::kSpot,
                         SubnetId("s-1"),
                         {SlotName("web-b"), SlotName("web-e")},
                         3,
                         "Action=RunInstances&x=%20\"",
                         KeeperName("keeper-2"),
                         Instant::from_unix_ms(900),
                         Instant::from_unix_ms(20'900)});
  record.retiring.push_back({InstanceId("i-0"), SlotName("web-a"), InstanceId("i-1"),
                             "interruption", Instant::from_unix_ms(6),
                             Instant::from_unix_ms(120'000)});
  record.retiring.push_back(
      {InstanceId("i-2"), SlotName("web-c"), InstanceId(), "scaled-down", Instant(), std::nullopt});
  record.held[SlotName("web-d")] = Instant::from_unix_ms(90'000);
  record.cooling[pool] = Instant::from_unix_ms(600'000);
  record.lacking[SlotName("web-b")] = Instant::from_unix_ms(800);
  record.returned[SlotName("web-c")] = Instant::from_unix_ms(700);
  record.launched[Instant::from_unix_ms(60'000)] = 12;
  record.keepers[KeeperName("keeper-2")] = {4, Instant::from_unix_ms(845)};
  record.begun_at = Instant::from_unix_ms(840);
  record.holds[SlotName("web-d")] = Instant::from_unix_ms(850);
  record.exchanging[SlotName("web-a")] = InstanceId("i-1");
  record.paused_since = Instant::from_unix_ms(860);
  record.retired_at = Instant::from_unix_ms(870);
  return record;
}

TEST(LedgerRecord, RoundTripsWithEveryFieldSet) {
  const auto back = parse_ledger_record(to_text(full_record()));
  ASSERT_TRUE(back) << base::to_string(back.error());
  EXPECT_EQ(*back, full_record());
}

TEST(LedgerRecord, AHoldersVersionMayBeUnknown) {
  LedgerRecord record = full_record();
  record.holders.begin()->second.template_version = -1;
  const auto back = parse_ledger_record(to_text(record));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, record);
  record.holders.begin()->second.template_version = -2;
  EXPECT_FALSE(parse_ledger_record(to_text(record)));
}

TEST(LedgerRecord, TheSameRecordIsTheSameText) {
  EXPECT_EQ(to_text(full_record()), to_text(full_record()));
}

// A file in tests/golden/ledger; SPOTKEEPER_ACCEPT=1 writes it.
std::string golden(const std::string& name, const std::string& actual) {
  const std::string path = base::golden_path("ledger/" + name);
  if (std::getenv("SPOTKEEPER_ACCEPT")) std::ofstream(path, std::ios::binary) << actual;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(LedgerRecord, TheTextOfFormatOneDoesNotChange) {
  EXPECT_EQ(to_text(full_record()), golden("full.json", to_text(full_record())));
  EXPECT_EQ(to_text({}), golden("empty.json", to_text({})));
  EXPECT_EQ(parse_ledger_record(golden("full.json", to_text(full_record()))), full_record());
}

TEST(LedgerRecord, ARecordFromBeforePeopleCouldGiveOrdersIsRead) {
  LedgerRecord record = full_record();
  record.holds.clear();
  record.exchanging.clear();
  record.paused_since.reset();
  record.retired_at.reset();
  record.keepers.clear();
  record.begun_at.reset();
  std::string text = to_text(record);
  const size_t at = text.find(",\"holds\"");
  ASSERT_NE(at, std::string::npos);
  text = text.substr(0, at) + "}";
  EXPECT_EQ(parse_ledger_record(text), record);
}

TEST(LedgerRecord, AMissingFieldIsNamed) {
  std::string text = to_text(full_record());
  const size_t at = text.find("\"subnet\"");
  text.replace(at, 8, "\"subnot\"");
  const auto back = parse_ledger_record(text);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().message, "ledger.open.subnet is missing, of another type or out of range");
}

// Whoever can write where the ledger lies can write any number: sums with times must not overflow.
TEST(LedgerRecord, NumbersBeyondAnyTruthAreRefused) {
  const std::string text = to_text(full_record());
  for (const char* member : {"counter", "submit_before_ms", "since_ms", "until_ms", "n"})
    for (const char* number : {"9223372036854775807", "-9223372036854775808", "-1"}) {
      const std::string name = std::string("\"") + member + "\":";
      const size_t begin = text.find(name) + name.size();
      ASSERT_GT(begin, name.size()) << member;
      std::string hostile = text;
      hostile.replace(begin, text.find_first_of(",}", begin) - begin, number);
      EXPECT_FALSE(parse_ledger_record(hostile)) << member << " " << number;
    }
}

TEST(LedgerRecord, AnotherFormatIsRefusedByNumber) {
  const auto back = parse_ledger_record(R"({"format":2})");
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, "LedgerFormat");
}

TEST(LaunchId, RoundTripsAndRefusesStrangers) {
  EXPECT_EQ(parse_launch_id("k3x.17"), (LaunchId{"k3x", 17}));
  EXPECT_EQ(to_string(LaunchId{"k3x", 17}), "k3x.17");
  for (const char* text : {"", "k3x", ".17", "k3x.", "k3x.1x", "k3x.-1"})
    EXPECT_FALSE(parse_launch_id(text)) << text;
}

}  // namespace
}  // namespace model
