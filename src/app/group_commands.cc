#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "app/cli.h"
#include "app/reading.h"
#include "base/form.h"
#include "base/json.h"

namespace app {
namespace {

const Columns kGroups{kSiteColumn,       {"name"},     {"capacity"},       {"healthy"},
                      {"open_launches"}, {"retiring"}, {"open_incidents"}, {"hindrance"}};
const Columns kFacts{kSiteColumn, {"name"},          {"capacity"},       {"min_healthy"},
                     {"healthy"}, {"open_launches"}, {"open_incidents"}, {"hindrance"}};
const Columns kSlots{{"slot"},      {"state"},      {"instance_id"}, {"instance_type"}, {"zone"},
                     {"lifecycle"}, {"private_ip"}, {"since"},       {"order"}};
const Columns kPools{{"zone"},      {"rank"},          {"instance_type"},
                     {"price_usd"}, {"interruptions"}, {"placement_score"},
                     {"in_use"},    {"avoided_until"}, {"is_too_dear"}};
const Columns kRetiring{{"instance_id"}, {"slot"}, {"reason"}, {"replacement"}, {"deadline"}};

int list_groups(const ReadOptions& options) {
  return print_list(options, "/api/v1/groups", {}, "groups", kGroups);
}

// A line each, below the facts.
std::string cautions_of(const base::json::object& group) {
  std::string text;
  if (const auto* cautions = base::json::find_array(group, "cautions"))
    for (const auto& caution : *cautions)
      if (caution.is_string()) text += "CAUTION  " + std::string(caution.get_string()) + "\n";
  return text;
}

int show_group(const ReadOptions& options, const std::string& name) {
  const auto group = ask(options.server, "/api/v1/groups/" + base::percent_encode(name));
  if (!group) return explain(group.error());
  std::string text = render(*group, "slots", kSlots, output_of(options));
  if (output_of(options) == Output::kTable) {
    text = text_facts(*group, kFacts) + cautions_of(*group) + "\n" + text;
    const auto* retiring = base::json::find_array(*group, "retiring");
    if (retiring && !retiring->empty()) text += "\nRETIRING\n" + text_table(*retiring, kRetiring);
  }
  std::fputs(text.c_str(), stdout);
  return kOk;
}

}  // namespace

void add_group_commands(CLI::App& root, Action& action) {
  CLI::App* group =
      root.add_subcommand("group", "the groups that a running keeper keeps, and orders to it");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n"
      "  spotkeeper group list                    how many should serve, and how many do\n"
      "  spotkeeper group show web                who holds each slot, and what hinders\n"
      "  spotkeeper group pause web               stop everything, at once");
  auto options = std::make_shared<ReadOptions>();

  CLI::App* list = group->add_subcommand("list", "every group in one line");
  add_read_options(*list, *options);
  list->footer(
      "Example:\n"
      "  spotkeeper group list --output csv\n"
      "gives a line per group with how many instances it should have and how many serve.");
  list->callback([&action, options] { action = [options] { return list_groups(*options); }; });

  CLI::App* show = group->add_subcommand("show", "one group: its slots and who holds them");
  auto name = std::make_shared<std::string>();
  show->add_option("name", *name, "the group's name")->required();
  add_read_options(*show, *options);
  show->footer(
      "Example:\n"
      "  spotkeeper group show web\n"
      "gives a line per slot: its instance, and whether it is launching, starting, serving,\n"
      "unhealthy or doomed.");
  show->callback([&action, options, name] {
    action = [options, name] { return show_group(*options, *name); };
  });
  add_group_orders(*group, action);
}

void add_pools_command(CLI::App& root, Action& action) {
  CLI::App* pools = root.add_subcommand("pools", "a group's pools in the order they are tried");
  auto options = std::make_shared<ReadOptions>();
  auto name = std::make_shared<std::string>();
  pools->add_option("group", *name, "the group's name")->required();
  add_read_options(*pools, *options);
  pools->footer(
      "Example:\n"
      "  spotkeeper pools web\n"
      "gives each zone's pools, RANK 1 first, with what decides: the Spot price per hour, AWS's\n"
      "band of interruptions per month (a tenth of the price each, or what the strategy says), "
      "AWS's\n"
      "placement score of the zone for all types together (from 8 on a band weighs half, up to 3\n"
      "twice; \"-\" where it was not asked for or refused), how many of the group run there, "
      "until\n"
      "when a pool that was dry or interrupted is avoided, and whether it costs more than "
      "max_price.");
  pools->callback([&action, options, name] {
    action = [options, name] {
      return print_list(*options, "/api/v1/groups/" + base::percent_encode(*name) + "/pools", {},
                        "pools", kPools);
    };
  });
}

}  // namespace app
