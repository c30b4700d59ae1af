// bench_load: requests to one server on this machine; the report is one JSON object on stdout.
//
// Use:    bench_load --port 8080 --host example.localhost --path /small --seconds 3 --hit X-Cache=hit
//         bench_load ... --path '/o/#-10240' --rate 20000       a miss each, 20,000 a second whatever comes back
//         bench_load ... --trace FILE                           lines `time,id,size` as bench/traces/generate.py writes
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "load/load.h"

namespace {

using namespace gust;
using namespace gust::bench;

struct Wanted {
  LoadPlan plan;
  double seconds = 0;
  double timeout_seconds = 10;
  std::string host;
  std::vector<std::string> fields;
  std::string path;
  std::string trace;
  std::string hit;
  std::uint64_t first = 1;
  std::uint64_t cycle = 0;
};

void describe(CLI::App& app, Wanted& wanted) {
  app.add_option("--address", wanted.plan.address, "IPv4 address of the server")->capture_default_str();
  app.add_option("--port", wanted.plan.port)->required();
  app.add_option("--host", wanted.host, "Host of every request; without it address and port");
  app.add_option("--field", wanted.fields, "one more field of every request, such as `If-None-Match: \"1\"`")
      ->take_all();
  app.add_option("--connections", wanted.plan.connections)->check(CLI::Range(1, 20000))->capture_default_str();
  app.add_option("--rate", wanted.plan.requests_per_second, "requests a second (open loop); 0: closed loop")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--seconds", wanted.seconds, "how long requests are begun")->check(CLI::PositiveNumber);
  app.add_option("--requests", wanted.plan.requests_max, "how many requests are begun at most");
  app.add_option("--timeout", wanted.timeout_seconds, "seconds that an answer may take")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--errors-max", wanted.plan.errors_max, "errors after which the run ends")->capture_default_str();
  auto* path = app.add_option("--path", wanted.path, "path of the requests; each # in it is a number that counts up");
  app.add_option("--first", wanted.first, "the first of those numbers")->capture_default_str();
  app.add_option("--cycle", wanted.cycle, "how many different numbers; 0: no end")->capture_default_str();
  app.add_option("--trace", wanted.trace, "file of lines `time,id,size`, asked for in order as /o/ID-SIZE")
      ->excludes(path);
  app.add_option("--hit", wanted.hit, "what a hit has: a field's NAME, or NAME=text|text in it, in either case");
}

std::string json_of(const LoadReport& report) {
  const double seconds = std::chrono::duration<double>(report.elapsed).count();
  const auto requests = report.latency.count();
  std::string statuses;
  for (const auto& [status, count] : report.answers) {
    fmt::format_to(std::back_inserter(statuses), "{}\"{}\": {}", statuses.empty() ? "" : ", ", status, count);
  }
  const auto microseconds = [&](double share) { return static_cast<double>(report.latency.percentile(share)) / 1e3; };
  return fmt::format(
      "{{\"requests\": {}, \"seconds\": {:.6f}, \"requests_per_second\": {:.1f}, \"content_bytes\": {}, "
      "\"hits\": {}, \"hit_bytes\": {}, \"errors\": {}, \"unsent\": {}, \"connected\": {}, \"statuses\": {{{}}}, "
      "\"latency_us\": {{\"mean\": {:.1f}, \"p50\": {:.1f}, \"p90\": {:.1f}, \"p99\": {:.1f}, \"p999\": {:.1f}, "
      "\"max\": {:.1f}}}}}\n",
      requests, seconds, seconds > 0 ? static_cast<double>(requests) / seconds : 0, report.content_bytes, report.hits,
      report.hit_bytes, report.errors, report.unsent, report.connected, statuses, report.latency.mean() / 1e3,
      microseconds(0.5), microseconds(0.9), microseconds(0.99), microseconds(0.999),
      static_cast<double>(report.latency.max()) / 1e3);
}

int complain(std::string_view text) {
  fmt::print(stderr, "bench_load: {}\n", text);
  return 1;
}

}  // namespace

int main(int count, char** words) {
  CLI::App app("Loads one HTTP/1.1 server and reports, as JSON, how it answered.", "bench_load");
  Wanted wanted;
  describe(app, wanted);
  CLI11_PARSE(app, count, words);

  auto& plan = wanted.plan;
  if (wanted.seconds > 0) plan.duration = std::chrono::nanoseconds(static_cast<std::int64_t>(wanted.seconds * 1e9));
  plan.timeout = std::chrono::nanoseconds(static_cast<std::int64_t>(wanted.timeout_seconds * 1e9));
  if (wanted.host.empty()) wanted.host = fmt::format("{}:{}", plan.address, plan.port);
  plan.fields = fmt::format("Host: {}\r\n", wanted.host);
  for (const auto& field : wanted.fields) plan.fields += field + "\r\n";

  Targets targets(wanted.path.empty() ? "/" : wanted.path, wanted.first, wanted.cycle);
  if (!wanted.trace.empty()) {
    std::ifstream file(wanted.trace, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file) return complain("cannot read " + wanted.trace);
    auto trace = read_trace(text, static_cast<std::size_t>(plan.requests_max));
    if (!trace) return complain(trace.error().text);
    targets = Targets(std::move(*trace));
  }
  const auto report = run_load(plan, HitRule(wanted.hit), targets);
  if (!report) return complain(report.error().text);
  const auto json = json_of(*report);
  std::fwrite(json.data(), 1, json.size(), stdout);
  return 0;
}
