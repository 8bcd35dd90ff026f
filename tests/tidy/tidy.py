#!/usr/bin/env python3
"""Holds the source tree to its rules: who includes whom, budgets, names, one leaf one line.

    tests/tidy/tidy.py [ROOT]     prints FILE:LINE: message per finding; exit 1 if there are any
"""

import re
import sys
from pathlib import Path

from source_text import code_only, functions

COLUMNS = 100
HEADER_LINES = 250
SOURCE_LINES = 600
FUNCTION_LINES = 70
LEAF_LINES = 150
WINDOW_LINES = 300
FILE_BYTES = 1_000_000

ROOM_TABLE = "cmake/WeirRooms.cmake"
LEAF_LIST = "src/library/builtins.def"
LEAF_FOLDERS = ("functions", "aggregates", "windows", "stream_functions", "sources", "sinks",
                "codecs", "tables", "topics")

# Libraries that only one room may see: pattern of the include, the room, what to call it.
CONFINED_HEADERS = (
    (r"rocksdb/", "src/state", "RocksDB"),
    (r"simdjson", "src/json", "simdjson"),
    (r"unicode/", "src/time", "ICU"),
    (r"antlr4", "src/parser", "ANTLR"),
    (r"pcre2", "src/expr", "PCRE2"),
    (r"openssl/evp|openssl/rand", "src/state", "OpenSSL's ciphers"),
    (r"xxhash|lz4", "src/state", "checksums and packing of stored bytes"),
    (r"(boost/)?asio|boost/beast|openssl/(?!evp|rand)|sys/socket|netinet/|arpa/|netdb\.h"
     r"|sys/(epoll|un)\.h", "src/net", "sockets and TLS"),
    (r"js/|jsapi|jsfriendapi|mozilla/", "src/script", "SpiderMonkey"),
)
# Tests see anything; a peer of the program has sockets of its own.
SEE_ALL = ("tests/", "tools/bench/latency/")

# Code that only some folders may contain: pattern, the folders, why.
CONFINED_CODE = (
    (r"\b(system|steady|high_resolution)_clock\b|\bclock_gettime\b|\bgettimeofday\b"
     r"|(?<![\w.>:])(std::)?time\s*\(\s*(NULL|nullptr|0|&)",
     ("src/time", "src/state", "tools/bench"), "the system clock is read in src/time only"),
    (r"\brandom_device\b|(?<![\w.>:])(std::)?s?rand\s*\(",
     ("src/base",), "randomness comes from the seeded generator in src/base"),
)

UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b")
FOREIGN = re.compile(r"/wor[k]/|\bissue[ ]#")
SLEEP = re.compile(r"\b(sleep_(for|until)|[un]?(nano)?sleep)\s*\(")
EMPTY_NAMES = ("utils", "util", "helpers", "helper", "common", "manager", "managers")
TYPE_NAME = re.compile(r"\b(?:class|struct|enum(?:\s+class)?|union|namespace)\s+(\w+)")

CPP = (".h", ".cpp")
TEXT = CPP + (".py", ".cmake", ".txt", ".g4", ".def", ".sql", ".md", ".test", ".json", ".conf", "")
WIDE = (".md", ".sql", ".test", ".json", ".txt")  # may have lines of any length


class Tree:
    """The files below a root, read once, and the findings about them."""

    def __init__(self, root):
        self.root = Path(root)
        self.findings = []
        self.files = sorted(self._walk(self.root))
        self.text = {}
        for name in self.files:
            data = name.startswith(("tests/fuzz/corpus/", "tests/data/state/"))
            if Path(name).suffix in TEXT and not data:
                content = (self.root / name).read_bytes()
                if b"\0" not in content:
                    self.text[name] = content.decode("utf-8", errors="replace")
        self.code = {name: code_only(text) for name, text in self.text.items()
                     if name.endswith(CPP)}

    def _walk(self, folder):
        for path in folder.iterdir():
            if path.is_symlink() or path.name in (".git", ".cache", "__pycache__"):
                continue
            if path.is_dir():
                if path != self.root / "build":
                    yield from self._walk(path)
            else:
                yield path.relative_to(self.root).as_posix()

    def report(self, name, line, message):
        self.findings.append(f"{name}:{line}: {message}")

    def report_matches(self, name, text, pattern, message):
        for match in re.finditer(pattern, text):
            self.report(name, text.count("\n", 0, match.start()) + 1,
                        message.format(match.group()))


