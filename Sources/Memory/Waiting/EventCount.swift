internal import Platform
internal import Synchronization

/// Where workers sleep until something has happened: an event count in memory that they share, threads of one process
/// or several.
///
/// A sleeper registers as one and then checks once more; whoever makes the event happen does so, passes a sequentially
/// consistent fence and then looks for sleepers. One of the two sees the other, so no wake-up is lost. While nobody
/// sleeps, `wakeAll` reads one word.
struct EventCount {
  /// How often sleepers were woken, and how many there are: two words, zero before the first use.
  let words: UnsafeMutablePointer<Atomic<UInt64>>

  private var wakings: UnsafeMutablePointer<Atomic<UInt64>> { words }
  private var sleepers: UnsafeMutablePointer<Atomic<UInt64>> { words + 1 }

  /// Sleeps until somebody calls `wakeAll`, `limit` nanoseconds at most: whoever should may have been killed. Returns
  /// at once when `hasHappened` says so. Where the system has no such sleep (`futex` of Linux), it is one of 50 µs.
  func sleep(atMost limit: Int = 10_000_000, unless hasHappened: () -> Bool) {
    guard SystemCall.areKnown else {
      usleep(50)
      return
    }
    sleepers.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    let seen = wakings.pointee.load(ordering: .relaxed)
    if !hasHappened() {
      let limit = timespec(tv_sec: limit / 1_000_000_000, tv_nsec: limit % 1_000_000_000)
      // The system sleeps only if the word's low half, the first in memory, still is what was seen.
      withUnsafePointer(to: limit) {
        _ = SystemCall.futex(UInt(bitPattern: wakings), 0, UInt(UInt32(truncatingIfNeeded: seen)), UInt(bitPattern: $0))
      }
    }
    sleepers.pointee.wrappingSubtract(1, ordering: .relaxed)
  }

  /// Wakes all that sleep; after what has happened, and a sequentially consistent fence.
  @inline(__always)
  func wakeAll() {
    if sleepers.pointee.load(ordering: .relaxed) != 0 { wake() }
  }

  @inline(never)
  private func wake() {
    wakings.pointee.wrappingAdd(1, ordering: .releasing)
    _ = SystemCall.futex(UInt(bitPattern: wakings), 1, UInt(Int32.max), 0)
  }
}
