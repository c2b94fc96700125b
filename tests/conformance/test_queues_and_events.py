import json
import unittest
import urllib.error
import urllib.request

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from region import REGION

SCENE = REGION.scene


def sqs_json(action, document):
    """What newer SDKs send; Debian's speaks the Query protocol."""
    request = AWSRequest(
        "POST", REGION.url + "/", data=json.dumps(document).encode(),
        headers={"Content-Type": "application/x-amz-json-1.0",
                 "X-Amz-Target": f"AmazonSQS.{action}"})
    SigV4Auth(Credentials(SCENE["access_key"], SCENE["secret_key"]), "sqs",
              SCENE["region"]).add_auth(request)
    wire = request.prepare()
    sent = urllib.request.Request(wire.url, wire.body, dict(wire.headers), method="POST")
    try:
        with urllib.request.urlopen(sent) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return json.load(refused)


class Queues(unittest.TestCase):
    def setUp(self):
        self.sqs = REGION.client("sqs")

    def queue(self, name, **attributes):
        return self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def fails(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)

    def test_a_message_is_hidden_then_deleted(self):
        url = self.queue("hidden")
        self.sqs.send_message(QueueUrl=url, MessageBody="<a> & b")
        got = self.sqs.receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"][0]
        self.assertEqual(got["Body"], "<a> & b")
        self.assertEqual(got["Attributes"]["ApproximateReceiveCount"], "1")
        self.assertNotIn("Messages", self.sqs.receive_message(QueueUrl=url))
        REGION.advance(31)
        again = self.sqs.receive_message(QueueUrl=url)["Messages"][0]
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
        REGION.advance(31)
        self.assertNotIn("Messages", self.sqs.receive_message(QueueUrl=url))

    def test_batches_answer_entry_by_entry(self):
        url = self.queue("batches")
        sent = self.sqs.send_message_batch(QueueUrl=url, Entries=[
            {"Id": str(i), "MessageBody": f"m{i}"} for i in range(3)])
        self.assertEqual(len(sent["Successful"]), 3)
        got = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        shown = self.sqs.change_message_visibility_batch(QueueUrl=url, Entries=[
            {"Id": "a", "ReceiptHandle": got[0]["ReceiptHandle"], "VisibilityTimeout": 0}])
        self.assertEqual(shown["Successful"][0]["Id"], "a")
        mixed = self.sqs.delete_message_batch(QueueUrl=url, Entries=[
            {"Id": "good", "ReceiptHandle": got[1]["ReceiptHandle"]},
            {"Id": "bad", "ReceiptHandle": "rubbish"}])
        self.assertEqual([e["Id"] for e in mixed["Successful"]], ["good"])
        self.assertEqual([(e["Id"], e["Code"]) for e in mixed["Failed"]],
                         [("bad", "ReceiptHandleIsInvalid")])

    def test_a_long_poll_ends_when_its_time_is_over(self):
        url = self.queue("empty")
        self.assertNotIn("Messages", self.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1))

    def test_poison_goes_to_the_dead_letter_queue(self):
        dead = self.queue("dead")
        arn = self.sqs.get_queue_attributes(
            QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        url = self.queue("alive", VisibilityTimeout="0", RedrivePolicy=json.dumps(
            {"deadLetterTargetArn": arn, "maxReceiveCount": 2}))
        self.sqs.send_message(QueueUrl=url, MessageBody="poison")
        for _ in range(2):
            self.assertIn("Messages", self.sqs.receive_message(QueueUrl=url))
        self.assertNotIn("Messages", self.sqs.receive_message(QueueUrl=url))
        self.assertEqual(self.sqs.receive_message(QueueUrl=dead)["Messages"][0]["Body"], "poison")

    def test_refusals_have_awss_codes(self):
        self.fails("AWS.SimpleQueueService.NonExistentQueue", self.sqs.get_queue_url,
                   QueueName="nowhere")
        url = self.queue("refusals")
        self.fails("ReceiptHandleIsInvalid", self.sqs.delete_message, QueueUrl=url,
                   ReceiptHandle="rubbish")
        self.fails("InvalidParameterValue", self.sqs.receive_message, QueueUrl=url,
                   MaxNumberOfMessages=11)
        stranger = REGION.client("sqs", aws_secret_access_key="wrong")
        self.fails("SignatureDoesNotMatch", stranger.list_queues)

    def test_json_and_query_show_the_same_queue(self):
        made = sqs_json("CreateQueue", {"QueueName": "both"})["QueueUrl"]
        sqs_json("SendMessage", {"QueueUrl": made, "MessageBody": "hello"})
        self.assertEqual(self.sqs.get_queue_url(QueueName="both")["QueueUrl"], made)
        counts = self.sqs.get_queue_attributes(
            QueueUrl=made, AttributeNames=["ApproximateNumberOfMessages"])
        self.assertEqual(counts["Attributes"]["ApproximateNumberOfMessages"], "1")
        got = sqs_json("ReceiveMessage", {"QueueUrl": made})["Messages"][0]
        self.assertEqual(got["Body"], "hello")
        self.assertEqual(sqs_json("DeleteMessage", {
            "QueueUrl": made, "ReceiptHandle": got["ReceiptHandle"]}), {})
        self.assertEqual(sqs_json("GetQueueUrl", {"QueueName": "nowhere"})["__type"],
                         "com.amazonaws.sqs#QueueDoesNotExist")

    def test_the_cli_sends_and_receives(self):
        url = REGION.cli("sqs", "create-queue", "--queue-name", "cli")["QueueUrl"]
        REGION.cli("sqs", "send-message", "--queue-url", url, "--message-body", "by hand")
        got = REGION.cli("sqs", "receive-message", "--queue-url", url)
        self.assertEqual(got["Messages"][0]["Body"], "by hand")
        REGION.cli("sqs", "purge-queue", "--queue-url", url)
        self.assertIn(url, REGION.cli("sqs", "list-queues")["QueueUrls"])


class Events(unittest.TestCase):
    def setUp(self):
        self.events = REGION.client("events")
        self.sqs = REGION.client("sqs")

    def receive(self, url):
        REGION.advance(2)
        got = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in got.get("Messages", [])]

    def rule_into(self, name, pattern, **target):
        url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self.sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        put = self.events.put_targets(Rule=name, Targets=[{"Id": "q", "Arn": arn, **target}])
        self.assertEqual(put["FailedEntryCount"], 0)
        return url

    def test_only_matching_events_arrive(self):
        url = self.rule_into("match", {"source": [{"prefix": "my."}],
                                       "detail": {"n": [{"numeric": [">", 5]}]}})
        put = self.events.put_events(Entries=[
            {"Source": source, "DetailType": "t", "Detail": json.dumps({"n": n})}
            for source, n in (("my.app", 6), ("my.app", 5), ("other", 6), ("aws.ec2", 6))])
        self.assertEqual(put["FailedEntryCount"], 1)
        self.assertEqual(put["Entries"][3]["ErrorCode"], "NotAuthorizedForSourceException")
        arrived = self.receive(url)
        self.assertEqual([e["id"] for e in arrived], [put["Entries"][0]["EventId"]])
        self.assertEqual(arrived[0]["detail"], {"n": 6})

    def test_an_input_transformer_rewrites(self):
        url = self.rule_into("rewrite", {"source": ["rewrite"]}, InputTransformer={
            "InputPathsMap": {"who": "$.detail.who"}, "InputTemplate": '{"name": "<who>"}'})
        self.events.put_events(Entries=[
            {"Source": "rewrite", "DetailType": "t", "Detail": '{"who": "ada"}'}])
        self.assertEqual(self.receive(url), [{"name": "ada"}])

    def test_an_interruption_is_announced_on_the_scenes_queue(self):
        ec2 = REGION.client("ec2")
        instance = ec2.run_instances(
            LaunchTemplate={"LaunchTemplateId": SCENE["launch_template"]}, MinCount=1, MaxCount=1,
            InstanceMarketOptions={"MarketType": "spot"})["Instances"][0]["InstanceId"]
        self.sqs.purge_queue(QueueUrl=SCENE["queue_url"])
        REGION.control("interrupt", {"instance_id": instance, "kind": "warned"})
        REGION.advance(900)
        kinds = set()
        while events := self.receive(SCENE["queue_url"]):
            kinds |= {e["detail-type"] for e in events if instance in json.dumps(e)}
        self.assertLessEqual({"EC2 Spot Instance Interruption Warning",
                              "EC2 Instance State-change Notification",
                              "AWS Service Event via CloudTrail"}, kinds)

    def test_rules_and_targets_are_listed(self):
        self.rule_into("listed", {"source": ["x"]})
        self.assertEqual(self.events.list_rules(NamePrefix="listed")["Rules"][0]["State"],
                         "ENABLED")
        targets = self.events.list_targets_by_rule(Rule="listed")["Targets"]
        self.assertEqual([t["Id"] for t in targets], ["q"])
        with self.assertRaises(self.events.exceptions.InvalidEventPatternException):
            self.events.put_rule(Name="bad", EventPattern='{"source": "x"}')
        with self.assertRaises(self.events.exceptions.ResourceNotFoundException):
            self.events.list_targets_by_rule(Rule="nowhere")

    def test_the_cli_puts_events(self):
        put = REGION.cli("events", "put-events", "--entries", json.dumps(
            [{"Source": "cli", "DetailType": "t", "Detail": "{}"}]))
        self.assertEqual(put["FailedEntryCount"], 0)


if __name__ == "__main__":
    unittest.main()
