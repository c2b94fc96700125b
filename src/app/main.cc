// main: the only place where the parts are put together. Every command is one function in cli.h.
#include "app/cli.h"
#include "net/resolver.h"

int main(int argc, char** argv) {
  net::make_name_lookups_portable();
  return app::run_command_line(argc, argv);
}
