#include "notify/notification.h"

#include <gtest/gtest.h>

namespace notify {
namespace {

using model::IncidentKind;

const model::KeeperName kKeeper("k");

base::Instant at(int64_t seconds) { return base::Instant::from_unix_seconds(seconds); }

model::Incident incident(IncidentKind kind, base::Instant opened_at) {
  model::Incident it;
  it.id = model::incident_id(model::InstanceId("i-1"), kind);
  it.kind = kind;
  it.opened_at = opened_at;
  return it;
}

TEST(Notification, TwoKeepersGiveTheLossOfOneMachineOneId) {
  for (const IncidentKind kind : {IncidentKind::kInterruption, IncidentKind::kLoss})
    EXPECT_EQ(incident_notification_id(incident(kind, at(1)), Event::kBegan),
              incident_notification_id(incident(kind, at(2)), Event::kBegan));
  EXPECT_EQ(incident_notification_id(incident(IncidentKind::kInterruption, at(1)), Event::kEnded),
            "i-1/interruption/ended");
}

TEST(Notification, WhatAMachineCanHaveTwiceHasAnIdEachTime) {
  for (const IncidentKind kind : {IncidentKind::kUnhealthy, IncidentKind::kRebalance})
    EXPECT_NE(incident_notification_id(incident(kind, at(1)), Event::kBegan),
              incident_notification_id(incident(kind, at(2)), Event::kBegan));
}

TEST(Notification, TheIdsOfLastingThingsNameWhoseTheyAreAndSinceWhen) {
  EXPECT_EQ(
      lasting_notification_id(kKeeper, model::GroupName("web"), "unheld", at(0), Event::kBegan),
      "k/web/unheld/1970-01-01T00:00:00Z/began");
  EXPECT_EQ(lasting_notification_id(kKeeper, {}, "trouble/queue", at(0), Event::kEnded),
            "k/trouble/queue/1970-01-01T00:00:00Z/ended");
}

TEST(Notification, AKindIsReadBackFromItsWord) {
  for (const Kind kind : {Kind::kGroupUnheld, Kind::kIncident, Kind::kBrake, Kind::kQuarantine})
    EXPECT_EQ(parse_kind(to_string(kind)), kind);
  EXPECT_FALSE(parse_kind("gathered"));
}

TEST(Notification, TheDocumentHasEveryFieldAlsoWhatIsNotThere) {
  Notification it;
  it.id = "i-1/interruption/began";
  it.group = model::GroupName("web");
  it.slot = model::SlotName("web-b");
  it.instance = model::InstanceId("i-1");
  it.instance_name = "web-b";
  it.pool = {model::InstanceType("c6i.large"), model::Zone("us-east-2a"), model::kLinux};
  it.cause = "interruption warning";
  it.deadline = at(120);
  it.action = "a replacement is being launched";
  it.at = at(0);
  it.text = "says \"all\"";
  EXPECT_EQ(
      document_of(it, kKeeper),
      R"({"id":"i-1/interruption/began","kind":"incident","event":"began",)"
      R"("at":"1970-01-01T00:00:00Z","keeper":"k","group":"web","slot":"web-b",)"
      R"("instance_id":"i-1","instance_name":"web-b",)"
      R"("pool":{"instance_type":"c6i.large","zone":"us-east-2a"},"cause":"interruption warning",)"
      R"("deadline":"1970-01-01T00:02:00Z","action":"a replacement is being launched",)"
      R"("outcome":null,"replacement":null,"took_ms":null,"text":"says \"all\""})");
}

}  // namespace
}  // namespace notify
