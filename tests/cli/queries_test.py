"""The example apps of queries/ on the sample events: each runs as the comment at its top says."""

import json
import pathlib
import re
import shlex

import weir_program

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# Rows that come out of the sample events.
ROWS = {"late_flights": 28, "airport_delays": 24, "rising_temperature": 4,
        "sensor_correlation": 69, "aftershocks": 20, "mote_sessions": 4}


def command(path):
    """The arguments of the command in the comment at the top of an app, behind `weir`."""
    comment = " ".join(re.findall(r"^--(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE))
    return shlex.split(re.search(r"\bweir (run queries/\S+\.sql(?: +--\S+ \S+)+)", comment)[1])


class Queries(weir_program.Case):
    def setUp(self):
        super().setUp()
        self.folder = str(ROOT)

    def test_rows_on_the_sample_events(self):
        apps = sorted((ROOT / "queries").glob("*.sql"))
        self.assertEqual({app.stem for app in apps}, set(ROWS))
        for app in apps:
            with self.subTest(app.name):
                out, err = self.expect(0, self.weir(*command(app)))
                self.assertEqual(err, "")
                rows = [json.loads(line) for line in out.splitlines()]
                self.assertEqual(len(rows), ROWS[app.stem])

    def test_the_epoch_size_changes_nothing(self):
        for app in sorted((ROOT / "queries").glob("*.sql")):
            whole, _ = self.expect(0, self.weir(*command(app)))
            for size in ("1", "7"):
                with self.subTest(app.name, size=size):
                    out, _ = self.expect(0, self.weir(*command(app), "--epoch-size", size))
                    self.assertEqual(out, whole)

    def test_check_finds_nothing(self):
        for app in sorted((ROOT / "queries").glob("*.sql")):
            with self.subTest(app.name):
                self.expect(0, self.weir("check", "--deny-warnings", str(app)))


if __name__ == "__main__":
    weir_program.main()
