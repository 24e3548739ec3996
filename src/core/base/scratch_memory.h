// Memory for work that is over soon: handed out one piece after the other, given back all at once. The first pieces
// come from the object itself, further ones in blocks from another resource, aligned to eight bytes as hosts such as
// PostgreSQL do.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <utility>

namespace relinsights {

template <size_t kOwn>
class ScratchMemory final : public std::pmr::memory_resource {
 public:
  explicit ScratchMemory(std::pmr::memory_resource* more) noexcept : more_(more), at_(own_), end_(own_ + kOwn) {}
  ScratchMemory(const ScratchMemory&) = delete;
  ScratchMemory& operator=(const ScratchMemory&) = delete;
  ~ScratchMemory() override {
    while (last_ != nullptr) {
      Block* before = last_->before;
      more_->deallocate(last_, last_->size, 8);
      last_ = before;
    }
  }

 private:
  struct Block {
    Block* before;
    size_t size;
  };

  void* do_allocate(size_t bytes, size_t alignment) override {
    if (alignment > 8 || bytes > SIZE_MAX - 64) throw std::bad_alloc();
    bytes = (bytes + 7) & ~size_t{7};
    if (bytes > static_cast<size_t>(end_ - at_)) {
      size_t size = sizeof(Block) + std::max(bytes, next_size_);
      last_ = new (more_->allocate(size, 8)) Block{last_, size};
      at_ = reinterpret_cast<std::byte*>(last_ + 1);
      end_ = reinterpret_cast<std::byte*>(last_) + size;
      next_size_ *= 2;
    }
    return std::exchange(at_, at_ + bytes);
  }
  void do_deallocate(void*, size_t, size_t) override {}
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }

  std::pmr::memory_resource* more_;
  Block* last_ = nullptr;
  std::byte* at_;
  std::byte* end_;
  size_t next_size_ = 2 * kOwn;
  alignas(8) std::byte own_[kOwn];
};

}  // namespace relinsights
