#include "pg/spool.h"

namespace relinsights::pg {
namespace {

constexpr size_t kSmallestChunk = 1024;
constexpr size_t kLargestChunk = 256 * 1024;

}  // namespace

Spool* Spool::make(SpoolBudget* budget, uint32_t partitions) {
  auto* spool = static_cast<Spool*>(MemoryContextAllocZero(budget->context, sizeof(Spool)));
  spool->budget_ = budget;
  spool->count_ = partitions;
  spool->reading_ = kNone;
  spool->parts_ = static_cast<Partition*>(MemoryContextAllocZero(budget->context, sizeof(Partition) * partitions));
  for (uint32_t i = 0; i < partitions; ++i) spool->parts_[i].next_size = kSmallestChunk;
  spool->next_ = budget->spools;
  budget->spools = spool;
  return spool;
}

Spool::Chunk* Spool::add_chunk(Partition& part, size_t at_least) {
  const size_t size = Max(part.next_size, sizeof(Chunk) + at_least);
  part.next_size = Min(part.next_size * 2, kLargestChunk);
  auto* chunk = static_cast<Chunk*>(MemoryContextAllocHuge(budget_->context, size));
  chunk->next = nullptr;
  chunk->size = size - sizeof(Chunk);
  chunk->used = 0;
  if (part.first == nullptr)
    part.first = chunk;
  else
    part.last->next = chunk;
  part.last = chunk;
  budget_->used += size;
  return chunk;
}

char* Spool::begin(uint32_t partition, size_t size) {
  Partition& part = parts_[partition];
  const size_t needed = size + sizeof(uint32_t);
  if (part.last == nullptr || part.last->size - part.last->used < needed) {
    if (budget_->used > budget_->most) {
      CHECK_FOR_INTERRUPTS();
      for (Spool* spool = budget_->spools; spool != nullptr; spool = spool->next_) spool->flush();
    }
    add_chunk(part, needed);
  }
  return part.last->data() + part.last->used + sizeof(uint32_t);
}

void Spool::finish(uint32_t partition, size_t size) {
  Partition& part = parts_[partition];
  const auto written = static_cast<uint32_t>(size);
  memcpy(part.last->data() + part.last->used, &written, sizeof written);
  part.last->used += sizeof written + size;
  ++part.rows;
  ++rows_;
}

void Spool::drop(uint32_t partition) {
  if (reading_ == partition) reading_ = kNone;
  Partition& part = parts_[partition];
  while (part.first != nullptr) {
    Chunk* chunk = part.first;
    part.first = chunk->next;
    budget_->used -= sizeof(Chunk) + chunk->size;
    pfree(chunk);
  }
  part.last = nullptr;
  if (part.file != nullptr) BufFileClose(part.file);
  part.file = nullptr;
}

// Moves everything into files but the partition that is being read: its rows are in use.
void Spool::flush() {
  for (uint32_t i = 0; i < count_; ++i) {
    Partition& part = parts_[i];
    if (part.first == nullptr || i == reading_) continue;
    if (part.file == nullptr) {
      MemoryContext before = MemoryContextSwitchTo(budget_->context);
      part.file = BufFileCreateTemp(false);
      MemoryContextSwitchTo(before);
    }
    for (Chunk* chunk = part.first; chunk != nullptr;) {
      Chunk* next = chunk->next;
      BufFileWrite(part.file, &chunk->used, sizeof chunk->used);
      BufFileWrite(part.file, chunk->data(), chunk->used);
      budget_->used -= sizeof(Chunk) + chunk->size;
      pfree(chunk);
      chunk = next;
    }
    part.first = part.last = nullptr;
    part.next_size = kSmallestChunk;
  }
}

void Spool::load(uint32_t partition) {
  reading_ = partition;
  Partition& part = parts_[partition];
  if (part.file == nullptr) return;
  Chunk* in_memory = part.first;
  Chunk* last_in_memory = part.last;
  part.first = part.last = nullptr;
  if (BufFileSeek(part.file, 0, 0, SEEK_SET) != 0)
    ereport(ERROR, (errcode_for_file_access(), errmsg("could not rewind a temporary file of a refresh: %m")));
  size_t used;
  while (BufFileRead(part.file, &used, sizeof used) == sizeof used) {
    CHECK_FOR_INTERRUPTS();
    part.next_size = 0;
    Chunk* chunk = add_chunk(part, used);
    if (BufFileRead(part.file, chunk->data(), used) != used)
      ereport(ERROR, (errcode_for_file_access(), errmsg("could not read a temporary file of a refresh: %m")));
    chunk->used = used;
  }
  BufFileClose(part.file);
  part.file = nullptr;
  if (in_memory != nullptr) {
    if (part.first == nullptr)
      part.first = in_memory;
    else
      part.last->next = in_memory;
    part.last = last_in_memory;
  }
}

}  // namespace relinsights::pg
