/// How a row of subtree roots (or lanes) of the canonical tree is added up, as a program for a stack.
///
/// The nodes are pushed in lane order; after node i, the two topmost entries are replaced by their sum `additions[i]`
/// times. What is left on the stack at the end, bottom first, are the roots of the complete subtrees: `roots` of them,
/// one when the nodes cover the whole tree. Absent (zero) partial sums may be skipped or added: a partial sum starts at
/// +0, is thus never −0, and adding +0 to it changes no bit.
public struct ReductionSchedule: Sendable, Equatable {
  /// After each node, how many additions to make.
  public let additions: [Int]
  /// Entries on the stack before each node is pushed.
  public let heights: [Int]
  /// Number of sums left at the end.
  public let roots: Int
  /// Most entries on the stack at once.
  public let depth: Int
  /// Most entries on the stack at once, not counting one that is added as soon as it is pushed.
  public let kept: Int

  /// Takes the counts of additions; traps when they add more entries than there are.
  public init(additions: [Int]) {
    var height = 0
    var heights: [Int] = []
    var kept = 0
    for count in additions {
      heights.append(height)
      height += 1 - count
      precondition(height > 0, "an addition needs two entries")
      kept = max(kept, height)
    }
    self.additions = additions
    self.heights = heights
    self.kept = kept
    roots = height
    depth = (heights.max() ?? 0) + 1
  }

  /// Most entries on the stack after one of the given numbers of nodes, or at the end.
  public func height(after counts: [Int]) -> Int {
    counts.map { $0 < heights.count ? heights[$0] : roots }.max().map { max($0, roots) } ?? roots
  }
}
