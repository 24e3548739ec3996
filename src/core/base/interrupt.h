// How long work in the core is stopped: it asks now and then whether the caller wants it to end.
#pragma once

#include "core/base/status.h"

namespace relinsights {

// Set by the host; answers whether the running work should stop. Must be quick and must not throw.
inline bool (*interrupt_requested)() noexcept = nullptr;

inline Status check_interrupt() noexcept {
  if (interrupt_requested != nullptr && interrupt_requested())
    return Status::error(StatusCode::kInterrupted, "canceling statement due to user request");
  return {};
}

// The same where there is no Status to return.
inline void throw_if_interrupted() {
  if (Status status = check_interrupt(); !status.ok()) throw Failure{status};
}

// Checks at every 65536th step of a loop that may be long.
class InterruptPace {
 public:
  void step() {
    if ((++steps_ & 0xffff) == 0) throw_if_interrupted();
  }

 private:
  uint32_t steps_ = 0;
};

}  // namespace relinsights
