#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

// A running `weir run` with pipes as standard streams. Any failure ends the benchmark.
class EngineProcess {
 public:
  EngineProcess(const std::string& program, const std::string& app_text,
                const std::vector<std::string>& arguments);
  ~EngineProcess();  // stops it, and waits
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;

  // The next port that it says to listen on.
  int NextPort();
  int input() const { return input_; }
  int output() const { return output_; }
  void CloseInput();

  // What it has used so far, in seconds, and how often its threads have gone to sleep.
  double CpuSeconds() const;
  uint64_t Switches() const;

 private:
  std::string app_path_;
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  int errors_ = -1;
  std::string heard_;  // on the standard error output
};

// A connection to a port of this machine.
int Connect(int port);
void WriteAll(int fd, const char* bytes, size_t size);
int64_t NowNs();
[[noreturn]] void Fail(const std::string& what);
