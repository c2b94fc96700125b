#include "store/lossy_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <new>
#include <set>
#include <string_view>
#include <vector>

#include "base/check.h"

namespace store {
namespace {

using base::Prng;

constexpr size_t kSector = 512;
constexpr int kLongestPath = 512;
constexpr int kLogs = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;

// One change that was not synced yet.
struct Change {
  size_t offset = 0;  // Where bytes go; the new size of a cut.
  std::string bytes;
  bool is_cut = false;
};

void replay(const Change& change, std::string& image) {
  if (change.is_cut) {
    image.resize(change.offset);
    return;
  }
  image.resize(std::max(image.size(), change.offset + change.bytes.size()));
  image.replace(change.offset, change.bytes.size(), change.bytes);
}

struct File {
  std::string now;     // What a reader sees.
  std::string synced;  // What is certain to survive.
  std::vector<Change> unsynced;
  const void* lock_holder = nullptr;

  void change(Change what) {
    replay(what, now);
    unsynced.push_back(std::move(what));
  }
  void sync() {
    for (const Change& what : unsynced) replay(what, synced);
    unsynced.clear();
  }
};

// The change in pieces that a disk writes or loses as one.
std::vector<Change> sectors_of(const Change& change) {
  if (change.is_cut) return {change};
  std::vector<Change> pieces;
  for (size_t done = 0; done < change.bytes.size();) {
    const size_t at = change.offset + done;
    const size_t size = std::min(kSector - at % kSector, change.bytes.size() - done);
    pieces.push_back({at, change.bytes.substr(done, size)});
    done += size;
  }
  return pieces;
}

// A prefix, as an orderly disk leaves it, or each piece by itself, as a disk with a cache does;
// with a different share kept every time, so that "nothing" and "all" are drawn as well.
void settle_after_power_loss(File& file, Prng& prng) {
  const bool orderly = prng.below(2) == 0;
  const uint64_t kept_ppm = prng.below(5) * 250'000;
  bool power = true;
  for (const Change& change : file.unsynced)
    for (const Change& piece : sectors_of(change)) {
      const bool kept = prng.chance_ppm(kept_ppm);
      power = power && (kept || prng.below(4) != 0);
      if (orderly ? power : kept) replay(piece, file.synced);
    }
  file.unsynced.clear();
  file.now = file.synced;
}

using FilePtr = std::shared_ptr<File>;
using Names = std::map<std::string, FilePtr, std::less<>>;

FilePtr find_or_null(const Names& names, std::string_view name) {
  const auto found = names.find(name);
  return found == names.end() ? nullptr : found->second;
}

}  // namespace

struct LossyDisk {
  sqlite3_vfs vfs{};
  std::string name;
  Names now;      // The names a program sees.
  Names durable;  // The names that survive.
  int64_t boots = 0;
  int64_t io_calls = 0;
  int64_t fault_at = 0;
  Fault fault = Fault::kNone;
  int last_error = 0;

  // Counts one input or output and says what is wrong with the disk at it.
  Fault next_io() {
    ++io_calls;
    return fault != Fault::kNone && io_calls >= fault_at ? fault : Fault::kNone;
  }
};

namespace {

// The disk's side of sqlite3_vfs and sqlite3_file, which are C tables of functions.
struct Methods {
  struct Handle {
    sqlite3_file base;  // First: SQLite knows the handle by it.
    LossyDisk* disk;
    FilePtr file;
    std::string name;  // Empty for a temporary file, which no loss of power keeps.
    int64_t boot;
    bool delete_on_close;
    // The first sync of a log that may be new makes the folder durable as well, as SQLite's own
    // Unix VFS does: by the flag it is opened with, whoever created it.
    bool syncs_folder;
  };

