#include "core/families/activity_timeline.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include "core/base/interruptible_sort.h"
#include "core/base/nearly_sorted.h"
#include "core/base/sparkline.h"

namespace relinsights {
namespace {

constexpr Kind kEveryKind[] = {Kind::kEmail, Kind::kMeeting, Kind::kPhoneCall, Kind::kTask, Kind::kOther};
constexpr Direction kEveryDirection[] = {Direction::kInbound, Direction::kOutbound, Direction::kUnknown};
constexpr int64_t kSentimentUnit = 10000;
constexpr const char* kSentimentName = "sentiment_ten_thousandths";

constexpr size_t kFewestRows = 16;
constexpr size_t kRowsBeforeCompaction = 1024;

// One kind and direction on one day. So few that no sum over some days, nor of their sentiments, leaves a bigint.
constexpr int64_t kMostPerDay = 1000000000000;

Status count_overflow() noexcept {
  return Status::error(StatusCode::kOutOfRange, "number of activities of a day is out of range")
      .detail("There are more than %lld of one kind and direction.", static_cast<long long>(kMostPerDay));
}

Day monday_of(Day day) noexcept {
  int32_t of_week = (day.number + 5) % 7;  // 2000-01-01 was a Saturday
  return {day.number - (of_week < 0 ? of_week + 7 : of_week)};
}

Result<TimelineWindow> window_of(int64_t first, Day until, int32_t rows, int32_t days_per_row) noexcept {
  if (first < kEarliestDay.number) {
    return Status::error(StatusCode::kOutOfRange, "timeline begins before the earliest date")
        .detail("Dates begin in 4713 BC.");
  }
  return TimelineWindow{{static_cast<int32_t>(first)}, until, rows, days_per_row};
}

Status check_rows(const char* what, int32_t rows, int32_t most) noexcept {
  if (rows >= 1 && rows <= most) return {};
  return Status::error(StatusCode::kInvalidArgument, "the number of %s of a timeline must lie between 1 and %d", what,
                       most)
      .detail("It is %d.", rows);
}

}  // namespace

Status check_sentiment(double sentiment) noexcept {
  if (sentiment >= -1 && sentiment <= 1) return {};
  return Status::error(StatusCode::kInvalidArgument, "sentiment of an activity must lie between -1 and 1")
      .detail("It is %g.", sentiment)
      .hint("Scale it to -1 (worst) to 1 (best), or give NULL where it is not known.");
}

// Half away from zero, as people round the decimal number: the slack takes in what binary fractions lose of a half.
int64_t in_ten_thousandths(double sentiment) noexcept {
  auto size =
      static_cast<int64_t>(std::floor(std::fabs(sentiment) * static_cast<double>(kSentimentUnit) + 0.5 + 1e-11));
  return sentiment < 0 ? -size : size;
}

int64_t SeriesRow::total() const noexcept {
  int64_t sum = 0;
  for (int64_t count : counts) sum += count;
  return sum;
}

Result<TimelineWindow> last_days(Day until, int32_t days) noexcept {
  if (Status status = check_day(until, "last day of a timeline"); !status.ok()) return status;
  if (Status status = check_rows("days", days, kMostDaysShown); !status.ok()) return status;
  return window_of(int64_t{until.number} - days + 1, until, days, 1);
}

Result<TimelineWindow> last_weeks(Day until, int32_t weeks) noexcept {
  if (Status status = check_day(until, "last day of a timeline"); !status.ok()) return status;
  if (Status status = check_rows("weeks", weeks, kMostWeeksShown); !status.ok()) return status;
  return window_of(int64_t{monday_of(until).number} - 7 * (int64_t{weeks} - 1), until, weeks, 7);
}

void write_sparkline(const SeriesRow* rows, int32_t count, bool utf8, ByteWriter& out) {
  int64_t most = 1;
  for (int32_t i = 0; i < count; ++i) most = std::max(most, rows[i].total());
  for (int32_t i = 0; i < count; ++i)
    out.text(
        (utf8 ? kSparks : kPlainSparks)[spark_level(static_cast<double>(rows[i].total()), static_cast<double>(most))]);
}

Status ActivityTimeline::merge(const ActivityTimeline& from) noexcept {
  return contain([&] { return add_cells(from.cells_); });
}

// Days that are there already, as most are where many timelines make one, cost a search each; the rest move once.
Status ActivityTimeline::add_cells(const std::pmr::vector<Cell>& sorted) {
  size_t missing = 0;
  bool cancelled = false;
  auto at = cells_.begin();
  InterruptPace pace;
  for (const Cell& more : sorted) {
    pace.step();
    at = std::lower_bound(at, cells_.end(), more.key, [](const Cell& cell, uint64_t key) { return cell.key < key; });
    if (at == cells_.end() || at->key != more.key) {
      ++missing;
      continue;
    }
    at->amount += more.amount;
    if (at->number() != kSentimentCell && at->amount > kMostPerDay) return count_overflow();
    cancelled = cancelled || at->amount == 0;
  }
  if (missing > 0) insert_missing(sorted, missing);
  if (cancelled) std::erase_if(cells_, [](const Cell& cell) { return cell.amount == 0; });
  return {};
}

// From the end on, so that nothing is overwritten before it has moved.
void ActivityTimeline::insert_missing(const std::pmr::vector<Cell>& sorted, size_t missing) {
  size_t mine = cells_.size(), theirs = sorted.size(), to = mine + missing;
  cells_.resize(to);
  InterruptPace pace;
  while (theirs > 0) {
    pace.step();
    uint64_t key = sorted[theirs - 1].key;
    if (mine > 0 && cells_[mine - 1].key > key)
      cells_[--to] = cells_[--mine];
    else if (mine > 0 && cells_[mine - 1].key == key)
      --theirs;
    else
      cells_[--to] = sorted[--theirs];
  }
}

void ActivityTimeline::add_series(const TimelineWindow& window, SeriesRow* rows) const noexcept {
  static_assert(kSeries == 3 * kDirections);
  auto cell = std::lower_bound(cells_.begin(), cells_.end(), Cell::key_of(window.first, 0),
                               [](const Cell& a, uint64_t key) { return a.key < key; });
  for (; cell != cells_.end() && cell->day() <= window.until; ++cell) {
    uint32_t number = cell->number();
    if (number >= kSeries) continue;
    bool outbound = number % kDirections == index(Direction::kOutbound);
    size_t series = number / kDirections * kDirections + (outbound ? 0 : 1);
    rows[(cell->day().number - window.first.number) / window.days_per_row].counts[series] += cell->amount;
  }
}

// The number of days; of each the distance to the one before, a mask of its cells, and their amounts. In the mask
// sentiments come first, then the commonest kinds: so it is a byte on most days.
void ActivityTimeline::encode(ByteWriter& out) const {
  uint64_t days = 0;
  for (size_t i = 0; i < cells_.size(); ++i) days += i == 0 || cells_[i].day() != cells_[i - 1].day();
  out.varint(days);
  int64_t next = 0;
  InterruptPace pace;
  for (size_t at = 0; at < cells_.size();) {
    pace.step();
    Day day = cells_[at].day();
    if (at == 0)
      out.signed_varint(day.number);
    else
      out.varint(static_cast<uint64_t>(day.number - next));
    next = int64_t{day.number} + 1;
    size_t end = at;
    uint64_t mask = 0;
    for (; end < cells_.size() && cells_[end].day() == day; ++end)
      mask |= uint64_t{1} << (cells_[end].number() + 1) % kCells;
    out.varint(mask);
    for (; at < end; ++at) {
      if (cells_[at].number() == kSentimentCell)
        out.signed_varint(cells_[at].amount);
      else
        out.varint(static_cast<uint64_t>(cells_[at].amount));
    }
  }
}

void ActivityTimeline::decode(ByteReader& in, uint8_t version) {
  for_each_encoded_day(in, version, [this](const ActivityDay& day) {
    for (uint32_t number = 0; number < kCountCells; ++number)
      if (int64_t amount = day.counts[kind_of(number)][direction_of(number)]; amount != 0)
        cells_.push_back({Cell::key_of(day.day, number), amount});
    if (day.sentiment != 0) cells_.push_back({Cell::key_of(day.day, kSentimentCell), day.sentiment});
  });
}

const char* ActivityTimeline::fault_of(const ActivityDay& day) noexcept {
  int64_t activities = 0;
  for (const auto& of_kind : day.counts) {
    for (int64_t count : of_kind) {
      if (count < 0 || count > kMostPerDay) return "A count is out of range";
      activities += count;
    }
  }
  if (activities == 0) return "A day has no activity";
  int64_t most = activities * kSentimentUnit;
  if (day.sentiment > most || day.sentiment < -most) return "A sentiment exceeds 1 for each activity of its day";
  return nullptr;
}

const char* ActivityTimeline::validate() const noexcept {
  if (cells_.empty()) return "It counts no activity";
  const char* fault = nullptr;
  for_each_day([&](const ActivityDay& day) {
    if (fault == nullptr) fault = fault_of(day);
  });
  return fault;
}

void ActivityTimeline::write_json(JsonWriter& json) const {
  json.key("days").begin_array();
  InterruptPace pace;
  for_each_day([&](const ActivityDay& day) {
    pace.step();
    json.begin_object().key("day").day(day.day);
    for (Kind kind : kEveryKind) {
      const auto& counts = day.counts[index(kind)];
      if (std::all_of(counts, std::end(counts), [](int64_t count) { return count == 0; })) continue;
      json.key(kKindLabels[index(kind)]).begin_object();
      for (Direction direction : kEveryDirection) {
        if (counts[index(direction)] > 0) json.key(kDirectionNames[index(direction)]).number(counts[index(direction)]);
      }
      json.end_object();
    }
    if (day.sentiment != 0) json.key(kSentimentName).number(day.sentiment);
    json.end_object();
  });
  json.end_array();
}

void ActivityTimeline::read_json(JsonObject& object, JsonErrors& errors, uint8_t) {
  InterruptPace pace;
  object.required("days").for_each_element("days", errors, [&](JsonValue day) {
    pace.step();
    if (!errors.any()) read_day(day, errors);
  });
}

void ActivityTimeline::read_day(JsonValue value, JsonErrors& errors) {
  JsonObject object("days", value, errors);
  Day day = object.required("day").day("day", errors);
  if (errors.any()) return;
  if (!check_day(day, "day").ok()) return errors.add("\"day\" is out of range");
  if (!cells_.empty() && cells_.back().day() >= day)
    return errors.add("\"days\" must be in ascending order, each once");
  auto add = [&](uint32_t number, int64_t amount) {
    if (amount != 0) cells_.push_back({Cell::key_of(day, number), amount});
  };
  size_t before = cells_.size();
  for (Kind kind : kEveryKind) {
    JsonValue of_kind = object.optional(kKindLabels[index(kind)]);
    if (!of_kind.present()) continue;
    JsonObject counts(kKindLabels[index(kind)], of_kind, errors);
    for (Direction direction : kEveryDirection) {
      const char* name = kDirectionNames[index(direction)];
      if (JsonValue count = counts.optional(name); count.present())
        add(cell_of(kind, direction), static_cast<int64_t>(count.number(name, errors)));
    }
    counts.done();
  }
  if (cells_.size() == before) errors.add("a day has no activity");
  std::sort(cells_.begin() + static_cast<ptrdiff_t>(before), cells_.end(),
            [](const Cell& a, const Cell& b) { return a.key < b.key; });
  if (JsonValue sum = object.optional(kSentimentName); sum.present())
    add(kSentimentCell, sum.signed_number(kSentimentName, errors));
  object.done();
}

void TimelineFold::begin_day(Day day) {
  if (Status status = check_day(day, "day of an activity"); !status.ok()) throw Failure{status};
  if (used_ != 0) {
    descended_ = descended_ || day < day_;
    end_day();
  }
  day_ = day;
}

void TimelineFold::end_day() {
  using Cell = ActivityTimeline::Cell;
  for (uint32_t left = std::exchange(used_, 0); left != 0; left &= left - 1) {
    const auto cell = static_cast<uint32_t>(std::countr_zero(left));
    cells_.push_back({Cell::key_of(day_, cell), std::exchange(counts_[cell], 0)});
  }
  if (sentiment_ != 0)
    cells_.push_back({Cell::key_of(day_, ActivityTimeline::kSentimentCell), std::exchange(sentiment_, 0)});
}

void TimelineFold::finish() {
  using Cell = ActivityTimeline::Cell;
  if (used_ != 0) end_day();
  if (!descended_) return;
  std::sort(cells_.begin(), cells_.end(), [](const Cell& a, const Cell& b) { return a.key < b.key; });
  auto to = cells_.begin();
  for (auto cell = cells_.begin() + 1; cell != cells_.end(); ++cell) {
    if (cell->key == to->key)
      to->amount += cell->amount;
    else
      *++to = *cell;
  }
  cells_.erase(to + 1, cells_.end());
  std::erase_if(cells_, [](const Cell& cell) { return cell.amount == 0; });
}

Status TimelineAggregation::add(Kind kind, Direction direction, Day day, double sentiment) noexcept {
  RELINSIGHTS_RETURN_IF_ERROR(check_sentiment(sentiment));
  RELINSIGHTS_RETURN_IF_ERROR(check_day(day, "day of an activity"));
  uint64_t key = ActivityTimeline::Cell::key_of(day, ActivityTimeline::cell_of(kind, direction));
  return contain(
      [&] { return append(key << 16 | static_cast<uint64_t>(in_ten_thousandths(sentiment) + kSentimentUnit)); });
}

Status TimelineAggregation::append(uint64_t row) {
  if (rows_.size() == rows_.capacity()) [[unlikely]]
    RELINSIGHTS_RETURN_IF_ERROR(make_room());
  rows_.push_back(row);
  return {};
}

// As many rows as cells are merged at once, so a row costs about the same however long the timeline is.
Status TimelineAggregation::make_room() {
  if (rows_.size() >= std::max(kRowsBeforeCompaction, timeline_.cells_.size())) return compact();
  rows_.reserve(std::max(kFewestRows, 2 * rows_.capacity()));
  return {};
}

// The rows as cells, in ascending order; the rows are the same ones afterwards.
void TimelineAggregation::count_rows(std::pmr::vector<ActivityTimeline::Cell>& cells) {
  using Cell = ActivityTimeline::Cell;
  if (rows_.size() <= kRowsBeforeCompaction)
    sort_nearly_sorted(rows_.data(), rows_.data() + rows_.size());
  else
    sort_interruptibly(std::span(rows_), memory_, std::less<>());
  TimelineFold fold(cells);
  for (uint64_t row : rows_) {
    const Cell cell{row >> 16, 1};
    if (fold.used_ == 0 || cell.day() != fold.day_) fold.begin_day(cell.day());
    fold.add_cell(cell.number(), static_cast<int64_t>(row & 0xffff) - kSentimentUnit);
  }
  fold.finish();
}

Status TimelineAggregation::compact() {
  if (rows_.empty()) return {};
  RELINSIGHTS_RETURN_IF_ERROR(check_interrupt());
  std::pmr::vector<ActivityTimeline::Cell> cells(memory_);
  count_rows(cells);
  RELINSIGHTS_RETURN_IF_ERROR(timeline_.add_cells(cells));
  rows_.clear();
  return {};
}

Status TimelineAggregation::merge(const TimelineAggregation& from) noexcept {
  return contain([&]() -> Status {
    for (uint64_t row : from.rows_) RELINSIGHTS_RETURN_IF_ERROR(append(row));
    return timeline_.add_cells(from.timeline_.cells_);
  });
}

void TimelineAggregation::serialize(ByteWriter& out) const {
  timeline_.encode(out);
  out.bytes(rows_.data(), rows_.size() * sizeof(uint64_t));
}

void TimelineAggregation::deserialize(ByteReader& in) {
  timeline_.decode(in, ActivityTimeline::kVersion);
  if (!timeline_.cells_.empty() && timeline_.validate() != nullptr) return in.reject();
  constexpr uint64_t kLatestKey = ActivityTimeline::Cell::key_of(kLatestDay, ActivityTimeline::kCountCells);
  while (in.remaining() >= sizeof(uint64_t)) {
    uint64_t row;
    std::memcpy(&row, in.bytes(sizeof row).data(), sizeof row);
    bool good = row >> 16 < kLatestKey && (row >> 16 & 15) < ActivityTimeline::kCountCells &&
                (row & 0xffff) <= 2 * kSentimentUnit;
    if (!good) return in.reject();
    rows_.push_back(row);
  }
}

Status TimelineAggregation::finish(ActivityTimeline& summary) noexcept {
  return contain([&]() -> Status {
    if (timeline_.cells_.empty()) {
      RELINSIGHTS_RETURN_IF_ERROR(check_interrupt());
      count_rows(summary.cells_);
      return {};
    }
    RELINSIGHTS_RETURN_IF_ERROR(compact());
    return summary.add_cells(timeline_.cells_);
  });
}

}  // namespace relinsights
