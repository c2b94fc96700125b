#include "app/api.h"

#include <algorithm>
#include <utility>

#include "app/answers.h"
#include "app/config.h"
#include "app/json_views.h"
#include "app/metrics.h"
#include "app/readiness.h"
#include "base/form.h"
#include "base/json.h"
#include "base/quote.h"
#include "control/commands.h"
#include "model/adoption.h"
#include "model/auto_scaling.h"
#include "model/decode.h"

namespace app {
namespace {

using base::json::array;
using base::json::object;

constexpr std::string_view kGroups = "/api/v1/groups";
constexpr std::string_view kEvents = "/api/v1/events";
constexpr std::string_view kCommands = "/api/v1/commands";
constexpr std::string_view kQuarantine = "/api/v1/quarantine";
// A turn takes milliseconds. A journal on a slow disk may hold one up for seconds, never this long.
constexpr base::Duration kOverdue = base::Duration::seconds(30);

bool is_json(const net::Request& request) {
  const std::string type = request.headers.get("Content-Type");
  return net::equal_ignoring_case(std::string_view(type).substr(0, type.find(';')),
                                  "application/json");
}

net::Response method_not_allowed(std::string_view allowed) {
  net::Response response =
      refusal(405, "MethodNotAllowed", "allowed here: " + std::string(allowed));
  response.headers.add("Allow", std::string(allowed));
  return response;
}

// What hinders every group is known when asked: views are kept while nothing in their group
// changes.
object hindered_too(const GroupView& group, object json, const Snapshot& snapshot) {
  std::string hindrance = group.hindrance;
  const auto add = [&](const std::string& what) {
    hindrance += (hindrance.empty() ? "" : "; ") + what;
  };
  for (const notify::Trouble& trouble : snapshot.troubles)
    if (trouble.group.empty() || trouble.group == group.name)
      add(trouble.name + ": " + trouble.why);
  if (!snapshot.queue_trouble.empty()) add("the queue: " + snapshot.queue_trouble);
  if (!snapshot.blocked_by.empty())
    add("the journal cannot be written: " + base::printable(snapshot.blocked_by));
  if (!hindrance.empty()) json["hindrance"] = std::move(hindrance);
  return json;
}

net::Response injected(const base::Status& status) {
  if (status) return answer(object{{"journaled", true}});
  const base::Error& error = status.error();
  return refusal(error.retry == base::Retry::kBackoff ? 503 : 400, error.code,
                 base::printable(error.message));
}

net::Response ordered(const base::Status& status) {
  if (status) return answer(object{{"done", true}});
  const base::Error& error = status.error();
  if (control::is_so(status))
    return answer(object{{"done", true}, {"already", base::printable(error.message)}});
  const int code = error.retry == base::Retry::kBackoff ? 503
                   : error.code == "NotFound"           ? 404
                                                        : 409;
  return refusal(code, error.code, base::printable(error.message));
}

base::Result<std::vector<model::InstanceId>> parse_instances(const object& document) {
  std::vector<model::InstanceId> ids;
  const base::json::value* value = document.if_contains("instances");
  if (!value) return ids;
  const auto refuse = [] {
    return base::fail("BadCommand", "instances must be a list of the ids of at most " +
                                        std::to_string(model::kMostAdopted) + " machines");
  };
  // Without ids all members of an Auto Scaling group are meant: what is no list must not pass.
  const array* list = value->if_array();
  if (!list) return refuse();
  for (const auto& item : *list) {
    const auto* text = item.if_string();
    if (!text || !model::is_instance_id(*text) || ids.size() == model::kMostAdopted)
      return refuse();
    ids.emplace_back(std::string_view(*text));
  }
  return ids;
}

base::Status read_adoption(const object& document, model::Command& command) {
  ASSIGN_OR_RETURN(command.instances, parse_instances(document));
  const auto group = base::json::find_string(document, "auto_scaling_group");
  const bool is_odd = !group && document.contains("auto_scaling_group");
  if (is_odd || (group && !model::is_auto_scaling_group_name(*group)))
    return base::fail("BadCommand",
                      "auto_scaling_group must be its name: 1 to 255 characters without \":\"");
  if (group) command.scaling_group = model::AutoScalingGroupName(*group);
  if (command.instances.empty() && !group)
    return base::fail("BadCommand",
                      "to adopt machines, instances must be their ids, or auto_scaling_group the "
                      "name of the group whose members they are");
  return {};
}

base::Result<model::Command> parse_command(std::string_view body) {
  ASSIGN_OR_RETURN(const object document, base::json::parse_object(body));
  const auto kind = model::parse_command_kind(base::json::text_or_empty(document, "command"));
  if (!kind)
    return base::fail("BadCommand",
                      "command must be hold, release, replace, replace-all, replace-old, "
                      "stop-replacing, pause, resume, retire or adopt");
  model::Command command{{}, *kind, base::json::text_or_empty(document, "subject")};
  if (command.subject.empty())
    return base::fail("BadCommand", "subject must be the name of a slot or of a group");
  if (*kind == model::CommandKind::kAdopt) {
    RETURN_IF_ERROR(read_adoption(document, command));
  }
  // What cannot be undone is said twice.
  if (*kind == model::CommandKind::kRetire &&
      base::json::text_or_empty(document, "confirm") != command.subject)
    return base::fail("NotConfirmed", "to retire a group, confirm must be its name again");
  return command;
}

// What is to become of one thing in quarantine; without a number, of all.
struct Settlement {
  std::optional<int64_t> seq;
  bool is_dropped = false;
  std::optional<std::string> site;  // Nothing: the only one.
};

base::Result<Settlement> parse_settlement(std::string_view body) {
  ASSIGN_OR_RETURN(const object document, base::json::parse_object(body));
  const auto site = base::json::find_string(document, "site");
  if (const auto seq = base::json::find_int(document, "retry")) return Settlement{seq, false, site};
  const auto seq = base::json::find_int(document, "drop");
  if (!seq && base::json::text_or_empty(document, "drop") != "all")
    return base::fail("BadSettlement",
                      "retry must be a number of the quarantine, or drop one or \"all\"");
  // What cannot be undone is said twice.
  const base::json::value* confirm = document.if_contains("confirm");
  if (!confirm || *confirm != document.at("drop"))
    return base::fail("NotConfirmed", "to drop it, confirm must be the same again");
  return Settlement{seq, true, site};
}

// Why nothing can be made durable for the site now; nothing when it can.
std::optional<net::Response> unavailable(const Snapshot& site) {
  if (!site.not_begun.empty())
    return refusal(503, "NotBegun", of_site(site.site, "is not kept yet: " + site.not_begun));
  if (site.blocked_by.empty()) return std::nullopt;
  return refusal(503, "JournalUnavailable",
                 of_site(site.site, "nothing can be made durable now: " + site.blocked_by));
}

// The site of that name, if one is given, or the only one.
base::Result<size_t> chosen_site(const Snapshots& snapshots,
                                 const std::optional<std::string>& name) {
  if (!name && snapshots.size() == 1) return 0;
  if (!name) return base::fail("InvalidSite", "site is missing; allowed: " + site_names(snapshots));
  if (const auto found = find_site(snapshots, *name)) return *found;
  const std::string names = site_names(snapshots);
  return base::fail("InvalidSite",
                    "site is " + base::quote(*name) + "; allowed: " +
                        (names.empty() ? "none, as the only one has no name" : names));
}

// The one that the query names, or else the one whose account and region the event is of.
base::Result<size_t> site_of_event(const Snapshots& snapshots, const net::Request& request) {
  const auto form = base::Form::parse(request.query);
  const std::string* name = form ? form->find("site") : nullptr;
  if (name || snapshots.size() == 1)
    return chosen_site(snapshots, name ? std::optional(*name) : std::nullopt);
  ASSIGN_OR_RETURN(const auto notices, model::decode(request.body, time_of(snapshots)));
  const auto sites =
      notices.empty() ? std::vector<size_t>() : sites_of_notice(snapshots, notices[0]);
  if (sites.size() == 1) return sites.front();
  return base::fail("InvalidSite",
                    std::string(sites.empty() ? "no site has" : "more than one site may have") +
                        " the event's account and region; say which with site=NAME; allowed: " +
                        site_names(snapshots));
}

net::Response bad_request(const base::Error& error) {
  return refusal(400, error.code, base::printable(error.message));
}

object site_json(const Snapshot& site) {
  return labelled({{"account", site.account.empty() ? base::json::value(nullptr)
                                                    : base::json::value(site.account.str())},
                   {"region", site.region.str()},
                   {"at", base::to_iso8601(site.at)}},
                  site.site);
}

bool may_get(std::string_view path) { return path != kCommands; }
bool may_post(std::string_view path) {
  return path == kEvents || path == kCommands || path == kQuarantine;
}

}  // namespace

void Api::handle(const net::Request& request, net::HttpServer::Reply reply) {
  if (!net::is_loopback_host(request.headers.get("Host")))
    return reply(refusal(421, "WrongHost", "this API is for callers on its own host"));
  if (request.method == "GET" && may_get(request.path)) return reply(get(request));
  if (request.method == "POST" && may_post(request.path)) return post(request, std::move(reply));
  const bool both = may_get(request.path) && may_post(request.path);
  reply(method_not_allowed(both ? "GET, POST" : may_post(request.path) ? "POST" : "GET"));
}

void Api::post(const net::Request& request, net::HttpServer::Reply reply) {
  // A form on a foreign web page cannot send this type without asking first.
  if (!is_json(request))
    return reply(refusal(415, "NotJson", "Content-Type must be application/json"));
  if (request.path == kEvents) return inject(request, std::move(reply));
  if (request.path == kQuarantine) return settle_quarantine(request, std::move(reply));
  order(request, std::move(reply));
}

net::Response Api::get(const net::Request& request) {
  const std::string_view path = request.path;
  if (path == "/healthz") return health();
  if (path == "/readyz") return readiness();
  if (path == "/metrics") return plain_text(200, metrics_text(snapshots_()));
  if (path == kGroups) return groups();
  if (path.starts_with(kGroups) && path[kGroups.size()] == '/')
    return group(path.substr(kGroups.size() + 1));
  return journals_.answer(request).value_or(
      refusal(404, "NotFound", "there is nothing at " + base::quote(request.path)));
}

void Api::inject(const net::Request& request, net::HttpServer::Reply reply) {
  const Snapshots snapshots = snapshots_();
  const auto site = site_of_event(snapshots, request);
  if (!site) return reply(bad_request(site.error()));
  if (auto no = unavailable(*snapshots[*site])) return reply(*std::move(no));
  inject_(*site, request.body,
          [reply = std::move(reply)](const base::Status& status) { reply(injected(status)); });
}

void Api::order(const net::Request& request, net::HttpServer::Reply reply) {
  auto command = parse_command(request.body);
  if (!command) return reply(bad_request(command.error()));
  const Snapshots snapshots = snapshots_();
  const size_t site = site_of_command(snapshots, *command);
  if (auto no = unavailable(*snapshots[site])) return reply(*std::move(no));
  order_(site, *std::move(command),
         [reply = std::move(reply)](const base::Status& status) { reply(ordered(status)); });
}

void Api::settle_quarantine(const net::Request& request, net::HttpServer::Reply reply) {
  const auto order = parse_settlement(request.body);
  if (!order) return reply(bad_request(order.error()));
  const Snapshots snapshots = snapshots_();
  const auto site = chosen_site(snapshots, order->site);
  if (!site) return reply(bad_request(site.error()));
  if (auto no = unavailable(*snapshots[*site])) return reply(*std::move(no));
  Done done = [reply = std::move(reply)](const base::Status& status) { reply(ordered(status)); };
  if (order->is_dropped) return drop_(*site, order->seq, std::move(done));
  retry_(*site, *order->seq, std::move(done));
}

net::Response Api::health() const {
  const base::Instant now = system_clock_.now();
  std::string late;
  for (const auto& snapshot : snapshots_())
    if (const base::Duration by = now - snapshot->due_real; by >= kOverdue)
      late +=
          (late.empty() ? "" : "; ") +
          of_site(snapshot->site, "the loop should have turned " + base::to_string(by) + " ago");
  return late.empty() ? answer(object{{"status", "ok"}}) : refusal(503, "TurnOverdue", late);
}

net::Response Api::readiness() const {
  const auto why = unready(snapshots_());
  return why ? refusal(503, why->code, why->why) : answer(object{{"status", "ready"}});
}

net::Response Api::groups() const {
  const Snapshots snapshots = snapshots_();
  array groups, sites;
  object document{{"keeper", snapshots.front()->keeper.str()}};
  for (const auto& site : snapshots) {
    object facts = site_json(*site);
    if (site->site.empty())
      document.insert(facts.begin(), facts.end());  // The only one: of the whole.
    else
      sites.push_back(std::move(facts));
    for (const auto& group : site->groups)
      groups.push_back(labelled(hindered_too(*group, summary_json(*group), *site), site->site));
  }
  if (!sites.empty()) document["sites"] = std::move(sites);
  document["groups"] = std::move(groups);
  return answer(document);
}

net::Response Api::group(std::string_view encoded_name) const {
  const Snapshots snapshots = snapshots_();
  constexpr std::string_view kPools = "/pools";
  const bool is_pools = encoded_name.ends_with(kPools);
  if (is_pools) encoded_name.remove_suffix(kPools.size());
  const std::string name = base::percent_decode_form(encoded_name).value_or("");
  const auto number = site_of_group(snapshots, name);
  if (!number) return refusal(404, "NotFound", "there is no group " + base::quote(name));
  const Snapshot& site = *snapshots[*number];
  const GroupView& group = *site.find(name);
  object document = is_pools ? object{{"group", name}, {"pools", pools_json(group)}}
                             : hindered_too(group, detail_json(group), site);
  return answer(labelled(std::move(document), site.site));
}

}  // namespace app
