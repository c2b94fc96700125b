#include "app/cli.h"

#include <CLI/CLI.hpp>
#include <cstdio>

namespace app {
namespace {

constexpr char kVersion[] = SK_VERSION;

void add_version(CLI::App& root, Action& action) {
  CLI::App* version = root.add_subcommand("version", "print the version");
  version->callback([&action] {
    action = [] {
      std::printf("spotkeeper %s\n", kVersion);
      return kOk;
    };
  });
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App root("spotkeeper keeps ordinary services on EC2 Spot instances.", "spotkeeper");
  root.require_subcommand(1);
  root.footer(
      "Examples:\n"
      "  spotkeeper demo                          see it work; no account is needed\n"
      "  spotkeeper check --config FILE --online  before it is trusted with one");
  Action action;
  add_version(root, action);
  add_demo_command(root, action);
  add_serve_command(root, action);
  add_check_command(root, action);
  add_plan_command(root, action);
  add_group_commands(root, action);
  add_incident_commands(root, action);
  add_event_commands(root, action);
  add_quarantine_commands(root, action);
  add_sim_commands(root, action);
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return root.exit(error) == 0 ? kOk : kUnusable;
  }
  return action ? action() : kOk;
}

}  // namespace app
