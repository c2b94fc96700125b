// Host: a simulated machine that runs one keeper: its disk, its clock, its network, its process.
//
// The keeper is the shipped one: engine, journal, brain, and our AWS module over VirtualHttp. A
// crash destroys the process and takes unsynced writes with it; a restart finds what the disk kept.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "aws/aws_cloud.h"
#include "aws/credentials.h"
#include "base/log.h"
#include "base/prng.h"
#include "engine/engine.h"
#include "engine/local_ledger.h"
#include "sim/timeline.h"
#include "sim/virtual_http.h"
#include "store/lossy_vfs.h"

namespace sim {

// Told of every ledger record that was stored, by whichever ledger.
using LedgerHook = std::function<void(const std::string& text)>;

struct HostOptions {
  std::string name;
  std::string keeper;  // Empty: as the host.
  std::string queue_url;
  std::string ledger_bucket;  // Empty: the local ledger.
  std::vector<model::GroupSpec> groups;
  market::Advisor advisor;
  base::Duration clock_offset;
  int crash_per_mille = 0;  // At every crash point.
  int pause_per_mille = 0;  // Before every turn.
  store::Durability durability = store::Durability::kSynced;
};

class Host {
 public:
  Host(HostOptions options, Timeline& timeline, Region& region, const NetworkFaults& faults,
       ExchangeHook exchange_hook, LedgerHook ledger_hook, base::Logger log, base::Prng dice);
  ~Host();

  void start();
  // Ends the process now; it comes back after `down`.
  void crash(base::Duration down);
  bool is_up() const { return process_ != nullptr; }

  // Another file, taken over at once if the process is up.
  void reload(std::vector<model::GroupSpec> groups);
  // A step of its clock, as when a time server corrects it.
  void set_clock_offset(base::Duration offset) { clock_.set_offset(offset); }
  void set_partitioned(bool partitioned) { partitioned_ = partitioned; }
  void set_crash_rate(int per_mille) { options_.crash_per_mille = per_mille; }
  void set_pause_rate(int per_mille) { options_.pause_per_mille = per_mille; }
  store::LossyVfs& disk() { return *disk_; }
  // The process is ended and comes back with an empty disk: journal and local ledger are gone.
  void lose_disk(base::Duration down);

  const std::string& name() const { return options_.name; }
  // A person's order; false when the keeper is down.
  bool order(model::Command command, std::function<void(base::Status)> done);
  // Only while up.
  const engine::Engine& engine() const;
  engine::Journal& journal();
  int crashes() const { return crashes_; }

 private:
  struct Process;

  void boot();
  void report_stored_records(store::Database& database);
  void wake(base::Instant at);
  void run_turn();

  HostOptions options_;
  Timeline& timeline_;
  Region& region_;
  const NetworkFaults& faults_;
  ExchangeHook exchange_hook_;
  LedgerHook ledger_hook_;
  base::Logger log_;
  base::Prng dice_;
  HostClock clock_;
  bool partitioned_ = false;
  std::unique_ptr<store::LossyVfs> disk_;
  std::unique_ptr<Process> process_;
  int life_ = 0;  // Tasks of an earlier life do nothing.
  base::Instant next_turn_ = base::Instant::never();
  int crashes_ = 0;
};

}  // namespace sim
