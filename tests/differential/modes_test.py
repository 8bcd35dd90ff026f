"""Random apps of several queries: the same bytes whatever the epoch size and without optimizer.

There is no oracle; what is varied is the shape of the app, so that operators meet in ways nobody
thought of: chains, joins, partitions, tables, named windows, patterns, rate limits, expired events.
"""

import differential
import random_events
import random_expression

WINDOWS = ("length({n})", "lengthBatch({n})", "time({t})", "timeBatch({t})", "batch()",
           "timeLength({t}, {n})", "externalTime(id, {n})", "externalTimeBatch(id, {n})",
           "delay({t})", "sort({n}, x, 'desc')", "session({t} millisec, k)", "frequent({n}, k)",
           "hop(100, 30)", "cumulative(100, 25)", "expression('count() <= {n}')",
           "expressionBatch('count() <= {n}')", "unique:ever(k)", "unique:first(k)",
           "unique:length(k, {n})", "unique:lengthBatch(k, {n})", "unique:time(k, {t})",
           "unique:timeBatch(k, {t})", "unique:timeLengthBatch(k, {t}, {n})")
AGGREGATES = ("sum(x)", "avg(y)", "count()", "max(y)", "min(x)", "distinctCount(k)", "stdDev(y)",
              "minForever(x)", "maxForever(y)")
RATES = ("every {m} events", "first every {m} events", "last every {m} events",
         "every {t} millisec", "first every {t} millisec", "last every {t} millisec",
         "snapshot every {t} millisec")
KINDS = ("", "", "", "current events ", "all events ", "expired events ")
SELECTED = "id, k, x, y, b"


