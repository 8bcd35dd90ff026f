"""docs/tutorial.md: its files are written, its commands run in order and print what it shows.

`python3 -B tests/cli/tutorial_test.py WEIR rewrite` puts in what they print; read the diff.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import weir_program

TUTORIAL = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(block):
    """The commands of a console block, without what they print."""
    result = []
    for line in block.splitlines(keepends=True):
        if line.startswith("$ "):
            result.append(line[2:])
        elif line.startswith("> "):
            result[-1] += line[2:]
    return result


def printed(command, folder):
    path = os.path.dirname(weir_program.WEIR) + os.pathsep + os.environ["PATH"]
    done = subprocess.run(["bash", "-c", command], cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=weir_program.LIMIT, check=False,
                          env={**os.environ, "PATH": path, "NO_COLOR": "1"})
    return done.stdout.decode()


def played(text, folder):
    """The tutorial with what its commands print."""
    def play(block):
        language, name, body = block.groups()
        if language != "console":
            pathlib.Path(folder, name).write_text(body, encoding="utf-8")
            return block[0]
        shown = ""
        for command in commands(body):
            shown += "$ " + command.replace("\n", "\n> ", command.count("\n") - 1)
            shown += printed(command, folder)
        return f"```console\n{shown}```"
    return BLOCK.sub(play, text)


class Tutorial(weir_program.Case):
    maxDiff = None

    def test_every_command_prints_what_is_shown(self):
        text = TUTORIAL.read_text(encoding="utf-8")
        consoles = [block[3] for block in BLOCK.finditer(text) if block[1] == "console"]
        self.assertGreater(sum(len(commands(console)) for console in consoles), 10)
        self.assertEqual(played(text, self.folder), text)


if __name__ == "__main__":
    if sys.argv[2:] == ["rewrite"]:
        weir_program.WEIR = os.path.abspath(sys.argv[1])
        with tempfile.TemporaryDirectory() as scratch:
            TUTORIAL.write_text(played(TUTORIAL.read_text(encoding="utf-8"), scratch),
                                encoding="utf-8")
    else:
        weir_program.main()
