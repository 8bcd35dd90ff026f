"""Incremental aggregations, read by joins, against SQLite."""

import differential
import random_events
import random_expression

STREAMS = ("S", "T")
UNITS = {"sec": 1000, "min": 60_000, "hour": 3_600_000}
AGGREGATES = (("sum(x)", "sum(x)"), ("sum(y)", "sum(y)"), ("avg(x)", "avg(x)"),
              ("count()", "count(*)"), ("min(y)", "min(y)"), ("max(x)", "max(x)"))


def make_case(random):
    """Each event of T reads the buckets of its key as they are."""
    rows = random_events.random_rows(random, STREAMS, 80)
    spread = random.choice((1, 60, 3000))
    for row in rows:
        row.ts *= spread
        row.values = [default if value is None else value
                      for value, default in zip(row.values, (0, "a", 0, 0.0, False))]
    database = random_events.database_of(rows, STREAMS)
    where, sql_where = random_expression.filter_of(random)
    random_events.keep(database, "S", sql_where)
    random_events.keep(database, "T", "1")
    unit = random.choice(tuple(UNITS))
    begin = random.choice((0, rows[len(rows) // 2].ts))
    chosen = random.sample(AGGREGATES, 2)
    late = random.random() < 0.5  # time of an attribute instead of the clock
    shift = random.choice((0, 5000 * spread)) if late else 0
    moved = f"max(0, ts - id * {shift} / 50)" if late else "ts"
    named = ", ".join(f"{text} as a{i}" for i, (text, _) in enumerate(chosen))
    source = "S" + (f"[{where}]" if where else "")
    by = "by at " if late else ""
    app = (f"define stream S ({random_events.ATTRIBUTES}, at long);\n"
           f"define stream T ({random_events.ATTRIBUTES});\n"
           f"@purge(enable='false') define aggregation A from {source}\n"
           f"select k, {named} group by k\n"
           f"aggregate {by}every sec, min, hour;\n"
           f"from T as t join A as g on t.k == g.k within {begin}L, {10 ** 15}L per '{unit}'\n"
           "select t.id, AGG_TIMESTAMP, g.k, a0, a1, 0.5 as z order by AGG_TIMESTAMP\n"
           "insert into O;\n")
    values = ", ".join(f"{sql} as a{i}" for i, (_, sql) in enumerate(chosen))
    size = UNITS[unit]
    buckets = (f"select T.id as asker, T.seq as seq, s.at / {size} * {size} as bucket, "
               f"s.k as k, {values}, 0.5 as z from T join (select *, {moved} as at from S) s "
               f"on s.seq < T.seq and s.k = T.k "
               f"group by T.seq, bucket having bucket >= {begin} order by T.seq, bucket")
    buckets = buckets.replace("(x)", "(s.x)").replace("(y)", "(s.y)")
    expected = [list(row) for row in database.execute(
        f"select asker, bucket, k, a0, a1, z from ({buckets})")]
    messages = random_events.messages_of(rows, end=False)
    for message in messages:
        if message["stream"] == "S":
            at = database.execute(f"select {moved} from all_S where seq = ?",
                                  (message["data"][0],)).fetchone()[0]
            message["data"].append(at)
    return differential.Case(app, messages, expected)


if __name__ == "__main__":
    differential.main(make_case, __doc__)
