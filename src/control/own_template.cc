#include "control/own_template.h"

#include <algorithm>

#include "base/digest.h"
#include "model/aws_error.h"
#include "model/launch_data.h"

namespace control {
namespace {

using Step = OwnTemplate::Step;

constexpr char kLatest[] = "$Latest";
constexpr char kNameTaken[] = "InvalidLaunchTemplateName.AlreadyExistsException";

std::string name_of(const GroupState& group) {
  return own_template_name(group.deployment, group.spec.name);
}

std::vector<model::Tag> own_tags(const std::string& deployment, const model::GroupName& group) {
  return {{model::kGroupTag, group.str()}, {model::kDeploymentTag, deployment}};
}

// The same for the same machine in the same template: a repetition makes no second version. (A
// second template is impossible, as names are unique.)
std::string version_token(const GroupState& group) {
  const std::string text =
      group.template_id.str() + " " + model::launch_data_mark(*group.spec.machine);
  return base::base64url(base::as_text(base::sha256(text)));
}

// From the beginning, in a while.
void begin_again(GroupState& group) {
  group.own_template = {};
  group.template_id = {};
}

void take_templates(GroupState& group, const Flight& flight,
                    const model::LaunchTemplatesReply& reply, const AnswerContext& context) {
  OwnTemplate& own = group.own_template;
  if (reply.templates.empty()) {
    own.step = Step::kCreate;
    return;
  }
  const model::LaunchTemplate& found = reply.templates.front();
  if (!is_own_template(found, group.deployment, group.spec.name)) {
    context.board.retry_later(flight.key, context.now);
    begin_trouble(group, trouble_of(flight),
                  "the launch template " + found.name + " (" + found.id.str() +
                      ") is not this keeper's: it lacks our tags; rename or delete it");
    return;
  }
  group.template_id = found.id;
  own.step = Step::kReadLatest;
}

void tell_forged(GroupState& group, const AnswerContext& context) {
  const int64_t number = group.own_template.forged;
  if (number == 0) {
    end_trouble(group, kForgedTrouble);
    return;
  }
  const std::string version =
      "version " + std::to_string(number) + " of " + group.template_id.str();
  if (begin_trouble(group, kForgedTrouble,
                    version + " has this keeper's mark and other data, so somebody else made it; "
                              "it is not used. Delete it, and see who may make versions"))
    remark(context, base::LogLevel::kError, "launch-template-forged",
           {{"group", group.spec.name.str()}, {"version", version}});
}

void sort_versions(GroupState& group, const model::LaunchTemplateVersionsReply& reply) {
  OwnTemplate& own = group.own_template;
  const std::string mark = model::launch_data_mark(*group.spec.machine);
  for (const model::LaunchTemplateVersion& version : reply.versions) {
    if (version.description != mark) continue;
    // What answers our own request was made of it, whatever AWS shows.
    const bool is_ours =
        own.step == Step::kAddVersion || model::is_made_of(version.data, *group.spec.machine);
    int64_t& highest = is_ours ? own.found : own.forged;
    highest = std::max(highest, version.number);
  }
}

// The highest version that is ours.
std::optional<int64_t> take_versions(GroupState& group,
                                     const model::LaunchTemplateVersionsReply& reply,
                                     const AnswerContext& context) {
  OwnTemplate& own = group.own_template;
  sort_versions(group, reply);
  own.page = reply.next;
  const int64_t found = own.found;
  if (own.step == Step::kSearch && !own.page.empty()) return std::nullopt;
  if (found == 0 && own.step == Step::kReadLatest) {
    own.step = Step::kSearch;
    return std::nullopt;
  }
  tell_forged(group, context);
  if (found == 0) {
    own.step = Step::kAddVersion;
    return std::nullopt;
  }
  own = {Step::kReadLatest, {}, 0, 0};
  return found;
}

}  // namespace

std::string own_template_name(const std::string& deployment, const model::GroupName& group) {
  return "spotkeeper/" + deployment + "/" + group.str();
}

bool is_own_template(const model::LaunchTemplate& found, const std::string& deployment,
                     const model::GroupName& group) {
  for (const model::Tag& tag : own_tags(deployment, group)) {
    const std::string* value = model::find_tag(found.tags, tag.key);
    if (!value || *value != tag.value) return false;
  }
  return true;
}

model::Call next_template_call(const GroupState& group) {
  const model::LaunchData& machine = *group.spec.machine;
  const OwnTemplate& own = group.own_template;
  switch (own.step) {
    case Step::kFind: {
      model::DescribeLaunchTemplates call;
      call.filters = {{"launch-template-name", {name_of(group)}}};
      return call;
    }
    case Step::kCreate:
      return model::CreateLaunchTemplate{name_of(group),
                                         model::launch_data_mark(machine),
                                         machine,
                                         own_tags(group.deployment, group.spec.name),
                                         {}};
    case Step::kReadLatest:
      return model::DescribeLaunchTemplateVersions{group.template_id, kLatest, {}};
    case Step::kSearch:
      return model::DescribeLaunchTemplateVersions{group.template_id, {}, own.page};
    case Step::kAddVersion: break;
  }
  return model::CreateLaunchTemplateVersion{
      group.template_id, {}, model::launch_data_mark(machine), machine, version_token(group)};
}

std::optional<int64_t> take_template_answer(GroupState& group, const Flight& flight,
                                            const model::CallCompleted& completed,
                                            const AnswerContext& context) {
  OwnTemplate& own = group.own_template;
  if (!completed.result) {
    const std::string& code = completed.result.error().code;
    // Another keeper made it, or a person deleted it: look again.
    if (code == kNameTaken || model::is_not_found(code)) {
      begin_again(group);
      return context.board.retry_later(flight.key, context.now), std::nullopt;
    }
    if (own.step == Step::kSearch) own = {Step::kSearch, {}, 0, 0};
    return note_failed_call(group, flight, completed.result.error(), context), std::nullopt;
  }
  context.board.succeeded(flight.key);
  end_trouble(group, trouble_of(flight));
  if (const auto* reply = std::get_if<model::LaunchTemplatesReply>(&*completed.result)) {
    const bool is_made = std::holds_alternative<model::CreateLaunchTemplate>(flight.call);
    if (!is_made || reply->templates.empty())
      return take_templates(group, flight, *reply, context), std::nullopt;
    group.template_id = reply->templates.front().id;
    own.step = Step::kReadLatest;
    return std::nullopt;
  }
  return take_versions(group, std::get<model::LaunchTemplateVersionsReply>(*completed.result),
                       context);
}

}  // namespace control
