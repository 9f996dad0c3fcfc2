internal import Memory

/// How fast one core copies, by how much it copies again and again: what each level of its caches, and memory behind
/// them, allow a kernel that moves so many bytes.
public struct MemoryRoof: Sendable {
  /// Bytes that are read and written, ascending, and how many of them in a nanosecond.
  public let levels: [(bytes: Double, gigabytesPerSecond: Double)]

  /// Measures it now, on this thread: the best of several copies of each size, three quarters full caches of 32 KiB,
  /// 512 KiB and 8 MiB, and memory.
  public static func measure() -> MemoryRoof {
    let storage = Storage()
    let most = 32 << 20
    let (source, target): (BufferView<Float>, BufferView<Float>) = (storage.take(most / 8), storage.take(most / 8))
    let clock = ContinuousClock()
    let levels = [24 << 10, 384 << 10, 6 << 20, most].map { bytes in
      let part = 0..<(bytes / 8)
      let calls = max(1, (4 << 20) / bytes)
      var best = Double.infinity
      for _ in 0..<12 {
        let time = clock.measure { for _ in 0..<calls { target[part].copy(from: source[part]) } }
        best = min(best, time / .nanoseconds(1) / Double(calls))
      }
      return (Double(bytes), Double(bytes) / best)
    }
    withExtendedLifetime(storage) {}
    return MemoryRoof(levels: levels)
  }

  /// The least time for so many bytes, in microseconds.
  public func microseconds(bytes: Double) -> Double {
    let level = levels.first { bytes <= $0.bytes } ?? levels[levels.count - 1]
    return bytes / level.gigabytesPerSecond / 1e3
  }
}

extension KernelRow {
  /// The nearer of the kernel's two roofs: the longer of the times that its operations take at the core's peak, in
  /// GFLOP/s, and its bytes at the speed of a copy.
  public func bound(peak: Double, memory: MemoryRoof) -> (microseconds: Double, isMemory: Bool) {
    let (arithmetic, moving) = (operations / peak / 1e3, memory.microseconds(bytes: bytes))
    return (max(arithmetic, moving), moving > arithmetic)
  }
}
