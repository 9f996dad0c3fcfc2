import Foundation
import Testing

@testable import Kernels
@testable import Memory

@Suite struct CacheSizesTests {
  /// The sizes that a directory says whose entries are `levels`: level, type and size each.
  private func sizes(_ levels: [(level: String, type: String, size: String)]) throws -> CacheSizes {
    let directory = FileManager.default.temporaryDirectory.path + "/caches-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: directory) }
    for (index, entry) in levels.enumerated() {
      let path = "\(directory)/index\(index)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for (name, text) in [("level", entry.level), ("type", entry.type), ("size", entry.size)] {
        try (text + "\n").write(toFile: path + "/" + name, atomically: false, encoding: .utf8)
      }
    }
    return CacheSizes(directory: directory)
  }

  @Test func dataCachesOfTwoLevelsAreRead() throws {
    let levels = [
      ("1", "Data", "48K"), ("1", "Instruction", "64K"), ("2", "Unified", "2M"), ("3", "Unified", "260M"),
    ]
    #expect(try sizes(levels) == CacheSizes(first: 48 << 10, second: 2 << 20))
  }

  @Test(arguments: ["", "K", "-32K", "32", "99999999999999999999K", "x"])
  func whatIsNoSizeLeavesTheCommonOne(size: String) throws {
    #expect(try sizes([("1", "Data", size), ("2", "Unified", size)]) == .common)
    #expect(CacheSizes(directory: "/nowhere") == .common)
  }

  @Test func thoseOfThisMachineAreWithinBounds() {
    let sizes = CacheSizes.ofThisMachine
    #expect(sizes.first >= CacheSizes.smallest.first && sizes.second >= CacheSizes.smallest.second)
    #expect(sizes.first <= 256 << 10 && sizes.second <= 4 << 20)
    #expect(sizes.blockDepth >= 128 && sizes.blockDepth % 16 == 0)
  }

  /// Cuts of a product cover its depth, are about as deep as each other, and fit the second-level cache.
  @Test(arguments: [
    CacheSizes.smallest, .common, CacheSizes(first: 48 << 10, second: 1 << 20),
    CacheSizes(first: 48 << 10, second: 2 << 20),
  ])
  func cutsAreEven(caches: CacheSizes) {
    for depth in [1, 16, 128, 200, 512, 650, 1000, 1024, 1025, 1536, 2049, 10_000, 60_000] {
      let cut = caches.cut(depth: depth)
      let count = (depth + cut.depth - 1) / cut.depth
      #expect(count == 1 ? cut.depth == depth : cut.depth % 16 == 0)
      #expect(count * cut.depth - depth < 16 * count)
      #expect(cut.rows % 48 == 0 && (cut.rows == 48 || 4 * cut.rows * cut.depth <= caches.second / 2))
    }
  }

  /// Every lane is in one block, and larger caches have no more blocks.
  @Test(arguments: [(3, 64), (20, 64), (70, 256), (400, 512)])
  func blocksOfAnyCacheHoldAllLanes(steps: Int, width: Int) {
    let rows = (0..<16).map { ($0 * 4)..<(($0 + 1) * 4) }
    var counts: [Int] = []
    for (first, second) in [(32, 256), (32, 512), (48, 512), (48, 1024), (64, 2048), (128, 4096)] {
      let blocks = LaneBlock.cached(
        rows, steps: steps, width: width, caches: CacheSizes(first: first << 10, second: second << 10))
      #expect(blocks.flatMap { Array($0.lanes) } == Array(0..<16))
      #expect(blocks.map(\.streams.count).reduce(0, +) == 64)
      counts.append(blocks.count)
    }
    #expect(counts == counts.sorted(by: >))
  }
  /// 64 streams of three steps are one block where the first-level cache has more than eight ways of 4 KiB, and the
  /// second-level cache has four times their room.
  @Test(arguments: [(32, 1024, 2), (48, 1024, 1), (48, 512, 2), (64, 2048, 1)])
  func shortSequencesAreDoneAtOnceWhereTheyFit(first: Int, second: Int, blocks: Int) {
    let rows = (0..<16).map { ($0 * 4)..<(($0 + 1) * 4) }
    let caches = CacheSizes(first: first << 10, second: second << 10)
    #expect(LaneBlock.cached(rows, steps: 3, width: 64, caches: caches).count == blocks)
  }
}