class AppMaker:
    def __init__(self, random):
        self.random = random
        self.definitions = [f"define stream {s} ({random_events.ATTRIBUTES});" for s in "ST"]
        self.queries = []
        self.readable = ["S", "T"]  # streams of the full schema
        self.outputs = 0

    def app(self):
        makers = (self.simple, self.simple, self.aggregated, self.aggregated, self.joined,
                  self.matched, self.partitioned, self.split, self.table, self.named_window,
                  self.aggregation)
        for _ in range(self.random.randrange(1, 6)):
            self.random.choice(makers)()
        return "\n".join(self.definitions + self.queries) + "\n"

    def fill(self, text):
        return text.format(n=self.random.choice((1, 2, 3, 10)), m=self.random.choice((1, 2, 3, 5)),
                           t=self.random.choice((1, 10, 100, 500)))

    def source(self, names=None):
        where, _ = random_expression.filter_of(self.random)
        return self.random.choice(names or self.readable) + (f"[{where}]" if where else "")

    def split_source(self):
        """Now and then a stream function, which may give several rows for one."""
        return self.source() + ("#str:tokenize(k, '')" if self.random.random() < 0.1 else "")

    def window(self, chance=1.0):
        if self.random.random() >= chance:
            return ""
        return "#window." + self.fill(self.random.choice(WINDOWS))

    def rate(self):
        if self.random.random() < 0.7:
            return ""
        return "output " + self.fill(self.random.choice(RATES)) + " "

    def insert(self, target, rate):
        # A snapshot tells of all events.
        kind = "all events " if "snapshot" in rate else self.random.choice(KINDS)
        return f"{rate}insert {kind}into {target};"

    def new_stream(self):
        self.outputs += 1
        return f"O{self.outputs}"

    def simple(self):
        target = self.new_stream()
        self.queries.append(f"from {self.split_source()}{self.window(0.5)} select {SELECTED} "
                            f"{self.insert(target, self.rate())}")
        self.readable.append(target)

    def selection(self):
        aggregates = self.random.sample(AGGREGATES, 2)
        items = ", ".join(["k", *(f"{a} as a{i}" for i, a in enumerate(aggregates))])
        text = f"select {items}"
        text += self.random.choice(("", " group by k", " group by k", " group by x / 3"))
        if self.random.random() < 0.2:
            text += " having a0 > 1.0"
        if self.random.random() < 0.2:
            text += " order by a1 desc"
        if self.random.random() < 0.2:
            text += " limit 2"
        return text

    def aggregated(self):
        self.queries.append(f"from {self.split_source()}{self.window(0.8)} {self.selection()} "
                            f"{self.insert(self.new_stream(), self.rate())}")

    def joined(self):
        kind = self.random.choice(("join", "left outer join", "right outer join",
                                   "full outer join"))
        only = self.random.choice(("", "", " unidirectional"))
        extra, _ = random_expression.condition(self.random, ("a.", "b."), 1)
        on = self.random.choice(("a.k == b.k", "a.x == b.x and " + extra, extra))
        windows = [self.window() for _ in range(2)]
        windows = ["#window.length(3)" if "session" in w or "delay" in w else w for w in windows]
        self.queries.append(
            f"from {self.source()}{windows[0]} as a{only} {kind} {self.source()}{windows[1]} as b "
            f"on {on} select a.id as l, b.id as r, a.y + b.y as y "
            f"{self.insert(self.new_stream(), '')}")

    def matched(self):
        a, b = (self.random.choice(self.readable) for _ in range(2))
        sign = self.random.choice(("->", ","))
        middle = self.random.choice(
            (f"e2={b}[k == e1.k]", f"e2={b}[x > e1.x]", f"e2={b}<1:3>") + (
                (f"not {b}[k == e1.k] for 50 millisec", f"e2={b}[x > 0] or e4={a}[y < 0.0]")
                if sign == "->" else (f"e2={b}+", f"e2={b}[x > 0]*", f"e2={b}?")))
        last = self.random.choice(self.readable)
        ids = "e1.id as i, e3.id as j" if "not " in middle else "e1.id as i, e2.id as m, e3.id as j"
        if "<1:3>" in middle or middle[-1] in "+*?":
            ids = "e1.id as i, e2[0].id as m, e2[last].id as n, e3.id as j"
        within = self.random.choice(("", " within 100 millisec", " within 1 sec"))
        self.queries.append(f"from every e1={a}[x > -4] {sign} {middle} {sign} e3={last}{within} "
                            f"select {ids} insert into {self.new_stream()};")

    def partitioned(self):
        source = self.random.choice(("S", "T"))
        inner, target = f"#I{self.outputs}", self.new_stream()
        where, _ = random_expression.filter_of(self.random)
        test = f"[{where}]" if where else ""
        self.queries.append(
            f"partition with (k of {source}) begin "
            f"from {source}{test}{self.window(0.6)} select {SELECTED} "
            f"{self.insert(inner, self.rate())} "
            f"from {inner}{self.window(0.5)} {self.selection()} {self.insert(target, '')} end;")

    def split(self):
        """Without the optimizer its queries run key by key."""
        source = self.random.choice(("S", "T"))
        key = self.random.choice(("k", "x", "y"))
        queries = []
        for _ in range(self.random.randrange(1, 4)):
            where, _ = random_expression.filter_of(self.random)
            test = f"[{where}]" if where else ""
            queries.append(f"from {source}{test}{self.window(0.7)} {self.selection()} "
                           f"{self.insert(self.new_stream(), '')}")
        self.queries.append(f"partition with ({key} of {source}) begin {' '.join(queries)} end;")

    def table(self):
        name = f"Table{self.outputs}"
        self.outputs += 1
        key = self.random.choice(("", "@primaryKey('k') ", "@index('x') "))
        self.definitions.append(f"{key}define table {name} (id long, k string, x int);")
        write = self.random.choice((
            "insert into {t};", "update or insert into {t} on {t}.k == k;",
            "update {t} set {t}.x = x on {t}.k == k;", "delete {t} on {t}.x > x;"))
        self.queries.append(f"from {self.source()} select id, k, x insert into {name};")
        self.queries.append(f"from {self.source()} select id, k, x {write.format(t=name)}")
        self.queries.append(f"from {self.source()} as a join {name} as b on a.k == b.k "
                            f"select a.id as l, b.id as r, b.x as x insert into "
                            f"{self.new_stream()};")
        self.queries.append(f"from {self.random.choice(self.readable)}[({name}.x == x) in {name}] "
                            f"select id, x insert into {self.new_stream()};")
        if self.random.random() < 0.5:
            self.queries.append(
                f"partition with (k of S) begin from S select id, k, x insert into #In; "
                f"from #In select id, k, x {write.format(t=name)} "
                f"from #In as a join {name} as b on a.x == b.x select a.id as l, b.id as r "
                f"insert into {self.new_stream()}; end;")

    def named_window(self):
        name = f"Window{self.outputs}"
        self.outputs += 1
        kind = self.random.choice(WINDOWS[:4])
        output = self.random.choice(("", " output all events", " output expired events",
                                     " output current events"))
        self.definitions.append(f"define window {name} ({random_events.ATTRIBUTES}) "
                                f"{self.fill(kind)}{output};")
        self.queries.append(f"from {self.source()} select {SELECTED} insert into {name};")
        self.queries.append(f"from {name} {self.selection()} "
                            f"{self.insert(self.new_stream(), '')}")
        self.queries.append(f"from {self.source()} as a join {name} as b on a.k == b.k "
                            f"select a.id as l, b.id as r insert into {self.new_stream()};")

    def aggregation(self):
        name = f"Aggregation{self.outputs}"
        self.outputs += 1
        self.definitions.append(
            f"define aggregation {name} from S select k, sum(x) as total, avg(y) as mean, "
            "max(y) as highest, count() as c, id as latest group by k aggregate every sec, min;")
        self.queries.append(
            f"from {self.source()} as a join {name} as b on a.k == b.k within 0L, 100000000L "
            f"per '{self.random.choice(('sec', 'min'))}' select a.id as l, AGG_TIMESTAMP, b.total, "
            f"b.mean, b.highest, b.c, b.latest order by AGG_TIMESTAMP insert into "
            f"{self.new_stream()};")


def make_case(random):
    rows = random_events.random_rows(random, ("S", "T"), 60)
    messages = random_events.messages_of(rows, end=False)
    packed = []
    for message in messages:  # some arrive together, as one message
        last = packed[-1] if packed else None
        if last and last["stream"] == message["stream"] and random.random() < 0.2:
            first = last["data"] if isinstance(last["data"][0], list) else [last["data"]]
            last["data"] = first + [message["data"]]
        else:
            packed.append(dict(message))
    packed.append({"timestamp": rows[-1].ts + 10_000})
    return differential.Case(AppMaker(random).app(), packed)


if __name__ == "__main__":
    differential.main(make_case, __doc__)
