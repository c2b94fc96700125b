"""The rules of the house as data: folders and their arrows, forbidden things, and exceptions.

tools/tidy enforces them. A new folder, arrow or exception is one line here, with its reason.
"""

import re
from dataclasses import dataclass

# Whom each folder of src may include; what those include comes with them.
ARROWS = {
    "base": [],
    "model": ["base"],
    "market": ["model"],
    "control": ["market"],
    "notify": ["control"],
    "ports": ["model"],
    "store": ["base"],
    "net": ["base"],
    "engine": ["notify", "ports", "store"],
    "insights": ["market", "ports", "store"],
    "aws": ["net", "ports"],
    "agent": ["control", "ports", "net"],
    "server": ["net", "store", "ports", "insights"],
    "sim": ["engine", "insights", "aws", "agent"],
    "app": ["server", "sim"],
}

MOST_HEADER_LINES = 400
MOST_SOURCE_LINES = 800
MOST_FUNCTION_LINES = 70
MOST_COLUMNS = 100
README_LINES = range(5, 16)


@dataclass(frozen=True)
class Rule:
    """A pattern that code outside `allowed` must not contain, and what to use instead."""

    name: str
    pattern: str
    use: str
    allowed: tuple = ()  # Folders of src.
    kind: str = "code"  # What is searched: code, include (the path in the directive) or comment.
    only_tests: bool = False

    def finds(self, text):
        return re.search(self.pattern, text)


def everyone_but(*folders):
    return tuple(folder for folder in ARROWS if folder not in folders)


DETERMINISTIC = ("model", "market", "control", "notify", "ports", "engine", "sim")

RULES = (
    Rule(
        "wall clock",
        r"\b(system_clock|steady_clock|high_resolution_clock|utc_clock)\b"
        r"|\b(clock_gettime|gettimeofday|localtime|localtime_r)\s*\("
        r"|(?<![\w.>:])(std::)?time\s*\(\s*(nullptr|NULL|0|&\w+)\s*\)",
        "the `now` of the event, or ports/clock.h",
        allowed=everyone_but("base", *DETERMINISTIC),
    ),
    Rule(
        "clock in a test",
        r"\b(system_clock|high_resolution_clock)\b",
        "a fixed base::Instant",
        only_tests=True,
    ),
    Rule(
        "chance",
        r"(?<![\w.>])(std::)?s?rand\s*\(|\brandom_device\b|\bmt19937|\b\w+_distribution\b",
        "base/prng.h, seeded by the caller",
        allowed=everyone_but("base", *DETERMINISTIC),
    ),
    Rule(
        "unordered iteration",
        r"\bunordered_(multi)?(map|set)\b",
        "std::map, std::set or a sorted vector",
        allowed=everyone_but(*DETERMINISTIC),
    ),
    Rule(
        "float",
        r"\b(float|double)\b",
        "integers with a unit: base::Money, base::Duration, parts per million",
        allowed=everyone_but("market", "control", "notify", "engine", "sim"),
    ),
    Rule(
        "thread",
        r"\bstd::(thread|jthread|async)\b|\bpthread_create\b",
        "an event on the owner's queue",
        allowed=("net", "app"),
    ),
    Rule("sqlite", r"^sqlite3", "store's wrapper", allowed=("store",), kind="include"),
    Rule(
        "sockets",
        r"^(boost/(beast|asio)\b|sys/socket\.h|netdb\.h)",
        "net/client.h or net/server.h",
        allowed=("net",),
        kind="include",
    ),
    Rule("tls", r"^openssl/ssl\.h", "net/client.h", allowed=("net",), kind="include"),
    Rule(
        "openssl",
        r"^openssl/(?!ssl\.h)",
        "base/digest.h",
        allowed=("base", "net"),
        kind="include",
    ),
    Rule(
        "console",
        r"\bstd::(cout|cerr|clog)\b|\b(std::)?(printf|puts|putchar|vprintf|perror)\s*\("
        r"|\bfprintf\s*\(\s*(stdout|stderr)\b",
        "base::Logger, or a value that app prints",
        allowed=("app",),
    ),
    Rule(
        "catch-all",
        r"\bcatch\s*\(\s*\.\.\.\s*\)",
        "catch the adapter's own exception type and return base::Result",
    ),
    Rule("skipped test", r"\bGTEST_SKIP\b", "a test that runs, or a script that says SKIPPED"),
    Rule(
        "sleep",
        r"\b(sleep_for|sleep_until|usleep|nanosleep)\b|(?<![\w.>])(?<!int )(::)?sleep\s*\(",
        "a wait for the event itself, with a deadline",
        allowed=("app", "agent"),
    ),
    Rule("sleep in a test", r"\b(sleep_for|sleep_until|usleep|nanosleep)\b",
         "a wait for the event itself, with a deadline", only_tests=True),
    Rule("unfinished", r"\bTODO\(now\)", "finish it", kind="comment"),
    Rule("untyped todo", r"\b(FIXME|XXX)\b|\bTODO\b(?!\()", "TODO(kind): ...", kind="comment"),
)

# (file, rule) -> why it may. A line whose file is gone, or no longer needs it, is an error.
EXCEPTIONS = {
    ("src/base/check.cc", "console"): "a bug must be seen even when nobody made a logger",
    ("src/base/log.cc", "wall clock"): "stderr_logger stamps lines; app alone makes it",
    ("src/base/time_zone_test.cc", "wall clock"): "compares with the C library's zones",
    ("src/base/week_window_test.cc", "wall clock"): "compares with the C library's zones",
    ("tests/conformance/region_dev.cc", "clock in a test"): "serves clients that sign by real time",
    ("src/app/sd_notify.cc", "sockets"): "systemd listens on a datagram socket of the host",
    ("src/engine/mailbox_test.cc", "thread"): "whether many threads may add is what it asks",
    ("src/sim/front.cc", "thread"): "one thread wakes the region, which has no timer of its own",
}

# Text that no file may contain.
FORBIDDEN_TEXT = (
    Rule(
        "developer's path",
        r"(?<![\w.$}~-])(/(home|Users)/(?!ec2-user|admin|ubuntu|spotkeeper)\w|/wor[k]/|/roo[t]/\w)",
        "a path relative to the repository, or a variable",
    ),
    Rule(
        "registry host",
        r"\b(pypi\.org|files\.pythonhosted\.org|registry\.npmjs\.org|registry\.yarnpkg\.com"
        r"|deb\.debian\.org|security\.debian\.org|proxy\.golang\.org|crates\.io)\b",
        "the client's own configuration (npm: omit-lockfile-registry-resolved)",
    ),
    Rule("conflict marker", r"^(<{7}|>{7}) ", "one side, or both"),
    Rule(
        "credential",
        r"\b(AKIA|ASIA)[0-9A-Z]{16}\b(?<!EXAMPLE)|-----BEGIN [A-Z ]*PRIVATE KE[Y]-----",
        "AWS's documented example keys, or one made in the test",
    ),
)
