public import Kernels
public import Memory

/// Rows of numbers, one for each of the team's subtree roots, in lane order.
public final class TreeExchange {
  /// (roots, floatStride)
  public let floats: BufferView<Float>
  /// Floats in a row, whole vectors of 16.
  public let floatStride: Int
  /// (roots, doubleStride)
  public let doubles: BufferView<Double>
  /// Doubles in a row, whole vectors of 8.
  public let doubleStride: Int
  /// This worker's rows, one for each of the `lanes.subtrees(of:)` its lanes; to be written before `complete`.
  public let ownRoots: Range<Int>
  /// How all rows are added up to the canonical sum.
  public let schedule: ReductionSchedule
  private let section: NodeSection
  #if MPI
    /// The messages between nodes; nil for a team on one node.
    let messages: TreeMessages?
  #endif

  /// Takes the rows from `section`, which was made with `sizes`.
  init(_ layout: TeamLayout, worker: Int, section: NodeSection, floats: Int, doubles: Int) {
    floatStride = Self.floatStride(floats)
    doubleStride = Self.doubleStride(doubles)
    self.floats = section.floats[0]
    self.doubles = section.doubles
    ownRoots = layout.workerRoots[worker]
    schedule = layout.schedule
    self.section = section
    #if MPI
      messages = layout.nodes.count > 1 ? TreeMessages(layout, floats: floatStride, doubles: doubleStride) : nil
    #endif
  }

  /// The sizes of the section that an exchange needs.
  static func sizes(_ layout: TeamLayout, floats: Int, doubles: Int) -> NodeSection.Sizes {
    NodeSection.Sizes(
      floats: [layout.roots.count * floatStride(floats)], doubles: layout.roots.count * doubleStride(doubles))
  }

  private static func floatStride(_ floats: Int) -> Int { (floats + 15) / 16 * 16 }
  private static func doubleStride(_ doubles: Int) -> Int { (doubles + 7) / 8 * 8 }
}

/// The parameters of a run, and the gradient on its way to the slices' owners.
public final class ParameterExchange {
  /// (count): all parameters; the copy that this node's workers share.
  public let parameters: BufferView<Float>
  /// (own roots, count): the gradient of each of this worker's subtree roots, to be written before the reduce-scatter.
  public let gradients: BufferView<Float>
  /// The part of the parameters that this worker owns, whole units; may be empty.
  public let slice: Range<Int>
  /// The slice of each worker.
  public let slices: [Range<Int>]
  /// After the reduce-scatter: root i's part of the slice starts at i·sliceRootStride.
  public let sliceRoots: BufferView<Float>
  /// Floats from one root's part to the next.
  public let sliceRootStride: Int
  /// Number of roots in `sliceRoots`.
  public let sliceRootCount: Int
  /// How those roots are added up to the canonical sum.
  public let schedule: ReductionSchedule
  private let section: NodeSection
  #if MPI
    /// The messages between nodes; nil for a team on one node.
    let messages: ParameterMessages?
  #endif

  /// The exchange of a team whose workers all share `section`: nothing is ever moved.
  init(_ layout: TeamLayout, worker: Int, section: NodeSection, count: Int, unit: Int) {
    slices = (0..<layout.size).map { layout.slice($0, count: count, unit: unit) }
    slice = slices[worker]
    parameters = section.floats[0]
    gradients = Self.rows(layout.workerRoots[worker], of: section.floats[1], count: count)
    // An empty slice may lie at the very end.
    sliceRoots =
      slice.isEmpty ? section.floats[1][0..<0] : section.floats[1][slice.lowerBound..<section.floats[1].count]
    sliceRootStride = count
    sliceRootCount = layout.roots.count
    schedule = layout.schedule
    self.section = section
    #if MPI
      messages = nil
    #endif
  }

  /// Traps unless the parameters are whole units, and a unit whole vectors.
  static func check(count: Int, unit: Int) {
    precondition(unit > 0 && unit % 16 == 0, "a unit of \(unit) is not whole vectors")
    precondition(count % unit == 0, "\(count) parameters are not whole units of \(unit)")
  }

  /// The sizes of the section that such an exchange needs.
  static func sizes(_ layout: TeamLayout, count: Int, unit: Int) -> NodeSection.Sizes {
    check(count: count, unit: unit)
    return NodeSection.Sizes(floats: [count, layout.roots.count * count])
  }

  #if MPI
    /// The exchange of a team of several nodes, with messages as planned for this worker.
    init(_ layout: TeamLayout, worker: Int, section: NodeSection, messages: ParameterMessages, count: Int, unit: Int) {
      slices = (0..<layout.size).map { layout.slice($0, count: count, unit: unit) }
      slice = slices[worker]
      parameters = section.floats[0]
      let node = layout.node(of: worker)
      let rows = layout.workerRoots[worker]
      let first = layout.nodeRoots(node).lowerBound
      gradients = Self.rows((rows.lowerBound - first)..<(rows.upperBound - first), of: section.floats[1], count: count)
      let nodeSlice = layout.nodeSlice(node, count: count, unit: unit)
      let incoming = messages.incoming
      sliceRoots =
        slice.isEmpty ? incoming[0..<0] : incoming[(slice.lowerBound - nodeSlice.lowerBound)..<incoming.count]
      sliceRootStride = nodeSlice.count
      sliceRootCount = messages.schedule.additions.count
      schedule = messages.schedule
      self.section = section
      self.messages = messages
    }
  #endif

  private static func rows(_ rows: Range<Int>, of view: BufferView<Float>, count: Int) -> BufferView<Float> {
    view[(rows.lowerBound * count)..<(rows.upperBound * count)]
  }
}
