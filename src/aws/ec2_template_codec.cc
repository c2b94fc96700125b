// Launch templates and their versions.
#include "aws/ec2_codec.h"
#include "aws/ec2_parts.h"

namespace aws {
namespace {

using base::Result;
using pugi::xml_node;

constexpr char kData[] = "LaunchTemplateData.";

Result<model::LaunchTemplate> read_template(xml_node node) {
  model::LaunchTemplate found;
  ASSIGN_OR_RETURN(std::string id, xml::required_text(node, "launchTemplateId"));
  found.id = model::LaunchTemplateId(std::move(id));
  ASSIGN_OR_RETURN(found.name, xml::required_text(node, "launchTemplateName"));
  ASSIGN_OR_RETURN(found.default_version, xml::required_int(node, "defaultVersionNumber"));
  ASSIGN_OR_RETURN(found.latest_version, xml::required_int(node, "latestVersionNumber"));
  ASSIGN_OR_RETURN(found.tags, optional_items(node, "tagSet", read_tag));
  return found;
}

// AWS's own data is five deep.
constexpr int kDeepest = 8;

bool is_element(xml_node node) { return node.type() == pugi::node_element; }

// How the request spelt it: "blockDeviceMappingSet" was the list BlockDeviceMapping.
std::string parameter_of(xml_node node) {
  std::string name = node.name();
  if (name == "groupSet") return "SecurityGroupId";
  if (name.front() >= 'a' && name.front() <= 'z')
    name.front() = static_cast<char>(name.front() - 'a' + 'A');
  return name;
}

void add_fields(base::Form& form, const std::string& prefix, xml_node parent, int depth);

void add_field(base::Form& form, const std::string& name, xml_node node, int depth) {
  if (depth < kDeepest && node.find_child(is_element)) return add_fields(form, name, node, depth);
  form.add(name, node.child_value());
}

// Every field, known here or not, as it may have been sent.
void add_fields(base::Form& form, const std::string& prefix, xml_node parent, int depth) {
  constexpr std::string_view kSet = "Set";
  for (const xml_node node : parent.children()) {
    if (!is_element(node)) continue;
    std::string name = (prefix.empty() ? "" : prefix + ".") + parameter_of(node);
    if (!std::string_view(node.name()).ends_with(kSet)) {
      add_field(form, name, node, depth + 1);
      continue;
    }
    if (name.ends_with(kSet)) name.resize(name.size() - kSet.size());
    int number = 0;
    for (const xml_node member : node.children())
      if (is_element(member))
        add_field(form, name + "." + std::to_string(++number), member, depth + 1);
  }
}

Result<model::LaunchTemplateVersion> read_version(xml_node node) {
  model::LaunchTemplateVersion version;
  ASSIGN_OR_RETURN(std::string id, xml::required_text(node, "launchTemplateId"));
  version.id = model::LaunchTemplateId(std::move(id));
  ASSIGN_OR_RETURN(version.number, xml::required_int(node, "versionNumber"));
  version.is_default = xml::text(node, "defaultVersion") == "true";
  version.description = xml::text(node, "versionDescription");
  version.image = model::ImageId(xml::text(node, "launchTemplateData/imageId"));
  version.type = model::InstanceType(xml::text(node, "launchTemplateData/instanceType"));
  add_fields(version.data, "", node.child("launchTemplateData"), 0);
  return version;
}

}  // namespace

std::string body_of(const model::CreateLaunchTemplate& call) {
  QueryWriter query = ec2_query("CreateLaunchTemplate");
  query.add_optional("ClientToken", call.client_token);
  query.add("LaunchTemplateName", call.name);
  query.add_optional("VersionDescription", call.description);
  query.add_launch_data(kData, call.data);
  query.add_tag_specification("launch-template", call.tags);
  return query.body();
}

std::string body_of(const model::CreateLaunchTemplateVersion& call) {
  QueryWriter query = ec2_query("CreateLaunchTemplateVersion");
  query.add_optional("ClientToken", call.client_token);
  query.add("LaunchTemplateId", call.id.str());
  query.add_optional("SourceVersion", call.source_version);
  query.add_optional("VersionDescription", call.description);
  query.add_launch_data(kData, call.data);
  return query.body();
}

std::string body_of(const model::DescribeLaunchTemplates& call) {
  QueryWriter query = ec2_query("DescribeLaunchTemplates");
  query.add_list("LaunchTemplateId", call.ids);
  query.add_list("LaunchTemplateName", call.names);
  query.add_filters(call.filters);
  query.add_page(call.max_results, call.next);
  return query.body();
}

std::string body_of(const model::DescribeLaunchTemplateVersions& call) {
  QueryWriter query = ec2_query("DescribeLaunchTemplateVersions");
  query.add("LaunchTemplateId", call.id.str());
  if (!call.version.empty()) query.add("LaunchTemplateVersion.1", call.version);
  query.add_page(0, call.next);
  return query.body();
}

Result<model::Reply> reply_of(const model::CreateLaunchTemplate&, std::string_view body) {
  ASSIGN_OR_RETURN(const pugi::xml_document document,
                   xml::parse(body, "CreateLaunchTemplateResponse"));
  ASSIGN_OR_RETURN(const xml_node node,
                   xml::required(document.document_element(), "launchTemplate"));
  ASSIGN_OR_RETURN(model::LaunchTemplate made, read_template(node));
  return model::LaunchTemplatesReply{{std::move(made)}, {}};
}

Result<model::Reply> reply_of(const model::CreateLaunchTemplateVersion&, std::string_view body) {
  ASSIGN_OR_RETURN(const pugi::xml_document document,
                   xml::parse(body, "CreateLaunchTemplateVersionResponse"));
  ASSIGN_OR_RETURN(const xml_node node,
                   xml::required(document.document_element(), "launchTemplateVersion"));
  ASSIGN_OR_RETURN(model::LaunchTemplateVersion made, read_version(node));
  return model::LaunchTemplateVersionsReply{{std::move(made)}, {}};
}

Result<model::Reply> reply_of(const model::DescribeLaunchTemplates&, std::string_view body) {
  return page(body, "DescribeLaunchTemplatesResponse", "launchTemplates",
              &model::LaunchTemplatesReply::templates, read_template);
}

Result<model::Reply> reply_of(const model::DescribeLaunchTemplateVersions&, std::string_view body) {
  return page(body, "DescribeLaunchTemplateVersionsResponse", "launchTemplateVersionSet",
              &model::LaunchTemplateVersionsReply::versions, read_version);
}

}  // namespace aws
