#include "market/advisor.h"

#include <array>

#include "base/json.h"
#include "market/advisor_table.h"

namespace market {
namespace {

constexpr std::array<std::string_view, Advisor::kBands> kLabels{"<5%", "5-10%", "10-15%", "15-20%",
                                                                ">20%"};

// The next word of the text, and the text after it.
std::string_view take_word(std::string_view& text) {
  const size_t end = text.find(' ');
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

std::optional<size_t> column_of(const model::Region& region) {
  std::string_view regions = kAdvisorRegions;
  for (size_t column = 0; !regions.empty(); ++column)
    if (take_word(regions) == region.str()) return column;
  return std::nullopt;
}

}  // namespace

Advisor Advisor::built_in(const model::Region& region) {
  Advisor advisor;
  const auto column = column_of(region);
  if (!column) return advisor;
  for (std::string_view table = kAdvisorTable; !table.empty();) {
    const model::InstanceType type{std::string(take_word(table))};
    const char band = take_word(table)[*column];
    if (band != '-') advisor.bands_.emplace(type, band - '0');
  }
  return advisor;
}

base::Result<Advisor> Advisor::parse(std::string_view json, const model::Region& region) {
  ASSIGN_OR_RETURN(const base::json::object document, base::json::parse_object(json));
  const auto* regions = base::json::find_object(document, "spot_advisor");
  const auto* products = regions ? base::json::find_object(*regions, region.str()) : nullptr;
  const auto* types = products ? base::json::find_object(*products, "Linux") : nullptr;
  if (!types) return base::fail("NoAdvice", "it has no spot_advisor." + region.str() + ".Linux");
  Advisor advisor;
  for (const auto& [type, advice] : *types) {
    const auto band =
        advice.is_object() ? base::json::find_int(advice.as_object(), "r") : std::nullopt;
    if (!band || *band < 0 || *band >= kBands)
      return base::fail("NoAdvice", "the band of " + std::string(type) + " is not 0 to 4");
    advisor.bands_.emplace(model::InstanceType(std::string(type)), static_cast<int>(*band));
  }
  if (advisor.bands_.empty())
    return base::fail("NoAdvice", "its spot_advisor." + region.str() + ".Linux names no type");
  return advisor;
}

std::optional<int> Advisor::band(const model::InstanceType& type) const {
  const auto found = bands_.find(type);
  return found == bands_.end() ? std::nullopt : std::optional(found->second);
}

std::string_view band_label(int band) { return kLabels.at(static_cast<size_t>(band)); }

}  // namespace market
