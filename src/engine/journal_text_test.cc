#include "engine/journal_text.h"

#include <gtest/gtest.h>

namespace engine {
namespace {

using base::Instant;

model::Notice full_notice() {
  model::Notice notice;
  notice.id = model::EventId("e-1");
  notice.kind = model::NoticeKind::kStateChange;
  notice.instances = {model::InstanceId("i-1"), model::InstanceId("i-2")};
  notice.time = Instant::from_unix_ms(1'700'000'000'123);
  notice.account = model::AccountId("123456789012");
  notice.region = model::Region("us-east-2");
  notice.source = "aws.ec2";
  notice.detail_type = "a \"quoted\" type";
  notice.action = model::InterruptionAction::kHibernate;
  notice.state = model::InstanceState::kShuttingDown;
  notice.spot_request = model::SpotRequestId("sir-1");
  notice.deadline = Instant::from_unix_ms(1'700'000'120'000);
  notice.change = {"AWS_EC2_INSTANCE_STOP_SCHEDULED", "arn:aws:health:us-east-2::event/1", true};
  notice.scaling = {model::LifecycleTransition::kLaunching, "shop-web", "warm-up", "token-1"};
  notice.fleet = {model::FleetId("fleet-1"), "launched"};
  return notice;
}

TEST(JournalText, ANoticeIsReadBackAsItWas) {
  EXPECT_EQ(parse_notice(to_text(full_notice())), full_notice());
  EXPECT_EQ(parse_notice(to_text(model::Notice{})), model::Notice{});
}

TEST(JournalText, ANoticeOfAnOlderJournalLacksWhatWasNotReadThen) {
  const auto notice = parse_notice(R"({"id":"e-1","kind":"unknown","time_ms":7})");
  ASSERT_TRUE(notice);
  EXPECT_FALSE(notice->deadline || notice->change || notice->scaling || notice->fleet);
}

TEST(JournalText, AnIncidentIsReadBackWithoutItsTimeline) {
  model::Incident incident;
  incident.id = model::IncidentId("i-1/loss");
  incident.kind = model::IncidentKind::kLoss;
  incident.group = model::GroupName("web");
  incident.slot = model::SlotName("web-a");
  incident.instance = model::InstanceId("i-1");
  incident.pool = {model::InstanceType("c6i.large"), model::Zone("us-east-2a"), "Windows"};
  incident.opened_at = Instant::from_unix_ms(-1);
  incident.deadline = Instant::from_unix_ms(2);
  incident.replacement = model::InstanceId("i-2");
  incident.closed_at = Instant::from_unix_ms(3);
  incident.outcome = "replaced";
  EXPECT_EQ(parse_incident(to_text(incident)), incident);

  model::Incident with_timeline = incident;
  with_timeline.timeline.push_back({Instant(), "noticed", ""});
  EXPECT_EQ(to_text(with_timeline), to_text(incident));
  EXPECT_EQ(parse_incident(to_text(model::Incident{})), model::Incident{});
}

TEST(JournalText, WhatTheJournalDidNotWriteIsMalformed) {
  EXPECT_EQ(parse_notice(R"({"kind":"rebalance"})").error().code, "JournalMalformed");
  EXPECT_EQ(parse_notice(R"({"kind":"news","time_ms":1})").error().code, "JournalMalformed");
  EXPECT_EQ(parse_incident(R"({"kind":"loss"})").error().code, "JournalMalformed");
  EXPECT_FALSE(parse_notice("["));
}

}  // namespace
}  // namespace engine
