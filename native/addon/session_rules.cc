// The rules of a session: all of them at once, and what each has counted.
#include "addon/convert.h"
#include "addon/convert_rules.h"
#include "addon/session_object.h"

namespace uffdscope {

/// (rules[], seed)
Napi::Value SessionObject::set_rules(const Napi::CallbackInfo& info) {
  auto rules = to_rules(info[0].As<Napi::Array>());
  std::vector<std::shared_ptr<RuleMemory>> memories;
  std::vector<uint32_t> live;
  for (const auto& r : rules) {
    auto& memory = state_->rule_memories[r->id];
    if (!memory) memory = std::make_shared<RuleMemory>();
    memories.push_back(memory);
    live.push_back(r->id);
  }
  auto seed = static_cast<uint64_t>(info[1].ToNumber().Int64Value());
  engine().set_rules(
      std::make_shared<RuleSet>(std::move(rules), std::move(memories), seed, state_->began),
      std::move(live));
  return info.Env().Undefined();
}

/// (id) -> {matched, acted}; a rule that never ran has counted nothing.
Napi::Value SessionObject::rule_counts(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto o = Napi::Object::New(env);
  auto it = state_->rule_memories.find(static_cast<uint32_t>(info[0].ToNumber().Int64Value()));
  const bool known = it != state_->rule_memories.end();
  o.Set("matched", num(env, known ? it->second->counts.matched.load() : uint64_t{0}));
  o.Set("acted", num(env, known ? it->second->counts.acted.load() : uint64_t{0}));
  return o;
}

}  // namespace uffdscope
