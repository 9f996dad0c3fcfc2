internal import Kernels

/// The parts of each block of a worker's lanes, for work that takes fewer rows at a time than the recurrence.
struct BlockParts: Sendable {
  /// All of them, in the order of lanes.
  let all: [LaneBlock]
  private let parts: [[LaneBlock]]

  /// - cut: makes a block's parts.
  init(_ blocks: [LaneBlock], _ cut: (LaneBlock) -> [LaneBlock]) {
    parts = blocks.map(cut)
    all = parts.flatMap { $0 }
  }

  /// A block's parts, in the order of lanes.
  func callAsFunction(_ block: LaneBlock) -> [LaneBlock] {
    guard let own = parts.first(where: { $0[0].lanes.lowerBound == block.lanes.lowerBound }) else {
      preconditionFailure("another model's block")
    }
    return own
  }
}
