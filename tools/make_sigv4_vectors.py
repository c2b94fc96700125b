#!/usr/bin/python3
"""Writes tests/golden/sigv4.json: what botocore signs for requests of our own.

    tools/make_sigv4_vectors.py > tests/golden/sigv4.json

Needs Debian's python3-botocore. The clock is frozen per case, so the output only changes with the
cases below. `signer` is false where botocore signs by choices that ours does not offer (an unsigned
payload); the verifier must accept those all the same.
"""

import base64
import datetime
import json
import sys
from unittest import mock

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ACCESS_KEY = "AKIDSPOTKEEPER"
SECRET_KEY = "a secret/with+signs=and spaces"
NOON = "20260301T120000Z"
EC2_BODY = b"Action=DescribeInstances&Version=2016-11-15"
FORM = ["Content-Type", "application/x-www-form-urlencoded; charset=utf-8"]
JSON11 = ["Content-Type", "application/x-amz-json-1.1"]


def case(name, service="ec2", method="GET", host=None, path="/", query="", headers=(), body=b"",
         region="eu-west-1", token="", time=NOON, payload_signed=True):
    host = host or f"{service}.{region}.amazonaws.com"
    return {
        "name": name, "service": service, "region": region, "session_token": token, "time": time,
        "method": method, "path": path, "query": query, "body": body,
        "headers": [["Host", host], *[list(header) for header in headers]],
        "payload_signed": payload_signed,
    }


CASES = [
    case("a plain GET"),
    case("a Query call", method="POST", headers=[FORM], body=EC2_BODY),
    case("a session token", method="POST", headers=[FORM], body=EC2_BODY,
         token="a//token+with=signs=="),
    case("a JSON call", "events", "POST",
         headers=[JSON11, ["X-Amz-Target", "AWSEvents.PutRule"]], body=b'{"Name":"r"}'),
    case("another region", region="us-gov-west-1"),
    case("the last second of a year", time="20251231T235959Z"),
    case("the first second of a leap day", time="20280229T000000Z"),
    case("a port in the host", host="127.0.0.1:4566"),
    case("an IPv6 host", host="[::1]:4566"),
    case("a DELETE", method="DELETE", path="/thing"),
    case("a HEAD", method="HEAD", path="/thing"),
    case("a PUT with a binary body", method="PUT", path="/thing", body=bytes(range(256))),
    case("a body of UTF-8", method="POST", body="Größe=1 €".encode()),
    # Queries.
    case("an unsorted query", query="b=2&a=1&c=3"),
    case("a repeated name with unsorted values", query="a=2&a=1&a=10"),
    case("an empty value", query="a=&b=1"),
    case("a name alone", query="delete"),
    case("a name alone among others", query="uploads&prefix=x&delimiter=%2F"),
    case("an encoded name and value", query="na%20me=va%26lue%3D1"),
    case("upper case sorts before lower", query="b=1&B=2&a=3&A=4"),
    case("names that are prefixes", query="ab=1&a=2&a-b=3&a.b=4&a_b=5"),
    case("names with digits", query="Filter.10=j&Filter.2=b&Filter.1=a"),
    case("unreserved characters", query="q=a-b_c.d~e"),
    case("UTF-8 in a query", query="q=%C3%A9%E2%82%AC&p=%F0%9F%90%B3"),
    case("an escaped plus and percent", query="a=%2B&b=%25"),
    # Paths of services that normalise.
    case("a path", path="/2013-04-01/hostedzone/Z1/rrset", service="route53"),
    case("a trailing slash", path="/a/b/"),
    case("double slashes", path="//a//b///c"),
    case("dot segments", path="/a/./b/../c"),
    case("dot segments above the root", path="/../../a"),
    case("nothing but dots", path="/./.."),
    case("a trailing dot segment", path="/a/b/."),
    case("an encoded space", path="/a%20b/c"),
    case("an encoded slash", path="/a%2Fb"),
    case("an OpenSearch index pattern", "es", path="/logs-%2A%2C-old/_search", query="size=0"),
    case("a raw star and comma", "es", path="/logs-*,more/_count"),
    case("UTF-8 in a path", path="/%E2%82%AC"),
    case("a tilde in a path", path="/~user/a_b-c.d"),
    # Headers.
    case("a padded value", headers=[["X-Custom", "   padded   "]]),
    case("inner spaces", headers=[["X-Custom", "a    b \t c"]]),
    case("quoted inner spaces", headers=[["X-Custom", '"a   b"  c']]),
    case("a repeated header", headers=[["X-Custom", "z"], ["X-Custom", "a"], ["x-custom", " m "]]),
    case("an empty header", headers=[["X-Custom", ""]]),
    case("headers out of order", headers=[["X-Zebra", "1"], ["Accept", "*/*"], ["x-apple", "2"]]),
    case("headers nobody signs", headers=[["User-Agent", "sk/1"], ["Expect", "100-continue"],
                                          ["X-Amzn-Trace-Id", "Root=1-2-3"]]),
    # S3: the path as it is, and the hash of the payload in a header.
    case("an S3 GET", "s3", path="/bucket/key"),
    case("an S3 PUT", "s3", "PUT", path="/bucket/key", body=b"content"),
    case("an S3 conditional PUT", "s3", "PUT", path="/b/k", body=b"{}",
         headers=[["If-Match", '"d41d8cd98f00b204e9800998ecf8427e"']]),
    case("an S3 key with dots and slashes", "s3", path="/bucket/a/../b//./c"),
    case("an S3 key with escapes", "s3", path="/bucket/a%20b%2Bc%C3%A9~d"),
    case("an S3 listing", "s3", path="/bucket",
         query="list-type=2&prefix=a%2Fb&delimiter=%2F&start-after="),
    case("an S3 session token", "s3", path="/bucket/key", token="token"),
    case("an S3 unsigned payload", "s3", "PUT", path="/bucket/key", body=b"content",
         payload_signed=False),
    case("an unsigned payload elsewhere", "execute-api", "POST", path="/prod", body=b"content",
         payload_signed=False),
]


