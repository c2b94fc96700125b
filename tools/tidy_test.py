#!/usr/bin/env python3
"""Each rule of tools/tidy bites: a small clean tree, one defect planted, one finding expected."""

import importlib.machinery
import importlib.util
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
LOADER = importlib.machinery.SourceFileLoader("tidy", str(Path(__file__).with_name("tidy")))
SPEC = importlib.util.spec_from_loader("tidy", LOADER)
tidy = importlib.util.module_from_spec(SPEC)
LOADER.exec_module(tidy)

README = "# room\nOwns x.\n\nMay use: y.\nMust not: z.\n"
CLEAN = {
    "src/base/CMakeLists.txt": "module(base SOURCES a.cc HEADERS a.h TESTS a_test.cc)\n",
    "src/base/README.md": README,
    "src/base/a.h": "// Owns a.\n#pragma once\nint a();\n",
    "src/base/a.cc": '#include "base/a.h"\nint a() { return 1; }\n',
    "src/base/a_test.cc": '#include "base/a.h"\nTEST(A, IsOne) { EXPECT_EQ(a(), 1); }\n',
    "src/control/CMakeLists.txt": "module(control SOURCES c.cc DEPS base)\n",
    "src/control/README.md": README,
    "src/control/c.cc": '#include "base/a.h"\nint c() { return a(); }\n',
}

# Rule -> lines of control that break it.
BITES = {
    "wall clock": ["auto n = std::chrono::system_clock::now();", "auto n = time(nullptr);"],
    "chance": ["int n = rand();", "std::random_device device;"],
    "unordered iteration": ["std::unordered_map<int, int> m;"],
    "float": ["double price;"],
    "thread": ["std::thread t;"],
    "sqlite": ["#include <sqlite3.h>"],
    "sockets": ["#include <boost/asio/io_context.hpp>", "#include <boost/beast/http.hpp>"],
    "tls": ["#include <openssl/ssl.h>"],
    "openssl": ["#include <openssl/evp.h>"],
    "console": ["void p() { std::cout << 1; }", 'void p() { printf("x"); }'],
    "catch-all": ["void p() { try { a(); } catch (...) { } }"],
    "skipped test": ["void p() { GTEST_SKIP(); }"],
    "sleep": ["void p() { std::this_thread::sleep_for(s); }"],
    "unfinished": ["// TODO(now): finish"],
    "untyped todo": ["// TODO finish"],
}


