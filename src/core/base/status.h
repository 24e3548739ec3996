// What a core function reports: success, or one error written for people.
//
// A Status is plain bytes (no destructor), so that it may outlive every C++ object and be raised as a PostgreSQL error
// afterwards. Messages are cut to fit, between two characters; they are lower-case and name the thing, the detail gives
// the value, the hint the way out.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <new>
#include <utility>

#include "core/base/shown_text.h"

namespace relinsights {

enum class StatusCode : uint8_t {
  kOk,
  kInvalidArgument,  // a caller's value that makes no sense
  kOutOfRange,       // a result or input beyond what its type holds
  kInvalidText,      // text that is no value of the type
  kCorruptBytes,     // bytes that are no value of the type
  kUnknownVersion,   // bytes of a later version
  kDuplicate,        // two things with one identity
  kLimitExceeded,    // larger than the product allows
  kOutOfMemory,
  kInterrupted,
  kInternal,
};

class [[nodiscard]] Status {
 public:
  Status() noexcept { message_[0] = detail_[0] = hint_[0] = '\0'; }

  [[gnu::format(printf, 2, 3)]] static Status error(StatusCode code, const char* format, ...) noexcept {
    Status status;
    status.code_ = code;
    va_list arguments;
    va_start(arguments, format);
    print_clipped(status.message_, sizeof status.message_, format, arguments);
    va_end(arguments);
    return status;
  }
  [[gnu::format(printf, 2, 3)]] Status&& detail(const char* format, ...) && noexcept {
    va_list arguments;
    va_start(arguments, format);
    print_clipped(detail_, sizeof detail_, format, arguments);
    va_end(arguments);
    return std::move(*this);
  }
  [[gnu::format(printf, 2, 3)]] Status&& hint(const char* format, ...) && noexcept {
    va_list arguments;
    va_start(arguments, format);
    print_clipped(hint_, sizeof hint_, format, arguments);
    va_end(arguments);
    return std::move(*this);
  }

  bool ok() const noexcept { return code_ == StatusCode::kOk; }
  StatusCode code() const noexcept { return code_; }
  const char* message() const noexcept { return message_; }
  const char* detail_text() const noexcept { return detail_; }
  const char* hint_text() const noexcept { return hint_; }

 private:
  StatusCode code_ = StatusCode::kOk;
  char message_[200];
  char detail_[200];
  char hint_[200];
};

// A value, or why there is none.
template <class T>
struct Result {
  Status status;
  T value{};

  Result(T v) noexcept : value(v) {}
  Result(Status s) noexcept : status(s) {}
  bool ok() const noexcept { return status.ok(); }
};

#define RELINSIGHTS_RETURN_IF_ERROR(expression)                       \
  do {                                                                \
    if (::relinsights::Status s_ = (expression); !s_.ok()) return s_; \
  } while (0)

// Thrown within the core where there is no Status to return; its edge makes it one again.
struct Failure {
  Status status;
};

// The edge of the core: runs `work` (which returns a Status and may run out of memory) and lets no exception out.
template <class Work>
Status contain(Work&& work) noexcept {
  try {
    return work();
  } catch (const Failure& failure) {
    return failure.status;
  } catch (const std::bad_alloc&) {
    return Status::error(StatusCode::kOutOfMemory, "out of memory");
  } catch (...) {
    return Status::error(StatusCode::kInternal, "unexpected exception in the relinsights core");
  }
}

}  // namespace relinsights
