// What uffdscope and its keeper say to each other: SOCK_SEQPACKET datagrams of one fixed struct,
// file descriptors by SCM_RIGHTS. The keeper is started as `uffdscope-keeper CHANNEL_FD JOURNAL_FD
// PARENT_PID` with both descriptors open.
#pragma once
#include <cstdint>

namespace uffdscope {

enum class KeeperSay : uint32_t {
  // engine -> keeper
  watch = 1,    // + uffd fd. monitor, target pid, ino. The keeper keeps its own copy and learns who
                // reads it.
  unwatch,      // monitor. Close the copy.
  arm,          // monitor. Freeze every thread that waits on it. value 1: what was read and not
                // answered is forgotten, by the operator's word. -> armed | no_handler | refused
  thaw,         // monitor. -> thawed
  terminal,     // + tty fd. value 1: keep its modes as they were (terminal_modes.h: monitor, pid,
                // ino; all zero: as they are now) and restore them if we die; 0: forget it.
  bye,          // thaw everything, restore nothing, exit 0. -> stays, where forked children live;
                // (end of channel)
  keep,         // + uffd fd of a forked child, which nobody else has. value = WardAnswer
  ward_answer,  // value = WardAnswer: what children get once uffdscope is gone
  // keeper -> engine
  ready = 100,
  armed,         // monitor; count threads frozen; value = longest stop in ns
  no_handler,    // monitor; nobody was seen to wait on it
  refused,       // monitor; value = KeeperRefusal; pid = the thread or process it is about
  thawed,        // monitor; count threads let go
  handler_gone,  // monitor; a frozen thread or the last reader died (pid); count: readers that
                 // remain
  handler_seen,  // monitor; pid = thread seen waiting (first sight only, and not while it arms)
  took_turn,     // the keeper acted for a stopped or stuck engine; count pages handed back
  stays,         // it stays behind for forked children; count of them, pid = its own
};

enum class KeeperRefusal : uint64_t {
  none = 0,
  not_permitted,  // ptrace refused (EPERM)
  traced,         // another tracer holds the thread; pid = tracer
  did_not_stop,   // no stop inside its wait within the time allowed
  io_uring,       // an io_uring worker reads it; it cannot be frozen
  unwatched,      // no such monitor
  at_work,        // nobody waits on it; pid = a thread that is at work and may be the handler
  in_hand,        // a message was read and not answered; pid = a thread that may have it
  claimed,        // another uffdscope takes part; pid = its process, -1: not known (engine/claim.h)
};

/// What the faults of forked children get from a keeper that stayed behind.
struct WardAnswer {
  enum class What : uint8_t { hold, fill, poison } what = What::hold;
  uint8_t byte = 0;  // fill
  uint64_t packed() const { return static_cast<uint64_t>(what) | uint64_t{byte} << 8; }
  static WardAnswer from(uint64_t packed) {
    const uint64_t what = packed & 0xff;
    if (what > static_cast<uint64_t>(What::poison)) return {};
    return {static_cast<What>(what), static_cast<uint8_t>(packed >> 8)};
  }
};

struct KeeperMessage {
  KeeperSay say;
  uint32_t monitor;
  int32_t pid;
  uint32_t count;
  uint64_t value;
  uint64_t ino;
};
static_assert(sizeof(KeeperMessage) == 32);

}  // namespace uffdscope
