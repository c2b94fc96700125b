import unittest

from botocore.exceptions import ClientError

from region import REGION

SCENE = REGION.scene


def spot(**changes):
    request = dict(
        LaunchTemplate={"LaunchTemplateId": SCENE["launch_template"]},
        SubnetId=SCENE["subnets"][0]["id"], MinCount=1, MaxCount=1,
        InstanceMarketOptions={"MarketType": "spot"})
    request.update(changes)
    return request


def ids_of(answer):
    return [instance["InstanceId"] for instance in answer["Instances"]]


class Ec2(unittest.TestCase):
    def setUp(self):
        self.ec2 = REGION.client("ec2")
        REGION.advance(30)  # Refills the buckets that the test before this one emptied.

    def fails(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)

    def test_a_spot_launch_boots_and_terminates(self):
        launched = self.ec2.run_instances(**spot(TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": "name", "Value": "a b&c"}]}]))
        instance = launched["Instances"][0]
        self.assertEqual(instance["State"]["Name"], "pending")
        self.assertEqual(instance["InstanceLifecycle"], "spot")
        self.assertIn({"Key": "name", "Value": "a b&c"}, instance["Tags"])
        REGION.advance(61)
        ids = [instance["InstanceId"]]
        self.ec2.get_waiter("instance_running").wait(InstanceIds=ids)
        REGION.advance(240)
        self.ec2.get_waiter("instance_status_ok").wait(InstanceIds=ids)
        change = self.ec2.terminate_instances(InstanceIds=ids)["TerminatingInstances"][0]
        self.assertEqual(change["PreviousState"]["Name"], "running")
        REGION.advance(60)
        self.ec2.get_waiter("instance_terminated").wait(InstanceIds=ids)

    def test_an_on_demand_launch_with_overrides(self):
        answer = self.ec2.run_instances(
            ImageId=SCENE["image"], InstanceType="t3.micro", MinCount=2, MaxCount=2,
            Placement={"AvailabilityZone": SCENE["subnets"][2]["zone"]})
        self.assertEqual([i["InstanceType"] for i in answer["Instances"]], ["t3.micro"] * 2)
        self.assertEqual(answer["Instances"][0]["Placement"]["AvailabilityZone"],
                         SCENE["subnets"][2]["zone"])
        self.assertNotIn("InstanceLifecycle", answer["Instances"][0])

    def test_tokens_replay_mismatch_and_end(self):
        first = self.ec2.run_instances(**spot(ClientToken="conformance"))
        again = self.ec2.run_instances(**spot(ClientToken="conformance"))
        self.assertEqual(ids_of(first), ids_of(again))
        self.fails("IdempotentParameterMismatch", self.ec2.run_instances,
                   **spot(ClientToken="conformance", MaxCount=3))
        self.ec2.terminate_instances(InstanceIds=ids_of(first))
        self.fails("IdempotentInstanceTerminated", self.ec2.run_instances,
                   **spot(ClientToken="conformance"))

    def test_refusals_have_awss_codes(self):
        run = self.ec2.run_instances
        self.fails("InvalidAMIID.NotFound", run, **spot(ImageId="ami-00000000"))
        self.fails("InvalidSubnetID.NotFound", run, **spot(SubnetId="subnet-00000000"))
        self.fails("SpotMaxPriceTooLow", run, **spot(InstanceMarketOptions={
            "MarketType": "spot", "SpotOptions": {"MaxPrice": "0.0001"}}))
        self.fails("DryRunOperation", run, **spot(DryRun=True))
        self.fails("InvalidInstanceID.NotFound", self.ec2.terminate_instances,
                   InstanceIds=["i-0123456789abcdef0"])
        self.fails("InvalidInstanceID.Malformed", self.ec2.describe_instances,
                   InstanceIds=["web"])

    def test_the_sixth_launch_at_once_is_one_too_many(self):
        for _ in range(5):
            self.ec2.run_instances(**spot(InstanceType="m5.large", DryRun=False))
        with self.assertRaises(ClientError) as caught:
            for _ in range(5):
                self.ec2.run_instances(**spot(InstanceType="m5.large"))
        self.assertEqual(caught.exception.response["Error"]["Code"], "RequestLimitExceeded")

    def test_lack_of_capacity_and_partial_launches(self):
        pool = {"instance_type": "r5.large", "zone": SCENE["subnets"][0]["zone"]}
        REGION.control("pools/capacity", {**pool, "spot_capacity": 2})
        answer = self.ec2.run_instances(**spot(InstanceType="r5.large", MaxCount=4))
        self.assertEqual(len(answer["Instances"]), 2)
        self.fails("InsufficientInstanceCapacity", self.ec2.run_instances,
                   **spot(InstanceType="r5.large"))

    def test_paging_and_filters_find_each_instance_once(self):
        made = ids_of(self.ec2.run_instances(**spot(MinCount=7, MaxCount=7, TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": "set", "Value": "paging"}]}])))
        pages = list(self.ec2.get_paginator("describe_instances").paginate(
            Filters=[{"Name": "tag:set", "Values": ["pag*"]},
                     {"Name": "instance-state-name", "Values": ["pending", "running"]}],
            PaginationConfig={"PageSize": 5}))
        self.assertEqual(len(pages), 2)
        found = [i["InstanceId"] for page in pages for r in page["Reservations"]
                 for i in r["Instances"]]
        self.assertEqual(sorted(found), sorted(made))
        self.fails("InvalidParameterCombination", self.ec2.describe_instances,
                   InstanceIds=made, MaxResults=5)
        self.fails("InvalidParameterValue", self.ec2.describe_instances,
                   Filters=[{"Name": "colour", "Values": ["red"]}])

    def test_page_tokens_expire(self):
        self.ec2.run_instances(**spot(MinCount=6, MaxCount=6))
        first = self.ec2.describe_instances(MaxResults=5)
        REGION.advance(120)
        self.fails("InvalidNextToken", self.ec2.describe_instances, MaxResults=5,
                   NextToken=first["NextToken"])

    def test_spot_requests_show_an_interruption(self):
        instance = self.ec2.run_instances(**spot())["Instances"][0]
        request = instance["SpotInstanceRequestId"]
        self.ec2.get_waiter("spot_instance_request_fulfilled").wait(
            SpotInstanceRequestIds=[request])
        REGION.control("interrupt", {"instance_id": instance["InstanceId"], "kind": "warned"})
        shown = self.ec2.describe_spot_instance_requests(SpotInstanceRequestIds=[request])
        self.assertIn(shown["SpotInstanceRequests"][0]["Status"]["Code"],
                      ("marked-for-termination", "instance-terminated-no-capacity"))
        REGION.advance(180)
        gone = self.ec2.describe_instances(InstanceIds=[instance["InstanceId"]])
        self.assertEqual(gone["Reservations"][0]["Instances"][0]["StateReason"]["Code"],
                         "Server.SpotInstanceTermination")

    def test_price_history_pages(self):
        pages = self.ec2.get_paginator("describe_spot_price_history").paginate(
            InstanceTypes=["c6i.large", "m5.large"], ProductDescriptions=["Linux/UNIX"],
            PaginationConfig={"PageSize": 2})
        prices = [p for page in pages for p in page["SpotPriceHistory"]]
        self.assertEqual(len({(p["AvailabilityZone"], p["InstanceType"]) for p in prices}), 6)
        self.assertGreater(float(prices[0]["SpotPrice"]), 0)

    def test_launch_templates_have_versions(self):
        made = self.ec2.create_launch_template(
            LaunchTemplateName="conformance",
            LaunchTemplateData={"ImageId": SCENE["image"], "InstanceType": "m5.large"})
        template = made["LaunchTemplate"]["LaunchTemplateId"]
        self.ec2.create_launch_template_version(
            LaunchTemplateId=template, SourceVersion="1",
            LaunchTemplateData={"InstanceType": "c5.large"})
        versions = self.ec2.describe_launch_template_versions(
            LaunchTemplateId=template, Versions=["$Latest"])["LaunchTemplateVersions"]
        self.assertEqual(versions[0]["VersionNumber"], 2)
        self.assertEqual(versions[0]["LaunchTemplateData"],
                         {"ImageId": SCENE["image"], "InstanceType": "c5.large"})

    def test_tags_are_added(self):
        instance = ids_of(self.ec2.run_instances(**spot()))[0]
        self.ec2.create_tags(Resources=[instance], Tags=[{"Key": "k", "Value": "v"}])
        shown = self.ec2.describe_instances(InstanceIds=[instance])
        self.assertIn({"Key": "k", "Value": "v"},
                      shown["Reservations"][0]["Instances"][0]["Tags"])

    def test_tags_are_taken_off(self):
        instance = ids_of(self.ec2.run_instances(**spot()))[0]
        self.ec2.create_tags(Resources=[instance], Tags=[{"Key": "k", "Value": "v"},
                                                         {"Key": "l", "Value": "v"}])
        self.ec2.delete_tags(Resources=[instance], Tags=[{"Key": "k"},
                                                         {"Key": "l", "Value": "other"}])
        shown = self.ec2.describe_instances(InstanceIds=[instance])
        tags = shown["Reservations"][0]["Instances"][0]["Tags"]
        self.assertIn({"Key": "l", "Value": "v"}, tags)
        self.assertNotIn("k", [tag["Key"] for tag in tags])

    def test_the_network_is_as_the_scene_says(self):
        subnets = self.ec2.describe_subnets(
            Filters=[{"Name": "vpc-id", "Values": [SCENE["vpc"]]}])["Subnets"]
        self.assertEqual({s["SubnetId"] for s in subnets}, {s["id"] for s in SCENE["subnets"]})
        self.assertEqual(self.ec2.describe_vpcs()["Vpcs"][0]["VpcId"], SCENE["vpc"])
        groups = self.ec2.describe_security_groups()["SecurityGroups"]
        self.assertEqual([(one["GroupId"], one["VpcId"]) for one in groups],
                         [(SCENE["security_group"], SCENE["vpc"])])
        self.fails("InvalidGroup.NotFound", self.ec2.describe_security_groups,
                   GroupIds=["sg-12345678"])
        keys = self.ec2.describe_key_pairs(KeyNames=[SCENE["key_pair"]])["KeyPairs"]
        self.assertEqual([one["KeyName"] for one in keys], [SCENE["key_pair"]])
        self.fails("InvalidKeyPair.NotFound", self.ec2.describe_key_pairs, KeyNames=["ops"])
        self.fails("InvalidAMIID.NotFound", self.ec2.describe_images, ImageIds=["ami-12345678"])
        self.assertEqual(self.ec2.describe_images(Owners=["self"])["Images"][0]["ImageId"],
                         SCENE["image"])
        self.assertEqual(len(self.ec2.describe_availability_zones()["AvailabilityZones"]), 3)

    def test_wrong_keys_are_refused(self):
        stranger = REGION.client("ec2", aws_secret_access_key="wrong")
        self.fails("AuthFailure", stranger.describe_vpcs)
        unknown = REGION.client("ec2", aws_access_key_id="nobody")
        self.fails("AuthFailure", unknown.describe_vpcs)

    def test_the_cli_launches_and_lists(self):
        made = REGION.cli("ec2", "run-instances", "--launch-template",
                          f"LaunchTemplateName={SCENE['launch_template_name']}",
                          "--subnet-id", SCENE["subnets"][1]["id"], "--count", "2",
                          "--instance-market-options", "MarketType=spot")
        listed = REGION.cli("ec2", "describe-instances", "--filters",
                            f"Name=availability-zone,Values={SCENE['subnets'][1]['zone']}",
                            "--page-size", "5")
        found = [i["InstanceId"] for r in listed["Reservations"] for i in r["Instances"]]
        for instance in ids_of(made):
            self.assertIn(instance, found)
        self.assertIn("InvalidInstanceID.NotFound", REGION.cli(
            "ec2", "terminate-instances", "--instance-ids", "i-0123456789abcdef0"))


if __name__ == "__main__":
    unittest.main()
