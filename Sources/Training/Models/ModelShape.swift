internal import Kernels

/// The sizes of a recurrent language model, and where its parameters lie in the flat arena.
///
/// The arena holds, each from a multiple of 256 floats on: the embedding (vocabulary, hidden padded to 16) row by row; the
/// hidden and the output weights in panels, input in rows; and the vectors. Offsets and counts are in floats.
public struct ModelShape: Sendable, Equatable {
  /// Size of the hidden state.
  public let hidden: Int
  /// Size of the vocabulary.
  public let vocabulary: Int

  /// Takes both sizes, each at least 1.
  public init(hidden: Int, vocabulary: Int) {
    precondition(hidden > 0 && vocabulary > 0, "sizes are positive")
    self.hidden = hidden
    self.vocabulary = vocabulary
  }

  /// `hidden`, padded to whole panels.
  public var width: Int { (hidden + 15) / 16 * 16 }
  /// `vocabulary`, padded to whole panels.
  public var outputWidth: Int { (vocabulary + 15) / 16 * 16 }

  /// Parameters are owned and updated in blocks of this many floats.
  public static let unit = 256

  var embeddingCount: Int { vocabulary * width }
  var hiddenWeightOffset: Int { Self.rounded(embeddingCount) }
  var hiddenWeightCount: Int { Panels.count(rows: hidden, columns: hidden) }
  var outputWeightOffset: Int { hiddenWeightOffset + Self.rounded(hiddenWeightCount) }
  var outputWeightCount: Int { Panels.count(rows: hidden, columns: vocabulary) }
  var vectorOffset: Int { outputWeightOffset + Self.rounded(outputWeightCount) }
  // Within the vectors:
  var hiddenBias: Int { 0 }
  var normWeight: Int { width }
  var normBias: Int { 2 * width }
  var outputBias: Int { 3 * width }
  var vectorCount: Int { 3 * width + outputWidth }
  /// Floats in the arena, whole units.
  public var parameterCount: Int { vectorOffset + Self.rounded(vectorCount) }

  private static func rounded(_ count: Int) -> Int { (count + unit - 1) / unit * unit }
}

/// One named tensor of the model: its name and shape in PyTorch's terms, and where its elements lie in an arena.
struct ModelTensor {
  enum Place {
    /// (rows, columns) row by row, rows `stride` apart.
    case rows(offset: Int, stride: Int)
    /// The transpose of panels (columns, rows): PyTorch keeps a linear layer's weight as (output, input).
    case transposedPanels(offset: Int)
  }
  let name: String
  let shape: [Int]
  let place: Place

  /// Index in the arena of the element at (row, column); row 0 for vectors.
  func index(_ row: Int, _ column: Int) -> Int {
    switch place {
    case .rows(let offset, let stride): offset + row * stride + column
    case .transposedPanels(let offset): offset + row / 16 * shape[1] * 16 + column * 16 + row % 16
    }
  }

  private var rows: Int { shape.count == 2 ? shape[0] : 1 }
  private var columns: Int { shape.last ?? 0 }

  /// The elements in PyTorch's order.
  func read(_ arena: Window<Float>) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(rows * columns)
    for row in 0..<rows { for column in 0..<columns { result.append(arena[index(row, column)]) } }
    return result
  }

  /// Overwrites the tensor with elements in PyTorch's order.
  func write(_ values: [Float], to arena: Window<Float>) {
    precondition(values.count == rows * columns, "tensor of the wrong size")
    for row in 0..<rows { for column in 0..<columns { arena[index(row, column)] = values[row * columns + column] } }
  }
}

extension ModelShape {
  /// The trained tensors, in the fixed order of files and digests.
  var tensors: [ModelTensor] {
    func vector(_ name: String, _ offset: Int, _ count: Int) -> ModelTensor {
      ModelTensor(name: name, shape: [count], place: .rows(offset: vectorOffset + offset, stride: count))
    }
    return [
      ModelTensor(
        name: "input_to_hidden.weight", shape: [vocabulary, hidden], place: .rows(offset: 0, stride: width)),
      ModelTensor(
        name: "hidden_to_hidden.weight", shape: [hidden, hidden], place: .transposedPanels(offset: hiddenWeightOffset)),
      vector("hidden_to_hidden.bias", hiddenBias, hidden),
      ModelTensor(
        name: "hidden_to_output.weight", shape: [vocabulary, hidden],
        place: .transposedPanels(offset: outputWeightOffset)),
      vector("hidden_to_output.bias", outputBias, vocabulary),
      vector("batch_norm.weight", normWeight, hidden),
      vector("batch_norm.bias", normBias, hidden),
    ]
  }
}