def sign(item):
    host = item["headers"][0][1]
    query = "?" + item["query"] if item["query"] else ""
    request = AWSRequest(method=item["method"], url=f"https://{host}{item['path']}{query}",
                         data=item["body"])
    for name, value in item["headers"]:
        request.headers.add_header(name, value)
    request.context["payload_signing_enabled"] = item["payload_signed"]
    if not item["payload_signed"]:
        request.context["has_streaming_input"] = True
        request.headers["Content-MD5"] = "unused"
        item["headers"].append(["Content-MD5", "unused"])
    signer = S3SigV4Auth if item["service"] == "s3" else SigV4Auth
    credentials = Credentials(ACCESS_KEY, SECRET_KEY, item["session_token"] or None)
    now = datetime.datetime.strptime(item["time"], "%Y%m%dT%H%M%SZ")
    with mock.patch("botocore.auth.datetime") as clock:
        clock.datetime.utcnow.return_value = now
        signer(credentials, item["service"], item["region"]).add_auth(request)
    given = {name.lower() for name, _ in item["headers"]}
    return [[name, value] for name, value in request.headers.items() if name.lower() not in given]


def vector(item):
    added = sign(item)
    out = {key: item[key] for key in ("name", "service", "region", "time", "session_token",
                                      "method", "path", "query", "headers")}
    out["body_base64"] = base64.b64encode(item["body"]).decode()
    out["signer"] = item["payload_signed"]
    out["added_headers"] = added
    return out


def main():
    vectors = ",\n".join(json.dumps(vector(item)) for item in CASES)
    sys.stdout.write(f'{{"access_key": "{ACCESS_KEY}", "secret_key": "{SECRET_KEY}", "vectors": [\n'
                     f"{vectors}\n]}}\n")


if __name__ == "__main__":
    main()
