#include "core/families/duration_distribution.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace relinsights {
namespace {

// Bin i holds the durations from bound i up to, not including, bound i + 1.
constexpr int64_t next_bound(int64_t bound) { return bound + std::max<int64_t>(1, bound / 50); }

constexpr size_t count_bins() {
  size_t count = 0;
  for (int64_t bound = 0; bound <= std::numeric_limits<int64_t>::max() / 51 * 50; bound = next_bound(bound)) ++count;
  return count + 1;
}

constexpr size_t kBins = count_bins();

constexpr size_t kBinsWorthASearch = 8;

constexpr std::array<int64_t, kBins> make_bounds() {
  std::array<int64_t, kBins> bounds{};
  for (size_t i = 1; i < kBins; ++i) bounds[i] = next_bound(bounds[i - 1]);
  return bounds;
}

constexpr std::array<int64_t, kBins> kBounds = make_bounds();

// Two sides, every bin filled and counts of up to 2 million each: a summary stays below 16 kB, and below 32 kB where
// first responses are others.
static_assert(kBins * 3 * 2 + 512 < 16384);

uint32_t bin_of(int64_t microseconds) noexcept {
  return static_cast<uint32_t>(std::upper_bound(kBounds.begin(), kBounds.end(), microseconds) - kBounds.begin() - 1);
}

int64_t last_of_bin(uint32_t bin) noexcept {
  return bin + 1 < kBins ? kBounds[bin + 1] - 1 : std::numeric_limits<int64_t>::max();
}

int64_t middle_of_bin(uint32_t bin) noexcept { return kBounds[bin] + (last_of_bin(bin) - kBounds[bin]) / 2; }

}  // namespace

void DurationDistribution::add(const std::pmr::vector<int64_t>& sorted) {
  if (sorted.empty()) return;
  min_ = count_ == 0 ? sorted.front() : std::min(min_, sorted.front());
  max_ = count_ == 0 ? sorted.back() : std::max(max_, sorted.back());
  bool was_exact = bins_.empty();
  count_ += static_cast<int64_t>(sorted.size());
  for (int64_t value : sorted) sum_ += static_cast<uint128>(value);
  if (was_exact && count_ <= static_cast<int64_t>(kMostExact)) {
    // Merged from the end on, so that nothing is overwritten before it has moved.
    size_t mine = exact_.size(), theirs = sorted.size(), to = mine + theirs;
    exact_.resize(to);
    while (theirs > 0)
      exact_[--to] = mine > 0 && exact_[mine - 1] > sorted[theirs - 1] ? exact_[--mine] : sorted[--theirs];
    return;
  }
  if (was_exact) spill();
  // Few more durations mostly fall into bins that are there.
  if (sorted.size() * kBinsWorthASearch < bins_.size()) return add_one_by_one(sorted);
  std::pmr::vector<Bin> more(bins_.get_allocator());
  for (int64_t value : sorted) {
    uint32_t number = !more.empty() && value <= last_of_bin(more.back().number) ? more.back().number : bin_of(value);
    if (more.empty() || more.back().number != number) more.push_back({number, 0});
    ++more.back().count;
  }
  add_bins(more.data(), more.data() + more.size());
}

void DurationDistribution::clear() noexcept {
  count_ = 0;
  sum_ = 0;
  min_ = max_ = 0;
  exact_.clear();
  bins_.clear();
}

bool DurationDistribution::operator==(const DurationDistribution& other) const noexcept {
  return count_ == other.count_ && sum_ == other.sum_ && min_ == other.min_ && max_ == other.max_ &&
         exact_ == other.exact_ && bins_ == other.bins_;
}

void DurationDistribution::add_one_by_one(const std::pmr::vector<int64_t>& sorted) {
  auto bin = bins_.begin();
  for (int64_t value : sorted) {
    const uint32_t number = bin_of(value);
    bin = std::lower_bound(bin, bins_.end(), number, [](const Bin& a, uint32_t b) { return a.number < b; });
    if (bin == bins_.end() || bin->number != number) bin = bins_.insert(bin, {number, 0});
    ++bin->count;
  }
}

bool DurationDistribution::merge(const DurationDistribution& from) {
  if (from.count_ == 0) return true;
  int64_t total = count_;
  if (!add_checked(total, from.count_)) return false;
  if (from.bins_.empty()) {
    add(from.exact_);
    return true;
  }
  if (bins_.empty()) spill();
  add_bins(from.bins_.data(), from.bins_.data() + from.bins_.size());
  min_ = count_ == 0 ? from.min_ : std::min(min_, from.min_);
  max_ = count_ == 0 ? from.max_ : std::max(max_, from.max_);
  count_ = total;
  sum_ += from.sum_;
  return true;
}

