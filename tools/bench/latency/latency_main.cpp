// weir_latency: how long events take through sockets, and how many fit through one.
//
//   weir_latency WEIR [--rate N] [--seconds N] [--events N] [--rounds N] [--only-latency 1]
//
// Runs the program WEIR and is its peer on the same machine, so that both share the processors.
// The latency of an event is counted from the time at which it was due to be sent: an engine (or a
// sender) that falls behind cannot hide it.

#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine_process.h"

namespace {

struct Settings {
  std::string weir;
  int64_t rate = 100'000;  // events per second
  int64_t seconds = 10;
  int64_t events = 3'000'000;  // of the rate cases
  int64_t rounds = 3;
  int64_t only_latency = 0;
};

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kWarmUpSeconds = 2;
constexpr int64_t kTickNs = 20'000;  // the sender looks at the clock so often
constexpr char kMap[] = "@map(type='ndjson')";

void AppendEvent(int64_t number, std::string* to) {
  char line[96];
  const int size =
      std::snprintf(line, sizeof(line), "{\"n\":%lld,\"symbol\":\"S%03d\",\"price\":%d.25}\n",
                    static_cast<long long>(number), static_cast<int>(number % 1000),
                    static_cast<int>(number * 7919 % 100));
  to->append(line, static_cast<size_t>(size));
}

std::string App(const std::string& source, const std::string& sink, const std::string& filter) {
  return source + "define stream In (n long, symbol string, price double);\n" + sink +
         "define stream Out (n long, symbol string, price double);\nfrom In[" + filter +
         "] select n, symbol, price insert into Out;\n";
}

std::string TcpSource() { return std::string("@source(type='tcp', port='0', ") + kMap + ")\n"; }

void SleepUntil(int64_t ns) {
  const timespec until = {static_cast<time_t>(ns / kSecondNs), static_cast<long>(ns % kSecondNs)};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

// Sends event i at start + i / rate, as near as sleeping allows.
void SendPaced(int fd, int64_t start, int64_t rate, int64_t events) {
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  std::string lines;
  for (int64_t sent = 0; sent < events;) {
    const int64_t due = std::min(events, (NowNs() - start) * (rate / 1000) / 1'000'000 + 1);
    lines.clear();
    for (; sent < due; ++sent) AppendEvent(sent, &lines);
    WriteAll(fd, lines.data(), lines.size());
    SleepUntil(std::max(start + sent * kSecondNs / rate, NowNs() + kTickNs));
  }
}

// Takes what has come, without waiting.
class RowReader {
 public:
  explicit RowReader(int fd) : fd_(fd), buffer_(1 << 16) {}

  // The number of the last row so far.
  template <class Take>
  int64_t Poll(Take&& take) {
    const ssize_t size = recv(fd_, buffer_.data() + held_, buffer_.size() - held_, MSG_DONTWAIT);
    if (size == 0) Fail("the engine closed its output");
    if (size > 0) TakeRows(static_cast<size_t>(size), take);
    return last_;
  }

  template <class Take>
  void TakeRows(size_t size, Take&& take) {
    constexpr std::string_view kKey = "\"n\":";
    const int64_t now = NowNs();
    std::string_view left(buffer_.data(), held_ + size);
    for (size_t end; (end = left.find('\n')) != std::string_view::npos;) {
      const char* digits = left.data() + left.find(kKey) + kKey.size();
      std::from_chars(digits, left.data() + end, last_);
      take(last_, now);
      left.remove_prefix(end + 1);
    }
    held_ = left.size();
    std::memmove(buffer_.data(), left.data(), held_);
  }

  // Waits for some bytes.
  template <class Take>
  int64_t Read(Take&& take) {
    const ssize_t size = read(fd_, buffer_.data() + held_, buffer_.size() - held_);
    if (size <= 0) Fail("the engine closed its output");
    TakeRows(static_cast<size_t>(size), take);
    return last_;
  }

 private:
  int fd_;
  std::vector<char> buffer_;
  size_t held_ = 0;
  int64_t last_ = -1;
};

// Calls take(n, time) for each row that comes, with the time at which its bytes were read.
template <class Take>
void ReceiveRows(int fd, int64_t last, Take&& take) {
  RowReader rows(fd);
  while (rows.Read(take) != last) continue;
}

// The same in one thread, which sends each event when it is due and never sleeps.
template <class Take>
void SendAndReceive(int in, int out, int64_t start, int64_t rate, int64_t events, Take&& take) {
  RowReader rows(out);
  std::string lines;
  int64_t made = 0;
  while (rows.Poll(take) != events - 1) {
    const int64_t due = std::min(events, (NowNs() - start) * (rate / 1000) / 1'000'000 + 1);
    for (; made < due; ++made) AppendEvent(made, &lines);
    if (lines.empty()) continue;
    const ssize_t sent = send(in, lines.data(), lines.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) Fail("cannot write");
    if (sent > 0) lines.erase(0, static_cast<size_t>(sent));
  }
}

double Percentile(const std::vector<int64_t>& sorted, double part) {
  const auto at = static_cast<size_t>(part * static_cast<double>(sorted.size() - 1));
  return static_cast<double>(sorted[at]) / 1000;
}

struct Latency {
  double p50, p99, p999, max;  // microseconds
  double engine_cpu;           // processors used
};

Latency MeasureLatency(const Settings& settings, bool polls) {
  EngineProcess engine(
      settings.weir,
      App(TcpSource(), std::string("@sink(type='tcp', mode='server', port='0', ") + kMap + ")\n",
          "price < 100.0"),
      {"--output", "none"});
  const int out = Connect(engine.NextPort());
  const int in = Connect(engine.NextPort());
  const int64_t events = settings.rate * (kWarmUpSeconds + settings.seconds);
  std::vector<int64_t> latencies;
  latencies.reserve(static_cast<size_t>(events));
  // The reader is known to the engine once a row has come.
  const int64_t start = NowNs() + kSecondNs;
  double cpu_before = 0;
  int64_t counted_from = 0;
  const auto take = [&](int64_t n, int64_t now) {
    if (n < settings.rate * kWarmUpSeconds) return;
    if (latencies.empty()) {
      cpu_before = engine.CpuSeconds();
      counted_from = now;
    }
    latencies.push_back(now - (start + n * kSecondNs / settings.rate));
  };
  if (polls) {
    SleepUntil(start);
    SendAndReceive(in, out, start, settings.rate, events, take);
  } else {
    std::thread sender([&] {
      SleepUntil(start);
      SendPaced(in, start, settings.rate, events);
    });
    ReceiveRows(out, events - 1, take);
    sender.join();
  }
  const double cpu = engine.CpuSeconds() - cpu_before;
  const double seconds = static_cast<double>(NowNs() - counted_from) / kSecondNs;
  close(in);
  close(out);
  std::sort(latencies.begin(), latencies.end());
  return {Percentile(latencies, 0.5), Percentile(latencies, 0.99), Percentile(latencies, 0.999),
          Percentile(latencies, 1), cpu / seconds};
}

// Events per second from the first byte written to the last row read; one in ten passes.
double MeasureRate(const Settings& settings, bool tcp) {
  const std::string source =
      tcp ? TcpSource() : std::string("@source(type='stdin', ") + kMap + ")\n";
  EngineProcess engine(settings.weir, App(source, "", "price < 10.0 or n < 0"),
                       {"--output", "Out", "--bare"});
  std::string lines;
  for (int64_t n = 0; n < settings.events; ++n) AppendEvent(n, &lines);
  lines += "{\"n\":-2,\"symbol\":\"last\",\"price\":0.0}\n";
  const int in = tcp ? Connect(engine.NextPort()) : engine.input();
  const std::string first = "{\"n\":-3,\"symbol\":\"first\",\"price\":0.0}\n";
  WriteAll(in, first.data(), first.size());
  ReceiveRows(engine.output(), -3, [](int64_t, int64_t) {});
  const int64_t start = NowNs();
  std::thread sender([&] { WriteAll(in, lines.data(), lines.size()); });
  int64_t end = 0;
  ReceiveRows(engine.output(), -2, [&](int64_t, int64_t now) { end = now; });
  sender.join();
  if (tcp) close(in);
  return static_cast<double>(settings.events) * 1e9 / static_cast<double>(end - start);
}

double MedianRate(const Settings& settings, bool tcp) {
  std::vector<double> rates;
  for (int64_t i = 0; i < settings.rounds; ++i) rates.push_back(MeasureRate(settings, tcp));
  std::sort(rates.begin(), rates.end());
  return rates[rates.size() / 2];
}

void MeasureIdle(const Settings& settings) {
  constexpr int kConnections = 50;
  constexpr int64_t kIdleSeconds = 5;
  EngineProcess engine(settings.weir, App(TcpSource(), "", "price > 0.0"), {"--output", "none"});
  const int port = engine.NextPort();
  std::vector<int> connections;
  for (int i = 0; i < kConnections; ++i) connections.push_back(Connect(port));
  SleepUntil(NowNs() + kSecondNs / 2);
  const double cpu = engine.CpuSeconds();
  const uint64_t switches = engine.Switches();
  SleepUntil(NowNs() + kIdleSeconds * kSecondNs);
  std::printf("idle with %d connections        %.3f %% of a processor, woken %.1f times a second\n",
              kConnections, 100 * (engine.CpuSeconds() - cpu) / kIdleSeconds,
              static_cast<double>(engine.Switches() - switches) / kIdleSeconds);
  for (const int fd : connections) close(fd);
}

bool TakeArguments(int argc, char** argv, Settings* settings) {
  if (argc < 2) return false;
  settings->weir = argv[1];
  for (int i = 2; i < argc; i += 2) {
    const std::string_view name = argv[i];
    int64_t* to = name == "--rate"           ? &settings->rate
                  : name == "--seconds"      ? &settings->seconds
                  : name == "--events"       ? &settings->events
                  : name == "--rounds"       ? &settings->rounds
                  : name == "--only-latency" ? &settings->only_latency
                                             : nullptr;
    if (to == nullptr || i + 1 == argc || (*to = std::atoll(argv[i + 1])) <= 0) return false;
  }
  return settings->rate >= 1000;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (!TakeArguments(argc, argv, &settings)) {
    std::fprintf(stderr,
                 "usage: weir_latency WEIR [--rate N] [--seconds N] [--events N] [--rounds N] "
                 "[--only-latency 1]\n"
                 "       (a rate of at least 1000)\n");
    return 2;
  }
  std::printf(
      "TCP to TCP, %lld events/s for %lld s, latency in microseconds from when each was due\n",
      static_cast<long long>(settings.rate), static_cast<long long>(settings.seconds));
  for (int64_t i = 0; i < 2 * settings.rounds; ++i) {
    const bool polls = i % 2 != 0;
    const Latency latency = MeasureLatency(settings, polls);
    std::printf("%s  p50 %.0f  p99 %.0f  p99.9 %.0f  max %.0f  (engine: %.2f processors)\n",
                polls ? "client of one thread that polls " : "threads that sleep until it is due",
                latency.p50, latency.p99, latency.p999, latency.max, latency.engine_cpu);
    std::fflush(stdout);
  }
  if (settings.only_latency) return 0;
  const double pipe = MedianRate(settings, /*tcp=*/false);
  const double tcp = MedianRate(settings, /*tcp=*/true);
  std::printf("standard input (a pipe)         %.2f M events/s\n", pipe / 1e6);
  std::printf("one TCP connection              %.2f M events/s, %.0f %% of that\n", tcp / 1e6,
              100 * tcp / pipe);
  MeasureIdle(settings);
  return 0;
}
