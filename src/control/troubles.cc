#include "control/troubles.h"

#include <utility>

#include "model/aws_error.h"

namespace control {
namespace {

bool is_about_configuration(WorkKind kind) {
  switch (kind) {
    case WorkKind::kReadLedger:
    case WorkKind::kWriteLedger:
    case WorkKind::kReadSubnets:
    case WorkKind::kReadTemplate:
    case WorkKind::kMakeTemplate:
    case WorkKind::kReadTypes:
    case WorkKind::kReadPrices:
    case WorkKind::kReadTargetHealth:
    case WorkKind::kReadTargetAttributes:
    case WorkKind::kSetDrain: return true;
    default: return false;
  }
}

bool is_about_target_group(WorkKind kind) {
  return kind == WorkKind::kReadTargetHealth || kind == WorkKind::kReadTargetAttributes ||
         kind == WorkKind::kSetDrain || kind == WorkKind::kRegister ||
         kind == WorkKind::kDeregister;
}

}  // namespace

std::string trouble_of(const Flight& flight) {
  std::string name(model::action_of(flight.call));
  if (is_about_target_group(flight.key.kind)) name += " of " + flight.key.subject;
  return name;
}

bool is_lasting(WorkKind kind, const base::Error& error) {
  if (model::is_auth(error.code)) return true;
  return error.retry == base::Retry::kNever && is_about_configuration(kind);
}

bool begin_trouble(GroupState& group, const std::string& name, std::string why) {
  std::string& known = group.troubles[name];
  if (known == why) return false;
  known = std::move(why);
  return true;
}

bool end_trouble(GroupState& group, const std::string& name) {
  return group.troubles.erase(name) > 0;
}

std::map<std::string, std::string> set_cautions(GroupState& group, const std::string& subject,
                                                std::map<std::string, std::string> cautions) {
  std::map<std::string, std::string> news;
  for (const auto& [name, why] : cautions) {
    const auto known = group.cautions.find(name);
    if (known == group.cautions.end() || known->second != why) news.emplace(name, why);
  }
  std::erase_if(group.cautions,
                [&](const auto& caution) { return caution.first.ends_with(subject); });
  group.cautions.merge(cautions);
  return news;
}

}  // namespace control
