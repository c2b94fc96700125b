import base64
import unittest

from botocore.exceptions import ClientError

from region import REGION

SCENE = REGION.scene
SCRIPT = base64.b64encode(b"#!/bin/sh\n").decode()


class LaunchTemplates(unittest.TestCase):
    def setUp(self):
        self.ec2 = REGION.client("ec2")
        REGION.advance(30)  # Refills the buckets that the test before this one emptied.

    def fails(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)

    def test_a_templates_data_comes_back_as_it_went(self):
        data = {
            "ImageId": SCENE["image"], "InstanceType": "c6i.large", "KeyName": "ops",
            "UserData": SCRIPT, "IamInstanceProfile": {"Name": "keeper"},
            "Monitoring": {"Enabled": True}, "SecurityGroupIds": ["sg-12345678"],
            "BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {
                "VolumeSize": 20, "VolumeType": "gp3", "DeleteOnTermination": False}}],
            "MetadataOptions": {"HttpTokens": "required"}}
        made = self.ec2.create_launch_template(
            LaunchTemplateName="whole", LaunchTemplateData=data, VersionDescription="first",
            TagSpecifications=[{"ResourceType": "launch-template",
                                "Tags": [{"Key": "set", "Value": "templates"}]}])
        self.assertEqual(made["LaunchTemplate"]["Tags"], [{"Key": "set", "Value": "templates"}])
        template = made["LaunchTemplate"]["LaunchTemplateId"]
        shown = self.ec2.describe_launch_template_versions(
            LaunchTemplateId=template)["LaunchTemplateVersions"][0]
        self.assertEqual(shown["LaunchTemplateData"], data)
        self.assertEqual(shown["VersionDescription"], "first")
        self.ec2.create_launch_template_version(
            LaunchTemplateId=template, SourceVersion="1",
            LaunchTemplateData={"InstanceType": "m6i.large"})
        found = self.ec2.describe_launch_templates(Filters=[
            {"Name": "tag:set", "Values": ["templates"]}])["LaunchTemplates"]
        self.assertEqual([(t["LaunchTemplateName"], t["LatestVersionNumber"]) for t in found],
                         [("whole", 2)])

    def test_interfaces_have_their_own_groups(self):
        interface = {"DeviceIndex": 0, "AssociatePublicIpAddress": False,
                     "DeleteOnTermination": True, "Groups": ["sg-12345678"]}
        made = self.ec2.create_launch_template(
            LaunchTemplateName="interfaces",
            LaunchTemplateData={"NetworkInterfaces": [interface]})
        shown = self.ec2.describe_launch_template_versions(
            LaunchTemplateId=made["LaunchTemplate"]["LaunchTemplateId"])
        self.assertEqual(shown["LaunchTemplateVersions"][0]["LaunchTemplateData"],
                         {"NetworkInterfaces": [interface]})

    def test_templates_are_found_by_name_and_paged(self):
        found = self.ec2.describe_launch_templates(
            LaunchTemplateNames=[SCENE["launch_template_name"]])["LaunchTemplates"]
        self.assertEqual([t["LaunchTemplateId"] for t in found], [SCENE["launch_template"]])
        pages = list(self.ec2.get_paginator("describe_launch_templates").paginate(
            PaginationConfig={"PageSize": 1}))
        names = [t["LaunchTemplateName"] for page in pages for t in page["LaunchTemplates"]]
        self.assertIn(SCENE["launch_template_name"], names)
        self.assertEqual(len(names), len(set(names)))
        self.fails("InvalidLaunchTemplateName.NotFoundException",
                   self.ec2.describe_launch_templates, LaunchTemplateNames=["nothing"])

    def test_a_name_is_taken_once_and_a_token_replays(self):
        request = dict(LaunchTemplateName="once", ClientToken="template-conformance",
                       LaunchTemplateData={"ImageId": SCENE["image"]})
        first = self.ec2.create_launch_template(**request)["LaunchTemplate"]
        again = self.ec2.create_launch_template(**request)["LaunchTemplate"]
        self.assertEqual(first["LaunchTemplateId"], again["LaunchTemplateId"])
        self.fails("InvalidLaunchTemplateName.AlreadyExistsException",
                   self.ec2.create_launch_template, LaunchTemplateName="once",
                   LaunchTemplateData={"ImageId": SCENE["image"]})

    def test_the_cli_creates_and_lists_templates(self):
        REGION.cli("ec2", "create-launch-template", "--launch-template-name", "cli",
                   "--launch-template-data", f'{{"ImageId": "{SCENE["image"]}"}}')
        listed = REGION.cli("ec2", "describe-launch-templates", "--launch-template-names", "cli")
        self.assertEqual(listed["LaunchTemplates"][0]["DefaultVersionNumber"], 1)


if __name__ == "__main__":
    unittest.main()
