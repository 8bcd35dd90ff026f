#include "ast/printer.h"

#include <string>

#include "ast/print_parts.h"

namespace weir::ast {

namespace {

std::string_view TypeText(AttributeType type) {
  switch (type) {
    case AttributeType::kString:
      return "string";
    case AttributeType::kInt:
      return "int";
    case AttributeType::kLong:
      return "long";
    case AttributeType::kFloat:
      return "float";
    case AttributeType::kDouble:
      return "double";
    case AttributeType::kBool:
      return "bool";
    case AttributeType::kObject:
      return "object";
  }
  return "object";
}

void PrintAttributes(const std::vector<AttributeDefinition>& attributes, std::string* out) {
  *out += " (";
  PrintList(attributes, ", ", out, [](const AttributeDefinition& attribute, std::string* to) {
    PrintName(attribute.name.text, to);
    *to += ' ';
    *to += TypeText(attribute.type);
  });
  *out += ')';
}

// A key such as `buffer.size` needs no quotes: letters, digits and single separators.
bool IsPlainKey(std::string_view key) {
  bool at_start = true;
  for (const char c : key) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    const bool separator = c == '.' || c == '-' || c == ':';
    if (!letter && (at_start || !(separator || (c >= '0' && c <= '9')))) return false;
    at_start = separator;
  }
  return !at_start;
}

struct ElementPrinter {
  std::string* out;

  void operator()(const StreamDefinition& definition) const {
    Begin(definition, "stream ");
    PrintAttributes(definition.attributes, out);
  }
  void operator()(const TableDefinition& definition) const {
    Begin(definition, "table ");
    PrintAttributes(definition.attributes, out);
  }
  void operator()(const WindowDefinition& definition) const {
    Begin(definition, "window ");
    PrintAttributes(definition.attributes, out);
    *out += ' ';
    PrintCall(definition.window, out);
    if (!definition.output) return;
    *out += " output ";
    PrintEventType(*definition.output, out);
  }
  void operator()(const TriggerDefinition& definition) const {
    Begin(definition, "trigger ");
    *out += " at ";
    if (const auto* time = std::get_if<TimeLiteral>(&definition.at); time != nullptr) {
      *out += "every ";
      PrintTime(*time, out);
    } else {
      PrintString(std::get<std::string>(definition.at), out);
    }
  }
  void operator()(const FunctionDefinition& definition) const {
    Begin(definition, "function ");
    *out += '[';
    PrintName(definition.language.text, out);
    *out += "] return ";
    *out += TypeText(definition.return_type);
    *out += " {" + definition.body + '}';
  }
  void operator()(const AggregationDefinition& definition) const {
    Begin(definition, "aggregation ");
    *out += "\nfrom ";
    PrintStream(definition.input, out);
    *out += '\n';
    PrintSelection(definition.selection, "", out);
    *out += "\naggregate ";
    if (definition.by) {
      *out += "by ";
      PrintAttribute(*definition.by, out);
      *out += ' ';
    }
    *out += "every ";
    PrintList(definition.durations, definition.is_range ? " ... " : ", ", out,
              [](TimeUnit unit, std::string* to) { *to += UnitName(unit); });
  }
  void operator()(const Query& query) const { PrintQuery(query, "", out); }
  void operator()(const Partition& partition) const {
    PrintAnnotations(partition.annotations);
    *out += "partition with (";
    PrintList(partition.keys, ", ", out,
              [](const PartitionKey& key, std::string* to) { PrintKey(key, to); });
    *out += ")\nbegin\n";
    for (const Query& query : partition.queries) {
      PrintQuery(query, "  ", out);
      *out += ";\n";
    }
    *out += "end";
  }

 private:
  template <class Definition>
  void Begin(const Definition& definition, std::string_view kind) const {
    PrintAnnotations(definition.annotations);
    *out += "define ";
    *out += kind;
    PrintName(definition.name.text, out);
  }

  void PrintAnnotations(const std::vector<Annotation>& annotations) const {
    for (const Annotation& annotation : annotations) {
      PrintAnnotation(annotation, out);
      *out += '\n';
    }
  }

  static void PrintKey(const PartitionKey& key, std::string* out) {
    if (const auto* value = std::get_if<ValueKey>(&key.node); value != nullptr) {
      PrintExpr(*value->value, out);
    } else {
      PrintList(std::get<RangeKey>(key.node).ranges, " or ", out,
                [](const LabelledRange& range, std::string* to) {
                  PrintExpr(*range.condition, to);
                  *to += " as ";
                  PrintString(range.label, to);
                });
    }
    *out += " of ";
    PrintName(key.stream.text, out);
  }
};

void PrintItems(const Annotation& annotation, std::string* out) {
  if (annotation.elements.empty() && annotation.nested.empty()) return;
  *out += '(';
  PrintList(annotation.elements, ", ", out, [](const AnnotationElement& element, std::string* to) {
    if (!element.key.text.empty()) {
      if (IsPlainKey(element.key.text))
        *to += element.key.text;
      else
        PrintString(element.key.text, to);
      *to += " = ";
    }
    PrintString(element.value, to);
  });
  if (!annotation.elements.empty() && !annotation.nested.empty()) *out += ", ";
  PrintList(annotation.nested, ", ", out, PrintAnnotation);
  *out += ')';
}

}  // namespace

void PrintAnnotation(const Annotation& annotation, std::string* out) {
  *out += '@';
  PrintName(annotation.name.text, out);
  PrintItems(annotation, out);
}

std::string Print(const Expr& expression) {
  std::string out;
  PrintExpr(expression, &out);
  return out;
}

std::string Print(const Element& element) {
  std::string out;
  std::visit(ElementPrinter{&out}, element);
  return out;
}

std::string Print(const App& app) {
  std::string out;
  for (const Annotation& annotation : app.annotations) {
    out += "@app:";
    PrintName(annotation.name.text, &out);
    PrintItems(annotation, &out);
    out += '\n';
  }
  for (const Element& element : app.elements) {
    if (!out.empty()) out += '\n';
    out += Print(element) + ";\n";
  }
  return out;
}

}  // namespace weir::ast
