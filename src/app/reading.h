// What the commands that ask a keeper have in common: their options, one question, one answer.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "app/server_client.h"
#include "app/table.h"
#include "base/form.h"
#include "base/result.h"

namespace CLI {
class App;
}

namespace app {

struct ReadOptions {
  ServerOptions server;
  std::string output = "table";
  std::string site;  // Empty: all of them.
  int limit = 100;
};

// --server, --config, --state-dir.
void add_server_options(CLI::App& command, ServerOptions& options);
void add_output_option(CLI::App& command, ReadOptions& options);
// Both of these.
void add_read_options(CLI::App& command, ReadOptions& options);
// --site.
void add_site_option(CLI::App& command, std::string& site);
void add_limit_option(CLI::App& command, ReadOptions& options);

Output output_of(const ReadOptions& options);

// The sentence on standard error, and the exit code: kUnusable when trying again cannot help.
int explain(const base::Error& error);

base::Result<boost::json::object> ask(const ServerOptions& options, const std::string& path,
                                      const base::Form& query = {});

// Asks (of the site, if one is chosen), and prints the list of that name. What a site could not
// tell is named on standard error, and the exit code is kFailed.
int print_list(const ReadOptions& options, const std::string& path, const base::Form& query,
               std::string_view list, const Columns& columns);

}  // namespace app
