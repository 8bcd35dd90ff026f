"""Random streams: the schema, the messages, and the same rows as tables of SQLite.

A table has the columns seq (place among all messages), n (place in its stream, from 1), ts, and the
attributes.
"""

import dataclasses
import sqlite3

ATTRIBUTES = "id long, k string, x int, y double, b bool"
NAMES = ("id", "k", "x", "y", "b")
FAR = 10_000_000  # ms after the last event, so that every timer fires


@dataclasses.dataclass
class Row:
    seq: int
    stream: str
    ts: int
    values: list


def random_values(random, number, nulls):
    values = [number, random.choice("abc"), random.randrange(-8, 9),
              random.randrange(-16, 17) / 4, random.random() < 0.5]
    return values[:1] + [None if random.random() < nulls else v for v in values[1:]]


def random_rows(random, streams=("S",), most=40):
    """Rows in arrival order. Values are small and exact in binary, so that every sum is exact."""
    nulls = random.choice((0, 0, 0.15))
    pace = random.choice((1, 50, 400))
    ts = random.randrange(1, 2000)
    rows = []
    for number in range(random.randrange(2, most)):
        ts += random.randrange(0, pace)
        rows.append(Row(number, random.choice(streams), ts, random_values(random, number, nulls)))
    return rows


def messages_of(rows, end=True):
    messages = [{"stream": row.stream, "timestamp": row.ts, "data": row.values} for row in rows]
    if end:
        messages.append({"timestamp": rows[-1].ts + FAR})
    return messages


def database_of(rows, streams=("S",)):
    database = sqlite3.connect(":memory:")
    for stream in streams:
        database.execute(f"create table all_{stream} (seq, ts, id, k, x, y, b)")
        database.executemany(
            f"insert into all_{stream} values (?, ?, ?, ?, ?, ?, ?)",
            [(row.seq, row.ts, *row.values) for row in rows if row.stream == stream])
    return database


def keep(database, stream, condition):
    """The rows of a stream that pass a condition, numbered, as a table of the stream's name."""
    database.execute(
        f"create table {stream} as select row_number() over (order by seq) as n, * "
        f"from all_{stream} where {condition} order by seq")
