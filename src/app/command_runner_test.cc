#include "app/command_runner.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <future>
#include <memory>

namespace app {
namespace {

using base::Duration;
using Output = base::Result<std::string>;
using Words = std::vector<std::string>;

std::future<Output> start(CommandRunner& runner, Words argv) {
  auto promise = std::make_shared<std::promise<Output>>();
  runner.run(std::move(argv), [promise](Output output) { promise->set_value(std::move(output)); });
  return promise->get_future();
}

// What a program prints, or why it failed.
std::string said_by(Words argv, Duration timeout = CommandRunner::kTimeout) {
  CommandRunner runner(timeout);
  const Output output = start(runner, std::move(argv)).get();
  return output ? *output : output.error().message;
}

TEST(CommandRunner, AProgramsOutputIsGivenWhole) {
  EXPECT_EQ(said_by({"printf", "%s|%s\\n", "two words", "$HOME"}), "two words|$HOME\n");
  EXPECT_EQ(said_by({"sh", "-c", "head -c 60000 /dev/zero"}).size(), 60'000u);
}

TEST(CommandRunner, ItsErrorsAreNobodysAndItHasNothingToRead) {
  EXPECT_EQ(said_by({"sh", "-c", "echo secret >&2; cat; echo done"}), "done\n");
  EXPECT_EQ(said_by({"sh", "-c", "echo secret >&2; echo secret; exit 3"}), "it ended with code 3");
}

TEST(CommandRunner, ItHasNoFileOfOurs) {
  const int inherited = open("/dev/null", O_RDONLY);            // Without O_CLOEXEC.
  EXPECT_EQ(said_by({"ls", "/proc/self/fd"}), "0\n1\n2\n3\n");  // 3 is that folder.
  close(inherited);
}

TEST(CommandRunner, ItHasNoSignalBlockedThatWeBlock) {
  sigset_t ours, before;
  sigemptyset(&ours);
  sigaddset(&ours, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ours, &before);
  EXPECT_EQ(said_by({"sh", "-c", "kill -TERM $$; echo survived"}), "it was killed by signal 15");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(CommandRunner, WhatIsNoProgramIsTold) {
  EXPECT_EQ(said_by({"/nonexistent/program"}), "it cannot be started: No such file or directory");
}

TEST(CommandRunner, WhatTakesTooLongIsKilledWithAllThatItStarted) {
  EXPECT_EQ(said_by({"sh", "-c", "sleep 600 & wait"}, Duration::millis(50)), "it took too long");
  EXPECT_EQ(said_by({"sh", "-c", "exec >&-; sleep 600"}, Duration::millis(50)), "it took too long");
}

TEST(CommandRunner, WhatPrintsTooMuchIsKilled) {
  EXPECT_EQ(said_by({"yes"}), "it printed more than 64 KiB");
}

TEST(CommandRunner, ProgramsRunOneAfterTheOther) {
  CommandRunner runner;
  auto slow = start(runner, {"sh", "-c", "echo slow"});
  auto fast = start(runner, {"echo", "fast"});
  EXPECT_EQ(*fast.get(), "fast\n");
  EXPECT_EQ(slow.wait_for(std::chrono::seconds(0)), std::future_status::ready);
}

TEST(CommandRunner, WhoeverWaitsIsToldWhenTheRunnerEnds) {
  auto runner = std::make_unique<CommandRunner>();
  auto running = start(*runner, {"sleep", "600"});
  auto waiting = start(*runner, {"sleep", "600"});
  runner.reset();
  EXPECT_EQ(running.get().error().message, "this program is stopping");
  EXPECT_EQ(waiting.get().error().message, "this program is stopping");
}

}  // namespace
}  // namespace app
