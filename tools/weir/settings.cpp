#include "settings.h"

#include <algorithm>
#include <charconv>

namespace {

bool ParseNumber(std::string_view text, uint64_t* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

// Why a value cannot be that of the option; empty if it can.
std::string Misfit(const OptionSpec& option, std::string_view value) {
  const std::string but = ", not '" + std::string(value) + "'";
  if (option.is_flag()) {
    return value == "true" || value == "false" ? "" : "expected true or false" + but;
  }
  if (!option.choices.empty()) {
    const std::vector<std::string_view> choices = SplitChoices(option.choices);
    const bool fits = std::find(choices.begin(), choices.end(), value) != choices.end();
    return fits ? "" : "expected " + JoinChoices(option.choices) + but;
  }
  if (option.most != 0) {
    uint64_t number = 0;
    const bool fits =
        ParseNumber(value, &number) && number >= option.least && number <= option.most;
    return fits ? ""
                : "expected a number from " + std::to_string(option.least) + " to " +
                      std::to_string(option.most) + but;
  }
  return value.empty() ? "the value is empty" : "";
}

}  // namespace

Settings::Settings(const CommandSpec& command) {
  for (const OptionSpec& option : command.options) {
    Setting& setting = settings_[std::string(option.name)];
    if (!option.initial.empty()) setting.values.emplace_back(option.initial);
  }
}

weir::Outcome Settings::Set(const OptionSpec& option, Setting setting) {
  Setting& old = settings_[std::string(option.name)];
  if (old.origin > setting.origin) return {};
  for (const std::string& value : setting.values) {
    const std::string misfit = Misfit(option, value);
    if (misfit.empty()) continue;
    return {weir::OutcomeCode::kUsage, setting.place + ": " + misfit};
  }
  old = std::move(setting);
  return {};
}

const Setting& Settings::At(std::string_view option) const {
  return settings_.find(option)->second;
}

const std::vector<std::string>& Settings::Texts(std::string_view option) const {
  return At(option).values;
}

std::string Settings::Text(std::string_view option) const {
  const std::vector<std::string>& values = Texts(option);
  return values.empty() ? "" : values[0];
}

bool Settings::Flag(std::string_view option) const { return Text(option) == "true"; }

uint64_t Settings::Number(std::string_view option) const {
  uint64_t number = 0;
  ParseNumber(Text(option), &number);
  return number;
}
