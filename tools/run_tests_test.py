#!/usr/bin/env python3
"""tools/run_tests.py counts what really happened: small fake binaries and scripts, run for real."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

RUNNER = Path(__file__).with_name("run_tests.py")


def gtest_report(*cases):
    rows = [{"classname": "Suite", "name": name, "status": status, "result": "COMPLETED",
             "failures": [{"failure": why}] if why else []} for name, status, why in cases]
    return json.dumps({"testsuites": [{"testsuite": rows}]})


def fake_gtest(report, code=0):
    return f"cat >\"${{GTEST_OUTPUT#json:}}\" <<'END'\n{report}\nEND\nexit {code}\n"


class RunTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        self.ctest = self.root / "build/CTestTestfile.cmake"
        self.ctest.parent.mkdir()
        self.ctest.write_text("")

    def script(self, name, body):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)
        return path

    def binary(self, name, body):
        path = self.script(f"build/{name}", body)
        self.ctest.write_text(f'{self.ctest.read_text()}add_test({name} "{path}")\n')

    def run_it(self, *arguments):
        """(exit code, last line, everything)"""
        command = [sys.executable, RUNNER, "--build", self.root / "build", "--root", self.root]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False,
                              env={"PATH": os.environ["PATH"]})
        return done.returncode, done.stdout.splitlines()[-1], done.stdout

    def assert_counts(self, code, last, *arguments):
        got = self.run_it(*arguments)
        self.assertEqual(got[:2], (code, last), got[2])
        return got[2]

    def test_nothing_run_is_a_failure(self):
        self.assert_counts(1, "0 passed, 0 failed, 0 skipped")

    def test_gtest_cases_count_one_by_one_and_disabled_ones_by_name(self):
        self.binary("x_test", fake_gtest(gtest_report(("A", "RUN", ""), ("B", "NOTRUN", ""))))
        output = self.assert_counts(0, "1 passed, 0 failed, 1 skipped")
        self.assertIn("SKIPPED x_test.Suite.B", output)

    def test_a_failed_case_is_shown_with_its_text(self):
        self.binary("x_test", fake_gtest(gtest_report(("A", "RUN", "1 is not 2")), 1))
        output = self.assert_counts(1, "0 passed, 1 failed, 0 skipped")
        self.assertIn("FAIL x_test.Suite.A\n1 is not 2", output)

    def test_a_leak_after_the_last_case_is_a_failure(self):
        self.binary("x_test", fake_gtest(gtest_report(("A", "RUN", "")), 23))
        self.assertIn("FAIL x_test.exit", self.assert_counts(1, "1 passed, 1 failed, 0 skipped"))

    def test_a_crash_is_named_after_the_case_it_was_in(self):
        self.binary("x_test", "echo '[ RUN      ] Suite.Crashes'\nkill -ABRT $$")
        output = self.assert_counts(1, "0 passed, 1 failed, 0 skipped")
        self.assertIn("FAIL x_test.Suite.Crashes", output)

    def test_a_plain_command_counts_as_one(self):
        self.binary("lint", "exit 3")
        self.assertIn("exit code 3", self.assert_counts(1, "0 passed, 1 failed, 0 skipped"))

    def test_the_filter_reaches_gtest(self):
        self.binary("x_test", 'test "$GTEST_FILTER" = "*A?b*" && ' +
                    fake_gtest(gtest_report(("A-b", "RUN", ""))))
        self.binary("lint", "exit 3")
        self.assert_counts(0, "1 passed, 0 failed, 0 skipped", "A-b")

    def test_a_binarys_name_runs_only_that_binary(self):
        self.binary("x_test", fake_gtest(gtest_report(("A", "RUN", ""))))
        self.binary("y_test", "exit 3")
        (self.root / "build/y_test").unlink()
        self.assert_counts(0, "1 passed, 0 failed, 0 skipped", "x_test")
        self.assert_counts(0, "1 passed, 0 failed, 0 skipped", "x_test.Suite")

    def test_the_seed_is_printed_and_handed_down(self):
        self.binary("x", 'echo "$SPOTKEEPER_SEED"; test "$RC_PARAMS" = "seed=$SPOTKEEPER_SEED"')
        self.assertRegex(self.assert_counts(0, "1 passed, 0 failed, 0 skipped"), r"seed \d+")

    def test_a_scripts_lines_count(self):
        self.script("tests/e2e/run", "echo PASS one; echo 'SKIPPED two: no network'")
        output = self.assert_counts(0, "1 passed, 0 failed, 1 skipped")
        self.assertIn("SKIPPED e2e.two: no network", output)

    def test_a_script_that_fails_without_saying_so_fails(self):
        self.script("tests/e2e/run", "echo PASS one; exit 1")
        self.assertIn("FAIL e2e.exit", self.assert_counts(1, "1 passed, 1 failed, 0 skipped"))

    def test_a_script_that_says_nothing_fails(self):
        self.script("tests/e2e/run", "exit 0")
        self.assert_counts(1, "0 passed, 1 failed, 0 skipped")

    def test_a_script_that_cannot_run_here_is_skipped_by_name(self):
        self.script("tests/e2e/run", "echo needs root; exit 77")
        self.binary("x", "exit 0")
        output = self.assert_counts(0, "1 passed, 0 failed, 1 skipped")
        self.assertIn("SKIPPED e2e.all: needs root", output)

    def test_a_filter_leaves_other_scripts_alone(self):
        self.script("tests/e2e/run", "echo PASS one; echo PASS two")
        self.script("tests/peers/run", "echo 'FAIL boom: it ran'; exit 1")
        self.assert_counts(0, "1 passed, 0 failed, 0 skipped", "e2e.two")


if __name__ == "__main__":
    unittest.main()
