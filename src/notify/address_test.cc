#include "notify/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace notify {
namespace {

using ::testing::ElementsAre;

Notification news(Kind kind, const char* group) {
  Notification it;
  it.id = "id";
  it.kind = kind;
  it.group = model::GroupName(group);
  it.text = "text";
  return it;
}

std::vector<std::string> receivers(const Notification& it) {
  const std::vector<Subscription> all{
      {"everything", {Kind::kGroupUnheld, Kind::kIncident, Kind::kBrake, Kind::kQuarantine}, {}},
      {"web", {Kind::kIncident, Kind::kQuarantine}, {model::GroupName("web")}},
      {"nothing", {}, {}}};
  std::vector<std::string> targets;
  for (const Letter& letter : letters_of({it}, all, model::KeeperName("k")))
    targets.push_back(letter.target);
  return targets;
}

TEST(Address, EachTargetHearsOfItsKindsAndGroups) {
  EXPECT_THAT(receivers(news(Kind::kIncident, "web")), ElementsAre("everything", "web"));
  EXPECT_THAT(receivers(news(Kind::kIncident, "box")), ElementsAre("everything"));
  EXPECT_THAT(receivers(news(Kind::kBrake, "web")), ElementsAre("everything"));
}

TEST(Address, WhatConcernsNoGroupGoesToAllWhoWantItsKind) {
  EXPECT_THAT(receivers(news(Kind::kQuarantine, "")), ElementsAre("everything", "web"));
}

TEST(Address, ALetterCarriesTheWordsAndTheDocument) {
  const auto letters = letters_of({news(Kind::kBrake, "web")}, {{"ops", {Kind::kBrake}, {}}},
                                  model::KeeperName("k"));
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0], (Letter{0, "ops", "id", "brake", "began", "web", "text",
                                document_of(news(Kind::kBrake, "web"), model::KeeperName("k")),
                                base::Instant()}));
}

}  // namespace
}  // namespace notify
