// Giving back what an engine that is dead or stuck had read: its pages are woken, their threads
// fault again, and the messages return to the queue for the handler.
#pragma once
#include <cstdint>
#include <functional>

#include "keeper/journal_view.h"
#include "keeper/lookout.h"

namespace uffdscope {

/// Wakes everything that the journal says is owed; returns how many pages. The threads that answer
/// must be running by now: waking first fills the queue of a handler that sleeps. `pause` is called
/// between batches, so that the handler meets the faults about as fast as it did before.
uint32_t hand_back(JournalView& journal, Lookout& lookout,
                   const std::function<void(int64_t ns)>& pause);

}  // namespace uffdscope
