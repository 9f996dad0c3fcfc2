internal import Teams
internal import Models
internal import Kernels
internal import Files
internal import Memory

/// The names and shapes under which a run's state is kept in files.
struct TensorNames: Sendable {
  /// The trained tensors.
  let parameters: [(name: String, shape: [Int])]
  /// What training moves without gradients.
  let runningStatistics: [(name: String, shape: [Int])]
  /// The carried states, (streams, width) each.
  let carried: [(name: String, shape: [Int])]

  static let firstMoment = "first_moment."
  static let secondMoment = "second_moment."

  /// Weights and running statistics: what a model needs.
  func weights(_ state: RunState) -> [NamedTensor] {
    zip(parameters, state.parameters).map { NamedTensor($0.name, shape: $0.shape, .floats($1)) }
      + zip(runningStatistics, state.runningStatistics).map { NamedTensor($0.name, shape: $0.shape, .floats($1)) }
  }

  /// All of a run's tensors.
  func tensors(_ state: RunState) -> [NamedTensor] {
    func moments(_ prefix: String, _ values: [[Float]]) -> [NamedTensor] {
      zip(parameters, values).map { NamedTensor(prefix + $0.name, shape: $0.shape, .floats($1)) }
    }
    return weights(state) + moments(Self.firstMoment, state.firstMoments)
      + moments(Self.secondMoment, state.secondMoments)
      + zip(carried, state.carried).map { NamedTensor($0.name, shape: $0.shape, .floats($1)) }
  }

  /// The state in a file of all tensors.
  func state(in file: SafetensorsFile, updates: Int) throws(SafetensorsError) -> RunState {
    func read(_ tensors: [(name: String, shape: [Int])], prefix: String = "") throws(SafetensorsError) -> [[Float]] {
      var result: [[Float]] = []
      for tensor in tensors { result.append(try file.floats(prefix + tensor.name, shape: tensor.shape)) }
      return result
    }
    return RunState(
      parameters: try read(parameters), firstMoments: try read(parameters, prefix: Self.firstMoment),
      secondMoments: try read(parameters, prefix: Self.secondMoment), runningStatistics: try read(runningStatistics),
      carried: try read(carried), updates: updates)
  }
}

extension Trainer {
  var tensorNames: TensorNames {
    TensorNames(
      parameters: layout.tensors.map { ($0.name, $0.shape) },
      runningStatistics: model.runningStatistics.map { ($0.name, [$0.values.count]) },
      carried: model.carriedStates.map { ($0.name, [team.lanes.batchSize, $0.values.columns]) })
  }
}