class Tidy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        exceptions, tidy.house.EXCEPTIONS = tidy.house.EXCEPTIONS, {}
        self.addCleanup(setattr, tidy.house, "EXCEPTIONS", exceptions)
        for name, text in CLEAN.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def findings(self):
        return tidy.findings(tidy.Tree(self.root))

    def assert_finds(self, expected, name, text):
        """The text in that file gives exactly one finding, and it says `expected`."""
        self.write(name, text)
        found = self.findings()
        self.assertEqual(len(found), 1, found)
        self.assertIn(expected, found[0])

    def assert_clean(self, name, text):
        self.write(name, text)
        self.assertEqual(self.findings(), [])

    def control(self, line):
        return f'#include "base/a.h"\n{line}\nint c() {{ return a(); }}\n'

    # Arrows.

    def test_a_clean_tree_has_no_findings(self):
        self.assertEqual(self.findings(), [])

    def test_an_arrow_upwards_is_found(self):
        self.write("src/control/c.h", "// Owns c.\n#pragma once\n")
        self.assert_finds("base must not include control", "src/base/a.cc",
                          '#include "control/c.h"\nint a() { return 1; }\n')

    def test_an_include_in_a_comment_is_no_include(self):
        self.assert_clean("src/base/a.cc", '// #include "control/c.h"\nint a() { return 1; }\n')

    def test_an_include_of_nothing_is_found(self):
        self.assert_finds("no such file", "src/control/c.cc", self.control('#include "base/b.h"'))

    def test_a_cmake_dependency_upwards_is_found(self):
        self.assert_finds("base must not use control", "src/base/CMakeLists.txt",
                          "module(base SOURCES a.cc HEADERS a.h TESTS a_test.cc DEPS control)\n")

    def test_a_cmake_dependency_of_tests_binds_nobody(self):
        self.assert_clean("src/base/CMakeLists.txt",
                          "module(base SOURCES a.cc a.h TESTS a_test.cc TEST_DEPS control)\n")

    def test_a_folder_without_arrows_is_found(self):
        self.write("src/attic/README.md", README)
        self.write("src/attic/CMakeLists.txt", "module(attic SOURCES x.cc)\n")
        self.assert_finds("src/attic: not in tools/house.py", "src/attic/x.cc", "int x;\n")

    def test_a_stale_drawing_is_found(self):
        begin, end = tidy.DRAWING
        self.assert_finds("graph is stale", "docs/architecture.md", f"{begin}\nold\n{end}\n")
        drawing = tidy.draw_mermaid(tidy.real_graph(tidy.Tree(self.root)))
        self.assert_clean("docs/architecture.md", f"{begin}\n{drawing}\n{end}\n")

    def test_the_drawing_leaves_out_what_a_longer_path_implies(self):
        drawn = tidy.draw_mermaid({"base": set(), "model": {"base"}, "net": {"base", "model"}})
        self.assertIn("net --> model", drawn)
        self.assertNotIn("net --> base", drawn)

    def test_the_arrows_of_the_house_have_no_cycle(self):
        for folder, targets in tidy.house.ARROWS.items():
            for target in targets:
                self.assertNotIn(folder, tidy.below(target))

    # Forbidden things.

    def test_every_forbidden_thing_is_found_in_control(self):
        for rule, lines in BITES.items():
            for line in lines:
                with self.subTest(line):
                    self.assert_finds(f"{rule}; use", "src/control/c.cc", self.control(line))

    def test_every_forbidden_thing_has_a_case_above(self):
        everywhere = {rule.name for rule in tidy.house.RULES if not rule.only_tests}
        self.assertEqual(everywhere, set(BITES))

    def test_a_sleep_or_a_clock_in_a_test_of_any_folder_is_found(self):
        self.write("src/app/CMakeLists.txt", "module(app TESTS x_test.cc)\n")
        self.write("src/app/README.md", README)
        self.assert_finds("sleep in a test", "src/app/x_test.cc", "void f() { usleep(1); }\n")
        self.assert_finds("clock in a test", "src/app/x_test.cc", "auto n = system_clock::now();\n")

    def test_comments_strings_and_members_are_not_calls(self):
        self.assert_clean("src/control/c.cc", self.control(
            "// a double\nauto s = \"std::thread\";\nauto r = R\"(rand())\";\n"
            "auto t = event.time(0);\nconstexpr int kMany = 1'000;  // float\nauto q = '\"';"))

    def test_the_folder_that_owns_a_thing_may_use_it(self):
        self.write("src/store/README.md", README)
        self.write("src/store/CMakeLists.txt", "module(store SOURCES s.cc)\n")
        self.assert_clean("src/store/s.cc", "#include <sqlite3.h>\n")

    def test_an_exception_holds_for_its_file_alone(self):
        tidy.house.EXCEPTIONS = {("src/control/c.cc", "thread"): "because"}
        self.assert_clean("src/control/c.cc", self.control("std::thread t;"))
        self.assert_finds("is not needed", "src/control/c.cc", self.control(""))

    # Text and form.

    def test_words_that_must_not_be_published_are_found(self):
        for expected, text in {
            "developer's path": "see /ho" + "me/jane/x",
            "registry host": "from registry.npmjs" + ".org",
            "conflict marker": "<" * 7 + " HEAD",
            "credential": "AKIA" + "ABCDEFGHIJKLMNOP",
        }.items():
            with self.subTest(expected):
                self.assert_finds(expected, "notes.md", text + "\n")
        self.assert_clean("notes.md", "AKIAIOSFODNN7EXAMPLE in ~/x and /home/ec2-user\n")

    def test_form_is_checked(self):
        self.assert_finds("trailing space", "src/control/c.cc", "int c() { return 1; } \n")
        self.assert_finds("101 columns", "src/control/c.cc", "//" + "x" * 99 + "\n")
        self.assert_finds("no newline", "src/control/c.cc", "int c();")

    def test_a_raw_string_keeps_its_own_lines(self):
        self.assert_clean("src/control/c.cc", f'auto s = R"(\n{"x" * 200}\n)";\n')

    def test_golden_files_keep_their_form(self):
        self.assert_clean("tests/golden/x.txt", "x \n" + "y" * 200)

    def test_a_header_opens_with_its_contract_and_is_included_once(self):
        self.assert_finds("opens with what it owns", "src/base/a.h", "#pragma once\nint a();\n")
        self.assert_finds("no #pragma once", "src/base/a.h", "// Owns a.\nint a();\n")

    def test_a_room_has_a_readme_of_5_to_15_lines(self):
        self.assert_finds("4 lines", "src/base/README.md", "# base\n" * 4)
        self.assert_finds("16 lines", "src/base/README.md", "# base\n" * 16)
        (self.root / "src/base/README.md").unlink()
        self.assertEqual(len(self.findings()), 1)

    def test_a_dead_link_is_found(self):
        self.assert_finds("leads nowhere", "notes.md", "[x](docs/gone.md#part)\n")
        self.assert_clean("notes.md", "[x](src/base/a.h) [y](https://example.com) `[z](no)`\n")

    def test_a_logged_word_that_nobody_explains_is_found(self):
        table = "## Words of the log\n\n| word | means |\n|---|---|\n| `a-word`, `other` | `x` |\n"
        calls = ('log_.info("a-word", {{"why", "no-word"}});',
                 'log.warn(b ? "a-word" : "other");',
                 'remark(context, k ? kInfo : kDebug, "a-word",\n {{"why", "no-word"}});',
                 'remarks.push_back({kError, why == "equal" ? "a-word" : "other", {{"b", g}}});',
                 'constexpr Brake kBrake{\nkTrouble, "a-word", "it is braked"};',
                 'say("a-word", n);', 'log_.debug("not-said", {}); // log.info("nor-this");')
        self.write("src/control/c.cc", self.control("void l() {" + "\n".join(calls) + "}"))
        self.assert_clean("docs/operations.md", table + 'log.warn("nor-here")\n')
        self.assert_finds("c.cc:2: a-word is missing", "docs/operations.md",
                          table.replace("a-word", "other"))
        self.assert_finds("nothing logs it", "docs/operations.md",
                          table.replace("`other`", "`other`, `gone`"))

    # Ratchets.

    def test_a_source_that_nobody_builds_is_found(self):
        self.assert_finds("no CMakeLists.txt builds it", "src/control/d.cc", "int d;\n")

    def test_an_included_header_is_not_dead(self):
        self.write("src/control/d.h", "// Owns d.\n#pragma once\n")
        self.assert_clean("src/control/c.cc", self.control('#include "control/d.h"'))

    def test_a_variable_in_a_source_name_stands_for_anything(self):
        self.write("src/control/CMakeLists.txt", "module(control SOURCES c.cc ${x}_part.cc)\n")
        self.assert_clean("src/control/left_part.cc", "int d;\n")
        self.assert_finds("no CMakeLists.txt builds it", "src/control/left.cc", "int d;\n")

    def test_long_files_are_found(self):
        self.assert_finds("401 lines; at most 400", "src/base/a.h",
                          "// Owns a.\n#pragma once\n" + "int a();\n" * 399)
        self.write("src/base/a.h", CLEAN["src/base/a.h"])
        self.assert_finds("801 lines; at most 800", "src/control/c.cc", "int c();\n" * 801)

    def test_a_long_function_is_found_by_name(self):
        body = "  a();\n" * 69
        self.assert_finds("src/control/c.cc:Room::c: 71 lines; at most 70", "src/control/c.cc",
                          f"namespace control {{\nint Room::c(int x) {{\n{body}}}\n}}\n")
        self.assert_finds("control/c.cc:Rooms.Are big: 71 lines", "src/control/c.cc",
                          f"TEST(Rooms, Are big) {{\n{body}}}\n")

    def test_a_function_of_70_lines_inside_a_class_is_fine(self):
        body = "  if (a()) { a(); }\n" * 68
        self.assert_clean("src/control/c.cc",
                          f"class Room {{\n int c() {{\n{body}}}\n int d() {{\n{body}}}\n}};\n")

    def test_the_baseline_tolerates_its_exact_size_and_only_shrinks(self):
        self.write("src/control/c.cc", "int c();\n" * 810)
        self.assert_clean("tools/tidy_baseline.txt", "# why\nfile src/control/c.cc 810\n")
        self.assert_finds("grew from 809 to 810", "tools/tidy_baseline.txt",
                          "file src/control/c.cc 809\n")
        self.assert_finds("shrank to 810", "tools/tidy_baseline.txt",
                          "file src/control/c.cc 811\n")
        self.write("src/control/c.cc", CLEAN["src/control/c.cc"])
        self.assertIn("remove its line", self.findings()[0])


if __name__ == "__main__":
    unittest.main()
