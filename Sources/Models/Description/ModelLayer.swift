internal import Kernels

/// One layer of a model as its tensors show it: an embedding, a recurrent layer, BatchNorm, a linear layer.
public struct ModelLayer: Sendable, Equatable {
  /// What its tensors' names begin with: "rnns.0".
  public let name: String
  /// What it is: "LSTM".
  public let type: String
  /// Width of what it makes of each token.
  public let width: Int
  /// Trained numbers.
  public let parameters: Int
  /// Whether it is the output layer, which has a number for each token of the vocabulary.
  public let isOutput: Bool
  /// The names and shapes of its tensors.
  public let tensors: [(name: String, shape: [Int])]

  /// Whether both are alike in all.
  public static func == (one: Self, other: Self) -> Bool {
    (one.name, one.type, one.width, one.parameters) == (other.name, other.type, other.width, other.parameters)
      && one.tensors.elementsEqual(other.tensors) { $0 == $1 }
  }
}

extension ModelDescription {
  /// The layers in the order of files.
  ///
  /// - vocabulary: its size.
  public func modelLayers(vocabulary: Int) -> [ModelLayer] {
    var result: [(name: String, tensors: [ParameterDeclaration])] = []
    for tensor in layout(vocabulary: vocabulary).declarations {
      let name = tensor.layerName
      if result.last?.name != name { result.append((name, [])) }
      result[result.count - 1].tensors.append(tensor)
    }
    let rows = vocabularyTensors(vocabulary: vocabulary)
    return result.map { name, tensors in
      let (type, width) = kindAndWidth(tensors)
      return ModelLayer(
        name: name, type: type, width: width, parameters: tensors.reduce(0) { $0 + $1.count },
        isOutput: type != "Embedding" && tensors.contains { rows.contains($0.name) },
        tensors: tensors.map { ($0.name, $0.shape) })
    }
  }

  private func kindAndWidth(_ tensors: [ParameterDeclaration]) -> (String, Int) {
    let first = tensors[0]
    switch first.kind {
    case .embedding: return ("Embedding", first.shape[1])
    case .sharedEmbedding: return ("Embedding", first.shape[1])
    case .gateWeight(let gates): return (kind.cell.map { "\($0)" } ?? "Recurrent", first.shape[0] / gates)
    case .weight: return ("Linear", first.shape[0])
    case .vector, .gateVector:
      let isNorm = tensors.count > 1
      return (isNorm ? "BatchNorm" : "Linear, tied", first.shape[0])
    }
  }
}

extension ParameterDeclaration {
  /// The tensor's name without its last part: "rnns.0" of "rnns.0.weight_ih_l0".
  var layerName: String { name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name }
}
