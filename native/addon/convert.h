// Between JavaScript values and the core's types.
#pragma once
#include <napi.h>

#include <memory>
#include <string>

#include "engine/engine.h"
#include "kernel/result.h"

namespace uffdscope {

/// An Error with `call`, `errno` (positive) and `done`; session/ makes an UffdscopeError of it.
Napi::Error to_error(Napi::Env env, const KernelError& e);

inline Napi::Value big(Napi::Env env, uint64_t v) { return Napi::BigInt::New(env, v); }
inline Napi::Value num(Napi::Env env, double v) { return Napi::Number::New(env, v); }
inline Napi::Value num(Napi::Env env, uint64_t v) {
  return Napi::Number::New(env, static_cast<double>(v));
}
inline Napi::Value num(Napi::Env env, int64_t v) {
  return Napi::Number::New(env, static_cast<double>(v));
}

/// {type:'zero'} | {type:'pattern',byte} | {type:'file',path,offset} | {type:'bytes',bytes}; null:
/// none.
Result<std::shared_ptr<Source>> to_source(const Napi::Value& v);
/// 'hold' | 'zero' | 'source' | 'pass' | 'wake' | 'poison'
Default to_default(const std::string& name);
/// 'copy' | 'zero' | … ; Action::none for a name that is none
Action to_action(const std::string& name);
Napi::Object from_range(Napi::Env env, const RangeInfo& r);
/// The range as the engine keeps it.
std::vector<RangeInfo> read_ranges(pid_t pid, Result<void>& status);

}  // namespace uffdscope