def room_of(name):
    """The room a file belongs to: src/NAME/..., include/weir/..., tools/... or None."""
    parts = name.split("/")
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    return {"include": "weir", "tools": "tools"}.get(parts[0])


def check_room_table(tree):
    """Reads the table of rooms; each room is listed once, after the rooms it depends on."""
    rooms = {"weir": []}
    text = tree.text.get(ROOM_TABLE, "")
    for match in re.finditer(r"^\s*weir_room\(([^)]*)\)", text, re.MULTILINE):
        line = text.count("\n", 0, match.start(1)) + 1
        room, *allowed = match.group(1).split()
        if room in rooms:
            tree.report(ROOM_TABLE, line, f"room {room} is listed twice")
        for dep in allowed:
            if dep not in rooms:
                tree.report(ROOM_TABLE, line, f"room {room} depends on {dep}, which is not listed "
                            "above it (the table must stay acyclic)")
        rooms[room] = allowed
    for name in sorted({n.split("/")[1] for n in tree.code if n.startswith("src/")}):
        if name not in rooms:
            tree.report(ROOM_TABLE, 1, f"src/{name} has no weir_room({name} ...) line")
    rooms["tools"] = ["weir", "testing", "repl"]
    return rooms


def check_includes(tree, rooms):
    """Holds every #include against the table and against the confined libraries."""
    for name in tree.code:
        room = room_of(name)
        for number, line in enumerate(tree.text[name].split("\n"), 1):
            match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)', line)
            if not match:
                continue
            bracket, target = match.groups()
            for pattern, home, title in CONFINED_HEADERS:
                if re.match(pattern, target) and not name.startswith((home + "/", *SEE_ALL)):
                    tree.report(name, number, f"{title} headers belong to {home}: {target}")
            if bracket == '"':
                check_own_include(tree, rooms, name, number, room, target)


def check_own_include(tree, rooms, name, number, room, target):
    owner = target.split("/")[0] if "/" in target else None
    if owner not in rooms:
        beside = Path(name).parent
        if not any((tree.root / place / target).exists() for place in (beside, "tests")):
            if not (room == "parser" and is_generated(tree, target)):
                tree.report(name, number, f'include of unknown "{target}"')
    elif room is not None and owner != room and owner not in rooms.get(room, []):
        may = ", ".join(rooms.get(room, [])) or "no other room"
        tree.report(name, number, f"{room} may not include {owner}; it may include {may}")


def is_generated(tree, target):
    """True for the headers that ANTLR makes: WeirParserVisitor.h of grammar/WeirParser.g4."""
    grammars = [Path(name).stem for name in tree.files if name.endswith(".g4")]
    return any(target.startswith(grammar) and "/" not in target for grammar in grammars)


def check_confined_code(tree):
    for name, code in tree.code.items():
        for pattern, homes, why in CONFINED_CODE:
            if not name.startswith(tuple(home + "/" for home in homes)):
                tree.report_matches(name, code, pattern, why + ": {}")


def check_budgets(tree):
    for name, text in tree.text.items():
        lines = text.split("\n")
        if name.endswith(CPP):
            limit, kind = line_budget(name)
            if text.count("\n") > limit:
                tree.report(name, limit + 1, f"{text.count(chr(10))} lines; a {kind} has at most "
                            f"{limit}")
            for function in functions(tree.code[name]):
                if function.length > FUNCTION_LINES:
                    tree.report(name, function.line, f"{function.name} has {function.length} lines;"
                                f" a function has at most {FUNCTION_LINES}")
        if not name.endswith(WIDE) or name.endswith("CMakeLists.txt"):
            for number, line in enumerate(lines, 1):
                if len(line) > COLUMNS:
                    tree.report(name, number, f"{len(line)} columns; at most {COLUMNS}")
    for name in tree.files:
        size = (tree.root / name).stat().st_size
        if size > FILE_BYTES:
            tree.report(name, 1, f"{size} bytes; at most {FILE_BYTES} (generated? binary?)")


