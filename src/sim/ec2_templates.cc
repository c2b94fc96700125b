// Launch templates and their versions.
#include <algorithm>
#include <charconv>

#include "sim/ec2.h"
#include "sim/ec2_query.h"
#include "sim/identifiers.h"

namespace sim {
namespace {

constexpr PageLimits kVersionPages{1, 200};

// The later wins. Tags merge by specification, not by key, like the API's lists.
base::Form overlay(const base::Form& base_data, const base::Form& changes) {
  base::Form merged = changes;
  for (const auto& [name, value] : base_data.pairs())
    if (!merged.find(name)) merged.add(name, value);
  return merged;
}

void write_template(Xml& xml, const LaunchTemplate& found, const std::string& account) {
  xml.element("launchTemplate", [&] {
    xml.text("launchTemplateId", found.id.str());
    xml.text("launchTemplateName", found.name);
    xml.text("createTime", base::to_iso8601(found.created_at));
    xml.text("createdBy", "arn:aws:iam::" + account + ":root");
    xml.number("defaultVersionNumber", found.default_version);
    xml.number("latestVersionNumber", found.versions.back().number);
  });
}

void write_data(Xml& xml, const base::Form& data) {
  constexpr std::pair<std::string_view, std::string_view> kFields[] = {
      {"ImageId", "imageId"},   {"InstanceType", "instanceType"}, {"KeyName", "keyName"},
      {"UserData", "userData"}, {"EbsOptimized", "ebsOptimized"},
  };
  xml.element("launchTemplateData", [&] {
    for (const auto& [parameter, element] : kFields)
      if (const std::string* value = data.find(parameter)) xml.text(element, *value);
    const auto groups = list_of(data, "SecurityGroupId");
    if (groups.empty()) return;
    xml.element("securityGroupIdSet", [&] {
      for (const std::string& group : groups) xml.text("item", group);
    });
  });
}

void write_version(Xml& xml, std::string_view element, const LaunchTemplate& found,
                   const LaunchTemplateVersion& version, const std::string& account) {
  xml.element(element, [&] {
    xml.text("launchTemplateId", found.id.str());
    xml.text("launchTemplateName", found.name);
    xml.number("versionNumber", version.number);
    if (!version.description.empty()) xml.text("versionDescription", version.description);
    xml.text("createTime", base::to_iso8601(version.created_at));
    xml.text("createdBy", "arn:aws:iam::" + account + ":root");
    xml.text("defaultVersion", version.number == found.default_version ? "true" : "false");
    write_data(xml, version.data);
  });
}

// Keys by which versions are paged: of one width, so that texts compare like numbers.
std::string page_key(int64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(12 - digits.size(), '0') + digits;
}

}  // namespace

LaunchTemplate& Ec2::create_template(const std::string& name, base::Form data) {
  LaunchTemplate made;
  made.id = model::LaunchTemplateId(make_resource_id("lt", dice_));
  made.name = name;
  made.created_at = base::Instant::from_unix_seconds(context_.now.unix_ms() / 1000);
  made.versions.push_back({1, made.created_at, {}, std::move(data)});
  return context_.world.launch_templates.emplace(made.id, std::move(made)).first->second;
}

Answer<const LaunchTemplate*> Ec2::template_of(const base::Form& form) const {
  const std::string id = form.get("LaunchTemplateId"), name = form.get("LaunchTemplateName");
  if (id.empty() == name.empty())
    return refuse("InvalidParameterCombination",
                  "Either LaunchTemplateId or LaunchTemplateName must be given, not both");
  if (!id.empty() && !is_resource_id(id, "lt"))
    return refuse("InvalidLaunchTemplateId.Malformed",
                  "The launch template ID '" + id + "' is not valid");
  for (const auto& [key, found] : context_.world.launch_templates)
    if (key.str() == id || found.name == name) return &found;
  if (name.empty())
    return refuse("InvalidLaunchTemplateId.NotFound",
                  "The specified launch template, with template ID " + id + ", does not exist.");
  return refuse("InvalidLaunchTemplateName.NotFoundException",
                "The specified launch template, with template name " + name + ", does not exist.");
}

Answer<const LaunchTemplateVersion*> Ec2::version_of(const LaunchTemplate& found,
                                                     const std::string& version) const {
  if (version == "$Latest") return &found.versions.back();
  const std::string wanted =
      version == "$Default" ? std::to_string(found.default_version) : version;
  for (const LaunchTemplateVersion& candidate : found.versions)
    if (std::to_string(candidate.number) == wanted) return &candidate;
  return refuse("InvalidLaunchTemplateId.VersionNotFound",
                "Could not find launch template version " + wanted + ".");
}

Answer<std::string> Ec2::create_launch_template(const base::Form& form) {
  const std::string name = form.get("LaunchTemplateName");
  if (name.size() < 3 || name.size() > 128)
    return refuse("InvalidLaunchTemplateName.MalformedException",
                  "A launch template name must have 3 to 128 characters.");
  base::Form data = below(form, "LaunchTemplateData");
  if (data.pairs().empty())
    return refuse("MissingParameter", "The request must contain the parameter LaunchTemplateData");
  for (const auto& [id, existing] : context_.world.launch_templates)
    if (existing.name == name)
      return refuse("InvalidLaunchTemplateName.AlreadyExistsException",
                    "Launch template name already in use.");
  LaunchTemplate& made = create_template(name, std::move(data));
  made.versions.back().description = form.get("VersionDescription");
  Xml xml;
  write_template(xml, made, context_.options.account);
  return xml.str();
}

Answer<std::string> Ec2::create_launch_template_version(const base::Form& form) {
  ASSIGN_OR_RETURN(const LaunchTemplate* found, template_of(form));
  base::Form data = below(form, "LaunchTemplateData");
  if (const std::string* source = form.find("SourceVersion")) {
    ASSIGN_OR_RETURN(const LaunchTemplateVersion* version, version_of(*found, *source));
    data = overlay(version->data, data);
  }
  LaunchTemplate& changed = context_.world.launch_templates.at(found->id);
  changed.versions.push_back({changed.versions.back().number + 1,
                              base::Instant::from_unix_seconds(context_.now.unix_ms() / 1000),
                              form.get("VersionDescription"), std::move(data)});
  Xml xml;
  write_version(xml, "launchTemplateVersion", changed, changed.versions.back(),
                context_.options.account);
  return xml.str();
}

Answer<std::string> Ec2::describe_launch_template_versions(const base::Form& form) {
  ASSIGN_OR_RETURN(const LaunchTemplate* found, template_of(form));
  ASSIGN_OR_RETURN(Page page,
                   Page::read(form, "LaunchTemplateVersion", kVersionPages, context_.now));
  std::vector<const LaunchTemplateVersion*> chosen;
  for (const std::string& wanted : list_of(form, "LaunchTemplateVersion")) {
    ASSIGN_OR_RETURN(const LaunchTemplateVersion* version, version_of(*found, wanted));
    chosen.push_back(version);
  }
  if (chosen.empty())
    for (const LaunchTemplateVersion& version : found->versions) chosen.push_back(&version);
  Xml xml;
  xml.element("launchTemplateVersionSet", [&] {
    for (const LaunchTemplateVersion* version : chosen) {
      const std::string key = page_key(version->number);
      if (key <= page.after()) continue;
      if (!page.admit(key)) break;
      write_version(xml, "item", *found, *version, context_.options.account);
    }
  });
  if (!page.next_token().empty()) xml.text("nextToken", page.next_token());
  return xml.str();
}

}  // namespace sim
