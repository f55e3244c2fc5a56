#include "mentara/storage/test_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <mutex>
#include <new>
#include <utility>

namespace mentara::storage {

struct TestVfs::Impl {
  // What this call answers instead of being done, or SQLITE_OK.
  int refuse(Call call) {
    std::lock_guard lock(mutex);
    if (remaining < 0 || call != failing) return SQLITE_OK;
    if (remaining > 1) {
      --remaining;
      return SQLITE_OK;
    }
    if (remaining == 0 && !persistent) return SQLITE_OK;
    remaining = 0;
    has_failed = true;
    if (fault == Fault::full) return SQLITE_FULL;
    if (call == Call::sync) return SQLITE_IOERR_FSYNC;
    return call == Call::truncate ? SQLITE_IOERR_TRUNCATE : SQLITE_IOERR_WRITE;
  }
  void record(Operation operation) {
    std::lock_guard lock(mutex);
    operations.push_back(std::move(operation));
  }

  sqlite3_vfs vfs{};
  sqlite3_vfs* disk = nullptr;
  std::mutex mutex;
  std::vector<Operation> operations;
  Call failing{};
  int remaining = -1; // calls until it fails; 0: it has; -1: nothing fails
  bool persistent = false;
  bool has_failed = false;
  Fault fault{};
};

namespace {

using Call = TestVfs::Call;

// One open file; the disk's own follows it in the memory that SQLite gives.
struct File : sqlite3_file {
  TestVfs::Impl* owner;
  std::string* path; // null: a temporary file
};

sqlite3_file* disk_file(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(static_cast<File*>(file) + 1); }

template <auto Method, class... Args>
int forward(sqlite3_file* file, Args... args) {
  sqlite3_file* disk = disk_file(file);
  return (disk->pMethods->*Method)(disk, args...);
}

// Refused, or done and written down.
template <class Do>
int guarded(sqlite3_file* file, TestVfs::Operation operation, Do act) {
  const auto* own = static_cast<File*>(file);
  if (!own->path) return act();
  if (const int code = own->owner->refuse(operation.call); code != SQLITE_OK) return code;
  const int code = act();
  operation.path = *own->path;
  if (code == SQLITE_OK) own->owner->record(std::move(operation));
  return code;
}

int close(sqlite3_file* file) {
  const int code = forward<&sqlite3_io_methods::xClose>(file);
  delete static_cast<File*>(file)->path;
  return code;
}

int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  std::string copy(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
  return guarded(file, {Call::write, {}, offset, std::move(copy)},
                 [&] { return forward<&sqlite3_io_methods::xWrite>(file, bytes, size, offset); });
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  return guarded(file, {Call::truncate, {}, size}, [&] { return forward<&sqlite3_io_methods::xTruncate>(file, size); });
}

// The machine that tests need not wait for its disk: what counts is that it was asked for.
int sync(sqlite3_file* file, int) {
  return guarded(file, {Call::sync, {}}, [] { return SQLITE_OK; });
}

constexpr sqlite3_io_methods methods{
    2,
    close,
    forward<&sqlite3_io_methods::xRead, void*, int, sqlite3_int64>,
    write,
    truncate,
    sync,
    forward<&sqlite3_io_methods::xFileSize, sqlite3_int64*>,
    forward<&sqlite3_io_methods::xLock, int>,
    forward<&sqlite3_io_methods::xUnlock, int>,
    forward<&sqlite3_io_methods::xCheckReservedLock, int*>,
    forward<&sqlite3_io_methods::xFileControl, int, void*>,
    [](sqlite3_file*) { return 512; },
    [](sqlite3_file*) { return 0; }, // nothing is atomic, nothing is in order
    forward<&sqlite3_io_methods::xShmMap, int, int, int, void volatile**>,
    forward<&sqlite3_io_methods::xShmLock, int, int, int>,
    [](sqlite3_file* file) {
      sqlite3_file* disk = disk_file(file);
      disk->pMethods->xShmBarrier(disk);
    },
    forward<&sqlite3_io_methods::xShmUnmap, int>,
    nullptr,
    nullptr,
};

TestVfs::Impl& impl_of(sqlite3_vfs* vfs) { return *static_cast<TestVfs::Impl*>(vfs->pAppData); }

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  TestVfs::Impl& impl = impl_of(vfs);
  auto* own = new (file) File{};
  own->owner = &impl;
  const int code = impl.disk->xOpen(impl.disk, name, disk_file(own), flags, out_flags);
  if (code != SQLITE_OK) return code; // pMethods stays null: nothing to close
  own->path = name ? new std::string(name) : nullptr;
  own->pMethods = &methods;
  return code;
}

int remove(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  TestVfs::Impl& impl = impl_of(vfs);
  if (const int code = impl.refuse(Call::remove); code != SQLITE_OK) return code;
  const int code = impl.disk->xDelete(impl.disk, name, sync_directory);
  if (code == SQLITE_OK) impl.record({Call::remove, name});
  return code;
}

} // namespace

TestVfs::TestVfs() : impl_(std::make_unique<Impl>()) {
  impl_->disk = sqlite3_vfs_find(nullptr);
  impl_->vfs = *impl_->disk;
  impl_->vfs.pNext = nullptr;
  impl_->vfs.szOsFile += static_cast<int>(sizeof(File));
  impl_->vfs.zName = "mentara-test";
  impl_->vfs.pAppData = impl_.get();
  impl_->vfs.xOpen = open;
  impl_->vfs.xDelete = remove;
  sqlite3_vfs_register(&impl_->vfs, 1);
}

TestVfs::~TestVfs() {
  sqlite3_vfs_unregister(&impl_->vfs);
  sqlite3_vfs_register(impl_->disk, 1); // else the next in the library's list would be the default
}

std::vector<TestVfs::Operation> TestVfs::take_operations() {
  std::lock_guard lock(impl_->mutex);
  return std::exchange(impl_->operations, {});
}

void TestVfs::fail(Call call, int nth, bool persistent, Fault fault) {
  std::lock_guard lock(impl_->mutex);
  impl_->failing = call;
  impl_->remaining = nth;
  impl_->persistent = persistent;
  impl_->fault = fault;
  impl_->has_failed = false;
}

void TestVfs::heal() {
  std::lock_guard lock(impl_->mutex);
  impl_->remaining = -1;
}

bool TestVfs::has_failed() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->has_failed;
}

} // namespace mentara::storage
