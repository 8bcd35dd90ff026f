#include "runtime/transport_text.h"

#include <algorithm>

#include "io/transport_registry.h"
#include "library/builtins.h"

namespace weir {
namespace {

std::string ValueOf(const OptionSpec& option) {
  switch (option.kind) {
    case OptionSpec::Kind::kText:
      return "text";
    case OptionSpec::Kind::kFlag:
      return "true|false";
    case OptionSpec::Kind::kNumber:
      return "number";
    case OptionSpec::Kind::kDuration:
      return "time";
    case OptionSpec::Kind::kSize:
      return "size";
    case OptionSpec::Kind::kChoice:
      break;
  }
  return option.choices;
}

std::string DefaultOf(const OptionSpec& option) {
  if (option.required) return "required";
  return option.fallback == nullptr ? "" : option.fallback;
}

std::string NameOf(const OptionSpec& option) {
  const std::string name = option.name;
  return name.back() == '.' ? name + "NAME" : name;
}

// Options that every transport of a kind has, whatever its type; see bind/transport_binder.cpp.
const std::vector<OptionSpec>& CommonOptions(std::string_view kind) {
  static const std::vector<OptionSpec> none;
  static const std::vector<OptionSpec> sink = {
      {"on.error",
       "What becomes of an event that is not delivered: it is told and dropped, waited for, goes "
       "to "
       "the stream's fault stream, or becomes a dead letter.",
       "LOG", OptionSpec::Kind::kChoice, false, "LOG|WAIT|STREAM|STORE"}};
  return kind == "sink" ? sink : none;
}

void OptionLines(const std::vector<OptionSpec>& options, std::string* text) {
  size_t width = 0;
  for (const OptionSpec& option : options) width = std::max(width, NameOf(option).size());
  for (const OptionSpec& option : options) {
    const std::string name = NameOf(option);
    *text += "  " + name + std::string(width + 2 - name.size(), ' ') + ValueOf(option);
    const std::string fallback = DefaultOf(option);
    if (!fallback.empty()) *text += option.required ? ", required" : ", else " + fallback;
    *text += "\n";
    if (*option.summary != '\0') *text += std::string(width + 4, ' ') + option.summary + "\n";
  }
}

void OptionList(const std::string& title, const std::vector<OptionSpec>& options,
                std::string* text) {
  if (options.empty()) return;
  *text += "\n  " + title + ":\n";
  OptionLines(options, text);
}

void Begin(const char* name, const char* kind, const char* summary, std::string* text) {
  if (!text->empty()) *text += "\n";
  *text += std::string(name) + " (" + kind + ")\n\n  " + summary + "\n";
}

void Example(std::string_view example, std::string* text) {
  *text += "\n  Example:\n    ";
  for (const char c : example) {
    *text += c;
    if (c == '\n') *text += "    ";
  }
  *text += "\n";
}

std::string ShownProperty(const PropertySpec& property) {
  const std::string_view name = property.name;
  return "trp:" + std::string(name == "*" ? "NAME" : name);
}

template <class Spec>
void DescribeEnd(const Spec& spec, const char* kind, std::string* text) {
  Begin(spec.name, kind, spec.summary, text);
  *text += std::string("  Without @map the codec is ") + spec.codec + ".\n";
  std::vector<OptionSpec> options = spec.options;
  const std::vector<OptionSpec>& common = CommonOptions(kind);
  options.insert(options.end(), common.begin(), common.end());
  OptionList("Options", options, text);
  if constexpr (requires { spec.properties; }) {
    for (const PropertySpec& property : spec.properties) {
      *text +=
          "\n  @attributes(a='" + ShownProperty(property) + "'):\n    " + property.summary + "\n";
    }
  }
  Example(spec.example, text);
}

// A cell of a Markdown table.
std::string Cell(std::string cell) {
  for (size_t at = 0; (at = cell.find('|', at)) != std::string::npos; at += 2)
    cell.insert(at, "\\");
  return cell;
}

std::string OptionTable(const std::string& title, const std::vector<OptionSpec>& options) {
  if (options.empty()) return "";
  std::string text = "\n| " + title + " | value | default | meaning |\n|---|---|---|---|\n";
  for (const OptionSpec& option : options) {
    text += "| " + NameOf(option) + " | " + Cell(ValueOf(option)) + " | " + DefaultOf(option) +
            " | " + Cell(option.summary) + " |\n";
  }
  return text;
}

template <class Spec>
void EndChapter(const std::vector<Spec>& specs, const char* kind, const char* title,
                std::string* text) {
  *text += std::string("\n## ") + title + "\n";
  for (const Spec& spec : specs) {
    std::vector<OptionSpec> options = spec.options;
    const std::vector<OptionSpec>& common = CommonOptions(kind);
    options.insert(options.end(), common.begin(), common.end());
    *text += std::string("\n### ") + spec.name + "\n\n" + spec.summary +
             " Without @map the codec is " + spec.codec + ".\n" + OptionTable("option", options);
    if constexpr (requires { spec.properties; }) {
      for (const PropertySpec& property : spec.properties) {
        *text += "\n`@attributes(a='" + ShownProperty(property) + "')`: " + property.summary + "\n";
      }
    }
    *text += "\n```sql\n" + std::string(spec.example) + "\n```\n";
  }
}

std::string StoreChapter() {
  std::string text = "\n## Stores of tables\n";
  for (const StoreSpec& spec : BuiltinTransports().stores()) {
    text += std::string("\n### ") + spec.name + "\n\n" + spec.summary + "\n" +
            OptionTable("option", spec.options) + "\n```sql\n" + spec.example + "\n```\n";
  }
  return text;
}

template <class Specs>
std::vector<BuiltinSummary> Summaries(const Specs& specs) {
  std::vector<BuiltinSummary> result;
  for (const auto& spec : specs) result.push_back({spec.name, spec.summary});
  std::sort(result.begin(), result.end(),
            [](const BuiltinSummary& a, const BuiltinSummary& b) { return a.name < b.name; });
  return result;
}

}  // namespace

void DescribeTransports(std::string_view name, std::string* text) {
  const TransportRegistry& registry = BuiltinTransports();
  if (const SourceSpec* spec = registry.FindSource(name)) DescribeEnd(*spec, "source", text);
  if (const SinkSpec* spec = registry.FindSink(name)) DescribeEnd(*spec, "sink", text);
  if (const CodecSpec* spec = registry.FindCodec(name)) {
    Begin(spec->name, "codec", spec->summary, text);
    OptionList("Options in a source", spec->decoder_options, text);
    OptionList("Options in a sink", spec->encoder_options, text);
    Example(spec->example, text);
  }
  if (const StoreSpec* spec = registry.FindStore(name)) {
    Begin(spec->name, "store", spec->summary, text);
    OptionList("Options", spec->options, text);
    Example(spec->example, text);
  }
}

std::vector<BuiltinSummary> ListTransports(std::string_view kind) {
  const TransportRegistry& registry = BuiltinTransports();
  if (kind == "source") return Summaries(registry.sources());
  if (kind == "sink") return Summaries(registry.sinks());
  if (kind == "codec") return Summaries(registry.codecs());
  if (kind == "store") return Summaries(registry.stores());
  return {};
}

std::string TransportReference() {
  const TransportRegistry& registry = BuiltinTransports();
  std::string text;
  EndChapter(registry.sources(), "source", "Sources", &text);
  EndChapter(registry.sinks(), "sink", "Sinks", &text);
  text += "\n## Codecs\n";
  for (const CodecSpec& spec : registry.codecs()) {
    text += std::string("\n### ") + spec.name + "\n\n" + spec.summary + "\n" +
            OptionTable("option in a source", spec.decoder_options) +
            OptionTable("option in a sink", spec.encoder_options) + "\n```sql\n" + spec.example +
            "\n```\n";
  }
  return text + StoreChapter();
}

}  // namespace weir
