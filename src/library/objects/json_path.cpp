#include "library/objects/json_path.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "library/objects/json_filter.h"
#include "library/objects/object_map.h"

namespace weir {
namespace {

Status Bad(std::string_view text, size_t at) {
  return Status::Invalid("bad JSON path '" + std::string(text) + "' at offset " +
                         std::to_string(at));
}

std::string_view Trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool ReadNumber(std::string_view text, int64_t* number) {
  text = Trim(text);
  const auto read = std::from_chars(text.data(), text.data() + text.size(), *number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

// The place of the bracket that closes the one at `at`; quotes hide brackets.
size_t ClosingBracket(std::string_view text, size_t at) {
  int open = 0;
  char quote = '\0';
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != '\0') {
      if (c == '\\') {
        ++at;
      } else if (c == quote) {
        quote = '\0';
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '[') {
      ++open;
    } else if (c == ']' && --open == 0) {
      return at;
    }
  }
  return std::string_view::npos;
}

std::optional<double> NumberOf(const ObjectRef& object) {
  if (object == nullptr) return std::nullopt;
  return std::visit(
      [](const auto& v) -> std::optional<double> {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
          return static_cast<double>(v);
        }
        return std::nullopt;
      },
      object->value);
}

}  // namespace

std::optional<JsonPath::Function> JsonPath::FunctionNamed(std::string_view name) {
  static constexpr std::pair<std::string_view, Function> kFunctions[] = {
      {"length()", Function::kLength}, {"size()", Function::kLength},
      {"keys()", Function::kKeys},     {"min()", Function::kMin},
      {"max()", Function::kMax},       {"avg()", Function::kAverage},
      {"sum()", Function::kSum},       {"stddev()", Function::kDeviation}};
  for (const auto& [known, function] : kFunctions) {
    if (name == known) return function;
  }
  return std::nullopt;
}

Result<JsonPath> JsonPath::ParseFrom(std::string_view text, char root, uint32_t depth) {
  JsonPath path;
  if (!text.starts_with(root)) return Bad(text, 0);
  for (size_t at = 1; at < text.size();) {
    if (path.function_) return Bad(text, at);
    const size_t begin = at;
    const bool deep = text.substr(at).starts_with("..");
    if (deep) at += 2;
    if (at < text.size() && text[at] == '[') {
      std::optional<Step> step = ParseBracket(text, &at, depth);
      if (!step) return Bad(text, begin);
      step->deep = deep;
      path.steps_.push_back(std::move(*step));
      continue;
    }
    if (!deep && text[at++] != '.') return Bad(text, begin);
    const size_t end = std::min(text.find_first_of(".[", at), text.size());
    const std::string_view name = text.substr(at, end - at);
    if (name.empty()) return Bad(text, begin);
    if (name.ends_with("()")) {
      path.function_ = FunctionNamed(name);
      if (!path.function_ || deep) return Bad(text, begin);
    } else if (name == "*") {
      path.steps_.push_back({.kind = Step::Kind::kAll, .deep = deep});
    } else {
      path.steps_.push_back(
          {.kind = Step::Kind::kNames, .deep = deep, .names = {std::string(name)}});
    }
    at = end;
  }
  path.SetDefinite();
  if (path.function_ && !path.definite_) return Bad(text, text.rfind('.'));
  return path;
}

void JsonPath::SetDefinite() {
  for (size_t i = 0; i < steps_.size(); ++i) {
    const bool last = i + 1 == steps_.size();
    merges_ = last && steps_[i].names.size() > 1 && !steps_[i].deep;
    definite_ = definite_ && (steps_[i].single() || merges_);
  }
}

// Reads `[...]` and moves `at` behind it.
std::optional<JsonPath::Step> JsonPath::ParseBracket(std::string_view text, size_t* at,
                                                     uint32_t depth) {
  const size_t close = ClosingBracket(text, *at);
  if (close == std::string_view::npos) return std::nullopt;
  const std::string_view inside = Trim(text.substr(*at + 1, close - *at - 1));
  *at = close + 1;
  Step step{.kind = Step::Kind::kAll};
  if (inside == "*") return step;
  if (inside.starts_with("?")) {
    auto filter = JsonFilter::Parse(Trim(inside.substr(1)), depth);
    if (!filter.ok()) return std::nullopt;
    step.kind = Step::Kind::kFilter;
    step.filter = std::move(filter).value();
    return step;
  }
  if (inside.starts_with('\'') || inside.starts_with('"')) {
    step.kind = Step::Kind::kNames;
    if (ParseNames(inside, &step)) return step;
    return std::nullopt;
  }
  const size_t colon = inside.find(':');
  if (colon == std::string_view::npos) {
    step.kind = Step::Kind::kIndexes;
    if (ParseIndexes(inside, &step)) return step;
    return std::nullopt;
  }
  step.kind = Step::Kind::kSlice;
  const std::string_view begin = Trim(inside.substr(0, colon));
  const std::string_view end = Trim(inside.substr(colon + 1));
  if (!begin.empty() && !ReadNumber(begin, &step.begin.emplace())) return std::nullopt;
  if (!end.empty() && !ReadNumber(end, &step.end.emplace())) return std::nullopt;
  return step;
}

bool JsonPath::ParseNames(std::string_view inside, Step* step) {
  while (true) {
    const char quote = inside.empty() ? '\0' : inside[0];
    if (quote != '\'' && quote != '"') return false;
    const size_t end = inside.find(quote, 1);
    if (end == std::string_view::npos) return false;
    step->names.emplace_back(inside.substr(1, end - 1));
    inside = Trim(inside.substr(end + 1));
    if (inside.empty()) return true;
    if (!inside.starts_with(',')) return false;
    inside = Trim(inside.substr(1));
  }
}

bool JsonPath::ParseIndexes(std::string_view inside, Step* step) {
  for (size_t begin = 0; begin <= inside.size();) {
    const size_t end = std::min(inside.find(',', begin), inside.size());
    step->indexes.push_back(0);
    if (!ReadNumber(inside.substr(begin, end - begin), &step->indexes.back())) return false;
    begin = end + 1;
  }
  return true;
}

// The place of the child that a name, or without one an index, means.
std::optional<size_t> JsonPath::Place(const std::string* name, int64_t index, const ObjectRef& in) {
  if (name != nullptr) {
    const Object::Map* map = MapOf(in);
    if (map == nullptr) return std::nullopt;
    for (size_t i = 0; i < map->entries.size(); ++i) {
      if (map->entries[i].first == *name) return i;
    }
    return std::nullopt;
  }
  const Object::List* list = ListOf(in);
  if (list == nullptr) return std::nullopt;
  const auto size = static_cast<int64_t>(list->items.size());
  if (index < 0) index += size;
  if (index < 0 || index >= size) return std::nullopt;
  return static_cast<size_t>(index);
}

const ObjectRef& JsonPath::Child(const ObjectRef& in, size_t place) {
  const Object::Map* map = MapOf(in);
  return map != nullptr ? map->entries[place].second : ListOf(in)->items[place];
}

ObjectRef JsonPath::WithChild(const ObjectRef& in, size_t place, ObjectRef child) {
  if (const Object::Map* map = MapOf(in)) {
    Object::Map copy = *map;
    copy.entries[place].second = std::move(child);
    return MakeObject(std::move(copy));
  }
  Object::List copy = *ListOf(in);
  copy.items[place] = std::move(child);
  return MakeObject(std::move(copy));
}

void JsonPath::WalkHere(const Step& step, const ObjectRef& in, const ObjectRef& document,
                        std::vector<ObjectRef>* out) {
  const Object::Map* map = MapOf(in);
  const Object::List* list = ListOf(in);
  const auto items = static_cast<int64_t>(list != nullptr ? list->items.size() : 0);
  switch (step.kind) {
    case Step::Kind::kNames:
      for (const std::string& name : step.names) {
        if (const auto place = Place(&name, 0, in)) out->push_back(Child(in, *place));
      }
      return;
    case Step::Kind::kIndexes:
      for (const int64_t index : step.indexes) {
        if (const auto place = Place(nullptr, index, in)) out->push_back(Child(in, *place));
      }
      return;
    case Step::Kind::kSlice: {
      const auto within = [items](int64_t at) {
        return std::clamp<int64_t>(at < 0 ? at + items : at, 0, items);
      };
      const int64_t end = within(step.end.value_or(items));
      for (int64_t i = within(step.begin.value_or(0)); i < end; ++i) {
        out->push_back(list->items[static_cast<size_t>(i)]);
      }
      return;
    }
    case Step::Kind::kAll:
      for (size_t i = 0; map != nullptr && i < map->entries.size(); ++i) {
        out->push_back(map->entries[i].second);
      }
      if (list != nullptr) out->insert(out->end(), list->items.begin(), list->items.end());
      return;
    case Step::Kind::kFilter:
      if (map != nullptr && step.filter->Accepts(in, document)) out->push_back(in);
      // With `..` the items are asked when the walk comes to them.
      for (int64_t i = 0; i < items && !step.deep; ++i) {
        const ObjectRef& item = list->items[static_cast<size_t>(i)];
        if (step.filter->Accepts(item, document)) out->push_back(item);
      }
      return;
  }
}

void JsonPath::Walk(const Step& step, const ObjectRef& in, const ObjectRef& document,
                    std::vector<ObjectRef>* out) {
  WalkHere(step, in, document, out);
  if (!step.deep) return;
  const Object::Map* map = MapOf(in);
  const Object::List* list = ListOf(in);
  const size_t children =
      map != nullptr ? map->entries.size() : (list != nullptr ? list->items.size() : 0);
  for (size_t i = 0; i < children; ++i) Walk(step, Child(in, i), document, out);
}

std::vector<ObjectRef> JsonPath::Find(const ObjectRef& from, const ObjectRef& document) const {
  std::vector<ObjectRef> found = {from};
  for (size_t i = 0; i < steps_.size(); ++i) {
    std::vector<ObjectRef> next;
    for (const ObjectRef& each : found) {
      if (!merges_ || i + 1 < steps_.size()) {
        Walk(steps_[i], each, document, &next);
      } else if (const Object::Map* map = MapOf(each)) {
        Object::Map part;
        for (const std::string& name : steps_[i].names) {
          const ObjectRef* value = FindText(*map, name);
          if (value != nullptr) Put(MakeObject(name), *value, &part);
        }
        next.push_back(MakeObject(std::move(part)));
      }
    }
    found = std::move(next);
  }
  if (function_ && !found.empty()) {
    std::optional<ObjectRef> result = Apply(found[0]);
    found.clear();
    if (result) found.push_back(std::move(*result));
  }
  return found;
}

// The function at the end of the path; nothing where it has no value.
std::optional<ObjectRef> JsonPath::Apply(const ObjectRef& value) const {
  const Object::Map* map = MapOf(value);
  const Object::List* list = ListOf(value);
  if (*function_ == Function::kKeys) {
    if (map == nullptr) return std::nullopt;
    Object::List keys;
    for (size_t i = 0; i < map->entries.size(); ++i) keys.items.push_back(KeyAt(*map, i));
    return MakeObject(std::move(keys));
  }
  if (*function_ == Function::kLength) {
    if (map == nullptr && list == nullptr) return std::nullopt;
    return MakeObject(
        static_cast<int32_t>(map != nullptr ? map->entries.size() : list->items.size()));
  }
  std::vector<double> numbers;
  for (size_t i = 0; list != nullptr && i < list->items.size(); ++i) {
    if (const auto number = NumberOf(list->items[i])) numbers.push_back(*number);
  }
  if (numbers.empty()) return std::nullopt;
  double sum = 0;
  for (const double number : numbers) sum += number;
  const double average = sum / static_cast<double>(numbers.size());
  double squares = 0;
  for (const double number : numbers) squares += (number - average) * (number - average);
  switch (*function_) {
    case Function::kMin:
      return MakeObject(*std::min_element(numbers.begin(), numbers.end()));
    case Function::kMax:
      return MakeObject(*std::max_element(numbers.begin(), numbers.end()));
    case Function::kSum:
      return MakeObject(sum);
    case Function::kAverage:
      return MakeObject(average);
    default:
      return MakeObject(std::sqrt(squares / static_cast<double>(numbers.size())));
  }
}

}  // namespace weir
