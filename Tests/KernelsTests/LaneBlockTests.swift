import Testing
@testable import Kernels
@testable import Memory

/// How a worker's lanes are cut.
@Suite struct LaneBlockTests {
  /// Parts of a block are its lanes in order, and their rows in lane order are those of the whole.
  @Test func partsHaveTheRowsOfTheWhole() {
    let (steps, width) = (3, 32)
    let rows = (0..<9).map { ($0 * 2)..<(($0 + 1) * 2) }
    // Not the worker's first block.
    let block = LaneBlock.cut(rows, steps: steps, limit: 14)[1]
    let all = LaneBlock.cut(rows, steps: steps, limit: 18)[0]
    let activations = randomMatrix(18 * steps, width, seed: 8)
    func ordered(_ block: LaneBlock) -> [[Float]] {
      let result = randomMatrix(block.rows, width, seed: 9)
      defer { withExtendedLifetime(result.arena) {} }
      gatherLanes(
        block.part(activations.panels.elements, width: width), rowsPerStep: block.rowsPerStep, width: width,
        lanes: block.stepRows, into: result.panels)
      return (0..<block.rows).map { row in (0..<width).map { result.panels[row, $0] } }
    }
    for whole in [block, all] {
      // Logits of six rows are 16 MiB: a lane's.
      for parts in [
        whole.gradientParts(depth: 4096, caches: .smallest), whole.outputParts(vocabulary: 699_040),
      ] {
        #expect(parts.count > 1 || whole.lanes.count <= 4)
        #expect(parts.flatMap { Array($0.lanes) } == Array(whole.lanes))
        #expect(parts.flatMap { Array($0.streams) } == Array(whole.streams))
        #expect(parts.flatMap(ordered) == ordered(whole))
      }
    }
    withExtendedLifetime(activations.arena) {}
  }

  /// There are as few blocks as there must be, and none has more lanes than that asks for.
  @Test(arguments: [1, 3, 20, 70, 200], [1, 4, 15, 16, 37])
  func blocksAreOfAboutTheSameSize(steps: Int, lanes: Int) {
    let rows = (0..<lanes).map { ($0 * 4)..<(($0 + 1) * 4) }
    let caches = CacheSizes(first: 32 << 10, second: 2 << 20)
    let most = min(caches.second * 3 / 4 / (4 * 4 * steps * 64), 48) / 4
    let fewest = (lanes + max(most, 1) - 1) / max(most, 1)
    let counts = LaneBlock.cached(rows, steps: steps, width: 64, caches: caches).map(\.lanes.count)
    #expect(counts.reduce(0, +) == lanes)
    #expect(counts.count == fewest && counts.max() == (lanes + fewest - 1) / fewest)
  }
}
