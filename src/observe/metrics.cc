#include "observe/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/check.h"
#include "base/text.h"

namespace gust::observe {
namespace {

bool is_metric_name(ByteView name) {
  if (name.empty() || is_digit(name.front())) return false;
  return std::ranges::all_of(name, [](char c) { return is_alpha(c) || is_digit(c) || c == '_'; });
}

// Escapes as the exposition format asks: `\`, line feed and, in label values, the quote. It must be UTF-8 throughout.
void append_escaped(ByteView text, bool quote, std::string& out) {
  const bool utf8 = is_utf8(text);
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quote) {
      out += "\\\"";
    } else {
      out += utf8 || static_cast<unsigned char>(c) < 128 ? c : '?';
    }
  }
}

std::string label_text_of(const Labels& common, const Labels& own) {
  Labels all = common;
  all.insert(all.end(), own.begin(), own.end());
  std::ranges::sort(all);
  std::string text;
  for (const auto& [name, value] : all) {
    CHECK(is_metric_name(name));
    if (!text.empty()) text += ',';
    text += name;
    text += "=\"";
    append_escaped(value, true, text);
    text += '"';
  }
  return text;
}

template <typename Cell>
auto sum_of(const std::vector<const Cell*>& cells) {
  decltype(cells.front()->value()) sum = 0;
  for (const Cell* cell : cells) sum += cell->value();
  return sum;
}

struct SeriesText {
  std::string& out;
  ByteView name;
  ByteView labels;

  template <typename Value>
  void line(ByteView suffix, ByteView more_labels, Value value) const {
    out.append(name).append(suffix);
    if (!labels.empty() || !more_labels.empty()) {
      const ByteView between = labels.empty() || more_labels.empty() ? "" : ",";
      out.append("{").append(labels).append(between).append(more_labels).append("}");
    }
    fmt::format_to(std::back_inserter(out), " {}\n", value);
  }
  void operator()(const std::vector<const Counter*>& cells) const { line("", "", sum_of(cells)); }
  void operator()(const std::vector<const Gauge*>& cells) const { line("", "", sum_of(cells)); }
  void operator()(const std::vector<const Histogram*>& cells) const {
    const std::span<const double> bounds = cells.front()->bounds();
    std::uint64_t below = 0;
    for (std::size_t bucket = 0; bucket <= bounds.size(); ++bucket) {
      for (const Histogram* cell : cells) below += cell->count_in(bucket);
      const std::string bound = bucket < bounds.size() ? fmt::format("{}", bounds[bucket]) : "+Inf";
      line("_bucket", fmt::format("le=\"{}\"", bound), below);
    }
    double sum = 0;
    for (const Histogram* cell : cells) sum += cell->sum();
    line("_sum", "", sum);
    line("_count", "", below);
  }
};

constexpr std::array<ByteView, 3> kind_names{"counter", "gauge", "histogram"};

void append_family_head(ByteView name, ByteView help, std::size_t kind, std::string& out) {
  out.append("# HELP ").append(name).append(" ");
  append_escaped(help, false, out);
  out.append("\n# TYPE ").append(name).append(" ").append(kind_names[kind]).append("\n");
}

}  // namespace

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds.begin(), bounds.end()), counts_(std::make_unique<Counter[]>(bounds.size() + 1)) {
  CHECK(std::ranges::is_sorted(bounds_));
}

void Histogram::observe(double value) {
  const auto bucket = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
  counts_[static_cast<std::size_t>(bucket)].add();
  sum_.store(sum() + value, std::memory_order_relaxed);
}

std::span<const double> time_bounds() {
  static constexpr std::array<double, 15> bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                 0.25,   0.5,   1,      2.5,   5,    10,    30};
  return bounds;
}

template <typename Cell, typename... Arguments>
Cell& MetricsWriter::cell(Cells<Cell>& cells, ByteView name, ByteView help, const Labels& labels,
                          const Arguments&... arguments) {
  CHECK(is_metric_name(name));
  const std::string label_text = label_text_of(common_, labels);
  const auto [found, is_new] = cells.by_series.try_emplace(fmt::format("{}{{{}", name, label_text), nullptr);
  if (is_new) {
    found->second = &cells.memory.emplace_back(arguments...);
    registry_.show(name, help, label_text, *found->second);
  }
  return *found->second;
}

Counter& MetricsWriter::counter(ByteView name, ByteView help, const Labels& labels) {
  return cell(counters_, name, help, labels);
}
Gauge& MetricsWriter::gauge(ByteView name, ByteView help, const Labels& labels) {
  return cell(gauges_, name, help, labels);
}
Histogram& MetricsWriter::histogram(ByteView name, ByteView help, std::span<const double> bounds,
                                    const Labels& labels) {
  return cell(histograms_, name, help, labels, bounds);
}

MetricsWriter& Registry::make_writer(Labels common) {
  const std::lock_guard lock(mutex_);
  writers_.push_back(std::unique_ptr<MetricsWriter>(new MetricsWriter(*this, std::move(common))));
  return *writers_.back();
}

template <typename Cell>
void Registry::show(ByteView name, ByteView help, const std::string& labels, const Cell& cell) {
  const std::lock_guard lock(mutex_);
  if (cells_ >= cells_max_) {
    ++cells_refused_;
    return;
  }
  ++cells_;
  const Series empty = std::vector<const Cell*>();
  Family& family =
      families_.try_emplace(std::string(name), Family{.help = std::string(help), .kind = empty.index(), .series = {}})
          .first->second;
  CHECK(family.kind == empty.index());
  std::get<std::vector<const Cell*>>(family.series.try_emplace(labels, empty).first->second).push_back(&cell);
}

BeforeReading::BeforeReading(MetricsWriter& writer, std::function<void()> show)
    : registry_(writer.registry_), show_(std::move(show)) {
  const std::lock_guard lock(registry_.mutex_);
  registry_.before_reading_.insert(this);
}

BeforeReading::~BeforeReading() {
  const std::lock_guard lock(registry_.mutex_);
  registry_.before_reading_.erase(this);
}

void Registry::refresh() const {
  for (const BeforeReading* each : before_reading_) each->show_();
}

std::string Registry::exposition() const {
  std::string out;
  const std::lock_guard lock(mutex_);
  refresh();
  for (const auto& [name, family] : families_) {
    append_family_head(name, family.help, family.kind, out);
    for (const auto& [labels, series] : family.series) std::visit(SeriesText{out, name, labels}, series);
  }
  constexpr ByteView refused = "gustfront_metrics_cells_refused_total";
  append_family_head(refused, "Counters, gauges and histograms that are not shown: too many.", 0, out);
  SeriesText{out, refused, ""}.line("", "", cells_refused_);
  return out;
}

std::int64_t Registry::value_of(ByteView name, const Labels& labels) const {
  const std::lock_guard lock(mutex_);
  refresh();
  const auto family = families_.find(name);
  if (family == families_.end()) return 0;
  const auto series = family->second.series.find(label_text_of({}, labels));
  if (series == family->second.series.end()) return 0;
  if (const auto* counters = std::get_if<0>(&series->second)) return static_cast<std::int64_t>(sum_of(*counters));
  if (const auto* gauges = std::get_if<1>(&series->second)) return sum_of(*gauges);
  return 0;
}

}  // namespace gust::observe
