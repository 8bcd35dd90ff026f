"""Dies at every named place around writes, syncs, renames and cuts, and goes on from there."""

import re
import subprocess
from pathlib import Path

import crash_case

SOURCES = Path(__file__).resolve().parents[2] / "src"
NAMES = sorted({name for path in SOURCES.rglob("*.cpp")
                for name in re.findall(r'KILL_POINT\("([^"]+)"\)', path.read_text())})
# Passed only while a run that died before is recovered.
IN_RECOVERY = {"keeper.replayed_record"}
# Kills every child that saves a snapshot: the run itself goes on, and fails at its last snapshot.
IN_CHILD = {"image.in_child"}


class KillPointsTest(crash_case.Case):
    def options(self):
        return ["--input", "Trades=events.ndjson", "--state-dir", self.path("state"),
                "--sync", "epoch", "--snapshot-interval", "1ms", "--epoch-size", "100"]

    def fresh(self):
        subprocess.run(["rm", "-rf", self.path("state"), self.path("out")], check=True)
        Path(self.path("out")).mkdir()

    def test_there_are_enough(self):
        self.assertGreaterEqual(len(NAMES), 30, NAMES)

    def test_each(self):
        clean = self.clean_run(crash_case.events(7, 3000))
        command = self.command("out", *self.options())
        for name in NAMES:
            for count in (1, 3):
                self.fresh()
                what = f"{name}:{count}"
                if name in IN_RECOVERY:
                    code, _ = self.run_weir(command, {"WEIR_KILL_AT": "keeper.before_append:9"})
                    self.assertTrue(crash_case.killed(code), what)
                code, said = self.run_weir(command, {"WEIR_KILL_AT": what})
                if name in IN_CHILD:
                    self.assertEqual(code, 74, f"{what}: {said}")
                    self.assertIn("could not be written", said)
                elif count == 1:
                    self.assertTrue(crash_case.killed(code), f"{what} is not passed: {said}")
                if code != 0:
                    self.finish(command, what)
                self.expect_same(clean, self.outputs("out"), what)


if __name__ == "__main__":
    crash_case.main()
