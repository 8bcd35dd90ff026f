#include "engine_process.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "weir_latency: %s\n", what.c_str());
  std::exit(1);
}

int64_t NowNs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) {
    Fail(std::string("cannot connect: ") + std::strerror(errno));
  }
  const int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  return fd;
}

void WriteAll(int fd, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t written = write(fd, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) Fail(std::string("cannot write: ") + std::strerror(errno));
    bytes += written;
    size -= static_cast<size_t>(written);
  }
}

EngineProcess::EngineProcess(const std::string& program, const std::string& app_text,
                             const std::vector<std::string>& arguments) {
  char name[] = "/tmp/weir_latency_XXXXXX";
  const int app = mkstemp(name);
  if (app < 0) Fail("cannot make a file");
  WriteAll(app, app_text.data(), app_text.size());
  close(app);
  app_path_ = name;
  std::vector<std::string> words = {program, "run", app_path_};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int in[2], out[2], errors[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(errors, O_CLOEXEC) != 0) {
    Fail("cannot make pipes");
  }
  pid_ = fork();
  if (pid_ == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(errors[1], 2);
    execv(program.c_str(), argv.data());
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  close(errors[1]);
  input_ = in[1];
  output_ = out[0];
  errors_ = errors[0];
}

EngineProcess::~EngineProcess() {
  kill(pid_, SIGTERM);
  CloseInput();
  close(output_);
  close(errors_);
  waitpid(pid_, nullptr, 0);
  unlink(app_path_.c_str());
}

void EngineProcess::CloseInput() {
  if (input_ >= 0) close(input_);
  input_ = -1;
}

int EngineProcess::NextPort() {
  for (;;) {
    const size_t end = heard_.find('\n');
    if (end == std::string::npos) {
      char bytes[1024];
      const ssize_t size = read(errors_, bytes, sizeof(bytes));
      if (size <= 0) Fail("the engine ended: " + heard_);
      heard_.append(bytes, static_cast<size_t>(size));
      continue;
    }
    const std::string line = heard_.substr(0, end);
    heard_.erase(0, end + 1);
    const size_t colon = line.rfind(':');
    if (line.find("listens on") == std::string::npos) {
      std::fprintf(stderr, "%s\n", line.c_str());
    } else if (colon != std::string::npos) {
      return std::atoi(line.c_str() + colon + 1);
    }
  }
}

double EngineProcess::CpuSeconds() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const char* at = text.c_str() + text.rfind(')') + 2;
  // Fields 3 to 13 stand before the times in user and kernel mode.
  unsigned long user = 0, kernel = 0;
  std::sscanf(at, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel);
  return static_cast<double>(user + kernel) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

uint64_t EngineProcess::Switches() const {
  const std::string tasks = "/proc/" + std::to_string(pid_) + "/task";
  uint64_t sum = 0;
  DIR* directory = opendir(tasks.c_str());
  if (directory == nullptr) return 0;
  while (const dirent* entry = readdir(directory)) {
    std::ifstream file(tasks + "/" + entry->d_name + "/status");
    std::string word;
    while (file >> word) {
      uint64_t count = 0;
      if (word == "voluntary_ctxt_switches:" && file >> count) sum += count;
    }
  }
  closedir(directory);
  return sum;
}
