#include "app/cli.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/quote.h"

namespace app {
namespace {

constexpr char kVersion[] = "spotkeeper " SK_VERSION;

void add_version(CLI::App& root, Action& action) {
  CLI::App* version = root.add_subcommand("version", "print the version");
  version->footer("Example:\n  spotkeeper version");
  version->callback([&action] {
    action = [] {
      std::printf("%s\n", kVersion);
      return kOk;
    };
  });
  root.set_version_flag("--version", kVersion, "print the version");
}

CLI::App* find_command(CLI::App& family, const std::string& word) {
  for (CLI::App* command : family.get_subcommands({}))
    if (command->get_name() == word) return command;
  return nullptr;
}

std::string words_of(CLI::App& family) {
  std::string words;
  for (const CLI::App* command : family.get_subcommands({}))
    words += (words.empty() ? "" : ", ") + command->get_name();
  return words;
}

std::string no_command(const std::string& word, CLI::App& family) {
  const std::string words = words_of(family);
  return base::quote(word) + " is no command of " + family.get_name() +
         "; allowed: " + (words.empty() ? "no further word" : words);
}

int refuse(const std::string& why) {
  std::fprintf(stderr, "spotkeeper: %s\n", why.c_str());
  return kUnusable;
}

// What `--help` after the same words would print.
int print_help(CLI::App& root, const std::vector<std::string>& words) {
  root.clear();  // Once a command is chosen, help() tells of that one.
  CLI::App* command = &root;
  std::string before;
  for (const std::string& word : words) {
    CLI::App* found = find_command(*command, word);
    if (!found) return refuse(no_command(word, *command));
    before += (before.empty() ? "" : " ") + command->get_name();
    command = found;
  }
  std::fputs(command->help(before).c_str(), stdout);
  return kOk;
}

void add_help(CLI::App& root, Action& action) {
  CLI::App* help = root.add_subcommand("help", "print this, or a command's help");
  auto words = std::make_shared<std::vector<std::string>>();
  help->add_option("command", *words, "the command, as: group retire");
  help->footer("Example:\n  spotkeeper help group retire");
  help->callback(
      [&root, &action, words] { action = [&root, words] { return print_help(root, *words); }; });
}

// A sentence about the first word that is no command where one must be; empty when there is none.
// CLI11 would only say that a subcommand is missing.
std::string unknown_word(CLI::App& root, int argc, char** argv) {
  CLI::App* family = &root;
  for (int at = 1; at < argc && !family->get_subcommands({}).empty(); ++at) {
    const std::string word = argv[at];
    if (family->get_option_no_throw(word)) return "";  // --help or --version; CLI11 knows them.
    CLI::App* found = find_command(*family, word);
    if (!found) return no_command(word, *family);
    family = found;
  }
  return "";
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
  add_help(root, action);
  add_version(root, action);
  add_demo_command(root, action);
  add_serve_command(root, action);
  add_check_command(root, action);
  add_plan_command(root, action);
  add_group_commands(root, action);
  add_pools_command(root, action);
  add_prices_command(root, action);
  add_incident_commands(root, action);
  add_event_commands(root, action);
  add_quarantine_commands(root, action);
  add_notify_command(root, action);
  add_sim_commands(root, action);
  if (const std::string unknown = unknown_word(root, argc, argv); !unknown.empty())
    return refuse(unknown);
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return root.exit(error) == 0 ? kOk : kUnusable;
  }
  return action ? action() : kOk;
}

}  // namespace app
