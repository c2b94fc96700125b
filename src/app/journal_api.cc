#include "app/journal_api.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "app/answers.h"
#include "app/config.h"
#include "app/json_views.h"
#include "app/newest_first.h"
#include "app/page_cursor.h"
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

// How many rows of one answer.
base::Result<int64_t> limit_of(const base::Form& form) {
  const std::string* text = form.find("limit");
  if (!text) return engine::Page().limit;
  const auto number = parse_positive(*text);
  if (number && *number <= engine::kMostRows) return *number;
  return base::fail("InvalidQuery", "limit is " + base::quote(*text) +
                                        "; allowed: a whole number from 1 to " +
                                        std::to_string(engine::kMostRows));
}

base::Result<PageCursor> cursor_of(const base::Form& form, const std::vector<std::string>& sites) {
  const std::string* text = form.find("before");
  if (!text) return PageCursor();
  if (auto cursor = parse_cursor(*text, sites)) return *std::move(cursor);
  return base::fail("InvalidQuery",
                    "before is " + base::quote(*text) + "; allowed: " +
                        (sites.size() == 1 ? "a whole number from 1" : "what next_before said"));
}

net::Response bad_query(const base::Error& error) {
  return refusal(400, error.code, error.message);
}

net::Response unreadable(const base::Error& error) {
  return refusal(503, error.code, base::printable(error.message));
}

// A refusal of the query is the asker's; anything else is the journal's.
net::Response refused(const base::Error& error) {
  return error.code == "InvalidQuery" ? bad_query(error) : unreadable(error);
}

base::Instant time_of(const engine::JournaledIncident& item) { return item.incident.opened_at; }
base::Instant time_of(const engine::JournaledEvent& item) { return item.received_at; }
base::Instant time_of(const engine::Quarantined& item) { return item.first_seen; }

// The latest first.
base::Result<std::vector<engine::JournaledIncident>> incidents_of(
    engine::Journal& journal, const model::InstanceId& instance) {
  using enum model::IncidentKind;
  std::vector<engine::JournaledIncident> found;
  for (const auto kind : {kInterruption, kLoss, kUnhealthy, kRebalance, kRetirement}) {
    ASSIGN_OR_RETURN(auto incident, journal.incident(model::incident_id(instance, kind)));
    if (incident) found.push_back(*std::move(incident));
  }
  std::sort(found.begin(), found.end(),
            [](const auto& one, const auto& other) { return time_of(one) > time_of(other); });
  return found;
}

array texts_json(const std::vector<std::string>& texts) {
  array list;
  for (const std::string& text : texts) list.push_back(value(base::printable(text)));
  return list;
}

}  // namespace

std::optional<base::Duration> parse_last(std::string_view text) {
  constexpr base::Duration kMost = base::Duration::hours(31 * 24);
  const auto last = base::parse_duration(text);
  if (!last || *last < base::Duration::seconds(1) || *last > kMost) return std::nullopt;
  return last;
}

JournalApi::JournalApi(std::vector<JournalPlace> places, Now now) : now_(std::move(now)) {
  for (JournalPlace& place : places) sites_.push_back({std::move(place), nullptr, nullptr});
}

base::Status JournalApi::open(SiteJournal& site) {
  if (site.journal) return {};
  std::error_code error;
  if (!std::filesystem::exists(site.place.path, error) && !error)
    return base::fail("NoJournal",
                      "there is no journal yet, because the site has not begun; /readyz says why",
                      base::Retry::kBackoff);
  ASSIGN_OR_RETURN(site.database,
                   store::Database::open(site.place.path, {.access = store::Access::kReadOnly}));
  ASSIGN_OR_RETURN(site.journal, engine::Journal::open(*site.database));
  return {};
}

base::Result<JournalApi::Asked> JournalApi::asked(const base::Form& form) {
  const std::string* name = form.find("site");
  Asked asked;
  std::optional<base::Error> failure;
  std::string known;
  for (SiteJournal& site : sites_) {
    known += (known.empty() ? "" : ", ") + site.place.site;
    if (name && site.place.site != *name) continue;
    const base::Status opened = open(site);
    if (opened) {
      asked.journals.push_back(&site);
      continue;
    }
    asked.not_seen.push_back(of_site(site.place.site, base::to_string(opened.error())));
    if (!failure) failure = opened.error();
  }
  if (!asked.journals.empty()) return asked;
  if (failure) return tl::unexpected(*failure);
  return base::fail("InvalidQuery",
                    "site is " + base::quote(*name) + "; allowed: " +
                        (known.empty() ? "none, as the only one has no name" : known));
}

