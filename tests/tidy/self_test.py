#!/usr/bin/env python3
"""Shows that each check of the tidy test can fail, and that it fails at the right line."""

import sys
import tempfile
import unittest
from pathlib import Path

import tidy
from source_text import code_only, functions

# A small tree without findings; each test below changes one thing.
CLEAN = {
    "cmake/WeirRooms.cmake": "function(weir_room name)\nendfunction()\n"
                             "weir_room(base)\nweir_room(types base)\nweir_room(parser base)\n"
                             "weir_room(library base\n  types weir)\nweir_room(testing weir)\n",
    "grammar/WeirParser.g4": "grammar WeirParser;\n",
    "include/weir/engine.h": '#include "weir/event.h"\n',
    "include/weir/event.h": "class Event {};\n",
    "queries/late.sql": "define stream In (a int);\n",
    "src/base/status.h": "#include <string>\nclass Status {};\n",
    "src/parser/parser.cpp": '#include <antlr4-runtime.h>\n\n#include "WeirParserVisitor.h"\n',
    "src/library/builtins.def": "// BUILTIN(Commented)\nBUILTIN(StrConcat)\nBUILTIN(TimeBatch)\n",
    "src/library/functions/str_concat.cpp": '#include "types/type.h"\n#include "weir/event.h"\n',
    "src/library/windows/time_batch.cpp": "int x;\n",
    "src/types/type.h": '#include "base/status.h"\n',
    "tests/golden/app/late.test": "app file queries/late.sql\n",
    "tests/unit/type_test.cpp": '#include "types/type.h"\n#include "base/status.h"\n',
    "tools/weir/main.cpp": '#include "options.h"\n#include "weir/engine.h"\n',
    "tools/weir/options.h": "struct Options {};\n",
}


