import base64
import unittest

from botocore.exceptions import ClientError

from region import REGION

SCENE = REGION.scene
POOL = {"instance_type": "c5.large", "zone": SCENE["subnets"][0]["zone"]}


def spot(**changes):
    request = dict(
        InstanceCount=1, Type="one-time", InstanceInterruptionBehavior="terminate",
        LaunchSpecification={
            "ImageId": SCENE["image"], "InstanceType": "c5.large", "KeyName": "ops",
            "Monitoring": {"Enabled": False},
            "IamInstanceProfile": {"Name": "keeper"},
            "UserData": base64.b64encode(b"#!/bin/sh\n").decode(),
            "BlockDeviceMappings": [{"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 8}}],
            "NetworkInterfaces": [{
                "AssociatePublicIpAddress": False, "DeleteOnTermination": True, "DeviceIndex": 0,
                "SubnetId": SCENE["subnets"][0]["id"], "Groups": ["sg-12345678"]}]})
    request.update(changes)
    return request


class SpotRequests(unittest.TestCase):
    def setUp(self):
        self.ec2 = REGION.client("ec2")
        REGION.advance(30)  # Refills the buckets that the test before this one emptied.
        REGION.control("pools/refill", POOL)

    def fails(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)

    def request(self, **changes):
        made = self.ec2.request_spot_instances(**spot(**changes))["SpotInstanceRequests"]
        return made[0]["SpotInstanceRequestId"]

    def shown(self, request):
        return self.ec2.describe_spot_instance_requests(
            SpotInstanceRequestIds=[request])["SpotInstanceRequests"][0]

    def test_a_request_is_open_then_active_with_an_untagged_instance(self):
        made = self.ec2.request_spot_instances(**spot(TagSpecifications=[{
            "ResourceType": "spot-instances-request",
            "Tags": [{"Key": "set", "Value": "spot"}]}]))["SpotInstanceRequests"][0]
        self.assertEqual((made["State"], made["Status"]["Code"]), ("open", "pending-evaluation"))
        self.assertEqual(made["Tags"], [{"Key": "set", "Value": "spot"}])
        shown = made["LaunchSpecification"]
        self.assertEqual(shown["KeyName"], "ops")
        self.assertEqual(shown["IamInstanceProfile"], {"Name": "keeper"})
        self.assertEqual(shown["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"], 8)
        self.assertEqual(shown["NetworkInterfaces"][0]["SubnetId"], SCENE["subnets"][0]["id"])
        self.assertEqual(shown["NetworkInterfaces"][0]["Groups"], ["sg-12345678"])
        REGION.advance(30)
        request = made["SpotInstanceRequestId"]
        self.ec2.get_waiter("spot_instance_request_fulfilled").wait(
            SpotInstanceRequestIds=[request])
        instance = self.ec2.describe_instances(InstanceIds=[self.shown(request)["InstanceId"]])[
            "Reservations"][0]["Instances"][0]
        self.assertEqual(instance["SpotInstanceRequestId"], request)
        self.assertNotIn("Tags", instance)

    def test_a_request_stays_open_until_there_is_capacity(self):
        REGION.control("pools/drain", POOL)
        request = self.request()
        REGION.advance(120)
        self.assertEqual(self.shown(request)["Status"]["Code"], "capacity-not-available")
        self.assertNotIn("InstanceId", self.shown(request))
        REGION.control("pools/refill", POOL)
        REGION.advance(120)
        self.assertEqual(self.shown(request)["State"], "active")

    def test_a_price_below_the_market_stays_open(self):
        request = self.request(SpotPrice="0.0001")
        REGION.advance(60)
        self.assertEqual(self.shown(request)["Status"]["Code"], "price-too-low")
        self.ec2.cancel_spot_instance_requests(SpotInstanceRequestIds=[request])

    def test_cancelling_leaves_the_instance_running(self):
        request = self.request(Type="persistent")
        REGION.advance(120)
        answer = self.ec2.cancel_spot_instance_requests(SpotInstanceRequestIds=[request])
        self.assertEqual(answer["CancelledSpotInstanceRequests"],
                         [{"SpotInstanceRequestId": request, "State": "cancelled"}])
        shown = self.shown(request)
        self.assertEqual(shown["Status"]["Code"], "request-canceled-and-instance-running")
        REGION.advance(60)
        state = self.ec2.describe_instances(InstanceIds=[shown["InstanceId"]])
        self.assertEqual(state["Reservations"][0]["Instances"][0]["State"]["Name"], "running")

    def test_tokens_of_requests_replay_and_mismatch(self):
        first = self.request(ClientToken="spot-conformance")
        self.assertEqual(self.request(ClientToken="spot-conformance"), first)
        self.fails("IdempotentParameterMismatch", self.ec2.request_spot_instances,
                   **spot(ClientToken="spot-conformance", InstanceCount=2))

    def test_refusals_of_requests_have_awss_codes(self):
        self.fails("InvalidSpotInstanceRequestID.NotFound",
                   self.ec2.cancel_spot_instance_requests, SpotInstanceRequestIds=["sir-00000000"])
        self.fails("InvalidAMIID.NotFound", self.ec2.request_spot_instances, **spot(
            LaunchSpecification={"ImageId": "ami-00000000", "InstanceType": "c5.large"}))
        self.fails("InvalidParameterCombination", self.ec2.request_spot_instances,
                   **spot(InstanceInterruptionBehavior="stop"))

    def test_the_cli_requests_and_cancels(self):
        made = REGION.cli(
            "ec2", "request-spot-instances", "--instance-count", "1", "--launch-specification",
            f"ImageId={SCENE['image']},InstanceType=c5.large,SubnetId={SCENE['subnets'][0]['id']}")
        request = made["SpotInstanceRequests"][0]["SpotInstanceRequestId"]
        gone = REGION.cli("ec2", "cancel-spot-instance-requests",
                          "--spot-instance-request-ids", request)
        self.assertEqual(gone["CancelledSpotInstanceRequests"][0]["State"], "cancelled")


if __name__ == "__main__":
    unittest.main()
