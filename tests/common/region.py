"""A simulated region and keepers as processes, who is told, and a signed request by hand."""

import contextlib
import datetime
import hashlib
import hmac
import http.server
import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

# Generous: the machine may be building something else. What hangs fails by name.
PATIENCE_SECONDS = 60
LOOK_EVERY_SECONDS = 0.1


def until(what, question):
    """The first true answer; an AssertionError that says what was missed, and the last problem."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    problem = ""
    while time.monotonic() < deadline:
        try:
            answer = question()
            if answer:
                return answer
        except (OSError, urllib.error.HTTPError) as error:
            problem = f" ({error})"
        # Asking costs the server a turn; this is its pace, and no result depends on it.
        time.sleep(LOOK_EVERY_SECONDS)
    raise AssertionError(f"not within {PATIENCE_SECONDS} s: {what}{problem}")


class Region:
    """`spotkeeper sim region` on a free port, calm: nothing happens that nobody asked for."""

    def __init__(self, binary, speed, seed):
        self.process = subprocess.Popen(
            [binary, "sim", "region", "--listen", "127.0.0.1:0", "--calm", "--seed", str(seed),
             "--speed", str(speed), "--output", "json"],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.scene = json.loads(self.process.stdout.readline())
        self.url = self.scene["endpoint_url"]
        self.target_group = self.create_target_group()

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def control(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.url}/_sim/{path}", data, timeout=10) as answer:
            return json.load(answer)

    def add_queue(self, name):
        """One more queue that hears everything; answers its URL."""
        return self.control("queues", {"name": name})["queue_url"]

    def owned(self, group):
        """What was ever launched for the group."""
        return [instance for instance in self.control("world")["instances"]
                if instance["tags"].get("spotkeeper:group") == group]

    def create_target_group(self):
        """One whose checks are quick enough for a two-minute warning; answers its ARN."""
        fields = {"Action": "CreateTargetGroup", "Version": "2015-12-01", "Name": "quick",
                  "Protocol": "HTTP", "Port": "80", "VpcId": self.scene["vpc"],
                  "HealthCheckIntervalSeconds": "5", "HealthyThresholdCount": "2"}
        answer = self.signed("POST", "elasticloadbalancing", "/", urllib.parse.urlencode(fields))
        return answer.split("<TargetGroupArn>", 1)[1].split("<", 1)[0]

    def launch(self, tags):
        """A Spot machine that no keeper asked for; answers its id."""
        fields = {"Action": "RunInstances", "Version": "2016-11-15", "MinCount": "1",
                  "MaxCount": "1", "SubnetId": self.scene["subnets"][0]["id"],
                  "LaunchTemplate.LaunchTemplateId": self.scene["launch_template"],
                  "InstanceMarketOptions.MarketType": "spot",
                  "TagSpecification.1.ResourceType": "instance"}
        for number, (key, value) in enumerate(tags.items(), 1):
            fields[f"TagSpecification.1.Tag.{number}.Key"] = key
            fields[f"TagSpecification.1.Tag.{number}.Value"] = value
        answer = self.signed("POST", "ec2", "/", urllib.parse.urlencode(fields))
        return answer.split("<instanceId>", 1)[1].split("<", 1)[0]

    def create_scaling_group(self, name, desired):
        """One over all subnets, in the target group; its members serve when it answers."""
        fields = {"Action": "CreateAutoScalingGroup", "Version": "2011-01-01",
                  "AutoScalingGroupName": name, "MinSize": "0", "MaxSize": str(desired),
                  "DesiredCapacity": str(desired),
                  "LaunchTemplate.LaunchTemplateId": self.scene["launch_template"],
                  "TargetGroupARNs.member.1": self.target_group,
                  "VPCZoneIdentifier": ",".join(one["id"] for one in self.scene["subnets"])}
        self.signed("POST", "autoscaling", "/", urllib.parse.urlencode(fields))
        until("the members serve", lambda: list(
            self.scaling_group(name)["members"].values()) == ["InService"] * desired)
        return sorted(self.scaling_group(name)["members"])

    def scaling_group(self, name):
        groups = self.control("world")["auto_scaling_groups"]
        return next(group for group in groups if group["name"] == name)

    def delete_object(self, path):
        self.signed("DELETE", "s3", path)

    def signed(self, method, service, path, body=""):
        """Signature version 4 over the least that AWS asks for."""
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        digest = hashlib.sha256(body.encode()).hexdigest()
        headers = {"host": self.url.split("//", 1)[1], "x-amz-content-sha256": digest,
                   "x-amz-date": now}
        names = ";".join(headers)
        canonical = "\n".join([method, path, ""] + [f"{k}:{v}" for k, v in headers.items()] +
                              ["", names, digest])
        scope = [now[:8], self.scene["region"], service, "aws4_request"]
        key = ("AWS4" + self.scene["secret_key"]).encode()
        text = "\n".join(["AWS4-HMAC-SHA256", now, "/".join(scope),
                          hashlib.sha256(canonical.encode()).hexdigest()])
        for part in scope + [text]:
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.scene['access_key']}/{'/'.join(scope)}, "
            f"SignedHeaders={names}, Signature={key.hex()}")
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        request = urllib.request.Request(self.url + path, body.encode() if body else None,
                                         headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()


def group_table(region, name, capacity, *lines):
    """A group's part of a keeper's file."""
    return "\n".join(["[[group]]", f'name = "{name}"', f"capacity = {capacity}",
                      f"subnets = {json.dumps([one['id'] for one in region.scene['subnets']])}",
                      f'launch_template = "{region.scene["launch_template"]}:$Latest"',
                      'instance_types = ["c6i.large", "c5.large", "m5.large"]', *lines, ""])


def notify_table(receiver):
    """The part that tells that receiver what happens."""
    return f"""[[notify]]
