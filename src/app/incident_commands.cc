#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "app/cli.h"
#include "app/reading.h"
#include "base/form.h"
#include "base/json.h"
#include "model/instance.h"

namespace app {
namespace {

constexpr char kPath[] = "/api/v1/incidents";
const Columns kIncidents{{"id"},        kSiteColumn,   {"group"},   {"slot"},       {"zone"},
                         {"opened_at"}, {"closed_at"}, {"outcome"}, {"replacement"}};
const Columns kFacts{{"id"},         kSiteColumn,     {"kind"},          {"group"},
                     {"slot"},       {"instance_id"}, {"instance_type"}, {"zone"},
                     {"opened_at"},  {"deadline"},    {"closed_at"},     {"outcome"},
                     {"replacement"}};
const Columns kTimeline{{"at"}, {"what"}, {"detail"}};

struct IncidentOptions : ReadOptions {
  bool open = false;
  std::string group;
  std::string id;
};

int list_incidents(const IncidentOptions& options) {
  base::Form query;
  query.add("limit", std::to_string(options.limit));
  if (options.open) query.add("open", "1");
  if (!options.group.empty()) query.add("group", options.group);
  return print_list(options, kPath, query, "incidents", kIncidents);
}

int show_one(const IncidentOptions& options, const std::string& id) {
  base::Form query;
  if (!options.site.empty()) query.add("site", options.site);
  const auto incident =
      ask(options.server, std::string(kPath) + "/" + base::percent_encode_path(id), query);
  if (!incident) return explain(incident.error());
  std::string text = render(*incident, "timeline", kTimeline, output_of(options));
  if (output_of(options) == Output::kTable) text = text_facts(*incident, kFacts) + "\n" + text;
  std::fputs(text.c_str(), stdout);
  return kOk;
}

// A machine has one incident as a rule; where it has several, which are there is told.
int show_incident(const IncidentOptions& options) {
  if (!model::is_instance_id(options.id)) return show_one(options, options.id);
  base::Form query;
  query.add("instance", options.id);
  base::Form of_site = query;
  if (!options.site.empty()) of_site.add("site", options.site);
  const auto found = ask(options.server, kPath, of_site);
  if (!found) return explain(found.error());
  const auto* incidents = base::json::find_array(*found, "incidents");
  if (!incidents || incidents->empty())
    return explain(
        {"NotFound", "there is no incident of " + options.id, {}, base::Retry::kBackoff});
  const auto* only = incidents->size() == 1 ? incidents->front().if_object() : nullptr;
  if (only) return show_one(options, base::json::text_or_empty(*only, "id"));
  return print_list(options, kPath, query, "incidents", kIncidents);
}

}  // namespace

void add_incident_commands(CLI::App& root, Action& action) {
  CLI::App* incident =
      root.add_subcommand("incident", "machines that were lost, and what was done about each");
  incident->require_subcommand(1);
  incident->footer(
      "Examples:\n"
      "  spotkeeper incident list --open          what is being taken away or replaced now\n"
      "  spotkeeper incident show i-0123456789abcdef0");
  auto options = std::make_shared<IncidentOptions>();

  CLI::App* list = incident->add_subcommand("list", "the newest incidents, one in a line");
  list->add_flag("--open", options->open, "only those that are not over");
  list->add_option("--group", options->group, "only those of this group");
  add_site_option(*list, options->site);
  add_limit_option(*list, *options);
  add_read_options(*list, *options);
  list->footer(
      "Example:\n"
      "  spotkeeper incident list --open\n"
      "gives what is being taken away or replaced now. Without a running keeper the journal in\n"
      "the state folder answers.");
  list->callback([&action, options] { action = [options] { return list_incidents(*options); }; });

  CLI::App* show = incident->add_subcommand("show", "one incident with its timeline");
  show->add_option("id", options->id, "as in the list: INSTANCE/KIND; or INSTANCE alone")
      ->required();
  add_site_option(*show, options->site);
  add_read_options(*show, *options);
  show->footer(
      "Example:\n"
      "  spotkeeper incident show i-0123456789abcdef0/interruption\n"
      "gives what happened when, from the notice to the healthy replacement. INSTANCE alone will "
      "do:\n"
      "of a machine that has several, all are listed.");
  show->callback([&action, options] { action = [options] { return show_incident(*options); }; });
}

}  // namespace app