  static Handle& handle(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  static LossyDisk& disk(sqlite3_vfs* vfs) { return *static_cast<LossyDisk*>(vfs->pAppData); }

  static int failed(LossyDisk& disk, int system_error, int code) {
    disk.last_error = system_error;
    return code;
  }

  // What a write, a cut or a deletion comes to; `needs_space` when a full disk refuses it.
  static int check_change(LossyDisk& disk, bool needs_space, int io_code) {
    switch (disk.next_io()) {
      case Fault::kNone: return SQLITE_OK;
      case Fault::kFull: return needs_space ? failed(disk, ENOSPC, SQLITE_FULL) : SQLITE_OK;
      case Fault::kIoError: return failed(disk, EIO, io_code);
      case Fault::kReadOnly: return failed(disk, EROFS, io_code);
    }
    return SQLITE_OK;
  }
  static int check_input(LossyDisk& disk, int io_code) {
    return disk.next_io() == Fault::kIoError ? failed(disk, EIO, io_code) : SQLITE_OK;
  }
  static bool dead(const Handle& h) { return h.boot != h.disk->boots; }

  static int close(sqlite3_file* file) {
    Handle& h = handle(file);
    unlock(file, SQLITE_LOCK_NONE);
    if (h.delete_on_close && !dead(h)) h.disk->now.erase(h.name);
    h.~Handle();
    return SQLITE_OK;
  }

  static int read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
    Handle& h = handle(file);
    if (dead(h)) return failed(*h.disk, EIO, SQLITE_IOERR_READ);
    if (const int code = check_input(*h.disk, SQLITE_IOERR_READ)) return code;
    const std::string& bytes = h.file->now;
    const size_t wanted = static_cast<size_t>(size);
    const size_t from = std::min(static_cast<size_t>(offset), bytes.size());
    const size_t got = std::min(wanted, bytes.size() - from);
    std::memcpy(out, bytes.data() + from, got);
    // SQLite relies on the rest being zeros.
    std::memset(static_cast<char*>(out) + got, 0, wanted - got);
    return got == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }

  static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
    Handle& h = handle(file);
    if (dead(h)) return failed(*h.disk, EIO, SQLITE_IOERR_WRITE);
    if (const int code = check_change(*h.disk, true, SQLITE_IOERR_WRITE)) return code;
    h.file->change({static_cast<size_t>(offset),
                    std::string(static_cast<const char*>(bytes), static_cast<size_t>(size))});
    return SQLITE_OK;
  }

  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    Handle& h = handle(file);
    if (dead(h)) return failed(*h.disk, EIO, SQLITE_IOERR_TRUNCATE);
    if (const int code = check_change(*h.disk, false, SQLITE_IOERR_TRUNCATE)) return code;
    h.file->change({static_cast<size_t>(size), {}, true});
    return SQLITE_OK;
  }

  static int sync(sqlite3_file* file, int) {
    Handle& h = handle(file);
    if (dead(h)) return failed(*h.disk, EIO, SQLITE_IOERR_FSYNC);
    if (const int code = check_input(*h.disk, SQLITE_IOERR_FSYNC)) return code;
    h.file->sync();
    if (h.syncs_folder) h.disk->durable = h.disk->now;
    h.syncs_folder = false;
    return SQLITE_OK;
  }

  static int file_size(sqlite3_file* file, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(handle(file).file->now.size());
    return SQLITE_OK;
  }

  // Any lock takes the whole file: a file has one connection at a time.
  static int lock(sqlite3_file* file, int) {
    Handle& h = handle(file);
    // Keeps a dead connection, when it is closed, from deleting the log by its name.
    if (dead(h)) return failed(*h.disk, EIO, SQLITE_IOERR_LOCK);
    if (h.file->lock_holder && h.file->lock_holder != &h) return SQLITE_BUSY;
    h.file->lock_holder = &h;
    return SQLITE_OK;
  }
  static int unlock(sqlite3_file* file, int level) {
    Handle& h = handle(file);
    if (level == SQLITE_LOCK_NONE && h.file->lock_holder == &h) h.file->lock_holder = nullptr;
    return SQLITE_OK;
  }
  // Asked to find out whether a rollback journal is in use by somebody else.
  static int check_reserved_lock(sqlite3_file* file, int* reserved) {
    const Handle& h = handle(file);
    *reserved = h.file->lock_holder && h.file->lock_holder != &h;
    return SQLITE_OK;
  }

