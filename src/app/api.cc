#include "app/api.h"

#include <algorithm>
#include <utility>

#include "app/answers.h"
#include "app/json_views.h"
#include "app/metrics.h"
#include "base/form.h"
#include "base/json.h"
#include "base/quote.h"
#include "model/adoption.h"
#include "model/auto_scaling.h"

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

// All that a person must mend, in one sentence.
std::string troubles_of(const Snapshot& snapshot) {
  std::string text;
  const auto add = [&](const std::string& who, const std::string& what) {
    text += (text.empty() ? "" : "; ") + who + ": " + what;
  };
  if (!snapshot.queue_trouble.empty()) add("the queue", snapshot.queue_trouble);
  for (const notify::Trouble& trouble : snapshot.troubles)
    add(trouble.group.empty() ? "the keeper" : trouble.group.str(),
        trouble.name + ": " + trouble.why);
  for (const auto& group : snapshot.groups)
    for (const std::string& trouble : group->troubles) add(group->name.str(), trouble);
  return text;
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
  if (!snapshot.blocked_by.empty())
    add("the journal cannot be written: " + base::printable(snapshot.blocked_by));
  if (!hindrance.empty()) json["hindrance"] = std::move(hindrance);
  return json;
}

net::Response injected(const base::Status& status) {
  if (status) return answer(object{{"journaled", true}});
  return refusal(400, status.error().code, base::printable(status.error().message));
}

net::Response ordered(const base::Status& status) {
  if (status) return answer(object{{"done", true}});
  const base::Error& error = status.error();
  const int code = error.retry == base::Retry::kBackoff ? 503
                   : error.code == "NotFound"           ? 404
                                                        : 409;
  return refusal(code, error.code, base::printable(error.message));
}

base::Result<std::vector<model::InstanceId>> parse_instances(const object& document) {
  std::vector<model::InstanceId> ids;
  const base::json::value* value = document.if_contains("instances");
  const array* list = value ? value->if_array() : nullptr;
  for (size_t i = 0; list && i < list->size(); ++i) {
    const auto* text = (*list)[i].if_string();
    if (!text || !model::is_instance_id(*text) || ids.size() == model::kMostAdopted)
      return base::fail("BadCommand", "instances must be the ids of at most " +
                                          std::to_string(model::kMostAdopted) + " machines");
    ids.emplace_back(std::string_view(*text));
  }
  return ids;
}

base::Status read_adoption(const object& document, model::Command& command) {
  ASSIGN_OR_RETURN(command.instances, parse_instances(document));
  const auto group = base::json::find_string(document, "auto_scaling_group");
  if (group && !model::is_auto_scaling_group_name(*group))
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
};

base::Result<Settlement> parse_settlement(std::string_view body) {
  ASSIGN_OR_RETURN(const object document, base::json::parse_object(body));
  if (const auto seq = base::json::find_int(document, "retry")) return Settlement{seq, false};
  const auto seq = base::json::find_int(document, "drop");
  if (!seq && base::json::text_or_empty(document, "drop") != "all")
    return base::fail("BadSettlement",
                      "retry must be a number of the quarantine, or drop one or \"all\"");
  // What cannot be undone is said twice.
  const base::json::value* confirm = document.if_contains("confirm");
  if (!confirm || *confirm != document.at("drop"))
    return base::fail("NotConfirmed", "to drop it, confirm must be the same again");
  return Settlement{seq, true};
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
  const auto snapshot = snapshot_();
  if (!snapshot->blocked_by.empty())
    return reply(refusal(503, "JournalUnavailable",
                         "nothing can be made durable now: " + snapshot->blocked_by));
  if (request.path == kEvents) return inject(request, std::move(reply));
  if (request.path == kQuarantine) return settle_quarantine(request, std::move(reply));
  order(request, std::move(reply));
}

