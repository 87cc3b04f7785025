#include "engine/recording/recorder.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <cstring>

#include "kernel/proc_threads.h"

namespace uffdscope::recording {
namespace {

/// The log keeps a quarter of a million entries: at a million faults a second still ten times this.
constexpr auto kLook = std::chrono::milliseconds(20);
constexpr size_t kThreads = 1 << 16, kThreadsAtOnce = 1 << 12;

/// The engine may write a record again while it is copied: its number tells, before and after. A
/// race on purpose, so word by word and unseen by ThreadSanitizer.
template <class Record>
__attribute__((no_sanitize("thread"))) bool copy_record(Ring<Record>& ring, uint64_t n,
                                                        Record& to) {
  static_assert(sizeof(Record) % 8 == 0);
  const auto* from =
      reinterpret_cast<const volatile uint64_t*>(ring.data() + (n & (ring.capacity() - 1)));
  if (from[0] != n) return false;
  std::atomic_thread_fence(std::memory_order_acquire);
  auto* into = reinterpret_cast<uint64_t*>(&to);
  for (size_t i = 0; i < sizeof(Record) / 8; ++i) into[i] = from[i];
  std::atomic_thread_fence(std::memory_order_acquire);
  return from[0] == n;
}

bool same(const RangeInfo& a, const RangeInfo& b) {
  return a.start == b.start && a.end == b.end && a.modes == b.modes && a.name == b.name &&
         a.prot == b.prot && a.path == b.path;
}

}  // namespace

Recorder::Recorder(Engine& engine, RecorderOptions options)
    : engine_(engine), options_(std::move(options)) {}

Result<std::unique_ptr<Recorder>> Recorder::start(Engine& engine, RecorderOptions options) {
  std::unique_ptr<Recorder> r(new Recorder(engine, std::move(options)));
  if (auto opened = r->file_.open(r->options_.file); !opened)
    return std::unexpected(opened.error());
  r->next_ = engine.log().ring().last() + 1;
  r->begin_file();
  r->take_waiting();
  r->flush();
  if (int err = r->error()) return std::unexpected(KernelError{"write", err});
  if (r->options_.pages) {
    r->pages_ = std::make_shared<PageTap>();
    engine.tap_pages(r->pages_);
  }
  r->thread_ = std::thread([me = r.get()] { me->run(); });
  return r;
}

Recorder::~Recorder() {
  if (pages_) engine_.tap_pages(nullptr);
  if (thread_.joinable()) finish("{}");
}

void Recorder::note(std::string json) {
  std::lock_guard lock(mutex_);
  notes_.push_back(std::move(json));
}

void Recorder::finish(std::string trailer) {
  {
    std::lock_guard lock(mutex_);
    if (!trailer_) trailer_ = std::make_unique<std::string>(std::move(trailer));
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Recorder::run() {
  ::pthread_setname_np(::pthread_self(), "uffd-recorder");
  for (bool last = false; !last;) {
    std::vector<std::string> notes;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kLook, [this] { return trailer_ != nullptr; });
      last = trailer_ != nullptr;
      notes.swap(notes_);
    }
    for (auto& text : notes) {
      put_text(ItemType::meta, text);
      meta_ = std::move(text);
    }
    take_ranges();
    drain();
    take_pages();
    flush();
  }
  const std::string& text = *trailer_;
  if (!error())
    check(file_.put(BlockType::trailer,
                    {reinterpret_cast<const uint8_t*>(text.data()), text.size()}, 0));
}

void Recorder::drain() {
  auto& ring = engine_.log().ring();
  const uint64_t last = ring.last();
  LogRecord r;
  for (; next_ <= last; ++next_) {
    if (const uint64_t first = ring.first(); next_ < first) {
      lose(first - next_);
      next_ = first;
    }
    if (copy_record(ring, next_, r))
      take(r);
    else
      lose(1);
  }
}

void Recorder::take(const LogRecord& r) {
  switch (r.type) {
    case LogType::fault:
    case LogType::fault_resolve:
      if (!take_fault(r.seq, r.type == LogType::fault ? ItemType::fault : ItemType::answered))
        lose(1);
      return;
    default:
      put(ItemType::log, r);
  }
}

/// False: it was overwritten.
bool Recorder::take_fault(uint64_t seq, ItemType as) {
  FaultRecord f{};
  if (!copy_record(engine_.faults().ring(), seq, f)) return false;
  if (as == ItemType::fault) {  // what comes of it is told by the log, in its turn
    f.answered_at = f.due_at = 0;
    f.bytes = 0;
    f.err = 0;
    f.state = State::held;
    f.action = Action::none;
    f.by = By::none;
  }
  if (f.range_id != kNoRange && !ranges_.contains(f.range_id)) take_ranges();
  name_thread(f.pid, f.tid);
  put(as, f);
  faults_.fetch_add(1, std::memory_order_relaxed);
  ++block_faults_;
  return true;
}

/// Those that live now: one may fault and end before we look again.
void Recorder::name_threads() {
  for (const auto& [id, range] : ranges_) {
    if (threads_.contains(uint64_t(range.pid) << 32)) continue;
    threads_.insert(uint64_t(range.pid) << 32);
    for (pid_t tid : threads_of(range.pid)) {
      name_thread(static_cast<uint32_t>(range.pid), static_cast<uint32_t>(tid));
      if (threads_.size() > kThreadsAtOnce) return;
    }
  }
}

/// What waited before we came.
void Recorder::take_waiting() {
  for (const auto& w : engine_.waiting()) {
    FaultRecord f = w.record;
    name_thread(f.pid, f.tid);
    put(ItemType::fault, f);
    faults_.fetch_add(1, std::memory_order_relaxed);
    ++block_faults_;
  }
}

void Recorder::take_ranges() {
  if (engine_.counters().ranges_version.load(std::memory_order_relaxed) == ranges_version_) return;
  uint64_t version = 0;
  auto all = engine_.ranges(options_.monitor, version);
  ranges_version_ = version;
  std::unordered_set<uint32_t> there;
  for (const RangeInfo& r : all) {
    there.insert(r.id);
    auto known = ranges_.find(r.id);
    if (known != ranges_.end() && same(known->second, r)) continue;
    ranges_.insert_or_assign(r.id, r);
    put_range(r);
  }
  std::erase_if(ranges_, [&](const auto& known) {
    if (there.contains(known.first)) return false;
    put(ItemType::range_gone, RangeGone{now_ns(), known.first, 0});
    return true;
  });
}

void Recorder::put_range(const RangeInfo& r) {
  auto text = [](const std::string& s) {
    return static_cast<uint16_t>(std::min<size_t>(s.size(), 0xffff));
  };
  const int64_t since = beginning_ ? options_.file.began : now_ns();
  RangeItem head{since,        r.start,
                 r.end,        r.modes,
                 r.id,         static_cast<uint32_t>(r.pid),
                 r.page_shift, r.shared ? 1u : 0u,
                 text(r.prot), text(r.path),
                 text(r.name), 0};
  uint8_t* at = item(ItemType::range, sizeof head + head.prot + head.path + head.name);
  std::memcpy(at, &head, sizeof head);
  at += sizeof head;
  for (const auto& [from, length] :
       {std::pair{&r.prot, head.prot}, {&r.path, head.path}, {&r.name, head.name}}) {
    std::memcpy(at, from->data(), length);
    at += length;
  }
}

/// Its name while it lives: read once, when its first fault comes.
void Recorder::name_thread(uint32_t pid, uint32_t tid) {
  if (tid == 0 || pid == 0) return;
  if (!threads_.insert(uint64_t{pid} << 32 | tid).second) return;
  if (threads_.size() > kThreads) threads_.clear();
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%u/task/%u/comm", pid, tid);
  UniqueFd fd(::open(path, O_RDONLY | O_CLOEXEC));
  ThreadItem t{pid, tid, {}};
  const ssize_t n = fd ? ::read(fd.get(), t.comm, sizeof t.comm) : -1;
  if (n <= 0) return;  // it has ended, or has another number here: no name is known
  if (t.comm[n - 1] == '\n') t.comm[n - 1] = 0;
  put(ItemType::thread, t);
}

void Recorder::take_pages() {
  if (!pages_) return;
  pages_->take([this](uint64_t seq, uint64_t address, uint64_t length, auto copy) {
    const PageItem head{seq, address};
    uint8_t* at = item(ItemType::page, sizeof head + length);
    std::memcpy(at, &head, sizeof head);
    copy(at + sizeof head);
  });
  const uint64_t lost = pages_->lost();
  if (lost > pages_lost_) lose(lost - pages_lost_);
  pages_lost_ = lost;
}

void Recorder::lose(uint64_t count) {
  lost_.fetch_add(count, std::memory_order_relaxed);
  put(ItemType::lost, Lost{now_ns(), count});
}

/// Room for one more item of this length.
uint8_t* Recorder::item(ItemType type, size_t length) {
  const size_t whole = sizeof(ItemHeader) + ((length + 7) & ~size_t{7});
  if (!block_.empty() && block_.size() + whole > kBlockTarget) flush();
  const size_t at = block_.size();
  block_.resize(at + whole);  // zeros behind it
  const ItemHeader head{type, static_cast<uint32_t>(length)};
  std::memcpy(block_.data() + at, &head, sizeof head);
  ++items_;
  return block_.data() + at + sizeof head;
}

template <class T>
void Recorder::put(ItemType type, const T& value) {
  std::memcpy(item(type, sizeof value), &value, sizeof value);
}

void Recorder::put_text(ItemType type, const std::string& text) {
  std::memcpy(item(type, text.size()), text.data(), text.size());
}

void Recorder::flush() {
  if (block_.empty()) return;
  if (error()) {  // the disk took no more: what would have been written is lost, and said so
    lost_.fetch_add(items_, std::memory_order_relaxed);
  } else {
    if (!beginning_ && file_.full(block_.size())) {
      std::vector<uint8_t> waits;
      waits.swap(block_);
      const uint32_t items = std::exchange(items_, 0);
      const uint64_t faults = std::exchange(block_faults_, 0);
      check(file_.rotate());
      if (!error()) begin_file();
      block_.swap(waits);
      items_ = items;
      block_faults_ = faults;
    }
    if (!error()) check(file_.put(BlockType::items, block_, items_, block_faults_));
  }
  block_.clear();
  items_ = 0;
  block_faults_ = 0;
}

/// Each file can be read without the ones before it: it begins with all that is known.
void Recorder::begin_file() {
  check(file_.put(
      BlockType::header,
      {reinterpret_cast<const uint8_t*>(options_.header.data()), options_.header.size()}, 0));
  if (error()) return;
  beginning_ = true;
  if (!meta_.empty()) put_text(ItemType::meta, meta_);
  threads_.clear();
  for (const auto& [id, range] : ranges_) put_range(range);
  take_ranges();
  name_threads();
  flush();
  beginning_ = false;
}

void Recorder::check(const Result<void>& done) {
  if (!done) error_.store(done.error().err, std::memory_order_relaxed);
}

}  // namespace uffdscope::recording