  static int file_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return kSector; }
  // Promises nothing: no atomic writes, no order, no safe append.
  static int device_characteristics(sqlite3_file*) { return 0; }

  static const sqlite3_io_methods* table() {
    // Version 1: without shared memory, so WAL is possible only under an exclusive lock.
    static const sqlite3_io_methods kTable = [] {
      sqlite3_io_methods t{};
      t.iVersion = 1;
      t.xClose = close;
      t.xRead = read;
      t.xWrite = write;
      t.xTruncate = truncate;
      t.xSync = sync;
      t.xFileSize = file_size;
      t.xLock = lock;
      t.xUnlock = unlock;
      t.xCheckReservedLock = check_reserved_lock;
      t.xFileControl = file_control;
      t.xSectorSize = sector_size;
      t.xDeviceCharacteristics = device_characteristics;
      return t;
    }();
    return &kTable;
  }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* out, int flags,
                  int* flags_out) {
    LossyDisk& d = disk(vfs);
    out->pMethods = nullptr;  // Then SQLite does not close what was not opened.
    const std::string name = path ? path : "";
    FilePtr file = path ? find_or_null(d.now, name) : nullptr;
    const bool creates = !file;
    if (creates) {
      if (!(flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
      if (const int code = check_change(d, true, SQLITE_CANTOPEN)) return code;
      file = std::make_shared<File>();
      if (path) d.now[name] = file;
    }
    const bool temporary = path && (flags & SQLITE_OPEN_DELETEONCLOSE);
    const bool syncs_folder = (flags & SQLITE_OPEN_CREATE) && (flags & kLogs);
    new (out) Handle{{table()}, &d, std::move(file), name, d.boots, temporary, syncs_folder};
    if (flags_out) *flags_out = flags;
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs* vfs, const char* path, int sync_folder) {
    LossyDisk& d = disk(vfs);
    if (const int code = check_change(d, false, SQLITE_IOERR_DELETE)) return code;
    if (d.now.erase(path) == 0) return SQLITE_IOERR_DELETE_NOENT;
    if (sync_folder) d.durable = d.now;
    return SQLITE_OK;
  }

  static int access(sqlite3_vfs* vfs, const char* path, int, int* exists) {
    *exists = find_or_null(disk(vfs).now, path) != nullptr;
    return SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* path, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", path);
    return SQLITE_OK;
  }
  // Zeros: what SQLite names with chance here are temporary files.
  static int randomness(sqlite3_vfs*, int size, char* out) {
    std::memset(out, 0, static_cast<size_t>(size));
    return size;
  }
  // Nobody else can release a lock while the one thread waits.
  static int wait(sqlite3_vfs*, int micros) { return micros; }
  // Simulated time is not read from a disk: 1970-01-01 as a Julian day.
  static int current_time(sqlite3_vfs*, double* day) {
    *day = 2440587.5;
    return SQLITE_OK;
  }
  static int last_error(sqlite3_vfs* vfs, int, char*) { return disk(vfs).last_error; }

  static void fill(LossyDisk& d) {
    sqlite3_vfs& v = d.vfs;
    v.iVersion = 1;
    v.szOsFile = sizeof(Handle);
    v.mxPathname = kLongestPath;
    v.zName = d.name.c_str();
    v.pAppData = &d;
    v.xOpen = open;
    v.xDelete = remove;
    v.xAccess = access;
    v.xFullPathname = full_path;
    v.xRandomness = randomness;
    v.xSleep = wait;
    v.xCurrentTime = current_time;
    v.xGetLastError = last_error;
  }
};

// Whether a name that is the same before and after stays, and which one a changed name is after
// all.
Names settle_names(const Names& now, const Names& durable, Prng& prng) {
  std::set<std::string> all;
  for (const auto& [name, file] : now) all.insert(name);
  for (const auto& [name, file] : durable) all.insert(name);
  Names settled;
  for (const std::string& name : all) {
    const FilePtr changed = find_or_null(now, name);
    const FilePtr synced = find_or_null(durable, name);
    const FilePtr& kept = changed == synced || prng.below(2) == 0 ? synced : changed;
    if (kept) settled[name] = kept;
  }
  return settled;
}

}  // namespace

LossyVfs::LossyVfs() : disk_(std::make_unique<LossyDisk>()) {
  char name[32];
  sqlite3_snprintf(sizeof name, name, "lossy-%p", static_cast<void*>(disk_.get()));
  disk_->name = name;
  Methods::fill(*disk_);
  CHECK(sqlite3_vfs_register(&disk_->vfs, 0) == SQLITE_OK);
}

LossyVfs::~LossyVfs() { sqlite3_vfs_unregister(&disk_->vfs); }

const std::string& LossyVfs::name() const { return disk_->name; }

void LossyVfs::power_loss(Prng& prng) {
  ++disk_->boots;
  disk_->now = settle_names(disk_->now, disk_->durable, prng);
  disk_->durable = disk_->now;
  for (auto& [name, file] : disk_->now) {
    settle_after_power_loss(*file, prng);
    file->lock_holder = nullptr;
  }
}

void LossyVfs::fail_after(int64_t calls, Fault fault) {
  CHECK(calls > 0);
  disk_->fault_at = disk_->io_calls + calls;
  disk_->fault = fault;
}

void LossyVfs::recover() { disk_->fault = Fault::kNone; }

int64_t LossyVfs::io_calls() const { return disk_->io_calls; }

int64_t LossyVfs::unsynced_bytes() const {
  size_t bytes = 0;
  for (const auto& [name, file] : disk_->now)
    for (const Change& change : file->unsynced) bytes += change.bytes.size();
  return static_cast<int64_t>(bytes);
}

}  // namespace store
