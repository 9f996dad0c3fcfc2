import Foundation
import Testing

@testable import Kernels
@testable import Memory

/// What happens when memory is short.
@Suite struct MemoryTests {
  /// Half of all that an address can name is never to be had: the process ends as it was told to, and knows what was
  /// asked for.
  @Test func shortageEndsTheProcess() async {
    await #expect(processExitsWith: .exitCode(7)) {
      MemoryShortage.whenShort { exit($0.needed == 1 << 62 ? 7 : 8) }
      _ = Arena(byteCount: 1 << 62)
    }
  }

  /// The system's figure is asked before the memory is touched.
  @Test(.enabled(if: availableMemory() != nil, "the system tells nothing"))
  func checkEndsTheProcess() async {
    await #expect(processExitsWith: .exitCode(7)) {
      MemoryShortage.whenShort { exit($0.available.map { $0 < 1 << 50 } == true ? 7 : 8) }
      MemoryShortage.check(1 << 20)
      MemoryShortage.check(1 << 50)
    }
  }

  @Test(.enabled(if: availableMemory() != nil, "the system tells nothing"))
  func freeMemoryIsLessThanAll() throws {
    let free = try #require(availableMemory())
    #expect(free > 1 << 20)
    #expect(free < 1 << 50)
  }
}