void DurationDistribution::spill() {
  for (int64_t value : exact_) {
    uint32_t number = bin_of(value);
    if (bins_.empty() || bins_.back().number != number) bins_.push_back({number, 0});
    ++bins_.back().count;
  }
  exact_.clear();
  exact_.shrink_to_fit();
}

void DurationDistribution::add_bins(const Bin* begin, const Bin* end) {
  std::pmr::vector<Bin> merged(bins_.get_allocator());
  merged.reserve(bins_.size() + static_cast<size_t>(end - begin));
  auto old = bins_.begin();
  while (old != bins_.end() || begin != end) {
    if (begin == end || (old != bins_.end() && old->number < begin->number)) {
      merged.push_back(*old++);
    } else if (old == bins_.end() || begin->number < old->number) {
      merged.push_back(*begin++);
    } else {
      merged.push_back({old->number, old->count + begin->count});
      ++old;
      ++begin;
    }
  }
  bins_.swap(merged);
}

std::optional<Duration> DurationDistribution::mean() const noexcept {
  if (count_ == 0) return {};
  return Duration{static_cast<int64_t>((2 * sum_ + static_cast<uint128>(count_)) / (2 * static_cast<uint128>(count_)))};
}

std::optional<Duration> DurationDistribution::min() const noexcept {
  if (count_ == 0) return {};
  return Duration{min_};
}

std::optional<Duration> DurationDistribution::max() const noexcept {
  if (count_ == 0) return {};
  return Duration{max_};
}

int64_t DurationDistribution::at_rank(int64_t rank) const noexcept {
  if (!exact_.empty()) return exact_[static_cast<size_t>(rank)];
  if (rank == 0) return min_;
  if (rank == count_ - 1) return max_;
  for (const Bin& bin : bins_) {
    if (rank < bin.count) return std::clamp(middle_of_bin(bin.number), min_, max_);
    rank -= bin.count;
  }
  return max_;
}

std::optional<Duration> DurationDistribution::percentile(double fraction) const noexcept {
  if (count_ == 0) return {};
  double position = fraction * static_cast<double>(count_ - 1);
  auto rank = std::min(static_cast<int64_t>(position), count_ - 1);
  int64_t low = at_rank(rank);
  double part = position - static_cast<double>(rank);
  if (part <= 0 || rank + 1 >= count_) return Duration{low};
  int64_t step = at_rank(rank + 1) - low;
  return Duration{low + static_cast<int64_t>(std::nearbyint(part * static_cast<double>(step)))};
}

std::optional<double> DurationDistribution::share_within(Duration limit) const noexcept {
  if (count_ == 0) return {};
  if (limit.microseconds >= max_) return 1.0;
  if (limit.microseconds < min_) return 0.0;
  int64_t within = std::upper_bound(exact_.begin(), exact_.end(), limit.microseconds) - exact_.begin();
  for (const Bin& bin : bins_) {
    if (middle_of_bin(bin.number) <= limit.microseconds) within += bin.count;
  }
  return static_cast<double>(within) / static_cast<double>(count_);
}

// The count, then either the durations ascending as differences, or sum, least, greatest and the bins as runs of
// neighbours: how many bins were skipped, how many follow, and the count of each.
void DurationDistribution::encode(ByteWriter& out) const {
  out.varint(static_cast<uint64_t>(count_));
  if (bins_.empty()) {
    int64_t before = 0;
    for (int64_t value : exact_) out.varint(static_cast<uint64_t>(value - std::exchange(before, value)));
    return;
  }
  out.varint(sum_);
  out.varint(static_cast<uint64_t>(min_));
  out.varint(static_cast<uint64_t>(max_));
  uint32_t next = 0;
  for (size_t begin = 0; begin < bins_.size();) {
    size_t end = begin + 1;
    while (end < bins_.size() && bins_[end].number == bins_[end - 1].number + 1) ++end;
    out.varint(static_cast<uint64_t>(bins_[begin].number - next));
    out.varint(static_cast<uint64_t>(end - begin));
    next = bins_[end - 1].number + 1;
    for (; begin < end; ++begin) out.varint(static_cast<uint64_t>(bins_[begin].count));
  }
  out.varint(uint64_t{kBins} - next);
}

