// SIGTERM, SIGHUP and SIGINT end uffdscope in order even when JavaScript is stuck: if it does not
// move within 2 s after the signal, every engine hands back and the process exits. (SIGKILL is the
// keeper's business.)
#pragma once
#include <functional>

namespace uffdscope {

class Engine;

/// Called by JavaScript now and then: notes that it lives, and puts itself in front of the handlers
/// that libuv has installed meanwhile. Signals without a handler are left alone: they end the
/// process at once, and the keeper acts.
void note_javascript_alive();

void guard_engine(Engine* engine);
void forget_engine(Engine* engine);

}  // namespace uffdscope
