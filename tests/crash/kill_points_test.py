"""Dies at every named place around writes, syncs, renames and cuts, and goes on from there."""

import json
import re
import subprocess
from pathlib import Path

import crash_case

SOURCES = Path(__file__).resolve().parents[2] / "src"
NAMES = sorted({name for path in SOURCES.rglob("*.cpp")
                for name in re.findall(r'KILL_POINT\("([^"]+)"\)', path.read_text())})
# Passed only by a run that goes on after one that died: it replays, and has a second log segment.
IN_SECOND_LIFE = {"keeper.replayed_record", "log.cut_segment"}
# Passed by snapshots of which much changed: they are written as files of sorted records.
WITH_LARGE_STATE = {"snapshot.before_ingest", "snapshot.after_ingest", "snapshot.wrote_run"}
# Passed by snapshots of tables on disk.
WITH_DISK_TABLES = {"tables.flushed", "tables.linked"}
# Passed once damage was found or a snapshot failed: the tests on a simulated disk pass it.
NOT_HERE = {"snapshot.wiped"}
# Kills every child that saves a snapshot: the run itself goes on, and fails at its last snapshot.
IN_CHILD = {"image.in_child"}


class KillPointsTest(crash_case.Case):
    def options(self):
        return ["--input", "Trades=events.ndjson", "--state-dir", self.path("state"),
                "--sync", "epoch", "--snapshot-interval", "1ms", "--epoch-size", "100"]

    def setUp(self):
        super().setUp()
        self.addCleanup(setattr, crash_case, "OUTPUTS", crash_case.OUTPUTS)

    def fresh(self):
        subprocess.run(["rm", "-rf", self.path("state"), self.path("out")], check=True)
        Path(self.path("out")).mkdir()

    def test_there_are_enough(self):
        self.assertGreaterEqual(len(NAMES), 30, NAMES)

    def test_each(self):
        clean = self.clean_run(crash_case.events(7, 3000))
        command = self.command("out", *self.options())
        for name in NAMES:
            if name in WITH_LARGE_STATE | WITH_DISK_TABLES | NOT_HERE:
                continue
            for count in (1, 3):
                self.fresh()
                what = f"{name}:{count}"
                if name in IN_SECOND_LIFE:
                    code, _ = self.run_weir(command, {"WEIR_KILL_AT": "keeper.before_append:9"})
                    self.assertTrue(crash_case.killed(code), what)
                code, said = self.run_weir(command, {"WEIR_KILL_AT": what})
                if name in IN_CHILD and count == 1:
                    self.assertEqual(code, 74, f"{what}: {said}")
                    self.assertIn("could not be written", said)
                elif count == 1:
                    self.assertTrue(crash_case.killed(code), f"{what} is not passed: {said}")
                if code != 0:
                    self.finish(command, what)
                self.expect_same(clean, self.outputs("out"), what)

    def test_disk_tables(self):
        self.use_disk_tables()
        clean = self.clean_run(crash_case.events(8, 3000))
        command = self.command("out", *self.options())
        names = WITH_DISK_TABLES | {"keeper.before_image", "keeper.before_commit",
                                    "keeper.after_commit", "keeper.after_cut", "keeper.closed"}
        for name in sorted(names):
            for count in (1, 3):
                self.fresh()
                what = f"{name}:{count}"
                code, said = self.run_weir(command, {"WEIR_KILL_AT": what})
                if count == 1:
                    self.assertTrue(crash_case.killed(code), f"{what} is not passed: {said}")
                if code != 0:
                    self.finish(command, what)
                self.expect_same(clean, self.outputs("out"), what)

    def test_large_state(self):
        """A window of 12 MB, all of it new in each of the two snapshots that are kept."""
        self.app = self.write("app.sql", "define stream Trades (ts long, id long, note string);\n"
                              "from Trades#window.length(6000) select str:length(note) as size, "
                              "count() as n insert into Windowed;\n")
        lines = [json.dumps({"ts": 1000 + n, "id": n, "note": "%06d" % n * 340})
                 for n in range(6000)]
        self.write("events.ndjson", "\n".join(lines) + "\n")
        crash_case.OUTPUTS = ["Windowed"]
        self.finish(self.command("clean", "--input", "Trades=events.ndjson"), "the clean run")
        clean = self.outputs("clean")
        command = self.command("out", *self.options()[:-4], "--snapshot-interval", "0")
        for name in sorted(WITH_LARGE_STATE):
            self.fresh()
            code, said = self.run_weir(command, {"WEIR_KILL_AT": name})
            self.assertTrue(crash_case.killed(code), f"{name} is not passed: {said}")
            self.finish(command, name)
            self.expect_same(clean, self.outputs("out"), name)


if __name__ == "__main__":
    crash_case.main()
