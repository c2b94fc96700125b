"""One simulated region for all tests of a run, and the clients that talk to it."""

import atexit
import base64
import json
import os
import subprocess
import time
import urllib.request

import boto3
from botocore.config import Config


class Region:
    def __init__(self, seed=1):
        self.process = subprocess.Popen(
            [os.environ["SK_REGION_BINARY"], str(seed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        atexit.register(self.stop)
        self.scene = json.loads(self.process.stdout.readline())
        self.url = self.scene["endpoint_url"]

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def client(self, service, **changes):
        settings = dict(
            endpoint_url=self.url, region_name=self.scene["region"],
            aws_access_key_id=self.scene["access_key"],
            aws_secret_access_key=self.scene["secret_key"],
            # The tests look at single answers: no retries.
            config=Config(retries={"max_attempts": 0}))
        settings.update(changes)
        return boto3.client(service, **settings)

    def control(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.url}/_sim/{path}", data) as answer:
            return json.load(answer)

    def advance(self, seconds):
        self.control("clock", {"advance_ms": int(seconds * 1000)})

    def cli(self, *arguments):
        """The AWS CLI's parsed answer; its error text when it failed."""
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": "/nonexistent",
            "AWS_ACCESS_KEY_ID": self.scene["access_key"],
            "AWS_SECRET_ACCESS_KEY": self.scene["secret_key"],
            "AWS_DEFAULT_REGION": self.scene["region"],
            "AWS_MAX_ATTEMPTS": "1", "AWS_PAGER": "",
        }
        done = subprocess.run(
            ["/usr/bin/aws", "--endpoint-url", self.url, "--output", "json", *arguments],
            env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else {}


REGION = Region()
ISSUER = "https://oidc.example/id/1"


def web_identity_token(**changes):
    """A token that the region takes once it was told of ISSUER, with some claims changed."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "sts.amazonaws.com", "sub": "shop:keeper", "iat": now,
              "exp": now + 600, **changes}
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256"}, claims)] + [b"signed"]
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts).decode()
