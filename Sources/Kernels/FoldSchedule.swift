/// How a row of subtree roots (or lanes) of the canonical tree is added up, as a program for a stack.
///
/// The nodes are pushed in lane order; after node i, the two topmost entries are replaced by their sum `folds[i]` times.
/// What is left on the stack at the end, bottom first, are the roots of the complete subtrees: `roots` of them, one when
/// the nodes cover the whole tree. Absent (zero) partial sums may be skipped or added: a partial sum starts at +0, is
/// thus never −0, and adding +0 to it changes no bit.
public struct FoldSchedule: Sendable, Equatable {
  /// After each node, how often to fold.
  public let folds: [Int]
  /// Number of sums left at the end.
  public let roots: Int
  /// Most entries on the stack at once.
  public let depth: Int

  /// Takes the fold counts; traps when they fold more than there is.
  public init(folds: [Int]) {
    var height = 0
    var deepest = 0
    for count in folds {
      height += 1
      deepest = max(deepest, height)
      height -= count
      precondition(height > 0, "a fold needs two entries")
    }
    self.folds = folds
    roots = height
    depth = deepest
  }
}
