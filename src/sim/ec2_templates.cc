// Launch templates and their versions.
#include <algorithm>

#include "sim/ec2.h"
#include "sim/ec2_query.h"
#include "sim/ec2_tags.h"
#include "sim/form_xml.h"
#include "sim/identifiers.h"
#include "sim/launch_data.h"

namespace sim {
namespace {

constexpr PageLimits kTemplatePages{1, 200};
constexpr char kNameLetters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789()./-_";

// The later wins. Tags merge by specification, not by key, like the API's lists.
base::Form overlay(const base::Form& base_data, const base::Form& changes) {
  base::Form merged = changes;
  for (const auto& [name, value] : base_data.pairs())
    if (!merged.find(name)) merged.add(name, value);
  return merged;
}

void write_template(Xml& xml, std::string_view element, const LaunchTemplate& found,
                    const std::string& account) {
  xml.element(element, [&] {
    xml.text("launchTemplateId", found.id.str());
    xml.text("launchTemplateName", found.name);
    xml.text("createTime", base::to_iso8601(found.created_at));
    xml.text("createdBy", "arn:aws:iam::" + account + ":root");
    xml.number("defaultVersionNumber", found.default_version);
    xml.number("latestVersionNumber", found.versions.back().number);
    write_tags(xml, found.tags);
  });
}

const std::vector<ListSpelling>& spellings() {
  static const std::vector<ListSpelling> kSpellings = {
      {"NetworkInterface.SecurityGroupId", "groupSet", "groupId", ""}};
  return kSpellings;
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
    xml.element("launchTemplateData", [&] { write_form(xml, version.data, spellings()); });
  });
}

std::vector<std::string> template_values(const LaunchTemplate& found, std::string_view filter) {
  if (filter == "launch-template-name") return {found.name};
  if (filter == "create-time") return {base::to_iso8601(found.created_at)};
  return tag_values(found.tags, filter);
}

Answer<void> check_name(const std::string& name) {
  if (name.size() >= 3 && name.size() <= 128 &&
      name.find_first_not_of(kNameLetters) == std::string::npos)
    return {};
  return refuse("InvalidLaunchTemplateName.MalformedException",
                "A launch template name must have 3 to 128 characters of a-zA-Z0-9().-/_");
}

tl::unexpected<Refusal> no_such_id(const std::string& id) {
  return refuse("InvalidLaunchTemplateId.NotFound",
                "The specified launch template, with template ID " + id + ", does not exist.");
}

tl::unexpected<Refusal> no_such_name(const std::string& name) {
  return refuse("InvalidLaunchTemplateName.NotFoundException",
                "The specified launch template, with template name " + name + ", does not exist.");
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
  if (name.empty()) return no_such_id(id);
  return no_such_name(name);
}

Answer<const LaunchTemplateVersion*> Ec2::version_of(const LaunchTemplate& found,
                                                     const std::string& version) const {
  if (const LaunchTemplateVersion* known = found.version(version)) return known;
  return refuse("InvalidLaunchTemplateId.VersionNotFound",
                "Could not find launch template version " + version + ".");
}

// The answer of an earlier request with the same token.
Answer<std::string> Ec2::once(const base::Form& form, Method make) {
  ASSIGN_OR_RETURN(const std::string token, read_client_token(form));
  if (token.empty()) return (this->*make)(form);
  const std::pair key(form.get("Action"), token);
  const std::string parameters = parameters_of(form);
  if (const auto known = template_tokens_.find(key); known != template_tokens_.end()) {
    if (known->second.parameters != parameters) return token_mismatch();
    return known->second.answer;
  }
  ASSIGN_OR_RETURN(std::string answer, (this->*make)(form));
  template_tokens_.emplace(key, AnswerRecord{parameters, answer});
  return answer;
}

Answer<std::string> Ec2::create_launch_template(const base::Form& form) {
  return once(form, &Ec2::make_launch_template);
}