std::optional<net::Response> JournalApi::answer(const net::Request& request) {
  const std::string_view path = request.path;
  if (path == kIncidents) return incidents(request);
  if (path == kEvents) return events(request);
  if (path == kQuarantine) return quarantine(request);
  if (path == kPrices) return prices(request);
  if (path.starts_with(kQuarantine) && path[kQuarantine.size()] == '/')
    return quarantined_item(request, path.substr(kQuarantine.size() + 1));
  if (path.starts_with(kIncidents) && path[kIncidents.size()] == '/')
    return incident(request, path.substr(kIncidents.size() + 1));
  return std::nullopt;
}

// "next_before" is what to ask for next; null on the last page.
template <class Item, class Read>
net::Response JournalApi::list(const base::Form& form, std::string_view name, Read read) {
  const auto asked_of = asked(form);
  if (!asked_of) return refused(asked_of.error());
  const auto limit = limit_of(form);
  if (!limit) return bad_query(limit.error());
  std::vector<std::string> sites;
  for (const SiteJournal* site : asked_of->journals) sites.push_back(site->place.site);
  auto cursor = cursor_of(form, sites);
  if (!cursor) return bad_query(cursor.error());
  std::vector<std::vector<Item>> lists;
  for (SiteJournal* site : asked_of->journals) {
    engine::Page page{.limit = *limit};
    if (const auto at = cursor->find(site->place.site); at != cursor->end())
      page.before = at->second;
    base::Result<std::vector<Item>> items = read(*site->journal, page);
    if (!items) return unreadable(items.error());
    lists.push_back(*std::move(items));
  }
  array rows;
  const auto newest = newest_first(std::move(lists), static_cast<size_t>(*limit),
                                   [](const Item& item) { return time_of(item); });
  for (const auto& [number, item] : newest) {
    rows.push_back(labelled(to_json(item), sites[number]));
    (*cursor)[sites[number]] = item.seq;
  }
  value next = nullptr;
  if (static_cast<int64_t>(rows.size()) == *limit)
    next = sites.size() == 1 ? value(cursor->begin()->second) : value(cursor_text(*cursor));
  object answer_of{{name, std::move(rows)}, {"next_before", std::move(next)}};
  if (!asked_of->not_seen.empty()) answer_of["not_seen"] = texts_json(asked_of->not_seen);
  return app::answer(answer_of);
}

// One machine's, the latest of each kind: few enough for one answer.
net::Response JournalApi::incidents_of_instance(const net::Request& request) {
  const auto form = parse_query(request, {"instance", "site"});
  if (!form) return bad_query(form.error());
  const auto asked_of = asked(*form);
  if (!asked_of) return refused(asked_of.error());
  const model::InstanceId instance(form->get("instance", ""));
  std::vector<std::vector<engine::JournaledIncident>> lists;
  for (SiteJournal* site : asked_of->journals) {
    auto found = incidents_of(*site->journal, instance);
    if (!found) return unreadable(found.error());
    lists.push_back(*std::move(found));
  }
  array rows;
  for (const auto& [number, item] :
       newest_first(std::move(lists), static_cast<size_t>(engine::kMostRows),
                    [](const engine::JournaledIncident& item) { return time_of(item); }))
    rows.push_back(labelled(to_json(item), asked_of->journals[number]->place.site));
  object answer_of{{"incidents", std::move(rows)}};
  if (!asked_of->not_seen.empty()) answer_of["not_seen"] = texts_json(asked_of->not_seen);
  return app::answer(answer_of);
}

net::Response JournalApi::incidents(const net::Request& request) {
  const auto form = parse_query(request, {"instance", "open", "group", "limit", "before", "site"});
  if (!form) return bad_query(form.error());
  if (form->find("instance")) return incidents_of_instance(request);
  const std::string open = form->get("open", "0");
  if (open != "0" && open != "1")
    return refusal(400, "InvalidQuery", "open is " + base::quote(open) + "; allowed: 0, 1");
  std::optional<model::GroupName> group;
  if (const std::string* name = form->find("group")) group = model::GroupName(*name);
  const auto filter = open == "1" ? engine::IncidentFilter::kOpen : engine::IncidentFilter::kAll;
  return list<engine::JournaledIncident>(*form, "incidents",
                                         [&](engine::Journal& journal, const engine::Page& page) {
                                           return journal.incidents(filter, page, group);
                                         });
}

