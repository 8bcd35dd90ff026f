"""Joins of streams and tables, and look-ups with `in`, against SQLite."""

import differential
import random_events
import random_expression

STREAMS = ("L", "R")


def window(random, trigger, other):
    """Window of `other`, and which of its rows the arriving row of `trigger` finds."""
    length = random.choice((1, 2, 5, 30))
    time = random.choice((1, 10, 100, 2000))
    before = f"{other}.seq < {trigger}.seq"
    return random.choice((
        (f"length({length})", f"{before} and {other}.n > (select count(*) from {other} o "
                              f"where o.seq < {trigger}.seq) - {length}"),
        (f"time({time})", f"{before} and {other}.ts > {trigger}.ts - {time}"),
    ))


def condition(random):
    pick = random.randrange(5)
    extra, sql_extra = random_expression.condition(random, ("L.", "R."), 1)
    equality = random.choice(("k", "x", "b"))
    if pick == 0:
        return extra, sql_extra
    key = f"L.{equality} == R.{equality}", f"coalesce(L.{equality} = R.{equality}, 0)"
    if pick < 3:
        return key
    word = "and" if pick == 3 else "or"
    return f"{key[0]} {word} {extra}", f"({key[1]} {word} {sql_extra})"


def triggered(trigger, other, holds, on, outer):
    return (f"select L.id as l, R.id as r, L.y + R.y as y, {trigger}.seq as seq, "
            f"{other}.seq as found from {trigger} {'left' if outer else 'inner'} join {other} "
            f"on {holds} and {on}")


def stream_join(random, source):
    kind = random.choice(("join", "left outer join", "right outer join", "full outer join"))
    only = random.choice((None, None, "L", "R"))
    left_window, left_holds = window(random, "R", "L")
    right_window, right_holds = window(random, "L", "R")
    on, sql_on = condition(random)
    mark = {side: " unidirectional" if side == only else "" for side in STREAMS}
    app = (f"from {source['L']}#window.{left_window} as L{mark['L']}\n"
           f"{kind} {source['R']}#window.{right_window} as R{mark['R']}\non {on}\n"
           "select L.id as l, R.id as r, L.y + R.y as y\ninsert into O;\n")
    parts = []
    if only != "R":
        parts.append(triggered("L", "R", right_holds, sql_on, kind.startswith(("left", "full"))))
    if only != "L":
        parts.append(triggered("R", "L", left_holds, sql_on, kind.startswith(("right", "full"))))
    return app, f"select l, r, y from ({' union all '.join(parts)}) order by seq, found"


def table_join(random, source):
    outer = random.random() < 0.4
    on, sql_on = condition(random)
    index = random.choice(("", "@index('k')\n", "@index('x')\n", "@primaryKey('id')\n"))
    app = (f"{index}define table Kept ({random_events.ATTRIBUTES});\n"
           f"from {source['R']} select * insert into Kept;\n"
           f"from {source['L']} as L {'left outer ' if outer else ''}join Kept as R\non {on}\n"
           "select L.id as l, R.id as r, L.y + R.y as y\ninsert into O;\n")
    sql = triggered("L", "R", "R.seq < L.seq", sql_on, outer)
    return app, f"select l, r, y from ({sql}) order by seq, found"


def table_lookup(random, source):
    on, sql_on = condition(random)
    on = on.replace("R.", "Kept.")
    known = f"(({on.replace('L.', '')}) in Kept)"
    where = source["L"][2:-1]
    test = f"{where} and {known}" if where else known
    app = (f"define table Kept ({random_events.ATTRIBUTES});\n"
           f"from {source['R']} select * insert into Kept;\n"
           f"from L[{test}] select id, x insert into O;\n")
    return app, (f"select id, x from L where exists (select 1 from R where R.seq < L.seq and "
                 f"{sql_on}) order by seq")


def make_case(random):
    rows = random_events.random_rows(random, STREAMS, 60)
    database = random_events.database_of(rows, STREAMS)
    source = {}
    for stream in STREAMS:
        where, sql_where = random_expression.filter_of(random)
        random_events.keep(database, stream, sql_where)
        source[stream] = stream + (f"[{where}]" if where else "")
    make = random.choice((stream_join, stream_join, table_join, table_lookup))
    app, sql = make(random, source)
    defined = "".join(f"define stream {stream} ({random_events.ATTRIBUTES});\n"
                      for stream in STREAMS)
    expected = [list(row) for row in database.execute(sql)]
    return differential.Case(defined + app, random_events.messages_of(rows), expected)


if __name__ == "__main__":
    differential.main(make_case, __doc__)
