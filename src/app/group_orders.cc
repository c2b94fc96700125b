// The `group` commands that change something: each is one order to a running keeper, which answers
// when it stands in the group's ledger.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "app/cli.h"
#include "app/reading.h"
#include "base/json.h"
#include "base/quote.h"
#include "model/auto_scaling.h"
#include "model/command.h"
#include "model/instance.h"

namespace app {
namespace {

using model::CommandKind;

struct Order {
  ServerOptions server;
  CommandKind kind = CommandKind::kHold;
  std::string subject;
  std::string confirm;
  std::vector<std::string> instances;
  std::string scaling_group;
  std::string done;  // What to say when it is done, after the subject.
};

// What is so already, when there was nothing to do.
base::Result<std::string> send(const Order& order) {
  base::json::object body{{"command", model::to_string(order.kind)}, {"subject", order.subject}};
  if (!order.confirm.empty()) body["confirm"] = order.confirm;
  if (!order.instances.empty()) {
    base::json::array ids;
    for (const std::string& id : order.instances) ids.emplace_back(id);
    body["instances"] = std::move(ids);
  }
  if (!order.scaling_group.empty()) body["auto_scaling_group"] = order.scaling_group;
  ASSIGN_OR_RETURN(const auto client, ServerClient::open(order.server, aws::process_environment()));
  ASSIGN_OR_RETURN(const std::string answer,
                   client->post("/api/v1/commands", base::json::serialize(body)));
  ASSIGN_OR_RETURN(const base::json::object said, base::json::parse_object(answer));
  return base::json::text_or_empty(said, "already");
}

int give(const Order& order) {
  const auto already = send(order);
  if (!already) return explain(already.error());
  if (already->empty())
    std::printf("%s %s\n", order.subject.c_str(), order.done.c_str());
  else
    std::printf("%s\n", base::printable(*already).c_str());
  return kOk;
}

struct Wording {
  const char* name;
  CommandKind kind;
  const char* description;
  const char* done;
  const char* footer;
};

constexpr Wording kSlotOrders[] = {
    {"hold", CommandKind::kHold, "leave a slot alone until `release`",
     "is on hold: nothing is launched, moved or ended for it until `group release`",
     "Example:\n"
     "  spotkeeper group hold web-b\n"
     "keeps web-b's machine where it is while you look at it. If AWS takes it, the slot stays\n"
     "empty until the hold ends. An exchange that was ordered waits for the release."},
    {"release", CommandKind::kRelease, "end a `hold`", "is looked after again",
     "Example:\n"
     "  spotkeeper group release web-b"},
};

constexpr Wording kGroupOrders[] = {
    {"pause", CommandKind::kPause, "watch a group and change nothing until `resume`",
     "is paused: it is watched, and nothing is changed until `group resume`",
     "Example:\n"
     "  spotkeeper group pause web\n"
     "Nothing is launched, registered, drained or ended meanwhile, whatever happens. Every keeper\n"
     "of the group keeps to it, also after a restart."},
    {"resume", CommandKind::kResume, "end a `pause`, or begin a retired group anew",
     "is looked after again",
     "Example:\n"
     "  spotkeeper group resume web\n"
     "The slots of a retired group get new machines; those that were leaving end once min_healthy\n"
     "others serve."},
};

std::shared_ptr<Order> make_order(CLI::App& command, CommandKind kind, std::string done) {
  auto order = std::make_shared<Order>();
  order->kind = kind;
  order->done = std::move(done);
  add_server_options(command, order->server);
  return order;
}

void add_plain(CLI::App& group, Action& action, const Wording& words, const char* subject) {
  CLI::App* command = group.add_subcommand(words.name, words.description);
  auto order = make_order(*command, words.kind, words.done);
  command->add_option(subject, order->subject, std::string("the ") + subject + "'s name")
      ->required();
  command->footer(words.footer);
  command->callback([&action, order] { action = [order] { return give(*order); }; });
}

struct ReplaceFlags {
  bool rolling = false;
  bool outdated = false;
  bool stop = false;
};

int replace(Order order, const ReplaceFlags& flags) {
  if (flags.rolling) {
    order.kind = flags.outdated ? CommandKind::kReplaceOld : CommandKind::kReplaceAll;
    order.done = "is replaced machine by machine; `group show` tells how far it is";
  } else if (flags.stop) {
    order.kind = CommandKind::kStopReplacing;
    order.done = "keeps the machines that were not replaced yet";
  }
  return give(order);
}

void add_replace(CLI::App& group, Action& action) {
  CLI::App* command =
      group.add_subcommand("replace", "exchange a slot's machine, or all of a group's");
  auto order = make_order(*command, CommandKind::kReplace,
                          "gets another machine; the present one goes once that serves");
  auto flags = std::make_shared<ReplaceFlags>();
  command->add_option("name", order->subject, "a slot; with --rolling or --stop, a group")
      ->required();
  auto* rolling = command->add_flag("--rolling", flags->rolling, "every machine of the group");
  command
      ->add_flag("--outdated", flags->outdated,
                 "only those of another version of the launch template")
      ->needs(rolling);
  command->add_flag("--stop", flags->stop, "replace no further ones")->excludes(rolling);
  command->footer(
      "Examples:\n"
      "  spotkeeper group replace web-b\n"
      "  spotkeeper group replace web --rolling --outdated\n"
      "The new machine serves before the old one leaves. A rolling replacement exchanges\n"
      "brakes.max_surge machines at a time, and waits while more than brakes.max_unavailable "
      "slots\n"
      "are not served: a version that does not work stops by itself.");
  command->callback(
      [&action, order, flags] { action = [order, flags] { return replace(*order, *flags); }; });
}

std::string must_be_instance(const std::string& text) {
  return model::is_instance_id(text) ? ""
                                     : "allowed: the id of an instance, as i-0123456789abcdef0";
}

std::string must_be_scaling_group(const std::string& text) {
  return model::is_auto_scaling_group_name(text)
             ? ""
             : "allowed: the name of an Auto Scaling group, 1 to 255 characters without \":\"";
}

// Whom a slot has or is about to have, by what the keeper shows.
bool is_adopted(const base::json::object& slot, const Order& order) {
  if (order.instances.empty())
    return base::json::text_or_empty(slot, "leaves_auto_scaling_group") == order.scaling_group;
  const std::string id = base::json::text_or_empty(slot, "instance_id");
  return std::find(order.instances.begin(), order.instances.end(), id) != order.instances.end();
}

base::Result<base::json::object> ask_group(const Order& order) {
  return ask(order.server, "/api/v1/groups/" + base::percent_encode(order.subject));
}

// The slots of those that are adopted.
std::vector<const base::json::object*> slots_of(const base::json::object& group,
                                                const Order& order) {
  std::vector<const base::json::object*> found;
  const auto* slots = base::json::find_array(group, "slots");
  for (size_t i = 0; slots && i < slots->size(); ++i)
    if (const base::json::object* slot = (*slots)[i].if_object(); slot && is_adopted(*slot, order))
      found.push_back(slot);
  return found;
}

// Members of an Auto Scaling group are not known before AWS was asked.
bool has_all(const base::json::object& group, const Order& order) {
  return !order.instances.empty() && slots_of(group, order).size() == order.instances.size();
}

int adopt(Order order) {
  if (order.instances.empty() && order.scaling_group.empty()) {
    std::fprintf(stderr,
                 "spotkeeper: whom is %s to adopt? Name instances, or --auto-scaling-group\n",
                 order.subject.c_str());
    return kUnusable;
  }
  // Where it cannot be told of, the order itself says why.
  if (const auto before = ask_group(order); before && has_all(*before, order))
    order.done = "has them already, or is adopting them: there was nothing to do";
  if (const int code = give(order); code != kOk) return code;
  const auto group = ask_group(order);
  if (!group) return explain(group.error());
  for (const base::json::object* slot : slots_of(*group, order))
    std::printf("  %s %s\n", base::json::text_or_empty(*slot, "slot").c_str(),
                base::json::text_or_empty(*slot, "instance_id").c_str());
  return kOk;
}

void add_adopt(CLI::App& group, Action& action) {
  CLI::App* command =
      group.add_subcommand("adopt", "let machines that run already take free slots");
  auto order = make_order(*command, CommandKind::kAdopt,
                          "takes them: each holds its slot once our tags are on it, and is then "
                          "registered and looked after");
  command->add_option("group", order->subject, "the group's name")->required();
  command->add_option("instances", order->instances, "the machines' ids")->check(must_be_instance);
  command
      ->add_option("--auto-scaling-group", order->scaling_group,
                   "whose members they are; without ids, all its members")
      ->check(must_be_scaling_group);
  command->footer(
      "Examples:\n"
      "  spotkeeper group adopt web i-0123456789abcdef0 i-0123456789abcdef1\n"
      "  spotkeeper group adopt web --auto-scaling-group old-web\n"
      "Each takes a free slot of its subnet: all of them do, or none. From then on the keeper\n"
      "names, registers, replaces and ends them as its own. To adopt before anything is launched,\n"
      "give a new group begin = \"paused\", adopt, then `group resume`. Members of an Auto "
      "Scaling\n"
      "group are detached from it one by one, its desired capacity with them; its MinSize must\n"
      "allow that.");
  command->callback([&action, order] { action = [order] { return adopt(*order); }; });
}

int retire(Order order, bool is_confirmed) {
  if (!is_confirmed) {
    std::fprintf(stderr, "spotkeeper: retiring %s ends all its machines; say so with --confirm\n",
                 order.subject.c_str());
    return kUnusable;
  }
  order.confirm = order.subject;
  return give(order);
}

void add_retire(CLI::App& group, Action& action) {
  CLI::App* command =
      group.add_subcommand("retire", "take a group out of service and end all its machines");
  auto order = make_order(*command, CommandKind::kRetire,
                          "is retired: its machines are drained and ended; then it can be taken "
                          "out of the file");
  auto confirmed = std::make_shared<bool>(false);
  command->add_option("group", order->subject, "the group's name")->required();
  command->add_flag("--confirm", *confirmed, "yes, end all of them");
  command->footer(
      "Example:\n"
      "  spotkeeper group retire web --confirm\n"
      "is the only way in which spotkeeper ends a whole group: taking it out of the file ends\n"
      "nothing, and who did so puts it back and reloads (SIGHUP) first. `group resume` begins it\n"
      "anew.");
  command->callback([&action, order, confirmed] {
    action = [order, confirmed] { return retire(*order, *confirmed); };
  });
}

}  // namespace

void add_group_orders(CLI::App& group, Action& action) {
  for (const Wording& words : kSlotOrders) add_plain(group, action, words, "slot");
  for (const Wording& words : kGroupOrders) add_plain(group, action, words, "group");
  add_replace(group, action);
  add_retire(group, action);
  add_adopt(group, action);
}

}  // namespace app
