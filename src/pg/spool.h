// Rows that wait for their turn, in partitions: in memory while all spools of a budget fit into it, in temporary files
// beyond (SET temp_file_limit bounds those). Rows are bytes of any length and come back in the order in which they
// came.
//
// Plain memory of a context; every function may raise PostgreSQL's errors.
#pragma once

#include "pg/guard.h"

extern "C" {
#include "storage/buffile.h"
}

namespace relinsights::pg {

class Spool;

// What the spools of one refresh may hold in memory together.
struct SpoolBudget {
  MemoryContext context;
  size_t most;
  size_t used = 0;
  Spool* spools = nullptr;
};

class Spool {
 public:
  static Spool* make(SpoolBudget* budget, uint32_t partitions);

  uint32_t partitions() const noexcept { return count_; }
  uint64_t rows() const noexcept { return rows_; }
  // Room for a row of at most `size` bytes; finish() says how many it became.
  char* begin(uint32_t partition, size_t size);
  void finish(uint32_t partition, size_t size);

  // Brings a partition into memory and calls visit(bytes, size) for each row; they stay until drop(), one partition at
  // a time.
  template <class Visit>
  void each(uint32_t partition, Visit&& visit) {
    load(partition);
    for (const Chunk* chunk = parts_[partition].first; chunk != nullptr; chunk = chunk->next) {
      CHECK_FOR_INTERRUPTS();
      for (const char* row = chunk->data(); row != chunk->data() + chunk->used;) {
        uint32_t size;
        memcpy(&size, row, sizeof size);
        visit(row + sizeof size, size);
        row += sizeof size + size;
      }
    }
  }
  uint64_t rows(uint32_t partition) const noexcept { return parts_[partition].rows; }
  void drop(uint32_t partition);

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Chunk {
    Chunk* next;
    size_t size, used;
    char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
    const char* data() const noexcept { return reinterpret_cast<const char*>(this + 1); }
  };
  struct Partition {
    Chunk* first;
    Chunk* last;
    BufFile* file;  // what does not fit into memory, before what does
    uint64_t rows;
    size_t next_size;
  };

  Chunk* add_chunk(Partition& part, size_t at_least);
  void load(uint32_t partition);
  void flush();

  SpoolBudget* budget_;
  Spool* next_;  // of the budget's spools
  Partition* parts_;
  uint64_t rows_;
  uint32_t count_;
  uint32_t reading_;  // the partition between each() and drop(), kNone: none
};

}  // namespace relinsights::pg
