// Timeline: virtual time for everything that happens outside the region.
//
// Tasks run in the order of their time, then of their making; between two tasks the region lives
// on. Nothing else moves the clock, so a run is a function of its seed.
#pragma once

#include <functional>
#include <utility>

#include "base/slewed_time.h"
#include "base/time.h"
#include "ports/clock.h"
#include "sim/agenda.h"
#include "sim/region.h"

namespace sim {

class Timeline {
 public:
  Timeline(Region& region, base::Instant start) : region_(region), now_(start) {}

  base::Instant now() const { return now_; }
  void at(base::Instant when, Agenda::Task task) {
    agenda_.at(std::max(when, now_), std::move(task));
  }
  void after(base::Duration delay, Agenda::Task task) { at(now_ + delay, std::move(task)); }

  // Runs everything due by `end`, then stands at `end`.
  void run_until(base::Instant end) {
    while (auto next = agenda_.take_due(end)) {
      now_ = std::max(now_, next->first);
      region_.advance(now_);
      next->second();
    }
    now_ = std::max(now_, end);
    region_.advance(now_);
  }

 private:
  Region& region_;
  Agenda agenda_;
  base::Instant now_;
};

// A host's clock as its process reads it: virtual time, wrong by an offset whose steps are slewed.
class HostClock : public ports::Clock {
 public:
  HostClock(const Timeline& timeline, base::Duration offset)
      : timeline_(timeline), offset_(offset) {}
  base::Instant now() const override {
    return slewed_.read(timeline_.now() + offset_, timeline_.now());
  }
  void set_offset(base::Duration offset) { offset_ = offset; }
  // A new process knows of no step.
  void begin() { slewed_ = {}; }

 private:
  const Timeline& timeline_;
  base::Duration offset_;
  mutable base::SlewedTime slewed_;
};

}  // namespace sim
