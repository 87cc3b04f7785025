// Rules as JavaScript compiled them (session/rules/compile-rule.ts) to rules of the engine.
#pragma once
#include <napi.h>

#include <memory>
#include <vector>

#include "engine/rules/rule.h"

namespace uffdscope {

/// Throws a Napi::Error where something cannot be loaded: a source, a filter program.
std::vector<std::shared_ptr<const Rule>> to_rules(const Napi::Array& list);

}  // namespace uffdscope
