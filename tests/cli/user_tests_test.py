"""`weir new` and `weir test`: tests that users keep beside their apps."""

import os
import xml.etree.ElementTree

import weir_program


class UserTestsTest(weir_program.Case):
    def make(self):
        code, out, err = self.weir("new", "fraud")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("weir test fraud.test", out)

    def spoil(self):
        self.write("fraud.test", self.read("fraud.test").replace("80.0", "81.0"))

    def test_a_new_app_passes_runs_and_has_nothing_to_warn_of(self):
        self.make()
        self.assertEqual(self.weir("test", "fraud.test"), (0, "1 passed, 0 failed\n", ""))
        self.assertEqual(self.weir("test", "."), (0, "1 passed, 0 failed\n", ""))
        code, out, err = self.weir("run", "fraud.sql", "--time", "Trades=ts",
                                   "--input", "Trades=fraud.ndjson")
        self.assertEqual((code, err), (0, ""))
        self.assertIn('{"stream":"Jumps","timestamp":3000,'
                      '"event":{"symbol":"IBM","low":75.0,"high":85.0}}', out)

    def test_the_app_is_found_beside_its_test(self):
        self.make()
        os.mkdir(self.path("inner"))
        for suffix in ("sql", "test"):
            os.rename(self.path(f"fraud.{suffix}"), self.path(f"inner/fraud.{suffix}"))
        self.assertEqual(self.weir("test", "inner")[0], 0)

    def test_nothing_is_overwritten(self):
        self.write("fraud.test", "mine")
        code, _, err = self.weir("new", "fraud")
        self.assertEqual(code, 73)
        self.assertIn("fraud.test is there already", err)
        self.assertEqual(sorted(os.listdir(self.folder)), ["fraud.test"])

    def test_bad_names(self):
        for name in ("../x", "a b", "", "-x"):
            code, _, err = self.weir("new", name)
            self.assertEqual(code, 64, name)
            self.assertIn("weir:", err)
        self.assertEqual(self.weir("new")[0], 64)

    def test_a_failure_has_a_diff_and_exit_code_1(self):
        self.make()
        self.spoil()
        code, out, _ = self.weir("test", "fraud.test")
        self.assertEqual(code, 1)
        self.assertIn('-Averages 3000 ["IBM", 81.0, 2]\n+Averages 3000 ["IBM", 80.0, 2]', out)
        self.assertIn("to repeat: weir test --mode plain --only 1 fraud.test", out)
        self.assertTrue(out.endswith("0 passed, 1 failed\n"), out)

    def test_rewrite_mends_it(self):
        self.make()
        self.spoil()
        self.addCleanup(os.environ.update, dict(os.environ))
        os.environ.pop("CI", None)  # where --rewrite is refused
        code, out, _ = self.weir("test", "--rewrite", "fraud.test")
        self.assertEqual((code, out), (0, "fraud.test: rewritten\n1 passed, 0 failed\n"))

    def test_tap(self):
        self.make()
        self.assertEqual(self.weir("test", "--format", "tap", "fraud.test"),
                         (0, "TAP version 13\n1..1\nok 1 - fraud.test\n# 1 passed, 0 failed\n", ""))
        self.spoil()
        code, out, _ = self.weir("test", "--format", "tap", "fraud.test")
        self.assertEqual(code, 1)
        self.assertIn("not ok 1 - fraud.test\n# fraud.test:", out)

    def test_junit(self):
        self.make()
        self.spoil()
        code, out, _ = self.weir("test", "--format", "junit", "fraud.test")
        self.assertEqual(code, 1)
        suite = xml.etree.ElementTree.fromstring(out)
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("1", "1"))
        self.assertIn('"IBM", 80.0, 2', suite.find("testcase/failure").text)

    def test_usage(self):
        for arguments in ((), ("--mode", "nonsense", "x.test"), ("--format", "pdf", "x.test")):
            self.assertEqual(self.weir("test", *arguments)[0], 64, arguments)
        self.assertEqual(self.weir("test", "missing.test")[0], 66)


if __name__ == "__main__":
    weir_program.main()
