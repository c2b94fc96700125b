#include "app/journal_api.h"

#include <charconv>
#include <utility>
#include <vector>

#include "app/answers.h"
#include "app/json_views.h"
#include "base/form.h"
#include "base/json.h"
#include "base/quote.h"

namespace app {
namespace {

using base::json::array;
using base::json::object;
using base::json::value;

constexpr std::string_view kIncidents = "/api/v1/incidents";
constexpr std::string_view kEvents = "/api/v1/events";
constexpr std::string_view kQuarantine = "/api/v1/quarantine";
constexpr std::string_view kPrices = "/api/v1/prices";

std::optional<int64_t> parse_positive(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

base::Result<base::Form> parse_query(const net::Request& request,
                                     std::initializer_list<std::string_view> allowed) {
  auto form = base::Form::parse(request.query);
  if (!form) return base::fail("InvalidQuery", "the query is not a form");
  for (const auto& [name, text] : form->pairs()) {
    if (std::find(allowed.begin(), allowed.end(), name) != allowed.end()) continue;
    std::string names;
    for (const std::string_view one : allowed) names.append(names.empty() ? "" : ", ").append(one);
    return base::fail("InvalidQuery", base::quote(name) + " is not known here; allowed: " + names);
  }
  return *std::move(form);
}

base::Result<engine::Page> page_of(const base::Form& form) {
  engine::Page page;
  for (const std::string name : {"limit", "before"}) {
    const std::string* text = form.find(name);
    if (!text) continue;
    const auto number = parse_positive(*text);
    if (!number || (name == "limit" && *number > engine::kMostRows))
      return base::fail("InvalidQuery",
                        name + " is " + base::quote(*text) + "; allowed: a whole number from 1" +
                            (name == "limit" ? " to " + std::to_string(engine::kMostRows) : ""));
    if (name == "limit") page.limit = *number;
    if (name == "before") page.before = *number;
  }
  return page;
}

net::Response bad_query(const base::Error& error) {
  return refusal(400, error.code, error.message);
}

net::Response unreadable(const base::Error& error) {
  return refusal(503, error.code, base::printable(error.message));
}

// "next_before" is what to ask for next; null on the last page.
template <class Item>
net::Response list_answer(std::string_view name, const base::Result<std::vector<Item>>& items,
                          const engine::Page& page) {
  if (!items) return unreadable(items.error());
  array list;
  for (const Item& item : *items) list.push_back(to_json(item));
  const bool may_have_more = static_cast<int64_t>(items->size()) == page.limit;
  value next = may_have_more ? value(items->back().seq) : value(nullptr);
  return answer(object{{name, std::move(list)}, {"next_before", std::move(next)}});
}

}  // namespace

std::optional<base::Duration> parse_last(std::string_view text) {
  constexpr base::Duration kMost = base::Duration::hours(31 * 24);
  const auto last = base::parse_duration(text);
  if (!last || *last < base::Duration::seconds(1) || *last > kMost) return std::nullopt;
  return last;
}

base::Result<std::unique_ptr<JournalApi>> JournalApi::open(const std::string& path, Now now) {
  ASSIGN_OR_RETURN(auto database,
                   store::Database::open(path, {.access = store::Access::kReadOnly}));
  std::unique_ptr<JournalApi> api(new JournalApi(std::move(database), std::move(now)));
  ASSIGN_OR_RETURN(api->journal_, engine::Journal::open(*api->database_));
  return api;
}

std::optional<net::Response> JournalApi::answer(const net::Request& request) {
  const std::string_view path = request.path;
  if (path == kIncidents) return incidents(request);
  if (path == kEvents) return events(request);
  if (path == kQuarantine) return quarantine(request);
  if (path == kPrices) return prices(request);
  if (path.starts_with(kQuarantine) && path[kQuarantine.size()] == '/')
    return quarantined_item(path.substr(kQuarantine.size() + 1));
  if (path.starts_with(kIncidents) && path[kIncidents.size()] == '/')
    return incident(path.substr(kIncidents.size() + 1));
  return std::nullopt;
}

net::Response JournalApi::incidents(const net::Request& request) {
  const auto form = parse_query(request, {"open", "group", "limit", "before"});
  if (!form) return bad_query(form.error());
  const auto page = page_of(*form);
  if (!page) return bad_query(page.error());
  const std::string open = form->get("open", "0");
  if (open != "0" && open != "1")
    return refusal(400, "InvalidQuery", "open is " + base::quote(open) + "; allowed: 0, 1");
  std::optional<model::GroupName> group;
  if (const std::string* name = form->find("group")) group = model::GroupName(*name);
  const auto filter = open == "1" ? engine::IncidentFilter::kOpen : engine::IncidentFilter::kAll;
  return list_answer("incidents", journal_->incidents(filter, *page, group), *page);
}

net::Response JournalApi::incident(std::string_view encoded_id) {
  const std::string id = base::percent_decode_form(encoded_id).value_or("");
  const auto found = journal_->incident(model::IncidentId(id));
  if (!found) return unreadable(found.error());
  if (!*found) return refusal(404, "NotFound", "there is no incident " + base::quote(id));
  return app::answer(to_json(**found));
}

net::Response JournalApi::events(const net::Request& request) {
  const auto form = parse_query(request, {"limit", "before"});
  if (!form) return bad_query(form.error());
  const auto page = page_of(*form);
  if (!page) return bad_query(page.error());
  return list_answer("events", journal_->events(*page), *page);
}

net::Response JournalApi::quarantine(const net::Request& request) {
  const auto form = parse_query(request, {"limit", "before"});
  if (!form) return bad_query(form.error());
  const auto page = page_of(*form);
  if (!page) return bad_query(page.error());
  return list_answer("quarantine", journal_->quarantined(*page), *page);
}

net::Response JournalApi::prices(const net::Request& request) {
  const auto form = parse_query(request, {"type", "zone", "last"});
  if (!form) return bad_query(form.error());
  const std::string text = form->get("last", kLastPrices);
  const auto last = parse_last(text);
  if (!last)
    return refusal(400, "InvalidQuery",
                   "last is " + base::quote(text) + "; allowed: " + std::string(kLastAllowed));
  const base::Instant to = now_();
  engine::PriceFilter filter{.since = to - *last};
  if (const std::string* type = form->find("type")) filter.type = model::InstanceType(*type);
  if (const std::string* zone = form->find("zone")) filter.zone = model::Zone(*zone);
  const auto changes = journal_->prices(filter);
  if (!changes) return unreadable(changes.error());
  if (changes->size() == static_cast<size_t>(engine::kMostPrices))
    return refusal(400, "TooManyPrices",
                   "prices changed too often to be summed up at once; ask for one type, one zone "
                   "or a shorter time");
  array list;
  for (const market::PriceSummary& price : market::summarize(*changes, filter.since, to))
    list.push_back(to_json(price));
  return app::answer(object{{"from", base::to_iso8601(filter.since)},
                            {"to", base::to_iso8601(to)},
                            {"prices", std::move(list)}});
}

net::Response JournalApi::quarantined_item(std::string_view number) {
  const auto seq = parse_positive(number);
  const auto found = journal_->quarantined_item(seq.value_or(0));
  if (!found) return unreadable(found.error());
  if (!*found)
    return refusal(404, "NotFound", "nothing in quarantine has the number " + base::quote(number));
  object item = to_json(**found);
  item.erase("body_start");
  item["body"] = base::printable((*found)->body);
  return app::answer(item);
}

}  // namespace app
