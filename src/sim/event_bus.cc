#include "sim/event_bus.h"

#include <algorithm>

#include "base/json.h"
#include "sim/event_pattern.h"
#include "sim/identifiers.h"

namespace sim {
namespace {

namespace json = base::json;

constexpr size_t kMostEntries = 10;  // Of a PutEvents.
constexpr size_t kMostEntryBytes = 262'144;
constexpr size_t kMostTargets = 5;  // Of a rule.

std::string target_arn(const json::object& target) { return json::text_or_empty(target, "Arn"); }

RuleTarget read_target(const json::object& in) {
  RuleTarget target;
  target.id = json::text_or_empty(in, "Id");
  target.arn = target_arn(in);
  target.input = json::text_or_empty(in, "Input");
  target.input_path = json::text_or_empty(in, "InputPath");
  if (const auto* transformer = json::find_object(in, "InputTransformer")) {
    target.input_template = json::text_or_empty(*transformer, "InputTemplate");
    if (const auto* paths = json::find_object(*transformer, "InputPathsMap"))
      for (const auto& path : *paths)
        target.input_paths[std::string(path.key())] = json::text_or_empty(*paths, path.key());
  }
  return target;
}

json::object write_target(const RuleTarget& target) {
  json::object out{{"Id", target.id}, {"Arn", target.arn}};
  if (!target.input.empty()) out["Input"] = target.input;
  if (!target.input_path.empty()) out["InputPath"] = target.input_path;
  if (target.input_template.empty()) return out;
  json::object paths;
  for (const auto& [name, path] : target.input_paths) paths[name] = path;
  out["InputTransformer"] = {{"InputPathsMap", std::move(paths)},
                             {"InputTemplate", target.input_template}};
  return out;
}

json::object write_rule(const Rule& rule) {
  return {{"Name", rule.name},
          {"Arn", rule.arn},
          {"EventPattern", rule.pattern},
          {"State", rule.is_enabled ? "ENABLED" : "DISABLED"},
          {"Description", rule.description},
          {"EventBusName", "default"}};
}

tl::unexpected<Refusal> invalid(std::string why) {
  return refuse("ValidationException", std::move(why));
}

}  // namespace

EventBus::EventBus(Context& context, Sqs& sqs, base::Prng dice)
    : context_(context), sqs_(sqs), dice_(dice) {}

Answer<json::object> EventBus::call(std::string_view action, const json::object& in) {
  if (const auto bus = json::find_string(in, "EventBusName"); bus && *bus != "default")
    return refuse("ResourceNotFoundException", "Event bus " + *bus + " does not exist.");
  if (action == "PutEvents") return put_events(in);
  if (action == "PutRule") return put_rule_call(in);
  if (action == "PutTargets") return put_targets(in);
  if (action == "ListRules") return list_rules(in);
  if (action == "ListTargetsByRule") return list_targets(in);
  if (action == "RemoveTargets") return remove_targets(in);
  if (action == "DeleteRule") return delete_rule(in);
  return refuse("UnknownOperationException",
                "The region does not simulate events " + std::string(action));
}

// ---- publishing ----

std::string EventBus::publish(const Event& event) {
  ++context_.world.events_published;
  const std::string id = make_uuid(dice_);
  json::array resources;
  for (const std::string& resource : event.resources) resources.emplace_back(resource);
  // AWS writes whole seconds.
  const auto seconds = base::Instant::from_unix_seconds(context_.now.unix_ms() / 1000);
  route({{"version", "0"},
         {"id", id},
         {"detail-type", event.detail_type},
         {"source", event.source},
         {"account", context_.options.account},
         {"time", base::to_iso8601(seconds)},
         {"region", context_.options.region},
         {"resources", std::move(resources)},
         {"detail", *json::parse_object(event.detail)}});
  return id;
}

void EventBus::route(const Object& event) {
  for (const auto& [name, rule] : context_.world.rules) {
    if (!rule.is_enabled || !matches(*json::parse_object(rule.pattern), event)) continue;
    for (const auto& [id, target] : rule.targets) deliver(target, event);
  }
}

base::Duration EventBus::delay() {
  const int64_t usual_ms = dice_.between(50, 800);
  const int64_t late_ms =
      dice_.between(1'000, std::max<int64_t>(1'000, context_.faults.most_event_delay.ms()));
  return base::Duration::millis(happens(dice_, context_.faults.late_event_per_mille) ? late_ms
                                                                                     : usual_ms);
}

void EventBus::deliver(const RuleTarget& target, const Object& event) {
  const bool is_lost = happens(dice_, context_.faults.lost_event_per_mille);
  const bool is_doubled = happens(dice_, context_.faults.duplicate_event_per_mille);
  const std::string body = target_input(target, event);
  for (int copy = 0; copy < (is_doubled ? 2 : 1); ++copy) {
    const base::Instant when = context_.now + delay();
    if (is_lost) continue;
    context_.agenda.at(when, [this, arn = target.arn, body] {
      context_.world.events_delivered += sqs_.deliver(arn, body);
    });
  }
}

Answer<json::object> EventBus::put_events(const Object& in) {
  const json::array* entries = json::find_array(in, "Entries");
  if (!entries || entries->empty() || entries->size() > kMostEntries)
    return invalid("Value at 'entries' failed to satisfy constraint: between 1 and 10 entries");
  json::array results;
  int64_t failed = 0;
  for (const auto& entry : *entries) {
    results.push_back(put_event(entry.is_object() ? entry.get_object() : Object{}));
    failed += results.back().as_object().contains("ErrorCode");
  }
  return Object{{"FailedEntryCount", failed}, {"Entries", std::move(results)}};
}

