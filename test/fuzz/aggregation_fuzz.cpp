// libFuzzer target for the promise that an aggregate does not depend on order, split or merge tree. The first byte
// chooses the aggregate (0..5 as in bytes_fuzz.cpp, 6: responses by a calendar), the second how states travel; the rest
// are rows. They are aggregated in one go, in states merged as parallel workers do (some through serialize and
// deserialize, some finished half-way, which must change nothing), the other way round, and as finished summaries
// merged by rollup: the same bytes or an error every time. With too little memory: the same bytes or "out of memory".
#include <algorithm>
#include <memory>
#include <vector>

#include "fuzzing.h"

using namespace relinsights;
using namespace relinsights::fuzz;

namespace {

class Input {
 public:
  Input(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}
  bool empty() const { return at_ == end_; }
  unsigned byte() { return at_ < end_ ? *at_++ : 0; }
  unsigned below(unsigned n) { return byte() % n; }
  Kind kind() { return static_cast<Kind>(below(kKinds)); }
  Direction direction() { return static_cast<Direction>(below(2)); }

  // Mostly some minute of two weeks, sometimes far away, rarely none at all.
  Instant instant() {
    unsigned first = byte();
    if (first == 255) return kEarliestInstant;
    if (first == 254) return kLatestInstant;
    if (first == 253) return {std::numeric_limits<int64_t>::max()};
    int64_t minutes = int64_t{9500} * 1440 + (first & 127) * 157;
    if (first >= 128) minutes += int64_t{byte()} * 1440 * 365 - 1440 * 20000;
    return {minutes * 60 * 1000000 + below(4)};
  }
  int64_t microseconds() {
    unsigned first = byte();
    if (first == 255) return std::numeric_limits<int64_t>::max() / 2;
    if (first == 254) return -1;
    return int64_t{first % 64} << (first / 64 * 12);
  }
  std::string name() {
    unsigned first = byte();
    std::string text(first % 8 == 7 ? 60 + first : first % 8, static_cast<char>('a' + first / 8 % 3));
    if (first >= 128) text += static_cast<char>(1 + byte() % 255);
    return text;
  }

