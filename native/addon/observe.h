// The addon's looking half: scans and probes for JavaScript, each run off its thread.
#pragma once
#include <napi.h>

namespace uffdscope {

/// Adds scan(), listProcesses(), lookAt(), probe() and the UAPI tables to the module. Shapes:
/// addon/observe.ts.
void init_observe(Napi::Env env, Napi::Object exports);

}  // namespace uffdscope
