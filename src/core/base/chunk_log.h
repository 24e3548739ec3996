// An append-only log of small plain records: the transition state of the aggregates that must see every row.
//
// Rows are appended in any order; the work is done once, at the end, over the records in sorted order. Memory comes in
// chunks that are never moved, each about half of what there is, so at most a third is unused. Chunks are powers of two
// in size, as PostgreSQL's allocator likes them. Sorting moves records only within their chunk, which no reader of the
// log can tell, so a finished log may still be appended to. A row touches two cache lines, the log's own and where it
// goes.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <type_traits>
#include <vector>

#include "core/base/interrupt.h"
#include "core/base/nearly_sorted.h"

namespace relinsights {

template <class Record>
class ChunkLog {
  static_assert(std::is_trivially_copyable_v<Record> && alignof(Record) <= 8);

 public:
  explicit ChunkLog(std::pmr::memory_resource* memory) noexcept : memory_(memory) {}
  ChunkLog(const ChunkLog&) = delete;
  ChunkLog& operator=(const ChunkLog&) = delete;
  ~ChunkLog() {
    while (last_ != nullptr) {
      Chunk* before = last_->before;
      memory_->deallocate(last_, last_->bytes(), 8);
      last_ = before;
    }
  }

  bool empty() const noexcept { return last_ == nullptr; }
  size_t size() const noexcept {
    size_t size = 0;
    for_each_chunk([&](const Record*, size_t count) { size += count; });
    return size;
  }
  // What the log holds of its resource, in bytes.
  uint64_t memory() const noexcept { return memory_used_; }

  void append(const Record& record) {
    if (next_ == end_) add_chunk();
    *next_++ = record;
  }
  void append(const Record* records, size_t count) {
    while (count > 0) {
      if (next_ == end_) add_chunk();
      size_t part = std::min(count, static_cast<size_t>(end_ - next_));
      std::memcpy(static_cast<void*>(next_), records, part * sizeof(Record));
      next_ += part;
      records += part;
      count -= part;
    }
  }
  // Throws a Failure when the host asks to stop.
  void append(const ChunkLog& from) {
    from.for_each_chunk([this](const Record* records, size_t count) {
      throw_if_interrupted();
      append(records, count);
    });
  }

  // Visits the records chunk by chunk, in no particular order.
  template <class Visit>
  void for_each_chunk(Visit&& visit) const {
    for (Chunk* chunk = last_; chunk != nullptr; chunk = chunk->before) visit(chunk->records(), size_of(chunk));
  }

  // Visits every record of all `logs` in ascending order, with the number of its log: visit(record, log). Equal records
  // come in no particular order. Stops with a status when the host asks to.
  template <size_t kLogs, class Visit>
  static Status for_each_sorted(ChunkLog* const (&logs)[kLogs], Visit&& visit) {
    struct Run {
      const Record* at;
      const Record* end;
      size_t log;
    };
    std::pmr::vector<Run> runs(logs[0]->memory_);
    for (size_t log = 0; log < kLogs; ++log) {
      for (Chunk* chunk = logs[log]->last_; chunk != nullptr; chunk = chunk->before) {
        RELINSIGHTS_RETURN_IF_ERROR(check_interrupt());
        Record* end = chunk->records() + logs[log]->size_of(chunk);
        sort_nearly_sorted(chunk->records(), end);
        runs.push_back({chunk->records(), end, log});
      }
    }
    auto later = [](const Run& a, const Run& b) { return *b.at < *a.at; };
    std::make_heap(runs.begin(), runs.end(), later);
    uint32_t since_check = 0;
    while (!runs.empty()) {
      std::pop_heap(runs.begin(), runs.end(), later);
      Run& run = runs.back();
      // As long as no other run has a smaller record, stay in this one.
      const Record* limit = runs.size() > 1 ? runs.front().at : nullptr;
      do {
        visit(*run.at++, run.log);
        if (++since_check == kRecordsPerCheck) {
          since_check = 0;
          RELINSIGHTS_RETURN_IF_ERROR(check_interrupt());
        }
      } while (run.at != run.end && (limit == nullptr || !(*limit < *run.at)));
      if (run.at == run.end)
        runs.pop_back();
      else
        std::push_heap(runs.begin(), runs.end(), later);
    }
    return {};
  }

 private:
  static constexpr size_t kSmallestChunk = 128;
  static constexpr size_t kLargestChunk = size_t{8} << 20;  // sorted in well under 100 ms
  static constexpr size_t kDoublingUpTo = 8192;
  static constexpr uint32_t kRecordsPerCheck = 65536;

  struct Chunk {
    Chunk* before;
    size_t capacity;  // all of it is used but for the last chunk's

    Record* records() noexcept { return reinterpret_cast<Record*>(this + 1); }
    size_t bytes() const noexcept { return std::bit_ceil(sizeof(Chunk) + capacity * sizeof(Record)); }
  };

  size_t size_of(Chunk* chunk) const noexcept {
    return chunk == last_ ? static_cast<size_t>(next_ - chunk->records()) : chunk->capacity;
  }

  void add_chunk() {
    size_t bytes = memory_used_ < kDoublingUpTo ? memory_used_ : memory_used_ / 2;
    bytes = std::clamp(std::bit_floor(bytes), kSmallestChunk, kLargestChunk);
    auto* chunk = static_cast<Chunk*>(memory_->allocate(bytes, 8));
    chunk->before = last_;
    chunk->capacity = (bytes - sizeof(Chunk)) / sizeof(Record);
    last_ = chunk;
    next_ = chunk->records();
    end_ = next_ + chunk->capacity;
    memory_used_ += bytes;
  }

  std::pmr::memory_resource* memory_;
  Record* next_ = nullptr;  // where the next record goes
  Record* end_ = nullptr;   // of the last chunk
  Chunk* last_ = nullptr;
  uint64_t memory_used_ = 0;
};

}  // namespace relinsights
