"""The language reference: every example in it runs and gives what it says."""

import json
import re

import weir_program

DAY = 86_400_000
CLOCK = 1_700_000_000_000
CHANGES = ("UUID", "math:rand", "time:currentDate")  # depend on the app


def parts(text):
    """{chapter: [(title, [(language, block)])]} of the document."""
    chapters = {}
    chapter = title = None
    for piece in re.findall(r"^(#{2,3} [^\n]*|```\w+\n.*?\n```)$", text,
                            re.MULTILINE | re.DOTALL):
        if piece.startswith("## "):
            chapter = chapters.setdefault(piece[3:], [])
            chapter.append(("", []))
        elif piece.startswith("### "):
            title = piece[4:]
            chapter.append((title, []))
        else:
            language, _, body = piece[3:-4].partition("\n")
            chapter[-1][1].append((language, body))
    return {name: [entry for entry in entries if entry[0] or entry[1]]
            for name, entries in chapters.items()}


class ReferenceTest(weir_program.Case):
    def setUp(self):
        super().setUp()
        code, out, err = self.weir("help", "reference")
        self.assertEqual((code, err), (0, ""))
        self.text = out
        self.chapters = parts(out)

    def run_app(self, app, text):
        """The output, which must not depend on the epoch size."""
        path = self.write("app.sql", app)
        outputs = set()
        for size in ("1", "3", "2048"):
            code, out, err = self.weir("run", path, "--playback", "--epoch-size", size, stdin=text)
            self.assertEqual(code, 0, app + err)
            outputs.add(out)
        self.assertEqual(len(outputs), 1, app)
        return outputs.pop()

    def test_everything_is_in_it(self):
        for kind, chapter in (("language", "Language"), ("functions", "Functions"),
                              ("windows", "Windows"), ("aggregates", "Aggregates"),
                              ("stream-functions", "Stream functions")):
            code, out, _ = self.weir("help", kind)
            self.assertEqual(code, 0)
            listed = set(re.findall(r"^  (\S+|\S+ \S+)(?=  )", out, re.MULTILINE))
            listed |= set(re.findall(r"^  (\S+:\S+)", out, re.MULTILINE))
            self.assertLessEqual({title for title, _ in self.chapters[chapter]}, listed | {""})
            self.assertGreater(len(self.chapters[chapter]), 5)

    def test_language(self):
        for title, blocks in self.chapters["Language"]:
            with self.subTest(title):
                self.assertEqual([b[0] for b in blocks if b[0] != "text"], ["sql", "json", "json"])
                app, given, wanted = (body for language, body in blocks if language != "text")
                self.assertEqual(self.run_app(app, given + "\n"), wanted + "\n")

    def test_functions(self):
        for title, blocks in self.chapters["Functions"]:
            with self.subTest(title):
                _, (_, example), (_, wanted) = blocks
                out = self.run_app("define stream S (n int);\n"
                                   f"from S select {example} as v insert into O;\n",
                                   json.dumps({"stream": "S", "timestamp": CLOCK, "data": [1]}))
                got = json.loads(out)["event"]["v"]
                if title in CHANGES:
                    self.assertIs(type(got), type(json.loads(wanted)))
                else:
                    self.assertEqual(json.dumps(got), json.dumps(json.loads(wanted)), example)

    def test_aggregates_windows_and_stream_functions(self):
        definitions, lines = "", []
        for _, blocks in self.chapters["Sample streams"]:
            for (_, definition), (_, events) in zip(blocks[::2], blocks[1::2]):
                definitions += definition + "\n"
                name = definition.split()[2]
                lines += [(i, {"stream": name, "timestamp": 1000 * (i + 1),
                               "data": json.loads(event)})
                          for i, event in enumerate(events.splitlines())]
        lines.sort(key=lambda line: line[0])
        text = "".join(json.dumps(line) + "\n" for _, line in lines)
        text += json.dumps({"timestamp": DAY}) + "\n"
        for chapter in ("Aggregates", "Windows", "Stream functions"):
            for title, blocks in self.chapters[chapter]:
                with self.subTest(title):
                    out = self.run_app(definitions + blocks[-1][1], text)
                    self.assertNotEqual(out, "", "the example gives nothing")

    def test_sources_sinks_and_codecs(self):
        for kind in ("source", "sink", "codec"):
            _, out, _ = self.weir("help", kind + "s")
            listed = set(re.findall(r"^  (\S+) ", out, re.MULTILINE))
            entries = self.chapters[kind.capitalize() + "s"]
            self.assertEqual({title for title, _ in entries}, listed)
            for title, blocks in entries:
                with self.subTest(kind + " " + title):
                    app = blocks[-1][1]
                    name = re.search(r"define stream (\w+)", app).group(1)
                    use = (f"from {name} select * insert into Found;\n" if "@source" in app else
                           f"define stream In (symbol string, price double);\n"
                           f"from In select symbol, price insert into {name};\n")
                    path = self.write("app.sql", app + "\n" + use)
                    self.expect(0, self.weir("check", path))
                    if title == "log":
                        continue  # the page is that of the command
                    code, page, _ = self.weir("help", title)
                    self.assertEqual(code, 0)
                    self.assertIn(f"{title} ({kind})", page)
                    for line in app.splitlines():
                        self.assertIn(line, page)

    def test_grammar(self):
        (_, blocks), = self.chapters["Grammar"]
        for rule in ("query", "outputRate", "timeUnit"):
            code, out, _ = self.weir("help", rule)
            self.assertEqual(code, 0)
            self.assertIn(out, blocks[0][1] + "\n")
        self.assertNotIn("K_", blocks[0][1])


if __name__ == "__main__":
    weir_program.main()
