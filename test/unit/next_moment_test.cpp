// When time alone changes a record: what comes to count, and conversations that lapse.
#include "core/record/next_moment.h"

#include <gtest/gtest.h>

namespace relinsights {
namespace {

constexpr int64_t kHour = 3600000000;

struct Log {
  RecordEntries entries{std::pmr::new_delete_resource()};

  RecordEntry& add(int64_t hour, uint32_t thread, Kind kind = Kind::kEmail) {
    RecordEntry entry{};
    entry.at = entry.counts_from = {hour * kHour};
    entry.kind = kind;
    entry.direction = 0;
    entry.thread = thread;
    while (thread != RecordEntry::kNone && entries.threads.size() <= thread) entries.threads.push_back("thread");
    entries.entries.push_back(entry);
    return entries.entries.back();
  }
  int64_t next(int64_t as_of, int64_t gap) const {
    const Instant at = next_moment(entries, {as_of * kHour}, {gap * kHour});
    return at == kNoMoment ? -1 : at.microseconds / kHour;
  }
};

TEST(NextMoment, NothingHappens) {
  Log log;
  EXPECT_EQ(log.next(10, 5), -1);
  log.add(1, RecordEntry::kNone, Kind::kMeeting);
  log.add(2, RecordEntry::kNone);
  EXPECT_EQ(log.next(10, 5), -1);
}

TEST(NextMoment, AnActivityComesToCount) {
  Log log;
  log.add(8, RecordEntry::kNone, Kind::kMeeting).counts_from = {12 * kHour};
  log.add(9, RecordEntry::kNone, Kind::kMeeting).counts_from = {11 * kHour};
  EXPECT_EQ(log.next(10, 0), 11);
  EXPECT_EQ(log.next(11, 0), 12);  // from its moment on it counts
  EXPECT_EQ(log.next(12, 0), -1);
}

TEST(NextMoment, AConversationLapsesAfterItsLastWord) {
  Log log;
  log.add(1, 0);
  log.add(4, 0);
  log.add(6, 1);
  EXPECT_EQ(log.next(6, 5), 9);
  EXPECT_EQ(log.next(9, 5), 9);  // not before the gap has passed
  EXPECT_EQ(log.next(10, 5), 11);
  EXPECT_EQ(log.next(12, 5), -1);
  EXPECT_EQ(log.next(6, 0), -1);  // without a gap none does
}

TEST(NextMoment, WhatIsNoPartOfAConversationEndsNone) {
  Log log;
  log.add(4, 0);
  log.add(5, 0).flags = RecordEntry::kAutomated;
  log.add(5, 0).flags = RecordEntry::kInternal;
  log.add(5, 0).direction = kUnknownDirection;
  log.add(5, 0, Kind::kMeeting);
  log.add(20, 0);  // it does not count yet
  EXPECT_EQ(log.next(6, 5), 9);
}

}  // namespace
}  // namespace relinsights
