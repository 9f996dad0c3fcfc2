internal import Kernels
internal import Memory

#if MPI
  /// Counts and displacements of one collective's blocks, one for each node, in elements.
  struct Blocks: Sendable {
    let counts: [Int32]
    let displacements: [Int32]

    /// Traps when a count or displacement doesn't fit the C int of MPI, below 2³¹.
    init(_ blocks: [Range<Int>]) {
      counts = blocks.map { Int32($0.count) }
      displacements = blocks.map { Int32($0.lowerBound) }
    }
  }

  /// The all-gathers of a tree exchange between nodes.
  struct TreeMessages: Sendable {
    let floats: Blocks
    let doubles: Blocks

    /// Rows of `floats` and `doubles` elements for each root.
    init(_ layout: TeamLayout, floats: Int, doubles: Int) {
      func blocks(_ stride: Int) -> Blocks {
        Blocks(
          layout.nodes.indices.map { node in
            let rows = layout.nodeRoots(node)
            return (rows.lowerBound * stride)..<(rows.upperBound * stride)
          })
      }
      self.floats = blocks(floats)
      self.doubles = blocks(doubles)
    }
  }

  /// How the gradient comes to the slices' owners on other nodes, and the parameters come back.
  ///
  /// Each of the node's workers adds up a share of the elements, from the workers' roots to the node's, straight into
  /// the message buffers: `outgoing` holds for each other node this node's roots of that node's slice, `incoming` all
  /// nodes' roots of this node's slice.
  struct ParameterMessages: Sendable {
    /// A run of elements that a worker adds up from all of the node's rows.
    struct Run: Sendable {
      /// (rows, parameters), from the run's first element on.
      let nodes: BufferView<Float>
      let count: Int
      /// (roots, rootStride), where the sums go.
      let roots: BufferView<Float>
      let rootStride: Int
    }

    /// (roots of all nodes, elements of this node's slice)
    let incoming: BufferView<Float>
    /// How `incoming` is added up to the canonical sum.
    let schedule: ReductionSchedule
    /// This worker's share of the additions.
    let runs: [Run]
    /// How the rows of a run are added up to the node's roots.
    let nodeSchedule: ReductionSchedule
    let scratch: BufferView<Float>
    /// The packed sums; or the gradient itself, where the node has one root.
    let outgoing: BufferView<Float>
    /// Each node's block of `outgoing`.
    let sent: Blocks
    /// Each node's block of `incoming`.
    let received: Blocks
    /// Each node's slice of the parameters.
    let slices: Blocks
    private let arena: Arena

    /// The plan of one worker.
    ///
    /// - section: made with `sizes`.
    init(_ layout: TeamLayout, worker: Int, section: NodeSection, count: Int, unit: Int) {
      let node = layout.node(of: worker)
      let plan = NodePlan(layout, node: node, count: count, unit: unit)
      let gradients = section.floats[1]
      incoming = section.floats[3]
      schedule = layout.lanes.reductionSchedule(of: layout.nodes.indices.flatMap { layout.reducedRoots($0) })
      let nodeSchedule = layout.nodeSchedule(node)
      self.nodeSchedule = nodeSchedule
      arena = Arena(byteCount: Arena.byteCount(nodeSchedule.depth * reductionScratch, of: Float.self))
      scratch = arena.take(nodeSchedule.depth * reductionScratch)
      outgoing = plan.isInOrder ? gradients : section.floats[2]

      // This worker's share of the elements, cut at the nodes' slices.
      let workers = layout.nodes[node]
      let share = Self.share(of: count / unit, worker - workers.lowerBound, workers.count, unit: unit)
      var runs: [Run] = []
      for other in layout.nodes.indices where other == node || !plan.isInOrder {
        let slice = plan.slices[other]
        let part = share.clamped(to: slice)
        guard !part.isEmpty else { continue }
        let target = other == node ? incoming : outgoing
        let start = other == node ? plan.firstRoot * slice.count : plan.packed[other].lowerBound
        runs.append(
          Run(
            nodes: gradients[part.lowerBound..<gradients.count], count: part.count,
            roots: target[(start + part.lowerBound - slice.lowerBound)..<target.count], rootStride: slice.count))
      }
      self.runs = runs
      sent = Blocks(plan.isInOrder ? plan.slices.enumerated().map { $0 == node ? 0..<0 : $1 } : plan.packed)
      received = Blocks(plan.received)
      slices = Blocks(plan.slices)
    }

    /// The sizes of the section that such an exchange needs: parameters, gradients, packed sums, incoming.
    static func sizes(_ layout: TeamLayout, node: Int, count: Int, unit: Int) -> NodeSection.Sizes {
      ParameterExchange.check(count: count, unit: unit)
      let plan = NodePlan(layout, node: node, count: count, unit: unit)
      let roots = layout.nodes.indices.reduce(0) { $0 + layout.reducedRoots($1).count }
      return NodeSection.Sizes(floats: [
        count, layout.nodeRoots(node).count * count, plan.isInOrder ? 0 : plan.packed.map(\.upperBound).max() ?? 0,
        roots * plan.slices[node].count,
      ])
    }

    private static func share(of units: Int, _ index: Int, _ count: Int, unit: Int) -> Range<Int> {
      (units * index / count * unit)..<(units * (index + 1) / count * unit)
    }
  }

  /// Where a node's blocks of the all-to-all lie.
  private struct NodePlan {
    /// Each node's slice.
    let slices: [Range<Int>]
    /// For each other node its range of the packed sums; empty for this node.
    let packed: [Range<Int>]
    /// For each other node the range of its roots in `incoming`; empty for this node.
    let received: [Range<Int>]
    /// The node's first root among those of all nodes.
    let firstRoot: Int
    /// Whether the node has one root, which needs no addition and is sent from where it lies.
    let isInOrder: Bool

    init(_ layout: TeamLayout, node: Int, count: Int, unit: Int) {
      let slices = layout.nodes.indices.map { layout.nodeSlice($0, count: count, unit: unit) }
      let rootCounts = layout.nodes.indices.map { layout.reducedRoots($0).count }
      self.slices = slices
      packed = TeamLayout.runs(slices.enumerated().map { $0 == node ? 0 : $1.count * rootCounts[node] })
      let rows = TeamLayout.runs(rootCounts)
      firstRoot = rows[node].lowerBound
      let own = slices[node].count
      received = rows.enumerated().map { $0 == node ? 0..<0 : ($1.lowerBound * own)..<($1.upperBound * own) }
      isInOrder = layout.nodeRoots(node).count == 1
    }
  }
#endif
