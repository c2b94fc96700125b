import datetime
import time
import unittest

from botocore.exceptions import ClientError

from region import ISSUER, REGION, web_identity_token

SCENE = REGION.scene
ROLE = f"arn:aws:iam::{SCENE['account']}:role/ops/keeper"


def keys(credentials, **changes):
    """Assumed credentials as a client's settings."""
    return {"aws_access_key_id": credentials["AccessKeyId"],
            "aws_secret_access_key": credentials["SecretAccessKey"],
            "aws_session_token": credentials["SessionToken"], **changes}


class Roles(unittest.TestCase):
    def setUp(self):
        self.sts = REGION.client("sts")

    def assume(self, **changes):
        return self.sts.assume_role(**{"RoleArn": ROLE, "RoleSessionName": "boto", **changes})

    def fails(self, code, call, **arguments):
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)

    def test_a_session_is_the_role_and_ends_by_the_callers_clock(self):
        answer = self.assume(DurationSeconds=900, ExternalId="their-id")
        arn = f"arn:aws:sts::{SCENE['account']}:assumed-role/keeper/boto"
        self.assertEqual(answer["AssumedRoleUser"]["Arn"], arn)
        left = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
        self.assertLess(abs(left.total_seconds() - 900), 60)
        role = keys(answer["Credentials"])
        self.assertEqual(REGION.client("sts", **role).get_caller_identity()["Arn"], arn)
        REGION.advance(3600)  # The region's time is not the caller's.
        self.assertTrue(REGION.client("ec2", **role).describe_vpcs()["Vpcs"])
        self.assertTrue(REGION.client("s3", **role).list_buckets()["Buckets"])

    def test_another_token_is_refused_in_each_services_words(self):
        wrong = keys(self.assume()["Credentials"], aws_session_token="guessed")
        for service, call, code in (
                ("sts", "get_caller_identity", "InvalidClientTokenId"),
                ("ec2", "describe_vpcs", "AuthFailure"),
                ("elbv2", "describe_target_groups", "InvalidClientTokenId"),
                ("sqs", "list_queues", "InvalidClientTokenId"),
                ("events", "list_rules", "UnrecognizedClientException"),
                ("s3", "list_buckets", "InvalidToken")):
            self.fails(code, getattr(REGION.client(service, **wrong), call))
        none = keys(self.assume()["Credentials"], aws_session_token=None)
        self.fails("InvalidClientTokenId", REGION.client("sts", **none).get_caller_identity)
        self.fails("InvalidAccessKeyId", REGION.client("s3", **none).list_buckets)

    def test_a_session_that_is_over_is_refused_in_each_services_words(self):
        role = keys(self.assume()["Credentials"])
        self.assertGreaterEqual(REGION.control("credentials/expire", {})["expired"], 1)
        for service, call, code in (
                ("sts", "get_caller_identity", "ExpiredToken"),
                ("ec2", "describe_vpcs", "RequestExpired"),
                ("elbv2", "describe_target_groups", "ExpiredToken"),
                ("sqs", "list_queues", "ExpiredToken"),
                ("events", "list_rules", "ExpiredTokenException"),
                ("s3", "list_buckets", "ExpiredToken")):
            self.fails(code, getattr(REGION.client(service, **role), call))

    def test_what_cannot_be_assumed_has_awss_codes(self):
        self.fails("AccessDenied", self.assume, RoleArn="arn:aws:iam::999999999999:role/keeper")
        self.fails("ValidationError", self.assume, RoleArn=f"{ROLE}/")
        self.fails("ValidationError", self.assume, DurationSeconds=43201)
        chained = REGION.client("sts", **keys(self.assume()["Credentials"]))
        again = {"RoleArn": ROLE, "RoleSessionName": "again"}
        self.assertIn("Credentials", chained.assume_role(**again))
        self.fails("ValidationError", chained.assume_role, DurationSeconds=7200, **again)

    def test_the_cli_assumes_a_role(self):
        answer = REGION.cli("sts", "assume-role", "--role-arn", ROLE,
                            "--role-session-name", "by-hand")
        self.assertTrue(answer["AssumedRoleUser"]["Arn"].endswith(":assumed-role/keeper/by-hand"))

    def test_a_web_identity_is_given_a_role_without_a_signature(self):
        REGION.control("identity-providers", {"issuer": ISSUER})
        answer = self.sts.assume_role_with_web_identity(
            RoleArn=ROLE, RoleSessionName="pod", DurationSeconds=900,
            WebIdentityToken=web_identity_token())
        arn = f"arn:aws:sts::{SCENE['account']}:assumed-role/keeper/pod"
        self.assertEqual(answer["AssumedRoleUser"]["Arn"], arn)
        self.assertEqual(answer["SubjectFromWebIdentityToken"], "shop:keeper")
        self.assertEqual(answer["Audience"], "sts.amazonaws.com")
        role = keys(answer["Credentials"])
        self.assertEqual(REGION.client("sts", **role).get_caller_identity()["Arn"], arn)
        shown = REGION.cli("sts", "assume-role-with-web-identity", "--role-arn", ROLE,
                           "--role-session-name", "cli", "--web-identity-token",
                           web_identity_token())
        self.assertTrue(shown["AssumedRoleUser"]["Arn"].endswith(":assumed-role/keeper/cli"))

    def test_a_token_that_does_not_count_has_awss_codes(self):
        REGION.control("identity-providers", {"issuer": ISSUER})
        for code, token in (
                ("InvalidIdentityToken", "no.token.atall"),
                ("InvalidIdentityToken", web_identity_token(iss="https://other.example")),
                ("InvalidIdentityToken", web_identity_token(aud="somebody")),
                ("ExpiredTokenException", web_identity_token(exp=int(time.time()) - 1))):
            self.fails(code, self.sts.assume_role_with_web_identity, RoleArn=ROLE,
                       RoleSessionName="pod", WebIdentityToken=token)
        self.fails("AccessDenied", self.sts.assume_role_with_web_identity,
                   RoleArn="arn:aws:iam::999999999999:role/keeper", RoleSessionName="pod",
                   WebIdentityToken=web_identity_token())


if __name__ == "__main__":
    unittest.main()
