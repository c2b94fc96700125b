// What a launch names of the account's: images, key pairs, security groups.
#include "aws/ec2_codec.h"
#include "aws/ec2_parts.h"

namespace aws {
namespace {

using base::Result;
using pugi::xml_node;

Result<model::Image> read_image(xml_node node) {
  model::Image image;
  ASSIGN_OR_RETURN(std::string id, xml::required_text(node, "imageId"));
  image.id = model::ImageId(std::move(id));
  ASSIGN_OR_RETURN(image.state, xml::required_text(node, "imageState"));
  image.architecture = xml::text(node, "architecture");
  return image;
}

Result<std::string> read_key_pair(xml_node node) { return xml::required_text(node, "keyName"); }

Result<model::SecurityGroup> read_security_group(xml_node node) {
  model::SecurityGroup group;
  ASSIGN_OR_RETURN(std::string id, xml::required_text(node, "groupId"));
  group.id = model::SecurityGroupId(std::move(id));
  group.vpc = xml::text(node, "vpcId");
  return group;
}

// The list of an answer that is asked for by names and so has one page.
template <class Reply, class Item>
Result<model::Reply> whole(std::string_view body, const char* root, const char* list,
                           std::vector<Item> Reply::*field, Result<Item> (*read)(xml_node)) {
  ASSIGN_OR_RETURN(const pugi::xml_document document, xml::parse(body, root));
  Reply reply;
  ASSIGN_OR_RETURN(reply.*field, items(document.document_element(), list, read));
  return reply;
}

}  // namespace

std::string body_of(const model::DescribeImages& call) {
  QueryWriter query = ec2_query("DescribeImages");
  query.add_list("ImageId", call.ids);
  return query.body();
}

std::string body_of(const model::DescribeKeyPairs& call) {
  QueryWriter query = ec2_query("DescribeKeyPairs");
  query.add_list("KeyName", call.names);
  return query.body();
}

std::string body_of(const model::DescribeSecurityGroups& call) {
  QueryWriter query = ec2_query("DescribeSecurityGroups");
  query.add_list("GroupId", call.ids);
  return query.body();
}

Result<model::Reply> reply_of(const model::DescribeImages&, std::string_view body) {
  return whole(body, "DescribeImagesResponse", "imagesSet", &model::ImagesReply::images,
               read_image);
}

Result<model::Reply> reply_of(const model::DescribeKeyPairs&, std::string_view body) {
  return whole(body, "DescribeKeyPairsResponse", "keySet", &model::KeyPairsReply::names,
               read_key_pair);
}

Result<model::Reply> reply_of(const model::DescribeSecurityGroups&, std::string_view body) {
  return whole(body, "DescribeSecurityGroupsResponse", "securityGroupInfo",
               &model::SecurityGroupsReply::groups, read_security_group);
}

}  // namespace aws
