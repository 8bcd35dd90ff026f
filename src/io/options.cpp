#include "io/options.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>

#include "base/same_text.h"
#include "time/duration.h"

namespace weir {
namespace {

bool IsPrefix(const OptionSpec& spec) { return std::string_view(spec.name).back() == '.'; }

bool IsChoice(std::string_view choices, std::string_view value) {
  while (!choices.empty()) {
    const size_t end = std::min(choices.find('|'), choices.size());
    if (SameText(choices.substr(0, end), value)) return true;
    choices.remove_prefix(std::min(end + 1, choices.size()));
  }
  return false;
}

bool IsNumber(std::string_view value) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc() && end == value.data() + value.size();
}

// `64MB`, `512 KB`, `1G`, `4096`; absent: it is no size, or none that fits.
std::optional<uint64_t> ParseSize(std::string_view value) {
  uint64_t number = 0;
  const char* end = value.data() + value.size();
  const auto [unit, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc()) return std::nullopt;
  std::string_view name(unit, static_cast<size_t>(end - unit));
  while (name.starts_with(' ')) name.remove_prefix(1);
  constexpr const char* kUnits[][2] = {{"", "B"}, {"K", "KB"}, {"M", "MB"}, {"G", "GB"}};
  for (size_t u = 0; u < std::size(kUnits); ++u) {
    const size_t shift = 10 * u;
    if (!SameText(name, kUnits[u][0]) && !SameText(name, kUnits[u][1])) continue;
    if (number > (uint64_t{1} << 50) >> shift) return std::nullopt;
    return number << shift;
  }
  return std::nullopt;
}

Status Wrong(const OptionSpec& spec, std::string_view value, const std::string& wanted) {
  return Status::Invalid("option '" + std::string(spec.name) + "' takes " + wanted + ", not '" +
                         std::string(value) + "'");
}

}  // namespace

const OptionSpec* Options::Find(std::span<const OptionSpec> specs, std::string_view name) {
  for (const OptionSpec& spec : specs) {
    const std::string_view wanted = spec.name;
    const bool same =
        IsPrefix(spec) ? name.size() > wanted.size() && name.starts_with(wanted) : name == wanted;
    if (same) return &spec;
  }
  return nullptr;
}

Status Options::Check(const OptionSpec& spec, std::string_view value) {
  switch (spec.kind) {
    case OptionSpec::Kind::kText:
      break;
    case OptionSpec::Kind::kFlag:
      if (!SameText(value, "true") && !SameText(value, "false")) {
        return Wrong(spec, value, "true or false");
      }
      break;
    case OptionSpec::Kind::kNumber:
      if (!IsNumber(value)) return Wrong(spec, value, "an integer of 0 or more");
      break;
    case OptionSpec::Kind::kDuration:
      if (!ParseDuration(value)) return Wrong(spec, value, "a time such as '5 sec'");
      break;
    case OptionSpec::Kind::kSize:
      if (!ParseSize(value)) return Wrong(spec, value, "a size such as '64MB'");
      break;
    case OptionSpec::Kind::kChoice:
      if (!IsChoice(spec.choices, value)) return Wrong(spec, value, spec.choices);
      break;
  }
  return Status::Ok();
}

Status Options::Complete(std::span<const OptionSpec> specs) {
  for (const OptionSpec& spec : specs) {
    if (Has(spec.name)) continue;
    if (spec.fallback != nullptr) Set(spec.name, spec.fallback);
    if (spec.required) return Status::Invalid("option '" + std::string(spec.name) + "' is missing");
  }
  return Status::Ok();
}

const std::string& Options::Text(std::string_view name) const {
  const auto at = values_.find(name);
  CHECK(at != values_.end());
  return at->second;
}

uint64_t Options::Size(std::string_view name) const { return ParseSize(Text(name)).value_or(0); }

bool Options::Flag(std::string_view name) const { return SameText(Text(name), "true"); }

uint64_t Options::Number(std::string_view name) const {
  const std::string& text = Text(name);
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

TimeMs Options::Duration(std::string_view name) const {
  return ParseDuration(Text(name)).value_or(0);
}

}  // namespace weir
