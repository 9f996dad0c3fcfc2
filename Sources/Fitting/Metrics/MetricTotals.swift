internal import Files
internal import Kernels
internal import Memory
internal import Models
internal import Teams

/// The metrics of a validation on one worker: sums by lane while it runs, over all lanes at its end.
struct MetricTotals {
  /// Those that an epoch's record has beside the accuracy.
  let metrics: [Metric]
  private let sums: MetricSums?
  private let exchange: TreeExchange?
  private let team: any Team

  /// Collective.
  init(_ metrics: [Metric], team: any Team, context: ModelContext) {
    self.metrics = metrics.filter { !$0.isAccuracy }
    self.team = team
    let summed = self.metrics.compactMap { metric -> (count: Int, add: MetricSums.Add)? in
      if case .sums(let count, let add, _) = metric.source { (count, add) } else { nil }
    }
    guard !summed.isEmpty else {
      (sums, exchange) = (nil, nil)
      return
    }
    let made = MetricSums(summed, lanes: team.lanes.lanes(ofWorker: team.rank, of: team.size).count)
    sums = made
    context.metricSums = made
    exchange = team.makeTreeExchange(floats: 0, doubles: made.count)
  }

  /// Begins a validation.
  func start() { sums?.start() }

  /// Their values in a validation whose mean loss that is. Collective where any has sums.
  ///
  /// - predictions: of all workers and batches.
  /// - Throws: a usage error, on all workers alike, for a model that doesn't tell of its predictions.
  func figures(validLoss: Double, predictions: Int, _ model: ModelKind) throws(RunError) -> [MetricFigure] {
    let totals = complete()
    if let sums, !sums.isUsed {
      throw RunError(
        "\(model) has no such metric, since its output isn't OutputLayer's",
        at: metrics.map(\.name).joined(separator: ", "), remedy: "leave it out", status: .usage)
    }
    var place = 0
    return metrics.map { metric in
      switch metric.source {
      case .accuracy: preconditionFailure("it isn't among these")
      case .perplexity: return MetricFigure(metric.name, perplexity(ofLoss: validLoss))
      case .sums(let count, _, let value):
        defer { place += count }
        return MetricFigure(metric.name, value(Array(totals[place..<(place + count)]), predictions))
      }
    }
  }

  /// The canonical sums over the lanes of all workers.
  private func complete() -> [Double] {
    guard let sums, let exchange else { return [] }
    let count = sums.count
    let own = team.lanes.lanes(ofWorker: team.rank, of: team.size)
    let lanes = team.lanes.reductionSchedule(of: own.map { $0..<($0 + 1) })
    let depth = max(lanes.depth, exchange.schedule.depth)
    let arena = Arena(byteCount: 8 * (own.count * count + count + depth) + 3 * 64)
    let rows: BufferView<Double> = arena.take(own.count * count)
    let totals: BufferView<Double> = arena.take(count)
    let scratch: BufferView<Double> = arena.take(depth)
    for lane in 0..<own.count {
      for (place, value) in sums.values(ofLane: lane).enumerated() { rows[lane * count + place] = value }
    }
    let stride = exchange.doubleStride
    let roots = exchange.ownRoots
    reduceDoubles(
      rows, stride: count, count: count, schedule: lanes,
      into: exchange.doubles[(roots.lowerBound * stride)..<(roots.upperBound * stride)], rootStride: stride,
      scratch: scratch)
    team.complete(exchange)
    reduceDoubles(
      exchange.doubles, stride: stride, count: count, schedule: exchange.schedule, into: totals, rootStride: count,
      scratch: scratch)
    let result = (0..<count).map { totals[$0] }
    withExtendedLifetime(arena) {}
    // All have read before anybody writes again.
    team.barrier()
    return result
  }
}
