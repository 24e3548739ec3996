// From the rows of a model's sources to parcels for its records: what is read is joined here by activity, once,
// whatever wants to know: a refresh of everything, or the KPIs of one record now.
//
// Rows wait in spools, partitioned by activity, so that memory stays within a budget: an activity, its participants and
// its further records meet in one partition. Records and people stay in memory, each once.
#pragma once

#include "core/families/activity_timeline.h"
#include "core/record/parcel.h"
#include "pg/model.h"
#include "pg/spool.h"

namespace relinsights::pg {

class Intake {
 public:
  // In memory of the current context; never destroyed, its context frees it.
  static Intake* make(const Model& model, Instant as_of, size_t budget, uint32_t partitions);

  // Each reads one source, all of it or what the filter lets through. In this order:
  void read_opt_outs();
  // visit(self, record, values, nulls) for each, with values as the source has them.
  using RecordVisit = void (*)(void* self, const Intake& intake, RecordNumber record, const SourceRelation& relation,
                               const Datum* values, const bool* nulls);
  void read_records(const SourceFilter* filter, RecordVisit visit, void* self);
  void read_activities(const SourceFilter* filter);
  void read_links(const SourceFilter* filter);
  void read_record_parties(const SourceFilter* filter);
  void read_participants(const SourceFilter* filter);
  // visit(self, side, party, name) for each person who has a name and has not opted out, once.
  using PersonVisit = void (*)(void* self, Side side, std::string_view party, Datum name);
  void read_people(PersonVisit visit, void* self);
  // Everything has been read.
  void seal();

  // Where only some records are read, an activity may regard one that has not been looked up: those are remembered here
  // as unconfirmed, and count for nothing until read_records() has found them.
  void accept_unknown_records() noexcept { accepts_unknown_ = true; }
  // Confirms those of them that the source of records has.
  void confirm_records(const SourceFilter* filter);
  // A record that no source lists: it is one if it is seen among what activities regard, or among whom people are
  // linked to.
  RecordNumber add_target(RecordType type, std::string_view key);
  bool target_seen() const noexcept { return target_seen_; }

  // Hands every activity to its records: parcels, each behind the number of its record. Partitions are ranges of
  // records, in the order in which they were read, so that what is written lies together.
  Spool* hand_out(uint32_t partitions);
  RecordNumber first_record(uint32_t partition, uint32_t partitions) const noexcept {
    const uint64_t all = membership_.record_count();
    return static_cast<RecordNumber>((partition * all + partitions - 1) / partitions);
  }

  const Model& model() const noexcept { return model_; }
  Membership& membership() noexcept { return membership_; }
  const Membership& membership() const noexcept { return membership_; }
  uint64_t rows_read() const noexcept { return rows_read_; }
  bool confirmed(RecordNumber record) const noexcept { return confirmed_[record]; }

 private:
  struct Joined;
  Intake(const Model& model, Instant as_of, size_t budget);

  uint32_t partition_of(std::string_view key) const noexcept;
  RecordNumber regarded(uint8_t type, std::string_view key);
  std::string_view leader_of(std::string_view activity) const;
  void put_activity(std::string_view key, uint32_t regarding, bool counts, const Parcel& parcel);
  void put_keyed(std::string_view dedupe_key, uint32_t regarding, bool followed, const Parcel& parcel);
  void put_row(Spool* spool, std::string_view activity, uint32_t value);
  bool makes_records_of_people() const noexcept;
  void merge_copies();
  void merge_group(struct Copy* copies, size_t count);
  void join(uint32_t partition, Spool* parcels);

  static void on_opt_out(void* self, TupleTableSlot* slot);
  static void on_confirmed(void* self, const SourceRelation& relation, const Datum* values, const bool* nulls);
  static void on_record(void* self, const SourceRelation& relation, const Datum* values, const bool* nulls);
  static void on_activity(void* self, const SourceRelation& relation, const Datum* values, const bool* nulls);
  static void on_link(void* self, const SourceRelation& relation, const Datum* values, const bool* nulls);
  static void on_record_party(void* self, const SourceRelation& relation, const Datum* values, const bool* nulls);
  static void on_person(void* self, const SourceRelation& relation, const Datum* values, const bool* nulls);
  static void on_participant(void* self, const SourceRelation& relation, const Datum* values, const bool* nulls);

  const Model& model_;
  Model sources_;  // its relations, with the places of what is read
  Instant as_of_;
  MemoryContext context_;
  ContextMemory memory_;
  Membership membership_;
  SpoolBudget budget_;
  Spool* activities_ = nullptr;
  Spool* keyed_ = nullptr;
  Spool* links_ = nullptr;
  Spool* participants_ = nullptr;
  // Copies of an activity: its id, and the id that stands for all of them.
  TextPool copies_, leaders_;
  std::pmr::vector<uint32_t> leader_of_copy_;
  std::pmr::vector<bool> confirmed_;
  Attendance attendance_;
  std::pmr::vector<RecordNumber> regarding_, members_;
  std::pmr::vector<bool> named_[kSides];
  PersonVisit visit_person_ = nullptr;
  RecordVisit visit_ = nullptr;
  void* visitor_ = nullptr;
  uint64_t rows_read_ = 0;
  RecordNumber target_ = kNobody;
  bool target_seen_ = false;
  bool accepts_unknown_ = false;
};

}  // namespace relinsights::pg
