// What a session shows of the target's memory, read off the JS thread.
#include "addon/convert.h"
#include "addon/promise.h"
#include "addon/session_object.h"
#include "kernel/mem_read.h"
#include "kernel/pagemap.h"

namespace uffdscope {

/// (seq, page, length) -> Promise<Buffer | errno>
Napi::Value SessionObject::preview(const Napi::CallbackInfo& info) {
  FaultRecord f{};
  bool lossless;
  f.seq = static_cast<uint64_t>(info[0].ToNumber().Int64Value());
  f.page = info[1].As<Napi::BigInt>().Uint64Value(&lossless);
  f.monitor = static_cast<uint16_t>(state_->monitor);
  auto bytes = std::make_shared<std::vector<uint8_t>>(info[2].ToNumber().Uint32Value());
  auto result = std::make_shared<Result<void>>();
  return PoolWork::run(
      info.Env(),
      [state = state_, f, bytes, result] { *result = state->engine->preview(f, *bytes); },
      [bytes, result](Napi::Env e) -> Napi::Value {
        if (!*result) return num(e, int64_t{result->error().err});
        return Napi::Buffer<uint8_t>::Copy(e, bytes->data(), bytes->size());
      });
}

/// (page, length) -> Promise<Buffer | {state, errno}>: reads only what pagemap says is there.
Napi::Value SessionObject::read_page(const Napi::CallbackInfo& info) {
  bool lossless;
  uint64_t page = info[0].As<Napi::BigInt>().Uint64Value(&lossless);
  auto bytes = std::make_shared<std::vector<uint8_t>>(info[1].ToNumber().Uint32Value());
  auto state = std::make_shared<int>(-1);
  auto err = std::make_shared<int>(0);
  pid_t pid = state_->target;
  return PoolWork::run(
      info.Env(),
      [pid, page, bytes, state, err] {
        auto map = Pagemap::open(pid);
        auto s = map ? map->state_of(page) : Result<PageState>(std::unexpected(map.error()));
        if (!s) {
          *err = s.error().err;
          return;
        }
        *state = static_cast<int>(*s);
        if (*s == PageState::missing || *s == PageState::poisoned) return;
        auto mem = MemReader::open(pid);
        auto n = mem ? mem->read(page, *bytes) : Result<size_t>(std::unexpected(mem.error()));
        if (!n) {
          *err = n.error().err;
        } else {
          bytes->resize(*n);
        }
      },
      [bytes, state, err](Napi::Env e) -> Napi::Value {
        auto o = Napi::Object::New(e);
        o.Set("state", num(e, int64_t{*state}));
        o.Set("errno", num(e, int64_t{*err}));
        bool known = *err == 0 && *state != static_cast<int>(PageState::missing) &&
                     *state != static_cast<int>(PageState::poisoned);
        o.Set("bytes",
              known ? Napi::Value(Napi::Buffer<uint8_t>::Copy(e, bytes->data(), bytes->size()))
                    : e.Null());
        return o;
      });
}

/// (start, end) -> Promise<Float64Array of [start, end, state, huge] | {errno}>
Napi::Value SessionObject::page_map(const Napi::CallbackInfo& info) {
  bool lossless;
  uint64_t start = info[0].As<Napi::BigInt>().Uint64Value(&lossless);
  uint64_t end = info[1].As<Napi::BigInt>().Uint64Value(&lossless);
  auto result = std::make_shared<Result<std::vector<PageRun>>>();
  pid_t pid = state_->target;
  return PoolWork::run(
      info.Env(),
      [pid, start, end, result] {
        auto map = Pagemap::open(pid);
        *result = map ? map->scan(start, end)
                      : Result<std::vector<PageRun>>(std::unexpected(map.error()));
      },
      [result](Napi::Env e) -> Napi::Value {
        if (!*result) throw to_error(e, result->error());
        auto flat = Napi::Float64Array::New(e, (*result)->size() * 4);
        size_t i = 0;
        for (const PageRun& r : **result) {
          flat[i++] = static_cast<double>(r.start);
          flat[i++] = static_cast<double>(r.end);
          flat[i++] = static_cast<double>(r.state);
          flat[i++] = r.huge;
        }
        return flat;
      });
}

/// Reads smaps again off the JS thread; resolves to how many ns that took, so that the caller can
/// space it out.
Napi::Value SessionObject::refresh_ranges(const Napi::CallbackInfo& info) {
  auto took = std::make_shared<int64_t>(0);
  auto status = std::make_shared<Result<void>>();
  return PoolWork::run(
      info.Env(),
      [state = state_, took, status] {
        int64_t from = now_ns();
        auto ranges = read_ranges(state->target, *status);
        *took = now_ns() - from;
        if (*status) state->engine->set_ranges(state->monitor, std::move(ranges));
      },
      [took, status](Napi::Env e) -> Napi::Value {
        if (!*status) throw to_error(e, status->error());
        return num(e, *took);
      });
}

}  // namespace uffdscope
