// Goal: every published shape, whole, decodes to exactly the notice that stands beside it.
// Method: tests/golden/events/X.json against X.expected.json; SPOTKEEPER_ACCEPT=1 writes the
// latter.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/golden.h"
#include "base/json.h"
#include "model/decode.h"

namespace model {
namespace {

namespace fs = std::filesystem;
namespace json = base::json;

std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<fs::path> inputs() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(base::golden_path("events"))) {
    const fs::path& path = entry.path();
    if (path.extension() == ".json" && path.stem().extension() != ".expected")
      paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

void add_news(const Notice& notice, json::object& out) {
  if (const auto& change = notice.change)
    out["change"] = {
        {"code", change->code}, {"event_arn", change->event_arn}, {"is_closed", change->is_closed}};
  if (const auto& scaling = notice.scaling)
    out["scaling"] = {{"transition", to_string(scaling->transition)},
                      {"group", scaling->group},
                      {"hook", scaling->hook},
                      {"token", scaling->token}};
  if (const auto& fleet = notice.fleet)
    out["fleet"] = {{"fleet", fleet->fleet.str()}, {"sub_type", fleet->sub_type}};
}

json::object to_json(const Notice& notice) {
  json::array instances;
  for (const InstanceId& id : notice.instances) instances.emplace_back(id.str());
  json::object out{{"id", notice.id.str()},
                   {"kind", to_string(notice.kind)},
                   {"instances", std::move(instances)},
                   {"time", base::to_iso8601(notice.time)},
                   {"account", notice.account.str()},
                   {"region", notice.region.str()},
                   {"source", notice.source},
                   {"detail_type", notice.detail_type}};
  if (notice.action) out["action"] = to_string(*notice.action);
  if (notice.deadline) out["deadline"] = base::to_iso8601(*notice.deadline);
  if (notice.state) out["state"] = to_string(*notice.state);
  if (!notice.spot_request.empty()) out["spot_request"] = notice.spot_request.str();
  add_news(notice, out);
  return out;
}

// One member a line, so that a difference is a line.
std::string lines(const json::object& object) {
  std::string out = "{\n";
  for (const auto& member : object) {
    if (out.size() > 2) out += ",\n";
    out +=
        "  " + json::serialize(json::value(member.key())) + ": " + json::serialize(member.value());
  }
  return out + "\n}\n";
}

std::string outcome(std::string_view body) {
  const auto notices = decode(body, base::Instant::from_unix_seconds(1'772'366'400));
  if (!notices) return lines({{"refused", base::to_string(notices.error())}});
  return lines(to_json(notices->front()));
}

TEST(DecodeGolden, EveryPublishedShapeDecodesToItsNotice) {
  ASSERT_GE(inputs().size(), 40u);
  for (const fs::path& input : inputs()) {
    fs::path expected = input;
    expected.replace_extension(".expected.json");
    const std::string actual = outcome(slurp(input));
    if (std::getenv("SPOTKEEPER_ACCEPT")) std::ofstream(expected, std::ios::binary) << actual;
    EXPECT_EQ(actual, slurp(expected)) << input.filename();
  }
}

}  // namespace
}  // namespace model
