#include <algorithm>
#include <iostream>

#include "command_line.h"
#include "commands.h"
#include "configuration.h"
#include "settings.h"

namespace {

// `scheme://user:password@host` without the password.
std::string WithoutPassword(std::string text) {
  const size_t scheme = text.find("://");
  if (scheme == std::string::npos) return text;
  const size_t begin = scheme + 3;
  const size_t at = text.substr(0, text.find('/', begin)).rfind('@');
  const size_t colon = text.find(':', begin);
  if (at == std::string::npos || colon == std::string::npos || colon > at) return text;
  return text.replace(colon + 1, at - colon - 1, "REDACTED");
}

std::string Quoted(const std::string& text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      result += std::string("\\u00") + kHex[byte >> 4] + kHex[byte & 15];
    } else {
      result += c;
    }
  }
  return result + "\"";
}

// As in a configuration file.
std::string Shown(const OptionSpec& option, const std::string& value) {
  return option.is_flag() || option.most != 0 ? value : Quoted(WithoutPassword(value));
}

std::string Shown(const OptionSpec& option, const Setting& setting) {
  if (!option.is_list) {
    if (!setting.values.empty()) return Shown(option, setting.values[0]);
    return option.is_flag() ? "false" : "";
  }
  std::string result;
  for (const std::string& value : setting.values) {
    result += (result.empty() ? "" : ", ") + Shown(option, value);
  }
  return "[" + result + "]";
}

void Print(const OptionSpec& option, const Setting& setting, bool with_origin) {
  const std::string value = Shown(option, setting);
  std::cout << (value.empty() ? "# " + option.key() + " is not set" : option.key() + " = " + value);
  if (with_origin) {
    // A file's place ends with the key, which is in front already.
    const std::string place = setting.place.substr(0, setting.place.find(": "));
    std::cout << "  # " << (setting.origin == Origin::kDefault ? "default" : place);
  }
  std::cout << "\n";
}

}  // namespace

int ConfigCommand(const Settings& settings) {
  std::vector<std::string> shown;
  for (const CommandSpec& command : Commands()) {
    if (command.Find("config") == nullptr) continue;
    Settings own(command);
    if (const Setting& file = settings.At("config"); !file.values.empty()) {
      const weir::Outcome named = own.Set(*command.Find("config"), file);
      if (!named.ok()) return UsageError(named.message());
    }
    const weir::Outcome configured = Configure(command, &own);
    if (!configured.ok()) return UsageError(configured.message());
    for (const OptionSpec& option : command.options) {
      const std::string key = option.key();
      if (key.empty() || std::find(shown.begin(), shown.end(), key) != shown.end()) continue;
      shown.push_back(key);
      Print(option, own.At(option.name), settings.Flag("origin"));
    }
  }
  return 0;
}