net::Response JournalApi::incident(const net::Request& request, std::string_view encoded_id) {
  const auto form = parse_query(request, {"site"});
  if (!form) return bad_query(form.error());
  const auto asked_of = asked(*form);
  if (!asked_of) return refused(asked_of.error());
  const std::string id = base::percent_decode_form(encoded_id).value_or("");
  std::optional<object> found;
  std::string sites;
  for (SiteJournal* site : asked_of->journals) {
    const auto incident = site->journal->incident(model::IncidentId(id));
    if (!incident) return unreadable(incident.error());
    if (!*incident) continue;
    sites += (found ? ", " : "") + site->place.site;
    if (found)
      return refusal(400, "InvalidQuery",
                     "more than one site has an incident " + base::quote(id) +
                         "; say which with site=NAME; allowed: " + sites);
    found = labelled(to_json(**incident), site->place.site);
  }
  if (!found) return refusal(404, "NotFound", "there is no incident " + base::quote(id));
  return app::answer(*found);
}

net::Response JournalApi::events(const net::Request& request) {
  const auto form = parse_query(request, {"limit", "before", "site"});
  if (!form) return bad_query(form.error());
  return list<engine::JournaledEvent>(
      *form, "events",
      [](engine::Journal& journal, const engine::Page& page) { return journal.events(page); });
}

net::Response JournalApi::quarantine(const net::Request& request) {
  const auto form = parse_query(request, {"limit", "before", "site"});
  if (!form) return bad_query(form.error());
  return list<engine::Quarantined>(
      *form, "quarantine",
      [](engine::Journal& journal, const engine::Page& page) { return journal.quarantined(page); });
}

net::Response JournalApi::prices(const net::Request& request) {
  const auto form = parse_query(request, {"type", "zone", "last", "site"});
  if (!form) return bad_query(form.error());
  const auto asked_of = asked(*form);
  if (!asked_of) return refused(asked_of.error());
  const std::string text = form->get("last", kLastPrices);
  const auto last = parse_last(text);
  if (!last)
    return refusal(400, "InvalidQuery",
                   "last is " + base::quote(text) + "; allowed: " + std::string(kLastAllowed));
  const base::Instant to = now_();
  engine::PriceFilter filter{.since = to - *last};
  if (const std::string* type = form->find("type")) filter.type = model::InstanceType(*type);
  if (const std::string* zone = form->find("zone")) filter.zone = model::Zone(*zone);
  array list;
  for (SiteJournal* site : asked_of->journals) {
    const auto changes = site->journal->prices(filter);
    if (!changes) return unreadable(changes.error());
    if (changes->size() == static_cast<size_t>(engine::kMostPrices))
      return refusal(400, "TooManyPrices",
                     "prices changed too often to be summed up at once; ask for one type, one zone "
                     "or a shorter time");
    for (const market::PriceSummary& price : market::summarize(*changes, filter.since, to))
      list.push_back(labelled(to_json(price), site->place.site));
  }
  object answer_of{{"from", base::to_iso8601(filter.since)},
                   {"to", base::to_iso8601(to)},
                   {"prices", std::move(list)}};
  if (!asked_of->not_seen.empty()) answer_of["not_seen"] = texts_json(asked_of->not_seen);
  return app::answer(answer_of);
}

net::Response JournalApi::quarantined_item(const net::Request& request, std::string_view number) {
  const auto form = parse_query(request, {"site"});
  if (!form) return bad_query(form.error());
  const auto asked_of = asked(*form);
  if (!asked_of) return refused(asked_of.error());
  if (sites_.size() > 1 && !form->find("site"))
    return refusal(400, "InvalidQuery", "each site counts for itself: say which with site=NAME");
  const SiteJournal& site = *asked_of->journals.front();
  const auto found = site.journal->quarantined_item(parse_positive(number).value_or(0));
  if (!found) return unreadable(found.error());
  if (!*found)
    return refusal(404, "NotFound", "nothing in quarantine has the number " + base::quote(number));
  object item = labelled(to_json(**found), site.place.site);
  item.erase("body_start");
  item["body"] = base::printable((*found)->body);
  return app::answer(item);
}

}  // namespace app
