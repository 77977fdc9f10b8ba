#!/usr/bin/env python3
"""Counts test cases in the build event files that `bazel test` wrote.

    count_tests.py EVENTS.json...

Prints `N passed, N failed, N skipped` from the XML report of every test that ran (or whose cached
result was used); a test target without a report counts as one case. Exits 1 when one failed.
"""

import json
import sys
import urllib.parse
import xml.etree.ElementTree


def reports(path):
    """Yields (label, status, path of the XML report or None) for each test attempt."""
    with open(path, encoding="utf-8") as events:
        for line in events:
            event = json.loads(line)
            if "testResult" not in event.get("id", {}) or "testResult" not in event:
                continue
            result = event["testResult"]
            files = {f["name"]: f.get("uri", "") for f in result.get("testActionOutput", [])}
            uri = urllib.parse.urlparse(files.get("test.xml", ""))
            yield (event["id"]["testResult"]["label"], result.get("status", "NO_STATUS"),
                   urllib.parse.unquote(uri.path) if uri.scheme == "file" else None)


def count(status, report):
    passed = failed = skipped = 0
    if report:
        try:
            root = xml.etree.ElementTree.parse(report).getroot()
        except (OSError, xml.etree.ElementTree.ParseError):
            root = None
        for case in root.iter("testcase") if root is not None else []:
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
            elif case.find("skipped") is not None or case.get("result") in ("skipped", "suppressed"):
                skipped += 1
            elif case.get("status") != "notrun":
                passed += 1
    if status == "PASSED":
        return (passed or 1 - min(skipped, 1), failed, skipped)
    return (passed, failed or 1, skipped)


def main():
    totals = [0, 0, 0]
    for path in sys.argv[1:]:
        for label, status, report in reports(path):
            counts = count(status, report)
            if counts[1]:
                print("failed: %s" % label)
            if counts[2]:
                print("skipped in %s: %d" % (label, counts[2]))
            totals = [a + b for a, b in zip(totals, counts)]
    print("%d passed, %d failed, %d skipped" % tuple(totals))
    sys.exit(1 if totals[1] else 0)


if __name__ == "__main__":
    main()
