// Follows log and faults of an engine and writes them down, on a thread of its own. It reads the
// rings as any other reader does: the engine does nothing for it and never waits.
#pragma once
#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "engine/engine.h"
#include "engine/recording/page_tap.h"
#include "engine/recording/record_file.h"

namespace uffdscope::recording {

struct RecorderOptions {
  FileOptions file;
  std::string header;  // JSON
  bool pages = false;  // the bytes of answers, too
  uint32_t monitor = 1;
};

class Recorder {
 public:
  /// Begins with what waits now and with what comes from now on.
  static Result<std::unique_ptr<Recorder>> start(Engine& engine, RecorderOptions options);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// JSON: what changed of the header.
  void note(std::string json);
  /// Everything that is in the log now, then the trailer; waits for the disk. Once.
  void finish(std::string trailer);

  // Any thread.
  uint64_t bytes() const { return file_.bytes(); }
  uint64_t dropped() const { return file_.dropped(); }
  uint32_t files() const { return file_.files(); }
  uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }
  uint64_t faults() const { return faults_.load(std::memory_order_relaxed); }
  int error() const { return error_.load(std::memory_order_relaxed); }  // errno, 0: none

 private:
  Recorder(Engine& engine, RecorderOptions options);
  void run();
  void drain();
  void take(const LogRecord& r);
  bool take_fault(uint64_t seq, ItemType as);
  void take_waiting();
  void take_ranges();
  void take_pages();
  void put_range(const RangeInfo& r);
  void name_threads();
  void name_thread(uint32_t pid, uint32_t tid);
  void lose(uint64_t count);
  uint8_t* item(ItemType type, size_t length);
  template <class T>
  void put(ItemType type, const T& value);
  void put_text(ItemType type, const std::string& text);
  void flush();
  void begin_file();
  void check(const Result<void>& done);

  Engine& engine_;
  RecorderOptions options_;
  RecordFile file_;
  std::shared_ptr<PageTap> pages_;
  uint64_t next_ = 1;  // entry of the log
  std::vector<uint8_t> block_;
  uint32_t items_ = 0;
  uint64_t block_faults_ = 0;
  bool beginning_ = false;  // a file: what must stand there may be more than its share
  uint64_t pages_lost_ = 0;
  uint64_t ranges_version_ = 0;
  std::map<uint32_t, RangeInfo> ranges_;
  std::unordered_set<uint64_t> threads_;
  std::string meta_;  // the last note, for a file that begins later

  std::atomic<uint64_t> lost_{0}, faults_{0};
  std::atomic<int> error_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::string> notes_;        // guarded
  std::unique_ptr<std::string> trailer_;  // guarded: set once, then the thread ends
  std::thread thread_;
};

}  // namespace uffdscope::recording
