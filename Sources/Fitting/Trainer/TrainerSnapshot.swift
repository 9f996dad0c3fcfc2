internal import Kernels
internal import Models
internal import Teams
internal import Memory

/// All of a worker's state that training changes, so that it can be put back to the bit.
struct TrainerSnapshot {
  fileprivate let slice, first, second: [Float]
  fileprivate let carried: [[Float]]
  fileprivate let runningStatistics: [[Float]]
  fileprivate let updates: Int
}

extension Trainer {
  /// A copy of the state.
  func snapshot() -> TrainerSnapshot {
    TrainerSnapshot(
      slice: exchange.parameters[exchange.slice].array, first: firstMoments.array, second: secondMoments.array,
      carried: model.carriedStates.map(\.values.elements.array),
      runningStatistics: model.runningStatistics.map(\.values.array), updates: updates)
  }

  /// Puts the state back to the bit; collective.
  func restore(_ snapshot: TrainerSnapshot) {
    team.barrier()
    exchange.parameters[exchange.slice].copy(from: snapshot.slice)
    team.allGather(exchange) { _ in }
    firstMoments.copy(from: snapshot.first)
    secondMoments.copy(from: snapshot.second)
    for (state, values) in zip(model.carriedStates, snapshot.carried) { state.values.elements.copy(from: values) }
    for (statistic, values) in zip(model.runningStatistics, snapshot.runningStatistics) {
      statistic.values.copy(from: values)
    }
    updates = snapshot.updates
    context.flags.gradientWasBad = false
    model.parametersChanged()
  }
}
