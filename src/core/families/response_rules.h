// What response_agg goes by: the silence that ends a conversation, the moment that the summary describes, and the
// calendar that measures working time. SPEC 3.4.
#pragma once

#include <memory_resource>
#include <string>
#include <string_view>

#include "core/base/codec.h"
#include "core/base/status.h"
#include "core/base/time.h"

namespace relinsights {

// The same without a copy: what read_rules() found in the stored bytes.
struct ResponseRulesView {
  Duration gap{0};
  Instant as_of = kLatestInstant;
  std::string_view calendar;
};

// Reads stored bytes, version byte and all, as far as is needed row by row: they have been validated when they came in.
Status read_rules(std::string_view encoded, ResponseRulesView& rules) noexcept;

class ResponseRules {
 public:
  static constexpr const char* kTypeName = "response_rules";
  static constexpr uint8_t kVersion = 1;

  explicit ResponseRules(std::pmr::memory_resource* memory) noexcept : calendar_(memory) {}

  // 0: no silence ends a conversation. Below zero is an error.
  Duration gap() const noexcept { return gap_; }
  Status set_gap(Duration gap) noexcept;
  // kLatestInstant: none. An infinite moment is an error.
  Instant as_of() const noexcept { return as_of_; }
  Status set_as_of(Instant as_of) noexcept;
  // A WorkingCalendar as it is stored, version byte and all; empty: none. Whether it is one is for the caller to know.
  std::string_view calendar() const noexcept { return calendar_; }
  void set_calendar(std::string_view encoded) { calendar_ = encoded; }

  void encode(ByteWriter& out) const;
  void decode(ByteReader& in, uint8_t version);
  const char* validate() const noexcept;

 private:
  Duration gap_{0};
  Instant as_of_ = kLatestInstant;
  std::pmr::string calendar_;
};

// A gap as an interval's text, the same in every setting: "5 days", "1 day 12:00:00", "00:00:00.5"; "none" for zero.
class GapText {
 public:
  explicit GapText(Duration gap) noexcept;
  const char* c_str() const noexcept { return text_; }

 private:
  char text_[48];
};

}  // namespace relinsights
