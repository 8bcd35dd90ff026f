"""Windows and aggregates against SQLite: each row of a sliding window, each batch of the others."""

import differential
import random_events
import random_expression

# SQLite over the rows of a group; population deviation is exact on the small values used.
AGGREGATES = (
    ("sum(x)", "sum(x)"), ("sum(y)", "sum(y)"), ("sum(id)", "sum(id)"),
    ("count()", "count(*)"), ("count(x)", "count(*)"), ("avg(x)", "avg(x)"), ("avg(y)", "avg(y)"),
    ("min(x)", "min(x)"), ("max(x)", "max(x)"), ("min(y)", "min(y)"), ("max(y)", "max(y)"),
    ("distinctCount(k)", "count(distinct k) + (count(*) > count(k))"),
    ("distinctCount(x)", "count(distinct x) + (count(*) > count(x))"),
    ("stdDev(y)", "sqrt(max(0, avg(y * y) - avg(y) * avg(y)))"),
    ("max(x) - min(x)", "max(x) - min(x)"), ("sum(y) * 2.0", "sum(y) * 2.0"),
)


def sliding(random):
    """Window, and which rows w it holds when row s has just come in."""
    length = random.choice((1, 2, 3, 5, 20))
    time = random.choice((1, 10, 100, 1000))
    return random.choice((
        (f"length({length})", f"w.n > s.n - {length}"),
        (f"time({time})", f"w.ts > s.ts - {time}"),
        (f"externalTime(id, {length})", f"w.id > s.id - {length}"),
        (f"timeLength({time}, {length})", f"w.ts > s.ts - {time} and w.n > s.n - {length}"),
        (None, "1"),
    ))


def batches(random):
    """Window, the number of a row's batch, and whether the last batch is closed by the end."""
    length = random.choice((1, 2, 3, 7))
    time = random.choice((1, 10, 100, 1000))
    return random.choice((
        (f"lengthBatch({length})", f"(n - 1) / {length}",
         f"(n - 1) / {length} < (select count(*) from S) / {length}"),
        (f"timeBatch({time})", f"(ts - (select min(ts) from S)) / {time}", "1"),
        (f"externalTimeBatch(id, {length})", f"(id - (select min(id) from S)) / {length}",
         f"(id - (select min(id) from S)) / {length} < "
         f"(select (max(id) - min(id)) / {length} from S)"),
    ))


def random_having(random):
    bound = random.randrange(-5, 6)
    return random.choice(((None, "1"), (f"a0 > {bound}.0", f"a0 > {bound}"), ("c > 1", "c > 1")))


def make_case(random):
    rows = random_events.random_rows(random)
    database = random_events.database_of(rows)
    database.create_function("sqrt", 1, lambda v: None if v is None else v ** 0.5)
    where, sql_where = random_expression.filter_of(random)
    random_events.keep(database, "S", sql_where)
    keys = random.choice(((), ("k",), ("k", "b")))
    chosen = random.sample(AGGREGATES, random.randrange(1, 4))
    if random.random() < 0.6:
        app, sql = sliding_query(random, keys, chosen)
    else:
        app, sql = batch_query(random, keys, chosen)
    source = "S" + (f"[{where}]" if where else "")
    app = (f"define stream S ({random_events.ATTRIBUTES});\n"
           f"from {source}{app}\ninsert into O;\n")
    expected = [[to_json(value, name) for value, name in zip(row, ("id", *keys))] +
                list(row[1 + len(keys):]) for row in database.execute(sql)]
    return differential.Case(app, random_events.messages_of(rows), expected)


def to_json(value, name):
    return bool(value) if name == "b" and value is not None else value


def select_list(keys, chosen):
    items = ["id", *keys, *(f"{text} as a{i}" for i, (text, _) in enumerate(chosen)),
             "count() as c"]
    return ", ".join(items) + (f"\ngroup by {', '.join(keys)}" if keys else "")


def sliding_query(random, keys, chosen):
    window, holds = sliding(random)
    having, sql_having = random_having(random)
    text = (f"#window.{window}" if window else "") + f"\nselect {select_list(keys, chosen)}" + (
        f"\nhaving {having}" if having else "")
    group = " and ".join(["w.n <= s.n", holds, *(f"w.{key} is s.{key}" for key in keys)])
    values = ", ".join(f"(select {sql} from S w where {group}) as a{i}"
                       for i, (_, sql) in enumerate([*chosen, (None, "count(*)")]))
    values = values.replace(f"as a{len(chosen)}", "as c")
    columns = ", ".join(["id", *keys])
    return text, (f"select * from (select {columns}, {values} from S s order by n) "
                  f"where {sql_having}")


def batch_query(random, keys, chosen):
    window, number, closed = batches(random)
    having, first = random.choice(((None, 1), ("c > 1", 2)))
    limit = random.choice((None, 1, 2))
    order = random.choice((None, "id", "id desc"))
    text = f"#window.{window}\nselect {select_list(keys, chosen)}" + (
        f"\nhaving {having}" if having else "") + (f"\norder by {order}" if order else "") + (
        f"\nlimit {limit}" if limit else "")
    partition = ", ".join(["batch", *keys])
    values = ", ".join(f"{sql} as a{i}" for i, (_, sql) in enumerate(chosen))
    columns = ", ".join(["max(id) as id", *keys])
    # A group stands where the first row that passes stood, or as ordered; the limit counts in
    # each batch.
    numbered = (f"select *, row_number() over (partition by {partition} order by n) as m from "
                f"(select *, {number} as batch from S where {closed})")
    groups = (f"select {columns}, {values}, count(*) as c, batch, "
              f"min(case when m >= {first} then n end) as place "
              f"from ({numbered}) group by {partition}")
    place = f"batch, {order or 'place'}"
    ranked = (f"select *, row_number() over (partition by batch order by {order or 'place'}) "
              f"as rank from ({groups}) where place is not null")
    names = ", ".join(["id", *keys, *(f"a{i}" for i in range(len(chosen))), "c"])
    return text, (f"select {names} from ({ranked}) where rank <= {limit or 1 << 40} "
                  f"order by {place}")


if __name__ == "__main__":
    differential.main(make_case, __doc__)