json::object EventBus::put_event(const Object& entry) {
  const auto failure = [](const char* code, const char* message) {
    return Object{{"ErrorCode", code}, {"ErrorMessage", message}};
  };
  Event event{json::text_or_empty(entry, "Source"),
              json::text_or_empty(entry, "DetailType"),
              {},
              json::text_or_empty(entry, "Detail")};
  if (event.source.empty() || event.detail_type.empty() || event.detail.empty())
    return failure("InvalidArgument",
                   "Parameters Source, DetailType and Detail are required and must not be empty.");
  if (event.source.starts_with("aws."))
    return failure("NotAuthorizedForSourceException", "Not authorized for the source.");
  if (!json::parse_object(event.detail)) return failure("MalformedDetail", "Detail is malformed.");
  if (event.detail.size() > kMostEntryBytes)
    return failure("InvalidArgument", "Total size of the entry is over the limit.");
  if (const auto* resources = json::find_array(entry, "Resources"))
    for (const auto& resource : *resources)
      if (resource.is_string()) event.resources.emplace_back(resource.get_string());
  return {{"EventId", publish(event)}};
}

// ---- rules ----

base::Status EventBus::put_rule(const std::string& name, const std::string& pattern) {
  RETURN_IF_ERROR(check_pattern(pattern));
  Rule& rule = context_.world.rules[name];
  rule.name = name;
  rule.arn = "arn:aws:events:" + context_.options.region + ":" + context_.options.account +
             ":rule/" + name;
  rule.pattern = pattern;
  return {};
}

void EventBus::add_queue_target(const std::string& rule, const std::string& target_id,
                                const std::string& queue_arn) {
  RuleTarget target;
  target.id = target_id;
  target.arn = queue_arn;
  context_.world.rules.at(rule).targets[target_id] = target;
}

Answer<Rule*> EventBus::rule_of(const Object& in, std::string_view key) {
  const std::string name = json::text_or_empty(in, key);
  const auto found = context_.world.rules.find(name);
  if (found == context_.world.rules.end())
    return refuse("ResourceNotFoundException",
                  "Rule " + name + " does not exist on EventBus default.");
  return &found->second;
}

Answer<json::object> EventBus::put_rule_call(const Object& in) {
  const std::string name = json::text_or_empty(in, "Name");
  if (name.empty() || name.size() > 64) return invalid("Name must have 1 to 64 characters");
  if (in.contains("ScheduleExpression"))
    return invalid("The region does not simulate ScheduleExpression.");
  const std::string state = json::find_string(in, "State").value_or("ENABLED");
  if (state != "ENABLED" && state != "DISABLED") return invalid("State is not valid");
  if (const auto status = put_rule(name, json::text_or_empty(in, "EventPattern")); !status)
    return refuse(status.error().code, status.error().message);
  Rule& rule = context_.world.rules.at(name);
  rule.is_enabled = state == "ENABLED";
  rule.description = json::text_or_empty(in, "Description");
  return Object{{"RuleArn", rule.arn}};
}

Answer<json::object> EventBus::put_targets(const Object& in) {
  ASSIGN_OR_RETURN(Rule * rule, rule_of(in, "Rule"));
  const json::array* targets = json::find_array(in, "Targets");
  if (!targets || targets->empty()) return invalid("Targets must not be empty");
  json::array failed;
  for (const auto& given : *targets) {
    const RuleTarget target = read_target(given.is_object() ? given.get_object() : Object{});
    if (target.id.empty()) return invalid("Target Id is required");
    if (target.arn.starts_with("arn:aws:sqs:")) {
      rule->targets[target.id] = target;
      continue;
    }
    failed.push_back(Object{{"TargetId", target.id},
                            {"ErrorCode", "ValidationException"},
                            {"ErrorMessage", "The region delivers to SQS queues only."}});
  }
  if (rule->targets.size() > kMostTargets)
    return refuse("LimitExceededException", "A rule has at most 5 targets.");
  const auto count = static_cast<int64_t>(failed.size());
  return Object{{"FailedEntryCount", count}, {"FailedEntries", std::move(failed)}};
}

Answer<json::object> EventBus::list_rules(const Object& in) {
  const std::string prefix = json::text_or_empty(in, "NamePrefix");
  json::array rules;
  for (const auto& [name, rule] : context_.world.rules)
    if (name.starts_with(prefix)) rules.push_back(write_rule(rule));
  return Object{{"Rules", std::move(rules)}};
}

Answer<json::object> EventBus::list_targets(const Object& in) {
  ASSIGN_OR_RETURN(const Rule* rule, rule_of(in, "Rule"));
  json::array targets;
  for (const auto& [id, target] : rule->targets) targets.push_back(write_target(target));
  return Object{{"Targets", std::move(targets)}};
}

Answer<json::object> EventBus::remove_targets(const Object& in) {
  ASSIGN_OR_RETURN(Rule * rule, rule_of(in, "Rule"));
  if (const auto* ids = json::find_array(in, "Ids"))
    for (const auto& id : *ids)
      if (id.is_string()) rule->targets.erase(std::string(id.get_string()));
  return Object{{"FailedEntryCount", 0}, {"FailedEntries", json::array{}}};
}

Answer<json::object> EventBus::delete_rule(const Object& in) {
  // Deleting what is not there succeeds, as in AWS.
  const auto rule = rule_of(in, "Name");
  if (!rule) return Object{};
  if (!(*rule)->targets.empty()) return invalid("Rule can't be deleted since it has targets.");
  context_.world.rules.erase((*rule)->name);
  return Object{};
}

}  // namespace sim