 private:
  const uint8_t* at_;
  const uint8_t* end_;
};

// Of each aggregation: a row, how it is read from the input, and how it is added.
template <class A>
struct Row;

template <>
struct Row<SelfAggregation<InteractionSummary>> {
  Kind kind;
  Direction direction;
  Instant at;
  Duration duration;
  int32_t team;
  explicit Row(Input& in, size_t)
      : kind(in.kind()),
        direction(in.direction()),
        at(in.instant()),
        duration{in.microseconds()},
        team(static_cast<int32_t>(in.below(5))) {}
  Status add_to(SelfAggregation<InteractionSummary>& to) const { return to.add(kind, direction, at, duration, team); }
};

template <>
struct Row<SelfAggregation<EngagementSummary>> {
  int32_t events[kEngagements];
  explicit Row(Input& in, size_t) {
    unsigned which = in.byte();
    for (size_t i = 0; i < kEngagements; ++i) events[i] = (which >> i & 1) == 0 ? 0 : static_cast<int32_t>(in.byte());
    if (which == 255) events[0] = std::numeric_limits<int32_t>::max();
    if (which == 254) events[1] = -1;
  }
  Status add_to(SelfAggregation<EngagementSummary>& to) const { return to.add(events); }
};

template <>
struct Row<ResponseAggregation> {
  uint64_t thread;
  Direction direction;
  Instant at;
  bool threaded;
  explicit Row(Input& in, size_t) {
    unsigned first = in.byte();
    threaded = first % 16 != 15;
    direction = static_cast<Direction>(first & 1);
    thread = uint64_t{first >> 4} * 0x123456789abcdef;
    at = in.instant();
  }
  Status add_to(ResponseAggregation& to) const {
    return threaded ? to.add(thread, direction, at) : to.add_unthreaded(at);
  }
};

template <>
struct Row<TimelineAggregation> {
  Kind kind;
  Direction direction;
  Day day;
  double sentiment;
  explicit Row(Input& in, size_t) {
    unsigned first = in.byte();
    kind = static_cast<Kind>(first % kKinds);
    direction = static_cast<Direction>(first / kKinds % 2);
    unsigned second = in.byte();
    day = second < 250 ? Day{static_cast<int32_t>(9500 + second)} : second < 253 ? kEarliestDay : kLatestDay;
    if (second == 255) day.number += 1;
    sentiment = first < 128 ? 0 : (static_cast<int>(in.byte()) - 127) / 127.0;
  }
  Status add_to(TimelineAggregation& to) const { return to.add(kind, direction, day, sentiment); }
};

template <>
struct Row<ContactAggregation> {
  Kind kind;
  Direction direction;
  Instant at;
  std::vector<std::string> names;
  bool several;
  explicit Row(Input& in, size_t) {
    unsigned first = in.byte();
    kind = static_cast<Kind>(first % kKinds);
    direction = static_cast<Direction>(first / kKinds % 2);
    several = first >= 128;
    for (unsigned left = several ? in.below(5) : 1; left > 0; --left) names.push_back(in.name());
    at = in.instant();
  }
  Status add_to(ContactAggregation& to) const {
    if (!several) return to.add(names[0], kind, direction, at);
    std::vector<std::string_view> views(names.begin(), names.end());
    return to.add(std::span(views), kind, direction, at);
  }
};

template <>
struct Row<DealAggregation> {
  std::string id;
  bool won;
  std::optional<Instant> closed_at;
  std::unique_ptr<JsonTokens> attributes;
  explicit Row(Input& in, size_t number) {
    static constexpr const char* kValues[] = {"1",     "1.0",   "10e-1", "-2.5", "0",    "-0",    "1e20", "0.000001",
                                              "\"a\"", "\"b\"", "\"1\"", "\"\"", "true", "false", "null", "[]"};
    unsigned first = in.byte();
    won = (first & 1) != 0;
    id = std::to_string(first == 255 ? 0 : number);
    if ((first & 2) != 0) closed_at = in.instant();
    if ((first & 4) == 0) return;
    std::string text = "{";
    for (unsigned i = 0; i < 4; ++i) {
      if ((first >> (3 + i) & 1) == 0) continue;
      unsigned value = in.byte();
      text += std::string(text.size() > 1 ? ",\"" : "\"") + static_cast<char>('d' - i) + "\":";
      // Attribute "a" is always a number.
      text += i < 3 && value < 128 ? kValues[value % (value < 120 ? 15 : 16)] : std::to_string(value);
    }
    attributes = std::make_unique<JsonTokens>(text + "}");
    FUZZ_REQUIRE(attributes->good());
  }
  Status add_to(DealAggregation& to) const {
    return to.add(id, won, closed_at, attributes == nullptr ? JsonValue() : attributes->value());
  }
};

// The bytes of a calendar, empty for elapsed time.
std::string some_calendar(unsigned which) {
  static constexpr const char* kTexts[] = {
      R"({"time_zone":"Some/Zone","open":{"mon-fri":["09:00-17:30"]},"holidays":["2026-01-01","2026-01-06"]})",
      R"({"time_zone":"Some/Zone","open":{"mon-sun":["00:00-24:00"]}})",
      R"({"time_zone":"Some/Zone","open":{"sat-mon":["22:00-06:00"],"wed":["00:00-00:01"]},"holidays":["1900-01-01","2199-12-31"]})"};
  JsonTokens tokens(kTexts[which % std::size(kTexts)]);
  WorkingCalendar calendar(memory());
  FUZZ_REQUIRE(read_calendar(tokens.value(), calendar).ok());
  return bytes_of(calendar);
}

template <Aggregation A>
class Check {
 public:
  Check(unsigned type, Input& in, std::string calendar)
      : type_(type), travel_(in.byte()), calendar_(std::move(calendar)) {
    constexpr size_t kMostRows = 600;
    while (!in.empty() && rows_.size() < kMostRows) {
      rows_.emplace_back(in, rows_.size());
      parts_.push_back((rows_.size() * 7 + travel_) % 11 % kParts);
    }
  }

  void run() {
    std::string expected;
    bool good = in_one_go(memory(), expected).ok();
    for (bool backwards : {false, true}) {
      std::string bytes;
      FUZZ_REQUIRE(in_parts(backwards, bytes).ok() == good);
      if (good) FUZZ_REQUIRE(bytes == expected);
    }
    std::string rolled;
    FUZZ_REQUIRE(by_rollup(rolled).ok() == good);
    if (!good) return;
    FUZZ_REQUIRE(rolled == expected);
    for (size_t allocations = travel_ % 8; allocations < 64; allocations = allocations * 2 + 1) {
      ScarceMemory scarce(allocations);
      std::string bytes;
      Status status = in_one_go(&scarce, bytes);
      FUZZ_REQUIRE(status.ok() ? bytes == expected : status.code() == StatusCode::kOutOfMemory);
    }
    if (expected.empty()) return;
    typename A::Summary summary(memory());
    FUZZ_REQUIRE(decode(expected, summary).ok());
    check_value(summary);
    offer_seed("bytes", type_, expected);
    offer_seed("text", type_, text_of(summary));
  }

 private:
  static constexpr size_t kParts = 4;

  Status start(A& state) const {
    if constexpr (std::same_as<A, ResponseAggregation>) return state.use_calendar(calendar_);
    return {};
  }

