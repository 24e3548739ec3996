// How long work in the core is stopped: it asks now and then whether the caller wants it to end.
#pragma once

#include "core/status.h"

namespace relinsights {

// Set by the host; answers whether the running work should stop. Must be quick and must not throw.
inline bool (*interrupt_requested)() noexcept = nullptr;

inline Status check_interrupt() noexcept {
  if (interrupt_requested != nullptr && interrupt_requested())
    return Status::error(StatusCode::kInterrupted, "canceling statement due to user request");
  return {};
}

}  // namespace relinsights
