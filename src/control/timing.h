// Every period, limit and budget of the brain, with its reason.
#pragma once

#include <cstddef>

#include "base/time.h"

namespace control {

struct Timing {
  // How long a keeper may take from writing a launch to sending it. After it the other may take
  // over.
  base::Duration submit_window = base::Duration::seconds(20);
  // Added before another keeper's window counts as over: two hosts' clocks differ, and taking over
  // early costs a duplicate request (harmless: same token), taking over late costs seconds.
  base::Duration takeover_margin = base::Duration::seconds(10);
  // EC2's lists may lag by up to a minute; nothing absent counts as gone before this has passed.
  base::Duration horizon = base::Duration::seconds(90);
  // Everything is looked at again this often even when nothing was heard: a lost notice costs at
  // most this much.
  base::Duration resync = base::Duration::seconds(30);
  // While a machine boots or a target turns healthy.
  base::Duration poll = base::Duration::seconds(5);
  // When a notice says that something moved. In a storm every machine sends several; one look shows
  // what all of them speak of.
  base::Duration least_poll_gap = base::Duration::seconds(1);
  // After a launch of a zone, what else is needed there waits so long for the next one, unless it
  // fills a launch: a storm comes in many messages, and AWS takes two launches a second, of any
  // size.
  base::Duration gather = base::Duration::seconds(2);
  // Auto Scaling takes a machine that was detached out of its balancers some seconds after it has
  // answered: until then it only seems to serve.
  base::Duration after_detach = base::Duration::seconds(30);
  // A look at a group costs some microseconds per slot, and in a storm every answer and every
  // message asks for one. So spaced out, looks at a group of any size take a small part of a core,
  // and what comes meanwhile is seen together: up to 50 ms later in a group of 1,000, half a second
  // in one of 10,000. The first look after a pause waits for nothing.
  int64_t look_micros_per_slot = 50;
  base::Duration between_looks(int slots) const {
    return base::Duration::millis(slots * look_micros_per_slot / 1000);
  }
  // A person waits for the answer to a command; two ledger writes with a conflict take a second.
  base::Duration command_time = base::Duration::seconds(20);
  // Notices for instances nobody knows yet (just launched, or foreign) are remembered this long.
  base::Duration unplaced_notice = base::Duration::minutes(10);
  // An interruption warning without a time gives two minutes.
  base::Duration warning = base::Duration::seconds(120);
  // A machine that still runs this long after AWS said it would take it is ended by us.
  base::Duration overdue = base::Duration::minutes(3);
  // The most of a warning that is given to draining: the default attribute (300 s) is longer than
  // the warning itself, and would empty the group before replacements can boot.
  base::Duration most_drain = base::Duration::seconds(60);
  // A drain time that somebody changed back is set again no sooner: two keepers whose files differ
  // would undo each other's otherwise, and people tell both apart only when they are told.
  base::Duration between_drains = base::Duration::minutes(15);
  // An announced end that is so near is no precaution any more: its slot takes on-demand too, where
  // Spot has nothing. Some dozens of such exchanges, one after the other, take less.
  base::Duration before_retirement = base::Duration::hours(1);
  // A pool that had no machine to give; Karpenter uses three minutes too. How long one that took a
  // machine away is avoided is the group's to say.
  base::Duration cool_dry = base::Duration::minutes(3);
  // On-demand machines go back to Spot when their best pool was launchable for this long, and a
  // slot does so at most this often: a pool on the edge must not flap between the two.
  base::Duration steady_pool = base::Duration::minutes(15);
  base::Duration between_returns = base::Duration::hours(1);
  // Spot requests that AWS leaves open so long are cancelled: another pool may be quicker. Within
  // another keeper's patience (submit_window and takeover_margin), so that one of them decides; and
  // after the horizon whoever has the launch then.
  base::Duration spot_patience = base::Duration::seconds(25);
  // Between two looks at them; AWS mostly decides within a few seconds.
  base::Duration spot_look = base::Duration::seconds(2);
  // AWS closes by itself what a keeper that never came back left open.
  base::Duration spot_validity = base::Duration::minutes(10);
  // New instance types appear a few times a year.
  base::Duration refresh_types = base::Duration::hours(6);
  // Scores are of the moment, and no promise; each question costs a call.
  base::Duration refresh_scores = base::Duration::hours(1);
  // Template, subnets, drain attribute and prices change rarely.
  base::Duration refresh_facts = base::Duration::minutes(5);

  // Keepers say in the ledger what their files say, for each other. A standby that is off for an
  // upgrade still counts; one that is gone for good holds up a smaller capacity for an hour.
  base::Duration keeper_says_again = base::Duration::minutes(20);
  base::Duration keeper_believed = base::Duration::hours(1);
  // People edit one file after the other.
  base::Duration files_settle = base::Duration::minutes(5);

  // A machine that ends unasked this soon after it was committed counts as a crash loop's; its slot
  // then waits, twice as long each time.
  static constexpr base::Duration kYoung = base::Duration::minutes(10);
  static constexpr base::Duration kFirstBrake = base::Duration::seconds(5);
  static constexpr base::Duration kLongestBrake = base::Duration::minutes(10);
  // Notices of unknown instances that are kept at once: a shared queue may carry a whole account's.
  static constexpr size_t kMostUnplaced = 10'000;

  // Groups that ask for placement scores: AWS takes ten new questions a day, and people ask too.
  static constexpr int kMostScored = 8;
  // Launches of a group that are open at once, over all its subnets: AWS takes two a second.
  static constexpr size_t kMostOpenLaunches = 20;

  // Commands that wait for one group's ledger at once: more are a script gone wild.
  static constexpr size_t kMostCommands = 100;

  base::Duration backoff_base = base::Duration::seconds(1);
  base::Duration backoff_most = base::Duration::seconds(30);
  // Looks for a launch whose answer cannot be trusted: after 0, 5, 15 and 60 seconds.
  static constexpr int kSearches = 4;
  static constexpr base::Duration search_delay(int search) {
    constexpr int64_t kSeconds[kSearches] = {0, 5, 15, 60};
    return base::Duration::seconds(kSeconds[search]);
  }

  size_t most_slots_per_launch = 100;  // One request's answer stays small and quick.
  size_t page_size = 1000;             // AWS's own maximum.
  size_t most_ids_per_call = 100;      // Ids in one describe or terminate.
  size_t most_filter_values = 200;     // AWS's own maximum.
};

}  // namespace control