void DurationDistribution::decode(ByteReader& in) {
  count_ = in.bigint();
  if (count_ <= static_cast<int64_t>(kMostExact)) {
    uint64_t value = 0;
    for (int64_t i = 0; i < count_ && !in.failed(); ++i) {
      uint64_t step = in.varint();
      if (__builtin_add_overflow(value, step, &value) || value >> 63) return in.reject();
      exact_.push_back(static_cast<int64_t>(value));
      sum_ += value;
    }
    if (exact_.empty()) return;
    min_ = exact_.front();
    max_ = exact_.back();
    return;
  }
  sum_ = in.wide_varint();
  min_ = in.bigint();
  max_ = in.bigint();
  uint64_t next = 0;
  while (!in.failed()) {
    uint64_t skipped = in.varint();
    if (skipped > kBins - next) return in.reject();
    next += skipped;
    if (next == kBins) return;
    uint64_t run = in.varint();
    // Two runs that touch would be one: only the first may start without a gap.
    if (run == 0 || run > kBins - next || (skipped == 0 && !bins_.empty())) return in.reject();
    for (; run > 0 && !in.failed(); --run) bins_.push_back({static_cast<uint32_t>(next++), in.bigint()});
  }
}

const char* DurationDistribution::validate() const noexcept {
  if (count_ < 0) return "A number of responses is out of range";
  if (count_ <= static_cast<int64_t>(kMostExact)) {
    if (!bins_.empty() || exact_.size() != static_cast<size_t>(count_))
      return "The number of responses does not fit their times";
    bool good = std::is_sorted(exact_.begin(), exact_.end()) && (exact_.empty() || exact_.front() >= 0);
    return good ? nullptr : "Response times must ascend from zero";
  }
  if (!exact_.empty() || bins_.empty()) return "The number of responses does not fit their times";
  int64_t total = 0;
  uint128 least_sum = 0, greatest_sum = 0;
  for (size_t i = 0; i < bins_.size(); ++i) {
    const Bin& bin = bins_[i];
    if (bin.number >= kBins || bin.count <= 0 || (i > 0 && bin.number <= bins_[i - 1].number) ||
        !add_checked(total, bin.count))
      return "A bin of response times is out of order or range";
    least_sum += static_cast<uint128>(bin.count) * static_cast<uint128>(kBounds[bin.number]);
    greatest_sum += static_cast<uint128>(bin.count) * static_cast<uint128>(last_of_bin(bin.number));
  }
  if (total != count_) return "The number of responses does not fit their bins";
  if (min_ < 0 || max_ < min_ || bin_of(min_) != bins_.front().number || bin_of(max_) != bins_.back().number)
    return "The least or greatest response time does not fit its bin";
  if (sum_ < least_sum || sum_ > greatest_sum) return "The sum of response times does not fit its bins";
  return nullptr;
}

void DurationDistribution::write_json(JsonWriter& json) const {
  json.key("responses").number(count_);
  if (count_ == 0) return;
  if (bins_.empty()) {
    json.key("microseconds").begin_array();
    for (int64_t value : exact_) json.number(value);
    json.end_array();
    return;
  }
  json.key("sum_microseconds").number(sum_);
  json.key("min_microseconds").number(min_);
  json.key("max_microseconds").number(max_);
  json.key("bins").begin_array();
  for (const Bin& bin : bins_) json.begin_array().number(uint64_t{bin.number}).number(bin.count).end_array();
  json.end_array();
}

void DurationDistribution::read_json(JsonObject& object, JsonErrors& errors) {
  count_ = static_cast<int64_t>(object.number("responses"));
  if (count_ == 0) return;
  if (count_ <= static_cast<int64_t>(kMostExact)) {
    object.required("microseconds").for_each_element("microseconds", errors, [&](JsonValue value) {
      exact_.push_back(static_cast<int64_t>(value.number("microseconds", errors)));
      sum_ += static_cast<uint128>(exact_.back());
    });
    if (!exact_.empty()) {
      min_ = exact_.front();
      max_ = exact_.back();
    }
    return;
  }
  sum_ = object.required("sum_microseconds").wide_number("sum_microseconds", errors);
  min_ = static_cast<int64_t>(object.number("min_microseconds"));
  max_ = static_cast<int64_t>(object.number("max_microseconds"));
  object.required("bins").for_each_element("bins", errors, [&](JsonValue pair) {
    int64_t numbers[2] = {};
    size_t at = 0;
    pair.for_each_element("bins", errors, [&](JsonValue value) {
      if (at < 2) numbers[at] = static_cast<int64_t>(value.number("bins", errors));
      ++at;
    });
    if (at != 2 || numbers[0] >= static_cast<int64_t>(kBins))
      return errors.add("each of \"bins\" must be [bin, count]");
    bins_.push_back({static_cast<uint32_t>(numbers[0]), numbers[1]});
  });
}

}  // namespace relinsights
