"""The files that README.md and the pages of docs/ link to exist."""

import glob
import os
import re
import sys
import unittest

import harness

ROOT = os.path.dirname(os.path.realpath(sys.argv[1]))


class Links(unittest.TestCase):
    def test_targets_exist(self):
        pages = [os.path.join(ROOT, "README.md"), *glob.glob(os.path.join(ROOT, "docs/*.md"))]
        self.assertGreater(len(pages), 4)
        for page in pages:
            with open(page, encoding="utf-8") as file:
                targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", file.read())
            for target in targets:
                with self.subTest(page=page, target=target):
                    self.assertTrue(os.path.exists(os.path.join(os.path.dirname(page), target)))


if __name__ == "__main__":
    harness.main()
