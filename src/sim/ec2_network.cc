// The fixed surroundings of instances: VPC, subnets, security group, image, key pair.
#include <algorithm>

#include "sim/ec2.h"
#include "sim/ec2_query.h"
#include "sim/zone_ids.h"

namespace sim {
namespace {

const char kVpcCidr[] = "172.31.0.0/16";

void write_subnet(Xml& xml, const Subnet& subnet, const RegionOptions& options) {
  xml.element("item", [&] {
    xml.text("subnetId", subnet.id.str());
    xml.text("state", "available");
    xml.text("vpcId", subnet.vpc);
    xml.text("cidrBlock", subnet.cidr);
    // A /20 without the five addresses that AWS keeps.
    xml.number("availableIpAddressCount", 4091 - subnet.used_addresses);
    xml.text("availabilityZone", subnet.zone.str());
    xml.text("availabilityZoneId", zone_id_of(options, subnet.zone).str());
    xml.text("defaultForAz", "true");
    xml.text("mapPublicIpOnLaunch", "true");
    xml.text("ownerId", options.account);
  });
}

std::vector<std::string> subnet_values(const Subnet& subnet, std::string_view filter) {
  if (filter == "subnet-id") return {subnet.id.str()};
  if (filter == "vpc-id") return {subnet.vpc};
  if (filter == "availability-zone") return {subnet.zone.str()};
  return {"true"};  // default-for-az
}

}  // namespace

Answer<std::string> Ec2::describe_subnets(const base::Form& form) {
  ASSIGN_OR_RETURN(const auto filters, read_filters(form, {"subnet-id", "vpc-id",
                                                           "availability-zone", "default-for-az"}));
  ASSIGN_OR_RETURN(Page page, Page::read(form, "SubnetId", {}, context_.now));
  const auto ids = list_of(form, "SubnetId");
  for (const std::string& id : ids)
    if (!context_.world.subnets.contains(model::SubnetId(id)))
      return refuse("InvalidSubnetID.NotFound", "The subnet ID '" + id + "' does not exist");
  Xml xml;
  xml.element("subnetSet", [&] {
    for (const auto& [id, subnet] : context_.world.subnets) {
      if (id.str() <= page.after() || !allows(ids, id.str())) continue;
      if (!passes(filters, [&](auto filter) { return subnet_values(subnet, filter); })) continue;
      if (!page.admit(id.str())) break;
      write_subnet(xml, subnet, context_.options);
    }
  });
  if (!page.next_token().empty()) xml.text("nextToken", page.next_token());
  return xml.str();
}

Answer<std::string> Ec2::describe_vpcs(const base::Form& form) {
  ASSIGN_OR_RETURN(const auto filters, read_filters(form, {"vpc-id", "is-default", "isDefault"}));
  const std::string& vpc = context_.world.vpc;
  for (const std::string& id : list_of(form, "VpcId"))
    if (id != vpc) return refuse("InvalidVpcID.NotFound", "The vpc ID '" + id + "' does not exist");
  Xml xml;
  xml.element("vpcSet", [&] {
    const auto values = [&](std::string_view filter) -> std::vector<std::string> {
      return {filter == "vpc-id" ? vpc : "true"};
    };
    if (!passes(filters, values)) return;
    xml.element("item", [&] {
      xml.text("vpcId", vpc);
      xml.text("state", "available");
      xml.text("cidrBlock", kVpcCidr);
      xml.text("isDefault", "true");
      xml.text("ownerId", context_.options.account);
    });
  });
  return xml.str();
}

Answer<std::string> Ec2::describe_images(const base::Form& form) {
  ASSIGN_OR_RETURN(const auto filters,
                   read_filters(form, {"image-id", "name", "state", "architecture"}));
  const std::string& image = context_.world.image.str();
  const std::string name = "simulated-linux-x86_64";
  for (const std::string& id : list_of(form, "ImageId"))
    if (id != image)
      return refuse("InvalidAMIID.NotFound", "The image id '[" + id + "]' does not exist");
  Xml xml;
  xml.element("imagesSet", [&] {
    const auto values = [&](std::string_view filter) -> std::vector<std::string> {
      if (filter == "image-id") return {image};
      if (filter == "name") return {name};
      return {filter == "state" ? "available" : "x86_64"};
    };
    if (!passes(filters, values)) return;
    xml.element("item", [&] {
      xml.text("imageId", image);
      xml.text("imageState", "available");
      xml.text("imageOwnerId", context_.options.account);
      xml.text("isPublic", "false");
      xml.text("architecture", "x86_64");
      xml.text("imageType", "machine");
      xml.text("name", name);
      xml.text("rootDeviceType", "ebs");
      xml.text("rootDeviceName", "/dev/xvda");
      xml.text("virtualizationType", "hvm");
    });
  });
  return xml.str();
}

Answer<std::string> Ec2::describe_key_pairs(const base::Form& form) {
  ASSIGN_OR_RETURN(const auto filters, read_filters(form, {"key-name"}));
  const std::string& key = context_.world.key_pair;
  for (const std::string& name : list_of(form, "KeyName"))
    if (name != key)
      return refuse("InvalidKeyPair.NotFound", "The key pair '" + name + "' does not exist");
  for (const std::string& id : list_of(form, "KeyPairId"))
    return refuse("InvalidKeyPair.NotFound", "The key pair ID '" + id + "' does not exist");
  Xml xml;
  xml.element("keySet", [&] {
    const auto values = [&](std::string_view) -> std::vector<std::string> { return {key}; };
    if (passes(filters, values)) xml.element("item", [&] { xml.text("keyName", key); });
  });
  return xml.str();
}

Answer<std::string> Ec2::describe_security_groups(const base::Form& form) {
  ASSIGN_OR_RETURN(const auto filters, read_filters(form, {"group-id", "group-name", "vpc-id"}));
  const std::string& group = context_.world.security_group.str();
  const std::string name = "default";
  for (const std::string& id : list_of(form, "GroupId"))
    if (id != group)
      return refuse("InvalidGroup.NotFound", "The security group '" + id + "' does not exist");
  for (const std::string& wanted : list_of(form, "GroupName"))
    if (wanted != name)
      return refuse("InvalidGroup.NotFound", "The security group '" + wanted + "' does not exist");
  Xml xml;
  xml.element("securityGroupInfo", [&] {
    const auto values = [&](std::string_view filter) -> std::vector<std::string> {
      if (filter == "group-id") return {group};
      return {filter == "group-name" ? name : context_.world.vpc};
    };
    if (!passes(filters, values)) return;
    xml.element("item", [&] {
      xml.text("ownerId", context_.options.account);
      xml.text("groupId", group);
      xml.text("groupName", name);
      xml.text("groupDescription", "default VPC security group");
      xml.text("vpcId", context_.world.vpc);
    });
  });
  return xml.str();
}

}  // namespace sim
