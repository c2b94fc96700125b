#include "app/reading.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/cli.h"
#include "base/json.h"
#include "base/quote.h"
#include "engine/journal.h"

namespace app {

void add_server_options(CLI::App& command, ServerOptions& options) {
  command.add_option("--server", options.server,
                     "the keeper's address, as http://127.0.0.1:7768; without any of these three, "
                     "SPOTKEEPER_SERVER counts");
  command.add_option("--config", options.config, "ask the keeper of this configuration file");
  command.add_option("--state-dir", options.state_dir, "ask the keeper of this state folder");
}

void add_output_option(CLI::App& command, ReadOptions& options) {
  command.add_option("--output", options.output, "table, json or csv")
      ->check(CLI::IsMember({"table", "json", "csv"}))
      ->capture_default_str();
}

void add_read_options(CLI::App& command, ReadOptions& options) {
  add_server_options(command, options.server);
  add_output_option(command, options);
}

void add_site_option(CLI::App& command, std::string& site) {
  command.add_option("--site", site, "only this [[aws]] of the configuration file");
}

void add_limit_option(CLI::App& command, ReadOptions& options) {
  command.add_option("--limit", options.limit, "at most so many, the newest")
      ->check(CLI::Range(1, static_cast<int>(engine::kMostRows)))
      ->capture_default_str();
}

Output output_of(const ReadOptions& options) {
  if (options.output == "json") return Output::kJson;
  return options.output == "csv" ? Output::kCsv : Output::kTable;
}

int explain(const base::Error& error) {
  const std::string context = error.context.empty() ? "" : " (" + error.context + ")";
  std::fprintf(stderr, "spotkeeper: %s\n", base::printable(error.message + context).c_str());
  return error.retry == base::Retry::kNever ? kUnusable : kFailed;
}

base::Result<base::json::object> ask(const ServerOptions& options, const std::string& path,
                                     const base::Form& query) {
  ASSIGN_OR_RETURN(const auto client, ServerClient::open(options, aws::process_environment()));
  ASSIGN_OR_RETURN(const std::string body, client->get(path, query));
  return base::json::parse_object(body);
}

int print_list(const ReadOptions& options, const std::string& path, const base::Form& query,
               std::string_view list, const Columns& columns) {
  base::Form of_site = query;
  if (!options.site.empty()) of_site.add("site", options.site);
  const auto document = ask(options.server, path, of_site);
  if (!document) return explain(document.error());
  std::fputs(render(*document, list, columns, output_of(options)).c_str(), stdout);
  const auto* not_seen = base::json::find_array(*document, "not_seen");
  if (!not_seen) return kOk;
  for (const base::json::value& why : *not_seen)
    std::fprintf(stderr, "spotkeeper: not seen: %s\n",
                 why.is_string() ? base::printable(why.get_string()).c_str() : "?");
  return kFailed;
}

}  // namespace app
