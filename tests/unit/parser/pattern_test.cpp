#include "unit/parser/parsing.h"

namespace weir::parsing {
namespace {

ast::StateInput State(std::string_view input) {
  auto query = Only<ast::Query>("from " + std::string(input) + " select * insert into T");
  if (!std::holds_alternative<ast::StateInput>(query.input)) {
    ADD_FAILURE() << "no pattern: " << input;
    return {};
  }
  return std::get<ast::StateInput>(std::move(query.input));
}

template <class Node>
const Node& As(const ast::StateNodePtr& node) {
  return std::get<Node>(node->node);
}

TEST(ParserPattern, ChainsKeepTheirOrder) {
  const ast::StateInput input = State("every e1=A[x > 1] -> B -> e3=C within 10 min");
  EXPECT_EQ(input.kind, ast::StateKind::kPattern);
  EXPECT_EQ(input.within->milliseconds, 600'000);
  const auto& steps = As<ast::StateNext>(input.root).steps;
  ASSERT_EQ(steps.size(), 3u);
  const auto& every = As<ast::StateEvery>(steps[0]);
  EXPECT_EQ(As<ast::StateStream>(every.child).ref->text, "e1");
  EXPECT_FALSE(As<ast::StateStream>(steps[1]).ref.has_value());
}

TEST(ParserPattern, Sequences) {
  EXPECT_EQ(State("every e1=A, e2=B").kind, ast::StateKind::kSequence);
  EXPECT_EQ(State("A+").kind, ast::StateKind::kSequence);
  EXPECT_EQ(State("A<2>").kind, ast::StateKind::kPattern);
  EXPECT_EQ(CanonicalInput("every e1=A+, e2=B?, C*, D<2>"), "every e1=A+, e2=B?, C*, D<2>");
}

TEST(ParserPattern, Counts) {
  const auto bounds = [](const std::string& count) {
    const ast::StateInput input = State("e1=A" + count + " -> B");
    const auto& node = As<ast::StateCount>(As<ast::StateNext>(input.root).steps[0]);
    return std::pair(node.min, node.max);
  };
  EXPECT_EQ(bounds("<2:5>"), std::pair(2, 5));
  EXPECT_EQ(bounds("<2:>"), std::pair(2, ast::kUnbounded));
  EXPECT_EQ(bounds("<:5>"), std::pair(0, 5));
  EXPECT_EQ(bounds("<3>"), std::pair(3, 3));
  EXPECT_EQ(bounds("+"), std::pair(1, ast::kUnbounded));
  EXPECT_EQ(AppErrors("from A<5:2> -> B insert into T"),
            "app:1:7: error: this count can never be reached, its bounds are the wrong way round\n"
            "from A<5:2> -> B insert into T\n"
            "      ^~~~~\n");
}

TEST(ParserPattern, LogicalIsNaryAndAndBindsTighter) {
  const ast::StateInput input = State("A and B and C or D");
  const auto& either = As<ast::StateLogical>(input.root);
  EXPECT_EQ(either.op, ast::LogicalOp::kOr);
  ASSERT_EQ(either.operands.size(), 2u);
  EXPECT_EQ(As<ast::StateLogical>(either.operands[0]).operands.size(), 3u);
  EXPECT_EQ(CanonicalInput("A and (B or C) -> D"), "A and (B or C) -> D");
  EXPECT_EQ(CanonicalInput("(A and B) or C"), "A and B or C");
}

TEST(ParserPattern, EveryTakesAnElementOrAGroup) {
  EXPECT_EQ(CanonicalInput("every A and B -> C"), "every A and B -> C");
  EXPECT_EQ(CanonicalInput("every (A -> B) -> C"), "every (A -> B) -> C");
  EXPECT_EQ(CanonicalInput("A -> every B"), "A -> every B");
  EXPECT_EQ(CanonicalInput("every (A)"), "every A");
  EXPECT_EQ(CanonicalInput("(A -> (B -> C))"), "A -> (B -> C)");
}

TEST(ParserPattern, Absent) {
  const ast::StateInput input = State("not A[x > 1] for 5 sec -> B");
  const auto& absent = As<ast::StateAbsent>(As<ast::StateNext>(input.root).steps[0]);
  EXPECT_EQ(absent.stream.source.name, "A");
  EXPECT_EQ(absent.duration->milliseconds, 5'000);
  for (const char* text : {"not A and B", "e1=A and not B for 1 sec", "A or not B for 1 sec",
                           "every (not A for 1 sec and not B for 1 sec) -> C",
                           "(not A for 1 sec or not B for 1 sec), C", "A -> not B for 1 sec",
                           "every not A for 1 sec", "not #A for 1 sec -> !B"})
    EXPECT_EQ(ast::Dump(App("from " + std::string(text) + " insert into T")),
              ast::Dump(App("from " + CanonicalInput(text) + " insert into T")))
        << text;
}

TEST(ParserPattern, StreamFunctionsButNoWindows) {
  EXPECT_EQ(CanonicalInput("e1=A#log('x')[y] -> B"), "e1=A#log('x')[y] -> B");
  EXPECT_EQ(AppErrors("from e1=A#window.length(5) -> B insert into T"),
            "app:1:10: error: the streams of a pattern or sequence have no windows\n"
            "from e1=A#window.length(5) -> B insert into T\n"
            "         ^~~~~~~~~~~~~~~~~\n");
}

TEST(ParserPattern, PatternAndSequenceDoNotMix) {
  EXPECT_EQ(AppErrors("from A, (B -> C) insert into T"),
            "app:1:12: error: '->' and ',' cannot be mixed\n"
            "from A, (B -> C) insert into T\n"
            "           ^~\n"
            "help: a pattern is written with '->', a sequence with ','\n");
  EXPECT_EQ(AppErrors("from A, every B insert into T"),
            "app:1:9: error: in a sequence 'every' may stand only before the first element\n"
            "from A, every B insert into T\n"
            "        ^~~~~~~\n");
}

TEST(ParserPattern, AStreamInParenthesesIsAPattern) {
  EXPECT_TRUE(std::holds_alternative<ast::SingleStream>(Only<ast::Query>("from A return").input));
  EXPECT_EQ(CanonicalInput("(A)"), "(A)");
  EXPECT_EQ(CanonicalInput("A within 5 sec"), "A within 5 sec");
  EXPECT_EQ(CanonicalInput("e1=A"), "e1=A");
}

}  // namespace
}  // namespace weir::parsing
