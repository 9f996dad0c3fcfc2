internal import Memory
internal import Data
internal import Corpus
internal import Configuration
internal import Files
public import Fitting
public import Models
internal import Teams

/// A learner's model as fastai's `summary` shows it: layers with what they make of a step, their parameters, and the
/// memory that a step takes.
public struct ModelSummary: Sendable, CustomStringConvertible {
  /// The layers, in the order of files.
  public let layers: [ModelLayer]
  /// Whether each of them is trained, and not frozen.
  public let areTrained: [Bool]
  /// What the workers of the job's first node take of its memory.
  public let memory: MemoryEstimate
  /// Streams, and the tokens that each advances in a step.
  public let streams, bptt: Int
  private let title: String
  private let predictsEveryToken: Bool

  init(_ configuration: RunConfiguration, _ layers: [ModelLayer], areTrained: [Bool], _ memory: MemoryEstimate) {
    self.layers = layers
    self.areTrained = areTrained
    self.memory = memory
    (streams, bptt) = (configuration.batchSize, configuration.bptt)
    title = "\(configuration.model.kind), \(configuration.optimizer)"
    predictsEveryToken = configuration.model.kind.type.predictsEveryToken
  }

  /// Trained numbers of all layers.
  public var parameters: Int { layers.reduce(0) { $0 + $1.parameters } }
  /// Those of layers that aren't frozen.
  public var trainedParameters: Int { zip(layers, areTrained).reduce(0) { $0 + ($1.1 ? $1.0.parameters : 0) } }

  /// What a layer makes of a step: (streams, tokens, width); the output layer of a model that predicts the last token
  /// alone, (streams, width).
  public func outputShape(of layer: Int) -> [Int] {
    return layers[layer].isOutput && !predictsEveryToken
      ? [streams, layers[layer].width] : [streams, bptt, layers[layer].width]
  }

  /// The table for a terminal.
  public var description: String {
    let rows = layers.indices.map { index in
      [
        layers[index].name, layers[index].type, "(\(outputShape(of: index).map(String.init).joined(separator: ", ")))",
        NumberText.grouped(layers[index].parameters), areTrained[index] ? "yes" : "no",
      ]
    }
    var lines = [title] + Self.table([["layer", "type", "output of a step", "parameters", "trained"]] + rows)
    lines.append(
      "\(NumberText.grouped(parameters)) parameters, \(NumberText.grouped(trainedParameters)) of them trained")
    let uses = memory.rows.filter { $0.node > 0 }.map { [$0.use.name, NumberText.bytes($0.node)] }
    lines += Self.table([["memory of a node", ""]] + uses + [["in all", NumberText.bytes(memory.node)]])
    return lines.joined(separator: "\n")
  }

  /// Columns two blanks apart, their cells at the left.
  private static func table(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }
  }
}

extension Learner {
  /// The model's layers, their shapes and parameters, and the memory of a step: fastai's `summary`. The same on all
  /// processes; `print` shows it.
  public func summary() throws -> ModelSummary {
    let nodes = try sessions.run { session, _ in session.team.place.nodeSizes }
    let layers = model.modelLayers(vocabulary: data.vocabulary.count)
    let memory = MemoryEstimate(
      configuration, vocabulary: data.vocabulary.count, trainBatches: data.trainSteps, validBatches: data.validSteps,
      readsFile: configuration.dataDirectory != nil, nodeSizes: nodes)
    let frozen = model.frozenGroups(to: configuration.freezeTo ?? 0) ?? 0
    let areTrained = layers.map { model.parameterGroup(of: $0.tensors[0].name) >= frozen }
    return ModelSummary(configuration, layers, areTrained: areTrained, memory)
  }
}
