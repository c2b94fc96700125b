#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include "app/cli.h"
#include "app/reading.h"
#include "base/json.h"
#include "base/quote.h"

namespace app {
namespace {

const Columns kEvents{kSiteColumn, {"seq"},         {"kind"}, {"detail_type"}, {"instance_ids"},
                      {"time"},    {"received_at"}, {"door"}, {"duplicates"}};
const Columns kQuarantined{kSiteColumn,    {"seq"},       {"kind"},     {"reason"},    {"door"},
                           {"first_seen"}, {"last_seen"}, {"attempts"}, {"body_bytes"}};

int list_paged(const ReadOptions& options, std::string_view name, const Columns& columns) {
  base::Form query;
  query.add("limit", std::to_string(options.limit));
  return print_list(options, "/api/v1/" + std::string(name), query, name, columns);
}

base::Result<std::string> read_body(const std::string& path) {
  if (path == "-") return std::string{std::istreambuf_iterator<char>(std::cin), {}};
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string body{std::istreambuf_iterator<char>(file), {}};
  if (file && !file.bad()) return body;
  const std::string why = std::generic_category().message(errno == 0 ? EIO : errno);
  return base::fail("UnreadableFile", base::quote(path) + " cannot be read: " + why);
}

struct InjectOptions {
  ServerOptions server;
  std::string path;
  std::string site;
};

base::Status inject(const InjectOptions& options) {
  ASSIGN_OR_RETURN(std::string body, read_body(options.path));
  ASSIGN_OR_RETURN(const auto client,
                   ServerClient::open(options.server, aws::process_environment()));
  base::Form query;
  if (!options.site.empty()) query.add("site", options.site);
  ASSIGN_OR_RETURN(const std::string answer,
                   client->post("/api/v1/events", std::move(body), query));
  return {};
}

int inject_event(const InjectOptions& options) {
  if (const base::Status status = inject(options); !status) return explain(status.error());
  std::puts("the event is in the journal");
  return kOk;
}

struct QuarantineOptions : ReadOptions {
  int64_t seq = 0;
};

int show_quarantined(const QuarantineOptions& options) {
  base::Form query;
  if (!options.site.empty()) query.add("site", options.site);
  const auto item = ask(options.server, "/api/v1/quarantine/" + std::to_string(options.seq), query);
  if (!item) return explain(item.error());
  if (output_of(options) == Output::kTable) {
    std::printf("%s\n%s\n", text_facts(*item, kQuarantined).c_str(),
                base::json::text_or_empty(*item, "body").c_str());
    return kOk;
  }
  std::printf("%s\n", base::json::serialize(*item).c_str());
  return kOk;
}

base::Status retry(const QuarantineOptions& options) {
  ASSIGN_OR_RETURN(const auto client,
                   ServerClient::open(options.server, aws::process_environment()));
  base::json::object body{{"retry", options.seq}};
  if (!options.site.empty()) body["site"] = options.site;
  ASSIGN_OR_RETURN(const std::string answer,
                   client->post("/api/v1/quarantine", base::json::serialize(body)));
  return {};
}

int retry_quarantined(const QuarantineOptions& options) {
  if (const base::Status status = retry(options); !status) return explain(status.error());
  std::puts("it has left the quarantine, and is taken up again");
  return kOk;
}

struct DropOptions {
  ServerOptions server;
  std::string site;
  std::optional<int64_t> seq;
  bool all = false;
  bool is_confirmed = false;
};

base::Status drop(const DropOptions& options) {
  const base::json::value what =
      options.all ? base::json::value("all") : base::json::value(*options.seq);
  ASSIGN_OR_RETURN(const auto client,
                   ServerClient::open(options.server, aws::process_environment()));
  base::json::object body{{"drop", what}, {"confirm", what}};
  if (!options.site.empty()) body["site"] = options.site;
  ASSIGN_OR_RETURN(const std::string answer,
                   client->post("/api/v1/quarantine", base::json::serialize(body)));
  return {};
}

int refuse_drop(const char* why) {
  std::fprintf(stderr, "spotkeeper: %s\n", why);
  return kUnusable;
}

int drop_quarantined(const DropOptions& options) {
  if (options.all == options.seq.has_value())
    return refuse_drop(
        "what to drop must be named once; allowed: its number in the list, or --all");
  if (!options.is_confirmed)
    return refuse_drop("what is dropped cannot be had back; say so with --confirm");
  if (const base::Status status = drop(options); !status) return explain(status.error());
  std::puts(options.all ? "the quarantine is empty" : "it is forgotten");
  return kOk;
}

void add_quarantine_show(CLI::App& quarantine, Action& action) {
  CLI::App* command = quarantine.add_subcommand("show", "one of them, whole");
  auto options = std::make_shared<QuarantineOptions>();
  command->add_option("seq", options->seq, "its number in the list")->required();
  add_site_option(*command, options->site);
  add_read_options(*command, *options);
  command->footer(
      "Example:\n"
      "  spotkeeper quarantine show 3");
  command->callback(
      [&action, options] { action = [options] { return show_quarantined(*options); }; });
}

void add_quarantine_retry(CLI::App& quarantine, Action& action) {
  CLI::App* command = quarantine.add_subcommand(
      "retry", "have a running keeper read the message, or send the notification, again");
  auto options = std::make_shared<QuarantineOptions>();
  command->add_option("seq", options->seq, "its number in the list")->required();
  add_site_option(*command, options->site);
  add_server_options(*command, options->server);
  command->footer(
      "Example:\n"
      "  spotkeeper quarantine retry 3\n"
      "once the webhook's URL was mended, or a newer spotkeeper can read the message.");
  command->callback(
      [&action, options] { action = [options] { return retry_quarantined(*options); }; });
}

void add_quarantine_drop(CLI::App& quarantine, Action& action) {
  CLI::App* command =
      quarantine.add_subcommand("drop", "forget one of them, or with --all every one");
  auto options = std::make_shared<DropOptions>();
  command->add_option("seq", options->seq, "its number in the list");
  command->add_flag("--all", options->all, "all that is in quarantine now");
  command->add_flag("--confirm", options->is_confirmed, "yes, forget it");
  add_site_option(*command, options->site);
  add_server_options(*command, options->server);
  command->footer(
      "Example:\n"
      "  spotkeeper quarantine drop 3 --confirm\n"
      "when it means nothing any more. What has not been seen for 31 days is forgotten without\n"
      "that.");
  command->callback(
      [&action, options] { action = [options] { return drop_quarantined(*options); }; });
}

void add_list_command(CLI::App& events, Action& action) {
  CLI::App* list = events.add_subcommand("list", "the newest events, one in a line");
  auto options = std::make_shared<ReadOptions>();
  add_site_option(*list, options->site);
  add_limit_option(*list, *options);
  add_read_options(*list, *options);
  list->footer(
      "Example:\n"
      "  spotkeeper events list --limit 20\n"
      "gives what was heard last. DUPLICATES counts how often the same event came again.");
  list->callback([&action, options] {
    action = [options] { return list_paged(*options, "events", kEvents); };
  });
}

void add_inject_command(CLI::App& events, Action& action) {
  CLI::App* command =
      events.add_subcommand("inject", "hand an event to a running keeper, as its queue would");
  auto options = std::make_shared<InjectOptions>();
  command->add_option("file", options->path, "the event as JSON; - for standard input")->required();
  command->add_option("--site", options->site,
                      "the [[aws]] whose event it is; left out: by its account and region");
  add_server_options(*command, options->server);
  command->footer(
      "Example:\n"
      "  spotkeeper events inject warning.json\n"
      "returns when the event is durable. An event that cannot be read is refused with the "
      "reason.");
  command->callback([&action, options] { action = [options] { return inject_event(*options); }; });
}

}  // namespace

void add_event_commands(CLI::App& root, Action& action) {
  CLI::App* events = root.add_subcommand("events", "what AWS told the keeper");
  events->require_subcommand(1);
  events->footer(
      "Examples:\n"
      "  spotkeeper events list                   what was heard last\n"
      "  spotkeeper events inject warning.json");
  add_list_command(*events, action);
  add_inject_command(*events, action);
}

void add_quarantine_commands(CLI::App& root, Action& action) {
  CLI::App* quarantine =
      root.add_subcommand("quarantine", "what could not be read or brought, kept with the reason");
  quarantine->require_subcommand(1);
  quarantine->footer(
      "Examples:\n"
      "  spotkeeper quarantine list\n"
      "  spotkeeper quarantine retry 3            once the reason is mended\n"
      "  spotkeeper quarantine drop 3 --confirm   when it means nothing any more");
  CLI::App* list = quarantine->add_subcommand("list", "the newest of them, one in a line");
  auto options = std::make_shared<ReadOptions>();
  add_site_option(*list, options->site);
  add_limit_option(*list, *options);
  add_read_options(*list, *options);
  list->footer(
      "Example:\n"
      "  spotkeeper quarantine list --output json\n"
      "gives each with the first 2048 bytes of its body; `show` gives all.");
  list->callback([&action, options] {
    action = [options] { return list_paged(*options, "quarantine", kQuarantined); };
  });
  add_quarantine_show(*quarantine, action);
  add_quarantine_retry(*quarantine, action);
  add_quarantine_drop(*quarantine, action);
}

}  // namespace app
