#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "types/type.h"

namespace weir {

// One option of a source, sink or codec, as its spec lists it.
struct OptionSpec {
  enum class Kind {
    kText,
    kFlag,      // true or false
    kNumber,    // an integer, 0 or more
    kDuration,  // `5 sec`
    kSize,      // `64MB`
    kChoice,    // one of `choices`
  };
  const char* name;  // ends with `.`: any name that begins so (`regex.A`)
  const char* summary;
  const char* fallback = nullptr;  // the value if none is written; null: see `required`
  Kind kind = Kind::kText;
  bool required = false;
  const char* choices = "";  // words with `|` between them
};

// What was written for the options of one source, sink or codec, checked, with fallbacks filled in.
class Options {
 public:
  // The spec of that name, or null.
  static const OptionSpec* Find(std::span<const OptionSpec> specs, std::string_view name);
  // Whether the value fits the option; the message says what fits.
  static Status Check(const OptionSpec& spec, std::string_view value);

  // The value must have passed Check.
  void Set(std::string_view name, std::string value) { values_[std::string(name)] = value; }
  // Fills in what was not written. Fails if a required option is not there.
  Status Complete(std::span<const OptionSpec> specs);

  bool Has(std::string_view name) const { return values_.find(name) != values_.end(); }
  // Each must name an option that is there.
  const std::string& Text(std::string_view name) const;
  bool Flag(std::string_view name) const;
  uint64_t Number(std::string_view name) const;
  TimeMs Duration(std::string_view name) const;
  uint64_t Size(std::string_view name) const;  // bytes
  // Empty if it is not there.
  std::string TextOr(std::string_view name) const { return Has(name) ? Text(name) : ""; }

  const std::map<std::string, std::string, std::less<>>& values() const { return values_; }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace weir
