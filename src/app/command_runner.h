// CommandRunner: runs programs that the host's owner has named, one after the other, and gives what
// they print.
//
// No shell: the first word is looked up in PATH, the others are its arguments. A program gets this
// process's environment, nothing to read, and nobody to hear its standard error; it may take a
// minute and print 64 KiB, and is killed, with all that it started, when it exceeds either. It is
// killed too when this object is destroyed.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace app {

class CommandRunner {
 public:
  using Done = std::function<void(base::Result<std::string> output)>;

  // As long as AWS's own tools wait for such a program.
  static constexpr base::Duration kTimeout = base::Duration::minutes(1);

  explicit CommandRunner(base::Duration timeout = kTimeout);
  ~CommandRunner();

  // Never blocks. `done` runs exactly once, on the runner's own thread. A failure is the end of a
  // sentence that names the program; it has no word of what the program wrote.
  void run(std::vector<std::string> argv, Done done);

 private:
  struct Waiting {
    std::vector<std::string> argv;
    Done done;
  };

  void work();

  const base::Duration timeout_;
  int stop_fd_;  // Readable from when the runner is destroyed.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace app