def findings(changes):
    """The findings about CLEAN with some files replaced, or removed where the text is None."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**CLEAN, **changes}.items():
            if text is not None:
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        return tidy.check(folder)


def filled(name, lines):
    return {name: CLEAN.get(name, "") + "\n" * (lines - CLEAN.get(name, "").count("\n"))}


class TidyTest(unittest.TestCase):
    def expect(self, changes, *expected):
        """Each finding must begin with the place and contain the words of one expectation."""
        found = findings(changes)
        self.assertEqual(len(found), len(expected), found)
        for place, words in expected:
            self.assertTrue(any(f.startswith(place + ": ") and words in f for f in found), found)

    def test_clean_tree(self):
        self.expect({})
        self.expect({"build/release/big.cpp": "rand()", ".git/x.cpp": "rand()"})

    def test_room_includes(self):
        self.expect({"src/base/status.h": '\n#include "types/type.h"\n'},
                    ("src/base/status.h:2", "base may not include types"))
        self.expect({"src/types/type.h": '#include "weir/event.h"\n'},
                    ("src/types/type.h:1", "types may not include weir; it may include base"))
        self.expect({"tools/weir/main.cpp": '#include "base/status.h"\n'},
                    ("tools/weir/main.cpp:1", "tools may not include base"))
        self.expect({"include/weir/engine.h": '#include "base/status.h"\n'},
                    ("include/weir/engine.h:1", "weir may not include base"))
        self.expect({"src/types/type.h": '#include "nowhere.h"\n'},
                    ("src/types/type.h:1", "unknown"))
        self.expect({"src/types/type.h": '#include "WeirParser.h"\n'},
                    ("src/types/type.h:1", "unknown"))

    def test_room_table(self):
        table = CLEAN["cmake/WeirRooms.cmake"]
        self.expect({"cmake/WeirRooms.cmake": table.replace("(base)", "(base types)")},
                    ("cmake/WeirRooms.cmake:3", "base depends on types"))
        self.expect({"cmake/WeirRooms.cmake": table + "weir_room(base)\n"},
                    ("cmake/WeirRooms.cmake:9", "listed twice"))
        self.expect({"src/attic/old.h": "int x;\n"}, ("cmake/WeirRooms.cmake:1", "src/attic"))

    def test_confined_headers(self):
        for header, title in (("<rocksdb/db.h>", "RocksDB"), ("<simdjson.h>", "simdjson"),
                              ('"antlr4-runtime.h"', "ANTLR"), ("<sys/socket.h>", "sockets"),
                              ("<openssl/ssl.h>", "sockets"), ("<asio.hpp>", "sockets")):
            found = findings({"src/types/type.h": f"#include {header}\n"})
            self.assertTrue(found and title in found[0], (header, found))

    def test_confined_code(self):
        for code in ("auto t = std::chrono::system_clock::now();", "steady_clock::now();",
                     "clock_gettime(0, &t);", "long t = time(nullptr);", "std::time(NULL);"):
            self.expect({"src/types/type.h": "\n" + code + "\n"}, ("src/types/type.h:2", "clock"))
            self.expect({"tools/bench/main.cpp": code})
        for code in ("std::random_device d;", "int i = rand();", "std::srand(1);"):
            self.expect({"src/types/type.h": code}, ("src/types/type.h:1", "randomness"))
            self.expect({"src/base/random.h": code})
        self.expect({"src/types/type.h": "// rand()\nint x = row.time(0) + Rand();\n"
                                         'const char* s = "steady_clock";\n'})

    def test_line_budgets(self):
        for name, limit in (("src/base/status.h", 250), ("src/base/status.cpp", 600),
                            ("src/library/functions/str_concat.cpp", 150),
                            ("src/library/windows/time_batch.cpp", 300)):
            self.expect(filled(name, limit))
            self.expect(filled(name, limit + 1), (f"{name}:{limit + 1}", f"at most {limit}"))

    def test_function_budget(self):
        body = "int F() {\n" + "  G();\n" * 68 + "}\n"
        self.expect({"src/base/f.cpp": body})
        self.expect({"src/base/f.cpp": "int x;\n" + body.replace("{\n", "{\n\n")},
                    ("src/base/f.cpp:2", "F has 71 lines"))

    def test_columns(self):
        self.expect({"src/base/f.cpp": "int " + "x" * 95 + ";"})
        self.expect({"src/base/f.cpp": "\nint " + "x" * 96 + ";"}, ("src/base/f.cpp:2", "columns"))
        self.expect({"tools/setup": "#" * 101}, ("tools/setup:1", "columns"))
        self.expect({"src/base/f.cpp": "// " + "ä" * 97})

    def test_words(self):
        for word in ("TO" "DO", "FIX" "ME", "X" "XX", "HA" "CK"):
            self.expect({"src/base/f.cpp": f"\n// {word}: later"}, ("src/base/f.cpp:2", word))
        for words in ("/wor" "k/main", "issue" " #12"):
            self.expect({"README.md": f"see {words}"}, ("README.md:1", "itself"))
        for code in ("std::this_thread::sleep_" "for(1s);", "usl" "eep(1);"):
            self.expect({"tests/unit/a_test.cpp": code}, ("tests/unit/a_test.cpp:1", "sleep"))
        self.expect({"tests/cli/a_test.py": "time.sl" "eep(1)"}, ("tests/cli/a_test.py:1", "sleep"))

    def test_names(self):
        self.expect({"src/base/f.h": "\nclass StateManager {};"}, ("src/base/f.h:2", "StateManag"))
        self.expect({"src/base/string_utils.h": ""}, ("src/base/string_utils.h:1", "nothing"))
        self.expect({"src/base/f.h": "class Commonality {};"})

    def test_leaves(self):
        self.expect({"src/library/functions/upper.cpp": ""},
                    ("src/library/functions/upper.cpp:1", "no line BUILTIN(Upper)"))
        self.expect({"src/library/functions/str_concat.cpp": None},
                    ("src/library/builtins.def:2", "BUILTIN(StrConcat)"))
        self.expect({"src/library/tables/str_concat.cpp": ""},
                    ("src/library/tables/str_concat.cpp:1", "second file"))
        self.expect({"src/library/builtins.def": CLEAN["src/library/builtins.def"] +
                     "BUILTIN(TimeBatch)\n"}, ("src/library/builtins.def:4", "twice"))

    def test_queries_and_size(self):
        self.expect({"queries/new.sql": ""}, ("queries/new.sql:1", "no golden test"))
        self.expect({"tests/data/a.ndjson": "x" * 1_000_001}, ("tests/data/a.ndjson:1", "bytes"))


class FunctionsTest(unittest.TestCase):
    def expect(self, text, *expected):
        found = [(f.name, f.line, f.length) for f in functions(code_only(text))]
        self.assertEqual(found, list(expected))

    def test_shapes(self):
        self.expect("namespace a {\nint F(int x) {\n  if (x) { G(); }\n}\n}\n", ("F", 2, 3))
        self.expect("template <class T>\nvoid F(T t) {\n}\n", ("F", 1, 3))
        self.expect("struct A : B<int()> {\n  bool f() const { return 1; }\n};\n", ("f", 2, 1))
        self.expect("struct tm* F(struct tm* t) {\n}\nint G() {}\n", ("F", 1, 2), ("G", 3, 1))
        self.expect('extern "C" {\nint F() {\n}\n}\n', ("F", 2, 2))
        self.expect("class A {\n public:\n  A(int a)\n      : a_{a}, b_{a} {\n    F();\n  }\n"
                    "  int b() { return b_; }\n};\n", ("A", 3, 4), ("b", 7, 1))
        self.expect("void F(Options o = {}) {\n\n}\n", ("F", 1, 3))
        self.expect("auto F() -> std::vector<int> {\n}\n", ("F", 1, 2))
        self.expect("Foo::~Foo() {}\n", ("Foo::~Foo", 1, 1))

    def test_not_functions(self):
        self.expect("int kTable[] = {\n1,\n2};\nenum class K : int { kA };\nauto x = Make({\n});\n")
        self.expect('#define F(x) {\nconst char* s = "void F() {";  // void F() {\n/* { */\n')
        self.expect("char c = '{';\nint n = 1'000'000;\nauto s = R\"x(void F() { \" )x\";\n")


if __name__ == "__main__":
    sys.exit(unittest.main())
