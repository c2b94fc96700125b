#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "app/cli.h"
#include "app/config_rules.h"
#include "app/journal_api.h"
#include "app/reading.h"
#include "base/form.h"

namespace app {
namespace {

const Columns kPrices{kSiteColumn,       {"instance_type"}, {"zone"},     {"price_usd"},
                      {"on_demand_usd"}, {"lowest_usd"},    {"mean_usd"}, {"highest_usd"},
                      {"changes"},       {"since"}};

struct PriceOptions : ReadOptions {
  std::string type;
  std::string zone;
  std::string last = kLastPrices;
};

std::string must_be_last(const std::string& text) {
  return parse_last(text) ? "" : "allowed: " + std::string(kLastAllowed);
}

int list_prices(const PriceOptions& options) {
  base::Form query;
  query.add("last", options.last);
  if (!options.type.empty()) query.add("type", options.type);
  if (!options.zone.empty()) query.add("zone", options.zone);
  return print_list(options, "/api/v1/prices", query, "prices", kPrices);
}

}  // namespace

void add_prices_command(CLI::App& root, Action& action) {
  CLI::App* prices = root.add_subcommand("prices", "what the pools cost, and have cost");
  auto options = std::make_shared<PriceOptions>();
  prices->add_option("--type", options->type, "only pools of this instance type")
      ->check([](const std::string& text) { return must_be(kInstanceType, text); });
  prices->add_option("--zone", options->zone, "only pools of this zone");
  add_site_option(*prices, options->site);
  prices->add_option("--last", options->last, "how far back to look, as 90m, 24h or 7d")
      ->check([](const std::string& text) { return must_be_last(text); })
      ->capture_default_str();
  add_read_options(*prices, *options);
  prices->footer(
      "Example:\n"
      "  spotkeeper prices --type c6i.large --last 7d\n"
      "gives each pool's Spot price per hour now and since when, the on-demand price (\"-\" where "
      "it\n"
      "is not known: there is a list for us-east-2 only), the lowest, mean and highest Spot price\n"
      "within that time and how often it changed. The keeper reads prices every five minutes and\n"
      "remembers them for 31 days. Without a running keeper the journal in the state folder "
      "answers.");
  prices->callback([&action, options] { action = [options] { return list_prices(*options); }; });
}

}  // namespace app
