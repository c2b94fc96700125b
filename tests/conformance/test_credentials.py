"""Our chain of credentials and botocore's, told of the same host, find the same.

Goal: whoever moves a working set-up of AWS's tools to the keeper need change nothing.
Method: a host is an environment, two shared files and a profile. For each, credentials_dev (our
chain, as the keeper has it) and a session of botocore resolve it: the keys must be equal, and where
STS made them, the role. STS is the simulated region; container and instance are one server here.
"""

import json
import os
import subprocess
import tempfile
import threading
import unittest
import unittest.mock
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import botocore.exceptions
import botocore.session

from region import ISSUER, REGION, web_identity_token

SCENE = REGION.scene
KEYS = f"aws_access_key_id = {SCENE['access_key']}\naws_secret_access_key = {SCENE['secret_key']}\n"
OTHER_KEYS = "aws_access_key_id = OTHER\naws_secret_access_key = topsecret\n"
ENVIRONMENT_KEYS = {"AWS_ACCESS_KEY_ID": SCENE["access_key"],
                    "AWS_SECRET_ACCESS_KEY": SCENE["secret_key"]}
AGENT_TOKEN = "agents-token"


def role(name):
    return f"arn:aws:iam::{SCENE['account']}:role/{name}"


def session_of(name):
    """Credentials of that role as metadata shows them."""
    got = REGION.client("sts").assume_role(RoleArn=role(name), RoleSessionName="given")
    made = got["Credentials"]
    return {"Code": "Success", "AccessKeyId": made["AccessKeyId"],
            "SecretAccessKey": made["SecretAccessKey"], "Token": made["SessionToken"],
            "Expiration": made["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ")}


class Metadata(BaseHTTPRequestHandler):
    """The container's agent under /task, the instance's metadata under /latest."""

    def log_message(self, *_):
        pass

    def reply(self, body, status=200):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

    def do_PUT(self):
        self.reply(b"a-token")

    def do_GET(self):
        if self.path == "/task?of=keeper":
            if self.headers["Authorization"] != AGENT_TOKEN:
                return self.reply(b"", 401)
            return self.reply(session_of("task"))
        if self.path.endswith("/security-credentials/"):
            return self.reply(b"instance")
        if self.path.endswith("/security-credentials/instance"):
            return self.reply(session_of("instance"))
        return self.reply(b"", 404)


class RegionSession(botocore.session.Session):
    """This botocore has no setting for another endpoint of the STS that it asks by itself."""

    def create_client(self, service_name, *arguments, **settings):
        return super().create_client(service_name, *arguments,
                                     **{**settings, "endpoint_url": REGION.url})


