#include "app/readiness.h"

#include <gtest/gtest.h>

namespace app {
namespace {

Snapshot ready(const std::string& site) {
  Snapshot snapshot;
  snapshot.site = site;
  snapshot.has_seen_all = true;
  return snapshot;
}

Snapshots all(const std::vector<Snapshot>& sites) {
  Snapshots snapshots;
  for (const Snapshot& site : sites) snapshots.push_back(std::make_shared<const Snapshot>(site));
  return snapshots;
}

std::shared_ptr<const GroupView> group(const std::string& name, std::vector<std::string> troubles) {
  GroupView view;
  view.name = model::GroupName(name);
  view.troubles = std::move(troubles);
  return std::make_shared<const GroupView>(view);
}

TEST(Readiness, IsThatOfEverySite) {
  EXPECT_EQ(unready(all({ready("east"), ready("west")})), std::nullopt);
  Snapshot west = ready("west");
  west.has_seen_all = false;
  west.groups = {group("api", {})};
  EXPECT_EQ(unready(all({ready("east"), west})),
            (Unready{"NotSeenAll", "west: not all has been read yet of: api"}));
}

TEST(Readiness, NamesEverySiteThatIsNot) {
  Snapshot east = ready("east"), west = ready("west"), north = ready("north");
  east.queue_trouble = "gone";
  east.groups = {group("web", {"launch: no", "health: bad"})};
  west.not_begun = "nobody answers";
  north.blocked_by = "disk full";
  EXPECT_EQ(unready(all({east, ready("south"), west, north})),
            (Unready{"Hindered",
                     "east: the queue: gone; web: launch: no; web: health: bad; west: nobody "
                     "answers; north: the journal cannot be written: disk full"}));
}

TEST(Readiness, OfASiteWithoutANameSaysOnlyWhy) {
  Snapshot only = ready("");
  only.blocked_by = "disk full";
  only.queue_trouble = "gone";
  EXPECT_EQ(unready(all({only})),
            (Unready{"JournalUnavailable", "the journal cannot be written: disk full"}));
}

}  // namespace
}  // namespace app
