// LossyVfs: a disk in memory that keeps, for every file, what was synced apart from what was not.
//
// For tests of durability and for the simulator, where several keepers live in one process, each on
// a disk of its own. A loss of power keeps a random part of what was not synced: a prefix, any
// subset in any order (writes torn at sectors of 512 bytes), all or nothing; a file that was
// created, deleted or cut without a sync may be as it was before. Names are durable once their one
// folder is synced: by the first sync of a new log, or by a deletion that asks for it. It has no
// shared memory, on purpose: Database locks such files exclusively, and then WAL, the same log that
// runs in production, needs none. So a file has one connection at a time; a second is busy. Not
// thread-safe. Outlives the databases opened on it; those open at a loss of power fail with IO
// errors from then on, and are only good for closing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/prng.h"

namespace store {

struct LossyDisk;

// What the disk does wrong.
enum class Fault {
  kNone,
  kFull,      // Nothing can be written; deleting and cutting still works.
  kIoError,   // Nothing can be read, written or synced.
  kReadOnly,  // As the kernel leaves a disk after an error: reads work.
};

class LossyVfs {
 public:
  LossyVfs();
  ~LossyVfs();
  LossyVfs(const LossyVfs&) = delete;
  LossyVfs& operator=(const LossyVfs&) = delete;

  // For Options::vfs; no two living instances have the same.
  const std::string& name() const;

  void power_loss(base::Prng& prng);

  // From the `calls`-th input or output from now on (1: the next), until recover().
  void fail_after(int64_t calls, Fault fault);
  void recover();

  // Reads, writes, cuts, syncs and deletions so far: the points at which a fault can be placed.
  int64_t io_calls() const;
  // Bytes that a loss of power may take.
  int64_t unsynced_bytes() const;

 private:
  std::unique_ptr<LossyDisk> disk_;
};

}  // namespace store