def line_budget(name):
    if name.startswith("src/library/windows/"):
        return WINDOW_LINES, "window"
    if is_leaf_folder(name):
        return LEAF_LINES, "leaf"
    return (HEADER_LINES, "header") if name.endswith(".h") else (SOURCE_LINES, "source")


def is_leaf_folder(name):
    return name.startswith(tuple(f"src/library/{folder}/" for folder in LEAF_FOLDERS))


def check_words(tree):
    for name, text in tree.text.items():
        tree.report_matches(name, text, UNFINISHED, "unfinished work is not committed: {}")
        tree.report_matches(name, text, FOREIGN, "the project speaks of itself only: {}")
    for name, code in tree.code.items():
        if name.startswith("tests/"):
            tree.report_matches(name, code, SLEEP, "tests do not sleep: {}")
        for match in re.finditer(TYPE_NAME, code):
            words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", match.group(1))
            check_name(tree, name, code.count("\n", 0, match.start()) + 1, words, match.group(1))
    for name in tree.text:
        if name.startswith("tests/") and name.endswith(".py"):
            tree.report_matches(name, tree.text[name], SLEEP, "tests do not sleep: {}")
    for name in tree.files:
        for part in Path(name).parts:
            check_name(tree, name, 1, re.split(r"[^A-Za-z]+", part), part)


def check_name(tree, name, line, words, shown):
    if any(word.lower() in EMPTY_NAMES for word in words):
        tree.report(name, line, f"a name that says nothing: {shown}")


def check_leaves(tree):
    """One leaf, one line: the files of src/library and builtins.def name each other."""
    listed = {}
    text = code_only(tree.text.get(LEAF_LIST, ""))
    for match in re.finditer(r"^\s*(?:BUILTIN|TRANSPORT)\(\s*(\w+)", text, re.MULTILINE):
        line = text.count("\n", 0, match.start(1)) + 1
        if match.group(1) in listed:
            tree.report(LEAF_LIST, line, f"BUILTIN({match.group(1)}) is listed twice")
        listed[match.group(1)] = line
    leaves = {}
    for name in tree.code:
        if is_leaf_folder(name) and name.endswith(".cpp"):
            leaf = "".join(part[:1].upper() + part[1:] for part in Path(name).stem.split("_"))
            if leaf in leaves:
                tree.report(name, 1, f"a second file for BUILTIN({leaf}), besides {leaves[leaf]}")
            elif leaf not in listed:
                tree.report(name, 1, f"no line BUILTIN({leaf}) in {LEAF_LIST}")
            leaves[leaf] = name
    for leaf, line in listed.items():
        if leaf not in leaves:
            tree.report(LEAF_LIST, line, f"no file in snake_case stands for BUILTIN({leaf})")


def check_queries(tree):
    """Every shipped query is run by a golden test."""
    golden = [text for name, text in tree.text.items()
              if name.startswith("tests/golden/") and name.endswith(".test")]
    for name in tree.files:
        if name.startswith("queries/") and name.endswith(".sql"):
            line = re.compile(rf"^app file {re.escape(name)}\s*$", re.MULTILINE)
            if not any(line.search(text) for text in golden):
                tree.report(name, 1, f"no golden test has the line: app file {name}")


def check(root):
    """Returns all findings about the tree at root."""
    tree = Tree(root)
    rooms = check_room_table(tree)
    check_includes(tree, rooms)
    check_confined_code(tree)
    check_budgets(tree)
    check_words(tree)
    check_leaves(tree)
    check_queries(tree)
    return tree.findings


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent.parent
    findings = check(root)
    for finding in findings:
        print(finding)
    print(f"tidy: {len(findings)} findings" if findings else "tidy: clean")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
