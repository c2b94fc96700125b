import unittest

from botocore.exceptions import ClientError

from region import REGION

SCENE = REGION.scene
ZONES = [subnet["zone"] for subnet in SCENE["subnets"]]


def fleet(count, **changes):
    request = dict(
        Type="instant",
        LaunchTemplateConfigs=[{
            "LaunchTemplateSpecification": {
                "LaunchTemplateId": SCENE["launch_template"], "Version": "$Default"},
            "Overrides": [
                {"InstanceType": "c6i.xlarge", "SubnetId": SCENE["subnets"][0]["id"]},
                {"InstanceType": "m6i.xlarge", "SubnetId": SCENE["subnets"][1]["id"],
                 "Priority": 1.0}]}],
        TargetCapacitySpecification={
            "TotalTargetCapacity": count, "DefaultTargetCapacityType": "spot"},
        SpotOptions={"AllocationStrategy": "price-capacity-optimized"})
    request.update(changes)
    return request


def ids_of(answer):
    return [i for part in answer["Instances"] for i in part["InstanceIds"]]


def resize(index, capacity):
    kind = ("c6i.xlarge", "m6i.xlarge")[index]
    REGION.control("pools/capacity", {
        "instance_type": kind, "zone": ZONES[index], "spot_capacity": capacity})


class Fleets(unittest.TestCase):
    def setUp(self):
        self.ec2 = REGION.client("ec2")
        REGION.advance(30)  # Refills the buckets that the test before this one emptied.
        resize(0, 1000)
        resize(1, 1000)

    def fails(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)

    def test_a_fleet_launches_tagged_instances_that_run_and_end(self):
        answer = self.ec2.create_fleet(**fleet(3, TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": "set", "Value": "fleet"}]},
            {"ResourceType": "fleet", "Tags": [{"Key": "set", "Value": "fleet"}]}]))
        self.assertEqual(answer["Errors"], [])
        ids = ids_of(answer)
        self.assertEqual(len(ids), 3)
        part = answer["Instances"][0]
        self.assertEqual(part["Lifecycle"], "spot")
        self.assertEqual(
            part["LaunchTemplateAndOverrides"]["LaunchTemplateSpecification"]["LaunchTemplateId"],
            SCENE["launch_template"])
        self.assertIn(part["LaunchTemplateAndOverrides"]["Overrides"]["InstanceType"],
                      ("c6i.xlarge", "m6i.xlarge"))
        REGION.advance(61)
        self.ec2.get_waiter("instance_running").wait(InstanceIds=ids)
        listed = self.ec2.describe_instances(Filters=[
            {"Name": "tag:set", "Values": ["fleet"]},
            {"Name": "tag:aws:ec2:fleet-id", "Values": [answer["FleetId"]]}])
        shown = [i["InstanceId"] for r in listed["Reservations"] for i in r["Instances"]]
        self.assertEqual(sorted(shown), sorted(ids))
        self.ec2.terminate_instances(InstanceIds=ids)

    def test_errors_come_together_with_instances(self):
        resize(0, 0)
        resize(1, 2)
        answer = self.ec2.create_fleet(**fleet(5))
        self.assertEqual(len(ids_of(answer)), 2)
        self.assertEqual({e["ErrorCode"] for e in answer["Errors"]},
                         {"InsufficientInstanceCapacity"})
        self.assertEqual(
            {e["LaunchTemplateAndOverrides"]["Overrides"]["InstanceType"]
             for e in answer["Errors"]}, {"c6i.xlarge", "m6i.xlarge"})

    def test_a_fleet_of_dry_pools_succeeds_with_errors_only(self):
        resize(0, 0)
        resize(1, 0)
        answer = self.ec2.create_fleet(**fleet(1))
        self.assertEqual(answer["Instances"], [])
        self.assertEqual(len(answer["Errors"]), 2)
        self.assertTrue(answer["FleetId"].startswith("fleet-"))

    def test_tokens_replay_and_mismatch(self):
        first = self.ec2.create_fleet(**fleet(2, ClientToken="fleet-conformance"))
        again = self.ec2.create_fleet(**fleet(2, ClientToken="fleet-conformance"))
        self.assertEqual(first["FleetId"], again["FleetId"])
        self.assertEqual(ids_of(first), ids_of(again))
        self.fails("IdempotentParameterMismatch", self.ec2.create_fleet,
                   **fleet(3, ClientToken="fleet-conformance"))

    def test_a_least_that_is_missed_launches_nothing(self):
        resize(0, 1)
        resize(1, 1)
        answer = self.ec2.create_fleet(**fleet(3, SpotOptions={
            "SingleAvailabilityZone": True, "MinTargetCapacity": 2}))
        self.assertEqual(answer["Instances"], [])
        self.assertEqual({e["ErrorCode"] for e in answer["Errors"]}, {"UnfulfillableCapacity"})

    def test_on_demand_and_spot_come_in_one_answer(self):
        answer = self.ec2.create_fleet(**fleet(
            2, TargetCapacitySpecification={
                "TotalTargetCapacity": 2, "OnDemandTargetCapacity": 1, "SpotTargetCapacity": 1,
                "DefaultTargetCapacityType": "spot"},
            OnDemandOptions={"AllocationStrategy": "prioritized"}))
        self.assertEqual(sorted(p["Lifecycle"] for p in answer["Instances"]),
                         ["on-demand", "spot"])

    def test_refusals_of_fleets_have_awss_codes(self):
        create = self.ec2.create_fleet
        self.fails("UnsupportedOperation", create, **fleet(1, Type="maintain"))
        self.fails("DryRunOperation", create, **fleet(1, DryRun=True))
        self.fails("InvalidParameterCombination", create,
                   **fleet(1, SpotOptions={"MinTargetCapacity": 1}))

    def test_the_cli_creates_a_fleet(self):
        template = f"LaunchTemplateName={SCENE['launch_template_name']},Version=1"
        override = f"InstanceType=c6i.xlarge,SubnetId={SCENE['subnets'][0]['id']}"
        configs = f"LaunchTemplateSpecification={{{template}}},Overrides=[{{{override}}}]"
        made = REGION.cli(
            "ec2", "create-fleet", "--type", "instant", "--launch-template-configs", configs,
            "--target-capacity-specification",
            "TotalTargetCapacity=1,DefaultTargetCapacityType=spot")
        self.assertEqual(len(ids_of(made)), 1)


if __name__ == "__main__":
    unittest.main()
