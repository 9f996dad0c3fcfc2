internal import Platform
internal import Synchronization
internal import Teams

/// Texts on their way to standard output and standard error, written in their order by a thread of its own, which is
/// there as long as something waits.
final class OutputQueue: Sendable {
  private struct Waiting {
    var texts: [(descriptor: Int32, bytes: [UInt8])] = []
    /// Bytes of these.
    var count = 0
    /// Lines that weren't taken in since too many waited.
    var leftOut = 0
    var isWriting = false
    /// The number of the first error of writing to standard output; 0 for none.
    var failure: Int32 = 0

    mutating func add(_ text: String, _ descriptor: Int32) {
      let bytes = Array(text.utf8)
      texts.append((descriptor, bytes))
      count += bytes.count
    }
  }

  private let waiting = Mutex(Waiting())
  /// Whether output goes through this queue at all.
  let isInUse = Atomic(false)
  /// Bytes that may wait: some hundred thousand lines.
  private static let capacity = 8 << 20

  /// Whether nothing waits.
  var isEmpty: Bool { waiting.withLock { !$0.isWriting } }
  /// The number of the first error of writing to standard output; 0 for none.
  var failure: Int32 { waiting.withLock { $0.failure } }

  /// Takes a text in and returns at once. Where too much waits, lines are left out, and a line later says how many.
  func append(_ text: String, to descriptor: Int32) {
    let starts = waiting.withLock { waiting in
      guard waiting.count < Self.capacity else {
        waiting.leftOut += 1
        return false
      }
      waiting.add(text, descriptor)
      defer { waiting.isWriting = true }
      return !waiting.isWriting
    }
    guard starts else { return }
    do throws(TeamError) { try startThread { [self] in run() } } catch { run() }
  }

  /// Returns when nothing waits any more, or after `milliseconds`; nil for no limit.
  func wait(milliseconds: Int?) {
    var waited = 0
    while !isEmpty, waited < 5 * (milliseconds ?? .max / 5) {
      pause(microseconds: 200)
      waited += 1
    }
  }

  private func run() {
    while true {
      let next = waiting.withLock { waiting -> [(descriptor: Int32, bytes: [UInt8])]? in
        if waiting.leftOut > 0, waiting.count < Self.capacity {
          waiting.add("… \(waiting.leftOut) lines are left out here, since nobody has read what waited\n", 1)
          waiting.leftOut = 0
        }
        guard !waiting.texts.isEmpty else {
          waiting.isWriting = false
          return nil
        }
        defer { waiting.texts = [] }
        return waiting.texts
      }
      guard let next else { return }
      for text in next {
        let failure = Self.send(text.bytes, to: text.descriptor)
        waiting.withLock { waiting in
          waiting.count -= text.bytes.count
          // There is nowhere to report that standard error has failed.
          if text.descriptor == 1, waiting.failure == 0 { waiting.failure = failure }
        }
      }
    }
  }

  /// Writes all of it, however long the reader takes; returns the number of an error, or 0.
  private static func send(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    unsafe bytes.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        // The call reads the array's memory, during the call.
        let count = unsafe write(descriptor, bytes.baseAddress! + done, bytes.count - done)
        if count >= 0 {
          done += count
          continue
        }
        switch errno {
        case EINTR: continue
        case EAGAIN:
          // The pipes that launchers pass on may be non-blocking.
          var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          // The call fills the structure, during the call.
          _ = unsafe poll(&entry, 1, -1)
        default: return errno
        }
      }
      return 0
    }
  }
}
