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
  return print_list(options, "/api/v1/incidents", query, "incidents", kIncidents);
}

int show_incident(const IncidentOptions& options) {
  base::Form query;
  if (!options.site.empty()) query.add("site", options.site);
  const auto incident =
      ask(options.server, "/api/v1/incidents/" + base::percent_encode_path(options.id), query);
  if (!incident) return explain(incident.error());
  std::string text = render(*incident, "timeline", kTimeline, output_of(options));
  if (output_of(options) == Output::kTable) text = text_facts(*incident, kFacts) + "\n" + text;
  std::fputs(text.c_str(), stdout);
  return kOk;
}

}  // namespace

void add_incident_commands(CLI::App& root, Action& action) {
  CLI::App* incident =
      root.add_subcommand("incident", "machines that were lost, and what was done about each");
  incident->require_subcommand(1);
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
  show->add_option("id", options->id, "as in the list: INSTANCE/KIND")->required();
  add_site_option(*show, options->site);
  add_read_options(*show, *options);
  show->footer(
      "Example:\n"
      "  spotkeeper incident show i-0123456789abcdef0/interruption\n"
      "gives what happened when, from the notice to the healthy replacement.");
  show->callback([&action, options] { action = [options] { return show_incident(*options); }; });
}

}  // namespace app
