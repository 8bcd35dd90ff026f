#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/state_reader.h"
#include "base/state_writer.h"

namespace weir {

// A state in memory: records by key. One thread at a time.
class StateMap final : public StateSink {
 public:
  void Put(std::string_view key, std::string_view value) override {
    CHECK(records_.emplace(key, value).second);  // two parts with one address
  }
  const std::map<std::string, std::string, std::less<>>& records() const { return records_; }

  class Source final : public StateSource {
   public:
    explicit Source(const StateMap& state) : records_(state.records_), at_(records_.begin()) {}
    void Seek(std::string_view key) override { at_ = records_.lower_bound(key); }
    void Next() override { ++at_; }
    bool valid() const override { return at_ != records_.end(); }
    std::string_view key() const override { return at_->first; }
    std::string_view value() const override { return at_->second; }
    Status status() const override { return Status::Ok(); }

   private:
    const std::map<std::string, std::string, std::less<>>& records_;
    std::map<std::string, std::string, std::less<>>::const_iterator at_;
  };

 private:
  std::map<std::string, std::string, std::less<>> records_;
};

}  // namespace weir
