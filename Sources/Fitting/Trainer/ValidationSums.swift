internal import Kernels
internal import Memory
internal import Models
internal import Teams

/// Losses and correct predictions of a validation: per lane and batch while it runs, summed over the lanes at its end
/// in one exchange.
@safe
struct ValidationSums {
  private let team: any Team
  private let batches: Int
  private let lanes: Int
  private let schedule: ReductionSchedule
  private let exchange: TreeExchange
  private let arena: Arena
  private let laneLosses: BufferView<Double>  // (batches, lanes)
  private let laneCorrect: BufferView<Double>  // (batches, lanes)
  private let totals: BufferView<Double>  // (2 · batches)
  private let scratch: BufferView<Double>

  /// Collective.
  init(team: any Team, batches: Int, context: ModelContext) {
    self.team = team
    self.batches = batches
    let own = team.lanes.lanes(ofWorker: team.rank, of: team.size)
    lanes = own.count
    schedule = team.lanes.reductionSchedule(of: own.map { $0..<($0 + 1) })
    exchange = team.makeTreeExchange(floats: 0, doubles: 2 * batches)
    let depth = max(schedule.depth, exchange.schedule.depth)
    arena = context.makeArena(
      byteCount: 8 * (2 * batches * lanes + 2 * batches + depth) + 4 * 64, for: .activations)
    laneLosses = arena.take(batches * lanes)
    laneCorrect = arena.take(batches * lanes)
    totals = arena.take(2 * batches)
    scratch = arena.take(depth)
  }

  /// Where the lanes' loss sums of a batch go.
  func losses(of batch: Int) -> BufferView<Double> { laneLosses[(batch * lanes)..<((batch + 1) * lanes)] }
  /// Where the lanes' numbers of correct predictions of a batch go.
  func correct(of batch: Int) -> BufferView<Double> { laneCorrect[(batch * lanes)..<((batch + 1) * lanes)] }

  /// The means over all batches of `rows` rows each; collective.
  func means(rows: Int) -> (loss: Double, accuracy: Double) {
    complete()
    var loss = 0.0
    var correct = 0.0
    for batch in 0..<batches {
      loss += totals[batch] / Double(rows)
      correct += totals[batches + batch] / Double(rows)
    }
    return (loss / Double(batches), correct / Double(batches))
  }

  /// The sums over all batches; collective.
  func sums() -> (loss: Double, correct: Double) {
    complete()
    return ((0..<batches).reduce(0) { $0 + totals[$1] }, (0..<batches).reduce(0) { $0 + totals[batches + $1] })
  }

  /// Sums over lanes and workers, batch by batch. Collective.
  private func complete() {
    let stride = exchange.doubleStride
    let own = exchange.doubles[(exchange.ownRoots.lowerBound * stride)..<(exchange.ownRoots.upperBound * stride)]
    for batch in 0..<batches {
      reduceDoubles(
        losses(of: batch), stride: 1, count: 1, schedule: schedule, into: own[batch..<own.count], rootStride: stride,
        scratch: scratch)
      reduceDoubles(
        correct(of: batch), stride: 1, count: 1, schedule: schedule, into: own[(batches + batch)..<own.count],
        rootStride: stride, scratch: scratch)
    }
    team.complete(exchange)
    reduceDoubles(
      exchange.doubles, stride: stride, count: 2 * batches, schedule: exchange.schedule, into: totals,
      rootStride: 2 * batches, scratch: scratch)
    team.barrier()
  }
}
