// CrashPoints: the named moments at which a keeper may die, so that tests can make it die there.
//
// Each lies between two steps whose order the design promises. In production nothing happens; the
// kill test stops the real process at one (see app/crash_at.h), the simulator throws its own
// signal.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string_view>

#include "model/call.h"

namespace engine {

enum class CrashPoint {
  kEventsJournaled,     // Durable, not yet deleted from the queue, not yet decided on.
  kEventsAcknowledged,  // Deletion was sent, nothing decided.
  kDecided,             // The brain has decided; nothing of it is durable.
  kTurnRecorded,        // Intents and incidents are durable; nothing was sent.
  kBeforeLedgerWrite,
  kAfterLedgerWrite,  // "After": the answer has come and nobody has looked at it.
  kBeforeLaunch,
  kAfterLaunch,
  kBeforeRegister,
  kAfterRegister,
  kBeforeDeregister,
  kAfterDeregister,
  kBeforeDetach,
  kAfterDetach,
  kBeforeTerminate,
  kAfterTerminate,
  kAfterNotify,  // A target has the message, and the outbox still has it too.
};

inline constexpr std::array<std::string_view, 17> kCrashPointNames{
    "events-journaled",   "events-acknowledged", "decided",           "turn-recorded",
    "before-ledger-write", "after-ledger-write", "before-launch",     "after-launch",
    "before-register",    "after-register",      "before-deregister", "after-deregister",
    "before-detach",      "after-detach",        "before-terminate",  "after-terminate",
    "after-notify",
};

constexpr std::string_view to_string(CrashPoint point) {
  return kCrashPointNames[static_cast<size_t>(point)];
}

// The points around a call, for the calls that have them.
inline std::optional<CrashPoint> before(const model::Call& call) {
  if (std::holds_alternative<model::LedgerWrite>(call)) return CrashPoint::kBeforeLedgerWrite;
  if (std::holds_alternative<model::RunInstances>(call)) return CrashPoint::kBeforeLaunch;
  if (std::holds_alternative<model::CreateFleet>(call)) return CrashPoint::kBeforeLaunch;
  if (std::holds_alternative<model::RequestSpotInstances>(call)) return CrashPoint::kBeforeLaunch;
  if (std::holds_alternative<model::RegisterTargets>(call)) return CrashPoint::kBeforeRegister;
  if (std::holds_alternative<model::DeregisterTargets>(call)) return CrashPoint::kBeforeDeregister;
  if (std::holds_alternative<model::DetachInstances>(call)) return CrashPoint::kBeforeDetach;
  if (std::holds_alternative<model::TerminateInstances>(call)) return CrashPoint::kBeforeTerminate;
  return std::nullopt;
}

constexpr CrashPoint after(CrashPoint before_call) {
  return static_cast<CrashPoint>(static_cast<int>(before_call) + 1);
}

// Called at every point, on the loop's thread. Empty: nothing happens.
using CrashHook = std::function<void(CrashPoint)>;

}  // namespace engine
