// Any bytes as a configuration file: no crash, and what is refused is refused with its place. What
// is taken fits its option.

#include <cstdint>
#include <string>

#include "base/check.h"
#include "weir/configuration.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const CommandSpec& command : Commands()) {
    if (command.Find("config") == nullptr) continue;
    Settings settings(command);
    const weir::Outcome taken = TakeConfiguration("some/file", text, command, &settings);
    if (!taken.ok()) {
      CHECK(taken.code() == weir::OutcomeCode::kUsage);
      CHECK(taken.message().starts_with("some/file:"));
    }
    for (const OptionSpec& option : command.options) {
      const Setting& setting = settings.At(option.name);
      CHECK(setting.origin == Origin::kDefault || setting.origin == Origin::kFile);
      Settings other(command);
      CHECK(other.Set(option, setting).ok());
    }
  }
  return 0;
}
