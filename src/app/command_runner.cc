#include "app/command_runner.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>
#include <utility>

#include "base/check.h"

extern char** environ;

namespace app {
namespace {

using Clock = std::chrono::steady_clock;

// Credentials are some 2 KiB.
constexpr size_t kMostOutputBytes = 64 << 10;

// A program that has closed its output is about to end; this often it is looked whether it has.
constexpr int kLookAgainMs = 10;

std::string why(int error) { return std::generic_category().message(error); }

tl::unexpected<base::Error> failed(std::string message) {
  return base::fail("CommandFailed", std::move(message), base::Retry::kBackoff);
}

// Only what a new program needs: no open file but its output, no blocked or ignored signal, and a
// process group of its own, by which it can be killed together with what it starts.
class Spawning {
 public:
  explicit Spawning(int output) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes_);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~Spawning() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  Spawning(const Spawning&) = delete;

  int start(const std::vector<std::string>& argv, pid_t& pid) {
    std::vector<char*> words;
    words.reserve(argv.size() + 1);
    for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    return posix_spawnp(&pid, words[0], &files_, &attributes_, words.data(), environ);
  }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

// One run of one program, from its start to its end.
class Run {
 public:
  Run(int stop_fd, base::Duration timeout)
      : stop_fd_(stop_fd), deadline_(Clock::now() + std::chrono::milliseconds(timeout.ms())) {}
  ~Run() {
    if (output_ >= 0) close(output_);
  }
  Run(const Run&) = delete;

  base::Result<std::string> of(const std::vector<std::string>& argv) {
    RETURN_IF_ERROR(wait(0, false));  // Perhaps nobody wants it any more.
    RETURN_IF_ERROR(start(argv));
    base::Status status = read_all();
    if (status) status = wait_for_end();
    if (status) return std::move(text_);
    if (is_running_) {
      kill(-pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    return tl::unexpected(status.error());
  }

 private:
  base::Status start(const std::vector<std::string>& argv) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return failed("no pipe: " + why(errno));
    output_ = ends[0];
    const int error = Spawning(ends[1]).start(argv, pid_);
    close(ends[1]);
    if (error != 0) return failed("it cannot be started: " + why(error));
    is_running_ = true;
    return {};
  }

  int left_ms() const {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
    return static_cast<int>(std::max<int64_t>(left.count(), 0));
  }

  // Until the output has something (or has ended), the wait is over, or nobody wants it any more.
  base::Status wait(int at_most_ms, bool for_output) {
    pollfd watched[] = {{stop_fd_, POLLIN, 0}, {for_output ? output_ : -1, POLLIN, 0}};
    if (left_ms() == 0) return failed("it took too long");
    if (poll(watched, 2, std::min(at_most_ms, left_ms())) < 0 && errno != EINTR)
      return failed("it cannot be waited for: " + why(errno));
    if (watched[0].revents != 0) return failed("this program is stopping");
    is_readable_ = watched[1].revents != 0;
    return {};
  }

  base::Status read_all() {
    for (;;) {
      RETURN_IF_ERROR(wait(left_ms(), true));
      if (!is_readable_) continue;
      char bytes[4096];
      const ssize_t got = read(output_, bytes, sizeof bytes);
      if (got == 0) return {};
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed("its output cannot be read: " + why(errno));
      text_.append(bytes, static_cast<size_t>(got));
      if (text_.size() > kMostOutputBytes) return failed("it printed more than 64 KiB");
    }
  }

  base::Status wait_for_end() {
    for (;;) {
      int status = 0;
      if (waitpid(pid_, &status, WNOHANG) == pid_) {
        is_running_ = false;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
        if (WIFEXITED(status))
          return failed("it ended with code " + std::to_string(WEXITSTATUS(status)));
        return failed("it was killed by signal " + std::to_string(WTERMSIG(status)));
      }
      RETURN_IF_ERROR(wait(kLookAgainMs, false));
    }
  }

  const int stop_fd_;
  const Clock::time_point deadline_;
  int output_ = -1;
  pid_t pid_ = 0;
  bool is_running_ = false;
  bool is_readable_ = false;
  std::string text_;
};

}  // namespace

CommandRunner::CommandRunner(base::Duration timeout)
    : timeout_(timeout), stop_fd_(eventfd(0, EFD_CLOEXEC)), thread_([this] { work(); }) {
  CHECK(stop_fd_ >= 0);
}

CommandRunner::~CommandRunner() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_one();
  CHECK(eventfd_write(stop_fd_, 1) == 0);
  thread_.join();
  close(stop_fd_);
}

void CommandRunner::run(std::vector<std::string> argv, Done done) {
  CHECK(!argv.empty());
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::move(argv), std::move(done)});
  }
  changed_.notify_one();
}

void CommandRunner::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    next.done(Run(stop_fd_, timeout_).of(next.argv));
    lock.lock();
  }
}

}  // namespace app
