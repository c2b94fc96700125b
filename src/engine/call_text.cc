#include "engine/call_text.h"

#include <type_traits>

#include "base/form.h"
#include "model/ledger_record.h"

namespace engine {
namespace {

void append(std::string& text, const std::string& word) {
  if (!text.empty()) text += ' ';
  text += word;
}

std::string targets_text(const model::TargetGroupArn& group,
                         const std::vector<model::Target>& targets) {
  std::string text = group.str();
  for (const model::Target& target : targets)
    append(text, target.instance.str() + ":" + std::to_string(target.port));
  return text;
}

// People put secrets there.
std::string without_user_data(const std::string& body) {
  const auto form = base::Form::parse(body);
  if (!form) return {};
  base::Form kept;
  for (const auto& [name, value] : form->pairs())
    if (!name.ends_with("UserData")) kept.add(name, value);
  return kept.encode();
}

}  // namespace

std::string text_of(const model::Call& call) {
  return std::visit(
      [](const auto& c) -> std::string {
        using T = std::decay_t<decltype(c)>;
        std::string text;
        if constexpr (std::is_same_v<T, model::RunInstances> ||
                      std::is_same_v<T, model::CreateFleet>) {
          text = c.body;
        } else if constexpr (std::is_same_v<T, model::RequestSpotInstances>) {
          text = without_user_data(c.body);
        } else if constexpr (std::is_same_v<T, model::CancelSpotInstanceRequests>) {
          for (const model::SpotRequestId& id : c.ids) append(text, id.str());
        } else if constexpr (std::is_same_v<T, model::CreateLaunchTemplate>) {
          text = c.name;
        } else if constexpr (std::is_same_v<T, model::CreateLaunchTemplateVersion>) {
          text = c.id.str();
        } else if constexpr (std::is_same_v<T, model::TerminateInstances>) {
          for (const model::InstanceId& id : c.ids) append(text, id.str());
        } else if constexpr (std::is_same_v<T, model::CreateTags>) {
          for (const std::string& resource : c.resources) append(text, resource);
          for (const model::Tag& tag : c.tags) append(text, tag.key + "=" + tag.value);
        } else if constexpr (std::is_same_v<T, model::RegisterTargets> ||
                             std::is_same_v<T, model::DeregisterTargets>) {
          text = targets_text(c.group, c.targets);
        } else if constexpr (std::is_same_v<T, model::ModifyTargetGroupAttributes>) {
          text = c.group.str();
          for (const auto& [name, set_to] : c.attributes) append(text, name + "=" + set_to);
        } else if constexpr (std::is_same_v<T, model::DetachInstances>) {
          text = c.group.str();
          for (const model::InstanceId& id : c.ids) append(text, id.str());
        } else if constexpr (std::is_same_v<T, model::LedgerWrite>) {
          text = c.group.str();
        }
        return text;
      },
      call);
}

LedgerWritten ledger_written(const model::LedgerWrite& write, base::Instant at) {
  auto record = model::parse_ledger_record(write.record);
  if (!record) return {write.group, 0, write.record, at};
  if (write.record.find("UserData=") == std::string::npos)
    return {write.group, record->revision, write.record, at};
  // The history is kept for weeks.
  for (model::OpenLaunch& entry : record->open)
    if (entry.request.find("UserData=") != std::string::npos)
      entry.request = without_user_data(entry.request);
  return {write.group, record->revision, to_text(*record), at};
}

}  // namespace engine