Answer<std::string> Ec2::make_launch_template(const base::Form& form) {
  const std::string name = form.get("LaunchTemplateName");
  RETURN_IF_ERROR(check_name(name));
  base::Form data = below(form, "LaunchTemplateData");
  if (data.pairs().empty())
    return refuse("MissingParameter", "The request must contain the parameter LaunchTemplateData");
  RETURN_IF_ERROR(check_launch_data(data));
  for (const auto& [id, existing] : context_.world.launch_templates)
    if (existing.name == name)
      return refuse("InvalidLaunchTemplateName.AlreadyExistsException",
                    "Launch template name already in use.");
  RETURN_IF_ERROR(check_tagged_types(form, {"launch-template"}));
  std::vector<model::Tag> tags;
  RETURN_IF_ERROR(add_tags(form, "launch-template", tags));
  LaunchTemplate& made = create_template(name, std::move(data));
  made.tags = std::move(tags);
  made.versions.back().description = form.get("VersionDescription");
  Xml xml;
  write_template(xml, "launchTemplate", made, context_.options.account);
  return xml.str();
}

Answer<std::string> Ec2::create_launch_template_version(const base::Form& form) {
  return once(form, &Ec2::make_launch_template_version);
}

Answer<std::string> Ec2::make_launch_template_version(const base::Form& form) {
  ASSIGN_OR_RETURN(const LaunchTemplate* found, template_of(form));
  base::Form data = below(form, "LaunchTemplateData");
  if (const std::string* source = form.find("SourceVersion")) {
    ASSIGN_OR_RETURN(const LaunchTemplateVersion* version, version_of(*found, *source));
    data = overlay(version->data, data);
  }
  RETURN_IF_ERROR(check_launch_data(data));
  LaunchTemplate& changed = context_.world.launch_templates.at(found->id);
  changed.versions.push_back({changed.versions.back().number + 1,
                              base::Instant::from_unix_seconds(context_.now.unix_ms() / 1000),
                              form.get("VersionDescription"), std::move(data)});
  Xml xml;
  write_version(xml, "launchTemplateVersion", changed, changed.versions.back(),
                context_.options.account);
  return xml.str();
}

// What is named must be there; a filter may find nothing.
Answer<void> Ec2::check_templates(const std::vector<std::string>& ids,
                                  const std::vector<std::string>& names) const {
  const auto& templates = context_.world.launch_templates;
  for (const std::string& id : ids)
    if (!templates.contains(model::LaunchTemplateId(id))) return no_such_id(id);
  for (const std::string& name : names)
    if (std::none_of(templates.begin(), templates.end(),
                     [&](const auto& entry) { return entry.second.name == name; }))
      return no_such_name(name);
  return {};
}

Answer<std::string> Ec2::describe_launch_templates(const base::Form& form) {
  ASSIGN_OR_RETURN(const auto filters,
                   read_filters(form, {"launch-template-name", "create-time", "tag-key", "tag:"}));
  ASSIGN_OR_RETURN(Page page, Page::read(form, "LaunchTemplateId", kTemplatePages, context_.now));
  const auto ids = list_of(form, "LaunchTemplateId");
  const auto names = list_of(form, "LaunchTemplateName");
  RETURN_IF_ERROR(check_templates(ids, names));
  Xml xml;
  xml.element("launchTemplates", [&] {
    for (const auto& [id, found] : context_.world.launch_templates) {
      if (id.str() <= page.after() || !allows(ids, id.str()) || !allows(names, found.name))
        continue;
      if (!passes(filters, [&](auto filter) { return template_values(found, filter); })) continue;
      if (!page.admit(id.str())) break;
      write_template(xml, "item", found, context_.options.account);
    }
  });
  if (!page.next_token().empty()) xml.text("nextToken", page.next_token());
  return xml.str();
}

Answer<std::string> Ec2::describe_launch_template_versions(const base::Form& form) {
  ASSIGN_OR_RETURN(const LaunchTemplate* found, template_of(form));
  ASSIGN_OR_RETURN(Page page,
                   Page::read(form, "LaunchTemplateVersion", kTemplatePages, context_.now));
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
