"""Makes in a running moto what aws_peer_test needs, and prints the names as JSON.

Usage: moto_world.py ENDPOINT REGION
"""

import json
import sys

import boto3


def make_world(endpoint, region):
    def client(service):
        return boto3.client(service, endpoint_url=endpoint, region_name=region)

    ec2 = client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    key = ec2.create_key_pair(KeyName="ops")["KeyName"]
    security_group = ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}])["SecurityGroups"][0]
    template = ec2.create_launch_template(
        LaunchTemplateName="web",
        LaunchTemplateData={"ImageId": image, "InstanceType": "c6i.large"},
    )["LaunchTemplate"]
    spot = ec2.request_spot_instances(
        SpotPrice="0.1", LaunchSpecification={"ImageId": image, "InstanceType": "c6i.large"}
    )["SpotInstanceRequests"][0]
    group = client("elbv2").create_target_group(
        Name="web", Protocol="HTTP", Port=8080, VpcId=subnet["VpcId"], TargetType="instance"
    )["TargetGroups"][0]
    client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="old-web", MinSize=1, MaxSize=3, DesiredCapacity=2,
        LaunchTemplate={"LaunchTemplateId": template["LaunchTemplateId"]},
        VPCZoneIdentifier=subnet["SubnetId"],
    )
    queue = client("sqs").create_queue(QueueName="notices")["QueueUrl"]
    for body in ("first", "second é"):
        client("sqs").send_message(QueueUrl=queue, MessageBody=body)
    client("s3").create_bucket(
        Bucket="ledgers", CreateBucketConfiguration={"LocationConstraint": region}
    )
    return {
        "subnet": subnet["SubnetId"],
        "zone": subnet["AvailabilityZone"],
        "vpc": subnet["VpcId"],
        "image": image,
        "key_pair": key,
        "security_group": security_group["GroupId"],
        "launch_template": template["LaunchTemplateId"],
        "spot_request": spot["SpotInstanceRequestId"],
        "target_group": group["TargetGroupArn"],
        "auto_scaling_group": "old-web",
        "queue_url": queue,
        "bucket": "ledgers",
    }


if __name__ == "__main__":
    print(json.dumps(make_world(*sys.argv[1:])))
