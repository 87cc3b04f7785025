// A fault gets what it got in a recording.
#include "engine/engine.h"

namespace uffdscope {

void Engine::set_replay(std::shared_ptr<recording::ReplayTable> table) {
  post([this, table = std::move(table)] { replay_ = table; });
}

/// True: it is answered or waits, as recorded. Decided like a rule that has no number.
bool Engine::by_replay(Monitor& m, FaultRecord& f, const RawMessage& raw, const RangeInfo* range) {
  if (is_stale(m, f, raw)) return true;
  const recording::ReplayStep* step = replay_->find(f, range);
  if (!step) return false;
  auto decision = std::make_shared<Decision>();
  decision->action = step->action;
  decision->delay_ns = step->delay_ns;
  decision->source = step->source;
  decision->block_from = step->from;
  decision->block_to = step->to;
  f.by = By::rule;
  f.by_id = 0;
  carry_out(m, f, raw, std::move(decision));
  return true;
}

}  // namespace uffdscope
