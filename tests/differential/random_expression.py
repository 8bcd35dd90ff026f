"""Random expressions, each as a pair: the text for weir and the text for SQLite.

SQLite's null is unknown in comparisons and logic; weir's comparison with null is false (`!=`: true)
and its logic takes null as false. Division by zero is null in both.
"""

NUMBERS = {"int": "x", "long": "id", "double": "y"}


def literal(random, kind):
    if kind == "double":
        return repr(random.randrange(-16, 17) / 4)
    return str(random.randrange(-5, 6)) + ("L" if kind == "long" else "")


def without_suffix(text):
    return text.rstrip("L")


def number(random, kind, prefixes=("",), depth=2):
    """A numeric expression of one type: a pair."""
    pick = random.randrange(9 if depth else 3)
    if pick < 2:
        column = random.choice(prefixes) + NUMBERS[kind]
        return column, column
    if pick == 2:
        text = literal(random, kind)
        return f"({text})", f"({without_suffix(text)})"
    a, sql_a = number(random, kind, prefixes, depth - 1)
    b, sql_b = number(random, kind, prefixes, depth - 1)
    if pick < 6:
        sign = random.choice("+-*/" if kind != "double" else "+-*")
        return f"({a} {sign} {b})", f"({sql_a} {sign} {sql_b})"
    if pick == 6:
        return f"coalesce({a}, {b})", f"coalesce({sql_a}, {sql_b})"
    c, sql_c = condition(random, prefixes, depth - 1)
    if pick == 7:
        text = "(case when {} then {} else {} end)"
        return text.format(c, a, b), text.format(sql_c, sql_a, sql_b)
    return f"ifThenElse({c}, {a}, {b})", f"(case when {sql_c} then {sql_a} else {sql_b} end)"


def membership(random, prefixes):
    """`between`, `in` a list, `like` and their opposites: false with null, the opposite true."""
    no = random.choice(("", "not "))
    column = random.choice(prefixes) + "x"
    low = random.randrange(-8, 9)
    values = ", ".join(str(random.randrange(-4, 5)) for _ in range(random.randrange(1, 5)))
    text, name = random.choice(("k", "k || k")), random.choice(prefixes)
    text = text.replace("k", name + "k")
    pattern = random.choice(("a%", "_", "%b%", "c_"))
    left, test = random.choice(((column, f"between {low} and {low + 5}"),
                                (column, f"in ({values})"), (f"({text})", f"like '{pattern}'")))
    return f"({left} {no}{test})", f"({no}coalesce({left} {test}, 0))"


def comparison(random, prefixes, depth):
    pick = random.randrange(7)
    if pick == 6:
        return membership(random, prefixes)
    if pick == 0:
        column = random.choice(prefixes) + random.choice(("k", "x", "y"))
        return f"({column} is null)", f"({column} is null)"
    if pick == 1:
        column = random.choice(prefixes) + "b"
        return column, f"coalesce({column}, 0)"
    if pick == 2:
        column = random.choice(prefixes) + "k"
        value = random.choice("abc")
        if random.random() < 0.5:
            return f"({column} == '{value}')", f"coalesce({column} = '{value}', 0)"
        return f"({column} != '{value}')", f"coalesce({column} <> '{value}', 1)"
    left, right = (random.choice(("int", "long", "double")) for _ in range(2))
    a, sql_a = number(random, left, prefixes, min(depth, 1))
    b, sql_b = number(random, right, prefixes, min(depth, 1))
    sign = random.choice(("<", "<=", ">", ">=", "==", "!="))
    sql_sign = {"==": "=", "!=": "<>"}.get(sign, sign)
    return f"({a} {sign} {b})", f"coalesce({sql_a} {sql_sign} {sql_b}, {int(sign == '!=')})"


def condition(random, prefixes=("",), depth=2):
    """A condition that is never null on SQLite's side: a pair."""
    pick = random.randrange(6)
    if depth <= 0 or pick < 3:
        return comparison(random, prefixes, depth)
    a, sql_a = condition(random, prefixes, depth - 1)
    if pick == 3:
        return f"(not ({a}))", f"(not ({sql_a}))"
    b, sql_b = condition(random, prefixes, depth - 1)
    word = "and" if pick == 4 else "or"
    return f"({a} {word} {b})", f"({sql_a} {word} {sql_b})"


def filter_of(random, prefixes=("",)):
    """A pair; (None, "1") for no filter, which is the more frequent case."""
    if random.random() < 0.6:
        return None, "1"
    return condition(random, prefixes)