webhook = "{receiver.url}"
on = ["incident", "group-unheld"]
"""


class Receiver:
    """Whom a keeper tells what happens: takes every message, and remembers its id."""

    def __init__(self):
        self.ids = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802 (the name that the base class calls)
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.ids += receiver.ids_of(json.loads(body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @staticmethod
    def ids_of(message):
        if message["kind"] == "gathered":
            return [item["id"] for item in message["items"]]
        return [message["id"]]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Keeper:
    """`spotkeeper serve`, life after life in one state folder."""

    def __init__(self, binary, region, folder, ledger="local", name="keeper-1", queue_url=None):
        self.binary, self.region, self.folder, self.ledger = binary, region, folder, ledger
        self.name, self.queue_url = name, queue_url or region.scene["queue_url"]
        self.state, self.config = folder / "state", folder / "config.toml"
        self.process, self.url = None, None

    def configure(self, *tables):
        scene = self.region.scene
        self.config.write_text(f"""[aws]
region = "{scene['region']}"
endpoint_url = "{scene['endpoint_url']}"
[events]
queue_url = "{self.queue_url}"
[ledger]
url = "{self.ledger}"
[keeper]
name = "{self.name}"
state_dir = "{self.state}"
listen = "127.0.0.1:0"
""" + "".join(tables))

    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder),
                "AWS_ACCESS_KEY_ID": self.region.scene["access_key"],
                "AWS_SECRET_ACCESS_KEY": self.region.scene["secret_key"]}

    def begin(self, crash_at=None):
        environment = self.environment()
        if crash_at:
            environment["SPOTKEEPER_CRASH_AT"] = crash_at
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--config", str(self.config), "--follow-region-clock"],
                env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                text=True)

    def start(self, crash_at=None):
        """Answers once it is ready."""
        self.begin(crash_at)
        ready = self.process.stdout.readline()
        assert ready.startswith("ready "), f"serve did not start: {self.last_words()}"
        self.url = ready.split()[1].rstrip("/")

    def ask(self, path):
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}", timeout=10) as answer:
            return json.load(answer)

    def order(self, command, subject, **more):
        body = json.dumps({"command": command, "subject": subject, **more}).encode()
        request = urllib.request.Request(f"{self.url}/api/v1/commands", body,
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def kill(self):
        self.process.kill()
        self.buried()

    def dies_by_itself(self):
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE_SECONDS)
            self.process.stdout.close()
            return self.process.returncode == -signal.SIGKILL
        self.kill()
        return False

    def buried(self):
        self.process.wait()
        self.process.stdout.close()

    def last_words(self):
        return (self.folder / "log").read_text(errors="replace")[-2000:]
