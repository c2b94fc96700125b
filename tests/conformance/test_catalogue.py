import unittest

from botocore.exceptions import ClientError

from region import REGION

SCENE = REGION.scene
TYPES = ["c5.xlarge", "m5.xlarge", "t3.large"]


class Catalogue(unittest.TestCase):
    def setUp(self):
        self.ec2 = REGION.client("ec2")
        REGION.advance(30)  # Refills the buckets that the test before this one emptied.

    def fails(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)

    def zones(self):
        shown = self.ec2.describe_availability_zones()["AvailabilityZones"]
        return {zone["ZoneName"]: zone["ZoneId"] for zone in shown}

    def test_a_type_tells_its_size(self):
        shown = self.ec2.describe_instance_types(InstanceTypes=["c6i.large"])["InstanceTypes"][0]
        self.assertEqual(shown["VCpuInfo"]["DefaultVCpus"], 2)
        self.assertEqual(shown["MemoryInfo"]["SizeInMiB"], 4096)
        self.assertEqual(shown["ProcessorInfo"]["SupportedArchitectures"], ["x86_64"])
        self.assertIn("spot", shown["SupportedUsageClasses"])
        self.assertFalse(shown["BareMetal"])
        self.fails("InvalidInstanceType", self.ec2.describe_instance_types,
                   InstanceTypes=["c1.medium"])

    def test_types_are_filtered_and_paged(self):
        pages = list(self.ec2.get_paginator("describe_instance_types").paginate(
            Filters=[{"Name": "vcpu-info.default-vcpus", "Values": ["2"]}],
            PaginationConfig={"PageSize": 5}))
        names = [t["InstanceType"] for page in pages for t in page["InstanceTypes"]]
        self.assertEqual(len(pages), 2)
        self.assertEqual(names, sorted(set(names)))
        self.assertIn("c6i.large", names)

    def test_subnets_and_zones_agree_on_zone_ids(self):
        zones = self.zones()
        self.assertEqual(len(set(zones.values())), 3)
        for subnet in self.ec2.describe_subnets()["Subnets"]:
            self.assertEqual(subnet["AvailabilityZoneId"], zones[subnet["AvailabilityZone"]])

    def test_scores_fall_where_pools_are_dry(self):
        dry = SCENE["subnets"][1]["zone"]
        for kind in TYPES:
            REGION.control("pools/drain", {"instance_type": kind, "zone": dry})
        scores = self.ec2.get_spot_placement_scores(
            InstanceTypes=TYPES, TargetCapacity=2, SingleAvailabilityZone=True,
            RegionNames=[SCENE["region"]])["SpotPlacementScores"]
        by_zone = {s["AvailabilityZoneId"]: s["Score"] for s in scores}
        self.assertEqual(by_zone.pop(self.zones()[dry]), 1)
        self.assertEqual(list(by_zone.values()), [10, 10])
        for kind in TYPES:
            REGION.control("pools/refill", {"instance_type": kind, "zone": dry})

    def test_an_instant_fleet_is_shown_by_its_id_only(self):
        fleet = self.ec2.create_fleet(
            Type="instant", TargetCapacitySpecification={
                "TotalTargetCapacity": 1, "DefaultTargetCapacityType": "spot"},
            LaunchTemplateConfigs=[{
                "LaunchTemplateSpecification": {
                    "LaunchTemplateId": SCENE["launch_template"], "Version": "1"},
                "Overrides": [{"InstanceType": "t3.large"}]}])
        shown = self.ec2.describe_fleets(FleetIds=[fleet["FleetId"]])["Fleets"][0]
        self.assertEqual(shown["Type"], "instant")
        self.assertEqual(shown["TargetCapacitySpecification"]["TotalTargetCapacity"], 1)
        self.assertEqual(shown["Instances"], fleet["Instances"])
        self.assertEqual(self.ec2.describe_fleets()["Fleets"], [])

    def test_the_cli_reads_the_catalogue(self):
        shown = REGION.cli("ec2", "describe-instance-types", "--instance-types", "m5.large")
        self.assertEqual(shown["InstanceTypes"][0]["MemoryInfo"]["SizeInMiB"], 8192)
        scores = REGION.cli("ec2", "get-spot-placement-scores", "--target-capacity", "1",
                            "--instance-types", *TYPES)
        self.assertEqual(scores["SpotPlacementScores"][0]["Region"], SCENE["region"])


if __name__ == "__main__":
    unittest.main()
