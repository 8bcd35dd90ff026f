#include "configuration.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <toml.hpp>

#include "text_file.h"
#include "weir/help.h"

namespace {

constexpr const char* kMachineFile = "/etc/weir/config";

// The folder of the user's configuration; empty if the environment does not tell one. A relative
// path would depend on the current folder.
std::string UserFolder() {
  const char* folder = std::getenv("XDG_CONFIG_HOME");
  if (folder != nullptr && *folder == '/') return folder;
  const char* home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? std::string(home) + "/.config" : "";
}

std::vector<std::string> AllKeys() {
  std::vector<std::string> keys;
  for (const CommandSpec& command : Commands()) {
    for (const OptionSpec& option : command.options) {
      if (!option.section.empty()) keys.push_back(option.key());
    }
  }
  return keys;
}

const OptionSpec* FindKey(const CommandSpec& command, std::string_view key) {
  for (const OptionSpec& option : command.options) {
    if (!option.section.empty() && option.key() == key) return &option;
  }
  return nullptr;
}

// The value as it would be typed; none for a table, a date or a fraction.
std::optional<std::string> TypedText(const toml::value& value) {
  if (value.is_string()) return value.as_string().str;
  if (value.is_integer()) return std::to_string(value.as_integer());
  if (value.is_boolean()) return value.as_boolean() ? "true" : "false";
  return std::nullopt;
}

class FileReader {
 public:
  FileReader(std::string path, const CommandSpec& command, Settings* settings)
      : path_(std::move(path)), command_(command), settings_(settings), keys_(AllKeys()) {}

  // Reports the first fault of the file.
  weir::Outcome Read(const std::string& text) {
    std::istringstream stream(text);
    try {
      TakeTable(toml::parse(stream, path_).as_table(), "");
    } catch (const toml::exception& error) {
      Refuse(error.location().line(), FirstLine(error.what()));
    } catch (const std::exception&) {  // the parser fails while it draws the place of a fault
      Refuse(1, "the file is no TOML");
    }
    return fault_;
  }

 private:
  void Refuse(uint64_t line, const std::string& reason) {
    if (!fault_.ok() && fault_line_ <= line) return;  // tables come in no order
    fault_line_ = line;
    fault_ = {weir::OutcomeCode::kUsage, path_ + ":" + std::to_string(line) + ": " + reason};
  }

  // `[error] toml::parse_table: invalid format` and a picture of the place.
  static std::string FirstLine(std::string text) {
    text.resize(std::min(text.find('\n'), text.size()));
    const size_t tag = text.rfind("toml::");
    if (tag == std::string::npos) return text;
    const size_t colon = text.find(": ", tag);
    return colon == std::string::npos ? text : text.substr(colon + 2);
  }

  void TakeTable(const toml::table& table, const std::string& prefix) {
    for (const auto& [name, value] : table) {
      const std::string key = prefix + name;
      if (value.is_table()) {
        TakeTable(value.as_table(), key + ".");
      } else {
        TakeValue(key, value);
      }
    }
  }

  void TakeValue(const std::string& key, const toml::value& value) {
    const uint64_t line = value.location().line();
    if (std::find(keys_.begin(), keys_.end(), key) == keys_.end()) {
      const std::string near = weir::NearestText(key, keys_);
      return Refuse(line, "unknown setting '" + key + "'" +
                              (near.empty() ? "" : "; did you mean '" + near + "'?"));
    }
    const OptionSpec* option = FindKey(command_, key);
    if (option == nullptr) return;  // of another command
    Setting setting{.values = {},
                    .origin = Origin::kFile,
                    .place = path_ + ":" + std::to_string(line) + ": " + key};
    const bool is_list = value.is_array() && option->is_list;
    const std::vector<toml::value> one = {value};
    for (const toml::value& element : is_list ? value.as_array() : one) {
      const std::optional<std::string> text = TypedText(element);
      if (!text) return Refuse(line, key + ": a value of a kind that it cannot have");
      setting.values.push_back(*text);
    }
    const weir::Outcome set = settings_->Set(*option, std::move(setting));
    if (!set.ok()) Refuse(line, set.message().substr(set.message().find(key)));
  }

  std::string path_;
  const CommandSpec& command_;
  Settings* settings_;
  std::vector<std::string> keys_;
  weir::Outcome fault_;
  uint64_t fault_line_ = 0;
};

weir::Outcome TakeEnvironment(const CommandSpec& command, Settings* settings) {
  for (const OptionSpec& option : command.options) {
    if (option.section.empty()) continue;
    const std::string variable = option.variable();
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr || *value == '\0') continue;
    const weir::Outcome set = settings->Set(
        option, {.values = {value}, .origin = Origin::kEnvironment, .place = variable});
    if (!set.ok()) return set;
  }
  return {};
}

}  // namespace

std::string ConfigurationPath(const Settings& settings) {
  const std::string named = settings.Text("config");
  if (!named.empty()) return named;
  const std::string folder = UserFolder();
  const std::string own = folder + "/weir/config";
  if (!folder.empty() && access(own.c_str(), F_OK) == 0) return own;
  return access(kMachineFile, F_OK) == 0 ? kMachineFile : "";
}

weir::Outcome TakeConfiguration(const std::string& path, const std::string& text,
                                const CommandSpec& command, Settings* settings) {
  return FileReader(path, command, settings).Read(text);
}

weir::Outcome Configure(const CommandSpec& command, Settings* settings) {
  if (command.Find("config") == nullptr) return {};  // it has nothing to set
  const std::string path = ConfigurationPath(*settings);
  if (!path.empty()) {
    std::string text;
    const weir::Outcome read = ReadTextFile(path, &text);
    if (!read.ok()) return {weir::OutcomeCode::kUsage, read.message()};
    const weir::Outcome taken = TakeConfiguration(path, text, command, settings);
    if (!taken.ok()) return taken;
  }
  return TakeEnvironment(command, settings);
}
