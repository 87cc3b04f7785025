// What the addon exports.
#include <napi.h>

#include "addon/observe.h"
#include "addon/script_host_object.h"
#include "addon/session_object.h"

static Napi::Object init(Napi::Env env, Napi::Object exports) {
  uffdscope::SessionObject::init(env, exports);
  uffdscope::init_observe(env, exports);
  uffdscope::ScriptHostObject::init(env, exports);
  return exports;
}

NODE_API_MODULE(uffdscope, init)
