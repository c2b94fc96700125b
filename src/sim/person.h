// Person: whoever runs the groups. Gives the keepers orders and edits their files at random, and at
// the end takes back whatever would keep a group from being whole.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/prng.h"
#include "model/command.h"
#include "sim/host.h"
#include "sim/ledger_checker.h"

namespace sim {

// What the keeper of that number finds in its file.
using FileOf = std::function<std::vector<model::GroupSpec>(size_t host)>;
// Told of every order: its name, and whether it was carried out.
using OrderHook = std::function<void(model::CommandKind kind, bool is_done)>;

class Person {
 public:
  // `groups` are what is wanted now; an edit changes them.
  Person(Timeline& timeline, const std::vector<std::unique_ptr<Host>>& hosts,
         std::vector<model::GroupSpec>& groups, const LedgerChecker& ledger, FileOf file_of,
         OrderHook hook, Violate violate, base::Prng dice);

  // False: no keeper is up to take an order.
  bool order_something();
  // Another capacity, in every keeper's file, half a minute apart at most.
  bool edit_something();
  // From now on: holds, pauses and retirements end.
  void make_peace();

 private:
  void give(model::CommandKind kind, const std::string& subject);
  void give_later(model::CommandKind kind, const std::string& subject);
  void check_stored(const model::Command& command, uint64_t given);
  void take_back(const model::LedgerRecord& record);

  Timeline& timeline_;
  const std::vector<std::unique_ptr<Host>>& hosts_;
  std::vector<model::GroupSpec>& groups_;
  const LedgerChecker& ledger_;
  FileOf file_of_;
  OrderHook hook_;
  Violate violate_;
  base::Prng dice_;
  uint64_t given_ = 0;  // Orders, so that an answer can be told from an older one's.
};

}  // namespace sim