net::Response Api::get(const net::Request& request) {
  const std::string_view path = request.path;
  if (path == "/healthz") return health();
  if (path == "/readyz") return readiness();
  if (path == "/metrics") return plain_text(200, metrics_text(*snapshot_()));
  if (path == kGroups) return groups();
  if (path.starts_with(kGroups) && path[kGroups.size()] == '/')
    return group(path.substr(kGroups.size() + 1));
  return from_journal(request);
}

void Api::inject(const net::Request& request, net::HttpServer::Reply reply) {
  inject_(request.body,
          [reply = std::move(reply)](const base::Status& status) { reply(injected(status)); });
}

void Api::order(const net::Request& request, net::HttpServer::Reply reply) {
  auto command = parse_command(request.body);
  if (!command)
    return reply(refusal(400, command.error().code, base::printable(command.error().message)));
  order_(*std::move(command),
         [reply = std::move(reply)](const base::Status& status) { reply(ordered(status)); });
}

void Api::settle_quarantine(const net::Request& request, net::HttpServer::Reply reply) {
  const auto order = parse_settlement(request.body);
  if (!order) return reply(refusal(400, order.error().code, order.error().message));
  Done done = [reply = std::move(reply)](const base::Status& status) { reply(ordered(status)); };
  if (order->is_dropped) return drop_(order->seq, std::move(done));
  retry_(*order->seq, std::move(done));
}

net::Response Api::health() const {
  const base::Duration late = system_clock_.now() - snapshot_()->due_real;
  if (late < kOverdue) return answer(object{{"status", "ok"}});
  return refusal(503, "TurnOverdue",
                 "the loop should have turned " + base::to_string(late) + " ago");
}

net::Response Api::readiness() const {
  const auto snapshot = snapshot_();
  if (!snapshot->blocked_by.empty())
    return refusal(503, "JournalUnavailable",
                   "the journal cannot be written: " + snapshot->blocked_by);
  if (const std::string troubles = troubles_of(*snapshot); !troubles.empty())
    return refusal(503, "Hindered", troubles);
  if (snapshot->has_seen_all) return answer(object{{"status", "ready"}});
  std::string unseen;
  for (const auto& group : snapshot->groups)
    if (!group->has_seen_all) unseen.append(unseen.empty() ? "" : ", ").append(group->name.str());
  return refusal(503, "NotSeenAll", "not all has been read yet of: " + unseen);
}

net::Response Api::groups() const {
  const auto snapshot = snapshot_();
  array list;
  for (const auto& group : snapshot->groups)
    list.push_back(hindered_too(*group, summary_json(*group), *snapshot));
  return answer(object{{"keeper", snapshot->keeper.str()},
                       {"account", snapshot->account.str()},
                       {"region", snapshot->region.str()},
                       {"at", base::to_iso8601(snapshot->at)},
                       {"groups", std::move(list)}});
}

net::Response Api::group(std::string_view encoded_name) const {
  const auto snapshot = snapshot_();
  constexpr std::string_view kPools = "/pools";
  const bool is_pools = encoded_name.ends_with(kPools);
  if (is_pools) encoded_name.remove_suffix(kPools.size());
  const std::string name = base::percent_decode_form(encoded_name).value_or("");
  const GroupView* found = snapshot->find(name);
  if (!found) return refusal(404, "NotFound", "there is no group " + base::quote(name));
  if (is_pools) return answer(object{{"group", name}, {"pools", pools_json(*found)}});
  return answer(hindered_too(*found, detail_json(*found), *snapshot));
}

net::Response Api::from_journal(const net::Request& request) {
  if (!journal_) {
    auto opened = JournalApi::open(journal_path_, [this] { return snapshot_()->at; });
    if (!opened) return refusal(503, opened.error().code, base::printable(opened.error().message));
    journal_ = *std::move(opened);
  }
  return journal_->answer(request).value_or(
      refusal(404, "NotFound", "there is nothing at " + base::quote(request.path)));
}

}  // namespace app
