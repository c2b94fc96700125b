#include "sim/market_trace.h"

#include <array>
#include <optional>

#include "base/json.h"
#include "model/pool.h"

namespace sim {
namespace {

constexpr std::string_view kHeader =
    "timestamp,availability_zone,instance_type,product_description,spot_price";
constexpr std::string_view kPingHeader = "tick,timestamp,fail";

template <size_t kColumns>
std::optional<std::array<std::string_view, kColumns>> split_row(std::string_view line) {
  std::array<std::string_view, kColumns> cells;
  for (size_t i = 0; i < kColumns; ++i) {
    const size_t comma = line.find(',');
    if ((comma == std::string_view::npos) != (i + 1 == kColumns)) return std::nullopt;
    cells[i] = line.substr(0, comma);
    line.remove_prefix(i + 1 == kColumns ? line.size() : comma + 1);
  }
  return cells;
}

base::Result<PriceRow> read_row(const std::array<std::string_view, 5>& cells) {
  const auto at = base::parse_iso8601(cells[0]);
  const auto price = base::parse_money(cells[4]);
  if (!at || !price || cells[1].empty() || cells[2].empty())
    return base::fail("BadPriceFile", "not a price row");
  return PriceRow{*at, model::Zone(cells[1]), model::InstanceType(cells[2]), *price};
}

struct Ping {
  base::Instant at;
  bool is_up = false;
};

base::Result<Ping> read_ping(std::string_view line) {
  const auto cells = split_row<3>(line);
  if (!cells) return base::fail("BadPingFile", "not three columns");
  const auto at = base::parse_iso8601((*cells)[1]);
  if (!at || ((*cells)[2] != "0" && (*cells)[2] != "1"))
    return base::fail("BadPingFile", "not a ping");
  return Ping{*at, (*cells)[2] == "0"};
}

std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

base::Result<std::vector<PriceRow>> parse_price_csv(std::string_view text) {
  if (take_line(text) != kHeader)
    return base::fail("BadPriceFile", "the first line must be " + std::string(kHeader));
  std::vector<PriceRow> rows;
  for (int number = 2; !text.empty(); ++number) {
    const std::string_view line = take_line(text);
    if (line.empty()) continue;
    const auto cells = split_row<5>(line);
    if (cells && (*cells)[3] != model::kLinux) continue;
    auto row = cells ? read_row(*cells) : base::fail("BadPriceFile", "not five columns");
    if (!row) return tl::unexpected(base::within("line " + std::to_string(number), row.error()));
    rows.push_back(*std::move(row));
  }
  return rows;
}

base::Result<AvailabilityTrace> parse_availability(std::string_view text) {
  ASSIGN_OR_RETURN(const auto document, base::json::parse_object(text));
  const auto* metadata = base::json::find_object(document, "metadata");
  const auto* data = base::json::find_array(document, "data");
  const auto gap = metadata ? base::json::find_int(*metadata, "gap_seconds") : std::nullopt;
  if (!gap || *gap <= 0 || !data || data->empty())
    return base::fail("BadAvailabilityFile", "needs metadata.gap_seconds and a list named data");
  AvailabilityTrace trace{base::Duration::seconds(*gap), {}};
  for (const auto& entry : *data) {
    if (!entry.is_int64() || entry.get_int64() < 0 || entry.get_int64() > 1'000'000)
      return base::fail("BadAvailabilityFile", "data must hold whole numbers");
    trace.capacities.push_back(static_cast<int>(entry.get_int64()));
  }
  return trace;
}

base::Result<AvailabilityTrace> parse_pings(std::string_view text, int when_up) {
  if (take_line(text) != kPingHeader)
    return base::fail("BadPingFile", "the first line must be " + std::string(kPingHeader));
  AvailabilityTrace trace;
  base::Instant first, last;
  for (int number = 2; !text.empty(); ++number) {
    const std::string_view line = take_line(text);
    if (line.empty()) continue;
    const auto ping = read_ping(line);
    if (!ping) return tl::unexpected(base::within("line " + std::to_string(number), ping.error()));
    if (!trace.capacities.empty() && ping->at <= last)
      return base::fail("BadPingFile", "line " + std::to_string(number) + " goes back in time");
    last = ping->at;
    if (trace.capacities.empty()) first = last;
    trace.capacities.push_back(ping->is_up ? when_up : 0);
  }
  if (trace.capacities.size() < 2) return base::fail("BadPingFile", "fewer than two pings");
  trace.gap = (last - first) / static_cast<int64_t>(trace.capacities.size() - 1);
  return trace;
}

}  // namespace sim
