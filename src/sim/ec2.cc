#include "sim/ec2.h"

#include <algorithm>

namespace sim {
namespace {

// Of every call.
constexpr std::string_view kCommonParameters[] = {"Action", "Version", "DryRun"};

std::string_view first_part(std::string_view name) { return name.substr(0, name.find('.')); }

bool contains(const auto& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

Answer<void> check_parameters(const std::vector<std::string_view>& known, const base::Form& form) {
  for (const auto& [name, value] : form.pairs()) {
    const std::string_view first = first_part(name);
    if (!contains(kCommonParameters, first) && !contains(known, first))
      return refuse("UnknownParameter",
                    "The parameter " + std::string(first) + " is not recognized");
  }
  return {};
}

// A read that says neither what nor how much it wants has the smaller bucket.
bool is_narrowed(const base::Form& form) {
  return std::any_of(form.pairs().begin(), form.pairs().end(), [](const auto& pair) {
    return !contains(kCommonParameters, first_part(pair.first));
  });
}

}  // namespace

Answer<void> Ec2::admit(const Operation& operation, const base::Form& form) {
  CallWeight weight;
  weight.action = operation.action;
  weight.is_mutating = operation.is_mutating;
  weight.is_narrowed = is_narrowed(form);
  if (operation.action == "RunInstances") {
    ASSIGN_OR_RETURN(const int most, number_of(form, "MaxCount", 1));
    weight.instances = most;
  } else if (operation.action == "TerminateInstances") {
    weight.instances = static_cast<int64_t>(list_of(form, "InstanceId").size());
  }
  if (limits_.admit_ec2(weight, context_.now)) return {};
  return refuse("RequestLimitExceeded", "Request limit exceeded.", 503);
}

Answer<std::string> Ec2::call(const base::Form& form) {
  const std::string action = form.get("Action");
  for (const Operation& operation : operations()) {
    if (operation.action != action) continue;
    if (auto ok = admit(operation, form); !ok) return tl::unexpected(ok.error());
    if (auto ok = check_parameters(operation.parameters, form); !ok)
      return tl::unexpected(ok.error());
    if (form.get("DryRun") == "true")
      return refuse("DryRunOperation", "Request would have succeeded, but DryRun flag is set.",
                    412);
    return (this->*operation.method)(form);
  }
  return refuse("InvalidAction", "The action " + action + " is not valid for this web service.");
}

}  // namespace sim
