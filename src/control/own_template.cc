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

std::vector<model::Tag> own_tags(const GroupState& group) {
  return {{model::kGroupTag, group.spec.name.str()}, {model::kDeploymentTag, group.deployment}};
}

// The same for the same machine in the same template: a repetition makes no second version. (A
// second template is impossible, as names are unique.)
std::string version_token(const GroupState& group) {
  const std::string text =
      group.template_id.str() + " " + model::launch_data_mark(*group.spec.machine);
  return base::base64url(base::as_text(base::sha256(text)));
}

bool is_ours(const GroupState& group, const model::LaunchTemplate& found) {
  for (const model::Tag& tag : own_tags(group)) {
    const std::string* value = model::find_tag(found.tags, tag.key);
    if (!value || *value != tag.value) return false;
  }
  return true;
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
  if (!is_ours(group, found)) {
    context.board.retry_later(flight.key, context.now);
    begin_trouble(group, trouble_of(flight),
                  "the launch template " + found.name + " (" + found.id.str() +
                      ") is not this keeper's: it lacks our tags; rename or delete it");
    return;
  }
  group.template_id = found.id;
  own.step = Step::kReadLatest;
}

// The highest version that bears our mark.
std::optional<int64_t> take_versions(GroupState& group,
                                     const model::LaunchTemplateVersionsReply& reply) {
  OwnTemplate& own = group.own_template;
  const std::string mark = model::launch_data_mark(*group.spec.machine);
  for (const model::LaunchTemplateVersion& version : reply.versions)
    if (version.description == mark) own.found = std::max(own.found, version.number);
  own.page = reply.next;
  const int64_t found = own.found;
  if (own.step == Step::kSearch && !own.page.empty()) return std::nullopt;
  if (found == 0) {
    own.step = own.step == Step::kReadLatest ? Step::kSearch : Step::kAddVersion;
    return std::nullopt;
  }
  own = {Step::kReadLatest, {}, 0};
  return found;
}

}  // namespace

std::string own_template_name(const std::string& deployment, const model::GroupName& group) {
  return "spotkeeper/" + deployment + "/" + group.str();
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
      return model::CreateLaunchTemplate{
          name_of(group), model::launch_data_mark(machine), machine, own_tags(group), {}};
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
    if (own.step == Step::kSearch) own = {Step::kSearch, {}, 0};
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
  return take_versions(group, std::get<model::LaunchTemplateVersionsReply>(*completed.result));
}

}  // namespace control
