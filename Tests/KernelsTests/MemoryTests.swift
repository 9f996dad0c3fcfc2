import Foundation
import Synchronization
import Testing

@testable import Kernels
@testable import Memory

/// What happens when memory is short.
@Suite struct MemoryTests {
  /// Half of all that an address can name is never to be had: the process ends as it was told to, and knows what was
  /// asked for.
  @Test func shortageEndsTheProcess() async {
    await #expect(processExitsWith: .exitCode(7)) {
      MemoryReserve.prepare()
      MemoryShortage.whenShort { exit($0.needed == 1 << 62 ? 7 : 8) }
      _ = Arena(byteCount: 1 << 62)
    }
  }

  /// The system's figure is asked before the memory is touched.
  @Test(.enabled(if: MemoryLimit.binding != nil, "the system tells nothing"))
  func checkEndsTheProcess() async {
    await #expect(processExitsWith: .exitCode(7)) {
      MemoryShortage.whenShort { exit($0.limit.map { $0.available < 1 << 50 } == true ? 7 : 8) }
      MemoryShortage.check(1 << 20)
      MemoryShortage.check(1 << 50)
    }
  }

  @Test(.enabled(if: MemoryLimit.binding != nil, "the system tells nothing"))
  func whatIsLeftIsLessThanAll() throws {
    let limit = try #require(MemoryLimit.binding)
    #expect(limit.available > 1 << 20)
    #expect(limit.available < limit.total && limit.total < 1 << 50)
  }

  // MARK: Pages of the program

  @Test func linesOfMaps() {
    let file = SystemFile(
      text: """
        00200000-01a9b000 r-xp 00000000 fe:00 131642                     /usr/local/bin/dist train
        01a9b000-01b5a000 r--p 0189a000 fe:00 131642                     /usr/local/bin/dist train
        7ffd6a5e2000-7ffd6a603000 rw-p 00000000 00:00 0                          [stack]
        cut off
        """)
    #expect(file.mappings.map(\.start) == [0x20_0000, 0x1a9_b000, 0x7ffd_6a5e_2000])
    #expect(file.mappings.map(\.byteCount) == [0x189_b000, 0xb_f000, 0x2_1000])
    #expect(file.mappings.map(\.isCode) == [true, false, false])
    #expect(file.mappings.map(\.file) == [131_642, 131_642, 0])
  }

  @Test(.enabled(if: SystemFile("/proc/self/status")?["RssFile:"] != nil, "the system tells nothing"))
  func codeThatOnlyTheStartNeededIsGivenBack() throws {
    func resident() throws -> Int { try #require(SystemFile("/proc/self/status")?["RssFile:"]) }
    let before = try resident()
    ProgramPages.giveBackUnused()
    #expect(try resident() < before)
  }

  // MARK: Limits

  @Test func limitsOfTheProcess() {
    let status = SystemFile(text: "Name:\tx\nVmSize:\t  3000 kB\nVmData:\t  1000 kB\n")
    let head = "Limit                     Soft Limit           Hard Limit           Units     \n"
    let none = head + "Max data size             unlimited            unlimited            bytes\n"
    #expect(MemoryLimit.ofProcess(SystemFile(text: none), status) == [])
    let both =
      head + "Max data size             2048000              unlimited            bytes\n"
      + "Max address space         4096000              4096000              bytes\n"
    #expect(
      MemoryLimit.ofProcess(SystemFile(text: both), status) == [
        MemoryLimit(kind: .addressSpace, total: 4_096_000, available: 4_096_000 - 3000 * 1024),
        MemoryLimit(kind: .data, total: 2_048_000, available: 2_048_000 - 1000 * 1024),
      ])
    // What is used may be more than a limit that came later.
    let small = head + "Max address space         1000                 1000                 bytes\n"
    #expect(MemoryLimit.ofProcess(SystemFile(text: small), status).map(\.available) == [0])
  }

  @Test func groupsOutwards() {
    #expect(MemoryLimit.folders(of: "/a/b") == ["/a/b", "/a", ""])
    // The program's own pages are among those cached, and are needed.
    #expect(MemoryLimit.droppable(30 << 20, shared: 2 << 20, mapped: 20 << 20) == 10 << 20)
    #expect(MemoryLimit.droppable(30 << 20, shared: 25 << 20, mapped: nil) == 5 << 20)
    #expect(MemoryLimit.folders(of: "/") == [""])
    let file = SystemFile(text: "9:name=systemd:/\n4:memory:/job/step\n3:cpu,cpuacct:/\n0::/x\n")
    #expect(file.rest(behind: ":memory:") == "/job/step" && file.rest(of: "0::") == "/x")
    #expect(file.rest(behind: ":pids:") == nil)
  }

  // MARK: Reserve

  /// Memory that is refused is had from the reserve, once; after that the process ends.
  @Test func theReserveIsGivenBack() async {
    await #expect(processExitsWith: .exitCode(7)) {
      MemoryReserve.prepare()
      MemoryReserve.hold(1 << 20)
      let tries = Atomic(0)
      func attempt(failing count: Int) -> UnsafeMutableRawPointer? {
        tries.wrappingAdd(1, ordering: .relaxed)
        return tries.load(ordering: .relaxed) <= count ? nil : malloc(1)
      }
      _ = MemoryReserve.allocate(100) { attempt(failing: 0) }
      guard !MemoryReserve.isUsed else { exit(8) }
      tries.store(0, ordering: .relaxed)
      _ = MemoryReserve.allocate(100) { attempt(failing: 1) }
      guard MemoryReserve.isUsed, MemoryReserve.shortage?.needed == 100 else { exit(9) }
      MemoryShortage.whenShort { exit($0.needed == 200 ? 7 : 10) }
      _ = MemoryReserve.allocate(200) { nil }
    }
  }

  /// Workers of a process hold one reserve, and what one of them holds is no shortage to another.
  @Test(.enabled(if: MemoryLimit.binding != nil, "the system tells nothing"))
  func oneReserveOfAllWorkers() async {
    await #expect(processExitsWith: .exitCode(7)) {
      MemoryShortage.whenShort { _ in exit(8) }
      let most = (MemoryLimit.binding?.available ?? 0) / 3 * 2
      var threads: [Thread] = []
      let done = Atomic(0)
      for _ in 0..<4 {
        let thread = Thread {
          MemoryReserve.hold(most)
          done.wrappingAdd(1, ordering: .relaxed)
        }
        thread.start()
        threads.append(thread)
      }
      while done.load(ordering: .relaxed) < 4 { usleep(1000) }
      exit(7)
    }
  }
}
