#include "notify/compose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/test_support.h"
#include "control/troubles.h"

namespace notify {
namespace {

using namespace control::testing;
using model::IncidentKind;
using ::testing::EndsWith;
using ::testing::HasSubstr;

model::Incident incident(IncidentKind kind, const char* how) {
  model::Incident it;
  it.kind = kind;
  it.id = model::incident_id(kB, kind);
  it.group = kGroup;
  it.slot = kSlotB;
  it.instance = kB;
  it.pool = pool_in("subnet-b");
  it.opened_at = at(0);
  it.timeline = {{at(0), "noticed", how}};
  return it;
}

model::Incident warned() {
  model::Incident it = incident(IncidentKind::kInterruption, "warning");
  it.deadline = at(120);
  return it;
}

TEST(Compose, AnInterruptionSaysWhoWhenWhyAndWhatIsDone) {
  const control::GroupState group = whole_group();
  const Notification it = incident_began(warned(), &group, at(2));
  EXPECT_EQ(it.text,
            "web-b: i-b (c6i.large/us-east-2b) will be taken by AWS at 12:02:00Z (interruption "
            "warning, 118 s left); a replacement is being launched.");
  EXPECT_EQ(it.id, "i-b/interruption/began");
  EXPECT_EQ(it.instance_name, "web-b");
  EXPECT_EQ(it.cause, "interruption warning");
  EXPECT_EQ(it.deadline, at(120));
  EXPECT_EQ(it.at, at(2));
}

TEST(Compose, AMachineOfNoKnownPoolIsNamedAlone) {
  model::Incident it = incident(IncidentKind::kLoss, "stopped");
  it.pool = {};
  EXPECT_THAT(incident_began(it, nullptr, at(2)).text, ::testing::StartsWith("web-b: i-b ended,"));
}

TEST(Compose, AMachineHasTheNameThatItsTagGivesIt) {
  control::GroupState group = whole_group();
  group.seen[kB].instance.tags.push_back({"Name", "front\n2"});
  EXPECT_EQ(incident_began(warned(), &group, at(2)).instance_name, "front?2");
}

TEST(Compose, EveryOtherLossHasItsWords) {
  const control::GroupState group = whole_group();
  const auto text = [&](const model::Incident& it) {
    return incident_began(it, &group, at(2)).text;
  };
  EXPECT_THAT(text(incident(IncidentKind::kLoss, "stopped")),
              HasSubstr("ended, and AWS had not announced it (stopped)"));
  EXPECT_THAT(text(incident(IncidentKind::kUnhealthy, "status-checks")),
              HasSubstr("fails its checks (status checks of EC2); a replacement is being"));
  EXPECT_THAT(text(incident(IncidentKind::kRebalance, "rebalance")),
              HasSubstr("may soon be taken by AWS (rebalance recommendation); a replacement is "
                        "launched ahead of that."));
  model::Incident retired = incident(IncidentKind::kRetirement, "AWS_EC2_INSTANCE_STOP_SCHEDULED");
  retired.deadline = at(0) + base::Duration::hours(48);
  EXPECT_THAT(text(retired),
              HasSubstr("will be retired by AWS at " + base::to_iso8601(*retired.deadline) +
                        " (AWS_EC2_INSTANCE_STOP_SCHEDULED); a replacement is launched ahead"));
  model::Incident taken = incident(IncidentKind::kInterruption, "reclaimed");
  taken.deadline = at(1);
  EXPECT_THAT(text(taken), HasSubstr("is taken by AWS (no warning was heard)"));
}

TEST(Compose, WhatIsDoneDependsOnTheGroup) {
  const auto action = [](const control::GroupState* group) {
    return incident_began(warned(), group, at(2)).action;
  };
  control::GroupState group = whole_group();
  group.troubles[control::kBrakeTrouble] = "too many";
  EXPECT_EQ(action(&group), "a replacement may have to wait: too many");
  group.ledger.record->holds[kSlotB] = at(0);
  EXPECT_EQ(action(&group), "nothing is done: the slot is on hold");
  group.ledger.record->paused_since = at(0);
  EXPECT_EQ(action(&group), "nothing is done: the group is paused");
  EXPECT_EQ(action(nullptr), "nothing: the group is no longer kept");
}

TEST(Compose, TheEndSaysTheOutcomeAndHowLongItTook) {
  const control::GroupState group = whole_group();
  model::Incident it = warned();
  it.replacement = kNew;
  it.timeline.push_back({at(43), "healthy", kNew.str()});
  it.closed_at = at(130);
  it.outcome = "replaced";
  const Notification ended = incident_ended(it, &group);
  EXPECT_EQ(ended.text,
            "web-b: i-b (c6i.large/us-east-2b) was replaced by i-new, which served after 43 s.");
  EXPECT_EQ(ended.took, seconds(43)) << "the old machine's leaving does not count";
  EXPECT_EQ(ended.replacement, kNew);
  EXPECT_EQ(ended.at, at(130));
  it.outcome = "recovered";
  EXPECT_THAT(incident_ended(it, &group).text, EndsWith("passes its checks again and is kept."));
  it.outcome = "slot-gone";
  EXPECT_THAT(incident_ended(it, nullptr).text, EndsWith("nobody wants the slot."));
}

TEST(Compose, AGroupSaysHowManyServeAndSinceWhen) {
  control::GroupState group = whole_group();
  const Notification unheld = group_unheld(kMe, group, 1, {at(0), at(60)});
  EXPECT_EQ(unheld.text,
            "web: 1 of 3 slots served, min_healthy is 2, since 12:00:00Z; machines are started as "
            "AWS has them.");
  EXPECT_EQ(unheld.id, "keeper-1/web/unheld/2026-03-01T12:00:00Z/began");
  group.ledger.record->open = {open_launch(4, {kSlotA}, kMe, at(0))};
  EXPECT_EQ(group_unheld(kMe, group, 1, {at(0), at(60)}).action, "launches under way: 1");
  const Notification held = group_held(kMe, group, 2, {at(0), at(600)});
  EXPECT_EQ(held.text, "web: held again after 10 min: 2 of 3 slots served, min_healthy is 2.");
  EXPECT_EQ(held.id, "keeper-1/web/unheld/2026-03-01T12:00:00Z/ended");
}

TEST(Compose, ATroubleIsToldWithItsReasonMadeFitForATerminal) {
  const Notification began = trouble_began(kMe, {kGroup, "launch", "no\x1b[31m template"}, at(0));
  EXPECT_EQ(began.text, "web: launch: no?[31m template; it lasts until a person acts.");
  EXPECT_EQ(began.kind, Kind::kBrake);
  const Notification own = trouble_began(kMe, {{}, "queue", std::string(5000, 'x')}, at(0));
  EXPECT_LT(own.text.size(), 400u);
  EXPECT_THAT(own.text, HasSubstr("keeper-1: queue: xxx"));
  EXPECT_EQ(trouble_ended(kMe, {kGroup, "launch", ""}, {at(0), at(90)}).text,
            "web: over after 90 s: launch.");
}

TEST(Compose, AMessageThatWasKeptSaysWhyAndNotWhatIsInIt) {
  const Notification it = message_kept({"secret body", "not JSON", "sqs"}, at(0));
  EXPECT_EQ(it.text,
            "a message from sqs could not be read: not JSON; it was kept; spotkeeper quarantine "
            "list shows it.");
  EXPECT_EQ(it.event, Event::kKept);
  EXPECT_EQ(it.id, message_kept({"secret body", "again", "sqs"}, at(9)).id);
  EXPECT_NE(it.id, message_kept({"other body", "not JSON", "sqs"}, at(0)).id);
  EXPECT_NE(it.id, message_kept({"secret body", "not JSON", "sqs", "east"}, at(0)).id);
}

}  // namespace
}  // namespace notify
