internal import Kernels
internal import Memory
internal import Models
internal import Teams

/// A run's state as worker 0 has it from all workers: copied in the least time, to be put in order later and elsewhere.
struct GatheredState: Sendable {
  private let layout: ParameterLayout
  private let lanes: Lanes
  /// Columns of each carried state.
  private let columns: [Int]
  private let parameters: [Float]
  private let runningStatistics: [[Float]]
  /// Of each worker: its slices of the first and second moments, then its streams' hidden states in panels.
  private let messages: [[UInt8]]
  private let updates: Int

  fileprivate init(_ trainer: Trainer, messages: [[UInt8]]) {
    layout = trainer.layout
    lanes = trainer.team.lanes
    columns = trainer.model.carriedStates.map(\.values.columns)
    parameters = trainer.exchange.parameters.array
    runningStatistics = trainer.model.runningStatistics.map(\.values.array)
    updates = trainer.updates
    self.messages = messages
  }

  /// The state in order.
  func state() -> RunState {
    var first: [Float] = []
    var second: [Float] = []
    var carried = columns.map { _ in [Float]() }
    for (worker, message) in messages.enumerated() {
      let values = floats(littleEndian: message[...])
      let streams = lanes.streams(ofWorker: worker, of: messages.count).count
      let counts = columns.map { Panels.count(rows: streams, columns: $0) }
      let slice = (values.count - counts.reduce(0, +)) / 2
      first += values[..<slice]
      second += values[slice..<(2 * slice)]
      var start = 2 * slice
      for (index, count) in counts.enumerated() {
        carried[index] += Self.rows(ofPanels: values[start..<(start + count)], rows: streams, columns: columns[index])
        start += count
      }
    }
    return RunState(
      parameters: tensors(parameters), firstMoments: tensors(first), secondMoments: tensors(second),
      runningStatistics: runningStatistics, carried: carried, updates: updates)
  }

  private func tensors(_ flat: [Float]) -> [[Float]] {
    let arena = Arena(byteCount: Arena.byteCount(layout.count, of: Float.self))
    let window: Window<Float> = arena.take(layout.count)
    window.copy(from: flat)
    return withExtendedLifetime(arena) { layout.tensors.map { $0.read(window) } }
  }

  private static func rows(ofPanels values: ArraySlice<Float>, rows: Int, columns: Int) -> [Float] {
    let arena = Arena(byteCount: Arena.byteCount(values.count, of: Float.self))
    let panels = Panels(arena.take(values.count), rows: rows, columns: columns)
    panels.elements.copy(from: Array(values))
    return withExtendedLifetime(arena) {
      (0..<rows).flatMap { row in (0..<columns).map { panels[row, $0] } }
    }
  }
}

extension Trainer {
  /// The run's state on worker 0, nil elsewhere. Collective.
  func gather() -> GatheredState? {
    var message = firstMoments.littleEndianBytes + secondMoments.littleEndianBytes
    for state in model.carriedStates { message += state.values.elements.littleEndianBytes }
    let messages = team.gather(message)
    return team.rank == 0 ? GatheredState(self, messages: messages) : nil
  }

  /// Takes this worker's part of a run's state, of the same model and batch size. Collective; every worker has all of it.
  func restore(_ state: RunState) {
    let names = layout.tensors.map(\.name) + model.runningStatistics.map(\.name)
    load(Dictionary(uniqueKeysWithValues: zip(names, state.parameters + state.runningStatistics)))
    let arena = Arena(byteCount: Arena.byteCount(layout.count, of: Float.self))
    let whole: Window<Float> = arena.take(layout.count)
    for (moments, own) in [(state.firstMoments, firstMoments), (state.secondMoments, secondMoments)] {
      for (tensor, values) in zip(layout.tensors, moments) { tensor.write(values, to: whole) }
      own.copy(from: whole[exchange.slice])
    }
    for (carried, values) in zip(model.carriedStates, state.carried) {
      let panels = carried.values
      for row in 0..<panels.rows {
        for column in 0..<panels.columns {
          panels[row, column] = values[(context.firstStream + row) * panels.columns + column]
        }
      }
    }
    updates = state.updates
  }
}
