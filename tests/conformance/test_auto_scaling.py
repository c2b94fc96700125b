import unittest

from botocore.exceptions import ClientError

from region import REGION

SCENE = REGION.scene


class AutoScaling(unittest.TestCase):
    def setUp(self):
        self.scaling = REGION.client("autoscaling")
        REGION.advance(30)

    def fails(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response["Error"]["Message"]

    def make(self, name, desired, least=0):
        self.scaling.create_auto_scaling_group(
            AutoScalingGroupName=name, MinSize=least, MaxSize=4, DesiredCapacity=desired,
            LaunchTemplate={"LaunchTemplateId": SCENE["launch_template"], "Version": "$Latest"},
            VPCZoneIdentifier=",".join(subnet["id"] for subnet in SCENE["subnets"]))
        REGION.advance(120)
        return [one["InstanceId"] for one in self.shown(name)["Instances"]]

    def shown(self, name):
        groups = self.scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
        return groups["AutoScalingGroups"][0]

    def test_a_group_launches_shows_and_loses_its_members(self):
        ids = self.make("walk", 2, least=1)
        group = self.shown("walk")
        self.assertEqual((group["MinSize"], group["MaxSize"], group["DesiredCapacity"]), (1, 4, 2))
        self.assertEqual({one["LifecycleState"] for one in group["Instances"]}, {"InService"})
        members = self.scaling.describe_auto_scaling_instances(InstanceIds=ids)
        self.assertEqual({one["AutoScalingGroupName"] for one in members["AutoScalingInstances"]},
                         {"walk"})
        activities = self.scaling.detach_instances(
            AutoScalingGroupName="walk", InstanceIds=ids[:1],
            ShouldDecrementDesiredCapacity=True)["Activities"]
        self.assertIn(ids[0], activities[0]["Description"])
        self.assertEqual(self.shown("walk")["DesiredCapacity"], 1)
        REGION.advance(30)
        self.assertEqual(self.scaling.describe_auto_scaling_instances(
            InstanceIds=ids[:1])["AutoScalingInstances"], [])
        tags = REGION.client("ec2").describe_instances(
            InstanceIds=ids)["Reservations"]
        tags = {one["InstanceId"]: one.get("Tags") for each in tags for one in each["Instances"]}
        self.assertIsNone(tags[ids[0]])
        self.assertEqual(tags[ids[1]], [{"Key": "aws:autoscaling:groupName", "Value": "walk"}])
        self.assertIn("min-size=1", self.fails(
            "ValidationError", self.scaling.detach_instances, AutoScalingGroupName="walk",
            InstanceIds=ids[1:], ShouldDecrementDesiredCapacity=True))
        self.assertIn("not part of", self.fails(
            "ValidationError", self.scaling.detach_instances, AutoScalingGroupName="walk",
            InstanceIds=ids[:1], ShouldDecrementDesiredCapacity=True))

    def test_a_machine_is_attached_and_the_group_deleted(self):
        (mine,) = self.make("one", 1)
        self.scaling.detach_instances(AutoScalingGroupName="one", InstanceIds=[mine],
                                      ShouldDecrementDesiredCapacity=True)
        REGION.advance(60)
        self.scaling.attach_instances(AutoScalingGroupName="one", InstanceIds=[mine])
        self.assertEqual(self.shown("one")["DesiredCapacity"], 1)
        self.fails("ResourceInUse", self.scaling.delete_auto_scaling_group,
                   AutoScalingGroupName="one")
        self.scaling.update_auto_scaling_group(AutoScalingGroupName="one", DesiredCapacity=0)
        REGION.advance(120)
        self.scaling.delete_auto_scaling_group(AutoScalingGroupName="one")
        self.assertEqual(self.scaling.describe_auto_scaling_groups(
            AutoScalingGroupNames=["one"])["AutoScalingGroups"], [])

    def test_groups_and_members_are_paged(self):
        for name in ("page-1", "page-2", "page-3"):
            self.make(name, 1)
        pages = list(self.scaling.get_paginator("describe_auto_scaling_groups").paginate(
            AutoScalingGroupNames=["page-1", "page-2", "page-3"], PaginationConfig={"PageSize": 2}))
        self.assertEqual([len(page["AutoScalingGroups"]) for page in pages], [2, 1])
        pages = list(self.scaling.get_paginator("describe_auto_scaling_instances").paginate(
            PaginationConfig={"PageSize": 1}))
        self.assertGreaterEqual(len(pages), 3)

    def test_processes_are_suspended_and_shown(self):
        self.make("still", 1)
        self.scaling.suspend_processes(AutoScalingGroupName="still",
                                       ScalingProcesses=["AZRebalance", "Launch"])
        suspended = self.shown("still")["SuspendedProcesses"]
        self.assertEqual([one["ProcessName"] for one in suspended], ["AZRebalance", "Launch"])
        self.scaling.resume_processes(AutoScalingGroupName="still")
        self.assertEqual(self.shown("still")["SuspendedProcesses"], [])
        self.fails("ValidationError", self.scaling.suspend_processes,
                   AutoScalingGroupName="still", ScalingProcesses=["Sleep"])

    def test_the_cli_describes_and_detaches(self):
        (mine,) = self.make("cli", 1)
        groups = REGION.cli("autoscaling", "describe-auto-scaling-groups",
                            "--auto-scaling-group-names", "cli")["AutoScalingGroups"]
        self.assertEqual(groups[0]["Instances"][0]["InstanceId"], mine)
        detached = REGION.cli("autoscaling", "detach-instances", "--auto-scaling-group-name", "cli",
                              "--instance-ids", mine, "--should-decrement-desired-capacity")
        self.assertEqual(detached["Activities"][0]["StatusCode"], "InProgress")
        unknown = REGION.cli("autoscaling", "detach-instances", "--auto-scaling-group-name",
                             "nobody", "--instance-ids", mine,
                             "--should-decrement-desired-capacity")
        self.assertIn("ValidationError", unknown)


if __name__ == "__main__":
    unittest.main()
