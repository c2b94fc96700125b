// main: the only place where the parts are put together. Every command is one function in cli.h.
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "app/cli.h"
#include "net/resolver.h"

int main(int argc, char** argv) {
  net::make_name_lookups_portable();
  const int code = app::run_command_line(argc, argv);
  // What could not be written was not done: a full disk behind a redirection must not look like
  // success.
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fprintf(stderr, "spotkeeper: the output could not be written: %s\n", std::strerror(errno));
  return code == app::kOk ? app::kFailed : code;
}
