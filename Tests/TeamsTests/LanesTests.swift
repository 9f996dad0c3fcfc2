import Kernels
import Memory
import Testing

@testable import Teams

@Suite struct LanesTests {
  @Test(arguments: [(64, 16), (48, 5), (7, 7), (10, 1), (33, 12)])
  func everyStreamHasOneLaneAndOneWorker(batchSize: Int, count: Int) {
    let lanes = Lanes(batchSize: batchSize, count: count)
    #expect((0..<count).flatMap { Array(lanes.streams(ofLane: $0)) } == Array(0..<batchSize))
    for size in 1...count {
      #expect((0..<size).flatMap { Array(lanes.streams(ofWorker: $0, of: size)) } == Array(0..<batchSize))
      #expect((0..<size).allSatisfy { !lanes.lanes(ofWorker: $0, of: size).isEmpty })
    }
  }

  @Test func sixteenLanesOnThreeWorkersAreTheseSubtrees() {
    let lanes = Lanes(batchSize: 64, count: 16)
    #expect(lanes.subtrees(of: 0..<5) == [0..<4, 4..<5])
    #expect(lanes.subtrees(of: 5..<10) == [5..<6, 6..<8, 8..<10])
    #expect(lanes.subtrees(of: 10..<16) == [10..<12, 12..<16])
    #expect(lanes.subtrees(of: 0..<16) == [0..<16])
  }

  @Test func theReductionOfSixLanesIsTheWrittenOutTree() {
    // ((0 + 1) + (2 + 3)) + (4 + 5)
    let lanes = Lanes(batchSize: 6, count: 6)
    #expect(lanes.reductionSchedule(of: (0..<6).map { $0..<($0 + 1) }).additions == [0, 1, 0, 2, 0, 2])
  }

  @Test(arguments: [1, 2, 3, 5, 6, 7, 11, 16])
  func anyDivisionAmongWorkersGivesTheTreesBits(count: Int) {
    let lanes = Lanes(batchSize: count, count: count)
    var generator = SystemRandomNumberGenerator()
    let values = (0..<count).map { _ in Float.random(in: -1...1, using: &generator) * Float(1 << Int.random(in: 0..<12))
    }
    func tree(_ node: Range<Int>) -> Float {
      if node.count == 1 { return values[node.lowerBound] }
      var half = 1
      while half * 2 < node.count { half *= 2 }
      let mid = node.lowerBound + half
      return tree(node.lowerBound..<mid) + tree(mid..<node.upperBound)
    }
    func reduceTree(_ schedule: ReductionSchedule, _ nodes: [Float]) -> [Float] {
      var stack: [Float] = []
      for (value, additions) in zip(nodes, schedule.additions) {
        stack.append(value)
        for _ in 0..<additions {
          let right = stack.removeLast()
          stack.append(stack.removeLast() + right)
        }
      }
      return stack
    }
    for size in 1...count {
      var roots: [Float] = []
      for worker in 0..<size {
        let own = lanes.lanes(ofWorker: worker, of: size)
        let part = reduceTree(lanes.reductionSchedule(of: own.map { $0..<($0 + 1) }), own.map { values[$0] })
        #expect(part == lanes.subtrees(of: own).map(tree))
        roots += part
      }
      let total = reduceTree(TeamLayout(lanes, nodeSizes: [size]).schedule, roots)
      #expect(total.map(\.bitPattern) == [tree(0..<count).bitPattern])
    }
  }
}