  // No rows give no summary: its bytes are "".
  static Status bytes_of_state(A& state, std::pmr::memory_resource* memory_of_summary, std::string& bytes) {
    typename A::Summary summary(memory_of_summary);
    RELINSIGHTS_RETURN_IF_ERROR(finish(state, summary));
    if (summary.validate() == nullptr) bytes = bytes_of(summary);
    return {};
  }

  Status in_one_go(std::pmr::memory_resource* of_state, std::string& bytes) const {
    A state(of_state);
    RELINSIGHTS_RETURN_IF_ERROR(start(state));
    for (const auto& row : rows_) RELINSIGHTS_RETURN_IF_ERROR(row.add_to(state));
    RELINSIGHTS_RETURN_IF_ERROR(bytes_of_state(state, of_state, bytes));
    std::string again;
    RELINSIGHTS_RETURN_IF_ERROR(bytes_of_state(state, of_state, again));
    FUZZ_REQUIRE(again == bytes);
    return {};
  }

  // The state as another worker gets it, if it has rows.
  std::unique_ptr<A> travelled(A& state) const {
    std::string finished;
    if (!bytes_of_state(state, memory(), finished).ok() || finished.empty()) {
      auto fresh = std::make_unique<A>(memory());
      FUZZ_REQUIRE(start(*fresh).ok() && fresh->merge(state).ok());
      return fresh;
    }
    const std::string bytes = state_of(state);
    offer_seed("bytes", type_ | 8, bytes);
    auto copy = std::make_unique<A>(memory());
    ByteReader in(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    copy->deserialize(in);
    FUZZ_REQUIRE(in.complete());
    return copy;
  }

  Status in_parts(bool backwards, std::string& bytes) const {
    std::unique_ptr<A> states[kParts];
    for (auto& state : states) {
      state = std::make_unique<A>(memory());
      RELINSIGHTS_RETURN_IF_ERROR(start(*state));
    }
    for (size_t i = 0; i < rows_.size(); ++i) {
      size_t row = backwards ? rows_.size() - 1 - i : i;
      RELINSIGHTS_RETURN_IF_ERROR(rows_[row].add_to(*states[(parts_[row] + backwards) % kParts]));
      if (i == rows_.size() / 2) {
        std::string unused;
        Status status = bytes_of_state(*states[parts_[row]], memory(), unused);  // a window frame reads it and goes on
        RELINSIGHTS_RETURN_IF_ERROR(status);
      }
    }
    for (size_t i = 0; i < kParts; ++i)
      if ((travel_ >> i & 1) != 0) states[i] = travelled(*states[i]);
    auto merge = [&](size_t into, size_t from) { return states[into]->merge(*states[from]); };
    if (backwards) {
      for (size_t i = kParts - 1; i > 0; --i) RELINSIGHTS_RETURN_IF_ERROR(merge(i - 1, i));
    } else {
      RELINSIGHTS_RETURN_IF_ERROR(merge(0, 1));
      RELINSIGHTS_RETURN_IF_ERROR(merge(2, 3));
      if ((travel_ & 64) != 0) states[2] = travelled(*states[2]);
      RELINSIGHTS_RETURN_IF_ERROR(merge(0, 2));
    }
    if ((travel_ & 128) != 0) states[0] = travelled(*states[0]);
    return bytes_of_state(*states[0], memory(), bytes);
  }

  // A summary of responses no longer knows its threads, so each part has its own.
  size_t part_of_rollup(size_t row) const {
    if constexpr (std::same_as<A, ResponseAggregation>) return static_cast<size_t>(rows_[row].thread % kParts);
    return parts_[row];
  }

  Status by_rollup(std::string& bytes) const {
    typename A::Summary sum(memory());
    for (size_t part = 0; part < kParts; ++part) {
      A state(memory());
      RELINSIGHTS_RETURN_IF_ERROR(start(state));
      for (size_t i = 0; i < rows_.size(); ++i)
        if (part_of_rollup(i) == part) RELINSIGHTS_RETURN_IF_ERROR(rows_[i].add_to(state));
      typename A::Summary summary(memory());
      RELINSIGHTS_RETURN_IF_ERROR(finish(state, summary));
      if (summary.validate() != nullptr) continue;
      RELINSIGHTS_RETURN_IF_ERROR(sum.merge(summary));
    }
    if (sum.validate() == nullptr) bytes = bytes_of(sum);
    return {};
  }

  unsigned type_;
  unsigned travel_;
  std::string calendar_;
  std::vector<Row<A>> rows_;
  std::vector<size_t> parts_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const unsigned type = data[0] % 7;
  Input in(data + 1, size - 1);
  if (type == 6) {
    Check<ResponseAggregation>(1, in, some_calendar(data[0] / 7)).run();
    return 0;
  }
  with_type(type, [&]<class A>() {
    if constexpr (!std::same_as<A, WorkingCalendar>) Check<A>(type, in, {}).run();
  });
  return 0;
}
