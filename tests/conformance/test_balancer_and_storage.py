import unittest

from botocore.exceptions import ClientError

from region import REGION

SCENE = REGION.scene


class Refused(unittest.TestCase):
    def fails(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)


class Balancer(Refused):
    def setUp(self):
        self.elb = REGION.client("elbv2")
        self.ec2 = REGION.client("ec2")
        REGION.advance(30)

    def launch(self):
        return self.ec2.run_instances(
            LaunchTemplate={"LaunchTemplateId": SCENE["launch_template"]},
            MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]

    def health(self, group, instance):
        shown = self.elb.describe_target_health(
            TargetGroupArn=group, Targets=[{"Id": instance}])["TargetHealthDescriptions"]
        return shown[0]["TargetHealth"]

    def test_a_target_goes_initial_healthy_draining_unused(self):
        group = self.elb.create_target_group(
            Name="walk", Protocol="HTTP", Port=8080, VpcId=SCENE["vpc"],
            HealthCheckIntervalSeconds=10, HealthyThresholdCount=2)["TargetGroups"][0]
        arn = group["TargetGroupArn"]
        instance = self.launch()
        self.fails("InvalidTarget", self.elb.register_targets, TargetGroupArn=arn,
                   Targets=[{"Id": instance}])
        REGION.advance(61)
        self.elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": instance}])
        self.assertEqual(self.health(arn, instance)["State"], "initial")
        REGION.advance(120)
        self.elb.get_waiter("target_in_service").wait(
            TargetGroupArn=arn, Targets=[{"Id": instance, "Port": 8080}])
        self.elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=[
            {"Key": "deregistration_delay.timeout_seconds", "Value": "60"}])
        self.elb.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": instance}])
        self.assertEqual(self.health(arn, instance)["State"], "draining")
        REGION.advance(61)
        self.assertEqual(self.health(arn, instance),
                         {"State": "unused", "Reason": "Target.NotRegistered",
                          "Description": "Target is not registered to the target group"})

    def test_attributes_are_checked(self):
        arn = SCENE["target_group_arn"]
        shown = {a["Key"]: a["Value"] for a in self.elb.describe_target_group_attributes(
            TargetGroupArn=arn)["Attributes"]}
        self.assertEqual(shown["deregistration_delay.timeout_seconds"], "300")
        for key, value in (("deregistration_delay.timeout_seconds", "4000"), ("colour", "red")):
            self.fails("ValidationError", self.elb.modify_target_group_attributes,
                       TargetGroupArn=arn, Attributes=[{"Key": key, "Value": value}])
        self.fails("TargetGroupNotFound", self.elb.describe_target_health,
                   TargetGroupArn=arn + "0")

    def test_target_groups_are_found_by_name(self):
        groups = self.elb.describe_target_groups(Names=["web"])["TargetGroups"]
        self.assertEqual(groups[0]["TargetGroupArn"], SCENE["target_group_arn"])

    def test_the_cli_reads_health(self):
        self.assertIn("TargetHealthDescriptions", REGION.cli(
            "elbv2", "describe-target-health", "--target-group-arn", SCENE["target_group_arn"]))


class Storage(Refused):
    def setUp(self):
        self.s3 = REGION.client("s3")

    def put_if(self, header, value, key):
        """PutObject with a condition: Debian's client has no parameter for it."""
        def add(request, **_):
            request.headers[header] = value
        client = REGION.client("s3")
        client.meta.events.register("before-sign.s3.PutObject", add)
        return client.put_object(Bucket=SCENE["bucket"], Key=key, Body=b"x" + value.encode())

    def test_objects_come_back_as_they_went(self):
        put = self.s3.put_object(Bucket=SCENE["bucket"], Key="a/b c+d", Body=b"\0bytes",
                                 ContentType="text/plain")
        got = self.s3.get_object(Bucket=SCENE["bucket"], Key="a/b c+d")
        self.assertEqual((got["Body"].read(), got["ETag"], got["ContentType"]),
                         (b"\0bytes", put["ETag"], "text/plain"))
        head = self.s3.head_object(Bucket=SCENE["bucket"], Key="a/b c+d")
        self.assertEqual(head["ContentLength"], 6)
        self.s3.delete_object(Bucket=SCENE["bucket"], Key="a/b c+d")
        self.fails("NoSuchKey", self.s3.get_object, Bucket=SCENE["bucket"], Key="a/b c+d")
        self.fails("404", self.s3.head_object, Bucket=SCENE["bucket"], Key="a/b c+d")

    def test_conditional_writes_are_compare_and_set(self):
        first = self.put_if("If-None-Match", "*", "ledger")
        self.fails("PreconditionFailed", self.put_if, header="If-None-Match", value="*",
                   key="ledger")
        second = self.put_if("If-Match", first["ETag"], "ledger")
        self.fails("PreconditionFailed", self.put_if, header="If-Match", value=first["ETag"],
                   key="ledger")
        self.assertNotEqual(first["ETag"], second["ETag"])
        self.fails("NoSuchKey", self.put_if, header="If-Match", value=first["ETag"], key="absent")
        REGION.control("faults", {"s3_conflict_per_mille": 1000})
        self.fails("ConditionalRequestConflict", self.put_if, header="If-Match",
                   value=second["ETag"], key="ledger")
        REGION.control("faults", {"s3_conflict_per_mille": 0})

    def test_lists_are_paged(self):
        self.s3.create_bucket(Bucket="pages", CreateBucketConfiguration={
            "LocationConstraint": SCENE["region"]})
        for i in range(5):
            self.s3.put_object(Bucket="pages", Key=f"k/{i}", Body=b"")
        pages = list(self.s3.get_paginator("list_objects_v2").paginate(
            Bucket="pages", Prefix="k/", PaginationConfig={"PageSize": 2}))
        self.assertEqual([o["Key"] for p in pages for o in p["Contents"]],
                         [f"k/{i}" for i in range(5)])
        self.assertEqual(len(pages), 3)
        self.fails("NoSuchBucket", self.s3.list_objects_v2, Bucket="nowhere")

    def test_wrong_keys_are_refused(self):
        stranger = REGION.client("s3", aws_secret_access_key="wrong")
        self.fails("SignatureDoesNotMatch", stranger.list_buckets)
        unknown = REGION.client("s3", aws_access_key_id="nobody")
        self.fails("InvalidAccessKeyId", unknown.list_buckets)

    def test_the_cli_writes_and_reads(self):
        REGION.cli("s3api", "put-object", "--bucket", SCENE["bucket"], "--key", "cli",
                   "--body", __file__)
        listed = REGION.cli("s3api", "list-objects-v2", "--bucket", SCENE["bucket"],
                            "--prefix", "cli")
        self.assertEqual([o["Key"] for o in listed["Contents"]], ["cli"])


class Identity(Refused):
    def test_the_caller_is_known(self):
        self.assertEqual(REGION.client("sts").get_caller_identity()["Account"], SCENE["account"])
        self.assertEqual(REGION.cli("sts", "get-caller-identity")["Account"], SCENE["account"])

    def test_faults_reach_the_caller(self):
        sts = REGION.client("sts")
        REGION.control("faults", {"throttle_per_mille": 1000})
        self.fails("Throttling", sts.get_caller_identity)
        REGION.control("faults", {"throttle_per_mille": 0, "error_503_per_mille": 1000})
        self.fails("ServiceUnavailable", sts.get_caller_identity)
        REGION.control("faults", {"error_503_per_mille": 0})
        sts.get_caller_identity()


if __name__ == "__main__":
    unittest.main()
