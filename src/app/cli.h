// The command line: noun then verb, help that teaches, exit 0 done, 1 failed, 2 unusable input.
//
// Each family of commands registers itself with one function; cli.cc only names them. A command's
// work happens after parsing, through the action that it leaves in `Actions`.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace app {

inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUnusable = 2;

// What the chosen command will do; answers the exit code.
using Action = std::function<int()>;

int run_command_line(int argc, char** argv);

void add_demo_command(CLI::App& root, Action& action);
void add_serve_command(CLI::App& root, Action& action);
void add_check_command(CLI::App& root, Action& action);
void add_plan_command(CLI::App& root, Action& action);
void add_group_commands(CLI::App& root, Action& action);
void add_group_orders(CLI::App& group, Action& action);
void add_pools_command(CLI::App& root, Action& action);
void add_prices_command(CLI::App& root, Action& action);
void add_incident_commands(CLI::App& root, Action& action);
void add_event_commands(CLI::App& root, Action& action);
void add_quarantine_commands(CLI::App& root, Action& action);
void add_notify_command(CLI::App& root, Action& action);
void add_sim_commands(CLI::App& root, Action& action);

}  // namespace app
