// The language reference as one Markdown document.
#include "runtime/reference_text.h"

#include <algorithm>
#include <sstream>

#include "catalog/registry.h"
#include "library/builtins.h"
#include "library/samples.h"
#include "parser/grammar_rules.h"
#include "runtime/transport_text.h"
#include "weir/help.h"

namespace weir {
namespace {

class ReferenceText {
 public:
  void Heading(int level, std::string_view title) {
    text_ += (text_.empty() ? "" : "\n") + std::string(static_cast<size_t>(level), '#') + " " +
             std::string(title) + "\n";
  }
  void Paragraph(std::string_view text) { text_ += "\n" + std::string(text) + "\n"; }
  void Block(std::string_view language, std::string_view content) {
    while (!content.empty() && content.front() == '\n') content.remove_prefix(1);
    while (!content.empty() && content.back() == '\n') content.remove_suffix(1);
    text_ += "\n```" + std::string(language) + "\n" + std::string(content) + "\n```\n";
  }
  void Verbatim(std::string_view text) { text_ += text; }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

template <class Spec>
std::vector<const Spec*> ByName(const std::vector<Spec>& specs) {
  std::vector<const Spec*> sorted;
  for (const Spec& spec : specs) sorted.push_back(&spec);
  std::sort(sorted.begin(), sorted.end(), [](const Spec* a, const Spec* b) {
    const std::string_view left = a->name;
    const std::string_view right = b->name;
    const auto space = [](std::string_view name) {
      const size_t colon = name.find(':');
      return colon == std::string_view::npos ? std::string_view() : name.substr(0, colon);
    };
    return std::pair(space(left), left) < std::pair(space(right), right);
  });
  return sorted;
}

template <class Spec>
void Forms(const Spec& spec, std::string_view prefix, ReferenceText* text) {
  std::string forms;
  for (const Overload& overload : spec.overloads) {
    forms += std::string(prefix) + spec.name + DescribeOverload(overload) + "\n";
  }
  text->Heading(3, spec.name);
  text->Paragraph(spec.summary);
  text->Block("text", forms);
}

template <class Spec>
void QueryLeaves(const std::vector<Spec>& specs, std::string_view title, std::string_view prefix,
                 ReferenceText* text) {
  text->Heading(2, title);
  for (const Spec* spec : ByName(specs)) {
    Forms(*spec, prefix, text);
    text->Block("sql", spec->example);
  }
}

void Topics(const Registry& registry, ReferenceText* text) {
  text->Heading(2, "Language");
  for (const TopicSpec& topic : registry.topics()) {
    text->Heading(3, topic.name);
    text->Paragraph(topic.summary);
    for (const std::string& rule : Words(topic.rules)) text->Block("text", GrammarRule(rule));
    text->Block("sql", topic.app);
    text->Paragraph("With the input");
    text->Block("json", topic.input);
    text->Paragraph("it gives");
    text->Block("json", topic.output);
  }
}

}  // namespace

std::vector<std::string> Words(std::string_view list) {
  std::istringstream stream{std::string(list)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string LanguageReference() {
  const Registry& registry = BuiltinRegistry();
  ReferenceText text;
  text.Heading(1, "The language of weir");
  text.Paragraph(
      "Made by `weir help reference`. Every example here is run by a test; those of "
      "sources, sinks and codecs are checked.");
  Topics(registry, &text);
  text.Heading(2, "Functions");
  for (const FunctionSpec* spec : ByName(registry.functions())) {
    Forms(*spec, "", &text);
    text.Block("sql", spec->example);
    text.Paragraph("gives");
    text.Block("json", spec->result);
  }
  QueryLeaves(registry.aggregates(), "Aggregates", "", &text);
  QueryLeaves(registry.windows(), "Windows", "#window.", &text);
  QueryLeaves(registry.stream_functions(), "Stream functions", "#", &text);
  text.Verbatim(TransportReference());
  text.Heading(2, "Sample streams");
  text.Paragraph(
      "What the examples of aggregates, windows and stream functions read: an event a second.");
  for (const SampleStream& sample : SampleStreams()) {
    std::string events;
    for (const char* event : sample.events) events += std::string(event) + "\n";
    text.Block("sql", sample.definition);
    text.Block("json", events);
  }
  text.Heading(2, "Grammar");
  text.Block("text", DescribeGrammar());
  return text.Take();
}

}  // namespace weir