class Host:
    def __init__(self, folder, config="", credentials="", profile="", **environment):
        self.profile = profile
        (folder / "config").write_text(config)
        (folder / "credentials").write_text(credentials)
        self.environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(folder), "AWS_DEFAULT_REGION": SCENE["region"],
            "AWS_CONFIG_FILE": str(folder / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"), **environment}

    def ours(self):
        """Access key, secret and token; the error's text instead when there are none."""
        done = subprocess.run(
            [os.environ["SK_CREDENTIALS_BINARY"], SCENE["region"], REGION.url, self.profile],
            env=self.environment, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        if "error" in found:
            return found["error"]
        return found["access_key"], found["secret_key"], found["session_token"]

    def botocores(self):
        with unittest.mock.patch.dict(os.environ, self.environment, clear=True):
            try:
                found = RegionSession(profile=self.profile or None).get_credentials()
                frozen = found.get_frozen_credentials()
            except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError,
                    ValueError, AttributeError, OSError) as error:
                return str(error)
        return frozen.access_key, frozen.secret_key, frozen.token or ""


def identity(found):
    """Static keys as they are; of a session who it is, without the name that its client chose."""
    access_key, secret_key, token = found
    if not access_key.startswith("ASIASIMULATED"):
        return found
    arn = REGION.client("sts", aws_access_key_id=access_key, aws_secret_access_key=secret_key,
                        aws_session_token=token).get_caller_identity()["Arn"]
    name = arn.rsplit("/", 1)[1]
    return arn if name in ("given", "named") else arn.removesuffix(name)


# The settings of each host, by what it is about. {metadata} and {token} are filled in.
FOUND = {
    "keys_in_the_environment": dict(ENVIRONMENT_KEYS, credentials="[default]\n" + OTHER_KEYS),
    "keys_with_a_token": dict(ENVIRONMENT_KEYS, AWS_SESSION_TOKEN="t"),
    "the_environment_before_the_profile_it_names":
        dict(ENVIRONMENT_KEYS, AWS_PROFILE="web", config="[profile web]\n" + OTHER_KEYS),
    "a_profile_that_is_chosen_before_the_environment":
        dict(ENVIRONMENT_KEYS, profile="web", config="[profile web]\n" + OTHER_KEYS),
    "the_default_profile_of_the_credentials_file": dict(credentials="[default]\n" + OTHER_KEYS),
    "the_default_profile_of_the_config_file": dict(config="[default]\n" + OTHER_KEYS),
    "the_credentials_file_before_the_config_file":
        dict(config="[default]\n" + OTHER_KEYS, credentials="[default]\n" + KEYS),
    "a_profile_with_blanks_in_its_name":
        dict(AWS_PROFILE="our web", config='[profile "our web"]\n' + OTHER_KEYS),
    "a_profile_with_nested_settings":
        dict(config="[default]\ns3 =\n  aws_access_key_id = NESTED\n" + OTHER_KEYS),
    "a_role_of_a_source_profile":
        dict(config=f"[default]\nrole_arn = {role('ops')}\nsource_profile = base\n"
                    f"external_id = their-id\nrole_session_name = named\n"
                    f"duration_seconds = 1800\n[profile base]\n{KEYS}"),
    "a_role_whose_source_is_in_the_other_file":
        dict(config=f"[profile web]\nrole_arn = {role('ops')}\nsource_profile = base\n",
             credentials=f"[base]\n{KEYS}", AWS_PROFILE="web"),
    "a_role_of_a_role_of_a_role":
        dict(config=f"[default]\nrole_arn = {role('third')}\nsource_profile = b\n"
                    f"[profile b]\nrole_arn = {role('second')}\nsource_profile = c\n"
                    f"[profile c]\nrole_arn = {role('first')}\nsource_profile = base\n"
                    f"[profile base]\n{KEYS}"),
    "a_profile_that_is_its_own_source":
        dict(config=f"[default]\nrole_arn = {role('ops')}\nsource_profile = default\n{KEYS}"),
    "a_source_with_keys_and_a_role":
        dict(config=f"[default]\nrole_arn = {role('ops')}\nsource_profile = b\n"
                    f"[profile b]\nrole_arn = {role('never')}\nsource_profile = b\n{KEYS}"),
    "a_role_before_the_keys_of_its_own_profile":
        dict(config=f"[default]\nrole_arn = {role('ops')}\nsource_profile = base\n{OTHER_KEYS}"
                    f"[profile base]\n{KEYS}"),
    "a_role_by_the_environments_keys":
        dict(ENVIRONMENT_KEYS, profile="web",
             config=f"[profile web]\nrole_arn = {role('ops')}\n"
                    f"credential_source = Environment\n"),
    "a_role_by_the_containers_credentials":
        dict(config=f"[default]\nrole_arn = {role('ops')}\ncredential_source = EcsContainer\n",
             AWS_CONTAINER_CREDENTIALS_FULL_URI="{metadata}/task?of=keeper",
             AWS_CONTAINER_AUTHORIZATION_TOKEN=AGENT_TOKEN),
    "a_role_by_the_instances_credentials":
        dict(config=f"[default]\nrole_arn = {role('ops')}\n"
                    f"credential_source = Ec2InstanceMetadata\n",
             AWS_EC2_METADATA_SERVICE_ENDPOINT="{metadata}"),
    "a_web_identity_in_the_environment":
        dict(AWS_WEB_IDENTITY_TOKEN_FILE="{token}", AWS_ROLE_ARN=role("pod"),
             AWS_ROLE_SESSION_NAME="named", credentials="[default]\n" + OTHER_KEYS),
    "a_web_identity_in_a_profile":
        dict(config=f"[default]\nrole_arn = {role('pod')}\n"
                    f"web_identity_token_file = {{token}}\nrole_session_name = named\n"),
    "a_role_by_a_web_identity":
        dict(config=f"[default]\nrole_arn = {role('ops')}\nsource_profile = pod\n"
                    f"[profile pod]\nrole_arn = {role('pod')}\n"
                    f"web_identity_token_file = {{token}}\n"),
    "a_process": dict(config="[default]\ncredential_process = {process} MADE ''\n"),
    "a_process_with_quoted_words":
        dict(config="[default]\ncredential_process = {process} 'a key' \"a \\\"token\\\"\"\n"),
    "the_credentials_files_keys_before_a_process":
        dict(config="[default]\ncredential_process = {process} MADE ''\n",
             credentials="[default]\n" + OTHER_KEYS),
    "a_process_before_the_config_files_keys":
        dict(config="[default]\ncredential_process = {process} MADE ''\n" + OTHER_KEYS),
    "a_role_by_a_process":
        dict(config=f"[default]\nrole_arn = {role('ops')}\nsource_profile = p\n"
                    f"[profile p]\ncredential_process = {{process}} {SCENE['access_key']} ''\n"),
    "a_container":
        dict(AWS_CONTAINER_CREDENTIALS_FULL_URI="{metadata}/task?of=keeper",
             AWS_CONTAINER_AUTHORIZATION_TOKEN=AGENT_TOKEN,
             AWS_EC2_METADATA_SERVICE_ENDPOINT="{metadata}"),
    "an_instance": dict(AWS_EC2_METADATA_SERVICE_ENDPOINT="{metadata}"),
}

REFUSED = {
    "half_a_pair_in_the_environment": dict(AWS_ACCESS_KEY_ID="KEY"),
    "half_a_pair_in_a_file": dict(credentials="[default]\naws_access_key_id = KEY\n"),
    "a_profile_that_is_nowhere": dict(AWS_PROFILE="nowhere"),
    "a_role_without_a_source": dict(config=f"[default]\nrole_arn = {role('ops')}\n"),
    "a_role_with_two_sources":
        dict(config=f"[default]\nrole_arn = {role('ops')}\nsource_profile = base\n"
                    f"credential_source = Environment\n[profile base]\n{KEYS}"),
    "a_source_that_is_nowhere":
        dict(config=f"[default]\nrole_arn = {role('ops')}\nsource_profile = base\n"),
    "a_source_without_credentials":
        dict(config=f"[default]\nrole_arn = {role('ops')}\nsource_profile = base\n"
                    f"[profile base]\nregion = us-east-2\n"),
    "sources_in_a_circle":
        dict(config=f"[default]\nrole_arn = {role('a')}\nsource_profile = b\n"
                    f"[profile b]\nrole_arn = {role('b')}\nsource_profile = default\n"),
    "a_source_that_is_its_own_and_has_no_keys":
        dict(config=f"[default]\nrole_arn = {role('a')}\nsource_profile = default\n"),
    "a_kind_of_source_that_is_not_known":
        dict(ENVIRONMENT_KEYS, profile="web",
             config=f"[profile web]\nrole_arn = {role('ops')}\ncredential_source = Wallet\n"),
    "a_role_of_another_account":
        dict(config=f"[default]\nrole_arn = arn:aws:iam::999999999999:role/ops\n"
                    f"source_profile = base\n[profile base]\n{KEYS}"),
    "a_web_identity_without_a_role": dict(AWS_WEB_IDENTITY_TOKEN_FILE="{token}"),
    "a_web_identity_without_its_file":
        dict(AWS_WEB_IDENTITY_TOKEN_FILE="/nonexistent", AWS_ROLE_ARN=role("pod")),
    "a_process_that_fails": dict(config="[default]\ncredential_process = false\n"),
    "a_process_that_is_not_there":
        dict(config="[default]\ncredential_process = /nonexistent/program\n"),
    "a_process_that_says_nonsense": dict(config="[default]\ncredential_process = echo topsecret\n"),
    "a_process_of_another_version":
        dict(config="[default]\ncredential_process = echo '{{\"Version\": 2, "
                    "\"AccessKeyId\": \"K\", \"SecretAccessKey\": \"topsecret\"}}'\n"),
    "a_container_elsewhere_without_tls":
        dict(AWS_CONTAINER_CREDENTIALS_FULL_URI="http://192.0.2.1/task",
             AWS_CONTAINER_AUTHORIZATION_TOKEN="topsecret"),
    "nothing_at_all": dict(AWS_EC2_METADATA_DISABLED="true"),
}


class Credentials(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        REGION.control("identity-providers", {"issuer": ISSUER})
        cls.server = ThreadingHTTPServer(("127.0.0.1", 0), Metadata)
        cls.thread = threading.Thread(target=cls.server.serve_forever)
        cls.thread.start()
        cls.folder = tempfile.TemporaryDirectory()
        folder = Path(cls.folder.name)
        (folder / "token").write_text(web_identity_token())
        # Version 1, the key and the token that it is told of, and the scene's secret.
        process = folder / "give"
        process.write_text(
            "#!/bin/sh\nprintf '{\"Version\": 1, \"AccessKeyId\": \"%s\", "
            f"\"SecretAccessKey\": \"{SCENE['secret_key']}\"' \"$1\"\n"
            "test -z \"$2\" || printf ', \"SessionToken\": \"%s\"' "
            "\"$(printf %s \"$2\" | tr -d '\"')\"\nprintf '}'\n")
        process.chmod(0o755)
        cls.fillings = {"metadata": f"http://127.0.0.1:{cls.server.server_port}",
                        "token": str(folder / "token"), "process": str(process)}

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.thread.join()
        cls.server.server_close()
        cls.folder.cleanup()

    def host(self, settings):
        filled = {name: value.format(**self.fillings) for name, value in settings.items()}
        return Host(Path(self.folder.name), **filled)

    def same(self, settings):
        host = self.host(settings)
        ours, botocores = host.ours(), host.botocores()
        self.assertIsInstance(ours, tuple, f"botocore: {botocores}")
        self.assertIsInstance(botocores, tuple)
        self.assertEqual(identity(ours), identity(botocores))

    def refused(self, settings):
        host = self.host(settings)
        ours, botocores = host.ours(), host.botocores()
        self.assertIsInstance(ours, str, f"botocore: {botocores}")
        self.assertIsInstance(botocores, str)
        for secret in ("topsecret", SCENE["secret_key"], web_identity_token()):
            self.assertNotIn(secret, ours)


def add_tests():
    for name, settings in FOUND.items():
        setattr(Credentials, f"test_both_find_{name}",
                lambda self, settings=settings: self.same(settings))
    for name, settings in REFUSED.items():
        setattr(Credentials, f"test_both_refuse_{name}",
                lambda self, settings=settings: self.refused(settings))


add_tests()

if __name__ == "__main__":
    unittest.main()
