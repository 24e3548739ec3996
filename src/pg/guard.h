// The edge between C++ and PostgreSQL.
//
// RELINSIGHTS_FUNCTION(name) { ... } defines an SQL-callable function whose body may throw: the guard catches
// everything into a plain Status and raises it as a PostgreSQL error only after every C++ object is gone.
//
// PostgreSQL's own errors jump over C++ frames without running destructors. So a body calls PostgreSQL (to read
// arguments, to make result datums) only while no object with a destructor is alive; in between, the core works on
// plain memory.
#pragma once

#include "pg/prelude.h"

namespace relinsights::pg {

[[noreturn]] void raise(const Status& status);

inline void check(const Status& status) {
  if (!status.ok()) [[unlikely]]
    throw Failure{status};
}

template <class T>
T value_of(const Result<T>& result) {
  check(result.status);
  return result.value;
}

// Runs C++ work that may throw, in a place PostgreSQL calls back outside a RELINSIGHTS_FUNCTION.
template <class Work>
auto guarded(Work&& work) -> decltype(work()) {
  Status failure;
  try {
    return work();
  } catch (const Failure& thrown) {
    failure = thrown.status;
  } catch (const std::bad_alloc&) {
    failure = Status::error(StatusCode::kOutOfMemory, "out of memory");
  } catch (const std::exception& thrown) {
    failure = Status::error(StatusCode::kInternal, "unexpected C++ exception: %s", thrown.what());
  } catch (...) {
    failure = Status::error(StatusCode::kInternal, "unexpected C++ exception");
  }
  raise(failure);
}

// Memory of a PostgreSQL context for the core's containers. Running out throws, it does not jump.
class ContextMemory final : public std::pmr::memory_resource {
 public:
  explicit ContextMemory(MemoryContext context = CurrentMemoryContext) noexcept : context_(context) {}
  MemoryContext context() const noexcept { return context_; }

 private:
  void* do_allocate(size_t bytes, size_t alignment) override {
    if (alignment > MAXIMUM_ALIGNOF) throw std::bad_alloc();
    void* memory = bytes > MaxAllocHugeSize
                       ? nullptr
                       : MemoryContextAllocExtended(context_, bytes, MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
  }
  void do_deallocate(void* memory, size_t, size_t) override { pfree(memory); }
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }

  MemoryContext context_;
};

// A C++ object in memory of a PostgreSQL context, which frees it without calling its destructor: PostgreSQL may be
// called, and raise its errors, while it is there. What it owns must come from the same context.
template <class T, class... Arguments>
T* make_in(MemoryContext context, Arguments&&... arguments) {
  static_assert(alignof(T) <= MAXIMUM_ALIGNOF, "palloc aligns to MAXALIGN only");
  void* memory = MemoryContextAlloc(context, sizeof(T));
  if constexpr (sizeof...(Arguments) == 0) {
    return new (memory) T;
  } else {
    return new (memory) T{std::forward<Arguments>(arguments)...};
  }
}

}  // namespace relinsights::pg

#define RELINSIGHTS_FUNCTION(name)                                               \
  static Datum name##_body(FunctionCallInfo fcinfo);                             \
  extern "C" {                                                                   \
  PGDLLEXPORT Datum name(PG_FUNCTION_ARGS);                                      \
  PG_FUNCTION_INFO_V1(name);                                                     \
  Datum name(PG_FUNCTION_ARGS) {                                                 \
    return ::relinsights::pg::guarded([fcinfo] { return name##_body(fcinfo); }); \
  }                                                                              \
  }                                                                              \
  static Datum name##_body([[maybe_unused]] FunctionCallInfo fcinfo)
