/// What a run's memory is for.
public enum MemoryUse: Int, Sendable, CaseIterable {
  /// The parameters: one copy for all workers of a node.
  case parameters
  /// The gradient of each subtree root of lanes, which the workers of a node read from each other.
  case gradients
  /// What nodes send each other.
  case messages
  /// A worker's slice of the optimizer's slots, and of gradients that are clipped or accumulated.
  case optimizer
  /// Sums of weight gradients over some of a worker's lanes, until they are one root's.
  case gradientSums
  /// Transposed weights, and weights with dropout.
  case weightCopies
  /// Activations of a step and their gradients, states, scratch.
  case activations
  /// Tokens of the worker's streams.
  case tokens
  /// A copy of the worker's state to go back to: after the LR finder, and where a step turns out not to be finite.
  case stateCopy
}

/// Counts the memory that the objects made with it would take, instead of taking it.
///
/// The buffers of all objects share the same addresses, which take memory only where they are written, so nothing can
/// be computed with the objects.
@safe
public final class MemoryPlan {
  private var counts = [Int](repeating: 0, count: MemoryUse.allCases.count)
  private var regions: [(base: UnsafeMutableRawPointer, byteCount: Int)] = []

  /// Nothing counted yet.
  public init() {}

  deinit { for region in regions { releaseAddresses(region.base, region.byteCount) } }

  /// Bytes for a use.
  public subscript(use: MemoryUse) -> Int { counts[use.rawValue] }

  /// Bytes for all uses.
  public var total: Int { counts.reduce(0, +) }

  /// Adds `byteCount`, which may be negative, to what is counted for a use.
  public func add(_ byteCount: Int, for use: MemoryUse) { counts[use.rawValue] += byteCount }

  /// An arena of `byteCount` bytes, not counted, valid as long as the plan. `MemoryShortage` ends the process where not
  /// even the addresses are to be had.
  public func arena(byteCount: Int) -> Arena {
    let byteCount = max(byteCount, 64)
    if (regions.last?.byteCount ?? 0) < byteCount {
      regions.append((takeAddresses(byteCount), byteCount))
    }
    return Arena(lent: regions[regions.count - 1].base, byteCount: byteCount)
  }
}
