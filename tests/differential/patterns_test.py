"""Patterns and sequences of single events against a matcher that tries every partial match."""

import dataclasses

import differential
import random_events

STREAMS = ("S", "T")
SIGNS = {"<": lambda a, b: a < b, ">": lambda a, b: a > b, "==": lambda a, b: a == b,
         "!=": lambda a, b: a != b, ">=": lambda a, b: a >= b}


def compare(sign, a, b):
    if a is None or b is None:
        return sign == "!="
    return SIGNS[sign](a, b)


@dataclasses.dataclass
class Test:
    """`column sign value`, or `column sign eN.column` of an earlier event."""
    column: int
    sign: str
    earlier: int = None
    value: object = None

    def text(self):
        name = random_events.NAMES[self.column]
        right = repr(self.value) if self.earlier is None else f"e{self.earlier + 1}.{name}"
        return f"{name} {self.sign} {right}"

    def holds(self, match, row):
        right = self.value if self.earlier is None else match[self.earlier].values[self.column]
        return compare(self.sign, row.values[self.column], right)


@dataclasses.dataclass
class State:
    stream: str
    tests: list

    def text(self, number):
        condition = " and ".join(test.text() for test in self.tests)
        return f"e{number + 1}={self.stream}" + (f"[{condition}]" if condition else "")

    def holds(self, match, row):
        return row.stream == self.stream and all(test.holds(match, row) for test in self.tests)


@dataclasses.dataclass
class Pattern:
    states: list
    sequence: bool
    every: bool  # of the first event
    within: int = None

    def text(self):
        steps = [state.text(i) for i, state in enumerate(self.states)]
        if self.every:
            steps[0] = "every " + steps[0]
        return ((", " if self.sequence else " -> ").join(steps) +
                (f" within {self.within} millisec" if self.within is not None else ""))


def random_test(random, number):
    column = random.choice((1, 2, 2, 3))
    sign = random.choice(("==", "!=") if column == 1 else tuple(SIGNS))
    if number and random.random() < 0.5:
        return Test(column, sign, earlier=random.randrange(number))
    value = (random.choice("abc") if column == 1 else random.randrange(-3, 4) if column == 2
             else random.randrange(-8, 9) / 4)
    return Test(column, sign, value=value)


def random_pattern(random):
    states = [State(random.choice(STREAMS if random.random() < 0.4 else "S"),
                    [random_test(random, i) for _ in range(random.randrange(3))])
              for i in range(random.randrange(1, 5))]
    return Pattern(states, len(states) > 1 and random.random() < 0.3,
                   random.random() < 0.7,
                   random.choice((None, 20, 200, 2000)))


def matches(pattern, rows):
    """Waiting[i] are the partial matches that wait for state i, oldest first."""
    streams = {state.stream for state in pattern.states}
    waiting = [[] for _ in pattern.states]
    arrived = [[] for _ in pattern.states]
    arrived[0].append([])
    found = []
    for row in rows:
        if row.stream not in streams:
            continue
        for i, _ in enumerate(pattern.states):
            if pattern.sequence:
                waiting[i] = []  # what the event before did not move on is gone
            if pattern.within is not None:
                arrived[i], waiting[i] = ([m for m in matches_of if not m or
                                           row.ts - m[0].ts <= pattern.within]
                                          for matches_of in (arrived[i], waiting[i]))
        for i, _ in enumerate(pattern.states):
            if pattern.sequence or pattern.states[i].stream == row.stream:
                waiting[i] += arrived[i]
                arrived[i] = []
        # The last state first, so that no event is taken twice by one match.
        for i in reversed(range(len(pattern.states))):
            for match in list(waiting[i]):
                if not pattern.states[i].holds(match, row):
                    continue
                waiting[i].remove(match)
                if i == 0 and pattern.every:
                    arrived[0].append([])
                if i + 1 == len(pattern.states):
                    found.append(match + [row])
                else:
                    arrived[i + 1].append(match + [row])
        if pattern.sequence and pattern.every and not arrived[0]:
            arrived[0].append([])
    return found


def make_case(random):
    rows = random_events.random_rows(random, STREAMS, 60)
    pattern = random_pattern(random)
    defined = "".join(f"define stream {stream} ({random_events.ATTRIBUTES});\n"
                      for stream in STREAMS)
    names = ", ".join(f"e{i + 1}.id as i{i + 1}" for i, _ in enumerate(pattern.states))
    app = f"{defined}from {pattern.text()}\nselect {names}\ninsert into O;\n"
    expected = [[row.values[0] for row in match] for match in matches(pattern, rows)]
    return differential.Case(app, random_events.messages_of(rows), expected)


if __name__ == "__main__":
    differential.main(make_case, __doc__)
