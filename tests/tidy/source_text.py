"""What the tidy test knows of C++ text: code without comments and literals, and functions."""

import re
from dataclasses import dataclass

_LITERAL_OR_COMMENT = re.compile(
    r'R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'"  # not the separator in 1'000'000
    r"|//(?:\\\n|[^\n])*"
    r"|/\*.*?\*/",
    re.DOTALL,
)

_SCOPE = re.compile(r'\b(namespace|class|struct|union|enum)\b|\bextern\s*""\s*$')
_LABELS = re.compile(r"(\s*(public|protected|private)\s*:(?!:))*\s*")


def code_only(text):
    """Returns text with comments blanked and literals emptied; every line keeps its number."""

    def blank(match):
        found = match.group()
        kept = '""' if found[0] in 'R"' else "0" if found[0] == "'" else " "
        return kept + "\n" * found.count("\n")

    return _LITERAL_OR_COMMENT.sub(blank, text)


def without_preprocessor(code):
    """Blanks preprocessor lines, whose braces need not be balanced."""
    return re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: "\n" * m.group().count("\n"), code,
                  flags=re.MULTILINE)


@dataclass
class Function:
    name: str
    line: int
    length: int


def functions(code):
    """Yields the functions of code_only() text, nested lambdas counted with their function.

    A heuristic: outside of functions, an opening brace that is not within parentheses and whose
    declaration has a parameter list begins a function body, unless it opens a type or a namespace.
    """
    code = without_preprocessor(code)
    head_start = 0  # where the declaration in progress begins
    i = 0
    while i < len(code):
        c = code[i]
        if c == "{":
            head = code[head_start:i]
            end = _matching_brace(code, i)
            if head.count("(") > head.count(")"):
                i = end  # an argument
            elif _SCOPE.search(_without_template_list(head)) and not _is_function(head):
                head_start = i + 1
            elif "(" in head and not re.search(r"=\s*$", head):
                body_follows = re.match(r"\s*[,{]", code[end + 1:])
                if not (body_follows and re.search(r"\)\s*(noexcept\s*)?:[^:]", head)):
                    first = head_start + _LABELS.match(head).end()
                    yield Function(_name(head), code.count("\n", 0, first) + 1,
                                   code.count("\n", first, end) + 1)
                    head_start = end + 1
                i = end  # a body, or the braces of one member in an initialiser list
            else:
                i = end  # data
        elif c == "}":
            head_start = i + 1
        elif c == ";":
            head_start = i + 1
        i += 1


def _matching_brace(code, start):
    depth = 0
    for match in re.compile(r"[{}]").finditer(code, start):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.start()
    return len(code) - 1


def _without_template_list(head):
    return re.sub(r"\btemplate\s*<[^{};]*?>\s*(?=\w|\[)", "", head)


def _is_function(head):
    """True for `struct Point Make()`; false for `class A : public B<int()>` and `enum E`."""
    return bool(re.search(r"\)\s*(const|noexcept|override|final|\s)*$", head)) and not re.search(
        r"\b(alignas|__attribute__)\s*\([^)]*\)\s*\w*$|\b(class|struct)\b[^()]*:", head)


def _name(head):
    match = re.search(r"([~\w:]+|operator\s*\S+)\s*\(", head.strip())
    return match.group(1) if match else "?"
