// What the fuzz targets share: the types, their bytes and texts, and what must hold of every value a decoder accepts.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory_resource>
#include <string>
#include <string_view>

#include "core/deals/deal_profile.h"
#include "core/families/activity_timeline.h"
#include "core/families/contact_summary.h"
#include "core/families/engagement_summary.h"
#include "core/families/interaction_summary.h"
#include "core/families/response_turns.h"
#include "core/families/working_calendar.h"
#include "core/record/activity_log.h"
#include "json_tokens.h"

// Ends the process, which libFuzzer takes as a finding.
#define FUZZ_REQUIRE(condition)                                                    \
  do {                                                                             \
    if (!(condition)) {                                                            \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                \
    }                                                                              \
  } while (0)

namespace relinsights::fuzz {

inline std::pmr::memory_resource* memory() { return std::pmr::new_delete_resource(); }

// Runs out after so many allocations.
class ScarceMemory final : public std::pmr::memory_resource {
 public:
  explicit ScarceMemory(size_t allocations) noexcept : left_(allocations) {}

 private:
  void* do_allocate(size_t bytes, size_t alignment) override {
    if (left_ == 0) throw std::bad_alloc();
    --left_;
    return memory()->allocate(bytes, alignment);
  }
  void do_deallocate(void* place, size_t bytes, size_t alignment) override {
    memory()->deallocate(place, bytes, alignment);
  }
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }

  size_t left_;
};

inline std::string_view written(ByteWriter& out) { return {reinterpret_cast<const char*>(out.data()), out.size()}; }

template <StoredValue S>
std::string bytes_of(const S& value) {
  ByteWriter out(memory());
  encode_summary(value, out);
  return std::string(written(out));
}

template <StoredValue S>
Status decode(std::string_view bytes, S& value) noexcept {
  return decode_summary(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), value);
}

inline std::string text_of(const WorkingCalendar& calendar) {
  ByteWriter out(memory());
  write_calendar(calendar, out);
  return std::string(written(out));
}
template <Summary S>
std::string text_of(const S& summary) {
  ByteWriter out(memory());
  write_summary(summary, out);
  return std::string(written(out));
}

inline Status read_text(JsonValue text, WorkingCalendar& calendar) noexcept { return read_calendar(text, calendar); }
template <Summary S>
Status read_text(JsonValue text, S& summary) noexcept {
  return read_summary(text, summary);
}

template <Aggregation A>
std::string state_of(const A& aggregation) {
  ByteWriter out(memory());
  aggregation.serialize(out);
  return std::string(written(out));
}

// Calls visit.operator()<A>() with the aggregation of number `type`, and with WorkingCalendar, which has none.
inline constexpr unsigned kTypes = 7;
template <class Visit>
void with_type(unsigned type, Visit&& visit) {
  switch (type % kTypes) {
    case 0:
      return visit.template operator()<SelfAggregation<InteractionSummary>>();
    case 1:
      return visit.template operator()<ResponseAggregation>();
    case 2:
      return visit.template operator()<TimelineAggregation>();
    case 3:
      return visit.template operator()<ContactAggregation>();
    case 4:
      return visit.template operator()<SelfAggregation<EngagementSummary>>();
    case 5:
      return visit.template operator()<DealAggregation>();
    default:
      return visit.template operator()<WorkingCalendar>();
  }
}

// A time zone that changes its clocks, by odd amounts too.
ZoneRules some_zone();

// Finishes as the aggregate does: with the calendar the state has, if it has one.
template <Aggregation A>
Status finish(A& aggregation, typename A::Summary& summary) noexcept {
  if constexpr (std::same_as<A, ResponseAggregation>) {
    if (!aggregation.calendar().empty()) {
      WorkingCalendar calendar(memory());
      RELINSIGHTS_RETURN_IF_ERROR(decode(aggregation.calendar(), calendar));
      PreparedCalendar prepared(memory());
      RELINSIGHTS_RETURN_IF_ERROR(prepared.prepare(calendar, some_zone()));
      return aggregation.finish(summary, prepared);
    }
  }
  return aggregation.finish(summary);
}

// Calls everything that reads a value; what comes out must make sense.
void read_everything(const InteractionSummary& summary);
void read_everything(const ResponseSummary& summary);
void read_everything(const ActivityTimeline& timeline);
void read_everything(const ContactSummary& summary);
void read_everything(const EngagementSummary& summary);
void read_everything(const DealProfile& profile);
void read_everything(const WorkingCalendar& calendar);
void read_everything(const ActivityLog& log);

// What must hold of a valid value.
template <StoredValue S>
void check_value(const S& value) {
  FUZZ_REQUIRE(value.validate() == nullptr);
  const std::string bytes = bytes_of(value);
  S from_bytes(memory());
  FUZZ_REQUIRE(decode(bytes, from_bytes).ok());
  FUZZ_REQUIRE(bytes_of(from_bytes) == bytes);

  const std::string text = text_of(from_bytes);
  JsonTokens tokens(text);
  FUZZ_REQUIRE(tokens.good());
  S from_text(memory());
  FUZZ_REQUIRE(read_text(tokens.value(), from_text).ok());
  FUZZ_REQUIRE(bytes_of(from_text) == bytes);

  read_everything(from_bytes);
  if constexpr (Summary<S>) {
    S twice(memory());
    FUZZ_REQUIRE(decode(bytes, twice).ok());
    if (twice.merge(value).ok()) FUZZ_REQUIRE(twice.validate() == nullptr);
  }
}

// Merging gives the same in either order, an error included.
template <Summary S>
void check_merge(std::string_view a, std::string_view b) {
  S one(memory()), other(memory()), one_too(memory()), other_too(memory());
  if (!decode(a, one).ok() || !decode(b, other).ok()) return;
  FUZZ_REQUIRE(decode(a, one_too).ok() && decode(b, other_too).ok());
  bool merged = one.merge(other).ok();
  FUZZ_REQUIRE(merged == other_too.merge(one_too).ok());
  if (!merged) return;
  FUZZ_REQUIRE(bytes_of(one) == bytes_of(other_too));
  check_value(one);
}

// Where FUZZ_SEEDS names a directory, puts an input for another target there: DIRECTORY/TARGET/hash.
inline void offer_seed(const char* target, unsigned choice, std::string_view bytes) {
  static const char* const directory = std::getenv("FUZZ_SEEDS");
  if (directory == nullptr) return;
  std::string input(1, static_cast<char>(choice));
  input += bytes;
  char name[20];
  std::snprintf(name, sizeof name, "%016zx", std::hash<std::string>{}(input));
  std::ofstream(std::string(directory) + "/" + target + "/" + name, std::ios::binary) << input;
}

}  // namespace relinsights::fuzz
