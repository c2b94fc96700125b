#!/usr/bin/python3
"""Condenses AWS's published Spot Advisor data into src/market/advisor_table.cc.

Usage: tools/make_advisor_table.py SPOT-ADVISOR-DATA.json AS-OF > src/market/advisor_table.cc
AS-OF is the month of the data, as 2025-06. One character per type and region: the band 0 to 4 of
interruptions per month for Linux, or "-" where AWS shows none.
"""

import json
import sys
import textwrap


def print_text(text):
    lines = textwrap.wrap(text, 90, break_on_hyphens=False, break_long_words=False)
    print("\n".join(f'    "{line} "' for line in lines) + ";")


def main():
    source, as_of = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        advice = json.load(file)["spot_advisor"]
    regions = sorted(advice)
    types = sorted({kind for region in regions for kind in advice[region].get("Linux", {})})
    print("// Made by tools/make_advisor_table.py from data that AWS publishes for everybody; the")
    print("// snapshot came through alexei-led/spotinfo (Apache-2.0).")
    print('#include "market/advisor_table.h"\n')
    print("namespace market {\n")
    print(f'const char kAdvisorAsOf[] = "{as_of}";\n')
    print("// clang-format off")
    print("const char kAdvisorRegions[] =")
    print_text(" ".join(regions))
    print("\nconst char kAdvisorTable[] =")
    print_text(" ".join(kind + " " + "".join(
        str(advice[region].get("Linux", {}).get(kind, {}).get("r", "-")) for region in regions)
        for kind in types))
    print("// clang-format on\n")
    print("}  // namespace market")


if __name__ == "__main__":
    main()
