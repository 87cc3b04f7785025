// What a session shows of the target's memory, read off the JS thread.
#include "addon/convert.h"
#include "addon/promise.h"
#include "addon/session_object.h"
#include "kernel/mapped_file.h"
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

namespace {

/// The page as it is, without raising a fault. ENODATA: nothing is there.
Result<size_t> read_whatever_is_there(pid_t pid, uint64_t page, PageState state,
                                      std::span<uint8_t> into) {
  if (state == PageState::poisoned) return std::unexpected(KernelError{"read", ENODATA});
  if (state != PageState::missing) {
    auto mem = MemReader::open(pid);
    return mem ? mem->read(page, into) : Result<size_t>(std::unexpected(mem.error()));
  }
  auto cached = read_mapped_file(pid, page, into);  // of shared memory it may be in the file alone
  if (!cached) return std::unexpected(KernelError{"read", ENODATA});
  return cached;
}

}  // namespace

/// (page, length) -> Promise<{state, errno, bytes | null}>: raises no fault.
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
        auto n = read_whatever_is_there(pid, page, *s, *bytes);
        if (!n && n.error().err != ENODATA) *err = n.error().err;
        bytes->resize(n ? *n : 0);
      },
      [bytes, state, err](Napi::Env e) -> Napi::Value {
        auto o = Napi::Object::New(e);
        o.Set("state", num(e, int64_t{*state}));
        o.Set("errno", num(e, int64_t{*err}));
        o.Set("bytes", !bytes->empty() ? Napi::Value(Napi::Buffer<uint8_t>::Copy(e, bytes->data(),
                                                                                 bytes->size()))
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
